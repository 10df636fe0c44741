//! The configuration's schema says what the program says.

use serde_json::{Value, json};

use crate::support::program::Program;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/schemas/remperm.schema.json"
);

#[test]
fn it_is_the_one_that_the_program_prints() {
    let printed = Program::new(["config", "schema"]).run().expect(0).stdout;
    if std::env::var_os("REMPERM_REWRITE").is_some() {
        std::fs::write(FILE, &printed).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap();
    assert!(
        kept == printed,
        "tests/schemas/remperm.schema.json is not what `remperm config schema` prints: run the test with REMPERM_REWRITE=1"
    );
}

/// TOML as JSON, in which dates are texts.
pub(crate) fn as_json(text: &str) -> Value {
    fn value(one: toml::Value) -> Value {
        match one {
            toml::Value::Datetime(moment) => json!(moment.to_string()),
            toml::Value::Table(table) => Value::Object(
                table
                    .into_iter()
                    .map(|(key, one)| (key, value(one)))
                    .collect(),
            ),
            toml::Value::Array(list) => Value::Array(list.into_iter().map(value).collect()),
            toml::Value::String(text) => json!(text),
            toml::Value::Integer(number) => json!(number),
            toml::Value::Float(number) => json!(number),
            toml::Value::Boolean(on) => json!(on),
        }
    }
    value(toml::Value::Table(text.parse().unwrap()))
}

#[test]
fn it_and_the_program_take_and_refuse_the_same() {
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let target = "[[target]]\nname = \"a\"\ncloud = \"aws\"\nsubject = \"user\"\nidentity-policy = \"user.json\"\n";
    let waiver = "[[waiver]]\npermission = \"s3:GetObject\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2999-01-01\n";
    let cases = [
        (String::new(), true),
        (waiver.to_owned(), true),
        (
            "[check]\ntimeout = \"9s\"\nparallel = 3\non-unknown = \"warn\"\nformat = \"json\"\n"
                .to_owned(),
            true,
        ),
        (
            "[aws]\nregion = \"us-east-1\"\nstrict-context = true\nfor = [\"render\", \"list\"]\n"
                .to_owned(),
            true,
        ),
        (
            "[gcp]\nproject = \"my-project\"\nexcess = true\n".to_owned(),
            true,
        ),
        ("[aws]\nregoin = \"us-east-1\"\n".to_owned(), false),
        ("[aws]\nformat = \"json\"\n".to_owned(), false),
        ("[aws]\nstrict-context = \"true\"\n".to_owned(), false),
        ("[aws]\nfor = \"dance\"\n".to_owned(), false),
        ("[aws]\nregion = []\n".to_owned(), false),
        ("[gcp]\nuniverse-domain = \"x.example\"\n".to_owned(), false),
        (waiver.replace("reason", "why"), false),
        (waiver.replace("s3:GetObject", "s3:*"), false),
        (waiver.replace("2999-01-01", "\"soon\""), false),
        (
            "[[target]]\nname = \"b\"\ncloud = \"azure\"\n".to_owned(),
            false,
        ),
        (
            "[[target]]\nname = \"b\"\ncloud = \"gcp\"\nprofile = \"x\"\n".to_owned(),
            false,
        ),
    ];
    let policy = Program::new(["policies", "user"]).run().expect(0).stdout;
    for (more, is_right) in cases {
        let config = format!("{more}{target}");
        assert_eq!(
            validator.is_valid(&as_json(&config)),
            is_right,
            "the schema on {config}"
        );
        let run = Program::new(["check"])
            .file("remperm.toml", &config)
            .file("user.json", &policy)
            .run();
        assert_eq!(
            run.code,
            Some(if is_right { 0 } else { 2 }),
            "{config}: {}",
            run.stderr
        );
    }
}
