//! The report: all findings of a run, in their final order, with their counts.
//!
//! Renderers take it as it is; nothing about the result is decided after this.

mod finding;
mod principals;

use crate::exit::Exit;
use crate::permission::{Activity, Cloud, Subject};
use crate::verdict::{Unknown, Verdict};

pub use finding::{Counts, Finding, FindingKind, Status, Waiver, nothing_new, unknown_list};
pub use principals::{PrincipalList, PrincipalRow};

/// Everything that a run found out: one audit per identity and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The audits, in the order in which they were asked for.
    pub audits: Vec<Audit>,
    /// When it was made, in UTC as `2026-11-21T08:45:00Z` (RFC 3339), where that was noted.
    pub made_at: Option<String>,
    /// What is about the run and no single audit, such as a waiver that matches nothing.
    pub warnings: Vec<String>,
}

/// What was found out about one identity in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The name that the configuration gives it, where it is one of several targets.
    pub target: Option<String>,
    /// The cloud.
    pub cloud: Cloud,
    /// Who was tested, and where.
    pub tested: Tested,
    /// Against which Remotion version, and how it was chosen.
    pub version: VersionUsed,
    /// Only what these activities need was checked; empty means everything.
    pub only_for: Vec<Activity>,
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
    /// What could not be determined does not fail the run, by an explicit choice; where nothing
    /// [was determined](Audit::is_determined), it still does.
    pub accept_unknown: bool,
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
    /// The version beyond whose need was checked, where not everything was.
    pub base: Option<BaseUsed>,
}

/// The version that was there before, where only what goes beyond its need is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUsed {
    /// The version.
    pub version: String,
    /// The stable name of how it was found.
    pub chosen: &'static str,
    /// How it was found, for people.
    pub chosen_text: String,
    /// The file that it was found in.
    pub file: Option<String>,
    /// The line in that file, counted from 1.
    pub line: Option<usize>,
    /// The stable name of how sure its list is.
    pub certainty: &'static str,
    /// How sure its list is, for people.
    pub certainty_text: String,
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

    /// Whether the need for at least one permission was settled, either way. Where it was not, neither
    /// waivers nor the choice to live with unknowns make a pass: nobody can have looked at what they
    /// accept. That a role is trusted settles nothing about its permissions.
    #[must_use]
    pub fn is_determined(&self) -> bool {
        self.findings.iter().any(|finding| {
            matches!(
                finding.kind,
                FindingKind::Permission | FindingKind::VersionList
            ) && !matches!(finding.verdict, Verdict::Unknown(_))
        })
    }

    /// How the audit ends. No finding at all is not a pass.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let counts = Counts::of(&self.findings);
        let excess = self.excess.as_ref().filter(|excess| excess.fails);
        if counts.failed > 0 || excess.is_some_and(|excess| !excess.held.is_empty()) {
            Exit::Missing
        } else if !self.is_determined()
            || self.failure.is_some()
            || excess.is_some_and(|excess| excess.reason.is_some())
            || (counts.unknown > 0 && !self.accept_unknown)
        {
            Exit::Undetermined
        } else {
            Exit::Held
        }
    }
}

impl Report {
    /// The report of a single audit.
    #[must_use]
    pub fn of(audit: Audit) -> Self {
        Self {
            audits: vec![audit],
            made_at: None,
            warnings: Vec::new(),
        }
    }

    /// The findings of all audits.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.audits.iter().flat_map(|audit| &audit.findings)
    }

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
