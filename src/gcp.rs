//! The Google Cloud side: credentials, tokens, and what `testIamPermissions` answers, on the
//! project and below it.

pub mod catalogue;
mod check;
mod credentials;
mod discovery;
mod endpoints;
mod excess;
mod failure;
mod identity;
mod levels;
mod meaning;
mod permissions;
mod readiness;
mod retry;
mod runtime;
mod session;
mod target;
mod token;
mod work;

use std::path::PathBuf;
use std::time::Duration;

pub(crate) use check::check;
pub(crate) use excess::of_answers as excess_of_answers;
pub(crate) use target::is_project;

/// Calls of one check that are under way at the same time.
const AT_ONCE: usize = 40;

/// What is asked for: the flags of `remperm gcp check`, as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The project; `None` means as the environment or the credentials say.
    pub project: Option<String>,
    /// A credential file, before every variable.
    pub credentials: Option<PathBuf>,
    /// A file with an access token, before everything else.
    pub access_token_file: Option<PathBuf>,
    /// Service accounts to speak for: the last one is tested, those before it lead there.
    pub impersonate: Vec<String>,
    /// The email that the tested identity has to have.
    pub expect_identity: Option<String>,
    /// The account that the deployed services run as; `None` means as the version does it.
    pub service_account: Option<String>,
    /// Cloud Run services to ask; none means those of Remotion that can be found.
    pub services: Vec<String>,
    /// Buckets to ask; none means those of Remotion that can be found.
    pub buckets: Vec<String>,
    /// Regions of the services; none means as the environment says, or all of Remotion's.
    pub regions: Vec<String>,
    /// Hosts beside Google's to which a credential file may send its assertions and tokens.
    pub allow_token_hosts: Vec<String>,
    /// The domain of another cloud than the public one.
    pub universe_domain: Option<String>,
    /// Look at APIs, buckets and the runtime account too.
    pub readiness: bool,
    /// Ask for what is held beyond the need.
    pub excess: bool,
    /// Holding more than is needed fails the check.
    pub fail_on_excess: bool,
    /// The time for everything.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            project: None,
            credentials: None,
            access_token_file: None,
            impersonate: Vec::new(),
            expect_identity: None,
            service_account: None,
            services: Vec::new(),
            buckets: Vec::new(),
            regions: Vec::new(),
            allow_token_hosts: Vec::new(),
            universe_domain: None,
            readiness: true,
            excess: false,
            fail_on_excess: false,
            timeout: crate::DEFAULT_TIMEOUT,
        }
    }
}
