//! Holds JSON to the schemas of `tests/schemas/`.

use serde_json::Value;

/// Panics with every violation.
#[track_caller]
pub(crate) fn assert_valid(name: &str, instance: &Value) {
    let path = format!("{}/tests/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the schema");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let violations: Vec<String> = validator
        .iter_errors(instance)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(
        violations.is_empty(),
        "{name}: {violations:#?}\n{instance:#}"
    );
}
