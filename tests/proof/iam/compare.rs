//! Comparing documents: known cases, and random ones against every request over few letters.

mod colons;
mod every_request;

use remperm::iam::{
    Coverage, Document, DoubtReason, Lack, Limits, PolicyKind, covers, covers_within,
};
use serde_json::{Value, json};

use super::questions::parse;

fn document(statements: &Value) -> Document {
    parse("policy.json", PolicyKind::Identity, statements)
}

/// Does the second cover the first?
fn compared(of: &Value, by: &Value) -> Coverage {
    covers(
        &document(of),
        &document(by),
        &["s3:GetObject", "s3:PutObject"],
    )
}

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

fn deny(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": actions, "Resource": resource})
}

fn lacks(coverage: Coverage) -> Vec<Lack> {
    match coverage {
        Coverage::Lacks { gaps, open } if open.is_empty() => gaps,
        other => panic!("{other:?}"),
    }
}

fn keys(coverage: Coverage) -> Vec<String> {
    let Coverage::Unknown { open } = coverage else {
        panic!("{coverage:?}");
    };
    let [doubt] = open.as_slice() else {
        panic!("{open:?}");
    };
    match doubt.reasons.as_slice() {
        [DoubtReason::Undecided { keys }] => keys.clone(),
        other => panic!("{other:?}"),
    }
}

const MEDIA: &str = "arn:aws:s3:::media-*";

#[test]
fn wider_patterns_cover_narrower_ones() {
    let narrow = json!([allow(&["s3:GetObject"], "arn:aws:s3:::media-eu-*")]);
    let wide = json!([allow(&["s3:Get*"], MEDIA)]);
    assert_eq!(compared(&narrow, &wide), Coverage::Covers);
    // Today's only action that begins like this does not stand for tomorrow's.
    let gaps = lacks(compared(&wide, &narrow));
    assert_eq!(
        gaps,
        [
            Lack {
                actions: vec!["s3:get".to_owned()],
                resource: "arn:aws:s3:::media-a".to_owned()
            },
            Lack {
                actions: vec!["s3:GetObject".to_owned()],
                resource: "arn:aws:s3:::media-a".to_owned()
            },
        ]
    );
}

#[test]
fn two_halves_cover_the_whole() {
    let whole = json!([allow(&["s3:?"], "arn:aws:s3:::a*")]);
    let halves = json!([
        allow(&["s3:?"], "arn:aws:s3:::a"),
        allow(&["s3:*"], "arn:aws:s3:::a?*"),
    ]);
    assert_eq!(compared(&whole, &halves), Coverage::Covers);
    let hole = json!([
        allow(&["s3:?"], "arn:aws:s3:::a"),
        allow(&["s3:*"], "arn:aws:s3:::a??*"),
    ]);
    assert_eq!(
        lacks(compared(&whole, &hole))[0].resource,
        "arn:aws:s3:::aa"
    );
}

#[test]
fn a_deny_takes_away_on_either_side() {
    let all = json!([allow(&["s3:GetObject"], MEDIA)]);
    let but = json!([
        allow(&["s3:GetObject"], MEDIA),
        deny(&["s3:*"], "arn:aws:s3:::media-secret"),
    ]);
    assert_eq!(compared(&but, &all), Coverage::Covers);
    let gaps = lacks(compared(&all, &but));
    assert_eq!(gaps[0].resource, "arn:aws:s3:::media-secret");
    // What is denied on both sides is asked of neither.
    assert_eq!(compared(&but, &but), Coverage::Covers);
    let elsewhere = json!([
        deny(&["s3:GetObject"], "arn:aws:s3:::media-secret"),
        allow(&["s3:GetObject"], "arn:aws:s3:::*"),
    ]);
    assert_eq!(compared(&but, &elsewhere), Coverage::Covers);
}

#[test]
fn negated_elements_are_read() {
    let but = json!([{"Effect": "Allow", "NotAction": "s3:Put*", "NotResource": MEDIA}]);
    let some = json!([allow(&["s3:GetObject"], "arn:aws:s3:::other")]);
    assert_eq!(compared(&some, &but), Coverage::Covers);
    let put = json!([allow(&["s3:PutObject"], "arn:aws:s3:::other")]);
    assert_eq!(lacks(compared(&put, &but))[0].actions, ["s3:PutObject"]);
    let media = json!([allow(&["s3:GetObject"], "arn:aws:s3:::media-a")]);
    assert_eq!(lacks(compared(&media, &but)).len(), 1);
    let everything = json!([allow(&["*"], "*")]);
    assert_eq!(compared(&but, &everything), Coverage::Covers);
    assert!(!lacks(compared(&everything, &but)).is_empty());
}

/// Requests of actions that know no resources carry `*`, which no ARN covers.
#[test]
fn the_star_is_covered_by_the_star_alone() {
    let star = json!([allow(&["s3:ListAllMyBuckets"], "*")]);
    let arns = json!([allow(&["s3:ListAllMyBuckets"], "arn:aws:s3:::*")]);
    assert_eq!(lacks(compared(&star, &arns))[0].resource, "*");
    assert_eq!(compared(&arns, &star), Coverage::Covers);
}

fn conditional(effect: &str, key: &str, value: &str) -> Value {
    json!({
        "Effect": effect, "Action": "s3:GetObject", "Resource": MEDIA,
        "Condition": {"StringEquals": {key: value}}
    })
}

#[test]
fn conditions_cover_themselves_and_nothing_else() {
    let free = json!([allow(&["s3:GetObject"], MEDIA)]);
    let one = json!([conditional("Allow", "aws:RequestedRegion", "a")]);
    let other = json!([conditional("Allow", "aws:RequestedRegion", "b")]);
    let with_more = json!([
        conditional("Allow", "aws:RequestedRegion", "a"),
        allow(&["ec2:*"], "*")
    ]);
    assert_eq!(compared(&one, &with_more), Coverage::Covers);
    assert_eq!(compared(&one, &free), Coverage::Covers);
    assert_eq!(keys(compared(&free, &one)), ["aws:RequestedRegion"]);
    assert_eq!(keys(compared(&one, &other)), ["aws:RequestedRegion"]);
    // A condition on one key is none on another.
    let third = json!([conditional("Allow", "aws:SourceVpc", "a")]);
    assert_eq!(
        keys(compared(&one, &third)),
        ["aws:RequestedRegion", "aws:SourceVpc"]
    );
    // A deny that may not apply takes nothing for sure away, and may.
    let denied = json!([
        allow(&["s3:GetObject"], MEDIA),
        conditional("Deny", "aws:SourceVpc", "a")
    ]);
    assert_eq!(keys(compared(&free, &denied)), ["aws:SourceVpc"]);
    assert_eq!(compared(&denied, &free), Coverage::Covers);
    assert_eq!(compared(&denied, &denied), Coverage::Covers);
    // What is lacking in any case is lacking for sure, conditions or not.
    let elsewhere = json!([{
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x",
        "Condition": {"StringEquals": {"aws:SourceVpc": "a"}}
    }]);
    assert_eq!(lacks(compared(&free, &elsewhere)).len(), 1);
}

#[test]
fn variables_stand_for_what_is_not_known() {
    let of = |rest: &str| {
        json!([
            allow(&["s3:GetObject"], &format!("arn:aws:s3:::home/{rest}")),
            allow(&["s3:PutObject"], "arn:aws:s3:::x"),
        ])
    };
    let own = of("${aws:username}/*");
    let more = json!([
        allow(&["s3:*"], "arn:aws:s3:::x"),
        allow(&["s3:GetObject"], "arn:aws:s3:::home/${aws:username}/*"),
    ]);
    assert_eq!(compared(&own, &more), Coverage::Covers);
    assert_eq!(compared(&own, &of("*")), Coverage::Covers);
    assert_eq!(keys(compared(&of("bob/*"), &own)), ["aws:username"]);
    assert_eq!(keys(compared(&own, &of("bob/*"))), ["aws:username"]);
    let gaps = lacks(compared(&of("*"), &of("${aws:username}/public/*")));
    assert_eq!(gaps.len(), 1);
    assert_eq!(
        keys(compared(&of("${aws:userid}/*"), &own)),
        ["aws:userid", "aws:username"]
    );
    // In documents without variables the text is just text.
    let text = json!({"Version": "2008-10-17", "Statement": own}).to_string();
    let (literal, _) = Document::parse("old.json", PolicyKind::Identity, text.as_bytes(), &[])
        .expect("a document");
    assert!(matches!(
        covers(&literal, &document(&own), &[]),
        Coverage::Unknown { .. }
    ));
}

/// A wildcard that may cross colons covers itself, and what that leaves open stays open.
#[test]
fn all_readings_of_an_arn_are_tried() {
    let of = |resource: &str| json!([allow(&["lambda:*"], resource)]);
    let any = of("arn:aws:lambda:*:*:function:media-*");
    assert_eq!(
        compared(&of("arn:aws:lambda:eu-*:*:function:media-a"), &any),
        Coverage::Covers
    );
    assert_eq!(compared(&any, &any), Coverage::Covers);
    let crossing = of("arn:aws:lambda:*:function:media-a");
    let crossed = of("arn:aws:lambda:eu:1:function:media-a:function:media-a");
    let Coverage::Unknown { open } = compared(&crossed, &crossing) else {
        panic!("one reading covers, the other does not");
    };
    assert_eq!(open[0].reasons, [DoubtReason::Colons]);
    // The answer is the same where no wildcard crosses and where all do, and another one where only
    // those at the end of their part do.
    let ends = json!([allow(&["s3:*"], "arn:aws:s3:us*:1:x")]);
    let split = json!([
        allow(&["s3:*"], "arn:aws:s3:us:1:x"),
        allow(&["s3:*"], "arn:aws:s3:us*?:1:x"),
    ]);
    let Coverage::Unknown { open } = compared(&ends, &split) else {
        panic!("a reading between the two does not cover");
    };
    assert_eq!(open[0].reasons, [DoubtReason::Colons]);
    // One that crosses goes on behind one that does not.
    let pieces = json!([
        allow(&["lambda:*"], "arn:aws:lambda::b:bc:x"),
        allow(&["lambda:*"], "arn:aws:lambda:*?:b:bc:x"),
        allow(&["lambda:*"], "arn:aws:lambda:*:b*c:?"),
    ]);
    assert_eq!(
        compared(&of("arn:aws:lambda:*:b:bc:x"), &pieces),
        Coverage::Covers
    );
}

#[test]
fn what_is_too_entangled_is_not_known() {
    let entangled: Vec<String> = (0..12)
        .map(|index| format!("arn:aws:s3:::*a{}b*", "?".repeat(index)))
        .collect();
    let of = json!([allow(&["s3:GetObject"], "arn:aws:s3:::*a*b*")]);
    let by = json!([
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": entangled},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": entangled},
    ]);
    let few = Limits {
        states: 50,
        steps: 5_000,
    };
    let is_open = |coverage: &Coverage| match coverage {
        Coverage::Unknown { open } => open[0].reasons.contains(&DoubtReason::TooComplex),
        _ => false,
    };
    assert!(is_open(&covers_within(
        &document(&of),
        &document(&by),
        &[],
        few
    )));
    // Without any work left not even the actions are known.
    let none = Limits {
        states: 0,
        steps: 0,
    };
    let other = json!([allow(&["s3:*"], MEDIA)]);
    assert!(is_open(&covers_within(
        &document(&other),
        &document(&of),
        &[],
        none
    )));
    // A document covers itself, however entangled it is.
    assert_eq!(
        covers_within(&document(&by), &document(&by), &[], none),
        Coverage::Covers
    );
    // Nine conditions that have nothing to do with each other are not tried in all combinations.
    let conditional: Vec<Value> = (0..9)
        .map(|index| conditional("Allow", "aws:SourceVpc", &index.to_string()))
        .collect();
    assert!(is_open(&compared(
        &json!([allow(&["s3:GetObject"], MEDIA)]),
        &json!(conditional)
    )));
}

#[test]
fn many_patterns_of_actions_are_compared_in_bounded_time() {
    let stars: Vec<String> = (0..40)
        .map(|index| {
            let letter = |at: u8| char::from(b'a' + at % 26);
            format!("s3:*{}*{}*", letter(index), letter(index / 2 + 7))
        })
        .collect();
    let of = json!([{"Effect": "Allow", "Action": stars, "Resource": "*"}]);
    let by = json!([allow(&["s3:Get*"], "*")]);
    let begun = std::time::Instant::now();
    assert!(matches!(compared(&of, &by), Coverage::Unknown { .. }));
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

/// All words over two letters up to this length.
const LONGEST: usize = 4;
