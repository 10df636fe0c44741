//! [Workflow commands of GitHub Actions](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands):
//! each becomes an annotation of the run, at a file and line where there is one.
//!
//! A step shows at most ten annotations of each kind and drops the others in silence, so where there
//! are more, the last one names what is left.

use std::io::{self, Write};
use std::path::Path;

use super::place;
use super::problem::{self, Grade, Problem};
use super::words::{ending, verdict};
use crate::report::Report;
use crate::text::flat;

/// The annotations of one kind that a step shows.
const SHOWN: usize = 10;

/// The longest message, in characters: the annotation would be cut at 64 KB.
const LONGEST: usize = 4000;

/// Writes the commands, then a line for whoever reads the log.
///
/// # Errors
///
/// What the writer says.
pub fn write(report: &Report, root: Option<&Path>, out: &mut impl Write) -> io::Result<()> {
    let all = problem::all(report);
    for (command, grades) in [
        ("error", [Grade::Failed].as_slice()),
        ("warning", &[Grade::Undetermined]),
        ("notice", &[Grade::Accepted, Grade::Waived]),
    ] {
        let mut problems: Vec<&Problem<'_>> = all
            .iter()
            .filter(|problem| grades.contains(&problem.grade) && !problem.echo)
            .collect();
        // That a whole target was not checked must not be among those that are left over.
        problems.sort_by_key(|problem| problem.finding.is_some());
        annotations(command, &problems, root, out)?;
    }
    for warning in &report.warnings {
        write_command("warning", None, "remperm", &flat(warning), out)?;
    }
    // No foreign text stands in this line: a log's line can be a command, too.
    writeln!(out, "remperm: {}; {}", ending(report), verdict(report))
}

fn annotations(
    command: &str,
    problems: &[&Problem<'_>],
    root: Option<&Path>,
    out: &mut impl Write,
) -> io::Result<()> {
    let alone = if problems.len() > SHOWN {
        SHOWN - 1
    } else {
        problems.len()
    };
    let (alone, together) = problems.split_at_checked(alone).unwrap_or_default();
    for problem in alone {
        let place = place::of(problem.audit, root);
        let place = Some((place.path.as_str(), place.line));
        write_command(command, place, &problem.title(), &problem.message(), out)?;
    }
    if together.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = together.iter().map(|problem| problem.title()).collect();
    let title = format!("{} more", together.len());
    let message = format!("{title}: {}", names.join("; "));
    write_command(command, None, &title, &message, out)
}

fn write_command(
    command: &str,
    place: Option<(&str, usize)>,
    title: &str,
    message: &str,
    out: &mut impl Write,
) -> io::Result<()> {
    let place = place.map_or_else(String::new, |(path, line)| {
        format!("file={},line={line},", property(path))
    });
    let cut = match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    };
    let title = property(title);
    writeln!(out, "::{command} {place}title={title}::{}", data(&cut))
}

/// Text behind a command, escaped as the
/// [toolkit](https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts) does.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
