//! Random wildcards in the first five parts of an ARN, read in every way that they can be read.

use remperm::iam::{Coverage, covers};
use serde_json::{Value, json};

use super::super::random::{Random, cases, seed};
use super::document;

/// Whether a pattern matches a word, where only wildcards for which this is true cross colons in
/// the first five parts: tries everything.
fn matches(pattern: &[char], word: &[char], crosses: &impl Fn(&[char]) -> bool) -> bool {
    matches_from(pattern, 0, word, crosses)
}

fn matches_from(
    pattern: &[char],
    at: usize,
    word: &[char],
    crosses: &impl Fn(&[char]) -> bool,
) -> bool {
    let colons = pattern[..at].iter().filter(|one| **one == ':').count();
    let takes = |character: char| character != ':' || colons >= 5 || crosses(&pattern[at..]);
    match (pattern.get(at), word.first()) {
        (None, next) => next.is_none(),
        (Some('*'), next) => {
            matches_from(pattern, at + 1, word, crosses)
                || next.is_some_and(|next| {
                    takes(*next) && matches_from(pattern, at, &word[1..], crosses)
                })
        }
        (Some(own), Some(next)) => {
            let fits = if *own == '?' {
                takes(*next)
            } else {
                own == next
            };
            fits && matches_from(pattern, at + 1, &word[1..], crosses)
        }
        (Some(_), None) => false,
    }
}

/// The ways to read wildcards: each tells of a pattern that begins with one whether that crosses.
const READINGS: [fn(&[char]) -> bool; 4] = [
    |_| false,
    |rest| rest[0] == '*' && matches!(rest.get(1), None | Some(':')),
    |rest| rest[0] == '*',
    |_| true,
];

const PARTS: [&str; 10] = ["", "a", "b", "*", "a*", "*a", "*?", "?", "a*b", "?*"];

/// The end of an ARN behind its service, of a statement's effect.
fn statements(random: &mut Random, effects: &[&'static str]) -> Vec<(&'static str, String)> {
    (0..=random.below(3))
        .map(|_| {
            let rest = ["a", "*", "b*", "?", "*:a"];
            let (region, account) = (random.pick(&PARTS), random.pick(&PARTS));
            let end = format!("{region}:{account}:{}", random.pick(&rest));
            (random.pick(effects), end)
        })
        .collect()
}

/// All ends of ARNs over few letters.
fn ends() -> Vec<Vec<char>> {
    let mut all: Vec<Vec<char>> = vec![Vec::new()];
    let mut last = all.clone();
    for _ in 0..6 {
        last = last
            .iter()
            .flat_map(|word| ['a', 'b', ':'].map(|letter| [word.as_slice(), &[letter]].concat()))
            .collect();
        all.extend(last.clone());
    }
    let is_arn = |word: &Vec<char>| {
        let parts: Vec<&[char]> = word.splitn(3, |one| *one == ':').collect();
        parts.len() == 3 && !parts[2].is_empty()
    };
    all.retain(is_arn);
    all
}

/// What is said to be covered is covered in each reading, and what is lacking, or may be, is seen
/// at its witness in one.
#[test]
fn wildcards_are_read_in_every_way() {
    let seed = seed();
    let ends = ends();
    let prefix: Vec<char> = "arn:p:s:".chars().collect();
    let (mut covered, mut lacking, mut open_ones) = (0, 0, 0);
    for case in 0..cases(20_000) {
        let random = &mut Random::new(seed, case);
        let of = statements(random, &["Allow", "Allow", "Deny"]);
        let by = statements(random, &["Allow", "Allow", "Allow", "Deny"]);
        let policy = |all: &[(&str, String)]| -> Value {
            all.iter()
                .map(|(effect, end)| {
                    json!({"Effect": effect, "Action": "s:a", "Resource": format!("arn:p:s:{end}")})
                })
                .collect()
        };
        let is_allowed = |all: &[(&str, String)], word: &[char], reading: fn(&[char]) -> bool| {
            let any = |wanted: &str| {
                all.iter()
                    .filter(|(effect, _)| *effect == wanted)
                    .any(|(_, end)| {
                        let pattern: Vec<char> = format!("arn:p:s:{end}").chars().collect();
                        matches(&pattern, word, &reading)
                    })
            };
            any("Allow") && !any("Deny")
        };
        let is_gap = |word: &[char], reading| {
            is_allowed(&of, word, reading) && !is_allowed(&by, word, reading)
        };
        let is_seen = |resource: &str| {
            let word: Vec<char> = resource.chars().collect();
            READINGS.iter().any(|reading| is_gap(&word, *reading))
        };
        let answer = covers(&document(&policy(&of)), &document(&policy(&by)), &[]);
        let about = format!("seed {seed}, case {case}: {of:?} by {by:?}: {answer:?}");
        match &answer {
            Coverage::Covers => {
                covered += 1;
                for reading in READINGS {
                    let gap = ends.iter().find(|end| {
                        let word = [prefix.as_slice(), end].concat();
                        is_gap(&word, reading)
                    });
                    assert_eq!(gap, None, "{about}");
                }
            }
            Coverage::Lacks { gaps, .. } => {
                lacking += 1;
                assert!(is_seen(&gaps[0].resource), "{about}");
            }
            Coverage::Unknown { open } => {
                open_ones += 1;
                let resource = open[0].resource.as_deref().expect("a witness");
                assert!(is_seen(resource), "{about}");
            }
        }
    }
    assert!(
        covered > 2 && lacking > 2 && open_ones > 2,
        "{covered} covered, {lacking} lacking, {open_ones} open"
    );
}
