//! What did not pass, as one flat list: what the formats that know no tables are made of.
//!
//! A report whose list is empty is a pass in all of them, so the list keeps to
//! [`Report::exit`](crate::report::Report::exit): with exit code 1 it has a [`Grade::Failed`], with
//! exit code 3 a [`Grade::Undetermined`].

use sha2::{Digest, Sha256};

use super::words::{NOTHING_DETERMINED, capitalized, lives_with_unknown, waiver};
use crate::permission::{Cloud, Subject};
use crate::report::{Audit, Excess, Finding, FindingKind, Report, Status};
use crate::text::flat;
use crate::verdict::Verdict;

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// It ends the run with 1.
    Failed,
    /// It ends the run with 3, where nothing ends it with 1.
    Undetermined,
    /// Not determined, and accepted by an explicit choice.
    Accepted,
    /// Accepted by a waiver.
    Waived,
}

/// One thing that did not pass. Its texts are on one line, without characters that steer.
#[derive(Debug, Clone)]
pub(super) struct Problem<'a> {
    /// The audit that it belongs to; none where there was none.
    pub(super) audit: Option<&'a Audit>,
    /// The finding, where it is one.
    pub(super) finding: Option<&'a Finding>,
    pub(super) grade: Grade,
    /// The grade in a word: missing, unknown, waived, excess.
    pub(super) word: &'static str,
    /// Says the same as the failure of its audit, which is a problem of its own.
    pub(super) echo: bool,
    pub(super) subject: Option<Subject>,
    /// The stable name of what was looked at, such as `aws/s3:PutObject`.
    pub(super) rule: String,
    /// The permission, or what else it is about.
    pub(super) name: String,
    pub(super) scope: Option<String>,
    /// Why it did not pass.
    pub(super) why: String,
    /// What breaks without it.
    pub(super) breaks: Option<String>,
    /// What to do about it.
    pub(super) mend: Option<String>,
    /// What a person decided.
    pub(super) decided: Option<String>,
    /// The same for the same thing in every run, and no other in this one.
    pub(super) fingerprint: String,
}

impl Problem<'_> {
    /// The name that the configuration gives its target.
    pub(super) fn target(&self) -> Option<String> {
        self.audit?.target.as_deref().map(flat)
    }

    /// The subject and the target, in brackets where there are any.
    fn whose(&self) -> String {
        let subject = self.subject.map(|subject| subject.name().to_owned());
        let target = self.target().map(|target| format!("target {target}"));
        let parts: Vec<String> = [subject, target].into_iter().flatten().collect();
        if parts.is_empty() {
            String::new()
        } else {
            format!(" ({})", parts.join(", "))
        }
    }

    /// What it is, in a line.
    pub(super) fn title(&self) -> String {
        format!("{}: {}{}", self.word, self.name, self.whose())
    }

    /// All that is to be said, as sentences.
    pub(super) fn message(&self) -> String {
        let scope = self.scope.as_ref();
        let scope = scope.map_or_else(String::new, |scope| format!(" on {scope}"));
        let mut message = format!("{}{scope}: {}.", self.title(), self.why);
        for text in [&self.decided, &self.breaks, &self.mend]
            .into_iter()
            .flatten()
        {
            let end = if text.ends_with(['.', '!', '?']) {
                ""
            } else {
                "."
            };
            message.push_str(&format!(" {}{end}", capitalized(text)));
        }
        message
    }
}

/// All problems of a report, those of one audit together, in the report's order.
pub(super) fn all(report: &Report) -> Vec<Problem<'_>> {
    let mut problems: Vec<Problem<'_>> = Vec::new();
    if report.audits.is_empty() {
        problems.push(nothing(None));
    }
    for audit in &report.audits {
        problems.extend(failure(audit));
        let open = audit
            .findings
            .iter()
            .filter(|finding| finding.status() != Status::Pass)
            .map(|finding| of_finding(audit, finding));
        problems.extend(open);
        if audit.failure.is_none() {
            problems.extend(undetermined_as_a_whole(audit));
        }
        if let Some(excess) = audit.excess.as_ref().filter(|excess| excess.fails) {
            problems.extend(beyond(audit, excess));
        }
    }
    number(&mut problems);
    problems
}

/// The rule of a permission, or of what else a finding is about.
pub(super) fn rule(audit: &Audit, finding: &Finding) -> String {
    let cloud = match audit.cloud {
        Cloud::Aws => "aws",
        Cloud::Gcp => "gcp",
    };
    let name = match finding.kind {
        FindingKind::Permission => flat(&finding.permission),
        kind => kind.code().replace('_', "-"),
    };
    format!("{cloud}/{name}")
}

fn of_finding<'a>(audit: &'a Audit, finding: &'a Finding) -> Problem<'a> {
    let (grade, word) = match finding.status() {
        Status::Fail => (Grade::Failed, "missing"),
        Status::Waived => (Grade::Waived, "waived"),
        // Those that pass do not come here; were one to, it would not be silent.
        Status::Unknown | Status::Pass if lives_with_unknown(audit) => (Grade::Accepted, "unknown"),
        Status::Unknown | Status::Pass => (Grade::Undetermined, "unknown"),
    };
    let mend = match &finding.verdict {
        Verdict::Fail(cause) => Some(format!("to mend it, {}", cause.remedy())),
        _ => None,
    };
    Problem {
        audit: Some(audit),
        finding: Some(finding),
        grade,
        word,
        echo: audit.failure.is_some() && matches!(finding.verdict, Verdict::Unknown(_)),
        subject: Some(finding.subject),
        rule: rule(audit, finding),
        name: flat(&finding.permission),
        scope: Some(flat(&finding.scope)),
        why: flat(&finding.explanation().unwrap_or_default()),
        breaks: Some(flat(&finding.reason)).filter(|reason| !reason.is_empty()),
        mend,
        decided: finding.waiver.as_ref().map(|one| flat(&waiver(one))),
        fingerprint: String::new(),
    }
}

/// That something could not be determined as a whole.
fn undetermined<'a>(audit: Option<&'a Audit>, rule: &str, name: &str, why: &str) -> Problem<'a> {
    Problem {
        audit,
        finding: None,
        grade: Grade::Undetermined,
        word: "unknown",
        echo: false,
        subject: None,
        rule: format!("remperm/{rule}"),
        name: name.to_owned(),
        scope: None,
        why: flat(why),
        breaks: None,
        mend: None,
        decided: None,
        fingerprint: String::new(),
    }
}

fn nothing(audit: Option<&Audit>) -> Problem<'_> {
    undetermined(audit, "check", "the whole check", "nothing was checked")
}

/// What keeps an audit from passing where no finding of its own does.
fn undetermined_as_a_whole(audit: &Audit) -> Option<Problem<'_>> {
    if audit.findings.is_empty() {
        return Some(nothing(Some(audit)));
    }
    let told = audit
        .findings
        .iter()
        .any(|finding| matches!(finding.status(), Status::Fail | Status::Unknown));
    (!told && !audit.is_determined())
        .then(|| undetermined(Some(audit), "check", "the whole check", NOTHING_DETERMINED))
}

fn failure(audit: &Audit) -> Option<Problem<'_>> {
    let failure = audit.failure.as_ref()?;
    let why = &failure.reason.detail;
    Some(Problem {
        mend: failure.hint.as_deref().map(flat),
        ..undetermined(Some(audit), "check", "the whole check", why)
    })
}

fn beyond<'a>(audit: &'a Audit, excess: &Excess) -> Vec<Problem<'a>> {
    let held = excess.held.iter().map(|extra| Problem {
        grade: Grade::Failed,
        word: "excess",
        breaks: Some(flat(&extra.summary)).filter(|summary| !summary.is_empty()),
        mend: Some("to mend it, take it away".to_owned()),
        ..undetermined(
            Some(audit),
            "held-beyond-need",
            &flat(&extra.permission),
            "held on the project, and not needed",
        )
    });
    let unanswered = excess.reason.iter().map(|reason| {
        undetermined(
            Some(audit),
            "held-beyond-need",
            "what is held beyond the need",
            &reason.detail,
        )
    });
    held.chain(unanswered).collect()
}

/// Gives each its fingerprint. Target, subject, permission and scope make it: no account, no
/// verdict and no order, so that it stays the same while the same thing is wrong. What is equal in
/// all four is counted.
fn number(problems: &mut [Problem<'_>]) {
    let mut seen: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for problem in problems {
        let parts = [
            problem.target().unwrap_or_default(),
            problem.subject.map_or("", Subject::name).to_owned(),
            problem.rule.clone(),
            problem.name.clone(),
            problem.scope.clone().unwrap_or_default(),
        ];
        let base = hash(&parts);
        let before = seen.entry(base.clone()).or_default();
        problem.fingerprint = match *before {
            0 => base,
            count => hash(&[base, count.to_string()]),
        };
        *before += 1;
    }
}

fn hash(parts: &[String]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        // The length keeps "ab", "c" and "a", "bc" apart.
        hasher.update(part.len().to_be_bytes());
        hasher.update(part);
    }
    hasher
        .finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
