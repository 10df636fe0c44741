//! A resource that one document allows for an action and the other one does not.

use std::borrow::Cow;

use super::{Atom, is_unconditional};
use crate::iam::automata::{Budget, Search, common_word, uncovered_word};
use crate::iam::context::Context;
use crate::iam::document::{Document, Effect, Statement};
use crate::iam::pattern::{Pattern, Reading, Token};
use crate::iam::resource::Words;

/// The statements of a document that cover one action.
pub(super) struct Side<'a> {
    pub(super) allows: Vec<&'a Statement>,
    pub(super) denies: Vec<&'a Statement>,
}

impl<'a> Side<'a> {
    pub(super) fn new(document: &'a Document, statements: &[usize]) -> Self {
        let covering = statements
            .iter()
            .filter_map(|index| document.statements().get(*index));
        let (allows, denies) = covering.partition(|one| one.effect == Effect::Allow);
        Self { allows, denies }
    }
}

/// The words that a statement reaches.
enum Set<'a> {
    All,
    /// Those that any of these patterns matches.
    Listed(Vec<Cow<'a, Pattern>>),
    /// Those that none of these patterns matches.
    Others(Vec<Cow<'a, Pattern>>),
}

impl<'a> Set<'a> {
    fn of(
        statement: &'a Statement,
        reading: Reading,
        is_true: &impl Fn(&Atom<'_>) -> bool,
        context: &Context,
    ) -> Self {
        if !is_unconditional(statement) && !is_true(&Atom::Statement(statement)) {
            return Self::Listed(Vec::new());
        }
        let Some(element) = &statement.resources else {
            return Self::All;
        };
        let mut listed = Vec::new();
        for entry in &element.entries {
            if entry.has_variables() && !is_true(&Atom::Entry(entry)) {
                continue;
            }
            match entry.meaning(context, reading).words {
                Some(Words::All) if element.negated => return Self::Listed(Vec::new()),
                Some(Words::All) => return Self::All,
                Some(Words::Matching(pattern)) => listed.push(pattern),
                None => {}
            }
        }
        match (element.negated, listed.is_empty()) {
            (true, true) => Self::All,
            (true, false) => Self::Others(listed),
            (false, _) => Self::Listed(listed),
        }
    }

    fn contains(&self, word: &[char]) -> bool {
        match self {
            Self::All => true,
            Self::Listed(listed) => listed.iter().any(|pattern| pattern.matches(word)),
            Self::Others(listed) => !listed.iter().any(|pattern| pattern.matches(word)),
        }
    }
}

/// The word that requests carry whose action knows no resources.
const STAR: &[char] = &['*'];

/// A resource that `of` allows and `by` does not, while these atoms are true and all others false.
pub(super) fn find(
    of: &Side<'_>,
    by: &Side<'_>,
    reading: Reading,
    is_true: &impl Fn(&Atom<'_>) -> bool,
    budget: &mut Budget,
) -> Search {
    let context = Context::new();
    let set = |statement| Set::of(statement, reading, is_true, &context);
    let of_allows: Vec<Set<'_>> = of.allows.iter().copied().map(set).collect();
    let of_denies: Vec<Set<'_>> = of.denies.iter().copied().map(set).collect();
    let by_allows: Vec<Set<'_>> = by.allows.iter().copied().map(set).collect();
    let by_denies: Vec<Set<'_>> = by.denies.iter().copied().map(set).collect();
    let any = |sets: &[Set<'_>], word: &[char]| sets.iter().any(|set| set.contains(word));
    if any(&of_allows, STAR)
        && !any(&of_denies, STAR)
        && (!any(&by_allows, STAR) || any(&by_denies, STAR))
    {
        return Search::Word(STAR.iter().collect());
    }
    let arns = arns();
    let mut outside = Outside::default();
    for set in &of_denies {
        if !outside.leave_out(set) {
            return Search::Nothing;
        }
    }
    let mut not_allowed = outside.clone();
    let mut is_left = true;
    for set in &by_allows {
        is_left &= not_allowed.leave_out(set);
    }
    let mut regions: Vec<Outside<'_>> = is_left.then_some(not_allowed).into_iter().collect();
    for set in &by_denies {
        let mut denied = outside.clone();
        if denied.keep_only(set) {
            regions.push(denied);
        }
    }
    let mut gave_up = false;
    for allowed in &of_allows {
        let required: Vec<&Pattern> = match allowed {
            Set::All | Set::Others(_) => vec![&arns],
            Set::Listed(listed) => listed.iter().map(AsRef::as_ref).collect(),
        };
        for region in &regions {
            let mut region = region.clone();
            if let Set::Others(listed) = allowed {
                region.without.extend(listed.iter().map(AsRef::as_ref));
            }
            region.within.push(vec![&arns]);
            for required in &required {
                match region.search(required, budget) {
                    Search::Nothing => {}
                    Search::GaveUp => gave_up = true,
                    word @ Search::Word(_) => return word,
                }
            }
        }
    }
    if gave_up {
        Search::GaveUp
    } else {
        Search::Nothing
    }
}

/// The words that match none of some patterns, and of each of some lists at least one.
#[derive(Clone, Default)]
struct Outside<'a> {
    without: Vec<&'a Pattern>,
    within: Vec<Vec<&'a Pattern>>,
}

impl<'a> Outside<'a> {
    /// Takes the words of a set away; whether any can be left.
    fn leave_out(&mut self, set: &'a Set<'_>) -> bool {
        match set {
            Set::All => return false,
            Set::Listed(listed) => self.without.extend(listed.iter().map(AsRef::as_ref)),
            Set::Others(listed) => self.within.push(listed.iter().map(AsRef::as_ref).collect()),
        }
        true
    }

    /// Takes all other words away; whether any can be left.
    fn keep_only(&mut self, set: &'a Set<'_>) -> bool {
        match set {
            Set::All => {}
            Set::Listed(listed) if listed.is_empty() => return false,
            Set::Listed(listed) => self.within.push(listed.iter().map(AsRef::as_ref).collect()),
            Set::Others(listed) => self.without.extend(listed.iter().map(AsRef::as_ref)),
        }
        true
    }

    /// One of these words that a pattern matches.
    fn search(&self, required: &Pattern, budget: &mut Budget) -> Search {
        // Mostly one pattern takes all by itself, and most others none of it.
        let mut near = Vec::new();
        for pattern in &self.without {
            if *pattern == required
                || uncovered_word(required, &[pattern], &[], budget) == Search::Nothing
            {
                return Search::Nothing;
            }
            if common_word(required, pattern, budget) != Search::Nothing {
                near.push(*pattern);
            }
        }
        match uncovered_word(required, &near, &self.within, budget) {
            Search::Word(word) => {
                // A name that is not empty is better to read.
                let shown = uncovered_word(&showable(required), &near, &self.within, budget);
                match shown {
                    Search::Word(shown) => Search::Word(shown),
                    Search::Nothing | Search::GaveUp => Search::Word(word),
                }
            }
            other => other,
        }
    }
}

/// All ARNs: six parts, of which the first is `arn`, and only region and account may be empty.
fn arns() -> Pattern {
    let mut tokens: Vec<Token> = "arn:".chars().map(Token::Character).collect();
    let part = [Token::ManyInSegment, Token::Character(':')];
    let filled = [Token::OneInSegment];
    tokens.extend(filled.into_iter().chain(part));
    tokens.extend(filled.into_iter().chain(part));
    tokens.extend(part);
    tokens.extend(part);
    tokens.extend([Token::One, Token::Many]);
    Pattern::new(tokens)
}

/// The same with at least one character for each `*`.
fn showable(pattern: &Pattern) -> Pattern {
    let mut tokens = Vec::new();
    for token in pattern.tokens() {
        match token {
            Token::Many => tokens.push(Token::One),
            Token::ManyInSegment => tokens.push(Token::OneInSegment),
            Token::Character(_) | Token::One | Token::OneInSegment => {}
        }
        tokens.push(*token);
    }
    Pattern::new(tokens)
}
