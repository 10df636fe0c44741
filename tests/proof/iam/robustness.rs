//! Files that are no policies: always an error or a document, never a panic, in bounded time.

use remperm::iam::{
    Context, Decision, Document, DocumentError, Layers, Outcome, PolicyKind, Question, Request,
    decide, evaluate,
};

use super::generate::{self, Contents, Shapes};
use super::random::{Random, SEED_VARIABLE, cases, seed};

const KINDS: [PolicyKind; 6] = [
    PolicyKind::Identity,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::ServiceControl,
    PolicyKind::Trust,
    PolicyKind::Resource,
];

/// Documents with a few bytes changed.
const MUTATED_CASES: u64 = cases(60_000);
/// Bytes from nowhere.
const RANDOM_CASES: u64 = cases(60_000);

fn read(bytes: &[u8]) -> Result<Document, DocumentError> {
    let known = ["s3:GetObject", "lambda:InvokeFunction"];
    let mut first = None;
    for kind in KINDS {
        let read = Document::parse("any.json", kind, bytes, &known).map(|(document, _)| document);
        first.get_or_insert(read);
    }
    first.expect("there are kinds")
}

/// Asks a document several questions; the answers do not matter here.
fn evaluate_all(document: Document) -> (Vec<Outcome>, Vec<Decision>) {
    let mut layers = Layers::new();
    layers.add(document).expect("an identity policy");
    let contexts = [
        Context::new(),
        Context::new().with("k:s1", ["a:*?$"]).without("k:s2"),
    ];
    let (mut outcomes, mut decisions) = (Vec::new(), Vec::new());
    for context in &contexts {
        for resource in ["*", "arn:aws:s3:::a*", "arn:*:s3:*:*:*a?/*"] {
            let question = Question::parse("s3:Get", resource).expect("a question");
            outcomes.push(evaluate(&layers, &question, context));
            let request = Request::parse("s3:Get", resource).expect("a request");
            decisions.push(decide(&layers, &request, context));
        }
    }
    (outcomes, decisions)
}

const CONTENTS: Contents<'static> = Contents {
    shapes: Shapes {
        middle: &["", "a", "*"],
        rest: &["a", "/", "*", "?", "é"],
        longest: 4,
        variables: true,
    },
    deny_once_in: 3,
    not_resource_once_in: 4,
    conditions: true,
};

#[test]
fn mutated_documents_are_errors_or_documents() {
    let seed = seed();
    let (mut documents, mut errors) = (0_u64, 0_u64);
    for case in 0..MUTATED_CASES {
        let mut random = Random::new(seed, case);
        let policy = generate::policy(&mut random, CONTENTS, 3);
        let mut bytes = policy.to_json().to_string().into_bytes();
        for _ in 0..1 + random.below(4) {
            mutate(&mut random, &mut bytes);
        }
        let read = std::panic::catch_unwind(|| read(&bytes));
        let text = String::from_utf8_lossy(&bytes);
        match read {
            Ok(Ok(document)) => {
                documents += 1;
                let evaluated = std::panic::catch_unwind(|| evaluate_all(document));
                assert!(
                    evaluated.is_ok(),
                    "case {case}; repeat with {SEED_VARIABLE}={seed}\n{text}"
                );
            }
            Ok(Err(error)) => {
                errors += 1;
                let message = error.to_string();
                assert!(message.starts_with("any.json:"), "{message}");
            }
            Err(_) => panic!("case {case}; repeat with {SEED_VARIABLE}={seed}\n{text}"),
        }
    }
    // Mutations that all ended the same way would test nothing.
    assert!(
        documents * 200 > MUTATED_CASES && errors * 200 > MUTATED_CASES,
        "{documents} documents, {errors} errors"
    );
}

fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let at = random.below(bytes.len());
    match random.below(6) {
        0 => bytes[at] = (random.next() & 0xff) as u8,
        1 => bytes[at] = random.pick(b"{}[]\",:${}*?'\\u0aA-"),
        2 => drop(bytes.remove(at)),
        3 => bytes.insert(at, random.pick(b"{}[]\",:${}*?'\\u0aA-")),
        4 => bytes.truncate(at),
        _ => {
            let end = (at + random.below(20)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, piece);
        }
    }
}

#[test]
fn random_bytes_are_errors() {
    let seed = seed();
    for case in 0..RANDOM_CASES {
        let mut random = Random::new(seed, case);
        let length = random.below(60);
        let any = random.once_in(2);
        let bytes: Vec<u8> = (0..length)
            .map(|_| match any {
                true => (random.next() & 0xff) as u8,
                false => random.pick(b"{}[]\",:0123eE+-.tfn \\u"),
            })
            .collect();
        let read = std::panic::catch_unwind(|| read(&bytes));
        assert!(
            matches!(read, Ok(Err(_))),
            "case {case}; repeat with {SEED_VARIABLE}={seed}\n{bytes:?}"
        );
    }
}

#[test]
fn any_nesting_is_an_error() {
    for depth in [10_usize, 33, 1_000, 500_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"Statement\":", "}]")] {
            let depth = depth.min(900_000 / open.len());
            let closed = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(read(closed.as_bytes()).is_err());
            assert!(read(open.repeat(depth).as_bytes()).is_err());
        }
    }
}

#[test]
fn numbers_of_any_size_are_read_or_refused() {
    let nines = "9".repeat(100_000);
    let numbers = [
        nines.clone(),
        format!("-{nines}.{nines}"),
        "1e999999999999999999999".to_owned(),
        "1e9223372036854775807".to_owned(),
        "1e-9223372036854775808".to_owned(),
        "0.0000e-9223372036854775808".to_owned(),
        "-0".to_owned(),
    ];
    for number in numbers {
        for operator in [
            "NumericEquals",
            "DateEquals",
            "StringEquals",
            "IpAddress",
            "Bool",
        ] {
            let text = format!(
                r#"{{"Statement": {{"Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": {{"{operator}": {{"a:b": {number}}}}}}}}}"#
            );
            let read = read(text.as_bytes());
            if operator == "StringEquals" {
                assert!(read.is_ok());
            }
        }
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_an_error_with_their_place() {
    let error = read(b"{\n \"Version\": \"\xff\"}").expect_err("not UTF-8");
    assert!(error.to_string().starts_with("any.json:2:14: "), "{error}");
}

#[test]
fn ten_megabytes_are_refused_without_being_read() {
    for piece in ["[", "{\"a\":", "\"", " ", "9", "[1,", "\u{0}"] {
        let text = piece.repeat(10_000_000 / piece.len());
        let error = read(text.as_bytes()).expect_err("too large");
        assert!(matches!(error, DocumentError::TooLarge { .. }), "{error}");
    }
}

#[test]
fn large_documents_below_the_limit_are_read() {
    let actions = vec!["\"s3:GetObjectt\""; 40_000].join(",");
    let text = format!(
        r#"{{"Statement": {{"Effect": "Allow", "Action": [{actions}], "Resource": "*"}}}}"#
    );
    assert!(read(text.as_bytes()).is_ok());
    let resource = "*a".repeat(400_000);
    let text = format!(
        r#"{{"Statement": {{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::{resource}"}}}}"#
    );
    evaluate_all(read(text.as_bytes()).expect("a document"));
    // Many entries, each of which is hard by itself: one bound for all of them.
    let entry = format!("\"arn:aws:s3:::{}a{}\"", "*a?".repeat(30), "?".repeat(30));
    let entries = vec![entry; 5_000].join(",");
    let text = format!(
        r#"{{"Statement": {{"Effect": "Deny", "Action": "*", "NotResource": [{entries}]}}}}"#
    );
    evaluate_all(read(text.as_bytes()).expect("a document"));
    let keys: Vec<String> = (0..60_000)
        .map(|number| format!("\"k{number}\":1"))
        .collect();
    assert!(read(format!("{{{}}}", keys.join(",")).as_bytes()).is_err());
}
