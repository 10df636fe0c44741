//! Deny rules: what they name wins over every grant
//! ([overview](https://cloud.google.com/iam/docs/deny-overview)).

use super::principal::Member;
use super::truth::Truth;
use super::{Condition, DenyPolicy, DenyRule, Seen};
use crate::text::one_line;

/// What the deny policies say about a permission.
pub(super) enum Denial {
    /// This rule denies it.
    By(String),
    /// A rule may deny it, or none does.
    Perhaps(Truth),
}

/// Asks all deny policies. Each rule counts by itself.
pub(super) fn ask(policies: &[DenyPolicy], member: &Member, permission: &str) -> Denial {
    let name = v2_name(permission);
    let mut perhaps = Truth::No;
    for policy in policies {
        for (index, rule) in policy.rules.iter().enumerate() {
            let place = format!("{}: rules[{index}]", policy.name);
            match denies(rule, member, name.as_deref()) {
                Truth::Yes => return Denial::By(place),
                open => {
                    let about = |reason: &str| format!("{place} may deny it: {reason}");
                    perhaps = perhaps.or(open.about(about));
                }
            }
        }
    }
    Denial::Perhaps(perhaps)
}

fn denies(rule: &DenyRule, member: &Member, permission: Option<&str>) -> Truth {
    let of_member = |named: &str| member.is_denied_by(named);
    let of_permission = |pattern: &str| match permission {
        Some(name) => covers(pattern, name),
        None => Truth::open("how deny rules name this permission is not known here"),
    };
    any(&rule.denied_permissions, of_permission)
        .and(any(&rule.exception_permissions, of_permission).not())
        .and(any(&rule.denied_principals, of_member))
        .and(any(&rule.exception_principals, of_member).not())
        .and(condition(rule.condition.as_ref()))
}

fn any(list: &[Seen<String>], is: impl Fn(&str) -> Truth) -> Truth {
    list.iter().fold(Truth::No, |so, one| {
        so.or(match one {
            Seen::Known(text) => is(text),
            Seen::Unseen(why) => Truth::open(why.clone()),
        })
    })
}

/// A condition is not evaluated, since it is about what the files don't show: tags, times, names.
pub(super) fn condition(condition: Option<&Seen<Condition>>) -> Truth {
    match condition {
        None => Truth::Yes,
        Some(Seen::Known(Condition { title, expression })) => {
            let title = if title.is_empty() {
                String::new()
            } else {
                format!(" {:?}", one_line(title))
            };
            Truth::condition(format!(
                "it depends on the condition{title}, {}",
                one_line(expression)
            ))
        }
        Some(Seen::Unseen(why)) => Truth::condition(why.clone()),
    }
}

/// A permission in the form of deny rules: `run.services.get` is
/// `run.googleapis.com/services.get`. The one service of those that matter here whose two names
/// differ is the resource manager
/// ([names](https://cloud.google.com/iam/docs/deny-permissions-support)).
fn v2_name(permission: &str) -> Option<String> {
    let (service, rest) = permission.split_once('.')?;
    let service = match service {
        "resourcemanager" => "cloudresourcemanager",
        "iam" | "logging" | "run" | "serviceusage" | "storage" => service,
        _ => return None,
    };
    Some(format!("{service}.googleapis.com/{rest}"))
}

/// Whether what a deny rule names covers a permission: by its name, or as a group, in which `*`
/// stands for a whole part, as in `run.googleapis.com/services.*`
/// ([groups](https://cloud.google.com/iam/docs/deny-overview#permission-groups)).
fn covers(pattern: &str, permission: &str) -> Truth {
    if !pattern.contains('*') {
        return match pattern.split_once('/') {
            Some(_) => Truth::of(pattern == permission),
            // The form of allow policies: Google takes it in no rule.
            None => Truth::open(format!(
                "{:?} is no permission in the form of deny rules",
                one_line(pattern)
            )),
        };
    }
    let parts = |name: &str| -> Option<Vec<String>> {
        let (service, rest) = name.split_once('/')?;
        let (resource, verb) = rest.split_once('.')?;
        Some([service, resource, verb].map(ToOwned::to_owned).to_vec())
    };
    let (Some(pattern), Some(permission)) = (parts(pattern), parts(permission)) else {
        return Truth::open(format!(
            "what the group {:?} covers is not known here",
            one_line(pattern)
        ));
    };
    pattern
        .iter()
        .zip(&permission)
        .fold(Truth::Yes, |so, (pattern, part)| {
            so.and(if pattern == "*" || pattern == part {
                Truth::Yes
            } else if pattern.contains('*') {
                Truth::open(format!(
                    "what the group with {:?} covers is not known here",
                    one_line(pattern)
                ))
            } else {
                Truth::No
            })
        })
}

#[cfg(test)]
mod tests {
    use super::{Truth, covers, v2_name};

    #[test]
    fn groups_cover_whole_parts() {
        let name = "run.googleapis.com/services.delete";
        for (pattern, expected) in [
            (name, Truth::Yes),
            ("run.googleapis.com/*.*", Truth::Yes),
            ("run.googleapis.com/services.*", Truth::Yes),
            ("run.googleapis.com/*.delete", Truth::Yes),
            ("run.googleapis.com/services.get", Truth::No),
            ("run.googleapis.com/jobs.*", Truth::No),
            ("run.googleapis.com/*.get", Truth::No),
            ("storage.googleapis.com/*.*", Truth::No),
            ("run.googleapis.com/Services.delete", Truth::No),
        ] {
            assert_eq!(covers(pattern, name), expected, "{pattern}");
        }
        for open in [
            "run.services.delete",
            "*",
            "run.googleapis.com/*",
            "run.googleapis.com/serv*.delete",
            "*.googleapis.com/services.delete",
        ] {
            assert!(matches!(covers(open, name), Truth::Open(_)), "{open}");
        }
    }

    #[test]
    fn the_two_forms_of_a_name() {
        assert_eq!(
            v2_name("resourcemanager.projects.get").as_deref(),
            Some("cloudresourcemanager.googleapis.com/projects.get")
        );
        assert_eq!(
            v2_name("iam.serviceAccounts.actAs").as_deref(),
            Some("iam.googleapis.com/serviceAccounts.actAs")
        );
        assert_eq!(v2_name("compute.instances.get"), None);
    }
}
