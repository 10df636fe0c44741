//! An AWS account in this process: IAM and STS behind one URL, as with `AWS_ENDPOINT_URL`.
//!
//! It speaks the documented AWS Query protocol, checks signatures, keeps users, roles, groups,
//! policies and an organization, lets a caller do only what its policies grant, and computes every
//! answer from that state. How it behaves where the services changed over time, and what it gets
//! wrong on purpose, is in [`Settings`]; [`Failure`] lays errors and garbage over single calls.
//!
//! ```ignore
//! let aws = Aws::new("123456789012")
//!     .user("/team/", "deployer", |user| user.inline("remotion", &user_policy))
//!     .role("/", "remotion-lambda-role", |role| role.inline("remotion", &role_policy))
//!     .start();
//! let variables = aws.environment(&Caller::user("deployer"));
//! // … run the program with `variables` …
//! assert_eq!(aws.count("SimulatePrincipalPolicy"), 7);
//! ```

mod authorize;
mod clock;
mod condition;
mod decide;
mod entity;
mod exclude;
mod failure;
mod paging;
mod policy;
mod position;
mod read;
mod results;
mod settings;
mod signature;
mod simulate;
mod state;
mod sts;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::Kind;
use policy::Purpose;
use wire::{Parameters, Service, ServiceError};

pub(crate) use entity::Entity;
pub(crate) use failure::Failure;
pub(crate) use settings::{Exclusions, Paging, ResultFault, Settings, Shape, SourceTypes};
pub(crate) use state::{Caller, Credentials, State, WebIdentity};

use super::http::{Matcher, Request, Response, Server, Times};

/// An account before its server runs.
pub(crate) struct Aws {
    state: State,
}

impl Aws {
    /// An empty account in the partition `aws`, in no organization.
    pub(crate) fn new(account: &str) -> Self {
        Self {
            state: State::new(account),
        }
    }

    /// Moves the account to another partition; say it before there are policies.
    pub(crate) fn partition(mut self, partition: &str) -> Self {
        assert!(self.state.policies.is_empty(), "policies carry a partition");
        partition.clone_into(&mut self.state.partition);
        self
    }

    /// Adds a user. The path starts and ends with a slash.
    pub(crate) fn user(
        self,
        path: &str,
        name: &str,
        describe: impl FnOnce(Entity) -> Entity,
    ) -> Self {
        self.with_entity(describe(Entity::new(Kind::User, path, name)))
    }

    /// Adds a role, which trusts Lambda unless it is told otherwise.
    pub(crate) fn role(
        self,
        path: &str,
        name: &str,
        describe: impl FnOnce(Entity) -> Entity,
    ) -> Self {
        self.with_entity(describe(Entity::new(Kind::Role, path, name)))
    }

    /// Adds the role that IAM Identity Center makes for a permission set; `region` is the segment
    /// that it has in its path where Identity Center is not in `us-east-1`.
    pub(crate) fn sso_role(
        self,
        region: Option<&str>,
        permission_set: &str,
        describe: impl FnOnce(Entity) -> Entity,
    ) -> Self {
        let region = region
            .map(|region| format!("{region}/"))
            .unwrap_or_default();
        let path = format!("/aws-reserved/sso.amazonaws.com/{region}");
        let name = Self::sso_role_name(permission_set);
        self.role(&path, &name, describe)
    }

    /// The name of the role that [`Aws::sso_role`] makes.
    pub(crate) fn sso_role_name(permission_set: &str) -> String {
        format!("AWSReservedSSO_{permission_set}_0123456789abcdef")
    }

    /// Adds a group; users join it with [`Entity::in_group`].
    pub(crate) fn group(
        self,
        path: &str,
        name: &str,
        describe: impl FnOnce(Entity) -> Entity,
    ) -> Self {
        self.with_entity(describe(Entity::new(Kind::Group, path, name)))
    }

    fn with_entity(mut self, entity: Entity) -> Self {
        self.state.put(entity);
        self
    }

    /// Adds a managed policy of the account; said again, its next version, which is the default.
    pub(crate) fn policy(mut self, path: &str, name: &str, policy: impl ToString) -> Self {
        self.state
            .put_policy(false, path, name, &policy.to_string());
        self
    }

    /// Adds a managed policy of AWS, such as `AdministratorAccess`.
    pub(crate) fn aws_policy(mut self, name: &str, policy: impl ToString) -> Self {
        self.state.put_policy(true, "/", name, &policy.to_string());
        self
    }

    /// Puts the account into an organization and adds the next level below its root, with the
    /// service control policies there. Each level must allow what is to be allowed.
    pub(crate) fn scp_level<P: ToString>(mut self, policies: impl IntoIterator<Item = P>) -> Self {
        let level = policies
            .into_iter()
            .map(|policy| state::document(&policy.to_string(), Purpose::Permissions))
            .collect();
        self.state.organization.get_or_insert_default().push(level);
        self
    }

    /// Lets this token stand for somebody whom a provider outside of AWS vouches for. A role trusts
    /// the provider by `{"Federated": "arn:aws:iam::ACCOUNT:oidc-provider/PROVIDER"}`.
    pub(crate) fn web_identity(mut self, token: &str, identity: WebIdentity) -> Self {
        self.state.web_identities.insert(token.to_owned(), identity);
        self
    }

    /// Changes how the services behave.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.state.settings);
        self
    }

    /// Starts the server.
    pub(crate) fn start(self) -> RunningAws {
        for entity in self.state.entities.values() {
            // A policy or group that is named and not there is the test's mistake: found here.
            let _ = self.state.layers(entity);
        }
        let world = Arc::new(World {
            state: Mutex::new(self.state),
            hooks: Mutex::default(),
        });
        let answering = Arc::clone(&world);
        let server = Server::start(move |request| answering.answer(request));
        RunningAws { server, world }
    }
}

/// What the server's thread and the test share.
struct World {
    state: Mutex<State>,
    hooks: Mutex<Vec<Hook>>,
}

/// A change that happens by itself after so many further calls of an action.
struct Hook {
    action: String,
    calls: usize,
    change: Option<Box<Change>>,
}

/// A change of the account.
type Change = dyn FnOnce(&mut State) + Send;

impl World {
    fn answer(&self, request: &Request) -> Response {
        let parameters = Parameters::of(request);
        let version = parameters.get("Version").unwrap_or_default();
        let service = Service::of_version(version).unwrap_or(Service::Iam);
        let action = parameters.get("Action").unwrap_or_default();
        let mut state = lock(&self.state);
        let response = dispatch(&mut state, service, action, &parameters, request)
            .unwrap_or_else(|error| error.response(service));
        for hook in lock(&self.hooks).iter_mut() {
            if hook.action == action {
                hook.calls = hook.calls.saturating_sub(1);
                if hook.calls == 0
                    && let Some(change) = hook.change.take()
                {
                    change(&mut state);
                }
            }
        }
        response
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn dispatch(
    state: &mut State,
    service: Service,
    action: &str,
    parameters: &Parameters,
    request: &Request,
) -> Result<Response, ServiceError> {
    // The one call that nobody signs: its token says who calls.
    if (service, action) == (Service::Sts, "AssumeRoleWithWebIdentity") {
        let result = sts::assume_role_with_web_identity(state, parameters)?;
        return Ok(wire::success(service, action, Some(result)));
    }
    let caller = signature::caller(state, service, request)?;
    let by = &caller;
    // The kind of entity in the action's name; ListGroupsForUser has two and is asked first.
    let kind = [Kind::User, Kind::Role, Kind::Group]
        .into_iter()
        .find(|kind| action.contains(kind.title()))
        .unwrap_or(Kind::User);
    let result = match (service, action) {
        (Service::Sts, "GetCallerIdentity") => sts::get_caller_identity(state, by),
        (Service::Sts, "AssumeRole") => sts::assume_role(state, by, parameters)?,
        (Service::Iam, "SimulatePrincipalPolicy") => {
            simulate::simulate_principal_policy(state, by, parameters)?
        }
        (Service::Iam, "ListGroupsForUser") => read::list_groups_for_user(state, by, parameters)?,
        (Service::Iam, "GetGroup") => read::get_group(state, by, parameters)?,
        (Service::Iam, "GetUser" | "GetRole") => {
            read::get_entity(state, by, action, kind, parameters)?
        }
        (
            Service::Iam,
            "ListAttachedUserPolicies" | "ListAttachedRolePolicies" | "ListAttachedGroupPolicies",
        ) => read::list_attached(state, by, action, kind, parameters)?,
        (Service::Iam, "ListUserPolicies" | "ListRolePolicies" | "ListGroupPolicies") => {
            read::list_inline(state, by, action, kind, parameters)?
        }
        (Service::Iam, "GetUserPolicy" | "GetRolePolicy" | "GetGroupPolicy") => {
            read::get_inline(state, by, action, kind, parameters)?
        }
        (Service::Iam, "GetPolicy") => read::get_policy(state, by, parameters)?,
        (Service::Iam, "GetPolicyVersion") => read::get_policy_version(state, by, parameters)?,
        (Service::Iam, "PutUserPolicy" | "PutRolePolicy") => {
            read::put_inline(state, by, action, kind, parameters)?;
            return Ok(wire::success(service, action, None));
        }
        _ => {
            let version = parameters.get("Version").unwrap_or_default();
            let message = format!("Could not find operation {action} for version {version}");
            return Err(ServiceError::new(400, "InvalidAction", message));
        }
    };
    Ok(wire::success(service, action, Some(result)))
}

/// An account whose server runs until this is dropped.
pub(crate) struct RunningAws {
    server: Server,
    world: Arc<World>,
}

impl RunningAws {
    /// The endpoint of both services.
    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// The HTTP server under it: its log, its latency, its faults.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Credentials of a caller: a user's key, or those of a new session.
    pub(crate) fn credentials(&self, caller: &Caller) -> Credentials {
        lock(&self.world.state).issue(caller, false)
    }

    /// Credentials of a session that is over.
    pub(crate) fn expired_credentials(&self, caller: &Caller) -> Credentials {
        assert!(
            !matches!(caller, Caller::User(_) | Caller::Root),
            "long-lived keys don't expire"
        );
        lock(&self.world.state).issue(caller, true)
    }

    /// The variables with which a program finds this server and calls it as `caller`.
    pub(crate) fn environment(&self, caller: &Caller) -> Vec<(&'static str, String)> {
        self.environment_with(&self.credentials(caller))
    }

    /// The variables with which a program finds this server and signs with these credentials.
    pub(crate) fn environment_with(
        &self,
        credentials: &Credentials,
    ) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("AWS_ENDPOINT_URL", self.url()),
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id.clone()),
            (
                "AWS_SECRET_ACCESS_KEY",
                credentials.secret_access_key.clone(),
            ),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        if let Some(token) = &credentials.session_token {
            variables.push(("AWS_SESSION_TOKEN", token.clone()));
        }
        variables
    }

    /// Changes the account or its settings between two calls.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut lock(&self.world.state))
    }

    /// Changes the account by itself, right after the next so many calls of an action
    /// (those that a fault answers don't count).
    pub(crate) fn change_after(
        &self,
        action: &str,
        calls: usize,
        change: impl FnOnce(&mut State) + Send + 'static,
    ) {
        lock(&self.world.hooks).push(Hook {
            action: action.to_owned(),
            calls,
            change: Some(Box::new(change)),
        });
    }

    /// Lets calls of an action fail.
    pub(crate) fn fail(&self, action: &str, failure: Failure, times: Times) {
        let service = match action {
            "GetCallerIdentity" | "AssumeRole" => Service::Sts,
            _ => Service::Iam,
        };
        self.server
            .fault(Self::calls_of(action), failure.fault(service), times);
    }

    /// Picks the calls of an action, for the log and for faults.
    pub(crate) fn calls_of(action: &str) -> Matcher {
        let action = action.to_owned();
        Matcher::when(move |request| Parameters::of(request).get("Action") == Some(action.as_str()))
    }

    /// How often an action was called, refused calls included.
    pub(crate) fn count(&self, action: &str) -> usize {
        self.server.log().count(&Self::calls_of(action))
    }

    /// The actions of all calls in their order.
    pub(crate) fn actions(&self) -> Vec<String> {
        let requests = self.server.log().all();
        requests
            .iter()
            .map(|request| {
                let parameters = Parameters::of(request);
                parameters.get("Action").unwrap_or_default().to_owned()
            })
            .collect()
    }
}
