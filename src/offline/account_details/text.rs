//! The documents in account details.

use serde_json::value::RawValue;

use crate::error::Error;
use crate::project::line_of;
use crate::text::percent_decoded;

/// What is wrong with a document, and in which line.
pub(super) struct Problem {
    line: Option<usize>,
    what: &'static str,
}

impl Problem {
    /// As an error about a member of a field.
    pub(super) fn error(&self, file: &str, field: &str, member: &str) -> Error {
        let line = self
            .line
            .map(|line| format!(" (line {line})"))
            .unwrap_or_default();
        // The field begins with the file's name.
        debug_assert!(field.starts_with(file));
        Error::call(format!("{field}, {member}{line}: {}", self.what))
            .hint("give the output of `aws iam get-account-authorization-details` as it is")
    }
}

/// The JSON of a policy document: the AWS CLI puts it in as an object, the service sends it as a
/// text with percent signs.
pub(super) fn document(file: &str, raw: &RawValue) -> Result<String, Problem> {
    let problem = |what| Problem {
        line: line_of(file, raw),
        what,
    };
    let json = raw.get();
    if json.starts_with('{') {
        return Ok(json.to_owned());
    }
    let text: String = serde_json::from_str(json)
        .map_err(|_| problem("a policy document must be an object or an encoded text"))?;
    if text.trim_start().starts_with('{') {
        return Ok(text);
    }
    percent_decoded(&text)
        .filter(|text| text.trim_start().starts_with('{'))
        .ok_or_else(|| problem("this text is no policy document"))
}
