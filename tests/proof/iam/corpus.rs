//! What AWS's documentation says, case by case, each with the page that says it. The policies
//! are ours, made after the pages' examples.

mod evaluation;
mod operators;
mod values;

use remperm::iam::{Context, Document, PolicyKind};
use serde_json::{Value, json};

const OPERATORS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html";
const SEVERAL: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html";
const SETS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html";
const VARIABLES: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html";

/// Whether the conditions of a statement hold.
fn holds(version: &str, condition: &Value, context: &Context) -> Option<bool> {
    let text = json!({"Version": version, "Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}});
    let text = text.to_string();
    match Document::parse("c.json", PolicyKind::Identity, text.as_bytes(), &[]) {
        Ok((document, _)) => document.statements()[0].condition_holds(context),
        Err(error) => panic!("{error}"),
    }
}

/// The key of the tables.
const KEY: &str = "test:key";

/// A row: page, operator, the policy's values, the request's, and whether the condition holds.
type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    Option<bool>,
);

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

fn check(rows: &[Row]) {
    for (page, operator, policy, request, expected) in rows {
        let context = Context::new().with(KEY, request.iter().copied());
        let condition = json!({*operator: {KEY: policy}});
        let found = holds("2012-10-17", &condition, &context);
        assert_eq!(
            found, *expected,
            "{operator} {policy:?} on {request:?}, see {page}"
        );
        // Without the key, and without any knowledge of it.
        let negated = operator.contains("Not");
        let absent = Some(negated || operator.ends_with("IfExists"));
        if !operator.contains(':') && *operator != "Null" {
            let absent_context = Context::new().without(KEY);
            let found = holds("2012-10-17", &condition, &absent_context);
            assert_eq!(found, absent, "{operator} without the key, see {page}");
        }
        assert_eq!(
            holds("2012-10-17", &condition, &Context::new()),
            None,
            "{operator}"
        );
    }
}
