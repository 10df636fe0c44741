//! Signature Version 4, checked as the service checks it: who signs, with which secret, when.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::clock::{at, now, parse};
use super::state::{Caller, State};
use super::wire::{Service, ServiceError};
use crate::support::http::Request;

/// How far a client's clock may be off, in seconds.
const TOLERANCE: i64 = 15 * 60;

/// Finds out who makes the request, or why that can't be believed.
pub(super) fn caller(
    state: &State,
    service: Service,
    request: &Request,
) -> Result<Caller, ServiceError> {
    let Some(header) = request.header("authorization") else {
        return Err(refused(
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        ));
    };
    let signature = Signature::read(header).ok_or_else(|| {
        refused(
            "IncompleteSignature",
            "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' \
             parameters.",
        )
    })?;
    let date = request.header("x-amz-date").unwrap_or_default();
    let signed_at = parse(date).filter(|_| date.starts_with(signature.date));
    let signed_at = signed_at.ok_or_else(|| {
        refused(
            "IncompleteSignature",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP",
        )
    })?;
    if signature.service != service.name() {
        let correct = service.name();
        return Err(mismatch(format!(
            "Credential should be scoped to correct service: '{correct}'. "
        )));
    }
    let unknown = || {
        refused(
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        )
    };
    let (credentials, caller, expired) =
        state.session(signature.access_key_id).ok_or_else(unknown)?;
    if credentials.session_token.as_deref() != request.header("x-amz-security-token") {
        return Err(unknown());
    }
    let computed = signature.compute(&credentials.secret_access_key, date, request);
    if computed.as_deref() != Some(signature.value) {
        return Err(mismatch(
            "The request signature we calculated does not match the signature you provided. Check \
             your AWS Secret Access Key and signing method. Consult the service documentation for \
             details."
                .to_owned(),
        ));
    }
    let now = now() + state.settings.clock_ahead;
    if signed_at < now - TOLERANCE {
        let (limit, now) = (at(now - TOLERANCE), at(now));
        return Err(mismatch(format!(
            "Signature expired: {date} is now earlier than {limit} ({now} - 15 min.)"
        )));
    }
    if signed_at > now + TOLERANCE {
        let (limit, now) = (at(now + TOLERANCE), at(now));
        return Err(mismatch(format!(
            "Signature not yet current: {date} is still later than {limit} ({now} + 15 min.)"
        )));
    }
    if expired {
        return Err(refused(
            "ExpiredToken",
            "The security token included in the request is expired",
        ));
    }
    Ok(caller)
}

fn refused(code: &'static str, message: &str) -> ServiceError {
    ServiceError::new(403, code, message)
}

fn mismatch(message: String) -> ServiceError {
    ServiceError::new(403, "SignatureDoesNotMatch", message)
}

/// The parts of the `Authorization` header.
struct Signature<'header> {
    access_key_id: &'header str,
    date: &'header str,
    region: &'header str,
    service: &'header str,
    headers: &'header str,
    value: &'header str,
}

impl<'header> Signature<'header> {
    fn read(header: &'header str) -> Option<Self> {
        let rest = header.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let part = |name: &str| {
            rest.split(',').find_map(|part| {
                let (key, value) = part.trim().split_once('=')?;
                (key == name).then_some(value)
            })
        };
        let scope: Vec<&str> = part("Credential")?.split('/').collect();
        let [access_key_id, date, region, service, "aws4_request"] = *scope else {
            return None;
        };
        Some(Self {
            access_key_id,
            date,
            region,
            service,
            headers: part("SignedHeaders")?,
            value: part("Signature")?,
        })
    }

    /// The signature that this secret gives for the request; nothing if a header is not there.
    fn compute(&self, secret: &str, date: &str, request: &Request) -> Option<String> {
        let mut headers = String::new();
        for name in self.headers.split(';') {
            let value: Vec<&str> = request.header(name)?.split_whitespace().collect();
            headers.push_str(&format!("{name}:{}\n", value.join(" ")));
        }
        let canonical = format!(
            "{}\n{}\n{}\n{headers}\n{}\n{}",
            request.method,
            request.path,
            request.query,
            self.headers,
            hex(&Sha256::digest(&request.body)),
        );
        let scope = format!(
            "{}/{}/{}/aws4_request",
            self.date, self.region, self.service
        );
        let text = format!(
            "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
            hex(&Sha256::digest(canonical))
        );
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [self.date, self.region, self.service, "aws4_request", &text] {
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
            mac.update(part.as_bytes());
            key = mac.finalize().into_bytes().to_vec();
        }
        Some(hex(&key))
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
