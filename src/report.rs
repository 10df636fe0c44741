//! The report: all findings of a run, in their final order, with their counts.
//!
//! Renderers take it as it is; nothing about the result is decided after this.

use crate::exit::Exit;
use crate::permission::{Cloud, Requirement, Subject};
use crate::verdict::{Source, Unknown, Verdict, Why};

/// Everything that a run found out: one audit per identity and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The audits, in the order in which they were asked for.
    pub audits: Vec<Audit>,
}

/// What was found out about one identity in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The cloud.
    pub cloud: Cloud,
    /// Who was tested, and where.
    pub tested: Tested,
    /// Against which Remotion version, and how it was chosen.
    pub version: VersionUsed,
    /// The findings, grouped as Remotion groups its permissions.
    pub findings: Vec<Finding>,
    /// Hints and refused side look-ups: they never change a verdict or the exit code.
    pub notes: Vec<String>,
    /// What beside permissions has to be right: it never changes the exit code.
    pub readiness: Vec<Readiness>,
    /// What is held beyond the need, where that was asked for.
    pub excess: Option<Excess>,
    /// What the source of the evidence can't see.
    pub blind_spots: Vec<&'static str>,
    /// Why nothing could be asked at all, where that is so.
    pub failure: Option<Failure>,
}

/// Something beside permissions that Remotion needs to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// What kind of thing it is: a stable name for machines.
    pub check: &'static str,
    /// Which one.
    pub about: String,
    /// Whether it is right; `None` where it could not be found out.
    pub ready: Option<bool>,
    /// What was found and what to do, for people.
    pub detail: String,
}

/// What an identity holds beyond the need of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess {
    /// The permissions, sorted.
    pub held: Vec<Extra>,
    /// How many were asked for.
    pub asked: usize,
    /// How many got no answer, such as those that can't be tested.
    pub unanswered: usize,
    /// Why some got no answer, where it was not for being untestable.
    pub reason: Option<Unknown>,
    /// Whether holding more than is needed fails the check.
    pub fails: bool,
}

/// A permission that is held and not needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// The permission.
    pub permission: String,
    /// What it allows.
    pub summary: String,
}

/// Why nothing could be asked at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub reason: Unknown,
    /// What to do next.
    pub hint: Option<String>,
}

/// Who was tested, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tested {
    /// Who called, as the cloud names it.
    pub caller: Option<String>,
    /// How the credentials were found, never their content.
    pub credentials: Option<String>,
    /// Whose permissions were tested, per subject.
    pub principals: Vec<(Subject, String)>,
    /// The AWS account.
    pub account: Option<String>,
    /// The Google Cloud project.
    pub project: Option<String>,
    /// How the project was chosen.
    pub project_source: Option<String>,
    /// The Google Cloud project's number, where it may be read.
    pub project_number: Option<String>,
    /// The AWS regions.
    pub regions: Vec<String>,
    /// How the regions were chosen.
    pub region_source: Option<String>,
    /// The files that were judged, where no cloud was asked.
    pub files: Vec<String>,
}

/// Against which Remotion version the check ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionUsed {
    /// The npm package.
    pub package: &'static str,
    /// The version.
    pub version: String,
    /// The stable name of how it was chosen.
    pub chosen: &'static str,
    /// How it was chosen, for people.
    pub chosen_text: String,
    /// The file that it was found in.
    pub file: Option<String>,
    /// The line in that file, counted from 1.
    pub line: Option<usize>,
    /// The stable name of how sure its list is.
    pub certainty: &'static str,
    /// How sure its list is, for people.
    pub certainty_text: String,
    /// A list that is not known was accepted by an explicit choice.
    pub accepted_newer: bool,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// A permission.
    Permission,
    /// The permission list itself.
    VersionList,
    /// The trust policy of the execution role.
    TrustPolicy,
    /// Who is tested.
    Identity,
}

impl FindingKind {
    /// The stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::VersionList => "version_list",
            Self::TrustPolicy => "trust_policy",
            Self::Identity => "identity",
        }
    }
}

/// One permission on one scope, or another thing that has to be right, and its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// Who has to hold it.
    pub subject: Subject,
    /// The heading it stands under.
    pub group: String,
    /// The permission, or the name of the other thing.
    pub permission: String,
    /// The resource scope.
    pub scope: String,
    /// What breaks without it.
    pub reason: String,
    /// Only one of two neighbouring versions needs it.
    pub doubtful: bool,
    /// The concrete resources that were asked about, where nothing of the scope is left open.
    pub exact: Vec<String>,
    /// Which source answered.
    pub source: Source,
    /// What the answer means.
    pub verdict: Verdict,
}

impl Finding {
    /// A requirement with its verdict.
    #[must_use]
    pub fn of(requirement: &Requirement, source: Source, verdict: Verdict) -> Self {
        Self {
            kind: FindingKind::Permission,
            subject: requirement.subject,
            group: requirement.group.clone(),
            permission: requirement.permission.clone(),
            scope: requirement.scope.clone(),
            reason: requirement.reason.clone(),
            doubtful: requirement.doubtful,
            exact: Vec::new(),
            source,
            verdict,
        }
    }

    /// Why it did not pass, for people; `None` where it passed.
    #[must_use]
    pub fn explanation(&self) -> Option<String> {
        match &self.verdict {
            Verdict::Pass(_) => None,
            Verdict::Fail(cause) => Some(cause.to_string()),
            Verdict::Unknown(unknown) => Some(unknown.detail.clone()),
        }
    }
}

/// How many findings there are of each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Findings in all.
    pub total: usize,
    /// Held.
    pub passed: usize,
    /// Missing.
    pub failed: usize,
    /// Not determined.
    pub unknown: usize,
}

impl Counts {
    /// Counts findings.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            counts.total += 1;
            match finding.verdict {
                Verdict::Pass(_) => counts.passed += 1,
                Verdict::Fail(_) => counts.failed += 1,
                Verdict::Unknown(_) => counts.unknown += 1,
            }
        }
        counts
    }

    /// How many got an answer: `checked N of M`.
    #[must_use]
    pub const fn checked(&self) -> usize {
        self.passed + self.failed
    }
}

impl Audit {
    /// The subjects that have findings, in their order.
    #[must_use]
    pub fn subjects(&self) -> Vec<Subject> {
        let mut subjects: Vec<Subject> = self.findings.iter().map(|one| one.subject).collect();
        subjects.dedup();
        subjects
    }

    /// The findings of one subject.
    pub fn of_subject(&self, subject: Subject) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.subject == subject)
    }

    /// The names that passes rest on, where the scope leaves the name open, each once.
    #[must_use]
    pub fn asked(&self) -> Vec<&str> {
        let name = |arn: &'_ str| {
            arn.match_indices(':')
                .nth(4)
                .map_or(0, |(index, _)| index + 1)
        };
        let mut asked: Vec<&str> = Vec::new();
        for finding in &self.findings {
            let Verdict::Pass(held) = &finding.verdict else {
                continue;
            };
            for resource in &held.asked {
                let Some(resource) = resource.get(name(resource)..) else {
                    continue;
                };
                if !finding.scope.ends_with(resource)
                    && !resource.contains('*')
                    && !asked.contains(&resource)
                {
                    asked.push(resource);
                }
            }
        }
        asked
    }

    /// Condition keys that passes rest on as absent, each once.
    #[must_use]
    pub fn taken_as_absent(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for finding in &self.findings {
            if let Verdict::Pass(held) = &finding.verdict {
                for key in &held.taken_as_absent {
                    if !keys.contains(&key.as_str()) {
                        keys.push(key);
                    }
                }
            }
        }
        keys
    }

    /// How the audit ends. No finding at all is not a pass.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let counts = Counts::of(&self.findings);
        let excess = self.excess.as_ref().filter(|excess| excess.fails);
        if counts.failed > 0 || excess.is_some_and(|excess| !excess.held.is_empty()) {
            Exit::Missing
        } else if counts.unknown > 0
            || counts.total == 0
            || self.failure.is_some()
            || excess.is_some_and(|excess| excess.reason.is_some())
        {
            Exit::Undetermined
        } else {
            Exit::Held
        }
    }
}

impl Report {
    /// How the run ends: a missing permission decides over what is unknown.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let exits: Vec<Exit> = self.audits.iter().map(Audit::exit).collect();
        if exits.contains(&Exit::Missing) {
            Exit::Missing
        } else if exits.is_empty() || exits.contains(&Exit::Undetermined) {
            Exit::Undetermined
        } else {
            Exit::Held
        }
    }
}

/// The finding that stands for a list that is not known.
#[must_use]
pub fn unknown_list(subject: Subject, version: &str, newest: &str) -> Finding {
    Finding {
        kind: FindingKind::VersionList,
        subject,
        group: "Remotion version".to_owned(),
        permission: "permission-list".to_owned(),
        scope: version.to_owned(),
        reason: "A newer version may need permissions that this check does not know.".to_owned(),
        doubtful: false,
        exact: Vec::new(),
        source: Source::Manifest,
        verdict: Verdict::Unknown(Unknown::new(
            Why::UnknownList,
            format!(
                "the list of {version} is not known, the newest known is {newest}: update remperm, or accept it with --accept-newer"
            ),
        )),
    }
}
