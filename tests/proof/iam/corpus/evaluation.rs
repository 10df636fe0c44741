//! Evaluation logic, layers, actions and resources.

use remperm::iam::{
    Context, Decision, Denial, Document, Layer, Layers, PolicyKind, Request, decide,
};
use serde_json::{Value, json};

use super::VARIABLES;

const ACTION: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html";
const NOT_ACTION: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html";
const RESOURCE: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html";
const NOT_RESOURCE: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html";
const LOGIC: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html";
const BOUNDARIES: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html";
const SESSIONS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html";
const CONTROL: &str = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html";

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Allowed,
    Explicit(Layer),
    Implicit(Layer),
    Unknown,
}

use Answer::{Allowed, Explicit, Implicit};

fn document(kind: PolicyKind, statements: &Value) -> Document {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    match Document::parse("c.json", kind, text.as_bytes(), &[]) {
        Ok((document, _)) => document,
        Err(error) => panic!("{error}"),
    }
}

fn layers(policies: &[(PolicyKind, Value)]) -> Layers {
    let mut layers = Layers::new();
    for (kind, statements) in policies {
        let document = document(*kind, statements);
        match kind {
            PolicyKind::ServiceControl => {
                layers
                    .add_service_control_level(vec![document])
                    .expect("a level");
            }
            _ => layers.add(document).expect("a layer"),
        }
    }
    layers
}

fn ask_in(layers: &Layers, action: &str, resource: &str, context: &Context) -> Answer {
    let request = Request::parse(action, resource).expect("a request");
    match decide(layers, &request, context) {
        Decision::Allowed => Allowed,
        Decision::Denied(Denial::Explicit { layer, .. }) => Explicit(layer),
        Decision::Denied(Denial::Implicit { layer }) => Implicit(layer),
        Decision::Denied(other) => panic!("{other:?}"),
        Decision::Unknown { .. } => Answer::Unknown,
    }
}

fn ask(layers: &Layers, action: &str, resource: &str) -> Answer {
    ask_in(layers, action, resource, &Context::new())
}

fn identity(statements: Value) -> Layers {
    layers(&[(PolicyKind::Identity, statements)])
}

const NOTHING: Answer = Implicit(Layer::Identity);

#[test]
fn by_default_all_is_denied_and_a_deny_overrides() {
    assert_eq!(
        ask(&Layers::new(), "s3:GetObject", "arn:aws:s3:::b/x"),
        NOTHING,
        "{LOGIC}"
    );
    let bucket = json!([
        "arn:aws:s3:::amzn-s3-demo-bucket",
        "arn:aws:s3:::amzn-s3-demo-bucket/*"
    ]);
    let layers = identity(json!([
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": bucket},
    ]));
    assert_eq!(
        ask(&layers, "s3:PutObject", "arn:aws:s3:::other/x"),
        Allowed,
        "{LOGIC}"
    );
    let denied = Explicit(Layer::Identity);
    assert_eq!(
        ask(
            &layers,
            "s3:PutObject",
            "arn:aws:s3:::amzn-s3-demo-bucket/x"
        ),
        denied,
        "{LOGIC}"
    );
    assert_eq!(ask(&layers, "ec2:StartInstances", "*"), NOTHING, "{LOGIC}");
}

#[test]
fn actions_have_wildcards_and_no_case() {
    let layers = identity(
        json!({"Effect": "Allow", "Action": ["iam:*AccessKey*", "S3:getobject"], "Resource": "*"}),
    );
    for action in [
        "iam:CreateAccessKey",
        "iam:ListAccessKeys",
        "IAM:updateaccesskey",
        "s3:GetObject",
    ] {
        assert_eq!(ask(&layers, action, "*"), Allowed, "{action}: {ACTION}");
    }
    for action in ["iam:CreateUser", "s3:GetObjectAcl", "sts:GetAccessKeyInfo"] {
        assert_eq!(ask(&layers, action, "*"), NOTHING, "{action}: {ACTION}");
    }
}

#[test]
fn not_action_allows_all_others() {
    let layers = identity(json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}));
    assert_eq!(
        ask(&layers, "s3:GetObject", "arn:aws:s3:::b/x"),
        Allowed,
        "{NOT_ACTION}"
    );
    assert_eq!(ask(&layers, "iam:GetUser", "*"), NOTHING, "{NOT_ACTION}");
    let layers = identity(json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*",
         "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}},
    ]));
    let without = Context::new().without("aws:MultiFactorAuthPresent");
    let with = Context::new().with("aws:MultiFactorAuthPresent", ["true"]);
    let denied = Explicit(Layer::Identity);
    assert_eq!(
        ask_in(&layers, "s3:GetObject", "*", &without),
        denied,
        "{NOT_ACTION}"
    );
    assert_eq!(
        ask_in(&layers, "iam:GetUser", "*", &without),
        Allowed,
        "{NOT_ACTION}"
    );
    assert_eq!(
        ask_in(&layers, "s3:GetObject", "*", &with),
        Allowed,
        "{NOT_ACTION}"
    );
    assert_eq!(
        ask(&layers, "s3:GetObject", "*"),
        Answer::Unknown,
        "{NOT_ACTION}"
    );
}

#[test]
fn wildcards_in_resources_cross_slashes() {
    let pattern = "arn:aws:s3:::amzn-s3-demo-bucket/*/test/*";
    let layers =
        identity(json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": pattern}));
    for key in [
        "1/test/object.jpg",
        "1/2/test/object.jpg",
        "1/2/test/3/object.jpg",
        "1/2/3/test/4/object.jpg",
        "1///test///object.jpg",
        "/test//object.jpg",
    ] {
        let resource = format!("arn:aws:s3:::amzn-s3-demo-bucket/{key}");
        assert_eq!(
            ask(&layers, "s3:GetObject", &resource),
            Allowed,
            "{key}: {RESOURCE}"
        );
    }
    for key in ["1-test/object.jpg", "test/object.jpg", "1/2/test.jpg"] {
        let resource = format!("arn:aws:s3:::amzn-s3-demo-bucket/{key}");
        assert_eq!(
            ask(&layers, "s3:GetObject", &resource),
            NOTHING,
            "{key}: {RESOURCE}"
        );
    }
    let layers = identity(
        json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam::123456789012:user/Bob"}),
    );
    assert_eq!(
        ask(&layers, "iam:GetUser", "arn:aws:iam::123456789012:user/Bob"),
        Allowed,
        "{RESOURCE}"
    );
    assert_eq!(
        ask(&layers, "iam:GetUser", "arn:aws:iam::123456789012:user/bob"),
        NOTHING,
        "{RESOURCE}"
    );
}

#[test]
fn not_resource_is_all_others() {
    let all_but = json!([
        "arn:aws:s3:::hr-bucket/payroll",
        "arn:aws:s3:::hr-bucket/payroll/*"
    ]);
    let layers = identity(json!([
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "NotResource": all_but},
    ]));
    let denied = || Explicit(Layer::Identity);
    assert_eq!(
        ask(
            &layers,
            "s3:GetObject",
            "arn:aws:s3:::hr-bucket/payroll/may"
        ),
        Allowed,
        "{NOT_RESOURCE}"
    );
    assert_eq!(
        ask(&layers, "s3:GetObject", "arn:aws:s3:::hr-bucket/photos"),
        denied(),
        "{NOT_RESOURCE}"
    );
    assert_eq!(
        ask(&layers, "s3:ListAllMyBuckets", "*"),
        denied(),
        "{NOT_RESOURCE}"
    );
    let layers = identity(json!({"Effect": "Allow", "Action": "s3:*", "NotResource": all_but}));
    assert_eq!(
        ask(
            &layers,
            "s3:GetObject",
            "arn:aws:s3:::hr-bucket/payroll/may"
        ),
        NOTHING,
        "{NOT_RESOURCE}"
    );
    assert_eq!(
        ask(&layers, "s3:GetObject", "arn:aws:s3:::hr-bucket/photos"),
        Allowed,
        "{NOT_RESOURCE}"
    );
}

#[test]
fn a_boundary_limits_and_grants_nothing() {
    let boundary =
        json!({"Effect": "Allow", "Action": ["s3:*", "cloudwatch:*", "ec2:*"], "Resource": "*"});
    let user = json!({"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*"});
    let both = layers(&[
        (PolicyKind::Identity, user),
        (PolicyKind::Boundary, boundary.clone()),
    ]);
    assert_eq!(
        ask(&both, "iam:CreateUser", "*"),
        Implicit(Layer::Boundary),
        "{BOUNDARIES}"
    );
    assert_eq!(ask(&both, "s3:GetObject", "*"), NOTHING, "{BOUNDARIES}");
    let user = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let both = layers(&[
        (PolicyKind::Identity, user),
        (PolicyKind::Boundary, boundary),
    ]);
    assert_eq!(ask(&both, "s3:GetObject", "*"), Allowed, "{BOUNDARIES}");
}

#[test]
fn session_policies_limit_and_grant_nothing() {
    let role = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let session = json!({"Effect": "Allow", "Action": ["s3:GetObject", "ec2:*"], "Resource": "*"});
    let more = json!({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"});
    let both = layers(&[
        (PolicyKind::Identity, role),
        (PolicyKind::Session, session),
        (PolicyKind::Session, more),
    ]);
    assert_eq!(ask(&both, "s3:GetObject", "*"), Allowed, "{SESSIONS}");
    assert_eq!(ask(&both, "s3:PutObject", "*"), Allowed, "{SESSIONS}");
    assert_eq!(
        ask(&both, "s3:DeleteObject", "*"),
        Implicit(Layer::Session),
        "{SESSIONS}"
    );
    assert_eq!(ask(&both, "ec2:StartInstances", "*"), NOTHING, "{SESSIONS}");
}

#[test]
fn every_level_of_the_organization_must_allow() {
    let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let storage = json!({"Effect": "Allow", "Action": ["s3:*", "ec2:*"], "Resource": "*"});
    let guard = json!([all, {"Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}}}]);
    let control = PolicyKind::ServiceControl;
    let three = layers(&[
        (PolicyKind::Identity, all.clone()),
        (control, all.clone()),
        (control, storage),
        (control, guard),
    ]);
    let region = |region: &str| Context::new().with("aws:RequestedRegion", [region]);
    assert_eq!(
        ask_in(&three, "s3:GetObject", "*", &region("eu-west-1")),
        Allowed,
        "{CONTROL}"
    );
    let level = |level| Layer::ServiceControl { level };
    let elsewhere = ask_in(&three, "s3:GetObject", "*", &region("us-east-1"));
    assert_eq!(elsewhere, Explicit(level(2)), "{CONTROL}");
    let other = ask_in(&three, "sqs:SendMessage", "*", &region("eu-west-1"));
    assert_eq!(other, Implicit(level(1)), "{CONTROL}");
    assert_eq!(
        ask(&three, "s3:GetObject", "*"),
        Answer::Unknown,
        "{CONTROL}"
    );
    // Service control policies grant nothing.
    let only = layers(&[(control, all)]);
    assert_eq!(ask(&only, "s3:GetObject", "*"), NOTHING, "{CONTROL}");
}

#[test]
fn variables_in_resources() {
    let home = json!({"Effect": "Allow", "Action": "s3:*", "Resource": [
        "arn:aws:s3:::bucket/${aws:username}/*", "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'company-wide'}/*"]});
    let layers = identity(home);
    let david = Context::new()
        .with("aws:username", ["David"])
        .with("aws:PrincipalTag/team", ["yellow"]);
    let ask_david = |key: &str| {
        ask_in(
            &layers,
            "s3:GetObject",
            &format!("arn:aws:s3:::bucket/{key}"),
            &david,
        )
    };
    assert_eq!(ask_david("David/x"), Allowed, "{VARIABLES}");
    assert_eq!(ask_david("yellow/x"), Allowed, "{VARIABLES}");
    assert_eq!(ask_david("company-wide/x"), NOTHING, "{VARIABLES}");
    let no_team = Context::new()
        .with("aws:username", ["David"])
        .without("aws:PrincipalTag/team");
    let wide = ask_in(
        &layers,
        "s3:GetObject",
        "arn:aws:s3:::bucket/company-wide/x",
        &no_team,
    );
    assert_eq!(wide, Allowed, "{VARIABLES}");
    // A variable without a value can make the whole statement invalid.
    let nobody = Context::new()
        .without("aws:username")
        .with("aws:PrincipalTag/team", ["yellow"]);
    let invalid = ask_in(
        &layers,
        "s3:GetObject",
        "arn:aws:s3:::bucket/yellow/x",
        &nobody,
    );
    assert_eq!(invalid, NOTHING, "{VARIABLES}");
    // A star in a value is a star, not a wildcard.
    let star = Context::new()
        .with("aws:username", ["*"])
        .with("aws:PrincipalTag/team", ["x"]);
    let other = ask_in(
        &layers,
        "s3:GetObject",
        "arn:aws:s3:::bucket/David/x",
        &star,
    );
    assert_eq!(other, NOTHING, "{VARIABLES}");
}
