//! One concrete request.

use super::context::Context;
use super::document::{Effect, Statement};
use super::layers::{Layers, statements};
use super::outcome::{Decision, Denial, sorted_keys};
use super::question::Request;
use super::resource::{self, Words};
use super::truth::Truth;

/// Decides one concrete request.
///
/// The rules are those of the module's documentation; of a request whose context is known in all
/// keys that the policies mention, the answer is `Unknown` only for the reasons that are listed
/// there.
#[must_use]
pub fn decide(layers: &Layers, request: &Request, context: &Context) -> Decision {
    let mut open: Vec<&Statement> = Vec::new();
    let mut missing = None;
    for (layer, documents) in layers.given() {
        let mut allowed = Truth::False;
        let mut open_allows = Vec::new();
        for statement in statements(documents) {
            let needed = match statement.effect {
                Effect::Deny => true,
                Effect::Allow => allowed != Truth::True && missing.is_none(),
            };
            if !needed {
                continue;
            }
            match (applies(statement, request, context), statement.effect) {
                (Truth::False, _) => {}
                (Truth::True, Effect::Deny) => {
                    return Decision::Denied(Denial::Explicit {
                        layer,
                        statement: statement.name(),
                    });
                }
                (Truth::Undecided, Effect::Deny) => open.push(statement),
                (Truth::True, Effect::Allow) => allowed = Truth::True,
                (Truth::Undecided, Effect::Allow) => {
                    allowed = allowed.or(Truth::Undecided);
                    open_allows.push(statement);
                }
            }
        }
        match allowed {
            Truth::True => {}
            Truth::False => {
                missing.get_or_insert(layer);
            }
            Truth::Undecided => open.append(&mut open_allows),
        }
    }
    if let Some(layer) = missing {
        return Decision::Denied(Denial::Implicit { layer });
    }
    if open.is_empty() {
        return Decision::Allowed;
    }
    Decision::Unknown {
        keys: sorted_keys(
            open.iter()
                .flat_map(|statement| statement.open_keys(context)),
        ),
        statements: open.iter().map(|statement| statement.name()).collect(),
    }
}

fn applies(statement: &Statement, request: &Request, context: &Context) -> Truth {
    if !statement.covers_action(&request.action) {
        return Truth::False;
    }
    match covers_resource(statement, &request.resource, context) {
        Truth::False => Truth::False,
        covered => covered.and(statement.condition(context)),
    }
}

/// Whether `Resource` or `NotResource` covers one resource.
fn covers_resource(statement: &Statement, resource: &[char], context: &Context) -> Truth {
    let Some(element) = &statement.resources else {
        return Truth::True;
    };
    let reading = resource::reading(statement.effect, element.negated);
    let mut listed = Truth::False;
    for entry in &element.entries {
        let meaning = entry.meaning(context, reading);
        let contains = |words: &Words<'_>| words.contain(resource);
        if meaning.words.as_ref().is_some_and(contains) {
            listed = listed.or(if meaning.open {
                Truth::Undecided
            } else {
                Truth::True
            });
        }
        if listed == Truth::True {
            break;
        }
    }
    if element.negated { !listed } else { listed }
}
