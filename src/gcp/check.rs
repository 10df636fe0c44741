//! The check itself: sign in, ask the project, then ask below it where that is needed.

use semver::Version;
use tokio::time::Instant;

use super::credentials::{self, Found};
use super::endpoints::Endpoints;
use super::failure::Failed;
use super::session::Session;
use super::work::Work;
use super::{Options, excess, identity, runtime, target, token};
use crate::environment::Environment;
use crate::error::{Error, ErrorKind};
use crate::http::Http;
use crate::judge::levels::Answered;
use crate::permission::{Requirement, Subject};
use crate::report::{self, Excess, Finding, Readiness};
use crate::verdict::{Unknown, Why};

/// What a check found out.
pub(crate) struct Checked {
    pub(crate) tested: report::Tested,
    pub(crate) notes: Vec<String>,
    /// The answers per requirement, or why nothing could be asked.
    pub(crate) outcome: Result<Vec<Vec<Answered>>, Unknown>,
    /// The identity, where it is a finding of its own.
    pub(crate) identity: Option<Finding>,
    pub(crate) readiness: Vec<Readiness>,
    pub(crate) excess: Option<Excess>,
    pub(crate) hint: Option<String>,
}

/// Tests the requirements of a version on the project and below it.
///
/// # Errors
///
/// Only what makes the call wrong (exit code 2).
pub(crate) async fn check(
    options: &Options,
    requirements: &[Requirement],
    version: &Version,
    environment: &Environment,
    http: &Http,
    deadline: Instant,
) -> Result<Checked, Error> {
    let endpoints = Endpoints::read(options, environment)?;
    target::names(options)?;
    let regions = target::regions(options, environment)?;
    let mut tested = report::Tested::default();
    let stopped = |tested: report::Tested, notes: Vec<String>, failed: Failed| Checked {
        tested,
        notes,
        excess: (options.excess || options.fail_on_excess)
            .then(|| excess::not_asked(failed.unknown.clone(), options.fail_on_excess)),
        outcome: Err(failed.unknown),
        identity: None,
        readiness: Vec::new(),
        hint: Some(failed.hint),
    };
    let named_project = |tested: &mut report::Tested, of_credentials: Option<&str>| {
        target::project(options, environment, of_credentials).map(|(project, source)| {
            tested.project = Some(project.clone());
            tested.project_source = Some(source);
            project
        })
    };
    let found = match credentials::find(options, environment, &endpoints) {
        Ok(found) => found,
        Err(error) if error.kind == ErrorKind::Call => return Err(error),
        Err(error) => {
            // The header can name the project all the same.
            let _ = named_project(&mut tested, None);
            let hint = error.hint.unwrap_or_default();
            let failed = Failed::new(Why::Credentials, error.message, &hint);
            return Ok(stopped(tested, Vec::new(), failed));
        }
    };
    let Found {
        credential,
        source,
        mut notes,
    } = found;
    tested.credentials = Some(format!("{}: {source}", credential.kind()));
    // A wrong name is told before anything is sent. Only the metadata server knows a project that
    // the credential does not show.
    let early = named_project(&mut tested, credential.project());
    if let Err(error) = &early
        && !matches!(credential, credentials::Credential::Metadata)
    {
        return Err(error.clone());
    }
    let claimed = credential.email().map(ToOwned::to_owned);
    tested.caller.clone_from(&claimed);
    let expected = target::expected(options, environment);
    if let (Some((expected, source)), Some(claimed)) = (&expected, &claimed) {
        identity::expect(expected, source, claimed)?;
    }
    let granted = match token::exchange(&credential, &endpoints, http, deadline).await {
        Ok(granted) => granted,
        Err(failed) if failed.wrong_call => {
            return Err(Error::call(failed.unknown.detail).hint(failed.hint));
        }
        Err(failed) => return Ok(stopped(tested, notes, failed)),
    };
    let project = match early {
        Ok(project) => project,
        Err(_) => named_project(&mut tested, granted.project.as_deref())?,
    };
    let session = Session {
        http: http.clone(),
        endpoints,
        deadline,
        project,
        token: granted.token,
    };
    let work = Work {
        options,
        requirements,
        regions,
        session: &session,
        accounts: runtime::accounts(
            version,
            options.service_account.as_deref(),
            environment.get("REMOTION_GCP_CLIENT_EMAIL"),
            claimed.as_deref().or(granted.who.as_deref()),
        ),
        impersonated: matches!(credential, credentials::Credential::Impersonated(..)),
    };
    let first = match work.first().await {
        Ok(first) => first,
        Err(failed) => return Ok(stopped(tested, notes, failed)),
    };
    let email = first.who.email();
    tested.caller = email
        .clone()
        .or(granted
            .who
            .filter(|who| claimed.is_some() || !who.contains('@')))
        .or_else(|| claimed.clone())
        .or_else(|| first.who.subject());
    let known = email.or(claimed);
    let mut unknown_identity = None;
    match (&expected, &known) {
        (Some((expected, source)), Some(email)) => identity::expect(expected, source, email)?,
        (Some((expected, _)), None) => unknown_identity = Some(identity::unknown(expected)),
        (None, None) if tested.caller.is_none() => notes
            .push("whose login this is could not be found out: the token does not say".to_owned()),
        (None, _) => {}
    }
    if let Some(caller) = &tested.caller {
        tested.principals = vec![(Subject::ServiceAccount, caller.clone())];
    }
    tested.project_number = first.number().map(ToOwned::to_owned);
    let levels = work.below(&first).await;
    notes.extend(work.notes(&first, &levels, tested.caller.as_deref()));
    let answers = work.answers(&first, &levels, known.as_deref());
    let readiness = work.readiness(&first);
    let hint = match &answers {
        Ok(_) => first.project.failed.map(|failed| failed.hint),
        Err(_) => Some("check the project id; if it is right, nothing is granted there yet: `remperm policies service-account` prints what is needed".to_owned()),
    };
    Ok(Checked {
        tested,
        notes,
        outcome: answers,
        identity: unknown_identity,
        readiness,
        excess: first.excess,
        hint,
    })
}
