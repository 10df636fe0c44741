//! Whether a pattern lies in a union of others.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{Budget, Search, Trail, after, reachable};
use crate::iam::pattern::{Pattern, Token};

/// A word that `required` matches and the union does not.
///
/// The union is made of `positive`, the words that any of these patterns matches, and of
/// `complements`: each is a list of patterns and stands for the words that none of them matches.
pub(in crate::iam) fn uncovered_word(
    required: &Pattern,
    positive: &[&Pattern],
    complements: &[Vec<&Pattern>],
    budget: &mut Budget,
) -> Search {
    Cover::new(required, positive, complements).search(budget)
}

/// A position in one of the union's patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct At {
    pattern: u32,
    position: u32,
}

/// The positions of all patterns after a word, in order.
type Positions = Box<[At]>;

struct Cover<'a> {
    required: &'a Pattern,
    /// The positive patterns, then those of the complements.
    patterns: Vec<&'a Pattern>,
    /// How many are positive.
    positive: usize,
    /// For each pattern behind the positive ones: the complement that it belongs to.
    complement_of: Vec<usize>,
    complements: usize,
    steps: usize,
}

/// How many earlier sets a new one is compared with before it is taken for new.
const COMPARED_SETS: usize = 64;

impl<'a> Cover<'a> {
    fn new(
        required: &'a Pattern,
        positive: &[&'a Pattern],
        complements: &[Vec<&'a Pattern>],
    ) -> Self {
        let mut patterns = positive.to_vec();
        let mut complement_of = Vec::new();
        for (index, complement) in complements.iter().enumerate() {
            for pattern in complement {
                patterns.push(*pattern);
                complement_of.push(index);
            }
        }
        Self {
            required,
            patterns,
            positive: positive.len(),
            complement_of,
            complements: complements.len(),
            steps: 0,
        }
    }

    fn search(mut self, budget: &mut Budget) -> Search {
        let mut trail = Trail::default();
        let mut met: HashSet<(usize, Positions)> = HashSet::new();
        let mut smallest: HashMap<usize, Vec<Positions>> = HashMap::new();
        let mut queue = VecDeque::new();
        let mut start = Vec::new();
        for pattern in 0..self.patterns.len() {
            self.reach(&mut start, u32::try_from(pattern).unwrap_or(u32::MAX), 0);
        }
        let Some(start) = self.settle(start) else {
            return Search::Nothing;
        };
        queue.push_back((0_usize, start, trail.start()));
        let mut candidates = Vec::new();
        while let Some((required_at, positions, link)) = queue.pop_front() {
            for required_token in reachable(self.required, required_at) {
                let Some(required_token) = required_token else {
                    if self.escapes(&positions) {
                        return Search::Word(trail.word(link));
                    }
                    continue;
                };
                self.candidates(required_token.1, &positions, &mut candidates);
                for &character in &candidates {
                    let Some(next) = self.step(&positions, character) else {
                        continue;
                    };
                    let required_next = after(required_token);
                    let known = smallest.entry(required_next).or_default();
                    if known.iter().any(|known| self.is_harder(&next, known)) {
                        continue;
                    }
                    if !met.insert((required_next, next.clone())) {
                        continue;
                    }
                    if known.len() < COMPARED_SETS {
                        known.push(next.clone());
                    }
                    queue.push_back((required_next, next, trail.add(link, character)));
                }
            }
            self.steps = self.steps.saturating_add(1);
            if met.len() > budget.states || !budget.spend(std::mem::take(&mut self.steps)) {
                return Search::GaveUp;
            }
        }
        Search::Nothing
    }

    fn token(&self, at: At) -> Option<Token> {
        let pattern = self.patterns.get(at.pattern as usize)?;
        pattern.tokens().get(at.position as usize).copied()
    }

    fn hides(&self, star: At, earlier: At) -> bool {
        star.pattern == earlier.pattern
            && self
                .patterns
                .get(star.pattern as usize)
                .is_some_and(|own| own.hides(star.position as usize, earlier.position as usize))
    }

    fn is_end(&self, at: At) -> bool {
        self.patterns
            .get(at.pattern as usize)
            .is_some_and(|pattern| pattern.tokens().len() == at.position as usize)
    }

    fn is_positive(&self, at: At) -> bool {
        (at.pattern as usize) < self.positive
    }

    fn complement(&self, at: At) -> Option<usize> {
        let index = (at.pattern as usize).checked_sub(self.positive)?;
        self.complement_of.get(index).copied()
    }

    /// Adds a position and all that are reached from it without a character.
    fn reach(&mut self, positions: &mut Vec<At>, pattern: u32, from: u32) {
        let mut at = At {
            pattern,
            position: from,
        };
        loop {
            self.steps = self.steps.saturating_add(1);
            positions.push(at);
            match self.token(at) {
                Some(token) if token.repeats() => at.position = at.position.saturating_add(1),
                _ => return,
            }
        }
    }

    /// The positions after one character more; `None` if no continuation can escape the union.
    fn step(&mut self, positions: &Positions, character: char) -> Option<Positions> {
        let mut next = Vec::with_capacity(positions.len().saturating_add(4));
        for at in positions {
            self.steps = self.steps.saturating_add(1);
            let Some(token) = self.token(*at) else {
                continue;
            };
            if token.takes(character) {
                let position = after((at.position as usize, token));
                let position = u32::try_from(position).unwrap_or(u32::MAX);
                self.reach(&mut next, at.pattern, position);
            }
        }
        self.settle(next)
    }

    /// Puts positions in order and drops the ones that do not matter; `None` if no continuation
    /// can escape the union.
    fn settle(&self, mut positions: Vec<At>) -> Option<Positions> {
        positions.sort_unstable();
        positions.dedup();
        // From the back: the last `*` of a pattern comes first and may hide what stands before it.
        let mut kept = Vec::with_capacity(positions.len());
        let mut star: Option<At> = None;
        let mut alive = vec![false; self.complements];
        for at in positions.iter().rev() {
            if star.is_some_and(|star| self.hides(star, *at)) {
                continue;
            }
            kept.push(*at);
            if self.token(*at).is_some_and(Token::repeats) {
                star = Some(*at);
                let last = At {
                    pattern: at.pattern,
                    position: at.position.saturating_add(1),
                };
                let takes_all = self.token(*at) == Some(Token::Many) && self.is_end(last);
                if takes_all && self.is_positive(*at) {
                    return None;
                }
            }
            if let Some(alive) = self
                .complement(*at)
                .and_then(|complement| alive.get_mut(complement))
            {
                *alive = true;
            }
        }
        // A complement none of whose patterns can match any more takes every continuation.
        if alive.contains(&false) {
            return None;
        }
        kept.reverse();
        Some(kept.into_boxed_slice())
    }

    /// Whether a word that led to these positions is in no member of the union.
    fn escapes(&self, positions: &Positions) -> bool {
        let mut matched = vec![false; self.complements];
        for at in positions {
            if !self.is_end(*at) {
                continue;
            }
            match self.complement(*at) {
                None => return false,
                Some(complement) => {
                    if let Some(matched) = matched.get_mut(complement) {
                        *matched = true;
                    }
                }
            }
        }
        !matched.contains(&false)
    }

    /// Whether what escapes from `new` escapes from `old` too: `old` has no position of a
    /// positive pattern that `new` lacks, and the same ones of complements.
    fn is_harder(&self, new: &Positions, old: &Positions) -> bool {
        let split = |positions: &Positions| positions.partition_point(|at| self.is_positive(*at));
        let (new_positive, new_rest) = new.split_at(split(new));
        let (old_positive, old_rest) = old.split_at(split(old));
        if new_rest != old_rest || old_positive.len() > new_positive.len() {
            return false;
        }
        let mut remaining = new_positive.iter();
        old_positive
            .iter()
            .all(|wanted| remaining.any(|found| found == wanted))
    }

    /// The characters worth trying: those that some pattern waits for and one for all others.
    fn candidates(&self, required: Token, positions: &Positions, into: &mut Vec<char>) {
        into.clear();
        if let Token::Character(character) = required {
            into.push(character);
            return;
        }
        let mut waited_for: Vec<char> = positions
            .iter()
            .filter_map(|at| match self.token(*at) {
                Some(Token::Character(character)) => Some(character),
                _ => None,
            })
            .chain([':'])
            .collect();
        waited_for.sort_unstable();
        waited_for.dedup();
        into.push(other_character(&waited_for));
        into.extend(
            waited_for
                .into_iter()
                .filter(|character| required.takes(*character)),
        );
    }
}

/// A character that is not among some others, in order; a readable one if there is any.
fn other_character(than: &[char]) -> char {
    ('a'..='z')
        .chain('0'..='9')
        .chain('A'..='Z')
        .chain('\u{a1}'..=char::MAX)
        .find(|character| than.binary_search(character).is_err())
        .unwrap_or('a')
}
