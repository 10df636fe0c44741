//! The classes of actions that two documents do not tell apart.

use std::collections::BTreeMap;

use crate::iam::action::{Action, ActionPattern};
use crate::iam::automata::{Budget, combinations};
use crate::iam::document::Document;
use crate::iam::pattern::Pattern;

/// One action of each class; one that the documents name or that is known, where there is such a
/// one. `None` where there are too many classes.
pub(super) fn classes(
    documents: [&Document; 2],
    known: &[&str],
    budget: &mut Budget,
) -> Option<Vec<Action>> {
    let mut patterns: Vec<(&ActionPattern, Pattern)> = Vec::new();
    let entries = documents
        .into_iter()
        .flat_map(Document::statements)
        .flat_map(|statement| &statement.actions.entries);
    for entry in entries {
        let automaton = entry.automaton();
        if !patterns.iter().any(|(_, other)| *other == automaton) {
            patterns.push((entry, automaton));
        }
    }
    let automata: Vec<Pattern> = patterns
        .iter()
        .map(|(_, automaton)| automaton.clone())
        .collect();
    let mut classes = combinations(&automata, budget)?;
    let mut named: BTreeMap<Vec<usize>, Action> = BTreeMap::new();
    let written = patterns.iter().map(|(entry, _)| entry.text());
    for name in known.iter().copied().chain(written) {
        // What has wildcards names no action.
        let Ok(action) = Action::parse(name) else {
            continue;
        };
        let class = patterns
            .iter()
            .enumerate()
            .filter(|(_, (entry, _))| entry.matches(&action))
            .map(|(index, _)| index)
            .collect();
        named.entry(class).or_insert(action);
    }
    for class in named.keys() {
        classes.remove(class);
    }
    let found = classes
        .into_values()
        .filter_map(|word| Action::parse(&word).ok());
    Some(named.into_values().chain(found).collect())
}
