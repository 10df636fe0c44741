//! Does one document allow all that another one allows?
//!
//! What a document allows is a set of triples: an action, a resource, and what else is known of a
//! request. One document covers another if its set contains the other's. Each document counts by
//! itself: that a Deny takes away what other documents grant is not compared.
//!
//! # Actions
//!
//! The action patterns of both documents cut all possible actions into classes that no statement
//! tells apart; [`actions`] finds every class that is not empty, and one action of each. What
//! holds for that one holds for its class. Actions that AWS does not have count too: `s3:Get*`
//! covers more than any list of today's actions.
//!
//! # Conditions and variables
//!
//! Nothing is known of requests. A statement's conditions, and whether a resource is one that an
//! entry with variables stands for in a request, are therefore *atoms*: true or false. Statements
//! of the same effect with the same conditions and the same entries with variables share one,
//! entries that are equal share one. Every assignment of truth to the atoms is tried, the real
//! ones among them, so that
//!
//! - a document that covers under every assignment **covers**;
//! - one that has a gap under every assignment **does not cover**;
//! - of all others it is **not known**: it depends on the atoms' keys, as far as turning one alone
//!   makes a difference.
//!
//! # Wildcards and colons
//!
//! Which wildcards in the first five parts of an ARN cross colons is left open by AWS's pages (see
//! [`super::resource`]). Both documents are read in every way that [`Reading`] knows, each time
//! alike; what is not the same each time is not known.
//!
//! # Resources
//!
//! In question are `*`, which requests carry whose action knows no resources, and all ARNs: six
//! parts, of which region and account may be empty. Whether an action knows such a resource is not
//! asked.

mod actions;
mod gap;

use std::collections::BTreeMap;

use super::automata::{Budget, Limits, Search};
use super::context::Context;
use super::document::{Document, Effect, Statement};
use super::outcome::sorted_keys;
use super::pattern::Reading;
use super::resource::ResourcePattern;
use gap::Side;

/// Whether a document allows all that another one allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// It does, for every request.
    Covers,
    /// It does not: for each of these there are requests, whatever else they carry.
    Lacks {
        /// What it lacks, at least one.
        gaps: Vec<Lack>,
        /// What could not be decided beside that.
        open: Vec<Doubt>,
    },
    /// Neither could be shown.
    Unknown {
        /// What could not be decided, at least one.
        open: Vec<Doubt>,
    },
}

/// Actions that one document allows on a resource and the other does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// One action for each class of actions that both documents treat alike.
    pub actions: Vec<String>,
    /// A resource that is not covered.
    pub resource: String,
}

/// Actions of which it could not be decided whether they are covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// One action for each class of actions that both documents treat alike; empty where the
    /// classes themselves could not be found.
    pub actions: Vec<String>,
    /// A resource that may not be covered, where one was found.
    pub resource: Option<String>,
    /// Why it is open, at least one reason.
    pub reasons: Vec<DoubtReason>,
}

/// Why a comparison is open.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DoubtReason {
    /// It depends on conditions or variables.
    Undecided {
        /// Their keys, sorted.
        keys: Vec<String>,
    },
    /// It depends on whether wildcards in the first five parts of an ARN cross colons.
    Colons,
    /// The bound on the work was reached.
    TooComplex,
}

impl std::fmt::Display for DoubtReason {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Undecided { keys } => write!(formatter, "depends on {}", keys.join(", ")),
            Self::Colons => formatter.write_str(
                "depends on whether wildcards cross the colons of an ARN, which AWS leaves open",
            ),
            Self::TooComplex => {
                formatter.write_str("the documents are too entangled to be compared")
            }
        }
    }
}

/// More atoms than these are not tried in all their combinations.
const MOST_ATOMS: usize = 8;

/// Whether `by` allows all that `of` allows, within the default limits.
///
/// `known_actions` are actions in AWS's spelling, with which classes of actions are shown where
/// they fit.
#[must_use]
pub fn covers(of: &Document, by: &Document, known_actions: &[&str]) -> Coverage {
    // Several searches per class of actions share the steps.
    let limits = Limits {
        steps: Limits::default().steps.saturating_mul(4),
        ..Limits::default()
    };
    covers_within(of, by, known_actions, limits)
}

/// Whether `by` allows all that `of` allows.
#[must_use]
pub fn covers_within(
    of: &Document,
    by: &Document,
    known_actions: &[&str],
    limits: Limits,
) -> Coverage {
    if is_covered_word_for_word(of, by) {
        return Coverage::Covers;
    }
    let mut budget = Budget::new(limits);
    let Some(classes) = actions::classes([of, by], known_actions, &mut budget) else {
        return Coverage::Unknown {
            open: vec![Doubt {
                actions: Vec::new(),
                resource: None,
                reasons: vec![DoubtReason::TooComplex],
            }],
        };
    };
    // Classes to which the same statements apply have the same answer.
    let mut alike: BTreeMap<(Vec<usize>, Vec<usize>), Vec<super::Action>> = BTreeMap::new();
    for action in classes {
        let applying = |document: &Document| -> Vec<usize> {
            let statements = document.statements().iter().enumerate();
            statements
                .filter(|(_, statement)| statement.covers_action(&action))
                .map(|(index, _)| index)
                .collect()
        };
        alike
            .entry((applying(of), applying(by)))
            .or_default()
            .push(action);
    }
    let mut gaps = Vec::new();
    let mut open = Vec::new();
    for ((in_of, in_by), actions) in alike {
        let actions = || actions.iter().map(|one| one.name().to_owned()).collect();
        match compare(&Side::new(of, &in_of), &Side::new(by, &in_by), &mut budget) {
            Answer::Covered => {}
            Answer::Gap(resource) => gaps.push(Lack {
                actions: actions(),
                resource,
            }),
            Answer::Open(resource, reasons) => open.push(Doubt {
                actions: actions(),
                resource,
                reasons,
            }),
        }
    }
    match (gaps.is_empty(), open.is_empty()) {
        (true, true) => Coverage::Covers,
        (true, false) => Coverage::Unknown { open },
        (false, _) => Coverage::Lacks { gaps, open },
    }
}

/// Whether each Allow of the one stands in the other and each Deny of the other in the one: then
/// no search is needed, however entangled they are.
fn is_covered_word_for_word(of: &Document, by: &Document) -> bool {
    let with = |document: &'_ Document, effect: Effect, other: &Document| {
        document
            .statements()
            .iter()
            .filter(|one| one.effect == effect)
            .all(|one| other.statements().iter().any(|two| is_same(one, two)))
    };
    with(of, Effect::Allow, by) && with(by, Effect::Deny, of)
}

fn is_same(one: &Statement, other: &Statement) -> bool {
    one.effect == other.effect
        && one.actions == other.actions
        && one.resources == other.resources
        && one.conditions == other.conditions
}

enum Answer {
    Covered,
    Gap(String),
    Open(Option<String>, Vec<DoubtReason>),
}

/// Compares what two documents say of one action.
fn compare(of: &Side<'_>, by: &Side<'_>, budget: &mut Budget) -> Answer {
    if of.allows.is_empty() {
        return Answer::Covered;
    }
    let atoms = atoms(of, by);
    if atoms.len() > MOST_ATOMS {
        return Answer::Open(None, vec![DoubtReason::TooComplex]);
    }
    let assignments: u32 = 1_u32 << atoms.len();
    let mut is_gap = Vec::new();
    let mut witness = None;
    let mut gave_up = false;
    for reading in readings(of, by) {
        for assignment in 0..assignments {
            let is_true = |wanted: &Atom<'_>| {
                let index = atoms.iter().position(|atom| atom.is(wanted));
                index.is_some_and(|index| assignment & (1_u32 << index) != 0)
            };
            let found = gap::find(of, by, reading, &is_true, budget);
            gave_up |= found == Search::GaveUp;
            is_gap.push(matches!(found, Search::Word(_)));
            if let (Search::Word(word), None) = (found, &witness) {
                witness = Some(word);
            }
        }
    }
    if !gave_up && is_gap.iter().all(|gap| !gap) {
        return Answer::Covered;
    }
    if let (true, Some(witness)) = (is_gap.iter().all(|gap| *gap), &witness) {
        return Answer::Gap(witness.clone());
    }
    let mut reasons = Vec::new();
    let keys = deciding_keys(&atoms, &is_gap);
    if !keys.is_empty() {
        reasons.push(DoubtReason::Undecided { keys });
    }
    let mut by_reading = is_gap.chunks(1_usize << atoms.len());
    let first = by_reading.next();
    if by_reading.any(|other| Some(other) != first) {
        reasons.push(DoubtReason::Colons);
    }
    if gave_up || reasons.is_empty() {
        reasons.push(DoubtReason::TooComplex);
    }
    Answer::Open(witness, reasons)
}

/// The ways to read wildcards that can make a difference.
fn readings(of: &Side<'_>, by: &Side<'_>) -> Vec<Reading> {
    let statements = [&of.allows, &of.denies, &by.allows, &by.denies];
    let mut entries = statements
        .into_iter()
        .flatten()
        .flat_map(|statement| &statement.resources)
        .flat_map(|element| &element.entries);
    if entries.all(ResourcePattern::has_two_readings) {
        return vec![Reading::Narrow, Reading::Wide];
    }
    vec![
        Reading::Narrow,
        Reading::PartEnds,
        Reading::Stars,
        Reading::Wide,
    ]
}

/// The keys of the atoms with which an answer turns when they alone turn.
fn deciding_keys(atoms: &[Atom<'_>], is_gap: &[bool]) -> Vec<String> {
    let mut keys = Vec::new();
    for (index, atom) in atoms.iter().enumerate() {
        // Each reading has an even number of assignments, so that a bit stays within one.
        let turned = |at: usize| is_gap.get(at ^ (1_usize << index));
        let decides = is_gap
            .iter()
            .enumerate()
            .any(|(at, gap)| turned(at).is_some_and(|other| other != gap));
        if decides {
            keys.extend(atom.keys());
        }
    }
    sorted_keys(keys)
}

/// What is true or false of a request, and not known.
enum Atom<'a> {
    /// The conditions of a statement hold and its variables have values.
    Statement(&'a Statement),
    /// The resource is one that an entry with variables stands for.
    Entry(&'a ResourcePattern),
}

impl<'a> Atom<'a> {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Entry(one), Self::Entry(other)) => one == other,
            (Self::Statement(one), Self::Statement(other)) => {
                let conditions = (&one.conditions, &other.conditions);
                let entries: (Vec<_>, Vec<_>) =
                    (open_entries(one).collect(), open_entries(other).collect());
                one.effect == other.effect
                    && conditions.0.iter().all(|own| conditions.1.contains(own))
                    && conditions.1.iter().all(|own| conditions.0.contains(own))
                    && entries.0.iter().all(|own| entries.1.contains(own))
                    && entries.1.iter().all(|own| entries.0.contains(own))
            }
            _ => false,
        }
    }

    fn keys(&self) -> Vec<&'a str> {
        match self {
            Self::Entry(entry) => entry.open_keys(&Context::new()),
            Self::Statement(statement) => statement
                .condition_keys()
                .chain(statement.open_keys(&Context::new()))
                .collect(),
        }
    }
}

/// The entries of `Resource` or `NotResource` that have variables.
fn open_entries(statement: &Statement) -> impl Iterator<Item = &ResourcePattern> {
    let entries = statement
        .resources
        .iter()
        .flat_map(|element| &element.entries);
    entries.filter(|entry| entry.has_variables())
}

/// Whether a statement always applies to the actions and resources that it names.
fn is_unconditional(statement: &Statement) -> bool {
    statement.conditions.is_empty() && open_entries(statement).next().is_none()
}

fn atoms<'a>(of: &Side<'a>, by: &Side<'a>) -> Vec<Atom<'a>> {
    let mut atoms: Vec<Atom<'a>> = Vec::new();
    let statements = [&of.allows, &of.denies, &by.allows, &by.denies];
    for statement in statements.into_iter().flatten() {
        let own = (!is_unconditional(statement)).then_some(Atom::Statement(statement));
        for atom in own
            .into_iter()
            .chain(open_entries(statement).map(Atom::Entry))
        {
            if !atoms.iter().any(|known| known.is(&atom)) {
                atoms.push(atom);
            }
        }
    }
    atoms
}
