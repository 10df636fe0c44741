//! Deny policies
//! ([resource](https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/iam_deny_policy)).

use super::grants::condition_of;
use super::{Here, View};
use crate::bindings::{DenyPolicy, DenyRule, Seen};
use crate::error::Error;
use crate::terraform::resource::{Field, Mode, Resource};

impl View<'_> {
    /// Deny policies of the project, and of what may stand above it.
    pub(super) fn deny(&self) -> Result<Vec<DenyPolicy>, Error> {
        let mut policies = Vec::new();
        for resource in self.resources {
            if resource.kind != "google_iam_deny_policy" || resource.mode != Mode::Managed {
                continue;
            }
            let doubt = match self.is_attached(resource)? {
                Here::No => continue,
                Here::Yes => None,
                Here::Maybe(why) => Some(why),
            };
            let mut rules = rules(resource)?;
            if let Some(why) = doubt {
                for rule in &mut rules {
                    rule.condition = Some(Seen::Unseen(why.clone()));
                }
            }
            policies.push(DenyPolicy {
                name: format!("{}: {}", self.file, resource.address),
                rules,
            });
        }
        Ok(policies)
    }

    /// Whether the policy is attached to the project: its parent is written with percent signs.
    fn is_attached(&self, resource: &Resource) -> Result<Here, Error> {
        let Field::Known(parent) = resource.text("parent")? else {
            return Ok(Here::Maybe(format!(
                "known only after apply: {}.parent",
                resource.address
            )));
        };
        let parent = parent.replace("%2F", "/").replace("%2f", "/");
        Ok(match parent.split_once("/projects/") {
            Some((_, project)) => self.is_project(project, &resource.address),
            None => Here::Maybe(format!(
                "whether the project is below the parent of {} is not in the file",
                resource.address
            )),
        })
    }
}

fn rules(resource: &Resource) -> Result<Vec<DenyRule>, Error> {
    let unseen = || {
        vec![Seen::Unseen(format!(
            "known only after apply: {}.rules",
            resource.address
        ))]
    };
    let all_unseen = || DenyRule {
        denied_principals: unseen(),
        denied_permissions: unseen(),
        ..DenyRule::default()
    };
    if resource.is_unknown("rules") {
        return Ok(vec![all_unseen()]);
    }
    let mut rules = Vec::new();
    for block in resource.blocks("rules")? {
        let inner = block.blocks("deny_rule")?;
        let Some(rule) = inner.first() else {
            rules.push(all_unseen());
            continue;
        };
        rules.push(DenyRule {
            denied_principals: listed(rule, "denied_principals")?,
            exception_principals: listed(rule, "exception_principals")?,
            denied_permissions: listed(rule, "denied_permissions")?,
            exception_permissions: listed(rule, "exception_permissions")?,
            condition: condition_of(rule, "denial_condition")?,
        });
    }
    Ok(rules)
}

fn listed(rule: &Resource, field: &str) -> Result<Vec<Seen<String>>, Error> {
    let texts = rule.texts(field)?;
    let mut listed: Vec<Seen<String>> = texts
        .known
        .iter()
        .map(|one| Seen::Known((*one).to_owned()))
        .collect();
    if !texts.is_complete() {
        listed.push(Seen::Unseen(format!(
            "known only after apply: {}.{field}",
            rule.address
        )));
    }
    Ok(listed)
}
