//! The JSON Schema of the configuration, made of the flags themselves.

use clap::Arg;
use clap::builder::ValueParser;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::permission::Cloud;
use serde_json::{Map, Value, json};

use super::vocabulary::{Table, is_list, is_switch};
use crate::terminal::Terminal;

/// Prints it.
pub(in crate::commands) fn print(terminal: &Terminal) -> Result<Exit, Error> {
    let schema = schema();
    terminal.print(Exit::Held, |out| {
        serde_json::to_writer_pretty(&mut *out, &schema)?;
        out.push(b'\n');
        Ok(())
    })
}

fn schema() -> Value {
    let target = |cloud: Cloud, name: &str| {
        let mut properties = properties(Table::Of(cloud));
        properties.insert(
            "name".to_owned(),
            json!({"type": "string", "minLength": 1, "description": "What reports call the target"}),
        );
        properties.insert("cloud".to_owned(), json!({"const": name}));
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "cloud"],
            "properties": properties,
        })
    };
    let text =
        |description: &str| json!({"type": "string", "pattern": "\\S", "description": description});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of remperm",
        "description": "remperm.toml: defaults of the flags, named targets, and waivers. Paths start from the file's directory.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "check": table(Table::Check, "For every check"),
            "aws": table(Table::Of(Cloud::Aws), "For every check on AWS"),
            "gcp": table(Table::Of(Cloud::Gcp), "For every check on Google Cloud"),
            "target": {
                "type": "array",
                "description": "What `remperm check` checks",
                "items": {"oneOf": [target(Cloud::Aws, "aws"), target(Cloud::Gcp, "gcp")]},
            },
            "waiver": {
                "type": "array",
                "description": "What a person decided to live with",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["permission", "reason", "owner", "expires"],
                    "properties": {
                        "permission": {"type": "string", "pattern": "^[^*?]*[^*?\\s][^*?]*$", "description": "One permission, without wildcards"},
                        "scope": text("Only on this scope, as the report prints it"),
                        "subject": {"enum": ["user", "role", "service-account"], "description": "Only for this subject"},
                        "target": text("Only for this target"),
                        "reason": text("Why"),
                        "owner": text("Who answers for it"),
                        "expires": {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "description": "The last day on which it counts, in UTC; TOML's own local date"},
                    },
                },
            },
        },
    })
}

fn table(table: Table, description: &str) -> Value {
    json!({
        "type": "object",
        "description": description,
        "additionalProperties": false,
        "properties": properties(table),
    })
}

fn properties(table: Table) -> Map<String, Value> {
    table
        .flags()
        .iter()
        .filter_map(|arg| Some((arg.get_long()?.to_owned(), property(arg))))
        .collect()
}

fn property(arg: &Arg) -> Value {
    let description = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if is_switch(arg) {
        return json!({"type": "boolean", "description": description});
    }
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .map(|value| value.get_name().to_owned())
        .collect();
    let number = ValueParser::from(clap::value_parser!(u16));
    let is_number = arg.get_value_parser().type_id() == number.type_id();
    let item = if !values.is_empty() {
        json!({"enum": values})
    } else if is_number {
        json!({"type": "integer", "minimum": 1})
    } else {
        json!({"type": ["string", "integer"]})
    };
    let mut property = if is_list(arg) {
        json!({"oneOf": [item, {"type": "array", "minItems": 1, "items": item}]})
    } else {
        item
    };
    if let Some(property) = property.as_object_mut() {
        property.insert("description".to_owned(), Value::String(description));
    }
    property
}
