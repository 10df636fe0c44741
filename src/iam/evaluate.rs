//! A permission on a set of resources.

use super::automata::{Budget, Limits, Search};
use super::context::Context;
use super::document::{Effect, Statement};
use super::layers::{Layer, Layers, statements};
use super::outcome::{Cause, Gap, NotHeld, Outcome, Unknown, UnknownReason, sorted_keys};
use super::question::Question;
use super::scope::{Bound, Scope, Union};
use super::truth::Truth;

/// Answers whether an action is allowed on every resource in question, within the default limits.
#[must_use]
pub fn evaluate(layers: &Layers, question: &Question, context: &Context) -> Outcome {
    evaluate_within(layers, question, context, Limits::default())
}

/// Answers whether an action is allowed on every resource in question.
///
/// The rules are those of the module's documentation.
#[must_use]
pub fn evaluate_within(
    layers: &Layers,
    question: &Question,
    context: &Context,
    limits: Limits,
) -> Outcome {
    let mut evaluation = Evaluation {
        question,
        context,
        scope: Scope::new(&question.resource),
        budget: Budget::new(limits),
        denials: Vec::new(),
        missing: Vec::new(),
        open: Vec::new(),
        gave_up: false,
    };
    for (layer, documents) in layers.given() {
        evaluation.denies(layer, statements(documents));
        evaluation.allows(layer, statements(documents));
    }
    evaluation.outcome(limits)
}

struct Evaluation<'a> {
    question: &'a Question,
    context: &'a Context,
    scope: Scope<'a>,
    budget: Budget,
    denials: Vec<Gap>,
    missing: Vec<Gap>,
    open: Vec<&'a Statement>,
    gave_up: bool,
}

impl<'a> Evaluation<'a> {
    fn denies(&mut self, layer: Layer, statements: impl Iterator<Item = &'a Statement>) {
        for statement in statements {
            if statement.effect != Effect::Deny || !statement.covers_action(&self.question.action) {
                continue;
            }
            let condition = statement.condition(self.context);
            if condition == Truth::False {
                continue;
            }
            if condition == Truth::True {
                match self.reached(statement, Bound::Lower) {
                    Search::Nothing => {}
                    Search::GaveUp => {
                        self.gave_up = true;
                        continue;
                    }
                    Search::Word(witness) => {
                        let statement = statement.name();
                        self.denials.push(Gap {
                            cause: Cause::ExplicitDeny { layer, statement },
                            witness,
                        });
                        continue;
                    }
                }
                if statement.open_keys(self.context).is_empty() {
                    continue;
                }
            }
            match self.reached(statement, Bound::Upper) {
                Search::Nothing => {}
                Search::GaveUp => self.gave_up = true,
                Search::Word(_) => self.open.push(statement),
            }
        }
    }

    fn reached(&mut self, statement: &Statement, bound: Bound) -> Search {
        let mut union = Union::default();
        union.add(statement, self.context, bound);
        self.scope.reached(&union, &mut self.budget)
    }

    fn allows(&mut self, layer: Layer, statements: impl Iterator<Item = &'a Statement>) {
        let candidates: Vec<(&Statement, Truth)> = statements
            .filter(|statement| {
                statement.effect == Effect::Allow && statement.covers_action(&self.question.action)
            })
            .map(|statement| (statement, statement.condition(self.context)))
            .collect();
        let mut certain = Union::default();
        for (statement, condition) in &candidates {
            if *condition == Truth::True {
                certain.add(statement, self.context, Bound::Lower);
            }
        }
        let uncovered = self.scope.unreached(&certain, &mut self.budget);
        if uncovered == Search::Nothing {
            return;
        }
        let is_open = |(statement, condition): &&(&Statement, Truth)| {
            *condition == Truth::Undecided
                || (*condition == Truth::True && !statement.open_keys(self.context).is_empty())
        };
        let open: Vec<&Statement> = candidates
            .iter()
            .filter(is_open)
            .map(|(statement, _)| *statement)
            .collect();
        self.gave_up |= uncovered == Search::GaveUp;
        let uncovered = if open.is_empty() {
            uncovered
        } else {
            let mut possible = Union::default();
            for (statement, condition) in &candidates {
                if *condition != Truth::False {
                    possible.add(statement, self.context, Bound::Upper);
                }
            }
            self.scope.unreached(&possible, &mut self.budget)
        };
        match uncovered {
            Search::Nothing => {
                for statement in open {
                    if self.reached(statement, Bound::Upper) != Search::Nothing {
                        self.open.push(statement);
                    }
                }
            }
            Search::GaveUp => self.gave_up = true,
            Search::Word(witness) => {
                let cause = self.cause(layer, &candidates);
                self.missing.push(Gap { cause, witness });
            }
        }
    }

    /// Why the statements of a layer that allow the action do not suffice.
    fn cause(&mut self, layer: Layer, candidates: &[(&Statement, Truth)]) -> Cause {
        let mut held_only_for = Vec::new();
        let mut conditional = Vec::new();
        let mut keys = Vec::new();
        for (statement, condition) in candidates {
            if *condition == Truth::True {
                let reaching = self.reaching(statement);
                if !reaching.is_empty() {
                    held_only_for.extend(reaching);
                    continue;
                }
            }
            if matches!(self.reached(statement, Bound::Upper), Search::Word(_)) {
                conditional.push(statement.name());
                keys.extend(statement.condition_keys());
                keys.extend(statement.open_keys(self.context));
            }
        }
        if !held_only_for.is_empty() {
            return Cause::Narrower {
                layer,
                held_only_for,
            };
        }
        if conditional.is_empty() {
            return Cause::NothingAllows { layer };
        }
        Cause::Conditional {
            layer,
            statements: conditional,
            keys: sorted_keys(keys),
        }
    }

    /// The entries of a statement that reach into the question whatever variables stand for.
    fn reaching(&mut self, statement: &Statement) -> Vec<String> {
        let Some(element) = &statement.resources else {
            return vec!["*".to_owned()];
        };
        if element.negated {
            if self.reached(statement, Bound::Lower) == Search::Nothing {
                return Vec::new();
            }
            let texts: Vec<&str> = element.entries.iter().map(|entry| entry.text()).collect();
            return vec![format!("everything but {}", texts.join(", "))];
        }
        let mut reaching = Vec::new();
        for entry in &element.entries {
            let mut union = Union::default();
            union.add_entry(statement, entry, self.context);
            if matches!(
                self.scope.reached(&union, &mut self.budget),
                Search::Word(_)
            ) {
                reaching.push(entry.text().to_owned());
            }
        }
        reaching
    }

    fn outcome(mut self, limits: Limits) -> Outcome {
        let mut gaps = self.denials;
        gaps.append(&mut self.missing);
        let mut gaps = gaps.into_iter();
        if let Some(gap) = gaps.next() {
            return Outcome::NotHeld(NotHeld {
                gap,
                further: gaps.collect(),
            });
        }
        let mut reasons = Vec::new();
        if !self.open.is_empty() {
            let keys = self.open.iter();
            let keys = keys.flat_map(|statement| statement.open_keys(self.context));
            reasons.push(UnknownReason::Undecided {
                keys: sorted_keys(keys),
                statements: self.open.iter().map(|statement| statement.name()).collect(),
            });
        }
        if self.gave_up {
            reasons.push(UnknownReason::TooComplex { limits });
        }
        if reasons.is_empty() {
            Outcome::Held
        } else {
            Outcome::Unknown(Unknown { reasons })
        }
    }
}
