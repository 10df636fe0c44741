//! The reference: slow, obvious, and without a line of the engine's.
//!
//! `None` is "undecided" throughout.

use super::model::{
    ModelCondition, ModelContext, ModelLayers, ModelPolicy, ModelStatement, ModelValue, Piece, Set,
    Text, Worth,
};

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    Literal(char),
    AnyOne,
    AnyMany,
}

use Element::{AnyMany, AnyOne, Literal};

/// Whether a pattern matches a word: tries everything.
pub(crate) fn glob(pattern: &[Element], word: &[char]) -> bool {
    match pattern.first() {
        None => word.is_empty(),
        Some(AnyMany) => {
            glob(&pattern[1..], word) || (!word.is_empty() && glob(pattern, &word[1..]))
        }
        Some(AnyOne) => !word.is_empty() && glob(&pattern[1..], &word[1..]),
        Some(Literal(own)) => word.first() == Some(own) && glob(&pattern[1..], &word[1..]),
    }
}

/// Part by part: the first five colons of both separate six parts.
pub(crate) fn glob_by_parts(pattern: &[Element], word: &[char]) -> bool {
    glob_in(6, pattern, word)
}

/// Every part by itself: no wildcard stands for a colon.
pub(crate) fn glob_of_names(pattern: &[Element], word: &[char]) -> bool {
    glob_in(usize::MAX, pattern, word)
}

fn glob_in(parts: usize, pattern: &[Element], word: &[char]) -> bool {
    let patterns: Vec<&[Element]> = pattern
        .splitn(parts, |element| *element == Literal(':'))
        .collect();
    let words: Vec<&[char]> = word.splitn(parts, |character| *character == ':').collect();
    patterns.len() >= 6
        && words.len() == patterns.len()
        && patterns
            .iter()
            .zip(&words)
            .all(|(pattern, word)| glob(pattern, word))
}

/// Wildcards in plain text.
pub(crate) fn elements(text: &str) -> Vec<Element> {
    text.chars()
        .map(|character| match character {
            '*' => AnyMany,
            '?' => AnyOne,
            other => Literal(other),
        })
        .collect()
}

fn characters(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// What becomes of text once variables have their values.
struct Substituted {
    elements: Vec<Element>,
    /// A variable is absent and has no default.
    missing: bool,
}

fn substitute(
    text: &Text,
    variables: bool,
    wildcards: bool,
    context: &ModelContext,
) -> Substituted {
    let written = |text: &str| match wildcards {
        true => elements(text),
        false => characters(text).into_iter().map(Literal).collect(),
    };
    if !variables {
        return Substituted {
            elements: written(&text.written()),
            missing: false,
        };
    }
    let mut result = Substituted {
        elements: Vec::new(),
        missing: false,
    };
    for piece in &text.0 {
        match piece {
            Piece::Written(text) => result.elements.extend(written(text)),
            Piece::Escape(character) => result.elements.push(Literal(*character)),
            Piece::Variable { key, default } => {
                let values = &context[key];
                let value = match (values.as_slice(), default) {
                    ([], None) => None,
                    ([], Some(default)) => Some((*default).to_owned()),
                    ([value], _) => Some(value.text.written()),
                    _ => panic!("variables have one value here"),
                };
                match value {
                    None => {
                        result.missing = true;
                        result.elements.push(AnyMany);
                    }
                    Some(value) => result
                        .elements
                        .extend(characters(&value).into_iter().map(Literal)),
                }
            }
        }
    }
    result
}

fn all(values: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let values: Vec<_> = values.into_iter().collect();
    if values.contains(&Some(false)) {
        Some(false)
    } else if values.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn any(values: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    all(values.into_iter().map(|value| value.map(|value| !value))).map(|value| !value)
}

/// One value of the request against one of the policy, negation left aside.
fn compare(
    operator: &str,
    policy: &ModelValue,
    request: &ModelValue,
    variables: bool,
    context: &ModelContext,
) -> Option<bool> {
    let given = request.text.written();
    let word = characters(&given);
    let substituted = |wildcards| substitute(&policy.text, variables, wildcards, context);
    let unless_missing = |matched: bool, missing: bool| match (matched, missing) {
        (true, true) => None,
        (matched, _) => Some(matched),
    };
    match operator {
        "StringEquals" | "StringNotEquals" => {
            let policy = substituted(false);
            unless_missing(glob(&policy.elements, &word), policy.missing)
        }
        "StringLike" | "StringNotLike" => {
            let policy = substituted(true);
            unless_missing(glob(&policy.elements, &word), policy.missing)
        }
        "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => {
            let policy = substituted(false);
            if policy.missing {
                return None;
            }
            let own: String = policy
                .elements
                .iter()
                .map(|element| match element {
                    Literal(character) => *character,
                    _ => panic!("no wildcards were asked for"),
                })
                .collect();
            Some(own.to_lowercase() == given.to_lowercase())
        }
        "ArnEquals" | "ArnLike" | "ArnNotEquals" | "ArnNotLike" => {
            let policy = substituted(true);
            let parts = |count: usize| count >= 5;
            let colons = policy
                .elements
                .iter()
                .filter(|element| **element == Literal(':'));
            let are_arns =
                parts(colons.count()) && parts(word.iter().filter(|c| **c == ':').count());
            if policy.missing || !are_arns {
                return None;
            }
            Some(glob_by_parts(&policy.elements, &word))
        }
        _ => match (&policy.worth, &request.worth) {
            (Worth::Hundredths(own), Worth::Hundredths(given)) => Some(match operator {
                "NumericEquals" | "NumericNotEquals" | "DateEquals" | "DateNotEquals" => {
                    given == own
                }
                "NumericLessThan" | "DateLessThan" => given < own,
                "NumericLessThanEquals" | "DateLessThanEquals" => given <= own,
                "NumericGreaterThan" | "DateGreaterThan" => given > own,
                "NumericGreaterThanEquals" | "DateGreaterThanEquals" => given >= own,
                other => panic!("{other}"),
            }),
            (Worth::Bool(own), Worth::Bool(given)) => Some(own == given),
            (Worth::Bytes(own), Worth::Bytes(given)) => Some(own == given),
            (Worth::Addresses(first, last), Worth::Addresses(given, _)) => {
                Some(first <= given && given <= last)
            }
            other => panic!("{operator} on {other:?}"),
        },
    }
}

fn condition(condition: &ModelCondition, variables: bool, context: &ModelContext) -> Option<bool> {
    let given = &context[condition.key];
    if condition.operator == "Null" {
        let absent = given.is_empty();
        return Some(
            condition
                .values
                .iter()
                .any(|value| value.worth == Worth::Bool(absent)),
        );
    }
    let negated = condition.operator.contains("Not");
    let one = |request: &ModelValue| {
        let matched = any(condition
            .values
            .iter()
            .map(|policy| compare(condition.operator, policy, request, variables, context)));
        matched.map(|matched| matched != negated)
    };
    let only_empty_text = given.iter().all(|value| value.text.written().is_empty());
    match (condition.set, given.as_slice()) {
        (Set::None, []) => Some(condition.if_exists || negated),
        (Set::All, []) => Some(true),
        (Set::Any, []) => Some(condition.if_exists),
        (Set::None, [value]) => one(value),
        (Set::None, _) => None,
        (Set::All, values) => match all(values.iter().map(one)) {
            Some(false) | None if only_empty_text => None,
            result => result,
        },
        (Set::Any, values) => match any(values.iter().map(one)) {
            Some(true) | None if only_empty_text => None,
            result => result,
        },
    }
}

/// Whether the statement's resources contain a word.
fn resource(
    statement: &ModelStatement,
    variables: bool,
    context: &ModelContext,
    word: &[char],
) -> Option<bool> {
    // What grants is read part by part, what denies across parts; `Not` turns it round.
    let by_parts = statement.allow != statement.not_resource;
    let listed = any(statement.resources.iter().map(|text| {
        if text.written() == "*" {
            return Some(true);
        }
        let pattern = substitute(text, variables, true, context);
        let matched = if by_parts {
            glob_by_parts(&pattern.elements, word)
        } else {
            glob(&pattern.elements, word)
        };
        if matched && pattern.missing {
            None
        } else {
            Some(matched)
        }
    }));
    listed.map(|listed| listed != statement.not_resource)
}

fn action(statement: &ModelStatement, name: &str) -> bool {
    let name = characters(&name.to_lowercase());
    let listed = statement
        .actions
        .iter()
        .any(|pattern| glob(&elements(&pattern.to_lowercase()), &name));
    listed != statement.not_action
}

/// Whether a variable somewhere in the statement has no value.
fn misses_a_variable(statement: &ModelStatement, variables: bool, context: &ModelContext) -> bool {
    let in_resources = statement
        .resources
        .iter()
        .any(|text| substitute(text, variables, true, context).missing);
    let in_conditions = statement.conditions.iter().any(|condition| {
        let is_read = !(condition.if_exists && context[condition.key].is_empty());
        is_read
            && condition
                .values
                .iter()
                .any(|value| substitute(&value.text, variables, true, context).missing)
    });
    in_resources || in_conditions
}

/// Whether a statement applies to a request.
pub(crate) fn applies(
    statement: &ModelStatement,
    variables: bool,
    context: &ModelContext,
    name: &str,
    word: &[char],
) -> Option<bool> {
    let conditions = all(statement
        .conditions
        .iter()
        .map(|one| condition(one, variables, context)));
    let resources = resource(statement, variables, context, word);
    let mut applies = all([Some(action(statement, name)), resources, conditions]);
    if misses_a_variable(statement, variables, context) {
        applies = match statement.allow {
            true => Some(false),
            false => all([applies, None]),
        };
    }
    applies
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Allowed,
    DeniedExplicitly,
    DeniedImplicitly,
    Undecided,
}

/// Both halves of a decision on a request of which everything is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weighed {
    /// Whether a Deny of any layer applies.
    pub(crate) denied: Option<bool>,
    /// Whether an Allow of every layer applies.
    pub(crate) allowed: Option<bool>,
}

/// Weighs a request of which everything is known.
pub(crate) fn weigh(
    layers: &ModelLayers,
    context: &ModelContext,
    name: &str,
    word: &[char],
) -> Weighed {
    let mut given: Vec<Vec<&ModelPolicy>> = vec![layers.identity.iter().collect()];
    given.extend(layers.boundary.iter().map(|policy| vec![policy]));
    if !layers.session.is_empty() {
        given.push(layers.session.iter().collect());
    }
    given.extend(
        layers
            .service_control
            .iter()
            .map(|level| level.iter().collect()),
    );
    let applying = |allow: bool, policies: &[&ModelPolicy]| {
        any(policies.iter().flat_map(|policy| {
            let statements = policy.statements.iter();
            statements
                .filter(|statement| statement.allow == allow)
                .map(|statement| applies(statement, policy.variables, context, name, word))
        }))
    };
    let denied = any(given.iter().map(|policies| applying(false, policies)));
    let allowed = all(given.iter().map(|policies| applying(true, policies)));
    Weighed { denied, allowed }
}

/// Decides a request of which everything is known.
pub(crate) fn decide(
    layers: &ModelLayers,
    context: &ModelContext,
    name: &str,
    word: &[char],
) -> Answer {
    let Weighed { denied, allowed } = weigh(layers, context, name, word);
    match (denied, allowed) {
        (Some(true), _) => Answer::DeniedExplicitly,
        (_, Some(false)) => Answer::DeniedImplicitly,
        (Some(false), Some(true)) => Answer::Allowed,
        _ => Answer::Undecided,
    }
}
