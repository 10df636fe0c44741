//! The check of AWS policy files, without any account.

use super::aws::swapped;
use super::{Terms, audit, findings, finish, requirements};
use crate::aws;
use crate::aws::arn::{Caller, is_account};
use crate::error::Error;
use crate::holder::Content;
use crate::manifest::Partition;
use crate::offline::{self, Identity, Options, Seen};
use crate::permission::{Cloud, Requirement, Subject};
use crate::plan::{self, AwsTarget, Question};
use crate::report::{Audit, Report};
use crate::verdict::{Answer, Source, Unknown, Why};
use crate::version::Applied;

/// What policy files can't show.
const BLIND_SPOTS: &[&str] = &[
    "a pass is a pass of the files that were given: whether they are attached, and what else is, is not seen",
    "resource policies, resource control policies and VPC endpoint policies are not judged",
    "what a service checks by itself beside the policies is not known",
];

/// What account details can't show
/// ([their reference](https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html)).
const ACCOUNT_DETAILS_BLIND_SPOTS: &[&str] = &[
    "account details show the account as it was when they were taken, and they do not say when that was",
    "service control policies and session policies are not in account details: only those that were given as files are judged",
    "resource policies, resource control policies and VPC endpoint policies are not judged",
    "what a service checks by itself beside the policies is not known",
];

/// Judges the policies of files, or of users and roles that files describe.
///
/// # Errors
///
/// A wrong call: no subject, an account or region that is none, a file that can't be read or is
/// not what its flag says.
pub fn check(options: &Options, applied: &Applied, terms: &Terms) -> Result<Report, Error> {
    if let Some(account) = &options.account
        && !is_account(account)
    {
        return Err(Error::call(format!("{account:?} is not an AWS account"))
            .hint("give the twelve digits to --account"));
    }
    check_names(options)?;
    let regions = regions(options)?;
    let seen = offline::find(options)?;
    let partition = partition(&regions, &seen.identities)?;
    let subjects: Vec<Subject> = seen.identities.iter().map(|one| one.subject).collect();
    let requirements = requirements(applied, &subjects, partition, &terms.only_for)?;
    let target = target(options, applied, partition, &regions, &seen);
    let questions = plan::aws_questions(&requirements, &target);
    let answers: Vec<Answer> = questions
        .iter()
        .map(|question| answer(&seen.identities, &requirements, question))
        .collect();
    let mut audit = audit(Cloud::Aws, applied, terms);
    audit.blind_spots = blind_spots(seen.source).to_vec();
    audit.findings = findings(
        &requirements,
        &questions,
        &answers,
        seen.source,
        terms.strict_context,
    );
    audit.tested.account.clone_from(&seen.account);
    audit.tested.regions = regions;
    audit.tested.files.clone_from(&seen.files);
    audit.notes.extend(seen.notes.iter().cloned());
    for identity in &seen.identities {
        if let Some(name) = &identity.name {
            audit
                .tested
                .principals
                .push((identity.subject, name.clone()));
        }
        if let Ok(policies) = &identity.policies {
            for warning in &policies.warnings {
                if !audit.notes.contains(warning) {
                    audit.notes.push(warning.clone());
                }
            }
        }
        judge_trust(identity, &mut audit);
    }
    audit.notes.extend(not_given(&seen.identities));
    audit.notes.extend(swapped(&audit.findings));
    finish(&mut audit, applied, terms, subjects.first());
    Ok(Report::of(audit))
}

/// The regions that were given, each once.
fn regions(options: &Options) -> Result<Vec<String>, Error> {
    let mut regions: Vec<String> = Vec::new();
    let mut first: Option<Partition> = None;
    for region in &options.regions {
        let partition = aws::partition_of_region(region)?;
        if *first.get_or_insert(partition) != partition {
            return Err(Error::call("the regions belong to different partitions")
                .hint("check each partition in a run of its own"));
        }
        if !regions.contains(region) {
            regions.push(region.clone());
        }
    }
    Ok(regions)
}

/// The partition of the regions, which has to be that of those who are judged.
fn partition(regions: &[String], identities: &[Identity]) -> Result<Partition, Error> {
    let of_region = regions
        .first()
        .map(|region| aws::partition_of_region(region))
        .transpose()?;
    let mut partition = of_region;
    for arn in identities.iter().filter_map(Identity::arn) {
        let own = aws::partition_named(&arn.partition).ok_or_else(|| {
            Error::call(format!(
                "{arn} belongs to the partition {}, in which Remotion does not run",
                arn.partition
            ))
            .hint("Remotion runs in the partitions aws and aws-cn")
        })?;
        if *partition.get_or_insert(own) != own {
            return Err(Error::call(format!(
                "{arn} belongs to another partition than {}",
                regions.first().map_or("the other identity", String::as_str)
            ))
            .hint("name a region of the account's partition with --region"));
        }
    }
    Ok(partition.unwrap_or(Partition::Aws))
}

fn target(
    options: &Options,
    applied: &Applied,
    partition: Partition,
    regions: &[String],
    seen: &Seen,
) -> AwsTarget {
    let arn_of = |subject: Subject, kind: Caller| {
        seen.identities
            .iter()
            .filter(|one| one.subject == subject)
            .filter_map(Identity::arn)
            .find(|arn| Caller::of(arn) == kind)
            .map(|arn| arn.to_string())
    };
    let account = seen.account.as_deref().unwrap_or("*");
    AwsTarget {
        partition,
        account: seen.account.clone(),
        regions: regions.to_vec(),
        samples: false,
        role_arn: arn_of(Subject::Role, Caller::Role).unwrap_or_else(|| {
            format!(
                "arn:{}:iam::{account}:role/{}",
                partition.name(),
                options.role_name
            )
        }),
        buckets: options.buckets.clone(),
        functions: options.functions.clone(),
        user_arn: arn_of(Subject::User, Caller::User),
        context: options.context.clone(),
        remotion_version: applied.manifest.version.to_string(),
    }
}

fn answer(identities: &[Identity], requirements: &[Requirement], question: &Question) -> Answer {
    let identity = identities
        .iter()
        .find(|identity| identity.subject == question.subject);
    let acts_on = requirements
        .get(question.requirement)
        .and_then(|one| one.acts_on);
    match identity.map(|identity| &identity.policies) {
        Some(Ok(policies)) => policies.answer(question, acts_on),
        Some(Err(answer)) => answer.clone(),
        None => Answer::Undetermined(Unknown::new(Why::Unanswered, "nobody was judged for it")),
    }
}

/// What the evidence can't show.
const fn blind_spots(source: Source) -> &'static [&'static str] {
    match source {
        Source::AwsAccountDetails => ACCOUNT_DETAILS_BLIND_SPOTS,
        _ => BLIND_SPOTS,
    }
}

/// Which layers nobody of those who are judged comes with, where that is so.
fn not_given(identities: &[Identity]) -> Option<String> {
    let mut missing: Vec<&str> = Vec::new();
    for policies in identities
        .iter()
        .filter_map(|one| one.policies.as_ref().ok())
    {
        for layer in policies.not_given() {
            if !missing.contains(&layer) {
                missing.push(layer);
            }
        }
    }
    (!missing.is_empty()).then(|| {
        format!(
            "not given, and so not judged: {}; a pass is a pass of what was given",
            missing.join(", ")
        )
    })
}

/// Adds whether Lambda may assume the execution role, where its trust policy was seen.
fn judge_trust(identity: &Identity, audit: &mut Audit) {
    let (Subject::Role, Some(trust)) = (identity.subject, &identity.trust) else {
        return;
    };
    let trusted = match &trust.content {
        Content::Seen(text) => aws::trusts_lambda(text),
        Content::Unseen(_) => None,
    };
    let name = identity.name.as_deref().unwrap_or_default();
    match trusted {
        Some(trusted) => audit.findings.push(super::aws::trust(name, trusted)),
        None => audit.notes.push(format!(
            "whether the trust policy of {name} lets Lambda assume it could not be told"
        )),
    }
}

/// Names that stand for one thing each: a wildcard in them would ask about many, and an answer
/// about nothing would be none
/// ([roles](https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html),
/// [buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html),
/// [functions](https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html)).
fn check_names(options: &Options) -> Result<(), Error> {
    let role = std::slice::from_ref(&options.role_name);
    let of_kind: [(&str, &str, &[String], &[u8]); 3] = [
        ("role", "--role-name", role, b"+=,.@_-"),
        ("bucket", "--bucket", &options.buckets, b".-"),
        ("function", "--function", &options.functions, b"_-"),
    ];
    for (kind, flag, names, beside_letters) in of_kind {
        let is_valid = |name: &&String| {
            (1..=64).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || beside_letters.contains(&byte))
        };
        if let Some(name) = names.iter().find(|name| !is_valid(name)) {
            return Err(
                Error::call(format!("{name:?} is not the name of a {kind}")).hint(format!(
                    "give the name alone, without ARN, path and wildcards, to {flag}"
                )),
            );
        }
    }
    Ok(())
}
