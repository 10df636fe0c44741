//! Markdown for a comment in a pull request, or the summary of a job: the verdict, what did not
//! pass, and all rows folded away.
//!
//! Foreign text can't become markup, mention anybody or make links: a word with anything but
//! letters in it stands in a code span, where GitHub reads nothing.

mod page;
mod span;

use std::io::{self, Write};

use super::Shown;
use super::problem::{self, Grade, Problem};
use super::words::{
    Line, capitalized, closing, closing_of_all, ending, remarks, subject_name, verdict,
};
use crate::exit::Exit;
use crate::permission::Subject;
use crate::report::{Audit, Counts, Finding, Report, Status};
use crate::text::flat;
use page::Page;
pub(super) use span::prose;
use span::{code, cut};

/// The longest comment. GitHub refuses a body of more than 65,536 characters; the difference is
/// left for what others write around it.
const LONGEST: usize = 64_000;

/// So much of it is kept for the closing lines.
const FOR_CLOSING: usize = 16_000;

/// The longest text of a cell or a closing line, in characters.
const LONGEST_TEXT: usize = 600;

/// Writes it, in at most 64,000 characters: rows that don't fit are counted, the verdict is never
/// left out.
///
/// # Errors
///
/// What the writer says.
pub fn write(report: &Report, shown: Shown, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new(LONGEST - FOR_CLOSING);
    let sign = match report.exit() {
        Exit::Held => "✅",
        Exit::Missing => "❌",
        Exit::Undetermined | Exit::Call => "❔",
    };
    page.add(&format!(
        "## {sign} {}\n\n{}. Exit code {}.\n\n",
        ending(report),
        capitalized(&verdict(report)),
        report.exit().code()
    ));
    open(report, &mut page);
    let unseen: usize = report
        .audits
        .iter()
        .map(|audit| rows(audit, shown, &mut page))
        .sum();
    page.widen(LONGEST);
    if unseen > 0 {
        page.add(&format!(
            "{unseen} rows of further tables are left out: a comment has a limit.\n\n"
        ));
    }
    end(report, &mut page);
    writeln!(out, "{}", page.text().trim_end())
}

/// The table of what did not pass.
fn open(report: &Report, page: &mut Page) {
    let problems = problem::all(report);
    let mut problems: Vec<&Problem<'_>> = problems.iter().filter(|one| !one.echo).collect();
    // What ends the run comes first: what is left out is the least grave.
    problems.sort_by_key(|problem| problem.grade);
    if problems.is_empty() {
        return;
    }
    let several = report.audits.len() > 1;
    let rows = problems.iter().map(|problem| {
        let mut why = vec![prose(&cut(&problem.why, LONGEST_TEXT))];
        let texts = [&problem.decided, &problem.mend];
        let texts = texts.into_iter().flatten();
        why.extend(texts.map(|text| prose(&cut(text, LONGEST_TEXT))));
        let whose = [
            problem.subject.map(|subject| subject.name().to_owned()),
            problem
                .target()
                .filter(|_| several)
                .map(|target| format!("of {}", code(&cut(&target, LONGEST_TEXT)))),
        ];
        let whose: Vec<String> = whose.into_iter().flatten().collect();
        [
            format!("{} {}", sign(problem), problem.word),
            whose.join(" "),
            format!(
                "{}{}",
                code(&cut(&problem.name, LONGEST_TEXT)),
                problem.scope.as_ref().map_or_else(String::new, |scope| {
                    format!("<br>on {}", code(&cut(scope, LONGEST_TEXT)))
                })
            ),
            why.join("<br>"),
        ]
    });
    let header = ["Status", "Whose", "Permission", "Why, and what to do"];
    let (_, left) = page.table("", header, rows, "\n");
    if left > 0 {
        page.add(&format!(
            "{left} more did not pass and are left out here: a comment has a limit.\n\n"
        ));
    }
}

const fn sign(problem: &Problem<'_>) -> &'static str {
    match problem.grade {
        Grade::Failed => "❌",
        Grade::Undetermined | Grade::Accepted => "❔",
        Grade::Waived => "⏸️",
    }
}

/// The rows of an audit, folded away; tells how many found no room and were not told of.
fn rows(audit: &Audit, shown: Shown, page: &mut Page) -> usize {
    let mut unseen = 0;
    for subject in audit.subjects() {
        let findings: Vec<&Finding> = audit
            .of_subject(subject)
            .filter(|finding| shown.shows(finding.status()))
            .collect();
        if findings.is_empty() {
            continue;
        }
        let rows = findings.iter().map(|finding| row(finding));
        let header = ["Status", "Permission", "Scope", "Reason"];
        let head = details(audit, subject, findings.len());
        let (written, left) = page.table(&head, header, rows, "\n</details>\n\n");
        if !written {
            unseen += left;
        }
    }
    unseen
}

/// The head of a folded part. The summary is raw HTML, in which code spans are none, so no foreign
/// text stands in it.
fn details(audit: &Audit, subject: Subject, rows: usize) -> String {
    let passed = Counts::of(audit.of_subject(subject)).passed;
    let target = audit.target.as_ref().map_or_else(String::new, |target| {
        format!("Target {}\n\n", code(&cut(target, LONGEST_TEXT)))
    });
    format!(
        "<details><summary>{}: {rows} rows, {passed} passed</summary>\n\n{target}",
        subject_name(subject)
    )
}

fn row(finding: &Finding) -> [String; 4] {
    let status = match finding.status() {
        Status::Pass => "✅ pass",
        Status::Fail => "❌ missing",
        Status::Unknown => "❔ unknown",
        Status::Waived => "⏸️ waived",
    };
    let mut reason = vec![prose(&cut(&finding.reason, LONGEST_TEXT))];
    let remarks = remarks(finding, true);
    reason.extend(
        remarks
            .iter()
            .map(|remark| format!("→ {}", prose(&cut(remark, LONGEST_TEXT)))),
    );
    [
        status.to_owned(),
        code(&cut(&finding.permission, LONGEST_TEXT)),
        code(&cut(&finding.scope, LONGEST_TEXT)),
        reason.join("<br>"),
    ]
}

/// The closing lines of each audit and of the run.
fn end(report: &Report, page: &mut Page) {
    let several = report.audits.len() > 1;
    let mut left = 0;
    page.reserve(|page| {
        for audit in &report.audits {
            let target = audit.target.as_ref().filter(|_| several);
            let target = target.map(|target| ("Target", target.clone()));
            let lines: Vec<Line> = target.into_iter().chain(closing(audit)).collect();
            left += usize::from(!page.add(&list(&lines)));
        }
        let all = closing_of_all(report);
        if !all.is_empty() && !page.add(&list(&all)) {
            left += 1;
        }
    });
    if left > 0 {
        page.add(&format!(
            "{left} lists of closing lines are left out: a comment has a limit.\n"
        ));
    }
}

fn list(lines: &[Line]) -> String {
    let mut list = String::new();
    for (label, text) in lines {
        let mut paragraphs = text.lines();
        let first = prose(&cut(
            &flat(paragraphs.next().unwrap_or_default()),
            LONGEST_TEXT,
        ));
        if label.is_empty() {
            list.push_str(&format!("  - {first}\n"));
        } else {
            list.push_str(&format!("- **{label}:** {first}\n"));
        }
        for paragraph in paragraphs {
            let paragraph = prose(&cut(&flat(paragraph), LONGEST_TEXT));
            list.push_str(&format!("  - {paragraph}\n"));
        }
    }
    list.push('\n');
    list
}
