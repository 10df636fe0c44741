//! Who of an account's details is meant.

use super::{AccountDetails, Principal};
use crate::aws::arn::{Arn, Caller};
use crate::error::Error;
use crate::holder::{Holder, HolderKind};
use crate::offline::{Identity, Options, Policies, Seen};
use crate::permission::Subject;
use crate::verdict::{Answer, Cause, Source, Unknown, Why};

/// What a person should know of details whose last page is not there.
pub(crate) const CUT: &str = "the account details are cut: their last page says that there are more; what is not in them is unknown";

/// No hint names more.
const MOST_NAMES: usize = 10;

/// Who is judged: the user that is meant and the execution role.
pub(in crate::offline) fn identities(
    details: &AccountDetails,
    principal: Option<&str>,
    base: &Policies,
    options: &Options,
) -> Result<Seen, Error> {
    let wants = |subject| options.subject.is_none_or(|only| only == subject);
    let mut identities = Vec::new();
    let mut account = options.account.clone();
    if wants(Subject::User) {
        let user = details.user(principal, options.account.as_deref())?;
        account = Some(user.arn.account.clone());
        identities.push(details.identity(Subject::User, base, user)?);
    } else if let Some(principal) = principal {
        return Err(Error::call(format!(
            "--principal {principal} names who is measured by the user's list, and only the role's is asked for"
        ))
        .hint("give the name of the execution role to --role-name"));
    }
    if wants(Subject::Role) {
        match details.role(&options.role_name, account.as_deref())? {
            Some(role) => {
                account = Some(role.arn.account.clone());
                identities.push(details.identity(Subject::Role, base, role)?);
            }
            None => identities.push(details.absent_role(&options.role_name)),
        }
    }
    Ok(Seen {
        source: Source::AwsAccountDetails,
        account,
        files: details.files.iter().chain(&base.files).cloned().collect(),
        identities,
        notes: details.is_cut.then(|| CUT.to_owned()).into_iter().collect(),
    })
}

impl AccountDetails {
    /// Everybody, or those of these ARNs and names, with their policies; without the roles of AWS's
    /// services, which nobody else can use. And how many of those there are.
    pub(crate) fn listed(
        &self,
        wanted: &[String],
        account: Option<&str>,
    ) -> Result<(Vec<Holder>, usize), Error> {
        let mut chosen: Vec<&Principal> = Vec::new();
        if wanted.is_empty() {
            chosen.extend(self.principals.values());
        }
        for one in wanted {
            let found = self.called(one)?;
            if found.is_empty() {
                return Err(self.is_not_there(one));
            }
            for one in found {
                if !chosen.iter().any(|old| old.arn == one.arn) {
                    chosen.push(one);
                }
            }
        }
        chosen.retain(|one| account.is_none_or(|account| one.arn.account == account));
        let all = chosen.len();
        if wanted.is_empty() {
            chosen.retain(|one| !one.arn.resource.starts_with("role/aws-service-role/"));
        }
        if chosen.is_empty() {
            return Err(Error::call(format!(
                "there is no user and no role in the account details{}",
                account
                    .map(|account| format!(" of the account {account}"))
                    .unwrap_or_default()
            ))
            .hint("take them without --filter"));
        }
        let left_out = all.saturating_sub(chosen.len());
        Ok((
            chosen.into_iter().map(|one| self.holder(one)).collect(),
            left_out,
        ))
    }

    /// The ARN of the execution role, where it is there.
    pub(crate) fn role_arn(&self, name: &str, account: &str) -> Option<String> {
        self.of_kind(HolderKind::Role)
            .find(|one| one.arn.name() == name && one.arn.account == account)
            .map(|one| one.arn.to_string())
    }

    fn is_not_there(&self, wanted: &str) -> Error {
        Error::call(format!(
            "there is no user or role {wanted:?} in the account details{}",
            self.because_cut()
        ))
        .hint(self.near(wanted))
    }

    fn identity(
        &self,
        subject: Subject,
        base: &Policies,
        principal: &Principal,
    ) -> Result<Identity, Error> {
        Identity::of(subject, base, &self.holder(principal)).map_err(|error| Error {
            message: format!("{}: {}", self.files.join(", "), error.message),
            ..error
        })
    }

    /// The user or role that is measured by the user's list.
    fn user(&self, wanted: Option<&str>, account: Option<&str>) -> Result<&Principal, Error> {
        let found: Vec<&Principal> = match wanted {
            Some(wanted) => self.called(wanted)?,
            None => self
                .of_kind(HolderKind::User)
                .filter(|user| account.is_none_or(|account| user.arn.account == account))
                .collect(),
        };
        match (found.as_slice(), wanted) {
            ([one], _) => match account {
                Some(account) if one.arn.account != account => Err(Error::call(format!(
                    "{} does not belong to the account {account} of --account",
                    one.arn
                ))
                .hint("leave --account out: the account stands in the account details")),
                _ => Ok(one),
            },
            ([], Some(wanted)) => Err(self.is_not_there(wanted)),
            ([], None) => Err(Error::call(format!(
                "there is no user in the account details{}{}",
                account
                    .map(|account| format!(" of the account {account}"))
                    .unwrap_or_default(),
                self.because_cut()
            ))
            .hint("name the role that deploys with --principal, or check the execution role alone with --subject role")),
            (several, Some(wanted)) => Err(Error::call(format!(
                "{wanted:?} means several users and roles of the account details"
            ))
            .hint(format!("give one of these ARNs to --principal: {}", arns(several)))),
            (several, None) => Err(Error::call(format!(
                "the account details hold {} users, and which one deploys is not said",
                several.len()
            ))
            .hint(format!("name one with --principal: {}", names(several)))),
        }
    }

    /// Users and roles of this ARN or name. A session of a role means the role.
    fn called(&self, wanted: &str) -> Result<Vec<&Principal>, Error> {
        let is_arn = wanted.starts_with("arn:");
        if !is_arn {
            return Ok(self
                .principals
                .values()
                .filter(|one| one.arn.name() == wanted)
                .collect());
        }
        let arn = Arn::parse(wanted).ok_or_else(|| {
            Error::call(format!("{wanted:?} is not the ARN of a user or role"))
                .hint("give an ARN such as arn:aws:iam::123456789012:user/name, or a name, to --principal")
        })?;
        Ok(match Caller::of(&arn) {
            Caller::AssumedRole { role, .. } => self
                .of_kind(HolderKind::Role)
                .filter(|one| one.arn.account == arn.account && one.arn.name() == role)
                .collect(),
            _ => self.principals.get(wanted).into_iter().collect(),
        })
    }

    /// The execution role, where it is there.
    fn role(&self, name: &str, account: Option<&str>) -> Result<Option<&Principal>, Error> {
        let found: Vec<&Principal> = self
            .of_kind(HolderKind::Role)
            .filter(|one| one.arn.name() == name)
            .filter(|one| account.is_none_or(|account| one.arn.account == account))
            .collect();
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            several => Err(Error::call(format!(
                "there are several roles {name:?} in the account details"
            ))
            .hint(format!(
                "name the account with --account: {}",
                arns(several)
            ))),
        }
    }

    /// A role that is not there: where the details are whole and list roles, it does not exist.
    fn absent_role(&self, name: &str) -> Identity {
        let lists_roles = self.of_kind(HolderKind::Role).next().is_some();
        let (what, answer) = if lists_roles && !self.is_cut {
            (
                "does not exist",
                Answer::Denied(Cause::NoSuchPrincipal {
                    principal: format!("the role {name}"),
                }),
            )
        } else {
            let why = if lists_roles {
                "pages are missing: give all of them"
            } else {
                "they list no role at all: take them without --filter"
            };
            (
                "not in the account details",
                Answer::Undetermined(Unknown::new(
                    Why::UnseenPolicy,
                    format!("the role {name} is not in the account details, and {why}"),
                )),
            )
        };
        Identity {
            subject: Subject::Role,
            name: Some(format!("the role {name} ({what})")),
            policies: Err(answer),
            trust: None,
        }
    }

    fn of_kind(&self, kind: HolderKind) -> impl Iterator<Item = &Principal> {
        self.principals.values().filter(move |one| one.kind == kind)
    }

    fn because_cut(&self) -> &'static str {
        if self.is_cut {
            ", of which pages are missing"
        } else {
            ""
        }
    }

    /// Names that may have been meant: those that contain what was given, or begin like it.
    fn near(&self, wanted: &str) -> String {
        let name = wanted.rsplit('/').next().unwrap_or(wanted).to_lowercase();
        let start: String = name.chars().take(2).collect();
        let near: Vec<&Principal> = self
            .principals
            .values()
            .filter(|one| {
                let own = one.arn.name().to_lowercase();
                own.contains(&name) || name.contains(&own) || own.starts_with(&start)
            })
            .collect();
        if near.is_empty() {
            let all: Vec<&Principal> = self.principals.values().collect();
            format!("it holds: {}", names(&all))
        } else {
            format!("was one of these meant: {}", names(&near))
        }
    }
}

fn listed(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(MOST_NAMES);
    all.truncate(MOST_NAMES);
    let mut text = all.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    if text.is_empty() {
        "none".clone_into(&mut text);
    }
    text
}

fn arns(all: &[&Principal]) -> String {
    listed(all.iter().map(|one| one.arn.to_string()).collect())
}

fn names(all: &[&Principal]) -> String {
    let word = |one: &&Principal| match one.kind {
        HolderKind::User => format!("user {}", one.arn.name()),
        HolderKind::Role => format!("role {}", one.arn.name()),
    };
    listed(all.iter().map(word).collect())
}
