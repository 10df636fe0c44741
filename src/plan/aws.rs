//! Questions for AWS: which ARNs stand for a scope, and which condition keys a real call carries.

use super::{ContextEntry, ContextKind, Form, Question};
use crate::manifest::Partition;
use crate::permission::{Requirement, ResourceKind};

/// What is known about the AWS installation that is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsTarget {
    /// The partition of the account.
    pub partition: Partition,
    /// The twelve digits of the account; `None` leaves it open.
    pub account: Option<String>,
    /// The regions to check; none leaves them open.
    pub regions: Vec<String>,
    /// Samples are asked about beside patterns: for a source that compares resources literally.
    pub samples: bool,
    /// The ARN of the execution role.
    pub role_arn: String,
    /// The render buckets, where they are named.
    pub buckets: Vec<String>,
    /// The render functions, where they are named.
    pub functions: Vec<String>,
    /// The ARN of the user that is checked, where it is one: policy variables stand for its name.
    pub user_arn: Option<String>,
    /// Condition keys that the user gave; they go before those that are always known.
    pub context: Vec<ContextEntry>,
    /// Remotion's version, which function names carry.
    pub remotion_version: String,
}

/// The questions for a list of AWS requirements, in their order.
///
/// Every question carries `aws:RequestedRegion` and `aws:SecureTransport`, and `iam:PassRole` the
/// service that the role is passed to: the keys whose values a real call of Remotion has for sure
/// ([global condition keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html)).
#[must_use]
pub fn aws_questions(requirements: &[Requirement], target: &AwsTarget) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for (index, requirement) in requirements.iter().enumerate() {
        let regions: Vec<Option<&str>> = if target.regions.is_empty() {
            vec![None]
        } else {
            target
                .regions
                .iter()
                .map(|name| Some(name.as_str()))
                .collect()
        };
        for region in regions {
            for (resource, form) in resources(requirement, target, region) {
                let question = Question {
                    subject: requirement.subject,
                    requirement: index,
                    permission: requirement.permission.clone(),
                    resource,
                    form,
                    context: context(requirement, target, region),
                };
                if !questions.contains(&question) {
                    questions.push(question);
                }
            }
        }
    }
    questions
}

fn context(
    requirement: &Requirement,
    target: &AwsTarget,
    region: Option<&str>,
) -> Vec<ContextEntry> {
    let action = &requirement.permission;
    let entry = |key: &str, kind, value: &str| ContextEntry {
        key: key.to_owned(),
        kind,
        values: vec![value.to_owned()],
    };
    // IAM is a global service: its calls are made in one region of the partition. Passing a role
    // is no call of IAM, but a part of the call that creates the function.
    let passes_role = action.eq_ignore_ascii_case("iam:PassRole");
    let region = if action.starts_with("iam:") && !passes_role {
        Some(target.partition.global_region())
    } else {
        region
    };
    let mut entries = vec![entry("aws:SecureTransport", ContextKind::Boolean, "true")];
    if let Some(region) = region {
        entries.push(entry("aws:RequestedRegion", ContextKind::String, region));
    }
    if passes_role {
        entries.push(entry(
            "iam:PassedToService",
            ContextKind::String,
            "lambda.amazonaws.com",
        ));
    }
    if requirement.scope.contains(USER_NAME_VARIABLE) && target.user_arn.is_none() {
        entries.push(entry("aws:username", ContextKind::String, SAMPLE_USER_NAME));
    }
    entries.retain(|known| {
        !target
            .context
            .iter()
            .any(|given| given.key.eq_ignore_ascii_case(&known.key))
    });
    entries.extend(target.context.iter().cloned());
    entries
}

/// Early lists name the user itself by this
/// [policy variable](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
const USER_NAME_VARIABLE: &str = "${aws:username}";

/// Whether what is asked depends on who the user is.
#[must_use]
pub fn names_the_user(requirements: &[Requirement]) -> bool {
    requirements
        .iter()
        .any(|requirement| requirement.scope.contains(USER_NAME_VARIABLE))
}

/// A user to stand for the one that is not known.
const SAMPLE_USER_NAME: &str = "remotion-user";

/// The user for whom the variable stands: a policy with the variable holds for that one alone.
fn user_name(target: &AwsTarget) -> &str {
    target
        .context
        .iter()
        .find(|entry| entry.key.eq_ignore_ascii_case("aws:username"))
        .and_then(|entry| entry.values.first())
        .map_or(SAMPLE_USER_NAME, String::as_str)
}

/// The concrete resources of a requirement in one region.
fn resources(
    requirement: &Requirement,
    target: &AwsTarget,
    region: Option<&str>,
) -> Vec<(String, Form)> {
    if requirement.scope == "*" {
        return vec![("*".to_owned(), Form::Exact)];
    }
    if requirement.acts_on == Some(ResourceKind::Role) {
        return vec![(target.role_arn.clone(), Form::Exact)];
    }
    if requirement.scope.contains(USER_NAME_VARIABLE)
        && let Some(user) = &target.user_arn
    {
        return vec![(user.clone(), Form::Exact)];
    }
    let mut fields = requirement.scope.splitn(6, ':');
    let mut next = || fields.next().unwrap_or_default();
    let (_, partition, service, scope_region, scope_account, rest) =
        (next(), next(), next(), next(), next(), next());
    let rest = &rest.replace(USER_NAME_VARIABLE, user_name(target));
    let filled = |field: &str, value: Option<&str>| match value {
        Some(value) if field == "*" => value.to_owned(),
        _ => field.to_owned(),
    };
    let prefix = format!(
        "arn:{partition}:{service}:{}:{}:",
        filled(scope_region, region),
        filled(scope_account, target.account.as_deref())
    );
    if !rest.contains('*') {
        return vec![(format!("{prefix}{rest}"), Form::Exact)];
    }
    let named = names(requirement.acts_on, rest, target);
    if !named.is_empty() {
        return named
            .into_iter()
            .map(|name| (format!("{prefix}{name}"), Form::Exact))
            .collect();
    }
    let pattern = match requirement.acts_on {
        Some(ResourceKind::Object) if !rest.contains('/') => format!("{rest}/*"),
        _ => rest.to_owned(),
    };
    let mut asked = vec![(format!("{prefix}{pattern}"), Form::Pattern)];
    if target.samples {
        let region = region.unwrap_or(target.partition.global_region());
        let sample = sample(requirement.acts_on, rest, target, region);
        asked.push((format!("{prefix}{sample}"), Form::Sample));
    }
    asked
}

/// The resources that the user named and that lie in the scope.
fn names(kind: Option<ResourceKind>, rest: &str, target: &AwsTarget) -> Vec<String> {
    match kind {
        Some(ResourceKind::Bucket) => target.buckets.clone(),
        Some(ResourceKind::Object) => target
            .buckets
            .iter()
            .map(|bucket| format!("{bucket}/*"))
            .collect(),
        Some(ResourceKind::Function) => target
            .functions
            .iter()
            .map(|function| format!("function:{function}"))
            .collect(),
        Some(ResourceKind::LogGroup | ResourceKind::LogStream)
            if rest.starts_with(RENDER_LOG_GROUPS) =>
        {
            target
                .functions
                .iter()
                .map(|function| log_resource(kind, &format!("log-group:/aws/lambda/{function}")))
                .collect()
        }
        _ => Vec::new(),
    }
}

const RENDER_LOG_GROUPS: &str = "log-group:/aws/lambda/remotion-render-";

/// The log group, or a stream of it.
fn log_resource(kind: Option<ResourceKind>, group: &str) -> String {
    match kind {
        Some(ResourceKind::LogStream) => {
            format!("{group}:log-stream:2026/01/01/[$LATEST]0123456789abcdef")
        }
        _ => group.to_owned(),
    }
}

/// A name as Remotion makes it.
fn sample(kind: Option<ResourceKind>, rest: &str, target: &AwsTarget, region: &str) -> String {
    let bucket = || {
        let prefix = rest.split(['*', '/']).next().unwrap_or_default();
        format!("{prefix}{}-c7fsl3d0p9", region.replace('-', ""))
    };
    let function = || {
        format!(
            "remotion-render-{}-mem2048mb-disk2048mb-120sec",
            target.remotion_version.replace(['.', '+'], "-")
        )
    };
    match kind {
        Some(ResourceKind::Bucket) => bucket(),
        Some(ResourceKind::Object) => format!("{}/sites/remotion/index.html", bucket()),
        Some(ResourceKind::Function) => format!("function:{}", function()),
        Some(ResourceKind::LogGroup | ResourceKind::LogStream) => {
            if rest.starts_with(RENDER_LOG_GROUPS) {
                log_resource(kind, &format!("log-group:/aws/lambda/{}", function()))
            } else {
                rest.replace('*', "log-stream:remotion")
            }
        }
        // Chromium's layer and AWS's own, as their accounts publish them.
        Some(ResourceKind::LayerVersion) => {
            let name = rest.trim_end_matches([':', '*']);
            let kind = if name.ends_with('-') {
                "chromium-arm64"
            } else {
                "-Arm64"
            };
            format!("{name}{kind}:1")
        }
        _ => rest.replace('*', "remotion"),
    }
}
