//! The vocabulary of answers: what a source said to a question, and what that means.
//!
//! The first law of the crate lives in these types: there is no verdict without evidence, and
//! what was not answered is [`Verdict::Unknown`], never a pass.

use std::fmt;

use serde::Serialize;

use crate::permission::Level;

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// AWS: [`SimulatePrincipalPolicy`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html).
    AwsSimulator,
    /// AWS: policy documents in files, judged by [`crate::iam`].
    AwsPolicyFiles,
    /// AWS: the account's details as
    /// [`GetAccountAuthorizationDetails`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html)
    /// gave them, judged by [`crate::iam`].
    AwsAccountDetails,
    /// AWS: policies as IAM's reading calls gave them, judged by [`crate::iam`].
    AwsReadPolicies,
    /// AWS: the policies of a Terraform plan or state, judged by [`crate::iam`].
    AwsTerraform,
    /// AWS: the trust policy of a role, as `GetRole` shows it.
    AwsTrustPolicy,
    /// Google Cloud: [`testIamPermissions`](https://cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions).
    GcpTestIamPermissions,
    /// Google Cloud: allow and deny policies and roles in files.
    GcpPolicyFiles,
    /// Google Cloud: the bindings and roles of a Terraform plan or state.
    GcpTerraform,
    /// The manifests that this program carries.
    Manifest,
}

/// What a source answered to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is allowed.
    Allowed {
        /// Condition keys that policies ask for and that the question did not carry.
        missing_context: Vec<String>,
    },
    /// It is not allowed.
    Denied(Cause),
    /// The source could not tell.
    Undetermined(Unknown),
}

/// The three things that evidence can mean. There is no fourth, and no default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Held, by what was asked.
    Pass(Held),
    /// Known not to be held.
    Fail(Cause),
    /// Could not be determined.
    Unknown(Unknown),
}

/// What a pass rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// The resources that were asked about.
    pub asked: Vec<String>,
    /// Condition keys that a policy asks for, and that the question did not carry.
    pub taken_as_absent: Vec<String>,
    /// Google Cloud: the level at which it is held.
    pub level: Option<Level>,
}

/// Why a permission is known not to be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// No policy allows it.
    NothingAllows,
    /// A policy denies it.
    ExplicitDeny {
        /// The policy and statement that deny it, where the answer names them.
        by: Option<String>,
    },
    /// A service control policy of the organization stands in the way.
    Organization,
    /// The permissions boundary stands in the way.
    Boundary,
    /// It is held on a narrower resource than Remotion needs.
    Narrower {
        /// The resources on which it is held.
        held_for: Vec<String>,
    },
    /// Google Cloud: it is not held on the project, and not on every resource below it.
    NotEverywhere {
        /// The resources on which it is held.
        held_for: Vec<String>,
        /// The resources on which it is not.
        missing_on: Vec<String>,
    },
    /// A session policy stands in the way.
    SessionPolicy,
    /// It is allowed under conditions only, and a call of Remotion does not meet them.
    Conditions {
        /// The condition keys.
        keys: Vec<String>,
    },
    /// It is not held for everything that is asked for.
    NotCovered {
        /// Why not.
        cause: Box<Cause>,
        /// A resource for which it is not held.
        witness: String,
    },
    /// The role's trust policy does not let the service assume it.
    NotTrusted,
    /// There is no such user, role or service account.
    NoSuchPrincipal {
        /// The one that was looked for.
        principal: String,
    },
}

impl Cause {
    /// The stable name for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NothingAllows => "nothing_allows",
            Self::ExplicitDeny { .. } => "explicit_deny",
            Self::Organization => "organization",
            Self::Boundary => "boundary",
            Self::NotEverywhere { held_for, .. } if held_for.is_empty() => "nothing_allows",
            Self::Narrower { .. } | Self::NotEverywhere { .. } => "narrower",
            Self::SessionPolicy => "session_policy",
            Self::Conditions { .. } => "conditions",
            Self::NotCovered { cause, .. } => cause.code(),
            Self::NotTrusted => "not_trusted",
            Self::NoSuchPrincipal { .. } => "no_such_principal",
        }
    }
}

impl Cause {
    /// Whether one more Allow would mend it.
    #[must_use]
    pub fn is_mended_by_allowing(&self) -> bool {
        match self {
            Self::NothingAllows | Self::Narrower { .. } | Self::Conditions { .. } => true,
            Self::NotCovered { cause, .. } => cause.is_mended_by_allowing(),
            _ => false,
        }
    }

    /// What mends it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NothingAllows => "allow it",
            Self::Narrower { .. } => "allow it on the whole scope",
            Self::NotEverywhere { .. } => {
                "grant it on the resources that lack it, or on the project"
            }
            Self::ExplicitDeny { .. } => "remove or narrow the statement that denies it",
            Self::Organization => {
                "ask the organization's administrator: a service control policy stands in the way"
            }
            Self::Boundary => {
                "ask whoever manages the permissions boundary: allowing it elsewhere does not help"
            }
            Self::SessionPolicy => "widen the session policy, or make the session without it",
            Self::Conditions { .. } => {
                "allow it without these conditions, or give their values with --context"
            }
            Self::NotCovered { cause, .. } => cause.remedy(),
            Self::NotTrusted => {
                "let lambda.amazonaws.com do sts:AssumeRole in the role's trust policy"
            }
            Self::NoSuchPrincipal { .. } => "create it, or name the right one",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingAllows => formatter.write_str("nothing allows it"),
            Self::ExplicitDeny { by: Some(by) } => write!(formatter, "denied by {by}"),
            Self::ExplicitDeny { by: None } => formatter.write_str("denied by a policy"),
            Self::Organization => {
                formatter.write_str("the organization's service control policies stand in the way")
            }
            Self::Boundary => formatter.write_str("the permissions boundary stands in the way"),
            Self::Narrower { held_for } => {
                write!(formatter, "held only for {}", held_for.join(", "))
            }
            Self::NotEverywhere {
                held_for,
                missing_on,
            } if held_for.is_empty() => write!(
                formatter,
                "held neither on the project nor on {}",
                missing_on.join(", ")
            ),
            Self::NotEverywhere {
                held_for,
                missing_on,
            } => write!(
                formatter,
                "held on {}, but neither on the project nor on {}",
                held_for.join(", "),
                missing_on.join(", ")
            ),
            Self::SessionPolicy => formatter.write_str("the session policy stands in the way"),
            Self::Conditions { keys } => write!(
                formatter,
                "allowed only under conditions that are not met: {}",
                keys.join(", ")
            ),
            Self::NotCovered { cause, witness } => {
                write!(formatter, "{cause}; not covered: {witness}")
            }
            Self::NotTrusted => {
                formatter.write_str("the trust policy does not let lambda.amazonaws.com assume it")
            }
            Self::NoSuchPrincipal { principal } => {
                write!(formatter, "{principal} does not exist")
            }
        }
    }
}

/// Why something could not be determined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The kind, for machines.
    pub why: Why,
    /// What happened and what would settle it, for people: a lower-case fragment.
    pub detail: String,
}

impl Unknown {
    /// An unknown of this kind, with its explanation.
    pub fn new(why: Why, detail: impl Into<String>) -> Self {
        Self {
            why,
            detail: detail.into(),
        }
    }
}

/// The kinds of `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No usable credentials were found, or they are expired or invalid.
    Credentials,
    /// The check itself was refused.
    Refused,
    /// The service could not be reached, or did not answer in time.
    Unreachable,
    /// The service answered with an error of its own.
    Service,
    /// The answer was cut, contradicts itself or can't be read.
    Garbled,
    /// The service did not answer this question.
    Unanswered,
    /// The decision depends on condition keys that are not known.
    Condition,
    /// The service can't test this permission on this resource.
    NotTestable,
    /// An API that the check needs is switched off.
    ApiDisabled,
    /// The principal can't be simulated.
    NotSimulable,
    /// The policies are too entangled to be compared in bounded time.
    TooComplex,
    /// It may be granted below the project, where the check did not look.
    BelowProject,
    /// It is not held, and whether this version needs it is not certain.
    DoubtfulNeed,
    /// The permission list of this version is not known.
    UnknownList,
    /// Who was tested could not be found out.
    UnknownIdentity,
    /// A policy that counts was not seen.
    UnseenPolicy,
    /// The run was interrupted.
    Interrupted,
    /// The target can't be checked as it is configured.
    Misconfigured,
}
