//! The errors and the garbage that a call can be answered with, whatever it asks for.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>

use super::wire::{Service, ServiceError};
use crate::support::http::{Body, Fault, Response};

/// An answer that has nothing to do with the question. The names are the service's own codes.
#[expect(
    clippy::enum_variant_names,
    reason = "ServiceFailure is the service's own word"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// 403: the policies don't allow it.
    AccessDenied,
    /// 403: temporary credentials are over.
    ExpiredToken,
    /// 403: the same under the name that newer services use.
    ExpiredTokenException,
    /// 403: the access key id or the token is not known.
    InvalidClientTokenId,
    /// 403: the secret is wrong.
    SignatureDoesNotMatch,
    /// 400: the request was signed too long ago.
    RequestExpired,
    /// 404: no such user or role.
    NoSuchEntity,
    /// 400: a parameter is wrong.
    InvalidInput,
    /// 400: too many calls.
    Throttling,
    /// 429: too many calls, as other services say it.
    TooManyRequests,
    /// 500: IAM's own.
    ServiceFailure,
    /// 500: a policy could not be evaluated.
    PolicyEvaluation,
    /// 503: the service is down.
    ServiceUnavailable,
    /// 200: the true answer, cut off in the middle under the right length.
    CutXml,
    /// 200: the true answer up to the first place where this text stands, under the right length.
    CutXmlBefore(&'static str),
    /// 200: well-formed XML of something else.
    OtherXml,
    /// 200: a web page.
    Html,
    /// 200: nothing.
    Empty,
    /// 503: a web page, as a proxy answers.
    HtmlError,
}

impl Failure {
    /// All of them, for tables, but for [`Failure::CutXmlBefore`].
    pub(crate) const ALL: [Self; 18] = [
        Self::AccessDenied,
        Self::ExpiredToken,
        Self::ExpiredTokenException,
        Self::InvalidClientTokenId,
        Self::SignatureDoesNotMatch,
        Self::RequestExpired,
        Self::NoSuchEntity,
        Self::InvalidInput,
        Self::Throttling,
        Self::TooManyRequests,
        Self::ServiceFailure,
        Self::PolicyEvaluation,
        Self::ServiceUnavailable,
        Self::CutXml,
        Self::OtherXml,
        Self::Html,
        Self::Empty,
        Self::HtmlError,
    ];

    /// The fault of the server that answers in this way.
    pub(super) fn fault(self, service: Service) -> Fault {
        let html = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Log in to the \
                    network first.</body></html>";
        let (status, code, message) = match self {
            Self::AccessDenied => (403, "AccessDenied", "Access denied"),
            Self::ExpiredToken => (
                403,
                "ExpiredToken",
                "The security token included in the request is expired",
            ),
            Self::ExpiredTokenException => (
                403,
                "ExpiredTokenException",
                "The security token included in the request is expired",
            ),
            Self::InvalidClientTokenId => (
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            ),
            Self::SignatureDoesNotMatch => (
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided.",
            ),
            Self::RequestExpired => (400, "RequestExpired", "Request has expired."),
            Self::NoSuchEntity => (404, "NoSuchEntity", "The entity cannot be found."),
            Self::InvalidInput => (400, "InvalidInput", "The input is invalid."),
            Self::Throttling => (400, "Throttling", "Rate exceeded"),
            Self::TooManyRequests => (429, "TooManyRequestsException", "Rate exceeded"),
            Self::ServiceFailure => (500, "ServiceFailure", "Unexpected service failure"),
            Self::PolicyEvaluation => (500, "PolicyEvaluation", "The policy can't be evaluated"),
            Self::ServiceUnavailable => (503, "ServiceUnavailable", "Service Unavailable"),
            Self::CutXml => return Fault::alter(|_, response| cut(response)),
            Self::CutXmlBefore(text) => {
                return Fault::alter(move |_, response| cut_before(response, text));
            }
            Self::OtherXml => {
                let xml = "<?xml version=\"1.0\"?><Inventory><Item>7</Item></Inventory>";
                return Fault::Answer(Response::new(200, "text/xml", xml));
            }
            Self::Html => return Fault::Answer(Response::new(200, "text/html", html)),
            Self::Empty => return Fault::Answer(Response::new(200, "text/xml", "")),
            Self::HtmlError => return Fault::Answer(Response::new(503, "text/html", html)),
        };
        Fault::Answer(ServiceError::new(status, code, message).response(service))
    }
}

fn cut(mut response: Response) -> Response {
    let bytes = response.body.sent();
    response.body = Body::Bytes(bytes.iter().take(bytes.len() / 2).copied().collect());
    response
}

fn cut_before(mut response: Response, text: &str) -> Response {
    let whole = String::from_utf8_lossy(response.body.sent()).into_owned();
    let (head, _) = whole
        .split_once(text)
        .unwrap_or_else(|| panic!("{text} does not stand in the answer"));
    response.body = Body::Bytes(head.into());
    response
}
