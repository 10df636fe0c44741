//! Concrete requests through all layers, conditions and variables.

use crate::iam::random::cases;
use remperm::iam::{Decision, Denial, Request, decide};

use super::{RICH, engine_context, engine_layers, forget, run};
use crate::iam::generate;
use crate::iam::reference::{self, Answer};

const REQUEST_CASES: u64 = cases(400_000);

#[test]
fn requests_agree_with_the_reference() {
    run("requests", REQUEST_CASES, 4, |random| {
        let model = generate::layers(random, RICH, 3);
        let context = generate::context(random);
        let layers = engine_layers(&model);
        let action = random.pick(&["s3:Get", "S3:get", "s3:Put"]);
        let rest = &["a", "b", "/", ":", "*", "$"];
        let mut end = 0;
        for _ in 0..2 {
            let text = generate::word(random, &["", "", "a", "b:a"], rest, 4);
            let word: Vec<char> = text.chars().collect();
            let request = Request::parse(action, &text).expect("a request");
            let expected = reference::decide(&model, &context, action, &word);
            let decision = decide(&layers, &request, &engine_context(&context));
            assert_eq!(
                answer(&decision),
                expected,
                "{action} {text}\n{model:?}\n{context:?}"
            );
            // With less known, what is still decided must be decided the same for all that
            // could be: for what was forgotten, and for other values.
            let less = forget(random, &context);
            let decision = decide(&layers, &request, &engine_context(&less));
            let mut full = context.clone();
            for _ in 0..2 {
                let expected = reference::decide(&model, &full, action, &word);
                let agrees = match decision {
                    Decision::Allowed => expected == Answer::Allowed,
                    Decision::Denied(_) => {
                        matches!(
                            expected,
                            Answer::DeniedExplicitly | Answer::DeniedImplicitly
                        )
                    }
                    Decision::Unknown { .. } => true,
                };
                assert!(
                    agrees,
                    "{decision:?}, and {expected:?} of\n{full:?}\n{less:?}\n{model:?}"
                );
                full = generate::context(random);
                full.extend(less.clone());
            }
            end = answer(&decision) as usize;
        }
        end
    });
}

fn answer(decision: &Decision) -> Answer {
    match decision {
        Decision::Allowed => Answer::Allowed,
        Decision::Denied(Denial::Explicit { .. }) => Answer::DeniedExplicitly,
        Decision::Denied(_) => Answer::DeniedImplicitly,
        Decision::Unknown { keys, statements } => {
            assert!(!keys.is_empty() && !statements.is_empty(), "{decision:?}");
            Answer::Undecided
        }
    }
}
