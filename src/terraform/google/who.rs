//! Who is meant, and in which project.

use std::collections::BTreeSet;

use super::GoogleWanted;
use crate::error::Error;
use crate::terraform::resource::{Field, Mode, Resource};
use crate::terraform::{MOST_LISTED, Terraform};
use crate::text::one_line;

fn accounts(terraform: &Terraform) -> Vec<&Resource> {
    let all = terraform.inventory.resources.iter();
    all.filter(|one| one.kind == "google_service_account" && one.mode == Mode::Managed)
        .collect()
}

/// The member, and the address of its service account.
pub(super) fn member<'t>(
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
pub(super) fn email(account: &Resource) -> Result<Option<String>, Error> {
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
pub(super) fn bare(project: &str) -> &str {
    project.strip_prefix("projects/").unwrap_or(project)
}

/// The project of all grants, if there is only one.
pub(super) fn only_project(name: &str, resources: &[Resource]) -> Result<Option<String>, Error> {
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
