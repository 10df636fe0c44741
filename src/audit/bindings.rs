//! The check of Google Cloud policy files, without any project.

use super::gcp::of_levels;
use super::{Terms, audit, base, finish, requirements};
use crate::bindings::{self, Judge, Member, Options, Place, Policies};
use crate::error::Error;
use crate::gcp;
use crate::gcp::catalogue;
use crate::manifest::Partition;
use crate::permission::{Cloud, Subject};
use crate::report::{Audit, Report};
use crate::text::one_line;
use crate::verdict::Source;
use crate::version::Applied;

/// What policy files can't show.
const BLIND_SPOTS: &[&str] = &[
    "a pass is a pass of the files that were given: whether they are whole and of today is not seen",
    "principal access boundary policies, organization policies and VPC Service Controls are not judged",
    "conditions are not evaluated, and who is in a group or domain is not known",
    "access control lists of buckets and their objects",
];

/// Judges policy files, or a Terraform plan or state.
///
/// # Errors
///
/// A wrong call: a member or project that is none, a file that can't be read or is not what its
/// flag says.
pub fn check(options: &Options, applied: &Applied, terms: &Terms) -> Result<Report, Error> {
    if let Some(terraform) = &options.terraform {
        return super::terraform::check(terraform, options, applied, terms);
    }
    let member = Member::parse(&options.member)?;
    if let Some(project) = &options.project
        && !gcp::is_project(project)
    {
        return Err(Error::call(format!(
            "{:?} from --project is not a project id",
            one_line(project)
        ))
        .hint("give the id or the number of the project"));
    }
    let given = bindings::read(options)?;
    let mut audit = judge(
        &given.policies,
        &member,
        options,
        Source::GcpPolicyFiles,
        applied,
        terms,
    )?;
    audit.tested.files = given.files;
    audit.blind_spots = BLIND_SPOTS.to_vec();
    audit.notes.push(not_given(&given.policies));
    Ok(Report::of(audit))
}

/// Judges policies, wherever they were found. Of the options, only the project and the excess count.
///
/// # Errors
///
/// Nothing to check (call).
pub(super) fn judge(
    policies: &Policies,
    member: &Member,
    options: &Options,
    source: Source,
    applied: &Applied,
    terms: &Terms,
) -> Result<Audit, Error> {
    let subject = Subject::ServiceAccount;
    let requirements = requirements(applied, &[subject], Partition::Aws, terms)?;
    if requirements.is_empty() {
        return Ok(base::nothing_to_ask(Cloud::Gcp, applied, terms, &[subject]));
    }
    let judge = Judge::new(policies, member, options.project.as_deref());
    let answered: Vec<_> = requirements.iter().map(|one| judge.answers(one)).collect();
    let mut audit = audit(Cloud::Gcp, applied, terms);
    audit.findings = of_levels(&requirements, &answered, source, terms);
    audit.tested.caller = Some(member.to_string());
    audit.tested.principals = vec![(subject, member.to_string())];
    audit.tested.project.clone_from(&options.project);
    audit.excess = (options.excess || options.fail_on_excess).then(|| {
        gcp::excess_of_answers(&requirements, options.fail_on_excess, |permission| {
            judge.on_project(permission)
        })
    });
    audit.notes.extend(judge.public_grants(&requirements));
    if judge.rests_on_predefined_roles() {
        audit.notes.push(format!(
            "what predefined roles hold is as of {}; --role-definition with the output of gcloud iam roles describe counts before that",
            catalogue::roles_of_day()
        ));
    }
    finish(&mut audit, applied, terms, Some(&subject));
    Ok(audit)
}

/// What exists on Google Cloud and was not given, as a sentence.
fn not_given(policies: &Policies) -> String {
    let of_project = |one: &&bindings::AllowPolicy| one.place == Place::Project;
    let mut missing = Vec::new();
    if policies.allow.iter().filter(of_project).count() == 1 {
        missing.push(
            "allow policies of folders and the organization above the project (further --iam-policy)",
        );
    }
    if policies.deny.is_empty() {
        missing.push("deny policies (--deny-policy)");
    }
    if missing.is_empty() {
        return "a pass or a fail is one of the policies that were given: further folders, and further deny policies of each, may change it".to_owned();
    }
    format!(
        "not given, and so not judged: {}; a pass or a fail is one of what was given",
        missing.join(", ")
    )
}
