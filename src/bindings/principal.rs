//! Who is meant: the member whose permissions are judged, and whether what a policy names is it
//! ([principal identifiers](https://cloud.google.com/iam/docs/principal-identifiers)).

use std::fmt;

use super::truth::Truth;
use crate::error::Error;
use crate::text::one_line;

/// Everybody, signed in or not.
const ALL_USERS: &str = "allUsers";

/// Everybody with a Google account, and every service account.
const ALL_AUTHENTICATED: &str = "allAuthenticatedUsers";

/// One single identity, as allow policies name it.
///
/// IAM ignores the case of emails and nothing else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    kind: Kind,
    /// The email in lower case, or the whole `principal://` identifier.
    name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    ServiceAccount,
    User,
    Federated,
}

impl fmt::Display for Member {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::ServiceAccount => write!(formatter, "serviceAccount:{}", self.name),
            Kind::User => write!(formatter, "user:{}", self.name),
            Kind::Federated => formatter.write_str(&self.name),
        }
    }
}

impl Member {
    /// Reads a member such as `serviceAccount:remotion-sa@my-project.iam.gserviceaccount.com`.
    ///
    /// # Errors
    ///
    /// Whatever is not a single identity (call).
    pub fn parse(text: &str) -> Result<Self, Error> {
        const HINT: &str = "give serviceAccount:EMAIL, user:EMAIL or the principal:// identifier of a federated identity";
        let wrong = |what: &str| {
            Err(Error::call(format!("{:?} for --member {what}", one_line(text))).hint(HINT))
        };
        let email = |kind, email: &str| {
            let plain = email
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"?:/[]".contains(&byte));
            match email.split_once('@') {
                Some((user, domain)) if plain && !user.is_empty() && domain.contains('.') => {
                    Ok(Self {
                        kind,
                        name: email.to_ascii_lowercase(),
                    })
                }
                _ => wrong("holds no email"),
            }
        };
        if let Some(name) = text.strip_prefix("serviceAccount:") {
            return email(Kind::ServiceAccount, name);
        }
        if let Some(name) = text.strip_prefix("user:") {
            return email(Kind::User, name);
        }
        if text.starts_with("principal://") {
            return match subject(text) {
                Some(_) if !text.chars().any(char::is_control) => Ok(Self {
                    kind: Kind::Federated,
                    name: text.to_owned(),
                }),
                _ => wrong(
                    "is no identity of a workforce or workload identity pool, whose project is a number",
                ),
            };
        }
        wrong("is not a single identity")
    }

    /// Whether what an allow policy names is this member. Of the convenience members of basic
    /// roles, see [`convenience`].
    pub(super) fn is_named_by(&self, named: &str) -> Truth {
        let same_email = |kind, email: &str| {
            Truth::of(self.kind == kind && self.name.eq_ignore_ascii_case(email))
        };
        if named == ALL_USERS {
            return Truth::Yes;
        }
        if named == ALL_AUTHENTICATED {
            return match self.kind {
                Kind::ServiceAccount | Kind::User => Truth::Yes,
                Kind::Federated => open(named, self),
            };
        }
        // The identity is gone; a new one of the same email is another one.
        if named.starts_with("deleted:") {
            return Truth::No;
        }
        if let Some(email) = named.strip_prefix("serviceAccount:") {
            return same_email(Kind::ServiceAccount, email);
        }
        if let Some(email) = named.strip_prefix("user:") {
            return same_email(Kind::User, email);
        }
        self.is_of_pool(named)
    }

    /// Whether what an allow policy names may be this member, or contain it.
    pub(crate) fn may_be(&self, named: &str) -> bool {
        convenience(named).is_some() || self.is_named_by(named) != Truth::No
    }

    /// Whether what a deny rule names is this member.
    pub(super) fn is_denied_by(&self, named: &str) -> Truth {
        if named == "principalSet://goog/public:all" {
            return Truth::Yes;
        }
        if named.starts_with("deleted:") {
            return Truth::No;
        }
        if let Some(email) = named.strip_prefix("principal://goog/subject/") {
            return Truth::of(self.kind == Kind::User && self.name.eq_ignore_ascii_case(email));
        }
        let account = "principal://iam.googleapis.com/projects/-/serviceAccounts/";
        // An account can be named by its number too, which its email does not tell.
        if let Some(email) = named.strip_prefix(account).filter(|id| id.contains('@')) {
            return Truth::of(
                self.kind == Kind::ServiceAccount && self.name.eq_ignore_ascii_case(email),
            );
        }
        self.is_of_pool(named)
    }

    /// What both kinds of policies name alike: identities of pools, and sets of them. Only federated
    /// identities are in a pool. Of everything else it is open whether it contains the member.
    fn is_of_pool(&self, named: &str) -> Truth {
        if named == self.name {
            return Truth::Yes;
        }
        if subject(named).is_some() {
            return Truth::No;
        }
        let Some(pool) = named.strip_prefix("principalSet://").and_then(pool_of) else {
            return open(named, self);
        };
        if self.kind != Kind::Federated {
            return Truth::No;
        }
        match self.name.strip_prefix("principal://").and_then(pool_of) {
            Some((own, _)) if own == pool.0 && pool.1 == "*" => Truth::Yes,
            _ => open(named, self),
        }
    }
}

fn open(named: &str, member: &Member) -> Truth {
    Truth::open(format!(
        "whether {} contains {member} is not in the files",
        one_line(named)
    ))
}

/// Who has the basic role that such a member stands for, and of which project:
/// `projectEditor:my-project` are all who are editors of it. Buckets name them so
/// ([reference](https://cloud.google.com/storage/docs/access-control/iam#convenience-values)).
pub(super) fn convenience(named: &str) -> Option<(&'static str, &str)> {
    let (kind, project) = named.split_once(':')?;
    let role = match kind {
        "projectOwner" => "roles/owner",
        "projectEditor" => "roles/editor",
        "projectViewer" => "roles/viewer",
        _ => return None,
    };
    Some((role, project))
}

/// What makes a grant reach more than the member alone, in words.
pub(super) fn public(named: &str) -> Option<&'static str> {
    match named {
        ALL_USERS => Some("everybody on the internet"),
        ALL_AUTHENTICATED => Some("everybody with any Google account"),
        _ => None,
    }
}

/// The subject of a single identity of a pool.
fn subject(named: &str) -> Option<&str> {
    let (_, rest) = pool_of(named.strip_prefix("principal://")?)?;
    rest.strip_prefix("subject/")
        .filter(|name| !name.is_empty())
}

/// The pool that an identifier without its scheme begins with, and what is said of it.
fn pool_of(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix("iam.googleapis.com/")?;
    let mut segments = rest.split('/');
    let first = segments.next()?;
    let is_pool = match first {
        "locations" => segments.next()? == "global" && segments.next()? == "workforcePools",
        "projects" => {
            let number = segments.next()?;
            !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && segments.next()? == "locations"
                && segments.next()? == "global"
                && segments.next()? == "workloadIdentityPools"
        }
        _ => false,
    };
    let pool = segments.next().filter(|pool| is_pool && !pool.is_empty())?;
    // `split` yields parts of the text itself, so that what stands behind the pool can be found.
    let end = pool.as_ptr().addr().checked_sub(name.as_ptr().addr())? + pool.len();
    let rest = name.get(end..)?.strip_prefix('/')?;
    Some((name.get(..end)?, rest))
}

#[cfg(test)]
mod tests {
    use super::{Member, Truth};

    const POOL: &str =
        "iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/github";

    fn account() -> Member {
        Member::parse("serviceAccount:Remotion-SA@p.iam.gserviceaccount.com").unwrap()
    }

    fn federated() -> Member {
        Member::parse(&format!("principal://{POOL}/subject/repo:a/b:ref")).unwrap()
    }

    #[track_caller]
    fn is(truth: &Truth, expected: &str) {
        let name = match truth {
            Truth::Yes => "yes",
            Truth::No => "no",
            Truth::Open(_) => "open",
        };
        assert_eq!(name, expected);
    }

    #[test]
    fn emails_are_compared_without_case_and_kinds_with_it() {
        let member = account();
        for (named, expected) in [
            (
                "serviceAccount:remotion-sa@p.iam.gserviceaccount.com",
                "yes",
            ),
            (
                "serviceAccount:REMOTION-sa@p.iam.GSERVICEACCOUNT.com",
                "yes",
            ),
            ("serviceAccount:remotion-sa@q.iam.gserviceaccount.com", "no"),
            ("serviceAccount:p.svc.id.goog[default/remotion-sa]", "no"),
            ("user:remotion-sa@p.iam.gserviceaccount.com", "no"),
            (
                "deleted:serviceAccount:remotion-sa@p.iam.gserviceaccount.com?uid=1",
                "no",
            ),
            (
                "serviceaccount:remotion-sa@p.iam.gserviceaccount.com",
                "open",
            ),
            ("allUsers", "yes"),
            ("allAuthenticatedUsers", "yes"),
            ("allusers", "open"),
            ("group:team@example.com", "open"),
            ("domain:example.com", "open"),
            ("principalSet://goog/group/team@example.com", "open"),
            (
                "principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount",
                "open",
            ),
            ("principalHierarchy://x", "open"),
            ("", "open"),
        ] {
            is(&member.is_named_by(named), expected);
        }
        for (named, expected) in [
            (format!("principalSet://{POOL}/*"), "no"),
            (format!("principal://{POOL}/subject/x"), "no"),
        ] {
            is(&member.is_named_by(&named), expected);
        }
    }

    #[test]
    fn deny_rules_name_people_in_their_own_way() {
        let member = account();
        let prefix = "principal://iam.googleapis.com/projects";
        for (named, expected) in [
            ("principalSet://goog/public:all".to_owned(), "yes"),
            (
                format!("{prefix}/-/serviceAccounts/remotion-SA@p.iam.gserviceaccount.com"),
                "yes",
            ),
            (
                format!("{prefix}/-/serviceAccounts/other@p.iam.gserviceaccount.com"),
                "no",
            ),
            (format!("{prefix}/-/serviceAccounts/1234567890"), "open"),
            (
                format!("{prefix}/p/serviceAccounts/remotion-sa@p.iam.gserviceaccount.com"),
                "open",
            ),
            (
                format!(
                    "deleted:{prefix}/-/serviceAccounts/remotion-sa@p.iam.gserviceaccount.com?uid=1"
                ),
                "no",
            ),
            ("principal://goog/subject/ann@example.com".to_owned(), "no"),
            ("principalSet://goog/group/a@example.com".to_owned(), "open"),
            (
                "principalSet://goog/cloudIdentityCustomerId/C01".to_owned(),
                "open",
            ),
            // Allow policies name them so, deny policies don't.
            (
                "serviceAccount:remotion-sa@p.iam.gserviceaccount.com".to_owned(),
                "open",
            ),
            ("allUsers".to_owned(), "open"),
        ] {
            is(&member.is_denied_by(&named), expected);
        }
        let ann = Member::parse("user:Ann@Example.com").unwrap();
        is(
            &ann.is_denied_by("principal://goog/subject/ann@example.com"),
            "yes",
        );
    }

    #[test]
    fn an_identity_of_a_pool_is_in_it() {
        let member = federated();
        for (named, expected) in [
            (format!("principal://{POOL}/subject/repo:a/b:ref"), "yes"),
            (format!("principal://{POOL}/subject/repo:A/b:ref"), "no"),
            (format!("principalSet://{POOL}/*"), "yes"),
            (format!("principalSet://{POOL}-other/*"), "open"),
            (
                format!("principalSet://{POOL}/attribute.repository/a"),
                "open",
            ),
            (format!("principalSet://{POOL}/group/a"), "open"),
        ] {
            is(&member.is_named_by(&named), expected);
            is(&member.is_denied_by(&named), expected);
        }
        is(&member.is_named_by("allAuthenticatedUsers"), "open");
        is(&member.is_named_by("allUsers"), "yes");
    }

    #[test]
    fn only_a_single_identity_can_be_judged() {
        for wrong in [
            "",
            "remotion-sa@p.iam.gserviceaccount.com",
            "serviceAccount:",
            "serviceAccount:remotion-sa",
            "serviceAccount:a b@c.d",
            "serviceAccount:p.svc.id.goog[a/b]",
            "serviceaccount:a@b.c",
            "group:team@example.com",
            "domain:example.com",
            "allUsers",
            "deleted:user:a@b.c?uid=1",
            "principal://goog/subject/a@b.c",
            "principal://iam.googleapis.com/projects/my-project/locations/global/workloadIdentityPools/p/subject/s",
            "principal://iam.googleapis.com/locations/global/workforcePools/p/subject/",
            "principalSet://iam.googleapis.com/locations/global/workforcePools/p/*",
        ] {
            assert!(Member::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            account().to_string(),
            "serviceAccount:remotion-sa@p.iam.gserviceaccount.com"
        );
    }
}
