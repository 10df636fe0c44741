//! Refusals in the shapes that Google's APIs give them.
//!
//! The JSON shape is `google.rpc.Status` inside `error`, with a `google.rpc.ErrorInfo` where the
//! service gives a reason (AIP-193, <https://google.aip.dev/193>). The reasons of the common
//! infrastructure are those of `google/api/error_reason.proto`.

mod infrastructure;

use serde_json::{Map, Value, json};

use super::super::http::{Request, Response};

/// The domain of the reasons that all services share.
const SHARED: &str = "googleapis.com";

/// Why a call is refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    code: u16,
    status: &'static str,
    message: String,
    details: Vec<Value>,
    headers: Vec<(&'static str, String)>,
}

impl Refusal {
    fn new(code: u16, status: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            status,
            message: message.into(),
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    fn because(mut self, reason: &str, domain: &str, metadata: &[(&str, &str)]) -> Self {
        let metadata: Map<String, Value> = metadata
            .iter()
            .map(|(key, value)| ((*key).to_owned(), json!(value)))
            .collect();
        self.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": domain,
            "metadata": metadata,
        }));
        self
    }

    /// The request is wrong in itself.
    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ARGUMENT", message)
    }

    /// A field of the body that the service does not know.
    pub(crate) fn unknown_field(field: &str, place: &str) -> Self {
        let sentence = format!(
            "Invalid JSON payload received. Unknown name \"{field}\"{place}: Cannot find field."
        );
        let mut refusal = Self::invalid_argument(sentence.clone());
        refusal.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{ "description": sentence }],
        }));
        refusal
    }

    /// A permission that does not exist or cannot be tested on this kind of resource.
    pub(crate) fn invalid_permission(permission: &str) -> Self {
        Self::invalid_argument(format!(
            "Permission {permission} is not valid for this resource."
        ))
    }

    /// The caller lacks a permission on a resource, or there is no such resource.
    pub(crate) fn permission_denied(service: &str, permission: &str, resource: &str) -> Self {
        // Each service words it in its own way.
        let named = match service {
            "iam.googleapis.com" | "iamcredentials.googleapis.com" => String::new(),
            "run.googleapis.com" => format!(" '{resource}'"),
            _ => format!(" '//{service}/{resource}'"),
        };
        let message =
            format!("Permission '{permission}' denied on resource{named} (or it may not exist).");
        Self::new(403, "PERMISSION_DENIED", message).because(
            "IAM_PERMISSION_DENIED",
            if service == "iamcredentials.googleapis.com" {
                "iam.googleapis.com"
            } else {
                service
            },
            &[("permission", permission), ("resource", resource)],
        )
    }

    /// There is no such resource.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "NOT_FOUND", message)
    }

    /// There is such a resource already.
    pub(crate) fn already_exists(message: impl Into<String>) -> Self {
        Self::new(409, "ALREADY_EXISTS", message)
    }

    /// The caller may not, in the service's own words.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "PERMISSION_DENIED", message)
    }

    /// A location that does not exist.
    pub(crate) fn no_such_location(location: &str) -> Self {
        let problem = format!("Permission denied on 'locations/{location}' (or it may not exist).");
        Self::forbidden(problem)
    }

    /// The state of a resource forbids it.
    pub(crate) fn failed_precondition(message: impl Into<String>) -> Self {
        Self::new(400, "FAILED_PRECONDITION", message)
    }

    /// A path that no service has.
    pub(crate) fn no_such_method(request: &Request) -> Self {
        Self::not_found(format!(
            "Method not found: {} {}",
            request.method, request.path
        ))
    }

    /// The shape of the storage API, which is older than `google.rpc.Status`.
    pub(crate) fn into_storage_response(self) -> Response {
        let reason = match self.code {
            400 => "invalid",
            401 => "authError",
            404 => "notFound",
            429 => "rateLimitExceeded",
            _ if self
                .details
                .iter()
                .any(|detail| says(detail, "reason", "SERVICE_DISABLED")) =>
            {
                "accessNotConfigured"
            }
            _ => "forbidden",
        };
        let mut body = self.body();
        let listed = json!([{ "message": self.message, "domain": "global", "reason": reason }]);
        if let Some(error) = body.get_mut("error").and_then(Value::as_object_mut) {
            error.insert("errors".to_owned(), listed);
            // Only what the common infrastructure refuses has a status and details there.
            let shared = self
                .details
                .iter()
                .any(|detail| says(detail, "domain", SHARED));
            if !shared {
                error.remove("status");
                error.remove("details");
            }
        }
        self.respond(&body)
    }

    fn body(&self) -> Value {
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "status": self.status,
        });
        if let (false, Some(fields)) = (self.details.is_empty(), error.as_object_mut()) {
            fields.insert("details".to_owned(), json!(self.details));
        }
        json!({ "error": error })
    }

    fn respond(&self, body: &Value) -> Response {
        let response = Response::json(self.code, body);
        self.headers
            .iter()
            .fold(response, |response, (name, value)| {
                response.with_header(name, value)
            })
    }
}

fn says(detail: &Value, field: &str, text: &str) -> bool {
    detail.get(field).is_some_and(|value| value == text)
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        refusal.respond(&refusal.body())
    }
}

/// What a method of a service gives: a JSON value, or a refusal.
pub(super) type Answer = Result<Value, Refusal>;

impl From<Answer> for Response {
    fn from(answer: Answer) -> Self {
        match answer {
            Ok(value) => Self::json(200, &value),
            Err(refusal) => refusal.into(),
        }
    }
}
