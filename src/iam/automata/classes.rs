//! Which combinations of action patterns one action can match.

use std::collections::{BTreeMap, HashSet, VecDeque};

use super::{Budget, Trail, after};
use crate::iam::pattern::{Pattern, Token};

/// For each combination of patterns that some action matches, and no others, one of the shortest
/// such actions; a combination is the patterns' indices, in order. `None` where the bound on the
/// work was reached.
///
/// Actions are a service, a colon and a name, of lower-case letters, digits, `-` and `_`, neither
/// part empty. The automata of all patterns are walked at once, and each state is visited once.
pub(in crate::iam) fn combinations(
    patterns: &[Pattern],
    budget: &mut Budget,
) -> Option<BTreeMap<Vec<usize>, String>> {
    let walk = Walk { patterns };
    let mut found = BTreeMap::new();
    let mut trail = Trail::default();
    let mut met: HashSet<(Part, Positions)> = HashSet::new();
    let mut queue = VecDeque::new();
    let mut start = Vec::new();
    for pattern in 0..patterns.len() {
        walk.reach(&mut start, pattern, 0);
    }
    let start = (Part::Service { is_empty: true }, walk.settle(start));
    met.insert(start.clone());
    queue.push_back((start, trail.start()));
    while let Some(((part, positions), link)) = queue.pop_front() {
        if part == (Part::Name { is_empty: false }) {
            found
                .entry(walk.matched(&positions))
                .or_insert_with(|| trail.word(link));
        }
        for character in walk.candidates(part, &positions) {
            if !budget.spend(positions.len().saturating_add(1)) {
                return None;
            }
            let next = (part.after(character), walk.step(&positions, character));
            if met.insert(next.clone()) {
                queue.push_back((next, trail.add(link, character)));
            }
        }
        if met.len() > budget.states {
            return None;
        }
    }
    Some(found)
}

/// Where in an action a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Service { is_empty: bool },
    Name { is_empty: bool },
}

impl Part {
    fn after(self, character: char) -> Self {
        match (self, character) {
            (Self::Service { .. }, ':') => Self::Name { is_empty: true },
            (Self::Service { .. }, _) => Self::Service { is_empty: false },
            (Self::Name { .. }, _) => Self::Name { is_empty: false },
        }
    }
}

/// Pairs of a pattern and a position in it, in order.
type Positions = Box<[(usize, usize)]>;

struct Walk<'a> {
    patterns: &'a [Pattern],
}

impl Walk<'_> {
    fn token(&self, (pattern, position): (usize, usize)) -> Option<Token> {
        self.patterns.get(pattern)?.tokens().get(position).copied()
    }

    /// Adds a position and all that are reached from it without a character.
    fn reach(&self, positions: &mut Vec<(usize, usize)>, pattern: usize, from: usize) {
        let mut at = (pattern, from);
        loop {
            positions.push(at);
            match self.token(at) {
                Some(token) if token.repeats() => at.1 = at.1.saturating_add(1),
                _ => return,
            }
        }
    }

    fn step(&self, positions: &Positions, character: char) -> Positions {
        let mut next = Vec::with_capacity(positions.len().saturating_add(4));
        for at in positions {
            if let Some(token) = self.token(*at)
                && token.takes(character)
            {
                self.reach(&mut next, at.0, after((at.1, token)));
            }
        }
        self.settle(next)
    }

    /// Puts positions in order and drops those that the last `*` of their pattern hides: what they
    /// could still match, that `*` matches too.
    fn settle(&self, mut positions: Vec<(usize, usize)>) -> Positions {
        positions.sort_unstable();
        positions.dedup();
        let mut kept = Vec::with_capacity(positions.len());
        let mut hidden = None;
        for at in positions.into_iter().rev() {
            if hidden == Some(at.0) {
                continue;
            }
            kept.push(at);
            if self.token(at).is_some_and(Token::repeats) {
                hidden = Some(at.0);
            }
        }
        kept.reverse();
        kept.into_boxed_slice()
    }

    /// The patterns that stand at their end.
    fn matched(&self, positions: &Positions) -> Vec<usize> {
        let mut matched: Vec<usize> = positions
            .iter()
            .filter(|(pattern, position)| {
                self.patterns
                    .get(*pattern)
                    .is_some_and(|pattern| pattern.tokens().len() == *position)
            })
            .map(|(pattern, _)| *pattern)
            .collect();
        matched.dedup();
        matched
    }

    /// The characters worth trying: those that some pattern waits for and one for all others.
    fn candidates(&self, part: Part, positions: &Positions) -> Vec<char> {
        let mut waited_for: Vec<char> = positions
            .iter()
            .filter_map(|at| match self.token(*at) {
                Some(Token::Character(character)) => Some(character),
                _ => None,
            })
            .collect();
        waited_for.sort_unstable();
        waited_for.dedup();
        let other = of_names().find(|character| waited_for.binary_search(character).is_err());
        let mut candidates: Vec<char> = waited_for
            .into_iter()
            .filter(|character| of_names().any(|one| one == *character))
            .collect();
        candidates.extend(other);
        if part == (Part::Service { is_empty: false }) {
            candidates.push(':');
        }
        candidates
    }
}

/// What actions are made of once their case is taken away.
fn of_names() -> impl Iterator<Item = char> {
    ('a'..='z').chain('0'..='9').chain(['-', '_'])
}
