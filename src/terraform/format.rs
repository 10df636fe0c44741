//! The JSON as `terraform show -json` writes it, and OpenTofu's `tofu show -json`
//! ([format](https://developer.hashicorp.com/terraform/internals/json-format)).
//!
//! Values of resources stay raw until it is known that they matter: a plan may hold 50 MB of
//! others. Fields that are not known are passed over, as the format asks for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::file::{File, HOW};
use crate::error::Error;
use crate::text::one_line;

/// A plan or a state, and what betrays other files.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Document<'a> {
    pub(super) format_version: Option<String>,
    /// Plan: what there will be.
    #[serde(borrow)]
    pub(super) planned_values: Option<Values<'a>>,
    /// State: what there is.
    #[serde(borrow)]
    pub(super) values: Option<Values<'a>>,
    #[serde(borrow)]
    pub(super) resource_changes: Option<Vec<ResourceChange<'a>>>,
    #[serde(borrow)]
    pub(super) deferred_changes: Option<Vec<Deferred<'a>>>,
    /// Plan: what there was, and what data sources read.
    #[serde(borrow)]
    pub(super) prior_state: Option<PriorState<'a>>,
    pub(super) configuration: Option<Configuration>,
    pub(super) errored: Option<bool>,
    pub(super) complete: Option<bool>,
    version: Option<IgnoredAny>,
    lineage: Option<IgnoredAny>,
    serial: Option<IgnoredAny>,
    provider_schemas: Option<IgnoredAny>,
    diagnostics: Option<IgnoredAny>,
    #[serde(rename = "Statement")]
    statement: Option<IgnoredAny>,
    #[serde(rename = "UserDetailList")]
    user_detail_list: Option<IgnoredAny>,
    #[serde(rename = "RoleDetailList")]
    role_detail_list: Option<IgnoredAny>,
    bindings: Option<IgnoredAny>,
}

/// The values of all resources.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Values<'a> {
    #[serde(borrow)]
    pub(super) root_module: Option<Module<'a>>,
}

/// The resources of a module and its modules.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Module<'a> {
    pub(super) address: Option<String>,
    #[serde(borrow)]
    pub(super) resources: Option<Vec<Resource<'a>>>,
    #[serde(borrow)]
    pub(super) child_modules: Option<Vec<Module<'a>>>,
}

/// One instance of a resource.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Resource<'a> {
    pub(super) address: String,
    pub(super) mode: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) index: Option<Value>,
    pub(super) deposed_key: Option<String>,
    #[serde(borrow)]
    pub(super) values: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) sensitive_values: Option<&'a RawValue>,
}

/// What a plan does to one instance of a resource.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ResourceChange<'a> {
    pub(super) address: String,
    pub(super) previous_address: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) mode: Option<String>,
    pub(super) deposed: Option<String>,
    #[serde(borrow)]
    pub(super) change: Change<'a>,
}

/// A change.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Change<'a> {
    pub(super) actions: Vec<String>,
    #[serde(borrow)]
    pub(super) before: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) before_sensitive: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) after_unknown: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) after_sensitive: Option<&'a RawValue>,
}

/// A change that this plan puts off.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Deferred<'a> {
    #[serde(borrow)]
    pub(super) resource_change: Option<ResourceChange<'a>>,
}

/// The state before the plan.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct PriorState<'a> {
    #[serde(borrow)]
    pub(super) values: Option<Values<'a>>,
}

/// What was written by hand.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Configuration {
    pub(super) root_module: Option<ConfiguredModule>,
}

/// A module as it was written.
#[derive(Debug, Deserialize, Default)]
#[serde(expecting = "an object", default)]
pub(super) struct ConfiguredModule {
    pub(super) resources: Vec<ConfiguredResource>,
    pub(super) module_calls: BTreeMap<String, ModuleCall>,
    pub(super) outputs: BTreeMap<String, Output>,
}

/// A resource as it was written.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ConfiguredResource {
    /// Within its module.
    pub(super) address: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) provider_config_key: Option<String>,
    /// By argument: an expression, or for blocks objects of expressions.
    #[serde(default)]
    pub(super) expressions: BTreeMap<String, Value>,
    pub(super) for_each_expression: Option<Value>,
}

/// The call of a module.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ModuleCall {
    #[serde(default)]
    pub(super) expressions: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) module: ConfiguredModule,
}

/// An output of a module.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Output {
    pub(super) expression: Option<Value>,
}

/// Reads the file's text, which must be a plan or a state.
///
/// # Errors
///
/// What is wrong and where, or what the file is instead.
pub(super) fn parse(file: &File) -> Result<Document<'_>, Error> {
    file.check_beginning()?;
    let name = &file.name;
    let document: Document<'_> =
        serde_json::from_str(&file.text).map_err(|error| malformed(name, &error))?;
    let Some(version) = &document.format_version else {
        return Err(foreign(name, &document));
    };
    if version.split('.').next() != Some("1") {
        return Err(Error::call(format!(
            "{name}: format_version is {:?}, and only 1 is known",
            one_line(version)
        ))
        .hint("make it with Terraform 1.1 or newer, or with OpenTofu"));
    }
    let is_plan = document.planned_values.is_some() || document.resource_changes.is_some();
    if is_plan && document.values.is_some() {
        return Err(Error::call(format!(
            "{name} holds planned_values and values: it is neither a plan nor a state"
        ))
        .hint(HOW));
    }
    if is_plan && document.planned_values.is_none() {
        return Err(Error::call(format!("{name}: planned_values is missing")).hint(HOW));
    }
    if !is_plan && document.values.is_none() {
        return Err(
            if document.provider_schemas.is_some() || document.diagnostics.is_some() {
                foreign(name, &document)
            } else {
                Error::call(format!("{name} holds no values: the state is empty")).hint(HOW)
            },
        );
    }
    Ok(document)
}

/// What a file without the marks of a plan or state is.
fn foreign(name: &str, document: &Document<'_>) -> Error {
    let is = |what: &str| Error::call(format!("{name} is {what}, not a plan or a state"));
    if document.lineage.is_some() || (document.version.is_some() && document.serial.is_some()) {
        Error::call(format!(
            "{name} is a raw state file, whose format is Terraform's own"
        ))
        .hint(format!(
            "run: terraform show -json {name} > state.json, where Terraform was initialized"
        ))
    } else if document.provider_schemas.is_some() {
        is("the output of `terraform providers schema -json`").hint(HOW)
    } else if document.diagnostics.is_some() {
        is("the output of `terraform validate -json`").hint(HOW)
    } else if document.statement.is_some() {
        is("a policy document").hint("give it to --identity-policy")
    } else if document.user_detail_list.is_some() || document.role_detail_list.is_some() {
        is("the details of an account").hint("give it to --account-details")
    } else if document.bindings.is_some() {
        is("an allow policy of Google Cloud").hint("give it to --iam-policy")
    } else {
        Error::call(format!(
            "{name} has no format_version: it is no plan or state"
        ))
        .hint(HOW)
    }
}

/// What the parser says, without the values that it quotes: they may be secret.
pub(super) fn malformed(place: &str, error: &serde_json::Error) -> Error {
    let message = error.to_string();
    let at = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&at).unwrap_or(&message);
    let quotes = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|start| message.strip_prefix(start));
    let said = match quotes.and_then(|rest| Some((rest, rest.rsplit_once(", expected ")?.1))) {
        Some((found, expected)) => {
            let end = found.find(['`', '"', ',']).unwrap_or(found.len());
            let found = found.get(..end).unwrap_or_default().trim();
            format!("{found} where {expected} should stand")
        }
        None if message.starts_with("invalid length") => {
            "an array where an object should stand".to_owned()
        }
        None => message.to_owned(),
    };
    let cut = match error.classify() {
        serde_json::error::Category::Eof => "; the file may be cut off",
        _ => "",
    };
    Error::call(format!(
        "{place}: line {} column {}: {}{cut}",
        error.line(),
        error.column(),
        one_line(&said)
    ))
    .hint(HOW)
}
