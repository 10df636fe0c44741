//! Questions on sets of resources, without conditions: dense in patterns.

use crate::iam::random::cases;
use remperm::iam::{Context, Outcome, Question, RequiredResource, evaluate};

use super::{Required, check_outcome, end_of, engine_layers, question_text, run};
use crate::iam::generate::{self, Contents, Shapes};
use crate::iam::model::{ModelContext, ModelLayers};

/// Questions on sets of resources, without conditions.
const PATTERN_CASES: u64 = cases(450_000);

/// All words over some letters up to a length, the empty one left out.
fn words(letters: &[char], longest: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut last = vec![String::new()];
    for _ in 0..longest {
        let longer = |word: &String| {
            let longer = |letter: &char| format!("{word}{letter}");
            letters.iter().map(longer).collect::<Vec<_>>()
        };
        last = last.iter().flat_map(longer).collect();
        all.extend(last.iter().cloned());
    }
    all
}

#[test]
fn patterns_agree_with_the_reference() {
    run("patterns", PATTERN_CASES, 3, |random| {
        let letters: &[&str] = random.pick(&[
            &["a", "b", "*", "?"] as &[&str],
            &["a", "*", "*"],
            &["a", "/", "*", "?"],
            &["a", ":", "*", "?"],
            &["a", "b", "a", "b", "*"],
        ]);
        // One case in six has wildcards before the resource part, and shorter words for it.
        let in_middle = random.once_in(6);
        let middle: &[&str] = if in_middle {
            &["", "a", "*", "?", "a*"]
        } else {
            &[""]
        };
        let shapes = Shapes {
            middle,
            rest: letters,
            longest: 4,
            variables: false,
        };
        let contents = Contents {
            shapes,
            deny_once_in: 5,
            not_resource_once_in: 6,
            conditions: false,
        };
        let mut model = ModelLayers {
            identity: vec![generate::policy(random, contents, 4)],
            ..ModelLayers::default()
        };
        if random.once_in(6) {
            model.boundary = Some(generate::policy(random, contents, 3));
        }
        let text = question_text(random, middle, letters, 4);
        let of_names = random.once_in(3);
        let required = if of_names {
            Required::of_names(&text)
        } else {
            Required::new(&text)
        };
        let mut fresh: Vec<char> = vec!['z'];
        fresh.extend(letters.iter().flat_map(|letter| letter.chars()));
        fresh.retain(|letter| !matches!(letter, '*' | '?'));
        fresh.sort_unstable();
        fresh.dedup();
        let context = ModelContext::new();
        let words: Vec<String> = if in_middle {
            let rests = words(&fresh, 2);
            ["", "a", "z", "az"]
                .iter()
                .flat_map(|region| ["", "a", "z"].map(|account| (region, account)))
                .flat_map(|(region, account)| {
                    rests
                        .iter()
                        .map(move |rest| format!("arn:aws:s3:{region}:{account}:{rest}"))
                })
                .collect()
        } else {
            let longest = if fresh.len() > 3 { 3 } else { 4 };
            let rests = words(&fresh, longest);
            rests
                .iter()
                .map(|rest| format!("arn:aws:s3:::{rest}"))
                .collect()
        };
        let mut question = Question::parse("s3:Get", &text).expect("a pattern of ARNs");
        if of_names {
            question.resource = RequiredResource::of_names(&text).expect("a pattern of ARNs");
        }
        let outcome = evaluate(&engine_layers(&model), &question, &Context::new());
        assert!(
            !matches!(outcome, Outcome::Unknown(_)),
            "{text}: {outcome:?}\n{model:?}"
        );
        check_outcome(&outcome, &required, &model, &context, &words);
        end_of(&outcome)
    });
}
