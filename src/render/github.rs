//! [Workflow commands of GitHub Actions](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands):
//! each becomes an annotation of the run, at a file and line where there is one.
//!
//! A step shows at most ten annotations of each kind and drops the others in silence, so where there
//! are more, the last one names what is left.

use std::io::{self, Write};

use super::place::{self, Place, Root};
use super::problem::{self, Grade, Problem};
use super::words::{ending, verdict};
use crate::exit::Exit;
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
pub fn write(report: &Report, root: Option<&Root>, out: &mut impl Write) -> io::Result<()> {
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
        let mut annotations: Vec<Annotation> = problems
            .into_iter()
            .map(|problem| Annotation {
                place: Some(place::of(problem.audit, root)),
                title: problem.title(),
                message: problem.message(),
            })
            .collect();
        if command == "warning" {
            annotations.extend(report.warnings.iter().map(|warning| Annotation {
                place: None,
                title: "remperm".to_owned(),
                message: flat(warning),
            }));
        }
        if command == "notice" {
            annotations.extend(held_targets(report));
        }
        for annotation in within_limit(annotations) {
            write_command(command, &annotation, out)?;
        }
    }
    // No foreign text stands in this line: a log's line can be a command, too.
    writeln!(out, "remperm: {}; {}", ending(report), verdict(report))
}

/// One annotation, not escaped yet.
struct Annotation {
    place: Option<Place>,
    title: String,
    message: String,
}

/// The targets of which nothing is to be said else.
fn held_targets(report: &Report) -> impl Iterator<Item = Annotation> {
    report.audits.iter().filter_map(|audit| {
        let name = audit.target.as_ref()?;
        (audit.exit() == Exit::Held).then(|| Annotation {
            place: None,
            title: flat(&format!("target {name}")),
            message: flat(&format!("target {name}: passed")),
        })
    })
}

/// As many as are shown; the last one names those that would not be.
fn within_limit(mut all: Vec<Annotation>) -> Vec<Annotation> {
    if all.len() <= SHOWN {
        return all;
    }
    let rest = all.split_off(SHOWN - 1);
    let names: Vec<String> = rest
        .iter()
        .map(|one| match one.place {
            Some(_) => one.title.clone(),
            None => one.message.clone(),
        })
        .collect();
    let title = format!("{} more", rest.len());
    all.push(Annotation {
        place: None,
        message: format!("{title}: {}", names.join("; ")),
        title,
    });
    all
}

fn write_command(command: &str, one: &Annotation, out: &mut impl Write) -> io::Result<()> {
    let place = one.place.as_ref().map_or_else(String::new, |place| {
        format!("file={},line={},", property(&place.path), place.line)
    });
    let message = &one.message;
    let cut = match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.clone(),
    };
    let title = property(&one.title);
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
