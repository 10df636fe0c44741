//! The list of users and roles: which of them hold what a version needs.

use super::{Counts, Finding, VersionUsed};
use crate::exit::Exit;
use crate::permission::Subject;
use crate::verdict::Source;

/// Which users and roles of an account hold what a version needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalList {
    /// Against which Remotion version.
    pub version: VersionUsed,
    /// Where their policies come from.
    pub source: Source,
    /// The files.
    pub files: Vec<String>,
    /// The AWS accounts that they belong to.
    pub accounts: Vec<String>,
    /// The regions; none leaves them open.
    pub regions: Vec<String>,
    /// One row per user or role and list, worst first.
    pub rows: Vec<PrincipalRow>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// What the source of the evidence can't see.
    pub blind_spots: Vec<&'static str>,
    /// The list itself may lack somebody or something, whatever its rows say.
    pub is_incomplete: bool,
}

/// One user or role, measured by one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalRow {
    /// Its ARN.
    pub principal: String,
    /// Whose list it was measured by.
    pub list: Subject,
    /// How much of the list it holds.
    pub counts: Counts,
    /// The first thing of the list that is missing.
    pub missing: Option<Finding>,
    /// The first thing of the list that could not be determined.
    pub unknown: Option<Finding>,
}

impl PrincipalRow {
    /// Whether everything of the list is held.
    #[must_use]
    pub const fn fits(&self) -> bool {
        self.counts.total > 0 && self.counts.passed == self.counts.total
    }
}

impl PrincipalList {
    /// How the run ends. It is a list and no check, so that what is missing is no failure; what
    /// could not be determined is.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let is_open = self.rows.iter().any(|row| row.counts.unknown > 0);
        if self.rows.is_empty() || self.is_incomplete || is_open {
            Exit::Undetermined
        } else {
            Exit::Held
        }
    }
}
