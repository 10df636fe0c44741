//! One finding: a permission, its verdict, and what a person decided about it.

use crate::permission::{Requirement, Subject};
use crate::verdict::{Held, Source, Unknown, Verdict, Why};

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
    /// What a person decided about it, where somebody did.
    pub waiver: Option<Waiver>,
}

/// A person's decision to live with a finding that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it counts, as `2027-01-31`.
    pub expires: String,
    /// That day is over: it counts no more.
    pub expired: bool,
}

/// What a finding comes to: its verdict, or that it was waived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Held.
    Pass,
    /// Not held.
    Fail,
    /// Not determined.
    Unknown,
    /// Not held or not determined, and accepted by a person until a day that has not passed.
    Waived,
}

impl Status {
    /// The stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
        }
    }
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
            waiver: None,
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.verdict {
            Verdict::Pass(_) => Status::Pass,
            _ if self.waiver.as_ref().is_some_and(|waiver| !waiver.expired) => Status::Waived,
            Verdict::Fail(_) => Status::Fail,
            Verdict::Unknown(_) => Status::Unknown,
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
    /// Neither held nor counted as missing or unknown, because a person accepted that.
    pub waived: usize,
}

impl Counts {
    /// Counts findings.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            counts.total += 1;
            match finding.status() {
                Status::Pass => counts.passed += 1,
                Status::Fail => counts.failed += 1,
                Status::Unknown => counts.unknown += 1,
                Status::Waived => counts.waived += 1,
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
        waiver: None,
    }
}

/// The finding that stands for a list that goes nowhere beyond another one.
#[must_use]
pub fn nothing_new(subject: Subject, version: &str, base: &str) -> Finding {
    Finding {
        kind: FindingKind::VersionList,
        subject,
        group: "Remotion version".to_owned(),
        permission: "permission-list".to_owned(),
        scope: version.to_owned(),
        reason: format!("Remotion {version} needs nothing beyond {base} here; nothing was asked."),
        doubtful: false,
        exact: Vec::new(),
        source: Source::Manifest,
        verdict: Verdict::Pass(Held {
            asked: vec![version.to_owned()],
            taken_as_absent: Vec::new(),
            level: None,
        }),
        waiver: None,
    }
}
