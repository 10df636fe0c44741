//! What statements' resources and the resources in question have to do with each other.

use std::borrow::Cow;

use super::automata::{Budget, Search, common_word, uncovered_word};
use super::context::Context;
use super::document::Statement;
use super::pattern::{Pattern, Token};
use super::question::{RequiredArns, RequiredResource, Shape};
use super::resource::{self, ResourcePattern, Words};

/// The resources in question.
#[derive(Debug)]
pub(super) enum Scope<'q> {
    /// Every word there is.
    Everything { any: Pattern },
    /// The word `*`.
    Unscoped,
    /// A set of ARNs.
    Arns(&'q RequiredArns),
}

/// How to take an entry with a variable that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// So that the statement reaches what it reaches in any case.
    Lower,
    /// So that it reaches all that it may reach.
    Upper,
}

/// The words that some statements reach together.
#[derive(Debug, Default)]
pub(super) struct Union<'s> {
    all: bool,
    positive: Vec<Cow<'s, Pattern>>,
    complements: Vec<Vec<Cow<'s, Pattern>>>,
}

impl<'s> Union<'s> {
    /// Adds what a statement reaches; whether conditions hold is not looked at.
    pub(super) fn add(&mut self, statement: &'s Statement, context: &Context, bound: Bound) {
        let Some(element) = &statement.resources else {
            self.all = true;
            return;
        };
        let reading = resource::reading(statement.effect, element.negated);
        // Fewer entries of `Resource` reach less, fewer of `NotResource` reach more.
        let keeps_open = (bound == Bound::Upper) != element.negated;
        let mut listed = Vec::new();
        let mut lists_all = false;
        for entry in &element.entries {
            let meaning = entry.meaning(context, reading);
            if meaning.open && !keeps_open {
                continue;
            }
            match meaning.words {
                Some(Words::All) => lists_all = true,
                Some(Words::Matching(pattern)) => listed.push(pattern),
                None => {}
            }
        }
        match (element.negated, lists_all) {
            (false, true) => self.all = true,
            (false, false) => self.positive.append(&mut listed),
            (true, true) => {}
            (true, false) if listed.is_empty() => self.all = true,
            (true, false) => self.complements.push(listed),
        }
    }

    /// Adds what one entry of a statement's `Resource` reaches whatever variables stand for.
    pub(super) fn add_entry(
        &mut self,
        statement: &'s Statement,
        entry: &'s ResourcePattern,
        context: &Context,
    ) {
        let meaning = entry.meaning(context, resource::reading(statement.effect, false));
        match meaning.words {
            _ if meaning.open => {}
            Some(Words::All) => self.all = true,
            Some(Words::Matching(pattern)) => self.positive.push(pattern),
            None => {}
        }
    }

    fn contains(&self, word: &[char]) -> bool {
        let in_complement =
            |listed: &Vec<Cow<'_, Pattern>>| !listed.iter().any(|pattern| pattern.matches(word));
        self.all
            || self.positive.iter().any(|pattern| pattern.matches(word))
            || self.complements.iter().any(in_complement)
    }
}

/// The one word that requests carry whose action knows no resources.
const STAR: &[char] = &['*'];

impl<'q> Scope<'q> {
    pub(super) fn new(resource: &'q RequiredResource) -> Self {
        match &resource.shape {
            Shape::Everything => Self::Everything {
                any: Pattern::new(vec![Token::Many]),
            },
            Shape::Unscoped => Self::Unscoped,
            Shape::Arns(arns) => Self::Arns(arns),
        }
    }

    /// A resource in question that the union reaches.
    pub(super) fn reached(&self, union: &Union<'_>, budget: &mut Budget) -> Search {
        let (wide, shown) = match self {
            Self::Unscoped => return found(union.contains(STAR)),
            Self::Everything { .. } if union.all => return found(true),
            Self::Everything { any } => (any, any),
            Self::Arns(arns) => (&arns.all, &arns.showable),
        };
        if union.all {
            return common_word(shown, shown, budget);
        }
        let mut gave_up = false;
        for pattern in &union.positive {
            match common_word(wide, pattern, budget) {
                Search::Nothing => {}
                Search::GaveUp => gave_up = true,
                Search::Word(word) => return nicer(common_word(shown, pattern, budget), word),
            }
        }
        for listed in &union.complements {
            let listed: Vec<&Pattern> = listed.iter().map(AsRef::as_ref).collect();
            match uncovered_word(wide, &listed, &[], budget) {
                Search::Nothing => {}
                Search::GaveUp => gave_up = true,
                Search::Word(word) => {
                    let shown = uncovered_word(shown, &listed, &[], budget);
                    return self.readable(nicer(shown, word));
                }
            }
        }
        if gave_up {
            Search::GaveUp
        } else {
            Search::Nothing
        }
    }

    /// A resource in question that the union does not reach. An empty rest of a name is not in
    /// question here.
    pub(super) fn unreached(&self, union: &Union<'_>, budget: &mut Budget) -> Search {
        if union.all {
            return Search::Nothing;
        }
        let (required, shown) = match self {
            Self::Unscoped => return found(!union.contains(STAR)),
            Self::Everything { any } => (any, any),
            Self::Arns(arns) => (&arns.required, &arns.showable),
        };
        let positive: Vec<&Pattern> = union.positive.iter().map(AsRef::as_ref).collect();
        // Mostly one entry covers all by itself, or none reaches any of it.
        let mut near = Vec::new();
        for pattern in &positive {
            if uncovered_word(required, &[pattern], &[], budget) == Search::Nothing {
                return Search::Nothing;
            }
            if common_word(required, pattern, budget) != Search::Nothing {
                near.push(*pattern);
            }
        }
        let complements: Vec<Vec<&Pattern>> = union
            .complements
            .iter()
            .map(|listed| listed.iter().map(AsRef::as_ref).collect())
            .collect();
        match uncovered_word(required, &near, &complements, budget) {
            Search::Word(word) => {
                let shown = uncovered_word(shown, &near, &complements, budget);
                self.readable(nicer(shown, word))
            }
            other => other,
        }
    }

    /// Where everything is in question, a word that is no ARN stands for all that are none: `*`
    /// is such a word, and the one that requests can carry.
    fn readable(&self, search: Search) -> Search {
        match (self, search) {
            (Self::Everything { .. }, Search::Word(word)) if !word.starts_with("arn:") => {
                found(true)
            }
            (_, search) => search,
        }
    }
}

fn found(is_found: bool) -> Search {
    if is_found {
        Search::Word(STAR.iter().collect())
    } else {
        Search::Nothing
    }
}

/// A word that is better to read, if there is one.
fn nicer(shown: Search, word: String) -> Search {
    match shown {
        Search::Word(shown) => Search::Word(shown),
        Search::Nothing | Search::GaveUp => Search::Word(word),
    }
}
