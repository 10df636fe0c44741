//! The shapes of `GetAccountAuthorizationDetails`, as far as they are read
//! ([reference](https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html)).
//!
//! What else stands there is let through: AWS adds members over time. A member that is read and is
//! of another type, or stands twice, is an error.

use serde::Deserialize;
use serde_json::value::RawValue;

/// One answer, or several that the AWS CLI has put together.
#[derive(Debug, Deserialize)]
pub(super) struct Page<'a> {
    #[serde(rename = "UserDetailList", borrow)]
    pub(super) users: Option<Vec<UserDetail<'a>>>,
    #[serde(rename = "GroupDetailList", borrow)]
    pub(super) groups: Option<Vec<GroupDetail<'a>>>,
    #[serde(rename = "RoleDetailList", borrow)]
    pub(super) roles: Option<Vec<RoleDetail<'a>>>,
    #[serde(rename = "Policies", borrow)]
    pub(super) policies: Option<Vec<PolicyDetail<'a>>>,
    /// The service's own sign that there is another page.
    #[serde(rename = "IsTruncated")]
    pub(super) is_truncated: Option<bool>,
    /// The AWS CLI's sign, where `--max-items` cut.
    #[serde(rename = "NextToken")]
    pub(super) next_token: Option<String>,
}

/// [`UserDetail`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_UserDetail.html).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserDetail<'a> {
    pub(super) arn: String,
    pub(super) user_name: String,
    pub(super) user_id: Option<String>,
    #[serde(borrow)]
    pub(super) user_policy_list: Option<Vec<Inline<'a>>>,
    pub(super) group_list: Option<Vec<String>>,
    pub(super) attached_managed_policies: Option<Vec<Managed>>,
    pub(super) permissions_boundary: Option<Boundary>,
    pub(super) tags: Option<Vec<Tag>>,
}

/// [`GroupDetail`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_GroupDetail.html).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupDetail<'a> {
    pub(super) arn: String,
    pub(super) group_name: String,
    #[serde(borrow)]
    pub(super) group_policy_list: Option<Vec<Inline<'a>>>,
    pub(super) attached_managed_policies: Option<Vec<Managed>>,
}

/// [`RoleDetail`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleDetail.html).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RoleDetail<'a> {
    pub(super) arn: String,
    pub(super) role_name: String,
    #[serde(borrow)]
    pub(super) assume_role_policy_document: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) role_policy_list: Option<Vec<Inline<'a>>>,
    pub(super) attached_managed_policies: Option<Vec<Managed>>,
    pub(super) permissions_boundary: Option<Boundary>,
}

/// [`ManagedPolicyDetail`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ManagedPolicyDetail.html).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyDetail<'a> {
    pub(super) arn: String,
    pub(super) default_version_id: Option<String>,
    #[serde(borrow)]
    pub(super) policy_version_list: Option<Vec<Version<'a>>>,
}

/// One version of a managed policy.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Version<'a> {
    pub(super) version_id: Option<String>,
    pub(super) is_default_version: Option<bool>,
    #[serde(borrow)]
    pub(super) document: Option<&'a RawValue>,
}

/// An inline policy.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Inline<'a> {
    pub(super) policy_name: String,
    #[serde(borrow)]
    pub(super) policy_document: &'a RawValue,
}

/// An attached managed policy: its text stands elsewhere.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Managed {
    pub(super) policy_arn: String,
}

/// A permissions boundary: its text stands elsewhere.
#[derive(Debug, Deserialize)]
pub(super) struct Boundary {
    #[serde(rename = "PermissionsBoundaryArn")]
    pub(super) arn: String,
}

/// A tag.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) key: String,
    pub(super) value: String,
}
