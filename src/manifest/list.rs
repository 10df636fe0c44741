//! One file of `policies/`: the list that a run of versions shares.

use semver::Version;
use serde::{Deserialize, Serialize};

use super::Product;
use super::reasons::reason;
use crate::permission::{Level, Requirement, Subject};

/// An [AWS partition](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html) that
/// Remotion can run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub enum Partition {
    /// The commercial regions.
    #[default]
    #[serde(rename = "aws")]
    Aws,
    /// The regions in China.
    #[serde(rename = "aws-cn")]
    AwsCn,
}

impl Partition {
    /// Its name in ARNs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
        }
    }

    /// The partition of this name; `None` for those that Remotion does not run in.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "aws" => Some(Self::Aws),
            "aws-cn" => Some(Self::AwsCn),
            _ => None,
        }
    }

    /// The region whose endpoint serves the partition's global services, such as IAM.
    #[must_use]
    pub const fn global_region(self) -> &'static str {
        match self {
            Self::Aws => "us-east-1",
            Self::AwsCn => "cn-north-1",
        }
    }
}

/// A policy document as a Remotion version prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Policy {
    /// The version of the policy language.
    pub version: String,
    /// The statements, in Remotion's order.
    pub statement: Vec<Statement>,
}

impl Policy {
    /// The policy that grants these permissions on these resources, with one statement for each
    /// set of resources; `None` where there is nothing to grant. Statement ids are the prefix with
    /// a number.
    pub fn granting<'p>(
        prefix: &str,
        grants: impl IntoIterator<Item = (&'p str, Vec<String>)>,
    ) -> Option<Self> {
        let mut statements: Vec<Statement> = Vec::new();
        for (permission, resource) in grants {
            let same = statements
                .iter_mut()
                .find(|statement| statement.resource == resource);
            let Some(statement) = same else {
                statements.push(Statement {
                    sid: format!("{prefix}{}", statements.len() + 1),
                    effect: "Allow".to_owned(),
                    action: vec![permission.to_owned()],
                    resource,
                });
                continue;
            };
            if !statement.action.iter().any(|action| action == permission) {
                statement.action.push(permission.to_owned());
            }
        }
        (!statements.is_empty()).then(|| Self {
            version: "2012-10-17".to_owned(),
            statement: statements,
        })
    }
}

/// A statement of such a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Statement {
    /// The statement id: a name for the user, an index for the role.
    pub sid: String,
    /// Always `Allow`.
    pub effect: String,
    /// The actions.
    pub action: Vec<String>,
    /// The resource patterns.
    pub resource: Vec<String>,
}

/// The list that a run of versions shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The versions in which it was seen, ascending, never empty.
    pub seen: Vec<Version>,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Lambda(Partitions),
    CloudRun(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Partitions {
    aws: Policies,
    #[serde(rename = "aws-cn")]
    aws_cn: Option<Policies>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Policies {
    user: Policy,
    role: Policy,
}

#[derive(Deserialize)]
struct File {
    seen: Vec<Version>,
    partitions: Option<Partitions>,
    permissions: Option<Vec<String>>,
}

impl List {
    /// Reads an embedded file. The program is not built with a file that can't be read: the tests
    /// read every one.
    pub(super) fn read(product: Product, name: &str, text: &str) -> Self {
        let file: File = serde_json::from_str(text)
            .unwrap_or_else(|error| unreachable!("policies/{}/{name}: {error}", product.name()));
        let content = match (file.partitions, file.permissions) {
            (Some(partitions), None) => Content::Lambda(partitions),
            (None, Some(permissions)) => Content::CloudRun(permissions),
            _ => unreachable!("policies/{}/{name}: one kind of list", product.name()),
        };
        Self {
            seen: file.seen,
            content,
        }
    }

    pub(super) fn cloud_run(version: Version, permissions: Vec<String>) -> Self {
        Self {
            seen: vec![version],
            content: Content::CloudRun(permissions),
        }
    }

    /// The first version in which the list was seen.
    #[must_use]
    pub fn oldest(&self) -> &Version {
        self.seen
            .first()
            .unwrap_or_else(|| unreachable!("a list was seen somewhere"))
    }

    /// The last version in which the list was seen.
    #[must_use]
    pub fn newest(&self) -> &Version {
        self.seen
            .last()
            .unwrap_or_else(|| unreachable!("a list was seen somewhere"))
    }

    /// The policy for the AWS user or role, where the list has one for the partition.
    #[must_use]
    pub fn policy(&self, subject: Subject, partition: Partition) -> Option<&Policy> {
        let Content::Lambda(partitions) = &self.content else {
            return None;
        };
        let policies = match partition {
            Partition::Aws => &partitions.aws,
            Partition::AwsCn => partitions.aws_cn.as_ref()?,
        };
        match subject {
            Subject::User => Some(&policies.user),
            Subject::Role => Some(&policies.role),
            Subject::ServiceAccount => None,
        }
    }

    /// The partitions that the list knows; none for Cloud Run.
    #[must_use]
    pub fn partitions(&self) -> Vec<Partition> {
        match &self.content {
            Content::Lambda(partitions) if partitions.aws_cn.is_some() => {
                vec![Partition::Aws, Partition::AwsCn]
            }
            Content::Lambda(_) => vec![Partition::Aws],
            Content::CloudRun(_) => Vec::new(),
        }
    }

    /// The permissions of the Google Cloud service account, in Remotion's order; none for Lambda.
    #[must_use]
    pub fn permissions(&self) -> &[String] {
        match &self.content {
            Content::CloudRun(permissions) => permissions,
            Content::Lambda(_) => &[],
        }
    }

    /// One requirement per permission and scope; `None` where there is no list.
    pub(super) fn requirements(
        &self,
        subject: Subject,
        partition: Partition,
    ) -> Option<Vec<Requirement>> {
        let mut requirements: Vec<Requirement> = Vec::new();
        match &self.content {
            Content::Lambda(_) => {
                for statement in &self.policy(subject, partition)?.statement {
                    for scope in &statement.resource {
                        for action in &statement.action {
                            requirements.push(requirement(
                                Product::Lambda,
                                subject,
                                &statement.sid,
                                action,
                                scope,
                            ));
                        }
                    }
                }
            }
            Content::CloudRun(permissions) => {
                for permission in permissions {
                    let service = permission.split('.').next().unwrap_or_default();
                    requirements.push(requirement(
                        Product::CloudRun,
                        subject,
                        service,
                        permission,
                        "project",
                    ));
                }
            }
        }
        Some(requirements)
    }
}

fn requirement(
    product: Product,
    subject: Subject,
    group: &str,
    permission: &str,
    scope: &str,
) -> Requirement {
    let reason = reason(product, subject, permission);
    Requirement {
        subject,
        group: group.to_owned(),
        permission: permission.to_owned(),
        scope: scope.to_owned(),
        reason: reason.as_ref().map_or_else(
            || "listed by the installed package; what it is for is not known yet".to_owned(),
            |reason| reason.reason.clone(),
        ),
        acts_on: reason.as_ref().map(|reason| reason.acts_on),
        grantable_at: reason.as_ref().map_or_else(
            || vec![Level::Project],
            |reason| reason.grantable_at.clone(),
        ),
        activities: reason.map(|reason| reason.activities).unwrap_or_default(),
        doubtful: false,
    }
}
