//! Questions on sets of resources through all layers, conditions and variables.

use remperm::iam::{Outcome, Question, Request, RequiredResource, decide, evaluate};

use super::{
    RICH, Required, check_outcome, check_reasons, end_of, engine_context, engine_layers, forget,
    question_text, run, same,
};
use crate::iam::generate::{self, Contents};
use crate::iam::random::{Random, cases};
use crate::iam::reference::{self, Answer};

/// Questions on sets of resources through all layers, conditions and variables.
const QUESTION_CASES: u64 = cases(200_000);
/// Questions on every resource, and on none.
const EVERYTHING_CASES: u64 = cases(60_000);

#[test]
fn questions_agree_with_the_reference() {
    run("questions", QUESTION_CASES, 4, |random| {
        let model = generate::layers(random, RICH, 3);
        let rest = &["a", "b", "/", ":", "*", "?"];
        let text = question_text(random, &["", "", "a", "*"], rest, 4);
        let of_names = random.once_in(3);
        let layers = engine_layers(&model);
        let mut question = Question::parse("s3:Get", &text).expect("a pattern of ARNs");
        let mut required = Required::new(&text);
        if of_names {
            question.resource = RequiredResource::of_names(&text).expect("a pattern of ARNs");
            required = Required::of_names(&text);
        }
        let context = generate::context(random);
        let words: Vec<String> = (0..12).map(|_| member(random, &text)).collect();
        let outcome = evaluate(&layers, &question, &engine_context(&context));
        check_outcome(&outcome, &required, &model, &context, &words);
        // A question without wildcards is a request.
        if !text.contains(['*', '?']) {
            let request = Request::parse("s3:Get", &text).expect("a request");
            let decision = decide(&layers, &request, &engine_context(&context));
            assert!(
                same(&outcome, &decision),
                "{outcome:?}, but {decision:?}\n{text}\n{model:?}\n{context:?}"
            );
        }
        let less = forget(random, &context);
        let outcome = evaluate(&layers, &question, &engine_context(&less));
        let mut full = context;
        for _ in 0..2 {
            match &outcome {
                Outcome::Held => check_outcome(&outcome, &required, &model, &full, &words),
                Outcome::NotHeld(not_held) => {
                    let word: Vec<char> = not_held.gap.witness.chars().collect();
                    let answer = reference::decide(&model, &full, "s3:Get", &word);
                    let denied =
                        matches!(answer, Answer::DeniedExplicitly | Answer::DeniedImplicitly);
                    assert!(denied, "{not_held:?}, and {answer:?} of\n{full:#?}");
                }
                Outcome::Unknown(_) => {}
            }
            full = generate::context(random);
            full.extend(less.clone());
        }
        end_of(&outcome)
    });
}

#[test]
fn everything_and_no_resource_agree_with_the_reference() {
    run("everything", EVERYTHING_CASES, 4, |random| {
        let contents = Contents {
            not_resource_once_in: 3,
            ..RICH
        };
        let model = generate::layers(random, contents, 2);
        let context = generate::context(random);
        let less = forget(random, &context);
        let layers = engine_layers(&model);
        let everything = Question::parse("s3:Get", "*").expect("a question");
        let unscoped = Question {
            resource: RequiredResource::unscoped(),
            ..everything.clone()
        };
        let star = Request::parse("s3:Get", "*").expect("a request");
        for known in [&context, &less] {
            let known = engine_context(known);
            let outcome = evaluate(&layers, &unscoped, &known);
            let decision = decide(&layers, &star, &known);
            assert!(same(&outcome, &decision), "{outcome:?}, but {decision:?}");
        }
        let outcome = evaluate(&layers, &everything, &engine_context(&less));
        let answer = |word: &str| {
            let word: Vec<char> = word.chars().collect();
            reference::decide(&model, &context, "s3:Get", &word)
        };
        match &outcome {
            Outcome::Held => {
                for _ in 0..12 {
                    let word =
                        generate::word(random, &["", "a", "z"], &["a", "b", "/", ":", "z"], 4);
                    assert_eq!(answer(&word), Answer::Allowed, "{word}");
                }
            }
            Outcome::NotHeld(not_held) => {
                let answer = answer(&not_held.gap.witness);
                let denied = matches!(answer, Answer::DeniedExplicitly | Answer::DeniedImplicitly);
                assert!(denied, "{not_held:?}, but {answer:?}");
            }
            Outcome::Unknown(unknown) => check_reasons(&unknown.reasons),
        }
        end_of(&outcome)
    });
}

/// A word that a pattern of ARNs matches.
fn member(random: &mut Random, pattern: &str) -> String {
    let mut word = String::new();
    let mut colons = 0;
    for character in pattern.chars() {
        let letters: &[&str] = if colons < 5 {
            &["a", "b", "z"]
        } else {
            &["a", "b", "z", "/", ":", "$", "*"]
        };
        match character {
            '*' => word.push_str(&generate::letters(random, letters, 3)),
            '?' => word.push_str(random.pick(letters)),
            other => word.push(other),
        }
        colons += usize::from(character == ':');
    }
    word
}
