//! The report for people: a table per subject, what did not pass once more, the closing lines.

mod beside;
mod open;

use std::io::{self, Write};

use anstyle::AnsiColor;
use comfy_table::Table;

use super::layout::{bold, cell, clean, is_wide, labelled, paint, status, table};
use super::words::{closing, closing_of_all, heading, remarks, shared_explanation, title};
use super::{Shown, Style};
use crate::permission::Subject;
use crate::report::{Audit, Finding, Report, Status};

/// Writes the report.
///
/// # Errors
///
/// What the writer says.
pub fn write(report: &Report, shown: Shown, style: Style, out: &mut impl Write) -> io::Result<()> {
    for (index, audit) in report.audits.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        if let Some(heading) = heading(audit) {
            let heading = format!("═══ {} ═══", clean(&heading).replace('\n', " "));
            writeln!(out, "{}\n", paint(&heading, AnsiColor::Cyan, style))?;
        }
        // Where nothing could be asked, rows would say the same thing many times.
        if audit.failure.is_none() {
            for subject in audit.subjects() {
                rows(audit, subject, shown, style, out)?;
            }
            if shown.passed {
                open::write(audit, style, out)?;
            }
        }
        beside::write(audit, style, out)?;
        for (label, text) in closing(audit) {
            write!(out, "{}", labelled(label, &text, style))?;
        }
    }
    if report.audits.len() > 1 {
        writeln!(out)?;
    }
    // Who reads a table knows what time it is, and the same result stays the same text.
    let lines = closing_of_all(report).into_iter();
    for (label, text) in lines.filter(|(label, _)| *label != "Made at") {
        write!(out, "{}", labelled(label, &text, style))?;
    }
    Ok(())
}

/// The word in the table; a failure stands out without colours too.
const fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Fail => "FAIL",
        Status::Unknown => "unknown",
        Status::Waived => "waived",
    }
}

fn rows(
    audit: &Audit,
    subject: Subject,
    shown: Shown,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let findings: Vec<&Finding> = audit
        .of_subject(subject)
        .filter(|finding| shown.shows(finding.status()))
        .collect();
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "{}",
        paint(&clean(&title(audit, subject)), AnsiColor::Cyan, style)
    )?;
    let mut table = if is_wide(style) {
        table(
            style,
            &["Status", "Permission", "Scope", "Reason"],
            &[8, 26, 28, 38],
        )
    } else {
        table(
            style,
            &["Status", "Permission and scope", "Reason"],
            &[12, 44, 44],
        )
    };
    let shared = shared_explanation(audit, subject);
    let mut group = "";
    for finding in findings {
        if finding.group != group {
            group = &finding.group;
            group_heading(&mut table, subject, group, style);
        }
        let mut reason = finding.reason.clone();
        for remark in remarks(finding, shared.is_none()) {
            reason.push_str(&format!("\n→ {remark}"));
        }
        let status = status(word(finding.status()), style);
        if is_wide(style) {
            table.add_row([
                status,
                cell(&finding.permission),
                cell(&finding.scope),
                cell(&reason),
            ]);
        } else {
            let what = format!("{}\n  on {}", finding.permission, finding.scope);
            table.add_row([status, cell(&what), cell(&reason)]);
        }
    }
    writeln!(out, "{table}\n")
}

/// A group's heading; the role's groups have numbers that say nothing.
fn group_heading(table: &mut Table, subject: Subject, group: &str, style: Style) {
    let text = match subject {
        Subject::Role => return,
        Subject::User | Subject::ServiceAccount => group,
    };
    table.add_row([cell(""), bold(text, style)]);
}
