//! The trust policy of the execution role: does it let Lambda assume the role?
//!
//! Only what is seen counts: a policy that can't be read, or that depends on conditions, gives no
//! verdict
//! ([service principals](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services)).

use serde_json::Value;

use crate::text::{matches_pattern, percent_decoded};

/// The service that has to be trusted.
const SERVICE: &str = "lambda.amazonaws.com";

/// The action that it has to be allowed.
const ACTION: &str = "sts:AssumeRole";

/// What a trust policy says of Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// It lets Lambda assume the role.
    Given,
    /// It does not.
    Refused,
    /// It can't be told from the policy alone.
    Unclear,
}

/// Reads a trust policy as IAM sends it: JSON, with percent signs in place of special characters.
pub(super) fn of_encoded(encoded: &str) -> Trust {
    percent_decoded(encoded).map_or(Trust::Unclear, |document| of(&document))
}

/// Reads a trust policy, as JSON.
pub(super) fn of(document: &str) -> Trust {
    let Ok(document) = serde_json::from_str::<Value>(document) else {
        return Trust::Unclear;
    };
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(statement @ Value::Object(_)) => vec![statement],
        _ => return Trust::Unclear,
    };
    let mut trust = Trust::Refused;
    for statement in statements {
        let concerns = match (names_action(statement), names_service(statement)) {
            (Some(action), Some(service)) => action && service,
            _ => return Trust::Unclear,
        };
        if !concerns {
            continue;
        }
        let conditional = statement.get("Condition").is_some();
        match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") if conditional => {
                if trust == Trust::Refused {
                    trust = Trust::Unclear;
                }
            }
            Some("Allow") => trust = Trust::Given,
            Some("Deny") if conditional => return Trust::Unclear,
            Some("Deny") => return Trust::Refused,
            _ => return Trust::Unclear,
        }
    }
    trust
}

/// One text or several; `None` for anything else.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(one) => Some(vec![one]),
        Value::Array(several) => several.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn names_action(statement: &Value) -> Option<bool> {
    let actions = texts(statement.get("Action")?)?;
    Some(actions.iter().any(|action| {
        *action == "*"
            || action.eq_ignore_ascii_case("sts:*")
            || action.eq_ignore_ascii_case(ACTION)
            // Other patterns are rare here; the service of the prefix decides nothing.
            || (action.contains(['*', '?'])
                && matches_pattern(&action.to_ascii_lowercase(), &ACTION.to_ascii_lowercase()))
    }))
}

fn names_service(statement: &Value) -> Option<bool> {
    match statement.get("Principal")? {
        Value::String(all) => Some(all == "*"),
        Value::Object(principals) => {
            let Some(services) = principals.get("Service") else {
                // `{"AWS": "*"}` means everyone, services not among them.
                return Some(false);
            };
            Some(texts(services)?.contains(&SERVICE))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Trust, of, of_encoded};

    fn policy(statements: &Value) -> String {
        json!({"Version": "2012-10-17", "Statement": statements}).to_string()
    }

    #[test]
    fn trust_is_what_the_statements_say() {
        let lambda = json!({"Service": "lambda.amazonaws.com"});
        let allow = json!({"Effect": "Allow", "Principal": lambda, "Action": "sts:AssumeRole"});
        let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:*"});
        let conditional = json!({"Effect": "Allow", "Principal": lambda, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}});
        let other = json!({"Effect": "Allow", "Principal": {"Service": ["ec2.amazonaws.com"]}, "Action": "sts:AssumeRole"});
        let several = json!({"Effect": "Allow", "Action": ["sts:TagSession", "sts:Assume*"],
            "Principal": {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}});
        let tag = json!({"Effect": "Allow", "Principal": lambda, "Action": "sts:TagSession"});
        let federated = json!({"Effect": "Allow", "Principal": {"Federated": "x"}, "Action": "sts:AssumeRoleWithSAML"});
        for (statements, expected) in [
            (json!([allow]), Trust::Given),
            (allow.clone(), Trust::Given),
            (json!([several]), Trust::Given),
            (json!([other, allow]), Trust::Given),
            (json!([conditional, allow]), Trust::Given),
            (json!([conditional]), Trust::Unclear),
            (json!([other]), Trust::Refused),
            (json!([tag]), Trust::Refused),
            (json!([federated]), Trust::Refused),
            (json!([allow, deny]), Trust::Refused),
            (json!([]), Trust::Refused),
            (
                json!([{"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "Action": "sts:AssumeRole"}]),
                Trust::Unclear,
            ),
            (json!("x"), Trust::Unclear),
        ] {
            assert_eq!(of(&policy(&statements)), expected, "{statements}");
        }
    }

    #[test]
    fn it_is_decoded_first_and_garbage_is_unclear() {
        let encoded = "%7B%22Statement%22%3A%5B%5D%7D";
        assert_eq!(of_encoded(encoded), Trust::Refused);
        for garbage in ["", "%", "%7", "%zz", "{", "[]", "%FF"] {
            assert_eq!(of_encoded(garbage), Trust::Unclear, "{garbage}");
        }
    }
}
