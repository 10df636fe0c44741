//! The check of AWS policy files, without any account.

use super::aws::swapped;
use super::{Terms, audit, base, findings, finish, requirements};
use crate::aws;
use crate::aws::arn::{Arn, Caller, is_account};
use crate::error::Error;
use crate::iam::{Document, Layer};
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
pub(super) const ACCOUNT_DETAILS_BLIND_SPOTS: &[&str] = &[
    "account details show the account as it was when they were taken, and they do not say when that was",
    "service control policies and session policies are not in account details: only those that were given as files are judged",
    "resource policies, resource control policies and VPC endpoint policies are not judged",
    "what a service checks by itself beside the policies is not known",
];

/// What a Terraform plan or state can't show.
const TERRAFORM_BLIND_SPOTS: &[&str] = &[
    "Terraform's files show what Terraform manages: policies that were attached by other means, and what other configurations manage, are not seen",
    "a plan is of the moment in which it was made, and a state of the last refresh",
    "in a plan, inline policies of a new role that a dynamic block makes of what is known only after apply are not seen",
    "in a plan, a value that is known only after apply and refers to one resource is taken to be that resource's: functions and text around the reference are not in the file",
    "service control policies and session policies are not judged unless they are given as files",
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
    let regions = checked(options)?;
    let seen = offline::find(options)?;
    let arns = seen.identities.iter().filter_map(Identity::arn);
    let partition = partition(&regions, arns)?;
    judge(options, &seen, partition, regions, applied, terms)
}

/// Judges one policy document, for any account and region of a partition.
///
/// # Errors
///
/// The version has no list for the partition.
pub(crate) fn document(
    document: Document,
    subject: Subject,
    partition: Partition,
    applied: &Applied,
) -> Result<Report, Error> {
    let seen = Seen::of_document(document, subject)?;
    let (options, terms) = (Options::default(), Terms::default());
    judge(&options, &seen, partition, Vec::new(), applied, &terms)
}

fn judge(
    options: &Options,
    seen: &Seen,
    partition: Partition,
    regions: Vec<String>,
    applied: &Applied,
    terms: &Terms,
) -> Result<Report, Error> {
    let subjects: Vec<Subject> = seen.identities.iter().map(|one| one.subject).collect();
    let requirements = requirements(applied, &subjects, partition, terms)?;
    if requirements.is_empty() {
        let audit = base::nothing_to_ask(Cloud::Aws, applied, terms, &subjects);
        return Ok(Report::of(audit));
    }
    let arn_of = |subject: Subject, kind: Caller| {
        seen.identities
            .iter()
            .filter(|one| one.subject == subject)
            .filter_map(Identity::arn)
            .find(|arn| Caller::of(arn) == kind)
            .map(|arn| arn.to_string())
    };
    let target = target(
        options,
        applied,
        Place {
            partition,
            account: seen.account.as_deref(),
            regions: &regions,
            role_arn: arn_of(Subject::Role, Caller::Role),
            user_arn: arn_of(Subject::User, Caller::User),
        },
    );
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
        // An upgrade changes nothing about who may assume the role.
        if terms.beyond.is_none() {
            judge_trust(identity, &mut audit);
        }
    }
    audit.notes.extend(not_given(seen));
    audit.notes.extend(swapped(&audit.findings));
    base::add_nothing_new(&mut audit, applied, terms, &subjects);
    finish(&mut audit, applied, terms, subjects.first());
    Ok(Report::of(audit))
}

/// Checks what can be checked before anything is read; gives the regions.
pub(super) fn checked(options: &Options) -> Result<Vec<String>, Error> {
    if let Some(account) = &options.account
        && !is_account(account)
    {
        return Err(Error::call(format!("{account:?} is not an AWS account"))
            .hint("give the twelve digits to --account"));
    }
    check_names(options)?;
    regions(options)
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
pub(super) fn partition(
    regions: &[String],
    arns: impl Iterator<Item = Arn>,
) -> Result<Partition, Error> {
    let of_region = regions
        .first()
        .map(|region| aws::partition_of_region(region))
        .transpose()?;
    let mut partition = of_region;
    for arn in arns {
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

/// The ARNs of those who are judged, and where.
pub(super) struct Place<'a> {
    pub(super) partition: Partition,
    pub(super) account: Option<&'a str>,
    pub(super) regions: &'a [String],
    /// The execution role, where its ARN is known.
    pub(super) role_arn: Option<String>,
    /// The user, where it is one.
    pub(super) user_arn: Option<String>,
}

pub(super) fn target(options: &Options, applied: &Applied, place: Place<'_>) -> AwsTarget {
    let account = place.account.unwrap_or("*");
    let partition = place.partition;
    AwsTarget {
        partition,
        account: place.account.map(str::to_owned),
        regions: place.regions.to_vec(),
        samples: false,
        role_arn: place.role_arn.unwrap_or_else(|| {
            format!(
                "arn:{}:iam::{account}:role/{}",
                partition.name(),
                options.role_name
            )
        }),
        buckets: options.buckets.clone(),
        functions: options.functions.clone(),
        user_arn: place.user_arn,
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
        Source::AwsTerraform => TERRAFORM_BLIND_SPOTS,
        _ => BLIND_SPOTS,
    }
}

/// Which layers those who are judged come without, where that is so.
fn not_given(seen: &Seen) -> Option<String> {
    let mut missing: Vec<&str> = Vec::new();
    for policies in seen
        .identities
        .iter()
        .filter_map(|one| one.policies.as_ref().ok())
    {
        for layer in policies.not_given() {
            // Who comes with policies comes with the boundary, too, where there is one.
            let is_known = seen.source != Source::AwsPolicyFiles && layer == Layer::Boundary;
            let layer = name_of(layer);
            if !is_known && !missing.contains(&layer) {
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

const fn name_of(layer: Layer) -> &'static str {
    match layer {
        Layer::Identity => "identity policies",
        Layer::Boundary => "a permissions boundary",
        Layer::Session => "session policies",
        Layer::ServiceControl { .. } => "service control policies",
    }
}

/// Adds whether Lambda may assume the execution role, where the role itself is in the files.
fn judge_trust(identity: &Identity, audit: &mut Audit) {
    if let (Subject::Role, Ok(_), Some(trust)) =
        (identity.subject, &identity.policies, &identity.trust)
    {
        let name = identity.name.as_deref().unwrap_or_default();
        audit.findings.push(super::aws::trust(name, trust.clone()));
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
