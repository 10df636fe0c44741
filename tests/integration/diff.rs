//! `remperm policies diff`: between versions, and between files.

mod files;
mod versions;

use serde_json::Value;

use crate::support::program::{Program, Run};
use crate::support::schema::assert_valid;

fn diff(arguments: &[&str]) -> Program {
    Program::new(["policies", "diff"]).arguments(arguments.iter().copied())
}

/// The result for machines, valid by its schema.
#[track_caller]
fn json(run: &Run) -> Value {
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_valid("diff.schema.json", &json);
    json
}

/// The answers of a comparison with a file: does B cover A, does A cover B.
#[track_caller]
fn answers(run: &Run) -> [String; 2] {
    let json = json(run);
    [0, 1].map(|index| {
        json["coverage"][index]["covers"]
            .as_str()
            .unwrap()
            .to_owned()
    })
}

/// What is lacking in one direction, as `permission on resource`.
#[track_caller]
fn lacking(run: &Run, direction: usize) -> Vec<String> {
    let json = json(run);
    let lacks = json["coverage"][direction]["lacks"].as_array().unwrap();
    let mut all = Vec::new();
    for lack in lacks {
        let resource = lack["resource"].as_str().unwrap_or("no resource");
        for permission in lack["permissions"].as_array().unwrap() {
            all.push(format!("{} on {resource}", permission.as_str().unwrap()));
        }
    }
    all
}
