//! Bindings, roles and deny rules of Google Cloud, as a Terraform plan or state has them
//! ([resources](https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/google_project_iam)).
//!
//! Of what stands below the project, the member's own service account counts, and the buckets and
//! services that Remotion names: those of others have grants of their own.

mod below;
mod deny;
mod entry;
mod grants;
mod removals;
mod roles;
mod who;

use super::Terraform;
use super::configuration::{References, instance};
use super::resource::{Field, Resource};
use crate::bindings::{AllowPolicy, Binding, DenyPolicy, DenyRule, Member, Place, Policies, Seen};
use crate::error::Error;
use crate::text::one_line;

use entry::Entry;
use who::{bare, member, only_project};

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

impl<'t> View<'t> {
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
        let mut entries: Vec<Entry<'t>> = Vec::new();
        for resource in self.resources {
            entries.extend(self.entry(resource)?);
        }
        self.withdraw(&mut entries)?;
        self.policies(entries)
    }

    /// Whether somebody whom a policy names may be the member.
    fn may_be(&self, named: &Seen<String>) -> bool {
        match (named, Member::parse(&self.member)) {
            (Seen::Known(named), Ok(member)) => member.may_be(named),
            _ => true,
        }
    }
}
