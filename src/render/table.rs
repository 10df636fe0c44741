//! The report for people: a table per subject, what did not pass once more, the closing lines.

mod beside;

use std::io::{self, Write};

use anstyle::AnsiColor;
use comfy_table::Table;

use super::layout::{bold, cell, clean, is_wide, labelled, paint, status, table};
use super::{Shown, Style};
use crate::exit::Exit;
use crate::permission::{Cloud, Level, Subject};
use crate::report::{Audit, Counts, Finding, FindingKind, Report, Status};
use crate::verdict::Verdict;

/// Writes the report.
///
/// # Errors
///
/// What the writer says.
pub fn write(report: &Report, shown: Shown, style: Style, out: &mut impl Write) -> io::Result<()> {
    for audit in &report.audits {
        // Where nothing could be asked, rows would say the same thing many times.
        if audit.failure.is_none() {
            for subject in audit.subjects() {
                rows(audit, subject, shown, style, out)?;
            }
            if shown.passed {
                not_passed(audit, style, out)?;
            }
        }
        beside::write(audit, style, out)?;
        closing(audit, style, out)?;
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

const fn is_shown(status: Status, shown: Shown) -> bool {
    match status {
        Status::Pass => shown.passed,
        Status::Fail => shown.missing,
        Status::Unknown => shown.unknown,
        Status::Waived => shown.waived,
    }
}

fn title(audit: &Audit, subject: Subject) -> String {
    let principal = audit
        .tested
        .principals
        .iter()
        .find(|(of, _)| *of == subject)
        .map(|(_, name)| format!(": {name}"))
        .unwrap_or_default();
    match subject {
        Subject::User => format!("AWS user{principal}"),
        Subject::Role => format!("AWS execution role{principal}"),
        Subject::ServiceAccount => format!("Google Cloud service account{principal}"),
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
        .filter(|finding| is_shown(finding.status(), shown))
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
            heading(&mut table, subject, group, style);
        }
        let mut reason = finding.reason.clone();
        if let Some(explanation) = finding.explanation().filter(|_| shared.is_none()) {
            reason.push_str(&format!("\n→ {explanation}"));
        }
        if finding.doubtful {
            reason.push_str("\n→ doubtful: only one of the neighbouring versions needs it");
        }
        if let Verdict::Pass(held) = &finding.verdict
            && !held.taken_as_absent.is_empty()
        {
            reason.push_str(&format!(
                "\n→ taken for absent: {}",
                held.taken_as_absent.join(", ")
            ));
        }
        if let Verdict::Pass(held) = &finding.verdict
            && let Some(level) = held.level
            && level != Level::Project
        {
            reason.push_str(&format!(
                "\n→ held on the {}: {}",
                level.name(),
                held.asked.join(", ")
            ));
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
fn heading(table: &mut Table, subject: Subject, group: &str, style: Style) {
    let text = match subject {
        Subject::Role => return,
        Subject::User | Subject::ServiceAccount => group,
    };
    table.add_row([cell(""), bold(text, style)]);
}

/// What explains every row of a subject at once; saying it in each would bury the rest.
fn shared_explanation(audit: &Audit, subject: Subject) -> Option<String> {
    let mut explanations = audit.of_subject(subject).map(Finding::explanation);
    let first = explanations.next()??;
    let mut more = false;
    for explanation in explanations {
        if explanation.as_ref() != Some(&first) {
            return None;
        }
        more = true;
    }
    more.then_some(first)
}

/// What is not `pass`, once more: nothing that matters may scroll away. Rows with the same
/// explanation stand together.
fn not_passed(audit: &Audit, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut open: Vec<(Subject, Option<String>, Vec<&Finding>)> = Vec::new();
    for finding in &audit.findings {
        if finding.status() == Status::Pass {
            continue;
        }
        let explanation = finding.explanation();
        match open.iter_mut().find(|(subject, other, of)| {
            *subject == finding.subject
                && *other == explanation
                && of
                    .first()
                    .is_some_and(|one| word(one.status()) == word(finding.status()))
        }) {
            Some((_, _, same)) => same.push(finding),
            None => open.push((finding.subject, explanation, vec![finding])),
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint("Not passed", AnsiColor::Cyan, style))?;
    for (subject, explanation, findings) in open {
        let all = audit.of_subject(subject).count();
        if findings.len() == all && all > FEW {
            let word = findings.first().map_or("", |one| word(one.status()));
            writeln!(out, "  {word:7} {subject}: all {all} permissions")?;
        } else {
            lines(subject, &findings, style, out)?;
        }
        if let Some(explanation) = explanation {
            write!(out, "{}", labelled("       →", &explanation, style))?;
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

fn closing(audit: &Audit, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut line = |label: &str, text: &str| write!(out, "{}", labelled(label, text, style));
    line("Tested", &tested(audit))?;
    for subject in audit.subjects() {
        if audit.tested.principals.iter().any(|(of, _)| *of == subject) {
            line("", &title(audit, subject))?;
        }
    }
    if let Some(credentials) = &audit.tested.credentials {
        line("", &format!("credentials: {credentials}"))?;
    }
    let version = &audit.version;
    line(
        "Against",
        &format!(
            "{} {} ({}); {}",
            version.package, version.version, version.chosen_text, version.certainty_text
        ),
    )?;
    if version.accepted_newer {
        line("", "its list is not known: accepted with --accept-newer")?;
    }
    for note in &audit.notes {
        line("Note", note)?;
    }
    let asked = audit.asked();
    if !asked.is_empty() {
        line("Asked", &format!("about {}", asked.join(", ")))?;
    }
    let absent = audit.taken_as_absent();
    if !absent.is_empty() {
        line(
            "Note",
            &format!("taken for absent: the condition keys {}", absent.join(", ")),
        )?;
    }
    if let Some(failure) = &audit.failure {
        line("Failed", &failure.reason.detail)?;
    }
    for (index, subject) in audit.subjects().into_iter().enumerate() {
        let counts = Counts::of(audit.of_subject(subject));
        let label = if index == 0 { "Result" } else { "" };
        line(
            label,
            &format!(
                "{subject}: checked {} of {}, {} missing, {} unknown",
                counts.checked(),
                counts.total,
                counts.failed,
                counts.unknown
            ),
        )?;
    }
    line("Next", &next(audit))
}

fn tested(audit: &Audit) -> String {
    let tested = &audit.tested;
    match audit.cloud {
        Cloud::Aws if !tested.files.is_empty() => {
            let place = match (&tested.account, tested.regions.as_slice()) {
                (None, []) => "any account and region".to_owned(),
                (Some(account), []) => format!("account {account}, any region"),
                (None, regions) => format!("any account, region {}", regions.join(", ")),
                (Some(account), regions) => {
                    format!("account {account}, region {}", regions.join(", "))
                }
            };
            format!(
                "the policy files {}, for {place}; nothing of AWS was asked",
                tested.files.join(", ")
            )
        }
        Cloud::Aws => {
            let account = tested.account.as_deref().unwrap_or("not known");
            let regions = tested.regions.join(", ");
            let source = tested
                .region_source
                .as_deref()
                .map(|source| format!(" ({source})"))
                .unwrap_or_default();
            let caller = tested.caller.as_deref().unwrap_or("not known");
            format!("account {account}, region {regions}{source}; caller {caller}")
        }
        Cloud::Gcp if !tested.files.is_empty() => {
            let caller = tested.caller.as_deref().unwrap_or("not known");
            let project = tested
                .project
                .as_deref()
                .map(|project| format!(" on project {project}"))
                .unwrap_or_default();
            format!(
                "the policy files {}, for {caller}{project}; nothing of Google was asked",
                tested.files.join(", ")
            )
        }
        Cloud::Gcp => {
            let project = tested.project.as_deref().unwrap_or("not known");
            let source = tested
                .project_source
                .as_deref()
                .map(|source| format!(" ({source})"))
                .unwrap_or_default();
            let number = tested
                .project_number
                .as_deref()
                .map(|number| format!(", number {number}"))
                .unwrap_or_default();
            let caller = tested.caller.as_deref().unwrap_or("not known");
            format!("project {project}{source}{number}; identity {caller}")
        }
    }
}

/// What to do next.
fn next(audit: &Audit) -> String {
    if let Some(hint) = audit
        .failure
        .as_ref()
        .and_then(|failure| failure.hint.as_ref())
    {
        return hint.clone();
    }
    let version = &audit.version.version;
    match audit.exit() {
        Exit::Held => "nothing to do: everything that this version needs is held".to_owned(),
        Exit::Missing if Counts::of(&audit.findings).failed == 0 => {
            "take away what is held beyond the need, listed above".to_owned()
        }
        Exit::Missing => missing(audit, version),
        Exit::Undetermined | Exit::Call => {
            "settle what is unknown: each row above says what would settle it".to_owned()
        }
    }
}

/// One sentence per kind of cause, the ones that a policy mends first.
fn missing(audit: &Audit, version: &str) -> String {
    let mut sentences: Vec<String> = Vec::new();
    let mut add = |sentence: String| {
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    };
    for finding in &audit.findings {
        let Verdict::Fail(cause) = &finding.verdict else {
            continue;
        };
        if finding.kind == FindingKind::Permission && cause.is_mended_by_allowing() {
            let subject = finding.subject;
            add(match audit.cloud {
                Cloud::Aws => format!(
                    "`remperm aws check --subject {subject} --fix` prints the policy with just what is missing, `remperm policies {subject} --remotion-version {version}` all that is needed"
                ),
                Cloud::Gcp => format!(
                    "grant what is missing: `remperm policies {subject} --remotion-version {version}` prints a role with all that is needed"
                ),
            });
        } else {
            add(cause.remedy().to_owned());
        }
    }
    sentences.join("\n")
}
