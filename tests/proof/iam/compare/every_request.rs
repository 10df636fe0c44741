//! Random documents, compared by trying every request.

use remperm::iam::{Context, Coverage, Decision, Document, Layers, Request, covers, decide};
use serde_json::{Value, json};

use super::super::random::{Random, cases, seed};
use super::{LONGEST, document};

fn words(letters: &[char]) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = words.clone();
    for _ in 0..LONGEST {
        last = last
            .iter()
            .flat_map(|word| letters.iter().map(move |letter| format!("{word}{letter}")))
            .collect();
        words.extend(last.clone());
    }
    words.retain(|word| !word.is_empty());
    words
}

const ACTIONS: [&str; 10] = [
    "*", "s:*", "s:a", "s:b*", "s:?", "s:*a", "t:a", "S:A*", "s:?a*", "*:b",
];
const RESOURCES: [&str; 11] = [
    "*",
    "arn:p:s:::a",
    "arn:p:s:::*",
    "arn:p:s:::a*",
    "arn:p:s:::*b",
    "arn:p:s:::?",
    "arn:p:s:::?b*",
    "arn:p:s:::*a*",
    "arn:p:s:::b?",
    "arn:p:s:::ab",
    "arn:p:s:::a${k:v}",
];
const KEYS: [&str; 2] = ["k:x", "k:y"];

fn statement(random: &mut Random, conditions: bool) -> Value {
    let some = |random: &mut Random, from: &[&'static str]| -> Vec<&'static str> {
        (0..=random.below(2)).map(|_| random.pick(from)).collect()
    };
    let action = if random.once_in(8) {
        "NotAction"
    } else {
        "Action"
    };
    let resource = if random.once_in(5) {
        "NotResource"
    } else {
        "Resource"
    };
    let resources = if conditions {
        &RESOURCES[..]
    } else {
        &RESOURCES[..10]
    };
    let mut statement = json!({
        "Effect": if random.once_in(3) { "Deny" } else { "Allow" },
        action: some(random, &ACTIONS),
        resource: some(random, resources),
    });
    if conditions && random.once_in(2) {
        let key = random.pick(&KEYS);
        statement["Condition"] = json!({"StringEquals": {key: random.pick(&["a", "b"])}});
    }
    statement
}

fn layers(document: Document) -> Layers {
    let mut layers = Layers::new();
    layers.add(document).expect("an identity policy");
    layers
}

fn is_allowed(layers: &Layers, request: &Request, context: &Context) -> bool {
    match decide(layers, request, context) {
        Decision::Allowed => true,
        Decision::Denied(_) => false,
        Decision::Unknown { .. } => panic!("the context is known"),
    }
}

/// The request that `by` refuses and `of` allows, if there is one over few letters.
fn refused(of: &Layers, by: &Layers, contexts: &[Context]) -> Option<String> {
    let names = words(&['a', 'b']);
    let mut resources = vec!["*".to_owned()];
    resources.extend(names.iter().map(|name| format!("arn:p:s:::{name}")));
    for service in ["s", "t", "u"] {
        for name in names.iter().chain([&"c".to_owned(), &"ca".to_owned()]) {
            for resource in &resources {
                let action = format!("{service}:{name}");
                let request = Request::parse(&action, resource).expect("a request");
                for context in contexts {
                    if is_allowed(of, &request, context) && !is_allowed(by, &request, context) {
                        return Some(format!("{action} on {resource} with {context:?}"));
                    }
                }
            }
        }
    }
    None
}

/// What is said to be covered holds for every request over few letters; what is said to be lacking
/// can be seen at its witness; and without conditions nothing stays open.
#[test]
fn random_documents_without_conditions() {
    let seed = seed();
    let context = [Context::new()];
    let mut covered = 0;
    for case in 0..cases(20_000) {
        let random = &mut Random::new(seed, case);
        let some = |random: &mut Random| -> Value {
            (0..1 + random.below(3))
                .map(|_| statement(random, false))
                .collect()
        };
        let (of_text, by_text) = (some(random), some(random));
        let (of, by) = (document(&of_text), document(&by_text));
        let answer = covers(&of, &by, &[]);
        let (of, by) = (layers(of), layers(by));
        let about = format!("seed {seed}, case {case}: {of_text} by {by_text}: {answer:?}");
        match &answer {
            Coverage::Covers => {
                covered += 1;
                assert_eq!(refused(&of, &by, &context), None, "{about}");
            }
            Coverage::Lacks { gaps, open } => {
                assert!(open.is_empty(), "{about}");
                for gap in gaps {
                    for action in &gap.actions {
                        let request = Request::parse(action, &gap.resource).expect("a request");
                        assert!(is_allowed(&of, &request, &context[0]), "{about}");
                        assert!(!is_allowed(&by, &request, &context[0]), "{about}");
                    }
                }
            }
            Coverage::Unknown { .. } => panic!("{about}"),
        }
    }
    assert!(covered > 10, "hardly anything was covered: {covered}");
}

/// The same with conditions and variables, over every context: what is lacking is so in each.
#[test]
fn random_documents_with_conditions() {
    let seed = seed();
    let values = [None, Some("a"), Some("b")];
    let mut contexts = Vec::new();
    for x in values {
        for y in values {
            // A variable without a value leaves a deny undecided, so it has one.
            for v in ["", "a", "b", "ab"] {
                let mut context = Context::new().with("k:v", [v]);
                for (key, value) in KEYS.into_iter().zip([x, y]) {
                    context = match value {
                        Some(value) => context.with(key, [value]),
                        None => context.without(key),
                    };
                }
                contexts.push(context);
            }
        }
    }
    // The third letter stands for all that no pattern names: a gap may be there alone.
    let names = words(&['a', 'b', 'c']);
    let (mut covered, mut lacking, mut open_ones) = (0, 0, 0);
    for case in 0..cases(5_000) {
        let random = &mut Random::new(seed, case);
        let some = |random: &mut Random| -> Value {
            (0..1 + random.below(3))
                .map(|_| statement(random, true))
                .collect()
        };
        let (of_text, by_text) = (some(random), some(random));
        let (of, by) = (document(&of_text), document(&by_text));
        let answer = covers(&of, &by, &[]);
        let (of, by) = (layers(of), layers(by));
        let about = format!("seed {seed}, case {case}: {of_text} by {by_text}: {answer:?}");
        let gaps = match &answer {
            Coverage::Covers => {
                covered += 1;
                assert_eq!(refused(&of, &by, &contexts), None, "{about}");
                continue;
            }
            Coverage::Lacks { gaps, .. } => gaps,
            Coverage::Unknown { .. } => {
                open_ones += 1;
                continue;
            }
        };
        lacking += 1;
        for gap in gaps {
            // The gap is there in each context, at its witness or at another resource.
            for context in &contexts {
                for action in &gap.actions {
                    let is_gap = |resource: &str| {
                        let request = Request::parse(action, resource).expect("a request");
                        is_allowed(&of, &request, context) && !is_allowed(&by, &request, context)
                    };
                    let seen = is_gap(&gap.resource)
                        || is_gap("*")
                        || is_gap("arn:p:t:::a")
                        || names
                            .iter()
                            .any(|name| is_gap(&format!("arn:p:s:::{name}")));
                    assert!(seen, "{about}: {action} in {context:?}");
                }
            }
        }
    }
    assert!(
        covered > 2 && lacking > 2 && open_ones > 2,
        "{covered} covered, {lacking} lacking, {open_ones} open"
    );
}
