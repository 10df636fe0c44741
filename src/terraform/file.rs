//! The file as it lies there: in UTF-8, and told apart from what people take for it.

use crate::error::Error;
use crate::input::{self, NotText};

/// The plan of a very large configuration has a third of this.
pub(crate) const LARGEST_MEBIBYTES: u64 = 128;

/// How to make the file that is read here.
pub(crate) const HOW: &str = "make it with `terraform show -json`, for a plan: \
     terraform plan -out=plan.tfplan && terraform show -json plan.tfplan > plan.json";

/// A file and what messages call it.
pub(super) struct File {
    pub(super) name: String,
    pub(super) text: String,
}

/// The text of a file.
///
/// # Errors
///
/// It is a saved plan, or not UTF-8.
pub(super) fn decode(name: &str, bytes: Vec<u8>) -> Result<File, Error> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Error::call(format!(
            "{name} is a saved plan, which only Terraform can read"
        ))
        .hint(format!("run: terraform show -json {name} > plan.json")));
    }
    let text = input::text(&bytes).map_err(|error| {
        let hint = match error {
            NotText::Utf16 => "write it in UTF-8: terraform show -json plan.tfplan | Out-File -Encoding utf8 plan.json",
            NotText::NotUtf8 { .. } => HOW,
        };
        Error::call(format!("can't read {name}: {error}")).hint(hint)
    })?;
    Ok(File {
        name: name.to_owned(),
        text: text.to_owned(),
    })
}

impl File {
    /// The file is not what is read here.
    ///
    /// # Errors
    ///
    /// What it is instead, as far as its beginning tells, and what to run.
    pub(super) fn check_beginning(&self) -> Result<(), Error> {
        let text = self.text.trim_start();
        let name = &self.name;
        if text.is_empty() {
            return Err(Error::call(format!("{name} is empty")).hint(HOW));
        }
        if !text.starts_with('{') {
            return Err(Error::call(format!(
                "{name} is not JSON: it may be what `terraform show` prints without -json"
            ))
            .hint(HOW));
        }
        let first = text.lines().next().unwrap_or_default();
        if first.contains("\"@level\"") && first.contains("\"@message\"") {
            return Err(Error::call(format!(
                "{name} is the log that `terraform plan -json` prints, not the plan"
            ))
            .hint(HOW));
        }
        Ok(())
    }
}
