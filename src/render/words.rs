//! What every format for people says in the same words: headings, closing lines, next steps.

use crate::exit::Exit;
use crate::permission::{Cloud, Level, Subject};
use crate::report::{Audit, Counts, Finding, FindingKind, Report, Status, Waiver};
use crate::verdict::{Cause, Verdict};

/// A closing line: its label, empty where the one above goes on, and its text.
pub(super) type Line = (&'static str, String);

/// A fragment as the beginning of a sentence.
pub(super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The heading of an audit, where the configuration names it.
pub(super) fn heading(audit: &Audit) -> Option<String> {
    audit
        .target
        .as_ref()
        .map(|target| format!("Target {target}"))
}

/// The heading of the rows of one subject.
pub(super) fn title(audit: &Audit, subject: Subject) -> String {
    let principal = audit
        .tested
        .principals
        .iter()
        .find(|(of, _)| *of == subject)
        .map(|(_, name)| format!(": {name}"))
        .unwrap_or_default();
    format!("{}{principal}", subject_name(subject))
}

/// The subject, as a heading says it.
pub(super) const fn subject_name(subject: Subject) -> &'static str {
    match subject {
        Subject::User => "AWS user",
        Subject::Role => "AWS execution role",
        Subject::ServiceAccount => "Google Cloud service account",
    }
}

/// What a person decided, and whether it still counts.
pub(super) fn waiver(waiver: &Waiver) -> String {
    let Waiver {
        reason,
        owner,
        expires,
        expired,
    } = waiver;
    if *expired {
        format!("the waiver ended on {expires} and counts no more: {reason} ({owner})")
    } else {
        format!("waived until {expires}: {reason} ({owner})")
    }
}

/// What stands below the reason of a row, each on a line of its own.
pub(super) fn remarks(finding: &Finding, explained: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    if explained {
        remarks.extend(finding.explanation());
    }
    remarks.extend(finding.waiver.as_ref().map(waiver));
    if finding.doubtful {
        remarks.push("doubtful: only one of the neighbouring versions needs it".to_owned());
    }
    if let Verdict::Pass(held) = &finding.verdict {
        if !held.taken_as_absent.is_empty() {
            remarks.push(format!(
                "taken for absent: {}",
                held.taken_as_absent.join(", ")
            ));
        }
        if let Some(level) = held.level.filter(|level| *level != Level::Project) {
            remarks.push(format!(
                "held on the {}: {}",
                level.name(),
                held.asked.join(", ")
            ));
        }
    }
    remarks
}

/// What explains every row of a subject at once; saying it in each would bury the rest.
pub(super) fn shared_explanation(audit: &Audit, subject: Subject) -> Option<String> {
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

/// What was counted, as a sentence.
pub(super) fn counted(counts: Counts, accept_unknown: bool) -> String {
    let accepted = if accept_unknown && counts.unknown > 0 {
        " (accepted)"
    } else {
        ""
    };
    let waived = match counts.waived {
        0 => String::new(),
        waived => format!(", {waived} waived"),
    };
    format!(
        "checked {} of {}, {} missing, {} unknown{accepted}{waived}",
        counts.checked(),
        counts.total,
        counts.failed,
        counts.unknown
    )
}

/// Whether the audit lives with what it could not determine, as it was asked to.
pub(super) fn lives_with_unknown(audit: &Audit) -> bool {
    audit.accept_unknown && audit.is_determined()
}

/// The closing lines of one audit.
pub(super) fn closing(audit: &Audit) -> Vec<Line> {
    let mut lines = vec![("Tested", tested(audit))];
    for subject in audit.subjects() {
        if audit.tested.principals.iter().any(|(of, _)| *of == subject) {
            lines.push(("", title(audit, subject)));
        }
    }
    if let Some(credentials) = &audit.tested.credentials {
        lines.push(("", format!("credentials: {credentials}")));
    }
    let version = &audit.version;
    lines.push((
        "Against",
        format!(
            "{} {} ({}); {}",
            version.package, version.version, version.chosen_text, version.certainty_text
        ),
    ));
    if !audit.only_for.is_empty() {
        lines.push(("Only", format!("what is needed to {}", activities(audit))));
    }
    if let Some(base) = &version.base {
        lines.push((
            "Beyond",
            format!(
                "{} {} ({}); {}",
                version.package, base.version, base.chosen_text, base.certainty_text
            ),
        ));
    }
    if version.accepted_newer {
        let text = "its list is not known: accepted with --accept-newer";
        lines.push(("", text.to_owned()));
    }
    lines.extend(audit.notes.iter().map(|note| ("Note", note.clone())));
    let asked = audit.asked();
    if !asked.is_empty() {
        lines.push(("Asked", format!("about {}", asked.join(", "))));
    }
    let absent = audit.taken_as_absent();
    if !absent.is_empty() {
        let text = format!("taken for absent: the condition keys {}", absent.join(", "));
        lines.push(("Note", text));
    }
    if let Some(failure) = &audit.failure {
        lines.push(("Failed", failure.reason.detail.clone()));
    }
    let accepted = lives_with_unknown(audit);
    for (index, subject) in audit.subjects().into_iter().enumerate() {
        let counts = Counts::of(audit.of_subject(subject));
        let label = if index == 0 { "Result" } else { "" };
        lines.push((label, format!("{subject}: {}", counted(counts, accepted))));
    }
    lines.push(("Next", next(audit)));
    lines
}

/// The closing lines of the whole run.
pub(super) fn closing_of_all(report: &Report) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    if report.audits.len() != 1 {
        lines.push(("In all", verdict(report)));
    }
    let warnings = report.warnings.iter();
    lines.extend(warnings.map(|warning| ("Warning", warning.clone())));
    lines.extend(report.made_at.iter().map(|time| ("Made at", time.clone())));
    lines
}

/// How the run ended, in a few words.
pub(super) fn ending(report: &Report) -> &'static str {
    let counts = Counts::of(report.findings());
    match report.exit() {
        Exit::Held if counts.passed == counts.total => {
            if report.audits.iter().any(|audit| !audit.only_for.is_empty()) {
                "Everything that was checked is held"
            } else {
                "Everything that is needed is held"
            }
        }
        Exit::Held => "Nothing is missing but what was accepted",
        Exit::Missing if counts.failed == 0 => "More is held than is needed",
        Exit::Missing => "Permissions are missing",
        Exit::Undetermined | Exit::Call => "Not everything could be determined",
    }
}

/// The counts of the whole run as a sentence.
pub(super) fn verdict(report: &Report) -> String {
    let counts = Counts::of(report.findings());
    let unknown: usize = report
        .audits
        .iter()
        .filter(|audit| lives_with_unknown(audit))
        .map(|audit| Counts::of(&audit.findings).unknown)
        .sum();
    let failed = report
        .audits
        .iter()
        .filter(|audit| audit.failure.is_some())
        .count();
    let targets = match report.audits.len() {
        1 => String::new(),
        several => format!("{several} targets, "),
    };
    let not_checked = match failed {
        0 => String::new(),
        failed => format!(", {failed} not checked at all"),
    };
    let accepted = unknown > 0 && unknown == counts.unknown;
    let partly = match unknown {
        0 => String::new(),
        _ if accepted => String::new(),
        some => format!(", {some} of the unknown accepted"),
    };
    format!(
        "{targets}{}{partly}{not_checked}",
        counted(counts, accepted)
    )
}

fn tested(audit: &Audit) -> String {
    let tested = &audit.tested;
    let is_of_lists = |finding: &Finding| finding.kind == FindingKind::VersionList;
    if audit.failure.is_none() && audit.findings.iter().all(is_of_lists) {
        return "the lists alone: nothing was to be asked".to_owned();
    }
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
                "the files {}, for {place}; nothing of AWS was asked",
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
                "the files {}, for {caller}{project}; nothing of Google was asked",
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

/// The activities whose needs alone were checked.
fn activities(audit: &Audit) -> String {
    let names: Vec<&str> = audit.only_for.iter().map(|one| one.name()).collect();
    names.join(", ")
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
        Exit::Held => {
            let counts = Counts::of(&audit.findings);
            match counts.waived + counts.unknown {
                0 if !audit.only_for.is_empty() => format!(
                    "nothing to do: what is needed to {} is held; the rest was not checked (--for)",
                    activities(audit)
                ),
                0 => match &audit.version.base {
                    Some(base) => format!(
                        "nothing to do: what this version needs beyond {} is held",
                        base.version
                    ),
                    None => "nothing to do: everything that this version needs is held".to_owned(),
                },
                open => format!(
                    "nothing to do now: {open} of {} did not pass, and were waived or accepted",
                    counts.total
                ),
            }
        }
        Exit::Missing if Counts::of(&audit.findings).failed == 0 => {
            "take away what is held beyond the need, listed above".to_owned()
        }
        Exit::Missing => missing(audit, version),
        Exit::Undetermined | Exit::Call => {
            let accepted = audit.accept_unknown || Counts::of(&audit.findings).waived > 0;
            let settle = "settle what is unknown: each row above says what would settle it";
            if accepted && !audit.is_determined() {
                format!("{settle}; {NOTHING_DETERMINED}")
            } else {
                settle.to_owned()
            }
        }
    }
}

/// Why it is no pass where everything was accepted.
pub(super) const NOTHING_DETERMINED: &str =
    "no permission could be determined, and neither waivers nor --on-unknown make a pass of that";

/// One sentence per kind of cause, the ones that a policy mends first.
fn missing(audit: &Audit, version: &str) -> String {
    let mut sentences: Vec<String> = Vec::new();
    let mut add = |sentence: String| {
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    };
    for finding in &audit.findings {
        let Some(cause) = failing(finding) else {
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

/// Why a finding fails, where it does and nobody lives with that.
fn failing(finding: &Finding) -> Option<&Cause> {
    match &finding.verdict {
        Verdict::Fail(cause) if finding.status() == Status::Fail => Some(cause),
        _ => None,
    }
}
