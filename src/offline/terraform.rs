//! Who of a Terraform plan or state is judged.

use std::path::Path;

use super::{Identity, Options, Policies, Seen};
use crate::error::Error;
use crate::input::{Input, name_of};
use crate::permission::Subject;
use crate::terraform::{HOW, LARGEST_MEBIBYTES, Principal, Terraform};
use crate::text::one_line;
use crate::verdict::Source;

/// Reads the file and whom it is about.
///
/// # Errors
///
/// The file can't be read or is no plan or state, or nobody to judge.
pub(super) fn find(
    file: &Path,
    addresses: &[String],
    base: &Policies,
    options: &Options,
    input: &mut Input,
) -> Result<Seen, Error> {
    let terraform = read(file, input)?;
    let name = terraform.name();
    let mut notes = terraform.notes();
    let mut account = options.account.clone();
    let mut identities = Vec::new();
    for (subject, principal) in principals(&terraform, addresses, options)? {
        let found = terraform.holder(&principal)?;
        if let Some(own) = &found.holder.account
            && account.get_or_insert_with(|| own.clone()) != own
        {
            return Err(other_account(&principal, own, options));
        }
        if found.holder.name != principal.address {
            notes.push(format!(
                "{} is {} of {name}",
                found.holder.name,
                one_line(&principal.address)
            ));
        }
        let identity = Identity::of(subject, base, &found.holder).map_err(|error| {
            if found.is_sensitive || found.is_trust_sensitive {
                Error::call(format!(
                    "{name}: a policy of {} can't be read, and is sensitive, so that no more is told",
                    one_line(&principal.address)
                ))
                .hint("mend the policy")
            } else {
                error
            }
        })?;
        identities.push(Identity {
            policies: identity.policies.map(|policies| {
                if found.is_sensitive {
                    policies.concealed()
                } else {
                    policies
                }
            }),
            trust: identity.trust.map(|trust| {
                if found.is_trust_sensitive {
                    trust.concealed()
                } else {
                    trust
                }
            }),
            ..identity
        });
    }
    let mut files = vec![name.to_owned()];
    files.extend(base.files.iter().cloned());
    Ok(Seen {
        source: Source::AwsTerraform,
        account,
        files,
        identities,
        notes,
    })
}

/// Reads a plan or state.
///
/// # Errors
///
/// The file can't be read or is no plan or state.
pub(crate) fn read(file: &Path, input: &mut Input) -> Result<Terraform, Error> {
    let name = name_of(file);
    let bytes = input
        .read(file, LARGEST_MEBIBYTES)
        .map_err(|what| Error::call(format!("can't read {name}: {what}")).hint(HOW))?;
    Terraform::parse(&name, bytes)
}

/// Who is judged by which list, in the order of subjects.
fn principals(
    terraform: &Terraform,
    addresses: &[String],
    options: &Options,
) -> Result<Vec<(Subject, Principal)>, Error> {
    let mut found: Vec<(Subject, Principal)> = Vec::new();
    if addresses.is_empty() {
        let wants = |subject| options.subject.is_none_or(|only| only == subject);
        if wants(Subject::User) {
            found.push((Subject::User, terraform.only_user()?));
        }
        if wants(Subject::Role) {
            found.push((Subject::Role, terraform.role_named(&options.role_name)?));
        }
        return Ok(found);
    }
    for address in addresses {
        let principal = terraform.at(address)?;
        let subject = options.subject.unwrap_or(principal.kind.subject());
        if let Some((_, other)) = found.iter().find(|(one, _)| *one == subject) {
            return Err(Error::call(format!(
                "{} and {} would both be measured by the list of the {subject}",
                one_line(&other.address),
                one_line(address)
            ))
            .hint("give one --address for each subject, and check others in runs of their own"));
        }
        found.push((subject, principal));
    }
    found.sort_by_key(|(subject, _)| *subject);
    Ok(found)
}

fn other_account(principal: &Principal, own: &str, options: &Options) -> Error {
    let address = one_line(&principal.address);
    match &options.account {
        Some(given) => Error::call(format!(
            "{address} belongs to the account {own}, and --account says {given}"
        ))
        .hint("leave --account out: the account stands in the file"),
        None => Error::call(format!(
            "{address} belongs to the account {own}, and the user to another one"
        ))
        .hint("check each in a run of its own, with --address"),
    }
}
