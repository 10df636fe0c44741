//! Bindings, roles and deny rules of Google Cloud, as a Terraform plan or state has them
//! ([resources](https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/google_project_iam)).
//!
//! Of what stands below the project, the member's own service account counts, and the buckets and
//! services that Remotion names: those of others have grants of their own.

mod deny;
mod entry;
mod removals;

use std::collections::BTreeSet;

use super::configuration::{References, instance};
use super::resource::{Field, Mode, Resource};
use super::{MOST_LISTED, Terraform};
use crate::bindings::{
    AllowPolicy, Binding, DenyPolicy, DenyRule, Place, Policies, RoleDefinition, RoleState, Seen,
};
use crate::error::Error;
use crate::text::one_line;

use entry::Entry;

/// What a file says about one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoogleFound {
    /// What grants and denies.
    pub policies: Policies,
    /// The member, such as `serviceAccount:remotion-sa@my-project.iam.gserviceaccount.com`.
    pub member: String,
    /// The project, where that is known.
    pub project: Option<String>,
}

/// Who and where is meant, as far as that was said.
#[derive(Debug, Clone, Copy, Default)]
pub struct GoogleWanted<'w> {
    /// The project's id or number.
    pub project: Option<&'w str>,
    /// The member.
    pub member: Option<&'w str>,
    /// The address of a `google_service_account`, which is the member.
    pub address: Option<&'w str>,
}

/// Everything that a question about one member needs.
struct View<'t> {
    file: &'t str,
    references: References<'t>,
    resources: &'t [Resource],
    before: &'t [Resource],
    project: Option<String>,
    member: String,
    /// The service account that is the member, where it stands in the file.
    account: Option<&'t str>,
}

/// Whether something is about the project.
enum Here {
    Yes,
    No,
    Maybe(String),
}

/// Gathers what a file says.
pub(super) fn find(terraform: &Terraform, wanted: &GoogleWanted<'_>) -> Result<GoogleFound, Error> {
    let resources = &terraform.inventory.resources;
    let (member, account) = member(terraform, wanted)?;
    let project = match wanted.project {
        Some(project) => Some(project.to_owned()),
        None => only_project(&terraform.name, resources)?,
    };
    let view = View {
        file: &terraform.name,
        references: References::new(terraform.configuration.as_ref()),
        resources,
        before: &terraform.inventory.before,
        project,
        member,
        account,
    };
    let mut policies = Policies {
        allow: view.allow()?,
        deny: view.deny()?,
        roles: view.roles()?,
    };
    for why in &terraform.inventory.incomplete {
        let unseen = || vec![Seen::Unseen(why.clone())];
        policies.allow.push(AllowPolicy {
            name: terraform.name.clone(),
            place: Place::Project,
            bindings: vec![Binding {
                role: Seen::Unseen(why.clone()),
                members: unseen(),
                condition: None,
            }],
        });
        policies.deny.push(DenyPolicy {
            name: terraform.name.clone(),
            rules: vec![DenyRule {
                denied_principals: unseen(),
                denied_permissions: unseen(),
                ..DenyRule::default()
            }],
        });
    }
    Ok(GoogleFound {
        policies,
        member: view.member.clone(),
        project: view.project.clone(),
    })
}

fn accounts(terraform: &Terraform) -> Vec<&Resource> {
    let all = terraform.inventory.resources.iter();
    all.filter(|one| one.kind == "google_service_account" && one.mode == Mode::Managed)
        .collect()
}

/// The member, and the address of its service account.
fn member<'t>(
    terraform: &'t Terraform,
    wanted: &GoogleWanted<'_>,
) -> Result<(String, Option<&'t str>), Error> {
    let name = &terraform.name;
    let accounts = accounts(terraform);
    let account = match (wanted.address, wanted.member) {
        (Some(address), _) => {
            let found = accounts.iter().find(|one| one.address == address);
            Some(*found.ok_or_else(|| {
                Error::call(format!(
                    "{name} holds no google_service_account at {}",
                    one_line(address)
                ))
                .hint(choices(&accounts))
            })?)
        }
        (None, Some(_)) => None,
        (None, None) => match accounts.as_slice() {
            [only] => Some(*only),
            [] => {
                return Err(Error::call(format!(
                    "{name} holds no service account (google_service_account)"
                ))
                .hint("name whose permissions it should grant with --member"));
            }
            several => {
                return Err(Error::call(format!(
                    "{name} holds {} service accounts, and which one is meant is not said",
                    several.len()
                ))
                .hint(choices(several)));
            }
        },
    };
    let Some(account) = account else {
        let member = wanted.member.unwrap_or_default().to_owned();
        let mut same = None;
        for one in accounts {
            let own = email(one)?.map(|email| format!("serviceAccount:{email}"));
            if own.is_some_and(|own| own.eq_ignore_ascii_case(&member)) {
                same = Some(one.address.as_str());
            }
        }
        return Ok((member, same));
    };
    let own = email(account)?.map(|email| format!("serviceAccount:{email}"));
    let member = match (wanted.member, own) {
        (Some(member), Some(own)) if !own.eq_ignore_ascii_case(member) => {
            return Err(Error::call(format!(
                "{} is {own}, and --member says another one",
                account.address
            ))
            .hint("give --address or --member alone"));
        }
        (Some(member), _) => member.to_owned(),
        (None, Some(own)) => own,
        (None, None) => {
            return Err(Error::call(format!(
                "the email of {} is known only after apply",
                account.address
            ))
            .hint("add it with --member serviceAccount:EMAIL"));
        }
    };
    Ok((member, Some(&account.address)))
}

fn choices(accounts: &[&Resource]) -> String {
    if accounts.is_empty() {
        return "the file holds none: name whose permissions it should grant with --member"
            .to_owned();
    }
    let mut shown: Vec<String> = accounts
        .iter()
        .take(MOST_LISTED)
        .map(|one| one_line(&one.address))
        .collect();
    if accounts.len() > MOST_LISTED {
        shown.push(format!("and {} more", accounts.len() - MOST_LISTED));
    }
    format!("pick one with --address: {}", shown.join(", "))
}

/// The email of a service account, where it is known or follows from what is
/// ([names](https://cloud.google.com/iam/docs/service-account-types#user-managed)).
fn email(account: &Resource) -> Result<Option<String>, Error> {
    if let Field::Known(email) = account.text("email")? {
        return Ok(Some(email.to_owned()));
    }
    Ok(
        match (account.text("account_id")?, account.text("project")?) {
            // Projects of a domain have emails of another form.
            (Field::Known(id), Field::Known(project)) if !project.contains(':') => {
                Some(format!("{id}@{}.iam.gserviceaccount.com", bare(project)))
            }
            _ => None,
        },
    )
}

/// A project without what may stand in front of it.
fn bare(project: &str) -> &str {
    project.strip_prefix("projects/").unwrap_or(project)
}

/// The project of all grants, if there is only one.
fn only_project(name: &str, resources: &[Resource]) -> Result<Option<String>, Error> {
    let mut projects: BTreeSet<&str> = BTreeSet::new();
    for resource in resources {
        let is_grant = resource.mode == Mode::Managed
            && (resource.kind.starts_with("google_project_iam_")
                || resource.kind == "google_service_account");
        if is_grant && let Field::Known(project) = resource.text("project")? {
            projects.insert(bare(project));
        }
    }
    let mut all = projects.iter();
    match (all.next(), all.next()) {
        (first, None) => Ok(first.map(|project| (*project).to_owned())),
        _ => {
            let shown: Vec<String> = projects
                .iter()
                .take(MOST_LISTED)
                .map(|project| one_line(project))
                .collect();
            Err(Error::call(format!(
                "{name} holds grants of {} projects, and which one is meant is not said",
                projects.len()
            ))
            .hint(format!("name one with --project: {}", shown.join(", "))))
        }
    }
}

impl View<'_> {
    /// Whether a project is the one that is meant.
    fn is_project(&self, project: &str, address: &str) -> Here {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let project = bare(project);
        match &self.project {
            Some(own) if own == project => Here::Yes,
            Some(own) if is_number(own) != is_number(project) => Here::Maybe(format!(
                "whether {} is the project of {address} is not known: one is a number",
                one_line(own)
            )),
            Some(_) => Here::No,
            None => Here::Maybe(format!("which project is meant is not known: {address}")),
        }
    }

    /// Whether the project of a resource is the one that is meant.
    fn is_here(&self, resource: &Resource) -> Result<Here, Error> {
        Ok(match resource.text("project")? {
            Field::Known(project) => self.is_project(project, &resource.address),
            Field::Absent | Field::Unknown => {
                let target = self.references.target(resource, "project");
                let of_kind = self
                    .resources
                    .iter()
                    .filter(|one| one.kind == "google_project");
                let found = target
                    .filter(|target| target.kind == "google_project" && !target.is_data)
                    .and_then(|target| instance(of_kind, |one| one, &target));
                let id = found.map(|found| found.text("project_id")).transpose()?;
                match id {
                    Some(Field::Known(id)) => self.is_project(id, &resource.address),
                    _ => Here::Maybe(format!(
                        "known only after apply: {}.project",
                        resource.address
                    )),
                }
            }
        })
    }

    fn allow(&self) -> Result<Vec<AllowPolicy>, Error> {
        let mut entries: Vec<Entry<'_>> = Vec::new();
        for resource in self.resources {
            entries.extend(self.entry(resource)?);
        }
        self.withdraw(&mut entries)?;
        let mut policies: Vec<AllowPolicy> = entries
            .into_iter()
            .map(|entry| AllowPolicy {
                name: format!("{}: {}", self.file, entry.resource.address),
                place: entry.place,
                bindings: entry.bindings,
            })
            .collect();
        let bare = self.without_grants(&policies)?;
        policies.extend(bare);
        Ok(policies)
    }

    /// Custom roles of projects and organizations.
    fn roles(&self) -> Result<Vec<RoleDefinition>, Error> {
        let mut roles: Vec<RoleDefinition> = Vec::new();
        for resource in self.resources {
            let Some(name) = role_name(resource)? else {
                continue;
            };
            let texts = resource.texts("permissions")?;
            let mut permissions: Vec<Seen<String>> = texts
                .known
                .iter()
                .map(|one| Seen::Known((*one).to_owned()))
                .collect();
            if !texts.is_complete() {
                permissions.push(Seen::Unseen(format!(
                    "known only after apply: {}.permissions",
                    resource.address
                )));
            }
            let is_deleted = resource.values.get("deleted") == Some(&serde_json::Value::Bool(true));
            let state = if is_deleted {
                RoleState::Deleted
            } else if resource.text("stage")? == Field::Known("DISABLED") {
                RoleState::Disabled
            } else {
                RoleState::Active
            };
            let definition = RoleDefinition {
                name,
                permissions,
                state,
            };
            match roles.iter_mut().find(|one| one.name == definition.name) {
                None => roles.push(definition),
                Some(other) if *other == definition => {}
                Some(other) => other.permissions.push(Seen::Unseen(format!(
                    "{} defines the role differently",
                    resource.address
                ))),
            }
        }
        Ok(roles)
    }
}

/// The full name of a custom role. Where its project is known only after apply, it is a name that
/// only references lead to.
fn role_name(resource: &Resource) -> Result<Option<String>, Error> {
    let (above, argument) = match resource.kind.as_str() {
        "google_project_iam_custom_role" => ("projects", "project"),
        "google_organization_iam_custom_role" => ("organizations", "org_id"),
        _ => return Ok(None),
    };
    if resource.mode != Mode::Managed {
        return Ok(None);
    }
    if let Field::Known(name) = resource.text("name")? {
        return Ok(Some(name.to_owned()));
    }
    let Field::Known(id) = resource.text("role_id")? else {
        return Ok(Some(format!("the role of {}", resource.address)));
    };
    Ok(Some(match resource.text(argument)? {
        Field::Known(of) => format!("{above}/{}/roles/{id}", bare(of)),
        Field::Absent | Field::Unknown => format!("{above}/({})/roles/{id}", resource.address),
    }))
}
