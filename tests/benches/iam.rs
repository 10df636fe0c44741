//! How long the engine takes. The targets: a concrete request against 50 prepared statements 10 µs;
//! 35 permissions against their own policy, reading included, 2 ms; 50 Allows that do not cover
//! the question 10 ms.

#![expect(clippy::expect_used, reason = "a benchmark without its data is none")]

use std::hint::black_box;

use criterion::Criterion;
use remperm::iam::{
    Context, Decision, Document, Layers, Outcome, PolicyKind, Question, Request, decide, evaluate,
};

/// Permissions of a deploying user, as many and as wide as a real one's.
const PERMISSIONS: &[(&[&str], &str)] = &[
    (
        &[
            "servicequotas:GetServiceQuota",
            "servicequotas:GetAWSDefaultServiceQuota",
            "servicequotas:RequestServiceQuotaIncrease",
            "servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota",
            "iam:SimulatePrincipalPolicy",
            "s3:ListAllMyBuckets",
            "lambda:ListFunctions",
            "lambda:GetFunction",
        ],
        "*",
    ),
    (&["iam:PassRole"], "arn:aws:iam::*:role/deployer-role"),
    (
        &[
            "s3:GetObject",
            "s3:DeleteObject",
            "s3:DeleteBucket",
            "s3:PutObjectAcl",
            "s3:PutObject",
            "s3:CreateBucket",
            "s3:ListBucket",
            "s3:GetBucketLocation",
            "s3:PutBucketAcl",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketOwnershipControls",
            "s3:PutLifecycleConfiguration",
        ],
        "arn:aws:s3:::renderbucket-*",
    ),
    (
        &[
            "lambda:InvokeAsync",
            "lambda:InvokeFunction",
            "lambda:CreateFunction",
            "lambda:DeleteFunction",
            "lambda:PutFunctionEventInvokeConfig",
            "lambda:PutRuntimeManagementConfig",
            "lambda:TagResource",
        ],
        "arn:aws:lambda:*:*:function:render-*",
    ),
    (
        &[
            "logs:CreateLogGroup",
            "logs:PutRetentionPolicy",
            "logs:DeleteLogGroup",
        ],
        "arn:aws:logs:*:*:log-group:/aws/lambda/render-*",
    ),
    (
        &["lambda:GetLayerVersion"],
        "arn:aws:lambda:*:678892195805:layer:render-binaries-*",
    ),
    (
        &[
            "logs:DescribeLogGroups",
            "cloudwatch:GetMetricData",
            "lambda:ListLayers",
        ],
        "*",
    ),
];

fn policy() -> String {
    let statements: Vec<String> = PERMISSIONS
        .iter()
        .map(|(actions, resource)| {
            format!(r#"{{"Effect": "Allow", "Action": {actions:?}, "Resource": "{resource}"}}"#)
        })
        .collect();
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#,
        statements.join(",\n")
    )
}

fn read(text: &str) -> Layers {
    let read = Document::parse("policy.json", PolicyKind::Identity, text.as_bytes(), &[]);
    let (document, _) = read.expect("a policy");
    let mut layers = Layers::new();
    layers.add(document).expect("an identity policy");
    layers
}

fn own_policy(criterion: &mut Criterion) {
    let text = policy();
    criterion.bench_function(
        "35 permissions against their own policy, with reading",
        |bencher| {
            bencher.iter(|| {
                let layers = read(black_box(&text));
                for (actions, resource) in PERMISSIONS {
                    for action in *actions {
                        let question = Question::parse(action, resource).expect("a question");
                        let outcome = evaluate(&layers, &question, &Context::new());
                        assert_eq!(outcome, Outcome::Held);
                    }
                }
            });
        },
    );
}

/// Fifty statements of a kind that users have: some with conditions, variables, several entries.
fn fifty_statements() -> String {
    let statements: Vec<String> = (0..50)
        .map(|number| {
            let effect = if number % 5 == 0 { "Deny" } else { "Allow" };
            let condition = match number % 4 {
                0 => r#", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}"#,
                1 => r#", "Condition": {"StringLike": {"aws:PrincipalTag/team": ["video-*", "audio"]}}"#,
                _ => "",
            };
            format!(
                r#"{{"Effect": "{effect}", "Action": ["s3:Get*", "s3:*Object", "lambda:Invoke*"],
                "Resource": ["arn:aws:s3:::bucket-{number}/*", "arn:aws:s3:::*-{number}-logs/*/x"]{condition}}}"#
            )
        })
        .collect();
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#,
        statements.join(",\n")
    )
}

fn concrete_request(criterion: &mut Criterion) {
    let layers = read(&fifty_statements());
    let context = Context::new()
        .with("aws:RequestedRegion", ["us-east-1"])
        .with("aws:PrincipalTag/team", ["video-edit"]);
    let allowed =
        Request::parse("s3:GetObject", "arn:aws:s3:::bucket-49/a/b/c.mp4").expect("a request");
    criterion.bench_function("a request against 50 statements, allowed", |bencher| {
        bencher.iter(|| {
            let decision = decide(&layers, black_box(&allowed), &context);
            assert_eq!(decision, Decision::Allowed);
        });
    });
    let denied =
        Request::parse("s3:GetObject", "arn:aws:s3:::elsewhere/a/b/c.mp4").expect("a request");
    criterion.bench_function("a request against 50 statements, not allowed", |bencher| {
        bencher.iter(|| decide(&layers, black_box(&denied), &context));
    });
}

fn non_covering_allows(criterion: &mut Criterion) {
    let entries: Vec<String> = (0..50)
        .map(|number| format!("\"arn:aws:lambda:*:*:function:render-{number}-*\""))
        .collect();
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "*", "Resource": [{}]}}}}"#,
        entries.join(",")
    );
    let layers = read(&text);
    let question = Question::parse(
        "lambda:InvokeFunction",
        "arn:aws:lambda:*:*:function:render-*",
    )
    .expect("a question");
    criterion.bench_function("50 allows that do not cover", |bencher| {
        bencher.iter(|| evaluate(&layers, black_box(&question), &Context::new()));
    });
    let entries: Vec<String> = (0..50)
        .map(|number| format!("\"arn:aws:lambda:*:*:function:*{number}*r*\""))
        .collect();
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "*", "Resource": [{}]}}}}"#,
        entries.join(",")
    );
    let layers = read(&text);
    criterion.bench_function("50 entangled allows that do not cover", |bencher| {
        bencher.iter(|| {
            let outcome = evaluate(&layers, black_box(&question), &Context::new());
            assert!(matches!(outcome, Outcome::NotHeld(_)));
        });
    });
}

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(500))
        .measurement_time(std::time::Duration::from_secs(2))
        .configure_from_args();
    own_policy(&mut criterion);
    concrete_request(&mut criterion);
    non_covering_allows(&mut criterion);
    criterion.final_summary();
}
