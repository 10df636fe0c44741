//! JSON of our own: the schema, and that its lists are the program's.

use remperm::render::Format;
use serde_json::{Value, json};

use super::{as_json, rich};
use crate::support::schema::assert_valid;

#[test]
fn the_rich_report_is_valid() {
    for report in [rich::report(), rich::large(500)] {
        assert_valid("report.schema.json", &as_json(&report, Format::Json));
    }
}

#[test]
fn odd_text_comes_back_as_it_was() {
    let report = as_json(&rich::report(), Format::Json);
    assert_eq!(report["audits"][0]["target"], rich::odd("production"));
    assert_eq!(report["audits"][0]["notes"][0], rich::odd("note"));
}

#[test]
fn the_schemas_lists_are_the_programs() {
    let path = format!(
        "{}/tests/schemas/report.schema.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names.dedup();
        names
    };
    let listed = |list: &Value| {
        let list = list.as_array().unwrap().iter();
        sorted(
            list.filter_map(|one| one.as_str().map(str::to_owned))
                .collect(),
        )
    };
    let whys: Vec<String> = rich::whys()
        .iter()
        .map(|why| json!(why).as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed(&schema["$defs"]["why"]["enum"]), sorted(whys));
    let causes: Vec<String> = rich::causes()
        .iter()
        .map(|one| one.code().to_owned())
        .collect();
    let finding = &schema["$defs"]["finding"]["properties"];
    assert_eq!(listed(&finding["cause"]["enum"]), sorted(causes));
}
