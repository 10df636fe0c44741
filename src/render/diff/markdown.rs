//! For the comment of a pull request, in
//! [GitHub's Markdown](https://github.github.com/gfm/).

use std::io::{self, Write};

use super::{answer, counted, of_subject, remarks, who};
use crate::diff::{Changes, Content, Coverage, Diff, Lack};

/// So many rows are written of one table: a comment may have 65,536 characters.
const MOST_ROWS: usize = 100;

/// Writes Markdown. Foreign text is escaped, so that it can neither mark up nor mention anybody.
///
/// # Errors
///
/// What the writer says.
pub fn write(diff: &Diff, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "### Permissions: {} → {}",
        escaped(&diff.from),
        escaped(&diff.to)
    )?;
    match &diff.content {
        Content::Versions(all) => {
            for changes in all {
                of_versions(changes, out)?;
            }
        }
        Content::Coverage(both) => {
            for coverage in both {
                of_coverage(coverage, out)?;
            }
        }
    }
    for warning in &diff.warnings {
        writeln!(out, "\n**Warning:** {}", escaped(warning))?;
    }
    Ok(())
}

fn of_versions(changes: &Changes, out: &mut impl Write) -> io::Result<()> {
    for subject in &changes.subjects {
        writeln!(
            out,
            "\n**{}** ({}): {}",
            who(*subject),
            escaped(changes.to.package),
            counted(changes, *subject)
        )?;
        let all = of_subject(changes, *subject).count();
        if all == 0 {
            continue;
        }
        writeln!(out, "\n| Change | Permission | Scope | Reason |")?;
        writeln!(out, "|---|---|---|---|")?;
        for change in of_subject(changes, *subject).take(MOST_ROWS) {
            let one = &change.requirement;
            let remarks: String = remarks(change)
                .into_iter()
                .map(|remark| format!("<br>→ {}", escaped(remark)))
                .collect();
            writeln!(
                out,
                "| {} | {} | {} | {}{remarks} |",
                change.way.name(),
                escaped(&one.permission),
                escaped(&one.scope),
                escaped(&one.reason)
            )?;
        }
        cut(all, out)?;
    }
    for version in [&changes.from, &changes.to] {
        writeln!(
            out,
            "\n{} {}: {}",
            escaped(version.package),
            escaped(&version.version),
            escaped(&version.certainty_text)
        )?;
    }
    Ok(())
}

fn of_coverage(coverage: &Coverage, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\nDoes {} cover {}? **{}**",
        escaped(&coverage.by),
        escaped(&coverage.of),
        answer(coverage.covers())
    )?;
    let lacks = coverage.lacks.iter().map(|lack| ("lacks", lack));
    let open = coverage.open.iter().map(|lack| ("open", lack));
    let all = coverage.lacks.len().saturating_add(coverage.open.len());
    if all == 0 {
        return Ok(());
    }
    writeln!(out, "\n| | Permissions | Resource | Why |")?;
    writeln!(out, "|---|---|---|---|")?;
    for (word, lack) in lacks.chain(open).take(MOST_ROWS) {
        writeln!(out, "| {word} {}", cells(lack))?;
    }
    cut(all, out)
}

fn cells(lack: &Lack) -> String {
    let optional = |text: &Option<String>| escaped(text.as_deref().unwrap_or_default());
    format!(
        "| {} | {} | {} |",
        escaped(&lack.permissions.join(", ")),
        optional(&lack.resource),
        optional(&lack.detail)
    )
}

/// Says how many rows were left out.
fn cut(all: usize, out: &mut impl Write) -> io::Result<()> {
    match all.checked_sub(MOST_ROWS) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "\n… and {more} more, which `--format json` lists"),
    }
}

/// Text in which nothing marks up, links or mentions, on one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            // Letters behind a dot or two slashes would become a link, those behind # an issue.
            '#' => out.push_str("&#35;"),
            '/' if out.ends_with(":/") => out.push_str("&#47;"),
            '.' if out.ends_with("www") => out.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(character);
            }
            _ if character.is_control() => out.push(' '),
            _ => out.push(character),
        }
    }
    out
}
