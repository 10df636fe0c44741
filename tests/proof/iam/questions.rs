//! Questions on sets of resources: outcomes, causes, witnesses.

use remperm::iam::{
    Cause, Context, Document, Layer, LayerError, Layers, Limits, Outcome, PolicyKind, Question,
    RequiredResource, Unknown, UnknownReason, evaluate, evaluate_within,
};
use serde_json::{Value, json};

pub(crate) fn parse(name: &str, kind: PolicyKind, statements: &Value) -> Document {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    match Document::parse(name, kind, text.as_bytes(), &[]) {
        Ok((document, _)) => document,
        Err(error) => panic!("{error}"),
    }
}

fn identity(statements: &Value) -> Layers {
    let mut layers = Layers::new();
    layers
        .add(parse("user.json", PolicyKind::Identity, statements))
        .expect("an identity policy");
    layers
}

fn allow(resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": "s3:*", "Resource": resource})
}

fn deny(resource: &str) -> Value {
    json!({"Sid": "No", "Effect": "Deny", "Action": "s3:*", "Resource": resource})
}

fn ask(layers: &Layers, resource: &str) -> Outcome {
    let question = Question::parse("s3:GetObject", resource).expect("a question");
    evaluate(layers, &question, &Context::new())
}

fn gap(outcome: Outcome) -> (Cause, String) {
    match outcome {
        Outcome::NotHeld(not_held) => (not_held.gap.cause, not_held.gap.witness),
        other => panic!("{other:?}"),
    }
}

fn narrower(texts: &[&str]) -> Cause {
    Cause::Narrower {
        layer: Layer::Identity,
        held_only_for: texts.iter().map(|text| (*text).to_owned()).collect(),
    }
}

const BUCKETS: &str = "arn:aws:s3:::remotionlambda-*";

#[test]
fn the_pattern_itself_covers_the_question() {
    assert_eq!(ask(&identity(&allow(BUCKETS)), BUCKETS), Outcome::Held);
    assert_eq!(
        ask(&identity(&allow("arn:aws:s3:::*")), BUCKETS),
        Outcome::Held
    );
    assert_eq!(ask(&identity(&allow("*")), BUCKETS), Outcome::Held);
}

#[test]
fn a_narrower_pattern_leaves_a_witness() {
    let narrow = "arn:aws:s3:::remotionlambda-useast1-*";
    let (cause, witness) = gap(ask(&identity(&allow(narrow)), BUCKETS));
    assert_eq!(cause, narrower(&[narrow]));
    assert_eq!(witness, "arn:aws:s3:::remotionlambda-a");
}

#[test]
fn the_empty_rest_of_a_name_is_not_required() {
    let layers = identity(&allow("arn:aws:s3:::remotionlambda-?*"));
    assert_eq!(ask(&layers, BUCKETS), Outcome::Held);
    let layers = identity(&allow("arn:aws:s3:::remotionlambda-?*/*"));
    assert_eq!(
        ask(&layers, "arn:aws:s3:::remotionlambda-*/*"),
        Outcome::Held
    );
}

#[test]
fn a_whole_component_may_be_empty() {
    let layers = identity(&allow("arn:aws:s3:::bucket/?*"));
    let (_, witness) = gap(ask(&layers, "arn:aws:s3:::bucket/*"));
    assert_eq!(witness, "arn:aws:s3:::bucket/");
    let layers = identity(&allow("arn:aws:s3:?*:?*:bucket"));
    let (_, witness) = gap(ask(&layers, "arn:aws:s3:*:*:bucket"));
    assert!(
        witness == "arn:aws:s3:::bucket" || witness.contains("::"),
        "{witness}"
    );
}

#[test]
fn a_deny_of_the_empty_rest_counts() {
    let layers = identity(&json!([allow("*"), deny("arn:aws:s3:::remotionlambda-")]));
    let (cause, witness) = gap(ask(&layers, BUCKETS));
    assert!(matches!(cause, Cause::ExplicitDeny { .. }));
    assert_eq!(witness, "arn:aws:s3:::remotionlambda-");
}

#[test]
fn two_allows_cover_together_what_neither_does_alone() {
    let both = json!([
        {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::remotionlambda-a*"},
        allow("arn:aws:s3:::remotionlambda-a*"),
    ]);
    assert_eq!(ask(&identity(&both), BUCKETS), Outcome::Held);
    let both = json!([allow("arn:aws:s3:::a*"), allow("arn:aws:s3:::b*")]);
    let (cause, witness) = gap(ask(&identity(&both), "arn:aws:s3:::?x"));
    assert_eq!(cause, narrower(&["arn:aws:s3:::a*", "arn:aws:s3:::b*"]));
    assert_eq!(witness, "arn:aws:s3:::cx");
}

#[test]
fn an_explicit_deny_on_a_part_is_told_first() {
    let layers = identity(&json!([deny("arn:aws:s3:::remotionlambda-secret*")]));
    let (cause, witness) = gap(ask(&layers, BUCKETS));
    let Cause::ExplicitDeny { layer, statement } = cause else {
        panic!("{cause:?}");
    };
    assert_eq!(layer, Layer::Identity);
    assert_eq!(statement.to_string(), "user.json: Statement[0] (No)");
    assert!(
        witness.starts_with("arn:aws:s3:::remotionlambda-secret"),
        "{witness}"
    );
    let Outcome::NotHeld(not_held) = ask(&layers, BUCKETS) else {
        panic!("denied");
    };
    let nothing = Cause::NothingAllows {
        layer: Layer::Identity,
    };
    assert_eq!(not_held.further[0].cause, nothing);
}

#[test]
fn denies_cross_colons_and_allows_do_not() {
    let question = "arn:aws:logs:us-east-1:123456789012:log-group:x";
    let wild = "arn:aws:logs:*:log-group:x";
    let cut =
        json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:logs:*:log-group:x:y"});
    assert!(matches!(
        ask(&identity(&cut), &format!("{question}:y")),
        Outcome::NotHeld(_)
    ));
    let denied = json!([allow("*"), deny(&format!("{wild}:*")),]);
    let (cause, _) = gap(ask(&identity(&denied), &format!("{question}:y")));
    assert!(matches!(cause, Cause::ExplicitDeny { .. }));
    // Fewer than six parts: grants nothing, denies all that begins like it.
    assert!(matches!(
        ask(&identity(&allow("arn:aws:logs:*")), question),
        Outcome::NotHeld(_)
    ));
    let denied = json!([allow("*"), deny("arn:aws:logs:*")]);
    let (cause, _) = gap(ask(&identity(&denied), question));
    assert!(matches!(cause, Cause::ExplicitDeny { .. }));
}

#[test]
fn everything_is_covered_by_the_star_only() {
    assert_eq!(ask(&identity(&allow("*")), "*"), Outcome::Held);
    for part in ["arn:aws:s3:::*", "arn:*", "arn:aws:s3:*:*:*"] {
        let (cause, witness) = gap(ask(&identity(&allow(part)), "*"));
        assert_eq!(witness, "*", "{part}");
        let nothing = Cause::NothingAllows {
            layer: Layer::Identity,
        };
        assert!(cause == narrower(&[part]) || cause == nothing, "{cause:?}");
    }
    let layers = identity(&json!([allow("*"), deny("arn:aws:s3:::secret")]));
    let (_, witness) = gap(ask(&layers, "*"));
    assert_eq!(witness, "arn:aws:s3:::secret");
    let all_but = json!({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::secret"});
    let (_, witness) = gap(ask(&identity(&all_but), "*"));
    assert_eq!(witness, "arn:aws:s3:::secret");
    let deny_all_but =
        json!([allow("*"), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::x"}]);
    let (_, witness) = gap(ask(&identity(&deny_all_but), "*"));
    assert_eq!(witness, "*");
}

#[test]
fn an_action_that_knows_no_resources_is_not_reached_by_arns() {
    let question = Question {
        resource: RequiredResource::unscoped(),
        ..Question::parse("s3:ListAllMyBuckets", "*").expect("a question")
    };
    let ask = |layers: &Layers| evaluate(layers, &question, &Context::new());
    let spared = identity(&json!([allow("*"), deny("arn:aws:s3:::secret")]));
    assert_eq!(ask(&spared), Outcome::Held);
    let denied = identity(&json!([allow("*"), deny("*")]));
    assert!(matches!(ask(&denied), Outcome::NotHeld(_)));
    assert!(matches!(
        ask(&identity(&allow("arn:aws:s3:::*"))),
        Outcome::NotHeld(_)
    ));
}

#[test]
fn an_undecided_allow_is_unknown_and_names_its_key() {
    let statement = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/Team": "video"}}});
    let layers = identity(&statement);
    let Outcome::Unknown(Unknown { reasons }) = ask(&layers, BUCKETS) else {
        panic!("nothing is known of the key");
    };
    let [UnknownReason::Undecided { keys, statements }] = reasons.as_slice() else {
        panic!("{reasons:?}");
    };
    assert_eq!(keys, &["aws:PrincipalTag/Team"]);
    assert_eq!(statements[0].index, 0);
    let question = Question::parse("s3:GetObject", BUCKETS).expect("a question");
    let video = Context::new().with("AWS:principaltag/team", ["video"]);
    assert_eq!(evaluate(&layers, &question, &video), Outcome::Held);
    let other = Context::new().with("aws:PrincipalTag/Team", ["audio"]);
    let (cause, _) = gap(evaluate(&layers, &question, &other));
    let Cause::Conditional { keys, .. } = cause else {
        panic!("{cause:?}");
    };
    assert_eq!(keys, ["aws:PrincipalTag/Team"]);
}

#[test]
fn an_undecided_deny_on_a_part_is_unknown() {
    let condition = json!({"Bool": {"aws:SecureTransport": "false"}});
    let statements = json!([allow("*"), {"Effect": "Deny", "Action": "*",
        "Resource": "arn:aws:s3:::remotionlambda-x", "Condition": condition}]);
    assert!(matches!(
        ask(&identity(&statements), BUCKETS),
        Outcome::Unknown(_)
    ));
    assert_eq!(
        ask(&identity(&statements), "arn:aws:s3:::other"),
        Outcome::Held
    );
    // A certain Deny beside it wins.
    let mut statements = statements.as_array().expect("an array").clone();
    statements.push(deny("arn:aws:s3:::remotionlambda-y"));
    let (cause, _) = gap(ask(&identity(&Value::Array(statements)), BUCKETS));
    assert!(matches!(cause, Cause::ExplicitDeny { .. }));
}

#[test]
fn what_no_open_condition_could_mend_is_not_held() {
    let condition = json!({"Bool": {"aws:SecureTransport": "true"}});
    let statements = json!({"Effect": "Allow", "Action": "*",
        "Resource": "arn:aws:s3:::remotionlambda-x", "Condition": condition});
    let (cause, witness) = gap(ask(&identity(&statements), BUCKETS));
    assert!(matches!(cause, Cause::Conditional { .. }), "{cause:?}");
    assert_eq!(witness, "arn:aws:s3:::remotionlambda-a");
}

#[test]
fn a_variable_is_unknown_until_its_key_is_known() {
    let layers = identity(&allow("arn:aws:s3:::home-${aws:username}"));
    let question = Question::parse("s3:GetObject", "arn:aws:s3:::home-alice").expect("a question");
    assert!(matches!(
        evaluate(&layers, &question, &Context::new()),
        Outcome::Unknown(_)
    ));
    let alice = Context::new().with("aws:username", ["alice"]);
    assert_eq!(evaluate(&layers, &question, &alice), Outcome::Held);
    let star = Context::new().with("aws:username", ["*"]);
    assert!(matches!(
        evaluate(&layers, &question, &star),
        Outcome::NotHeld(_)
    ));
    let absent = Context::new().without("aws:username");
    assert!(matches!(
        evaluate(&layers, &question, &absent),
        Outcome::NotHeld(_)
    ));
}

#[test]
fn every_layer_must_allow() {
    let with = |kind, resource: &str| {
        let mut layers = identity(&allow("*"));
        match kind {
            PolicyKind::ServiceControl => {
                let all = parse("all.json", kind, &allow("*"));
                let one = parse("one.json", kind, &allow(resource));
                layers
                    .add_service_control_level(vec![all])
                    .expect("a level");
                layers
                    .add_service_control_level(vec![one])
                    .expect("a level");
            }
            kind => layers
                .add(parse("layer.json", kind, &allow(resource)))
                .expect("a layer"),
        }
        layers
    };
    let expected = [
        (PolicyKind::Boundary, Layer::Boundary),
        (PolicyKind::Session, Layer::Session),
        (
            PolicyKind::ServiceControl,
            Layer::ServiceControl { level: 1 },
        ),
    ];
    for (kind, layer) in expected {
        assert_eq!(ask(&with(kind, BUCKETS), BUCKETS), Outcome::Held);
        let (cause, _) = gap(ask(&with(kind, "arn:aws:s3:::other"), BUCKETS));
        assert_eq!(cause, Cause::NothingAllows { layer });
    }
}

#[test]
fn documents_stand_in_their_own_layer_only() {
    let mut layers = Layers::new();
    let boundary = || parse("b.json", PolicyKind::Boundary, &allow("*"));
    layers.add(boundary()).expect("the first");
    let second = layers.add(boundary()).expect_err("the second");
    assert!(matches!(second, LayerError::SecondBoundary { .. }));
    let control = parse("s.json", PolicyKind::ServiceControl, &allow("*"));
    assert!(matches!(layers.add(control), Err(LayerError::Kind { .. })));
    assert_eq!(
        layers.add_service_control_level(Vec::new()),
        Err(LayerError::EmptyLevel)
    );
    let level = vec![boundary()];
    assert!(matches!(
        layers.add_service_control_level(level),
        Err(LayerError::Kind { .. })
    ));
}

#[test]
fn entangled_patterns_are_given_up() {
    // "An `a` so many places before the end": the classic that needs exponentially many sets.
    let mut statements: Vec<Value> = (0..18)
        .map(|many| allow(&format!("arn:aws:s3:::*a{}", "?".repeat(many))))
        .collect();
    statements.push(allow("arn:aws:s3:::*b??????????????????"));
    let layers = identity(&Value::Array(statements));
    let question = Question::parse("s3:GetObject", "arn:aws:s3:::b*").expect("a question");
    let limits = Limits {
        states: 100,
        steps: 2_000,
    };
    let outcome = evaluate_within(&layers, &question, &Context::new(), limits);
    let Outcome::Unknown(Unknown { reasons }) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(reasons, [UnknownReason::TooComplex { limits }]);
}

#[test]
fn a_deny_that_is_given_up_is_no_pass() {
    let layers = identity(&json!([allow("*"), deny("arn:aws:s3:::*x*y*z")]));
    let question = Question::parse("s3:GetObject", BUCKETS).expect("a question");
    let limits = Limits {
        states: 10,
        steps: 20,
    };
    let outcome = evaluate_within(&layers, &question, &Context::new(), limits);
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    let all_but =
        json!([allow("*"), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::*"}]);
    let outcome = evaluate_within(&identity(&all_but), &question, &Context::new(), limits);
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
}

#[test]
fn malformed_questions_are_refused() {
    for action in ["", "s3", "s3:", ":Get", "s3:Get*", "s3:Get Object", "*"] {
        assert!(Question::parse(action, "*").is_err(), "{action}");
    }
    for resource in [
        "",
        "**",
        "bucket",
        "arn:aws:s3",
        "arn:aws:s3:::",
        "arn::s3:::x",
        "aws:arn:s3:::x",
    ] {
        assert!(RequiredResource::parse(resource).is_err(), "{resource}");
    }
}

/// A Deny on other functions, as people write it, does not reach names that cannot exist.
#[test]
fn names_without_colons_are_not_reached_across_colons() {
    let document = identity(&json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:lambda:*:*:function:prod-*"},
    ]));
    let text = "arn:aws:lambda:*:*:function:media-*";
    let ask = |resource: RequiredResource| {
        let question = Question {
            resource,
            ..Question::parse("lambda:InvokeFunction", text).expect("a question")
        };
        evaluate(&document, &question, &Context::new())
    };
    assert_eq!(
        ask(RequiredResource::of_names(text).expect("names")),
        Outcome::Held
    );
    let any = ask(RequiredResource::parse(text).expect("any text"));
    assert!(matches!(any, Outcome::NotHeld(_)), "{any:?}");
    let own = RequiredResource::of_names("arn:aws:lambda:*:*:function:prod-*").expect("names");
    assert!(matches!(ask(own), Outcome::NotHeld(_)));
    let pattern =
        RequiredResource::of_names("arn:aws:lambda:us-east-1:1:function:*-a").expect("names");
    assert!(matches!(ask(pattern), Outcome::NotHeld(_)));
}
