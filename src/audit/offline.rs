//! The check of AWS policy files, without any account.

use super::{Terms, audit, findings, finish, requirements};
use crate::aws;
use crate::aws::arn::is_account;
use crate::error::Error;
use crate::manifest::Partition;
use crate::offline::{self, Options};
use crate::permission::{Cloud, Requirement};
use crate::plan::{self, AwsTarget};
use crate::report::Report;
use crate::verdict::{Answer, Source};
use crate::version::Applied;

/// What policy files can't show.
const BLIND_SPOTS: &[&str] = &[
    "a pass is a pass of the files that were given: whether they are attached, and what else is, is not seen",
    "resource policies, resource control policies and VPC endpoint policies are not judged",
    "what a service checks by itself beside the policies is not known",
];

/// Judges policy files.
///
/// # Errors
///
/// A wrong call: no subject, an account or region that is none, a file that can't be read or is
/// no policy.
pub fn check(options: &Options, applied: &Applied, terms: &Terms) -> Result<Report, Error> {
    let subject = options.subject.ok_or_else(|| {
        Error::call("whose permissions the policy files should hold is not said")
            .hint("add --subject user or --subject role")
    })?;
    if let Some(account) = &options.account
        && !is_account(account)
    {
        return Err(Error::call(format!("{account:?} is not an AWS account"))
            .hint("give the twelve digits to --account"));
    }
    check_names(options)?;
    let partition = options
        .regions
        .first()
        .map(|region| aws::partition_of_region(region))
        .transpose()?
        .unwrap_or(Partition::Aws);
    for region in &options.regions {
        if aws::partition_of_region(region)? != partition {
            return Err(Error::call("the regions belong to different partitions")
                .hint("check each partition in a run of its own"));
        }
    }
    let mut regions: Vec<String> = Vec::new();
    for region in &options.regions {
        if !regions.contains(region) {
            regions.push(region.clone());
        }
    }
    let requirements = requirements(applied, &[subject], partition, &terms.only_for)?;
    let policies = offline::read(options)?;
    let account = options.account.as_deref().unwrap_or("*");
    let target = AwsTarget {
        partition,
        account: options.account.clone(),
        regions: regions.clone(),
        samples: false,
        role_arn: format!(
            "arn:{}:iam::{account}:role/{}",
            partition.name(),
            options.role_name
        ),
        buckets: options.buckets.clone(),
        functions: options.functions.clone(),
        user_arn: None,
        context: options.context.clone(),
        remotion_version: applied.manifest.version.to_string(),
    };
    let questions = plan::aws_questions(&requirements, &target);
    let acts_on = |index: usize| {
        requirements
            .get(index)
            .and_then(|one: &Requirement| one.acts_on)
    };
    let answers: Vec<Answer> = questions
        .iter()
        .map(|question| policies.answer(question, acts_on(question.requirement)))
        .collect();
    let mut audit = audit(Cloud::Aws, applied, terms);
    audit.blind_spots = BLIND_SPOTS.to_vec();
    audit.findings = findings(
        &requirements,
        &questions,
        &answers,
        Source::AwsPolicyFiles,
        terms.strict_context,
    );
    audit.tested.account.clone_from(&options.account);
    audit.tested.regions = regions;
    audit.tested.files.clone_from(&policies.files);
    audit.notes.extend(policies.warnings.iter().cloned());
    let not_given = policies.not_given();
    if !not_given.is_empty() {
        audit.notes.push(format!(
            "not given, and so not judged: {}; a pass is a pass of what was given",
            not_given.join(", ")
        ));
    }
    finish(&mut audit, applied, terms, Some(&subject));
    Ok(Report::of(audit))
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
