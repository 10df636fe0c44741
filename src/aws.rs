//! The AWS side: credentials, who is asked about, and what the policy simulator answers.

pub mod arn;
mod assume;
mod credentials;
mod failure;
mod identity;
mod patience;
mod reading;
mod settings;
mod simulation;
mod transport;
mod trust;
mod who;

use std::time::Duration;

use crate::environment::Environment;
use crate::error::Error;
use crate::manifest::{Partition, Policy, Statement};
use crate::permission::Subject;
use crate::plan::ContextEntry;
use arn::{Arn, Caller};

pub(crate) use reading::CALLS as READING_CALLS;
pub(crate) use trust::Trust;
pub(crate) use who::{Stop, Who, identify};

/// What is asked for: the flags of `remperm aws check`, as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// A profile of the AWS configuration, before every variable.
    pub profile: Option<String>,
    /// The ARN of a role to take on with these credentials before anything is asked.
    pub assume_role: Option<String>,
    /// What the role's trust policy asks for beside, for roles of other organizations.
    pub external_id: Option<String>,
    /// The regions; empty means as Remotion chooses.
    pub regions: Vec<String>,
    /// The ARN of the user, group or role to test in place of the caller.
    pub principal: Option<String>,
    /// The name of the execution role.
    pub role_name: String,
    /// Whose permissions are checked: the user's, the role's, or both.
    pub subjects: Vec<Subject>,
    /// The account that it has to be.
    pub expect_account: Option<String>,
    /// Render buckets that are asked about in place of samples.
    pub buckets: Vec<String>,
    /// Render functions that are asked about in place of samples.
    pub functions: Vec<String>,
    /// Condition keys that a real call carries, beside those that are always known.
    pub context: Vec<ContextEntry>,
    /// The time for everything.
    pub timeout: Duration,
}

/// The name that Remotion gives the execution role.
pub const DEFAULT_ROLE_NAME: &str = "remotion-lambda-role";

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: None,
            assume_role: None,
            external_id: None,
            regions: Vec::new(),
            principal: None,
            role_name: DEFAULT_ROLE_NAME.to_owned(),
            subjects: vec![Subject::User, Subject::Role],
            expect_account: None,
            buckets: Vec::new(),
            functions: Vec::new(),
            context: Vec::new(),
            timeout: crate::DEFAULT_TIMEOUT,
        }
    }
}

/// The place to check: the regions, and their partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The regions, never empty.
    pub regions: Vec<String>,
    /// How they were chosen.
    pub source: String,
    /// The partition that they belong to.
    pub partition: Partition,
}

/// Checks what can be checked before anything is asked, and finds the place.
///
/// # Errors
///
/// A region, principal, role name or account that is none.
pub fn place(options: &Options, environment: &Environment) -> Result<Place, Error> {
    let regions = credentials::regions(&options.regions, environment)?;
    if let Some(text) = &options.principal {
        let arn = principal_arn(text)?;
        if arn.partition != regions.partition.name() {
            return Err(Error::call(format!(
                "the principal {text} and the region {} belong to different partitions",
                regions.names.join(", ")
            ))
            .hint("name a region of the principal's partition with --region"));
        }
    }
    if let Some(text) = &options.assume_role {
        let arn = Arn::parse(text)
            .filter(|arn| matches!(Caller::of(arn), Caller::Role))
            .ok_or_else(|| {
                Error::call(format!("{text:?} is not the ARN of a role")).hint(
                    "give an ARN such as arn:aws:iam::123456789012:role/name to --assume-role",
                )
            })?;
        if arn.partition != regions.partition.name() {
            return Err(Error::call(format!(
                "the role {text} and the region {} belong to different partitions",
                regions.names.join(", ")
            ))
            .hint("name a region of the role's partition with --region"));
        }
    }
    if let Some(account) = &options.expect_account
        && !arn::is_account(account)
    {
        return Err(Error::call(format!("{account:?} is not an AWS account"))
            .hint("give the twelve digits to --expect-account"));
    }
    let role_name_is_valid = !options.role_name.is_empty()
        && options.role_name.len() <= 64
        && options
            .role_name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte));
    if !role_name_is_valid {
        return Err(
            Error::call(format!("{:?} is not the name of a role", options.role_name))
                .hint("give the name alone, without ARN and path, to --role-name"),
        );
    }
    Ok(Place {
        regions: regions.names,
        source: regions.source,
        partition: regions.partition,
    })
}

fn principal_arn(text: &str) -> Result<Arn, Error> {
    Arn::parse(text)
        .filter(|arn| {
            matches!(
                Caller::of(arn),
                Caller::User | Caller::Group | Caller::Role | Caller::AssumedRole { .. }
            )
        })
        .ok_or_else(|| {
            Error::call(format!("{text:?} is not the ARN of a user, group or role"))
                .hint("give an ARN such as arn:aws:iam::123456789012:user/name to --principal")
        })
}

/// The region of a name belongs to this partition.
///
/// # Errors
///
/// The name is no region, or Remotion does not run there.
pub fn partition_of_region(name: &str) -> Result<Partition, Error> {
    credentials::region_partition(name, "--region")
}

/// The partition of this name; `None` for one in which Remotion does not run.
#[must_use]
pub fn partition_named(name: &str) -> Option<Partition> {
    [Partition::Aws, Partition::AwsCn]
        .into_iter()
        .find(|partition| partition.name() == name)
}

/// The smallest policy for running the checks: simulating any user or role of the account, and
/// looking up roles, whose paths no other call tells. `sts:GetCallerIdentity` needs no permission.
#[must_use]
pub fn auditor_policy(partition: Partition) -> Policy {
    let partition = partition.name();
    let statement = |sid: &str, action: &str, resource: Vec<String>| Statement {
        sid: sid.to_owned(),
        effect: "Allow".to_owned(),
        action: vec![action.to_owned()],
        resource,
    };
    let of = |kind: &str| format!("arn:{partition}:iam::*:{kind}/*");
    Policy {
        version: "2012-10-17".to_owned(),
        statement: vec![
            statement(
                "Simulate",
                "iam:SimulatePrincipalPolicy",
                vec![of("user"), of("group"), of("role")],
            ),
            statement("LookUpRoles", "iam:GetRole", vec![of("role")]),
        ],
    }
}
