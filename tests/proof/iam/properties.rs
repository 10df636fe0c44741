//! The engine against the reference, on a million random cases.
//!
//! A failure tells its seed and its case; `REMPERM_TEST_SEED` repeats the run.

mod patterns;
mod questions;
mod requests;

use remperm::iam::{
    Cause, Context, Decision, Document, Gap, Layer, Layers, Outcome, PolicyKind, UnknownReason,
};

use super::generate::{self, Contents, Shapes};
use super::model::{ModelContext, ModelLayers, ModelPolicy, Piece, Text};
use super::random::{Random, SEED_VARIABLE, seed};
use super::reference::{self, Answer, Element};

fn document(policy: &ModelPolicy, kind: PolicyKind) -> Document {
    let text = policy.to_json().to_string();
    match Document::parse("model.json", kind, text.as_bytes(), &[]) {
        Ok((document, _)) => document,
        Err(error) => panic!("{error}\n{text}"),
    }
}

fn engine_layers(model: &ModelLayers) -> Layers {
    let mut layers = Layers::new();
    let mut add = |policy: &ModelPolicy, kind| {
        layers
            .add(document(policy, kind))
            .expect("the kinds are right");
    };
    for policy in &model.identity {
        add(policy, PolicyKind::Identity);
    }
    for policy in model.boundary.iter() {
        add(policy, PolicyKind::Boundary);
    }
    for policy in &model.session {
        add(policy, PolicyKind::Session);
    }
    for level in &model.service_control {
        let level = level
            .iter()
            .map(|policy| document(policy, PolicyKind::ServiceControl))
            .collect();
        layers
            .add_service_control_level(level)
            .expect("the kinds are right");
    }
    layers
}

fn engine_context(model: &ModelContext) -> Context {
    let mut context = Context::new();
    for (key, values) in model {
        context.set(
            &key.to_uppercase(),
            values.iter().map(|value| value.text.written()),
        );
    }
    context
}

/// Runs cases of a test; the first failure is told with what repeats it. Each case says which of
/// `ends` ways it ended: a test all of whose cases end alike would test little.
#[expect(clippy::print_stdout, reason = "a run can be repeated by its seed")]
fn run(test: &str, cases: u64, ends: usize, case: impl Fn(&mut Random) -> usize) {
    let seed = seed();
    println!("{test}: {cases} cases, {SEED_VARIABLE}={seed}");
    let mut ended = vec![0_u64; ends];
    for number in 0..cases {
        let mut random = Random::new(seed, number);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(&mut random)));
        match outcome {
            Ok(end) => ended[end] += 1,
            Err(_) => panic!("{test}: case {number} failed; repeat with {SEED_VARIABLE}={seed}"),
        }
    }
    assert!(
        ended.iter().all(|end| end * 100 > cases),
        "{test}: one-sided cases: {ended:?}"
    );
}

fn end_of(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Held => 0,
        Outcome::NotHeld(not_held) => match not_held.gap.cause {
            Cause::ExplicitDeny { .. } => 1,
            _ => 2,
        },
        Outcome::Unknown(_) => 3,
    }
}

/// Whether an outcome and a decision say the same.
fn same(outcome: &Outcome, decision: &Decision) -> bool {
    match outcome {
        Outcome::Held => *decision == Decision::Allowed,
        Outcome::NotHeld(_) => matches!(decision, Decision::Denied(_)),
        Outcome::Unknown(_) => matches!(decision, Decision::Unknown { .. }),
    }
}

/// The pattern of a question, as the reference sees it.
struct Required {
    all: Vec<Element>,
    /// Without empty rests of names.
    required: Vec<Element>,
    /// No wildcard stands for a colon.
    of_names: bool,
}

impl Required {
    fn new(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let mut required = Vec::new();
        let mut colons = 0;
        for (at, character) in characters.iter().enumerate() {
            let before = if at == 0 { ' ' } else { characters[at - 1] };
            let next = characters.get(at + 1);
            let ends_name = matches!(next, None | Some('/' | ':'));
            if *character == '*' && colons >= 5 && ends_name && !"/:*?".contains(before) {
                required.push(Element::AnyOne);
            }
            required.extend(reference::elements(&character.to_string()));
            colons += usize::from(*character == ':');
        }
        Self {
            all: reference::elements(text),
            required,
            of_names: false,
        }
    }

    /// The same for names without colons.
    fn of_names(text: &str) -> Self {
        Self {
            of_names: true,
            ..Self::new(text)
        }
    }

    fn holds(&self, elements: &[Element], word: &[char]) -> bool {
        if self.of_names {
            reference::glob_of_names(elements, word)
        } else {
            reference::glob_by_parts(elements, word)
        }
    }
}

/// Checks a witness: it is in question, and the reference finds that cause.
fn check_gap(gap: &Gap, required: &Required, model: &ModelLayers, context: &ModelContext) {
    let word: Vec<char> = gap.witness.chars().collect();
    assert!(
        required.holds(&required.all, &word),
        "{} is not in question",
        gap.witness
    );
    let answer = reference::decide(model, context, "s3:Get", &word);
    match &gap.cause {
        Cause::ExplicitDeny { .. } => assert_eq!(answer, Answer::DeniedExplicitly, "{gap:?}"),
        Cause::NothingAllows { layer }
        | Cause::Conditional { layer, .. }
        | Cause::Narrower { layer, .. } => {
            assert!(required.holds(&required.required, &word), "{gap:?}");
            let alone = only(model, *layer);
            let answer = reference::decide(&alone, context, "s3:Get", &word);
            assert_eq!(answer, Answer::DeniedImplicitly, "{gap:?}");
        }
        other => panic!("an unknown cause: {other:?}"),
    }
}

/// The Allows of one layer, as if they were all there is.
fn only(model: &ModelLayers, layer: Layer) -> ModelLayers {
    let mut identity = match layer {
        Layer::Identity => model.identity.clone(),
        Layer::Boundary => model.boundary.iter().cloned().collect(),
        Layer::Session => model.session.clone(),
        Layer::ServiceControl { level } => model.service_control[level].clone(),
    };
    for policy in &mut identity {
        policy.statements.retain(|statement| statement.allow);
    }
    ModelLayers {
        identity,
        ..ModelLayers::default()
    }
}

/// Checks an outcome against every one of some words.
fn check_outcome(
    outcome: &Outcome,
    required: &Required,
    model: &ModelLayers,
    context: &ModelContext,
    words: &[String],
) {
    let mut denied = false;
    for word in words {
        let word: Vec<char> = word.chars().collect();
        if !required.holds(&required.all, &word) {
            continue;
        }
        let weighed = reference::weigh(model, context, "s3:Get", &word);
        denied |= weighed.denied == Some(true);
        // A Deny counts on every word, an Allow is asked for on the required ones only.
        let held = weighed.denied == Some(false)
            && (weighed.allowed == Some(true) || !required.holds(&required.required, &word));
        match outcome {
            Outcome::Held => assert!(held, "{word:?} is {weighed:?}"),
            Outcome::NotHeld(_) | Outcome::Unknown(_) => {}
        }
    }
    match outcome {
        Outcome::Held => {}
        Outcome::NotHeld(not_held) => {
            if denied {
                assert!(
                    matches!(not_held.gap.cause, Cause::ExplicitDeny { .. }),
                    "{not_held:?}"
                );
            }
            check_gap(&not_held.gap, required, model, context);
            for gap in &not_held.further {
                check_gap(gap, required, model, context);
            }
        }
        Outcome::Unknown(unknown) => {
            assert!(!denied, "unknown, though a word is denied");
            check_reasons(&unknown.reasons);
        }
    }
}

/// An answer that is open says on what it depends.
fn check_reasons(reasons: &[UnknownReason]) {
    assert!(!reasons.is_empty());
    for reason in reasons {
        match reason {
            UnknownReason::Undecided { keys, statements } => {
                assert!(!keys.is_empty() && !statements.is_empty(), "{reason:?}");
            }
            other => panic!("small patterns are not too complex: {other:?}"),
        }
    }
}

fn question_text(random: &mut Random, middle: &[&str], rest: &[&str], longest: usize) -> String {
    loop {
        let text = generate::word(random, middle, rest, longest);
        if text != "*" {
            return text;
        }
    }
}

const RICH: Contents<'static> = Contents {
    shapes: Shapes {
        middle: &["", "", "a", "*", "?"],
        rest: &["a", "b", "/", ":", "*", "?", "$"],
        longest: 3,
        variables: true,
    },
    deny_once_in: 4,
    not_resource_once_in: 8,
    conditions: true,
};

/// Forgets some keys; the engine then knows less than the reference.
fn forget(random: &mut Random, context: &ModelContext) -> ModelContext {
    let mut less = context.clone();
    less.retain(|_, _| !random.once_in(4));
    less
}

/// The texts of the model are what the engine reads: a slip here would hide others.
#[test]
fn written_text_is_what_it_means() {
    let text = Text(vec![
        Piece::Written("a".to_owned()),
        Piece::Escape('*'),
        Piece::Variable {
            key: "k:s1",
            default: Some("d"),
        },
    ]);
    assert_eq!(text.written(), "a${*}${k:s1, 'd'}");
}
