//! A small Google Cloud in the test's own process.
//!
//! It has state (see [`World`]): projects, service accounts, Cloud Run services, buckets, custom
//! roles, policies, tokens. Every answer is computed from that state, in the wire format that
//! Google documents for its REST APIs, and what the real service refuses is refused. All services
//! share one base URL, since their paths do not overlap:
//!
//! | service | paths |
//! |---|---|
//! | oauth2.googleapis.com, accounts.google.com | `/token`, `/o/oauth2/token`, `/tokeninfo` |
//! | openidconnect.googleapis.com | `/v1/userinfo`, `/oauth2/v3/userinfo` |
//! | sts.googleapis.com | `/v1/token` |
//! | iamcredentials.googleapis.com | `/v1/projects/-/serviceAccounts/EMAIL:generateAccessToken` |
//! | cloudresourcemanager.googleapis.com | `/v3/projects/…`, `/v1/projects/ID[:getIamPolicy]` |
//! | iam.googleapis.com | `/v1/projects/…/serviceAccounts/…`, `/v1/projects/…/roles`, `/v1/permissions:queryTestablePermissions`, `/v2/policies/…/denypolicies` |
//! | run.googleapis.com | `/v2/projects/…/locations/…/services…`, `/v1/…` alike |
//! | storage.googleapis.com | `/storage/v1/b…` |
//! | serviceusage.googleapis.com | `/v1/projects/…/services…` |
//! | the metadata server | `/computeMetadata/v1/…` |
//! | a source of subject tokens, as GitHub has it | `/subject-token` |

mod assertion;
mod caller;
mod catalogue;
mod clock;
mod credential_files;
mod deny_policies;
pub(crate) mod error;
mod federation;
mod identity;
mod impersonation;
mod key;
mod metadata;
mod policy;
mod resource_manager;
pub(crate) mod roles;
mod run;
mod service_accounts;
mod service_usage;
mod storage;
mod token;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::http::{Proxy, Request, Response, Server};
pub(crate) use credential_files::FederatedIdentity;
use error::Refusal;
pub(crate) use policy::Resource;
pub(crate) use world::{MissingProject, World};

/// The hosts of the services that this server stands for.
const HOSTS: [&str; 10] = [
    "accounts.google.com",
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "oauth2.googleapis.com",
    "openidconnect.googleapis.com",
    "run.googleapis.com",
    "serviceusage.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
];

/// A running Google Cloud.
pub(crate) struct Gcp {
    server: Server,
    world: Arc<Mutex<World>>,
}

impl Gcp {
    /// Starts one without any project.
    pub(crate) fn start() -> Self {
        let world = Arc::new(Mutex::new(World::default()));
        let handler = answer_with(&world);
        Self::over(Server::start(handler), world)
    }

    /// Starts one over TLS under the names of Google's hosts, with a proxy that leads to it: for
    /// clients that go to fixed hosts. They need the proxy's URL in `HTTPS_PROXY` and the
    /// server's `ca_file` in `SSL_CERT_FILE`.
    pub(crate) fn start_as_google() -> (Self, Proxy) {
        let world = Arc::new(Mutex::new(World::default()));
        let handler = answer_with(&world);
        let gcp = Self::over(Server::start_tls(&HOSTS, handler), world);
        let proxy = Proxy::start();
        let address = gcp.server.address();
        proxy.route(gcp.url().trim_start_matches("https://"), address);
        for host in HOSTS {
            proxy.route(&format!("{host}:443"), address);
        }
        (gcp, proxy)
    }

    fn over(server: Server, world: Arc<Mutex<World>>) -> Self {
        let gcp = Self { server, world };
        gcp.world().base = gcp.server.url();
        gcp
    }

    /// The server under it: address, faults, latency, and the log of all requests.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// The base URL of every service, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// The variables with which gcloud, and whoever follows it, is led to this server.
    pub(crate) fn endpoint_variables(&self) -> Vec<(String, String)> {
        [
            "CLOUDRESOURCEMANAGER",
            "IAM",
            "IAMCREDENTIALS",
            "RUN",
            "SERVICEUSAGE",
            "STS",
        ]
        .iter()
        .map(|service| (service, format!("{}/", self.url())))
        // Storage is the one service whose endpoint has a path.
        .chain([(&"STORAGE", format!("{}/storage/v1/", self.url()))])
        .map(|(service, url)| (format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{service}"), url))
        .collect()
    }

    /// The state, to set up and to look at. Let go of it before a request is made.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer_with(world: &Arc<Mutex<World>>) -> impl Fn(&Request) -> Response + Send + Sync + use<> {
    let world = Arc::clone(world);
    move |request| {
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        answer(&mut world, request)
    }
}

/// Finds the service and the method for a request.
fn answer(world: &mut World, request: &Request) -> Response {
    let path = request.path.trim_start_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    let method = request.method.as_str();
    match (method, segments.as_slice()) {
        ("POST", ["token"] | ["o", "oauth2", "token"]) => token::answer(world, request),
        (_, ["tokeninfo"] | ["oauth2", "v1" | "v3", "tokeninfo"]) => {
            identity::token_info(world, request)
        }
        ("GET", ["v1", "userinfo"] | ["oauth2", "v2" | "v3", "userinfo"]) => {
            identity::user_info(world, request)
        }
        ("POST", ["v1", "token"]) => federation::exchange(world, request),
        ("GET", ["subject-token"]) => federation::subject_token(world, request),
        ("GET", ["computeMetadata", ..] | [""]) => metadata::answer(world, request),
        ("POST", ["v1", "projects", "-", "serviceAccounts", account])
            if account.ends_with(":generateAccessToken") =>
        {
            impersonation::generate(world, request, account).into()
        }
        ("GET" | "POST", ["v1", "projects", project, "serviceAccounts", account]) => {
            service_accounts::answer(world, request, project, account).into()
        }
        ("POST", ["v1", "permissions:queryTestablePermissions"]) => {
            roles::query_testable(world, request).into()
        }
        ("POST" | "GET", ["v1", "projects", project, "roles", rest @ ..]) => {
            roles::answer(world, request, project, rest).into()
        }
        ("POST" | "GET", ["v2", "policies", attachment, "denypolicies", rest @ ..]) => {
            deny_policies::answer(world, request, attachment, rest).into()
        }
        (
            "GET",
            [
                "v1",
                "projects",
                project,
                "services" | "services:batchGet",
                ..,
            ],
        ) => service_usage::answer(world, request, project).into(),
        (_, ["v1" | "v3", "projects", project]) => {
            resource_manager::answer(world, request, project).into()
        }
        (
            _,
            [
                "v1" | "v2",
                "projects",
                project,
                "locations",
                region,
                rest @ ..,
            ],
        ) => run::answer(world, request, project, region, rest).into(),
        ("GET", ["storage", "v1", "b", rest @ ..]) => storage::answer(world, request, rest),
        _ => Refusal::no_such_method(request).into(),
    }
}
