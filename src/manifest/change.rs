//! What one version needs and another one does not.

use semver::Version;

use super::{Certainty, Manifest, ManifestError, Partition};
use crate::permission::{Requirement, Subject};

/// A permission on a scope that one of two versions needs and the other one does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is needed, as the version that needs it has it.
    pub requirement: Requirement,
    /// Whether it came or went.
    pub way: Way,
    /// It is not certain: one of the versions lies between two lists that differ in it.
    pub perhaps: bool,
    /// The same permission went on one scope and came on another.
    pub scope_changed: bool,
}

/// Whether a permission came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The second version needs it, the first one does not.
    Came,
    /// The first version needs it, the second one does not.
    Went,
}

impl Way {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Went => "went",
        }
    }
}

/// Whether a version needs something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    No,
    Perhaps,
    Yes,
}

/// What a subject has to hold for one of two versions and not for the other: what came, in the
/// order of the second version, then what went, in the order of the first.
///
/// Where a version lies between two different lists, what stands in one of them alone is perhaps
/// needed. What is then open in both versions alike counts as come, because nobody holds it for
/// sure, unless both lie in the same gap and the order of its lists says more.
///
/// # Errors
///
/// [`ManifestError::NoPartition`] where one of the versions has no list for the partition.
pub fn changes(
    from: &Manifest,
    to: &Manifest,
    subject: Subject,
    partition: Partition,
) -> Result<Vec<Change>, ManifestError> {
    let before = from.requirements(subject, partition)?;
    let after = to.requirements(subject, partition)?;
    // The same version needs the same, even where it is not known which of two lists that is.
    if from.version.cmp_precedence(&to.version).is_eq() {
        return Ok(Vec::new());
    }
    let mut changes: Vec<Change> = Vec::new();
    let mut add = |requirement: &Requirement, way: Way, perhaps: bool| {
        let is_known = changes
            .iter()
            .any(|change: &Change| change.way == way && change.requirement.is_same(requirement));
        if !is_known {
            changes.push(Change {
                requirement: requirement.clone(),
                way,
                perhaps,
                scope_changed: false,
            });
        }
    };
    for requirement in &after {
        match (need(&before, requirement), need(&after, requirement)) {
            (Need::No, now) => add(requirement, Way::Came, now == Need::Perhaps),
            (Need::Perhaps, Need::Yes) => add(requirement, Way::Came, true),
            (Need::Perhaps, Need::Perhaps)
                if may_come(from, to, requirement, subject, partition) =>
            {
                add(requirement, Way::Came, true);
            }
            _ => {}
        }
    }
    for requirement in &before {
        match (need(&before, requirement), need(&after, requirement)) {
            (now, Need::No) => add(requirement, Way::Went, now == Need::Perhaps),
            (Need::Yes, Need::Perhaps) => add(requirement, Way::Went, true),
            (Need::Perhaps, Need::Perhaps)
                if !may_come(from, to, requirement, subject, partition) =>
            {
                add(requirement, Way::Went, true);
            }
            _ => {}
        }
    }
    mark_scopes(&mut changes);
    Ok(changes)
}

fn need(all: &[Requirement], wanted: &Requirement) -> Need {
    let mut need = Need::No;
    for one in all.iter().filter(|one| one.is_same(wanted)) {
        match one.doubtful {
            false => return Need::Yes,
            true => need = Need::Perhaps,
        }
    }
    need
}

/// Whether what is open in both versions may have come from one to the other. Between two versions
/// of the same gap the lists change once, from the earlier to the later.
fn may_come(
    from: &Manifest,
    to: &Manifest,
    requirement: &Requirement,
    subject: Subject,
    partition: Partition,
) -> bool {
    let (Some(one), Some(other)) = (gap(from), gap(to)) else {
        return true;
    };
    if one != other {
        return true;
    }
    let later = to
        .list
        .requirements(subject, partition)
        .unwrap_or_default()
        .iter()
        .any(|one| one.is_same(requirement));
    later == (from.version < to.version)
}

fn gap(manifest: &Manifest) -> Option<(&Version, &Version)> {
    match &manifest.certainty {
        Certainty::BetweenDifferent { below, above } => Some((below, above)),
        _ => None,
    }
}

/// Marks what came and went on different scopes.
fn mark_scopes(changes: &mut [Change]) {
    let all: Vec<(Way, String)> = changes
        .iter()
        .map(|change| (change.way, change.requirement.permission.clone()))
        .collect();
    for change in changes {
        let permission = &change.requirement.permission;
        change.scope_changed = all
            .iter()
            .any(|(way, other)| *way != change.way && other.eq_ignore_ascii_case(permission));
    }
}
