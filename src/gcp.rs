//! The Google Cloud side: credentials, tokens, and what `testIamPermissions` answers.

mod bridge;
mod credentials;
mod endpoints;
mod failure;
mod identity;
mod permissions;
mod retry;
mod token;

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use crate::environment::Environment;
use crate::error::Error;
use crate::http::Http;
use crate::permission::{Level, Requirement, Subject};
use crate::report::{Finding, Tested};
use crate::verdict::{Answer, Cause, Unknown, Why};
use credentials::{Credential, Found};
use endpoints::Endpoints;
use failure::Failed;

/// What is asked for: the flags of `remperm gcp check`, as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The project; `None` means as the environment or the credentials say.
    pub project: Option<String>,
    /// A credential file, before every variable.
    pub credentials: Option<PathBuf>,
    /// The email that the tested identity has to have.
    pub expect_identity: Option<String>,
    /// The time for everything.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            project: None,
            credentials: None,
            expect_identity: None,
            timeout: crate::DEFAULT_TIMEOUT,
        }
    }
}

/// What a check found out.
pub(crate) struct Checked {
    pub(crate) tested: Tested,
    pub(crate) notes: Vec<String>,
    /// One answer per requirement, or why nothing could be asked.
    pub(crate) outcome: Result<Vec<Answer>, Unknown>,
    /// The identity, where it is a finding of its own.
    pub(crate) identity: Option<Finding>,
    pub(crate) hint: Option<String>,
}

/// Tests the requirements on the project.
///
/// # Errors
///
/// Only what makes the call wrong (exit code 2).
pub(crate) async fn check(
    options: &Options,
    requirements: &[Requirement],
    environment: &Environment,
    http: &Http,
    deadline: Instant,
) -> Result<Checked, Error> {
    let endpoints = Endpoints::read(environment)?;
    let mut tested = Tested::default();
    let mut notes = Vec::new();
    let stopped = |tested: Tested, notes: Vec<String>, failed: Failed| Checked {
        tested,
        notes,
        outcome: Err(failed.unknown),
        identity: None,
        hint: Some(failed.hint),
    };
    let found = match credentials::find(options, environment) {
        Ok(found) => found,
        Err(error) if error.kind == crate::error::ErrorKind::Call => return Err(error),
        Err(error) => {
            if let Ok((project, source)) = project(options, environment, None) {
                tested.project = Some(project);
                tested.project_source = Some(source);
            }
            let failed = Failed {
                unknown: Unknown::new(Why::Credentials, error.message),
                hint: error.hint.unwrap_or_default(),
                wrong_call: false,
            };
            return Ok(stopped(tested, notes, failed));
        }
    };
    let Found {
        credential,
        source,
        notes: more,
    } = found;
    notes.extend(more);
    let (project, project_source) = project(options, environment, Some(&credential))?;
    tested.project = Some(project.clone());
    tested.project_source = Some(project_source);
    tested.credentials = Some(source);
    let claimed = credential.email().map(ToOwned::to_owned);
    tested.caller.clone_from(&claimed);
    let expected = expected(options, environment);
    if let (Some((expected, source)), Some(claimed)) = (&expected, &claimed) {
        identity::expect(expected, source, claimed)?;
    }
    let token =
        match tokio::time::timeout_at(deadline, token::exchange(&credential, &endpoints, http))
            .await
        {
            Ok(Ok(token)) => token,
            Ok(Err(failed)) if failed.wrong_call => {
                return Err(Error::call(failed.unknown.detail).hint(failed.hint));
            }
            Ok(Err(failed)) => return Ok(stopped(tested, notes, failed)),
            Err(_) => return Ok(stopped(tested, notes, out_of_time())),
        };
    let url = endpoints
        .resource_manager
        .join(&format!("v3/projects/{project}:testIamPermissions"))
        .map_err(|error| Error::call(format!("the project {project:?} can't be asked: {error}")))?;
    let asked: Vec<String> = requirements
        .iter()
        .map(|requirement| requirement.permission.clone())
        .collect();
    let test = tokio::time::timeout_at(deadline, permissions::test(http, &token, &url, &asked));
    let who = async {
        match &claimed {
            Some(_) => None,
            None => Some(
                tokio::time::timeout_at(deadline, identity::ask(http, &endpoints, &token))
                    .await
                    .unwrap_or(None),
            ),
        }
    };
    let (answered, who) = tokio::join!(test, who);
    let mut unknown_identity = None;
    if let Some(who) = who {
        tested.caller.clone_from(&who);
        match (&expected, &who) {
            (Some((expected, source)), Some(who)) => identity::expect(expected, source, who)?,
            (Some((expected, _)), None) => {
                unknown_identity = Some(identity::unknown(expected));
            }
            (None, None) => notes.push(
                "whose login this is could not be found out: the token does not say".to_owned(),
            ),
            (None, Some(_)) => {}
        }
    }
    if let Some(email) = &tested.caller {
        tested.principals = vec![(Subject::ServiceAccount, email.clone())];
    }
    let Ok(permissions::Tested { answers, failed }) = answered else {
        return Ok(stopped(tested, notes, out_of_time()));
    };
    let verdicts = requirements
        .iter()
        .map(|requirement| below(requirement, answers.get(&requirement.permission)))
        .collect();
    Ok(Checked {
        tested,
        notes,
        outcome: Ok(verdicts),
        identity: unknown_identity,
        hint: failed.map(|failed| failed.hint),
    })
}

fn out_of_time() -> Failed {
    Failed {
        unknown: Unknown::new(Why::Unreachable, "Google Cloud did not answer in time"),
        hint: "try again, or allow more time with --timeout".to_owned(),
        wrong_call: false,
    }
}

/// What the project's answer means for a permission that can also be granted below it.
fn below(requirement: &Requirement, answer: Option<&Answer>) -> Answer {
    match answer {
        None => Answer::Undetermined(Unknown::new(
            Why::Unanswered,
            "testIamPermissions did not answer for this permission",
        )),
        Some(Answer::Denied(Cause::NothingAllows)) => {
            let levels: Vec<&str> = requirement
                .grantable_at
                .iter()
                .filter(|level| **level != Level::Project)
                .map(|level| level.name())
                .collect();
            if levels.is_empty() {
                Answer::Denied(Cause::NothingAllows)
            } else {
                Answer::Undetermined(Unknown::new(
                    Why::BelowProject,
                    format!(
                        "not held on the project; it may be granted on a {}, where this check does not look: a grant on the project settles it",
                        levels.join(" or ")
                    ),
                ))
            }
        }
        Some(answer) => answer.clone(),
    }
}

/// The identity that it has to be, and where that is said.
fn expected(options: &Options, environment: &Environment) -> Option<(String, &'static str)> {
    const EMAIL: &str = "REMOTION_GCP_CLIENT_EMAIL";
    match &options.expect_identity {
        Some(email) => Some((email.clone(), "--expect-identity")),
        None => Some((environment.get(EMAIL)?.to_owned(), EMAIL)),
    }
}

/// The project to test, and how it was chosen.
fn project(
    options: &Options,
    environment: &Environment,
    credential: Option<&Credential>,
) -> Result<(String, String), Error> {
    const VARIABLES: [&str; 3] = [
        "REMOTION_GCP_PROJECT_ID",
        "GOOGLE_CLOUD_PROJECT",
        "CLOUDSDK_CORE_PROJECT",
    ];
    let (project, source) = if let Some(project) = &options.project {
        (project.clone(), "--project".to_owned())
    } else if let Some((name, (value, _))) = VARIABLES
        .iter()
        .find_map(|name| Some((name, environment.find(name)?)))
    {
        (value.to_owned(), (*name).to_owned())
    } else if let Some(project) = credential.and_then(Credential::project) {
        (
            project.to_owned(),
            "default: the project of the credentials".to_owned(),
        )
    } else {
        return Err(Error::call("no Google Cloud project is named")
            .hint("name it with --project, or set REMOTION_GCP_PROJECT_ID"));
    };
    if !is_project(&project) {
        return Err(Error::call(format!(
            "{:?} from {source} is not a project id",
            crate::text::one_line(&project)
        ))
        .hint("a project id has 6 to 30 lower-case letters, digits and hyphens, and begins with a letter"));
    }
    Ok((project, source))
}

/// Whether a text is a [project id](https://cloud.google.com/resource-manager/docs/creating-managing-projects#before_you_begin)
/// (of the older kind with a domain too) or a project number.
fn is_project(text: &str) -> bool {
    let number =
        !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    let id = match text.split_once(':') {
        Some((domain, id)) => {
            let valid = domain.contains('.')
                && domain.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)
                });
            if !valid {
                return false;
            }
            id
        }
        None => text,
    };
    let named = (6..=30).contains(&id.len())
        && id
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_lowercase())
        && !id.ends_with('-')
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    number || named
}
