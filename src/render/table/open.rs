//! What did not pass, once more below the tables: nothing that matters may scroll away.

use std::io::{self, Write};

use anstyle::AnsiColor;

use super::word;
use crate::permission::Subject;
use crate::render::Style;
use crate::render::layout::{clean, labelled, paint};
use crate::render::words::waiver;
use crate::report::{Audit, Finding, Status};

/// Findings of which the same can be said.
struct Same<'a> {
    subject: Subject,
    status: Status,
    explanation: Option<String>,
    decided: Option<String>,
    findings: Vec<&'a Finding>,
}

/// Writes it; rows with the same explanation stand together.
pub(super) fn write(audit: &Audit, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut open: Vec<Same<'_>> = Vec::new();
    for finding in &audit.findings {
        if finding.status() == Status::Pass {
            continue;
        }
        let explanation = finding.explanation();
        let decided = finding.waiver.as_ref().map(waiver);
        match open.iter_mut().find(|same| {
            same.subject == finding.subject
                && same.explanation == explanation
                && same.decided == decided
                && same.status == finding.status()
        }) {
            Some(same) => same.findings.push(finding),
            None => open.push(Same {
                subject: finding.subject,
                status: finding.status(),
                explanation,
                decided,
                findings: vec![finding],
            }),
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint("Not passed", AnsiColor::Cyan, style))?;
    for same in open {
        let Same {
            subject,
            status,
            explanation,
            decided,
            findings,
        } = same;
        let all = audit.of_subject(subject).count();
        if findings.len() == all && all > FEW {
            let word = word(status);
            writeln!(out, "  {word:7} {subject}: all {all} permissions")?;
        } else {
            lines(subject, &findings, style, out)?;
        }
        if let Some(explanation) = explanation {
            write!(out, "{}", labelled("       →", &explanation, style))?;
        }
        if let Some(text) = decided {
            write!(out, "{}", labelled("       →", &text, style))?;
        }
    }
    writeln!(out)
}

/// So many rows are named one by one, even where they are all there are.
const FEW: usize = 3;

fn lines(
    subject: Subject,
    findings: &[&Finding],
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    for finding in findings {
        let word = word(finding.status());
        let color = match finding.status() {
            Status::Fail => AnsiColor::Red,
            _ => AnsiColor::Yellow,
        };
        let what = format!("{subject}: {}", clean(&finding.permission));
        let scope = format!("on {}", clean(&finding.scope));
        // Two spaces, the word, and the spaces between the three.
        let width = 11 + what.chars().count() + scope.chars().count();
        let between = if width > usize::from(style.width) {
            "\n            "
        } else {
            " "
        };
        let word = paint(&format!("{word:7}"), color, style);
        writeln!(out, "  {word} {what}{between}{scope}")?;
    }
    Ok(())
}
