//! The trust policy of the execution role: does it let Lambda assume the role?
//!
//! What allows is read narrowly and what denies widely
//! ([service principals](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services)):
//! whatever depends on a condition, or on whether a wildcard means services too, is told neither way.

use crate::error::Error;
use crate::holder::{Attached, Content};
use crate::iam::{
    Action, Context, Document, Effect, PolicyKind, Principal, PrincipalKind, Principals, Statement,
};
use crate::text::percent_decoded;
use crate::verdict::{Unknown, Why};

/// The service that has to be trusted.
const SERVICE: &str = "lambda.amazonaws.com";

/// The action that it has to be allowed.
const ACTION: &str = "sts:AssumeRole";

/// What a trust policy says of Lambda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// It lets Lambda assume the role.
    Given,
    /// It does not.
    Refused,
    /// It can't be told from the policy alone.
    Unclear(Unknown),
}

impl Trust {
    /// Reads a trust policy from a file.
    ///
    /// # Errors
    ///
    /// Its text is no trust policy.
    pub(crate) fn of(policy: &Attached) -> Result<Self, Error> {
        match &policy.content {
            Content::Seen(text) => read(&policy.name, text),
            Content::Unseen(why) => Ok(Self::Unclear(Unknown::new(
                Why::UnseenPolicy,
                format!("{}: {why}", policy.name),
            ))),
        }
    }

    /// The same, where a text that is no trust policy was not seen.
    pub(crate) fn of_readable(policy: &Attached) -> Self {
        Self::of(policy)
            .unwrap_or_else(|error| Self::Unclear(Unknown::new(Why::UnseenPolicy, error.message)))
    }

    /// The same, without a word of the policy's text.
    pub(crate) fn concealed(self) -> Self {
        match self {
            Self::Unclear(unknown) if unknown.why != Why::UnseenPolicy => Self::Unclear(
                Unknown::new(unknown.why, "a sensitive trust policy leaves it open"),
            ),
            told => told,
        }
    }

    /// Reads the trust policy of a role as IAM sends it: JSON, with percent signs in place of
    /// special characters.
    pub(super) fn of_encoded(role: &str, encoded: Option<&str>) -> Self {
        let content = match encoded.map(percent_decoded) {
            Some(Some(text)) => Content::Seen(text),
            Some(None) => Content::Unseen("its text could not be decoded".to_owned()),
            None => Content::Unseen("iam:GetRole gave an answer without it".to_owned()),
        };
        Self::of_readable(&Attached {
            name: format!("role {role}, trust policy"),
            content,
        })
    }
}

fn read(name: &str, text: &str) -> Result<Trust, Error> {
    let wrong = |error: String| Error::call(error).hint("mend the trust policy");
    let (document, _) = Document::parse(name, PolicyKind::Trust, text.as_bytes(), &[])
        .map_err(|error| wrong(error.to_string()))?;
    let action = Action::parse(ACTION).map_err(|error| wrong(error.to_string()))?;
    let that_reaches = |effect: Effect, least: Reach| {
        document
            .statements()
            .iter()
            .find(|one| one.effect() == effect && one.covers_action(&action) && reach(one) >= least)
    };
    let unclear = |statement| Trust::Unclear(depends(name, statement));
    if that_reaches(Effect::Deny, Reach::Surely).is_some() {
        return Ok(Trust::Refused);
    }
    if let Some(denial) = that_reaches(Effect::Deny, Reach::Maybe) {
        return Ok(unclear(denial));
    }
    if that_reaches(Effect::Allow, Reach::Surely).is_some() {
        return Ok(Trust::Given);
    }
    Ok(that_reaches(Effect::Allow, Reach::Maybe).map_or(Trust::Refused, unclear))
}

/// Whether a statement is about Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    No,
    Maybe,
    Surely,
}

fn reach(statement: &Statement) -> Reach {
    let named = match statement.principals() {
        None => Reach::No,
        Some(element) => match (&element.principals, element.negated) {
            // Whether the services are among all of these is not documented.
            (_, true) => Reach::Maybe,
            (Principals::Everyone, false) if statement.effect() == Effect::Deny => Reach::Surely,
            (Principals::Everyone, false) => Reach::Maybe,
            (Principals::Named(principals), false) => {
                principals.iter().map(reach_of).max().unwrap_or(Reach::No)
            }
        },
    };
    let condition = match statement.condition_holds(&Context::new()) {
        Some(true) => Reach::Surely,
        Some(false) => Reach::No,
        None => Reach::Maybe,
    };
    named.min(condition)
}

fn reach_of(principal: &Principal) -> Reach {
    match principal.kind {
        PrincipalKind::Service if principal.name == SERVICE => Reach::Surely,
        // Another form of the name, of a region or a partition.
        PrincipalKind::Service if principal.name.starts_with("lambda.") => Reach::Maybe,
        // `{"AWS": "*"}` is said to mean the same as `"*"`.
        PrincipalKind::Service | PrincipalKind::Aws if principal.name == "*" => Reach::Maybe,
        _ => Reach::No,
    }
}

/// Why a statement leaves it open.
fn depends(name: &str, statement: &Statement) -> Unknown {
    let mut keys: Vec<&str> = statement.condition_keys().collect();
    keys.sort_unstable();
    keys.dedup();
    let on = if keys.is_empty() {
        "whether its principals mean Lambda".to_owned()
    } else {
        keys.join(", ")
    };
    Unknown::new(
        Why::Condition,
        format!("{name}: whether it lets Lambda assume the role depends on {on}"),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Trust;
    use crate::holder::{Attached, Content};

    fn told(policy: &str) -> &'static str {
        let policy = Attached {
            name: "role r".to_owned(),
            content: Content::Seen(policy.to_owned()),
        };
        match Trust::of(&policy) {
            Ok(Trust::Given) => "given",
            Ok(Trust::Refused) => "refused",
            Ok(Trust::Unclear(_)) => "unclear",
            Err(_) => "wrong",
        }
    }

    fn policy(statements: &Value) -> String {
        json!({"Version": "2012-10-17", "Statement": statements}).to_string()
    }

    #[test]
    fn trust_is_what_the_statements_say() {
        let of = |effect: &str, principal: Value, action: &str| json!({"Effect": effect, "Principal": principal, "Action": action});
        let lambda = json!({"Service": "lambda.amazonaws.com"});
        let allow = of("Allow", lambda.clone(), "sts:AssumeRole");
        let deny = of("Deny", json!("*"), "sts:*");
        let with_condition = |mut statement: Value| {
            let condition = json!({"StringEquals": {"aws:SourceAccount": "1"}});
            let members = statement.as_object_mut().unwrap();
            members.insert("Condition".to_owned(), condition);
            statement
        };
        let conditional = with_condition(allow.clone());
        let other = of(
            "Allow",
            json!({"Service": ["ec2.amazonaws.com"]}),
            "sts:AssumeRole",
        );
        let several = json!({"Effect": "Allow", "Action": ["sts:TagSession", "sts:Assume*"],
            "Principal": {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}});
        let tag = of("Allow", lambda.clone(), "sts:TagSession");
        let federated = of("Allow", json!({"Federated": "x"}), "sts:AssumeRoleWithSAML");
        let all_but =
            json!({"Effect": "Allow", "Principal": lambda, "NotAction": "sts:TagSession"});
        let not_lambda = json!({"Effect": "Deny", "NotPrincipal": {"AWS": "x"}, "Action": "sts:*"});
        for (statements, expected) in [
            (json!([allow]), "given"),
            (allow.clone(), "given"),
            (json!([several]), "given"),
            (json!([other, allow]), "given"),
            (json!([conditional, allow]), "given"),
            (json!([all_but]), "given"),
            (json!([conditional]), "unclear"),
            (json!([other]), "refused"),
            (json!([tag]), "refused"),
            (json!([federated]), "refused"),
            (json!([allow, deny]), "refused"),
            (json!([allow, with_condition(deny.clone())]), "unclear"),
            (json!([conditional, deny]), "refused"),
            (json!([allow, not_lambda]), "unclear"),
            // Whether everyone means services too is open.
            (
                json!([of("Allow", json!("*"), "sts:AssumeRole")]),
                "unclear",
            ),
            (
                json!([of("Allow", json!({"AWS": "*"}), "sts:AssumeRole")]),
                "unclear",
            ),
            (
                json!([allow, of("Deny", json!({"AWS": "*"}), "sts:*")]),
                "unclear",
            ),
            (
                json!([of(
                    "Allow",
                    json!({"Service": "lambda.amazonaws.com.cn"}),
                    "sts:*"
                )]),
                "unclear",
            ),
            (
                json!([of(
                    "Allow",
                    json!({"Service": "edgelambda.amazonaws.com"}),
                    "sts:*"
                )]),
                "refused",
            ),
        ] {
            assert_eq!(told(&policy(&statements)), expected, "{statements}");
        }
    }

    #[test]
    fn what_is_no_trust_policy_is_refused() {
        let slip = json!({"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Conditon": {"StringEquals": {"aws:SourceAccount": "1"}}});
        for text in [
            "",
            "{",
            "[]",
            "{}",
            &policy(&json!([])),
            &policy(&json!([slip])),
        ] {
            assert_eq!(told(text), "wrong", "{text}");
        }
    }

    #[test]
    fn what_iam_sends_is_decoded_first() {
        let encode = |text: &str| text.replace('%', "%25").replace('"', "%22");
        let refusing = json!([{"Effect": "Deny", "Principal": "*", "Action": "sts:*"}]);
        let encoded = encode(&policy(&refusing));
        assert_eq!(Trust::of_encoded("r", Some(&encoded)), Trust::Refused);
        for garbage in [None, Some("%"), Some("%zz"), Some("{"), Some("%FF")] {
            assert!(
                matches!(Trust::of_encoded("r", garbage), Trust::Unclear(_)),
                "{garbage:?}"
            );
        }
    }
}
