//! Whether two patterns meet.

use std::collections::{HashSet, VecDeque};

use super::{Budget, Search, Trail, after, reachable};
use crate::iam::pattern::{Pattern, Token};

/// A word that both patterns match.
pub(in crate::iam) fn common_word(left: &Pattern, right: &Pattern, budget: &mut Budget) -> Search {
    let mut trail = Trail::default();
    let mut met: HashSet<(usize, usize)> = HashSet::new();
    let mut queue = VecDeque::new();
    met.insert((0, 0));
    queue.push_back((0_usize, 0_usize, trail.start()));
    while let Some((left_at, right_at, link)) = queue.pop_front() {
        for left_token in reachable(left, left_at) {
            for right_token in reachable(right, right_at) {
                if !budget.spend(1) {
                    return Search::GaveUp;
                }
                let (Some(left_token), Some(right_token)) = (left_token, right_token) else {
                    if left_token.is_none() && right_token.is_none() {
                        return Search::Word(trail.word(link));
                    }
                    continue;
                };
                let Some(character) = common_character(left_token.1, right_token.1) else {
                    continue;
                };
                let next = (after(left_token), after(right_token));
                if met.insert(next) {
                    queue.push_back((next.0, next.1, trail.add(link, character)));
                }
            }
        }
    }
    Search::Nothing
}

fn common_character(left: Token, right: Token) -> Option<char> {
    let character = match (left, right) {
        (Token::Character(character), _) | (_, Token::Character(character)) => character,
        _ => 'a',
    };
    (left.takes(character) && right.takes(character)).then_some(character)
}
