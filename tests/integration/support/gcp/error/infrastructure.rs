//! What the infrastructure in front of all services refuses: bad tokens, APIs that are off, quotas.

use serde_json::json;

use super::{Refusal, SHARED};

impl Refusal {
    /// No access token was sent.
    pub(crate) fn credentials_missing(service: &str, method: &str) -> Self {
        Self::unauthenticated(
            "Request is missing required authentication credential.",
            "CREDENTIALS_MISSING",
            service,
            method,
        )
    }

    /// The access token is no token of ours.
    pub(crate) fn token_unknown(service: &str, method: &str) -> Self {
        Self::unauthenticated(
            "Request had invalid authentication credentials.",
            "ACCESS_TOKEN_TYPE_UNSUPPORTED",
            service,
            method,
        )
    }

    /// The access token was good once.
    pub(crate) fn token_expired(service: &str, method: &str) -> Self {
        Self::unauthenticated(
            "Request had invalid authentication credentials.",
            "ACCESS_TOKEN_EXPIRED",
            service,
            method,
        )
    }

    /// The account behind the token is disabled or deleted.
    pub(crate) fn account_state_invalid(service: &str, method: &str, email: &str) -> Self {
        let mut refusal = Self::new(
            401,
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login \
             cookie or other valid authentication credential.",
        )
        .because(
            "ACCOUNT_STATE_INVALID",
            SHARED,
            &[("service", service), ("method", method), ("email", email)],
        );
        refusal
            .headers
            .push(("www-authenticate", realm("invalid_token")));
        refusal
    }

    fn unauthenticated(start: &str, reason: &str, service: &str, method: &str) -> Self {
        let message = format!(
            "{start} Expected OAuth 2 access token, login cookie or other valid authentication \
             credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
        );
        let mut refusal = Self::new(401, "UNAUTHENTICATED", message).because(
            reason,
            SHARED,
            &[("service", service), ("method", method)],
        );
        refusal
            .headers
            .push(("www-authenticate", realm("invalid_token")));
        refusal
    }

    /// The access token is good, but not for this.
    pub(crate) fn scope_insufficient(service: &str, method: &str) -> Self {
        let mut refusal = Self::new(
            403,
            "PERMISSION_DENIED",
            "Request had insufficient authentication scopes.",
        )
        .because(
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            SHARED,
            &[("service", service), ("method", method)],
        );
        refusal
            .headers
            .push(("www-authenticate", realm("insufficient_scope")));
        refusal
    }

    /// The API is off in the project that the call is counted for.
    pub(crate) fn service_disabled(service: &str, title: &str, number: &str) -> Self {
        let url = format!(
            "https://console.developers.google.com/apis/api/{service}/overview?project={number}"
        );
        let message = format!(
            "{title} has not been used in project {number} before or it is disabled. Enable it by \
             visiting {url} then retry. If you enabled this API recently, wait a few minutes for \
             the action to propagate to our systems and retry."
        );
        let consumer = format!("projects/{number}");
        let mut refusal = Self::new(403, "PERMISSION_DENIED", message).because(
            "SERVICE_DISABLED",
            SHARED,
            &[
                ("service", service),
                ("serviceTitle", title),
                ("consumer", &consumer),
                ("containerInfo", number),
                ("activationUrl", &url),
            ],
        );
        refusal.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.Help",
            "links": [{ "description": "Google developers console API activation", "url": url }],
        }));
        refusal
    }

    /// The caller may not use the project that it names as the one to count the call for.
    pub(crate) fn user_project_denied(service: &str, project: &str) -> Self {
        let message = format!(
            "Caller does not have required permission to use project {project}. Grant the caller \
             the roles/serviceusage.serviceUsageConsumer role, or a custom role with the \
             serviceusage.services.use permission, by visiting \
             https://console.developers.google.com/iam-admin/iam/project?project={project} and \
             then retry. Propagation of the new permission may take a few minutes."
        );
        let consumer = format!("projects/{project}");
        Self::new(403, "PERMISSION_DENIED", message).because(
            "USER_PROJECT_DENIED",
            SHARED,
            &[
                ("service", service),
                ("consumer", &consumer),
                ("containerInfo", project),
            ],
        )
    }

    /// Too many calls in a minute; to be used as a fault.
    pub(crate) fn rate_limit_exceeded(service: &str, retry_after_seconds: u32) -> Self {
        let message = format!(
            "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' \
             of service '{service}' for consumer 'project_number:123456789012'."
        );
        let mut refusal = Self::new(429, "RESOURCE_EXHAUSTED", message).because(
            "RATE_LIMIT_EXCEEDED",
            SHARED,
            &[
                ("service", service),
                ("consumer", "projects/123456789012"),
                ("quota_limit", "ReadRequestsPerMinutePerProject"),
                ("quota_limit_value", "1200"),
            ],
        );
        refusal
            .headers
            .push(("retry-after", retry_after_seconds.to_string()));
        refusal
    }
}

fn realm(error: &str) -> String {
    format!("Bearer realm=\"https://accounts.google.com/\", error=\"{error}\"")
}
