//! ARNs of callers and principals
//! ([reference](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns)).

use std::fmt;

use crate::plan::{ContextEntry, ContextKind};

/// The parts of an ARN of IAM or STS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arn {
    /// `aws`, `aws-cn`, …
    pub partition: String,
    /// `iam` or `sts`.
    pub service: String,
    /// The twelve digits of the account.
    pub account: String,
    /// What stands behind the account, such as `user/path/name`.
    pub resource: String,
}

impl Arn {
    /// Reads an ARN of an IAM or STS principal; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        if fields.next()? != "arn" {
            return None;
        }
        let partition = fields.next()?;
        let service = fields.next()?;
        let region = fields.next()?;
        let account = fields.next()?;
        let resource = fields.next()?;
        let valid = partition.starts_with("aws")
            && matches!(service, "iam" | "sts")
            && region.is_empty()
            && is_account(account)
            && !resource.is_empty()
            && !text.chars().any(char::is_whitespace);
        valid.then(|| Self {
            partition: partition.to_owned(),
            service: service.to_owned(),
            account: account.to_owned(),
            resource: resource.to_owned(),
        })
    }

    /// An IAM ARN in the same partition and account.
    #[must_use]
    pub fn sibling(&self, resource: impl Into<String>) -> Self {
        Self {
            partition: self.partition.clone(),
            service: "iam".to_owned(),
            account: self.account.clone(),
            resource: resource.into(),
        }
    }

    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.resource.rsplit('/').next().unwrap_or(&self.resource)
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            service,
            account,
            resource,
        } = self;
        write!(formatter, "arn:{partition}:{service}::{account}:{resource}")
    }
}

/// Whether a text is an account number.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What kind of principal an ARN names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// An IAM user: its policies can be simulated as they are.
    User,
    /// An IAM group.
    Group,
    /// An IAM role, with its full path.
    Role,
    /// A session of a role: the role's path is not in the ARN.
    AssumedRole {
        /// The role's name, without its path.
        role: String,
        /// The session's name.
        session: String,
    },
    /// The account's root user: no policy limits it, and none can be simulated.
    Root,
    /// A federated user: its session policy is known to nobody but the session.
    Federated,
    /// Something else.
    Other,
}

impl Caller {
    /// Reads the kind from an ARN.
    #[must_use]
    pub fn of(arn: &Arn) -> Self {
        let (kind, rest) = arn
            .resource
            .split_once('/')
            .unwrap_or((arn.resource.as_str(), ""));
        let named = !rest.is_empty() && !rest.ends_with('/');
        match (arn.service.as_str(), kind) {
            ("iam", "user") if named => Self::User,
            ("iam", "group") if named => Self::Group,
            ("iam", "role") if named => Self::Role,
            (_, "root") if rest.is_empty() => Self::Root,
            ("sts", "assumed-role") => match rest.split_once('/') {
                Some((role, session)) if !role.is_empty() && !session.is_empty() => {
                    Self::AssumedRole {
                        role: role.to_owned(),
                        session: session.to_owned(),
                    }
                }
                _ => Self::Other,
            },
            ("sts", "federated-user") if named => Self::Federated,
            _ => Self::Other,
        }
    }
}

/// The condition keys whose values follow from the ARN of a user or role
/// ([what AWS sets](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html),
/// [by principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse)).
///
/// `aws:userid` and tags are not among them: those of a role depend on its session.
#[must_use]
pub fn known_of(arn: &Arn) -> Vec<ContextEntry> {
    let entry = |key: &str, values: &[&str]| ContextEntry {
        key: key.to_owned(),
        kind: ContextKind::String,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let mut known = vec![
        entry("aws:PrincipalArn", &[&arn.to_string()]),
        entry("aws:PrincipalAccount", &[&arn.account]),
    ];
    match Caller::of(arn) {
        Caller::User => {
            known.push(entry("aws:username", &[arn.name()]));
            known.push(entry("aws:PrincipalType", &["User"]));
        }
        Caller::Role => {
            known.push(entry("aws:username", &[]));
            known.push(entry("aws:PrincipalType", &["AssumedRole"]));
        }
        _ => {}
    }
    known
}
