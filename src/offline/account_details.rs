//! An account's details, as the AWS CLI prints them:
//! [`aws iam get-account-authorization-details`](https://docs.aws.amazon.com/cli/latest/reference/iam/get-account-authorization-details.html).
//!
//! The answer comes in pages; the CLI puts them together, a loop in a shell writes one document
//! behind the other. Nothing is concluded from what is not there: a policy or group that the
//! details lack was not seen.

mod choose;
mod page;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;

use self::page::{GroupDetail, Inline, Managed, Page, PolicyDetail, RoleDetail, UserDetail};
use crate::aws::arn::{Arn, Caller, known_of};
use crate::error::Error;
use crate::holder::{Attached, Content, Holder, HolderKind};
use crate::input::{self, Input, name_of};
use crate::plan::{ContextEntry, ContextKind};

pub(crate) use choose::CUT;
pub(super) use choose::identities;

/// The largest accounts have some ten thousand roles; their details stay below this, in mebibytes.
const LARGEST: u64 = 256;

/// Users and roles with what counts for them, from all pages.
#[derive(Debug, Default)]
pub(crate) struct AccountDetails {
    /// The files, as they were given.
    pub(crate) files: Vec<String>,
    /// Users and roles, by their ARNs.
    principals: BTreeMap<String, Principal>,
    /// Groups, by account and name: users name them so.
    groups: BTreeMap<(String, String), Grants>,
    /// The default versions of managed policies, by their ARNs.
    policies: BTreeMap<String, Attached>,
    /// Pages are missing: the last document says that there are more.
    pub(crate) is_cut: bool,
}

/// A user or role.
#[derive(Debug, PartialEq, Eq)]
struct Principal {
    kind: HolderKind,
    arn: Arn,
    grants: Grants,
    /// The names of its groups; `None` where the details do not list them.
    groups: Option<Vec<String>>,
    /// The ARN of its permissions boundary.
    boundary: Option<String>,
    trust: Option<Attached>,
    context: Vec<ContextEntry>,
}

/// The policies of a user, role or group.
#[derive(Debug, PartialEq, Eq)]
struct Grants {
    inline: Vec<Attached>,
    /// The ARNs of managed policies; `None` where the details do not list them.
    managed: Option<Vec<String>>,
}

/// Reads account details.
///
/// # Errors
///
/// A file that can't be read or holds no account details, or that describes something twice, each
/// time otherwise.
pub(super) fn read(paths: &[PathBuf], input: &mut Input) -> Result<AccountDetails, Error> {
    let mut details = AccountDetails::default();
    for path in paths {
        let file = name_of(path);
        let wrong = |what: &str| {
            Error::call(format!("can't read the account details {file}: {what}"))
                .hint("give the JSON that `aws iam get-account-authorization-details --output json` prints")
        };
        let bytes = input
            .read(path, LARGEST)
            .map_err(|error| wrong(&error.to_string()))?;
        let text = input::text(&bytes).map_err(|error| wrong(&error.to_string()))?;
        let mut pages = serde_json::Deserializer::from_str(text).into_iter::<Page<'_>>();
        let mut count = 0_usize;
        for page in pages.by_ref() {
            let page = page.map_err(|error| {
                let hint = if error.is_eof() {
                    "the file ends too early: take the details again"
                } else {
                    "give the JSON that `aws iam get-account-authorization-details --output json` prints"
                };
                Error::call(format!("{file}: these are no account details: {error}")).hint(hint)
            })?;
            let at = format!("{file}: document {}", count.saturating_add(1));
            Reading { file: &file, text }.add(page, &at, &mut details)?;
            count = count.saturating_add(1);
        }
        if count == 0 {
            return Err(wrong("it is empty"));
        }
        details.files.push(file);
    }
    Ok(details)
}

/// One file while it is read.
struct Reading<'a> {
    file: &'a str,
    text: &'a str,
}

impl Reading<'_> {
    fn add(&self, page: Page<'_>, at: &str, details: &mut AccountDetails) -> Result<(), Error> {
        if page.users.is_none()
            && page.groups.is_none()
            && page.roles.is_none()
            && page.policies.is_none()
        {
            return Err(Error::call(format!(
                "{at} holds none of UserDetailList, GroupDetailList, RoleDetailList and Policies"
            ))
            .hint("give the output of `aws iam get-account-authorization-details`"));
        }
        details.is_cut = page.is_truncated == Some(true) || page.next_token.is_some();
        for (index, user) in page.users.into_iter().flatten().enumerate() {
            let field = format!("{at}: UserDetailList[{index}]");
            let user = self.user(user, &field)?;
            keep(&mut details.principals, user.arn.to_string(), user, &field)?;
        }
        for (index, role) in page.roles.into_iter().flatten().enumerate() {
            let field = format!("{at}: RoleDetailList[{index}]");
            let role = self.role(role, &field)?;
            keep(&mut details.principals, role.arn.to_string(), role, &field)?;
        }
        for (index, group) in page.groups.into_iter().flatten().enumerate() {
            let field = format!("{at}: GroupDetailList[{index}]");
            let (key, grants) = self.group(group, &field)?;
            keep(&mut details.groups, key, grants, &field)?;
        }
        for (index, policy) in page.policies.into_iter().flatten().enumerate() {
            let field = format!("{at}: Policies[{index}]");
            let arn = policy.arn.clone();
            let policy = self.policy(policy, &field)?;
            keep(&mut details.policies, arn, policy, &field)?;
        }
        Ok(())
    }

    fn user(&self, user: UserDetail<'_>, field: &str) -> Result<Principal, Error> {
        let arn = arn(&user.arn, &user.user_name, &Caller::User, field)?;
        let what = format!("user {}", user.user_name);
        let known = |key: String, value: String| ContextEntry {
            key,
            kind: ContextKind::String,
            values: vec![value],
        };
        let mut context = known_of(&arn);
        context.extend(user.user_id.map(|id| known("aws:userid".to_owned(), id)));
        for tag in user.tags.into_iter().flatten() {
            context.push(known(format!("aws:PrincipalTag/{}", tag.key), tag.value));
        }
        Ok(Principal {
            kind: HolderKind::User,
            grants: self.grants(
                &what,
                // The service leaves the list out where it is empty.
                Some(user.user_policy_list.unwrap_or_default()),
                user.attached_managed_policies,
                field,
            )?,
            groups: user.group_list,
            boundary: user.permissions_boundary.map(|boundary| boundary.arn),
            trust: None,
            context,
            arn,
        })
    }

    fn role(&self, role: RoleDetail<'_>, field: &str) -> Result<Principal, Error> {
        let arn = arn(&role.arn, &role.role_name, &Caller::Role, field)?;
        let what = format!("role {}", role.role_name);
        let trust = match role.assume_role_policy_document {
            None => Content::Unseen("the account details do not hold it".to_owned()),
            Some(document) => {
                Content::Seen(text::document(self.text, document).map_err(|problem| {
                    problem.error(self.file, field, "AssumeRolePolicyDocument")
                })?)
            }
        };
        Ok(Principal {
            kind: HolderKind::Role,
            grants: self.grants(
                &what,
                role.role_policy_list,
                role.attached_managed_policies,
                field,
            )?,
            groups: Some(Vec::new()),
            boundary: role.permissions_boundary.map(|boundary| boundary.arn),
            trust: Some(Attached {
                name: format!("{what}, trust policy"),
                content: trust,
            }),
            context: known_of(&arn),
            arn,
        })
    }

    fn group(
        &self,
        group: GroupDetail<'_>,
        field: &str,
    ) -> Result<((String, String), Grants), Error> {
        let arn = arn(&group.arn, &group.group_name, &Caller::Group, field)?;
        let what = format!("group {}", group.group_name);
        let grants = self.grants(
            &what,
            group.group_policy_list,
            group.attached_managed_policies,
            field,
        )?;
        Ok(((arn.account, group.group_name), grants))
    }

    fn grants(
        &self,
        what: &str,
        inline: Option<Vec<Inline<'_>>>,
        managed: Option<Vec<Managed>>,
        field: &str,
    ) -> Result<Grants, Error> {
        let name = |policy: &str| format!("{what}, inline policy {policy}");
        let inline = match inline {
            None => vec![Attached {
                name: format!("{what}, inline policies"),
                content: Content::Unseen("the account details do not list them".to_owned()),
            }],
            Some(inline) => inline
                .into_iter()
                .map(|policy| {
                    let content =
                        text::document(self.text, policy.policy_document).map_err(|problem| {
                            let member = format!("inline policy {}", policy.policy_name);
                            problem.error(self.file, field, &member)
                        })?;
                    Ok(Attached {
                        name: name(&policy.policy_name),
                        content: Content::Seen(content),
                    })
                })
                .collect::<Result<_, Error>>()?,
        };
        let managed = managed.map(|list| list.into_iter().map(|one| one.policy_arn).collect());
        Ok(Grants { inline, managed })
    }

    /// The default version of a managed policy.
    fn policy(&self, policy: PolicyDetail<'_>, field: &str) -> Result<Attached, Error> {
        let named = policy.default_version_id.as_deref();
        let versions = policy.policy_version_list.unwrap_or_default();
        let mut flagged = versions
            .iter()
            .filter(|version| version.is_default_version == Some(true));
        let unseen = |why: &str| Content::Unseen(why.to_owned());
        let content = match (flagged.next(), flagged.next()) {
            (Some(_), Some(_)) => unseen("the account details name several default versions"),
            (None, _) => unseen("the account details lack its default version"),
            (Some(version), None) if named.is_some() && version.version_id.as_deref() != named => {
                unseen("the account details contradict themselves about its default version")
            }
            (Some(version), None) => match version.document {
                None => unseen("the account details lack the text of its default version"),
                Some(document) => Content::Seen(
                    text::document(self.text, document)
                        .map_err(|problem| problem.error(self.file, field, "Document"))?,
                ),
            },
        };
        Ok(Attached {
            name: policy.arn,
            content,
        })
    }
}

/// The ARN of something, which has to end in its name.
fn arn(text: &str, name: &str, kind: &Caller, field: &str) -> Result<Arn, Error> {
    Arn::parse(text)
        .filter(|arn| Caller::of(arn) == *kind && arn.name() == name)
        .ok_or_else(|| {
            let kind = match kind {
                Caller::User => "user",
                Caller::Role => "role",
                _ => "group",
            };
            Error::call(format!(
                "{field}: {text:?} is not the ARN of a {kind} {name:?}"
            ))
            .hint("give the output of `aws iam get-account-authorization-details` as it is")
        })
}

/// Keeps what is new; what comes twice has to be the same.
fn keep<K: Ord, V: PartialEq>(
    all: &mut BTreeMap<K, V>,
    key: K,
    value: V,
    field: &str,
) -> Result<(), Error> {
    match all.get(&key) {
        Some(old) if *old != value => Err(Error::call(format!(
            "{field} was described before, otherwise"
        ))
        .hint("give the pages of one run of `aws iam get-account-authorization-details`")),
        _ => {
            all.insert(key, value);
            Ok(())
        }
    }
}

impl AccountDetails {
    /// The user or role with the policies that count for it.
    fn holder(&self, principal: &Principal) -> Holder {
        let mut policies = Vec::new();
        self.collect(&principal.grants, &principal.arn, &mut policies);
        match &principal.groups {
            None => policies.push(Attached {
                name: format!("the groups of {}", principal.arn),
                content: Content::Unseen("the account details do not list them".to_owned()),
            }),
            Some(groups) => {
                for name in groups {
                    let key = (principal.arn.account.clone(), name.clone());
                    match self.groups.get(&key) {
                        Some(grants) => {
                            let arn = principal.arn.sibling(format!("group/{name}"));
                            self.collect(grants, &arn, &mut policies);
                        }
                        None => policies.push(Attached {
                            name: format!("the policies of the group {name}"),
                            content: Content::Unseen(LACKING.to_owned()),
                        }),
                    }
                }
            }
        }
        Holder {
            kind: principal.kind,
            name: principal.arn.to_string(),
            account: Some(principal.arn.account.clone()),
            policies,
            boundary: principal.boundary.as_ref().map(|arn| self.managed(arn)),
            trust: principal.trust.clone(),
            context: principal.context.clone(),
        }
    }

    fn collect(&self, grants: &Grants, of: &Arn, into: &mut Vec<Attached>) {
        into.extend(grants.inline.iter().cloned());
        match &grants.managed {
            Some(arns) => into.extend(arns.iter().map(|arn| self.managed(arn))),
            None => into.push(Attached {
                name: format!("the managed policies of {of}"),
                content: Content::Unseen("the account details do not list them".to_owned()),
            }),
        }
    }

    fn managed(&self, arn: &str) -> Attached {
        self.policies.get(arn).cloned().unwrap_or_else(|| Attached {
            name: arn.to_owned(),
            content: Content::Unseen(LACKING.to_owned()),
        })
    }
}

/// Why something that is named has no text.
const LACKING: &str =
    "not in the account details: take them without --filter, or give all of their pages";
