//! The AWS Query protocol: parameters in, XML out, and the form of an error.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/making-query-requests.html>

use std::collections::BTreeMap;

use crate::support::http::{Request, Response};

/// One element of an answer.
pub(super) struct Element {
    name: String,
    content: Content,
}

enum Content {
    Text(String),
    Children(Vec<Element>),
}

impl Element {
    /// An element that holds text.
    pub(super) fn text(name: &str, text: impl ToString) -> Self {
        Self {
            name: name.to_owned(),
            content: Content::Text(text.to_string()),
        }
    }

    /// An element that holds others.
    pub(super) fn of(name: &str, children: Vec<Self>) -> Self {
        Self {
            name: name.to_owned(),
            content: Content::Children(children),
        }
    }

    /// A list of structures.
    pub(super) fn list(name: &str, items: Vec<Vec<Self>>) -> Self {
        let members = items.into_iter().map(|item| Self::of("member", item));
        Self::of(name, members.collect())
    }

    /// A list of texts.
    pub(super) fn texts(name: &str, items: impl IntoIterator<Item = impl ToString>) -> Self {
        let members = items.into_iter().map(|item| Self::text("member", item));
        Self::of(name, members.collect())
    }

    fn write(&self, into: &mut String) {
        into.push_str(&format!("<{}>", self.name));
        match &self.content {
            Content::Text(text) => into.push_str(&escape(text)),
            Content::Children(children) => {
                for child in children {
                    child.write(into);
                }
            }
        }
        into.push_str(&format!("</{}>", self.name));
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The two services behind the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Iam,
    Sts,
}

impl Service {
    /// The service whose API has this version.
    pub(super) fn of_version(version: &str) -> Option<Self> {
        match version {
            "2010-05-08" => Some(Self::Iam),
            "2011-06-15" => Some(Self::Sts),
            _ => None,
        }
    }

    /// The name in a signature's scope and in front of an action.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
        }
    }

    fn namespace(self) -> &'static str {
        match self {
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        }
    }
}

/// The answer to an action; `result` is absent where the action has none.
pub(super) fn success(service: Service, action: &str, result: Option<Vec<Element>>) -> Response {
    let mut children = Vec::new();
    if let Some(result) = result {
        children.push(Element::of(&format!("{action}Result"), result));
    }
    children.push(Element::of(
        "ResponseMetadata",
        vec![Element::text("RequestId", REQUEST_ID)],
    ));
    document(200, service, &format!("{action}Response"), &children)
}

const REQUEST_ID: &str = "c6104cbe-af31-11e0-8154-cbc7ccf896c7";

fn document(status: u16, service: Service, root: &str, children: &[Element]) -> Response {
    let mut xml = format!("<{root} xmlns=\"{}\">", service.namespace());
    for child in children {
        child.write(&mut xml);
    }
    xml.push_str(&format!("</{root}>\n"));
    Response::new(status, "text/xml", xml).with_header("x-amzn-requestid", REQUEST_ID)
}

/// What the service says when it does not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceError {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The error code, which clients branch on.
    pub(crate) code: &'static str,
    /// The text for people.
    pub(crate) message: String,
}

impl ServiceError {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    pub(super) fn response(&self, service: Service) -> Response {
        let side = if self.status < 500 {
            "Sender"
        } else {
            "Receiver"
        };
        let error = vec![
            Element::text("Type", side),
            Element::text("Code", self.code),
            Element::text("Message", &self.message),
        ];
        let children = [
            Element::of("Error", error),
            Element::text("RequestId", REQUEST_ID),
        ];
        document(self.status, service, "ErrorResponse", &children)
    }
}

/// The parameters of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Those of the body and of the query.
    pub(super) fn of(request: &Request) -> Self {
        let mut pairs = request.form();
        pairs.extend(request.query_pairs());
        Self(pairs)
    }

    /// A parameter, when it was given.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter that the action can't do without.
    pub(super) fn required(&self, name: &str) -> Result<&str, ServiceError> {
        self.get(name).ok_or_else(|| {
            let mut characters = name.chars();
            let member: String = characters
                .next()
                .map(|first| first.to_ascii_lowercase())
                .into_iter()
                .chain(characters)
                .collect();
            validation(&format!(
                "Value null at '{member}' failed to satisfy constraint: Member must not be null"
            ))
        })
    }

    /// The structures `NAME.member.N.…`, in the order of N; a plain text is under the empty name.
    pub(super) fn members(&self, name: &str) -> Vec<Self> {
        let mut members: BTreeMap<usize, Self> = BTreeMap::new();
        for (key, value) in &self.0 {
            let Some(rest) = key
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix(".member."))
            else {
                continue;
            };
            let (number, field) = rest.split_once('.').unwrap_or((rest, ""));
            if let Ok(number) = number.parse() {
                let member = members.entry(number).or_default();
                member.0.push((field.to_owned(), value.clone()));
            }
        }
        members.into_values().collect()
    }

    /// The texts `NAME.member.N`, in the order of N.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.members(name)
            .iter()
            .filter_map(|member| member.get("").map(str::to_owned))
            .collect()
    }

    /// The names of all parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Everything but where a page starts and how long it is: what a marker belongs to.
    pub(super) fn without_paging(&self) -> String {
        self.0
            .iter()
            .filter(|(name, _)| name != "Marker" && name != "MaxItems")
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect()
    }
}

/// A parameter that breaks the rules of its type.
pub(super) fn validation(problem: &str) -> ServiceError {
    ServiceError::new(
        400,
        "ValidationError",
        format!("1 validation error detected: {problem}"),
    )
}
