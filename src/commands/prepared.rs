//! A check that is ready to be made: everything that was typed is understood, and nothing was
//! asked yet.

use std::time::Duration;

use remperm::audit::{self, Terms};
use remperm::environment::Environment;
use remperm::error::Error;
use remperm::permission::{Cloud, Subject};
use remperm::report::Report;
use remperm::verdict::{Unknown, Why};
use remperm::version::Applied;
use remperm::{aws, bindings, gcp, offline};

use super::run::Means;

/// A check that is ready to be made.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) applied: Applied,
    pub(super) terms: Terms,
    pub(super) evidence: Evidence,
}

/// By what it is judged.
#[derive(Debug)]
pub(super) enum Evidence {
    /// The policy simulator of AWS.
    Aws(aws::Options, Environment),
    /// Policies in files.
    AwsFiles(offline::Options),
    /// `testIamPermissions` of Google Cloud.
    Gcp(gcp::Options, Environment),
    /// Policies of Google Cloud in files.
    GcpFiles(bindings::Options),
}

/// Does work that waits for no answer on a thread of its own: reading and judging files, of which
/// one may be a pipe that nobody writes to. On the thread of the run an interruption would not be
/// heard before it is done.
async fn aside(
    work: impl FnOnce() -> Result<Report, Error> + Send + 'static,
) -> Result<Report, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => Err(Error::world(format!("the check was not made: {error}"))),
    })
}

/// How long a check may take after an interruption to put together what it has. Requests end at
/// once; this is for what is not a request, such as a program that fetches credentials.
const GRACE: Duration = Duration::from_millis(500);

impl Prepared {
    /// Makes the check. After an interruption it ends with what it has.
    ///
    /// # Errors
    ///
    /// Only what makes the call wrong.
    pub(super) async fn check(&self, means: &Means) -> Result<Report, Error> {
        let (applied, terms) = (&self.applied, &self.terms);
        let check = async {
            match &self.evidence {
                Evidence::Aws(options, environment) => {
                    audit::aws(options, applied, terms, environment, means.http()?).await
                }
                Evidence::AwsFiles(options) => {
                    let (options, applied, terms) =
                        (options.clone(), applied.clone(), terms.clone());
                    aside(move || audit::aws_offline(&options, &applied, &terms)).await
                }
                Evidence::GcpFiles(options) => {
                    let (options, applied, terms) =
                        (options.clone(), applied.clone(), terms.clone());
                    aside(move || audit::gcp_offline(&options, &applied, &terms)).await
                }
                Evidence::Gcp(options, environment) => {
                    audit::gcp(options, applied, terms, environment, means.http()?).await
                }
            }
        };
        let given_up = async {
            means.interrupt.wait().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            biased;
            report = check => report,
            () = given_up => self.interrupted(),
        }
    }

    /// The report of this check where an interruption came before it had anything.
    ///
    /// # Errors
    ///
    /// As [`Self::not_made`].
    pub(super) fn interrupted(&self) -> Result<Report, Error> {
        self.not_made(
            Unknown::new(Why::Interrupted, "the run was interrupted"),
            Some("run it again".to_owned()),
        )
    }

    /// The report of this check where it could not be made: everything is unknown.
    ///
    /// # Errors
    ///
    /// The version has no list for what is checked.
    pub(super) fn not_made(&self, reason: Unknown, hint: Option<String>) -> Result<Report, Error> {
        let (cloud, subjects) = match &self.evidence {
            Evidence::Aws(options, _) => (Cloud::Aws, options.subjects.clone()),
            Evidence::AwsFiles(options) => (
                Cloud::Aws,
                match options.subject {
                    Some(subject) => vec![subject],
                    None => vec![Subject::User, Subject::Role],
                },
            ),
            Evidence::Gcp(..) | Evidence::GcpFiles(_) => {
                (Cloud::Gcp, vec![Subject::ServiceAccount])
            }
        };
        let audit = audit::not_checked(cloud, &self.applied, &self.terms, &subjects, reason, hint)?;
        Ok(Report::of(audit))
    }
}
