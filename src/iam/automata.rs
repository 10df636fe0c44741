//! Sets of words given by patterns: do two meet, and does one lie in the union of others?
//!
//! A pattern is an automaton already: its states are the positions between its tokens, a `*` is
//! passed without a character and stays for any that it takes.
//!
//! - Two patterns meet if a pair of end positions can be reached. There are at most as many pairs
//!   as the product of both lengths.
//! - A pattern lies in a union if no word leads it to its end and all members of the union
//!   elsewhere. The members' positions after a word are one set; these sets are made when a word
//!   needs them, and there can be exponentially many. A bound on the work ends the search, and
//!   its answer is then [`Search::GaveUp`].
//!
//! Three things keep the sets few, and none changes an answer. Behind the last `*` that was
//! reached, earlier positions of the same pattern are dropped as far as it stands for what they
//! could match (see [`super::pattern`]). A set that
//! contains another one which was met at the same position of the required pattern is skipped:
//! what escapes it escapes the smaller one too. And of the characters that no pattern waits for,
//! one stands for all.

mod classes;
mod cover;
mod meet;

use super::pattern::{Pattern, Token};

pub(super) use classes::combinations;
pub(super) use cover::uncovered_word;
pub(super) use meet::common_word;

/// How much work a question may cause before it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// States of the search.
    pub states: usize,
    /// Positions of patterns that are looked at, over all states.
    pub steps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            states: 50_000,
            steps: 5_000_000,
        }
    }
}

/// What is left of the limits while a question is answered: the searches of one question share
/// the steps, so that the number of statements does not lift the bound.
#[derive(Debug)]
pub(super) struct Budget {
    states: usize,
    steps: usize,
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            states: limits.states,
            steps: limits.steps,
        }
    }

    /// Takes steps off; whether there were enough.
    fn spend(&mut self, steps: usize) -> bool {
        let enough = self.steps >= steps;
        self.steps = self.steps.saturating_sub(steps);
        enough
    }
}

/// How a search ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Search {
    /// There is no such word.
    Nothing,
    /// This is one, of the shortest.
    Word(String),
    /// The bound was reached before an answer.
    GaveUp,
}

/// The positions that are reached from one without a character: pairs of a position and its
/// token, and `None` for the end.
fn reachable(pattern: &Pattern, from: usize) -> impl Iterator<Item = Option<(usize, Token)>> {
    let mut at = Some(from);
    std::iter::from_fn(move || {
        let position = at?;
        let token = pattern.tokens().get(position).copied();
        at = token
            .filter(|token| token.repeats())
            .map(|_| position.saturating_add(1));
        Some(token.map(|token| (position, token)))
    })
}

/// Where a token leaves its pattern after one character.
fn after((position, token): (usize, Token)) -> usize {
    if token.repeats() {
        position
    } else {
        position.saturating_add(1)
    }
}

/// The characters of words, shared between words that begin alike.
#[derive(Default)]
struct Trail {
    links: Vec<(usize, char)>,
}

impl Trail {
    fn start(&self) -> usize {
        usize::MAX
    }

    fn add(&mut self, before: usize, character: char) -> usize {
        self.links.push((before, character));
        self.links.len().saturating_sub(1)
    }

    fn word(&self, mut link: usize) -> String {
        let mut reversed = Vec::new();
        while let Some((before, character)) = self.links.get(link) {
            reversed.push(*character);
            link = *before;
        }
        reversed.into_iter().rev().collect()
    }
}
