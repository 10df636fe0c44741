//! The tables of the page. On a narrow screen a row becomes a card, so each cell carries the name of
//! its column, and the roles stand in words: other ways of display take them away.

use std::io::{self, Write};

use super::tag::{escaped, prose};
use crate::permission::Subject;
use crate::render::Shown;
use crate::render::problem::{Grade, Problem};
use crate::render::words::{remarks, title};
use crate::report::{Audit, Counts, Finding, Status};

/// A badge: sign and word.
fn badge(class: &str, sign: &str, word: &str) -> String {
    format!("<span class=\"badge {class}\"><span aria-hidden=\"true\">{sign}</span> {word}</span>")
}

fn start(label: &str, columns: &[&str], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "<table role=\"table\" aria-label=\"{}\">\n<thead role=\"rowgroup\">\n<tr role=\"row\">{}</tr>\n</thead>\n<tbody role=\"rowgroup\">",
        escaped(label),
        columns
            .iter()
            .map(|name| format!("<th role=\"columnheader\" scope=\"col\">{name}</th>"))
            .collect::<String>()
    )
}

/// A row: the content of its cells is HTML already.
fn row(class: &str, cells: &[(&str, String)], out: &mut impl Write) -> io::Result<()> {
    let cells: String = cells
        .iter()
        .map(|(name, html)| {
            format!("<td role=\"cell\" data-name=\"{name}\"><div>{html}</div></td>")
        })
        .collect();
    writeln!(out, "<tr role=\"row\" class=\"{class}\">{cells}</tr>")
}

/// What did not pass, of all targets.
pub(super) fn problems(
    problems: &[&Problem<'_>],
    several: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let columns = [
        "Status",
        "Whose",
        "Permission and scope",
        "Why, and what to do",
    ];
    let [status, whose, permission, why] = columns;
    start("What did not pass", &columns, out)?;
    for problem in problems {
        let (class, sign) = match problem.grade {
            Grade::Failed => ("missing", "✕"),
            Grade::Undetermined | Grade::Accepted => ("unknown", "?"),
            Grade::Waived => ("waived", "–"),
        };
        let subject = problem.subject.map(|subject| subject.name().to_owned());
        let target = problem.target().filter(|_| several);
        let of: Vec<String> = [subject, target.map(|target| escaped(&target))]
            .into_iter()
            .flatten()
            .collect();
        let mut reasons = vec![format!("<p>{}</p>", prose(&problem.why))];
        let more = [&problem.decided, &problem.mend].into_iter().flatten();
        reasons.extend(more.map(|text| format!("<p class=\"aside\">{}</p>", prose(text))));
        let what = what(&problem.name, problem.scope.as_deref());
        row(
            class,
            &[
                (status, badge(class, sign, problem.word)),
                (whose, of.join("<br>")),
                (permission, what),
                (why, reasons.concat()),
            ],
            out,
        )?;
    }
    writeln!(out, "</tbody>\n</table>")
}

fn what(permission: &str, scope: Option<&str>) -> String {
    let scope = scope.map_or_else(String::new, |scope| {
        format!(
            "<span class=\"scope\">on <code>{}</code></span>",
            escaped(scope)
        )
    });
    format!("<code class=\"what\">{}</code>{scope}", escaped(permission))
}

/// All rows of one subject. Where nothing could be asked they are folded away: they say the same.
pub(super) fn findings(
    audit: &Audit,
    subject: Subject,
    shown: Shown,
    out: &mut impl Write,
) -> io::Result<()> {
    let findings: Vec<&Finding> = audit
        .of_subject(subject)
        .filter(|finding| shown.shows(finding.status()))
        .collect();
    if findings.is_empty() {
        return Ok(());
    }
    let title = title(audit, subject);
    let counts = Counts::of(audit.of_subject(subject));
    let folded = audit.failure.is_some();
    if folded {
        writeln!(
            out,
            "<details class=\"more\"><summary>{}: {} permissions that were not asked about</summary>",
            escaped(&title),
            findings.len()
        )?;
    } else {
        writeln!(
            out,
            "<h3>{} <small>{} of {} held</small></h3>",
            escaped(&title),
            counts.passed,
            counts.total
        )?;
    }
    let columns = ["Status", "Permission and scope", "Reason"];
    start(&title, &columns, out)?;
    let mut group = "";
    for finding in findings {
        // The role's groups have numbers that say nothing.
        if finding.group != group && subject != Subject::Role {
            group = &finding.group;
            writeln!(
                out,
                "<tr role=\"row\" class=\"group\"><th role=\"rowheader\" scope=\"rowgroup\" colspan=\"3\">{}</th></tr>",
                escaped(group)
            )?;
        }
        let (class, sign, word) = match finding.status() {
            Status::Pass => ("pass", "✓", "pass"),
            Status::Fail => ("missing", "✕", "missing"),
            Status::Unknown => ("unknown", "?", "unknown"),
            Status::Waived => ("waived", "–", "waived"),
        };
        let mut reasons = format!("<p>{}</p>", prose(&finding.reason));
        for remark in remarks(finding, true) {
            reasons.push_str(&format!("<p class=\"aside\">{}</p>", prose(&remark)));
        }
        let [status, permission, reason] = columns;
        row(
            class,
            &[
                (status, badge(class, sign, word)),
                (permission, what(&finding.permission, Some(&finding.scope))),
                (reason, reasons),
            ],
            out,
        )?;
    }
    writeln!(out, "</tbody>\n</table>")?;
    if folded {
        writeln!(out, "</details>")?;
    }
    Ok(())
}
