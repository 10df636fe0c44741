//! What `remperm policies diff` found: for people, for machines, for pull requests.

mod json;
mod markdown;

use std::io::{self, Write};

use anstyle::AnsiColor;

use super::Style;
use super::layout::{cell, is_wide, labelled, paint, table};
use crate::diff::{Changes, Content, Coverage, Diff, Lack};
use crate::manifest::{Change, Way};
use crate::permission::Subject;

pub use json::{SCHEMA_VERSION, write as write_json};
pub use markdown::write as write_markdown;

/// Writes tables for people.
///
/// # Errors
///
/// What the writer says.
pub fn write_table(diff: &Diff, style: Style, out: &mut impl Write) -> io::Result<()> {
    match &diff.content {
        Content::Versions(all) => {
            for changes in all {
                of_versions(changes, style, out)?;
            }
        }
        Content::Coverage(both) => {
            for coverage in both {
                of_coverage(coverage, style, out)?;
            }
        }
    }
    for warning in &diff.warnings {
        write!(out, "{}", labelled("Warning", warning, style))?;
    }
    Ok(())
}

/// Whose permissions, as headings have it.
const fn who(subject: Subject) -> &'static str {
    match subject {
        Subject::User => "AWS user",
        Subject::Role => "AWS execution role",
        Subject::ServiceAccount => "Google Cloud service account",
    }
}

fn of_versions(changes: &Changes, style: Style, out: &mut impl Write) -> io::Result<()> {
    for subject in &changes.subjects {
        let own: Vec<&Change> = of_subject(changes, *subject).collect();
        if own.is_empty() {
            continue;
        }
        writeln!(out, "{}", paint(who(*subject), AnsiColor::Cyan, style))?;
        let mut rows = if is_wide(style) {
            table(
                style,
                &["Change", "Permission", "Scope", "Reason"],
                &[8, 26, 28, 38],
            )
        } else {
            table(
                style,
                &["Change", "Permission and scope", "Reason"],
                &[10, 46, 44],
            )
        };
        for change in own {
            let one = &change.requirement;
            let mut reason = one.reason.clone();
            for remark in remarks(change) {
                reason.push_str(&format!("\n→ {remark}"));
            }
            if is_wide(style) {
                rows.add_row([
                    cell(change.way.name()),
                    cell(&one.permission),
                    cell(&one.scope),
                    cell(&reason),
                ]);
            } else {
                let what = format!("{}\n  on {}", one.permission, one.scope);
                rows.add_row([cell(change.way.name()), cell(&what), cell(&reason)]);
            }
        }
        writeln!(out, "{rows}\n")?;
    }
    for (label, version) in [("From", &changes.from), ("To", &changes.to)] {
        let text = format!(
            "{} {}; {}",
            version.package, version.version, version.certainty_text
        );
        write!(out, "{}", labelled(label, &text, style))?;
    }
    for (index, subject) in changes.subjects.iter().enumerate() {
        let label = if index == 0 { "Result" } else { "" };
        let text = format!("{subject}: {}", counted(changes, *subject));
        write!(out, "{}", labelled(label, &text, style))?;
    }
    writeln!(out)
}

fn of_subject(changes: &Changes, subject: Subject) -> impl Iterator<Item = &Change> {
    changes
        .changes
        .iter()
        .filter(move |change| change.requirement.subject == subject)
}

/// How many came and went.
fn counted(changes: &Changes, subject: Subject) -> String {
    let count = |way: Way| {
        of_subject(changes, subject)
            .filter(|change| change.way == way)
            .count()
    };
    let known = if [&changes.from, &changes.to]
        .iter()
        .all(|version| version.certainty != "newer_than_known")
    {
        ""
    } else {
        ", as far as is known"
    };
    format!(
        "{} came, {} went{known}",
        count(Way::Came),
        count(Way::Went)
    )
}

/// What is to be said of a change beside its reason.
fn remarks(change: &Change) -> Vec<&'static str> {
    let mut remarks = Vec::new();
    if change.scope_changed {
        remarks.push("scope changed: it went on one scope and came on another");
    }
    if change.perhaps {
        remarks.push("doubtful: only one of the neighbouring versions needs it");
    }
    remarks
}

/// The answer in one word.
const fn answer(coverage: Option<bool>) -> &'static str {
    match coverage {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

fn of_coverage(coverage: &Coverage, style: Style, out: &mut impl Write) -> io::Result<()> {
    let color = match coverage.covers() {
        Some(true) => AnsiColor::Green,
        Some(false) => AnsiColor::Red,
        None => AnsiColor::Yellow,
    };
    let question = labelled(
        "Question",
        &format!("does {} cover {}?", coverage.by, coverage.of),
        style,
    );
    write!(out, "{question}")?;
    let answer = paint(answer(coverage.covers()), color, style);
    writeln!(out, "Answer    {answer}")?;
    for (label, lacks) in [("Lacks", &coverage.lacks), ("Open", &coverage.open)] {
        for lack in lacks {
            write!(out, "{}", labelled(label, &described(lack), style))?;
        }
    }
    writeln!(out)
}

/// A lack in one line.
fn described(lack: &Lack) -> String {
    let mut text = lack.permissions.join(", ");
    if let Some(resource) = &lack.resource {
        text.push_str(&format!(" on {resource}"));
    }
    match (&lack.detail, text.is_empty()) {
        (Some(detail), true) => detail.clone(),
        (Some(detail), false) => format!("{text}: {detail}"),
        (None, _) => text,
    }
}
