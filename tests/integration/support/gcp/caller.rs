//! Who calls, and whether the call gets as far as the service: the checks that all of Google's
//! APIs share, in the order in which they are made.

use super::super::http::Request;
use super::clock;
use super::error::Refusal;
use super::policy::Resource;
use super::world::World;

/// All of Google Cloud.
pub(super) const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Reading Google Cloud, where a service offers it.
pub(super) const CLOUD_PLATFORM_READ_ONLY: &str =
    "https://www.googleapis.com/auth/cloud-platform.read-only";

/// A method of a service.
#[derive(Clone, Copy)]
pub(super) struct Call {
    /// The service's host name.
    pub(super) service: &'static str,
    /// The service's title in the console.
    pub(super) title: &'static str,
    /// The method's full name.
    pub(super) method: &'static str,
    /// The scopes of which one is needed.
    pub(super) scopes: &'static [&'static str],
}

impl World {
    /// The principal that sent a request, if the call may go on to the service.
    ///
    /// `project` is the one that the call concerns: it is the one to have the API enabled,
    /// unless the request or the credential brings another.
    pub(super) fn caller(
        &self,
        request: &Request,
        call: Call,
        project: Option<&str>,
    ) -> Result<String, Refusal> {
        let header = request.header("authorization").unwrap_or_default();
        let Some(token) = header
            .strip_prefix("Bearer ")
            .filter(|token| !token.is_empty())
        else {
            return Err(Refusal::credentials_missing(call.service, call.method));
        };
        let token = self
            .tokens
            .get(token)
            .ok_or_else(|| Refusal::token_unknown(call.service, call.method))?;
        if token.expires <= clock::now() {
            return Err(Refusal::token_expired(call.service, call.method));
        }
        let account = token.principal.strip_prefix("serviceAccount:");
        let account = account.and_then(|email| self.account(email));
        if let Some(account) = account.filter(|account| account.disabled) {
            let email = &account.email;
            return Err(Refusal::account_state_invalid(
                call.service,
                call.method,
                email,
            ));
        }
        if !call
            .scopes
            .iter()
            .any(|scope| token.scopes.iter().any(|held| held == scope))
        {
            return Err(Refusal::scope_insufficient(call.service, call.method));
        }
        let named = request.header("x-goog-user-project");
        if let Some(name) = named {
            let known = self
                .project(name)
                .map(|project| Resource::Project(project.id.clone()));
            let usable = known.is_some_and(|project| {
                self.holds(&token.principal, &project, "serviceusage.services.use")
            });
            if !usable {
                return Err(Refusal::user_project_denied(call.service, name));
            }
        }
        // A service account's calls are counted for its own project.
        let own = account.map(|account| account.project.as_str());
        if let Some(consumer) = named
            .or(own)
            .or(project)
            .and_then(|name| self.project(name))
            && !consumer.services.contains(call.service)
        {
            let number = consumer.number.to_string();
            return Err(Refusal::service_disabled(call.service, call.title, &number));
        }
        Ok(token.principal.clone())
    }

    /// Refuses a caller that lacks a permission.
    pub(super) fn require(
        &self,
        principal: &str,
        resource: &Resource,
        permission: &str,
        call: Call,
        name: &str,
    ) -> Result<(), Refusal> {
        if self.holds(principal, resource, permission) {
            return Ok(());
        }
        Err(Refusal::permission_denied(call.service, permission, name))
    }
}

/// The permissions in the body of a `testIamPermissions` call.
pub(super) fn asked_permissions(request: &Request) -> Result<Vec<String>, Refusal> {
    let body = json_body(request)?;
    for (field, _) in &body {
        if field != "permissions" {
            return Err(Refusal::unknown_field(field, ""));
        }
    }
    let listed = body.get("permissions").cloned().unwrap_or_default();
    let permissions: Option<Vec<String>> = if listed.is_null() {
        Some(Vec::new())
    } else {
        serde_json::from_value(listed).ok()
    };
    let invalid = "Invalid value at 'permissions' (TYPE_STRING)";
    permissions.ok_or_else(|| Refusal::invalid_argument(invalid))
}

/// The body of a request as a JSON object; an empty body is an empty object.
pub(super) fn json_body(
    request: &Request,
) -> Result<serde_json::Map<String, serde_json::Value>, Refusal> {
    if request.body.is_empty() {
        return Ok(serde_json::Map::new());
    }
    let media_type = request.header("content-type").unwrap_or_default();
    if !media_type.starts_with("application/json") {
        let problem = "Invalid JSON payload received: the content type is not application/json";
        return Err(Refusal::invalid_argument(problem));
    }
    serde_json::from_slice(&request.body)
        .map_err(|_| Refusal::invalid_argument("Invalid JSON payload received. Parsing error."))
}
