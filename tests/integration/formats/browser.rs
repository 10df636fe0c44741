//! The page in a real browser. `.ci/run` sets the browser, and the folder with playwright-core that
//! drives it.

use std::process::Command;

use remperm::render::Format;
use serde_json::Value;

use super::{rendered, rich};

fn opened(page: &str) -> Value {
    let browser = std::env::var("REMPERM_CHROMIUM").expect("REMPERM_CHROMIUM");
    let modules = std::env::var("REMPERM_PLAYWRIGHT").expect("REMPERM_PLAYWRIGHT");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("report.html");
    std::fs::write(&file, page).unwrap();
    let output = Command::new("node")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/integration/formats/browser.mjs"
        ))
        .arg(&file)
        .args([browser, modules])
        .output()
        .unwrap();
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{why}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn it_is_readable_at_each_width_in_each_scheme_and_asks_for_nothing() {
    let report = rich::report();
    let seen = opened(&rendered(&report, Format::Html));
    let views = seen["views"].as_array().unwrap();
    assert_eq!(views.len(), 4);
    for view in views {
        let at = format!("{} {}", view["width"], view["colorScheme"]);
        assert_eq!(view["requests"], Value::Array(vec![]), "{at}");
        assert_eq!(view["messages"], Value::Array(vec![]), "{at}");
        assert_eq!(view["heading"], "✕\nPermissions are missing", "{at}");
        assert_eq!(view["scrollWidth"], view["clientWidth"], "{at}");
        assert_eq!(view["outside"], Value::Array(vec![]), "{at}");
        let rows = view["rows"].as_array().unwrap();
        assert_eq!(rows.len(), report.findings().count(), "{at}");
        for (row, finding) in rows.iter().zip(report.findings()) {
            let word = match finding.status().code() {
                "fail" => "missing",
                other => other,
            };
            assert!(row[0].as_str().unwrap().ends_with(word), "{at}: {row}");
            let permission = remperm::text::flat(&finding.permission);
            assert!(
                row[1].as_str().unwrap().starts_with(&permission),
                "{at}: {row}"
            );
        }
        // Rows are cards on a phone, below no header.
        assert_eq!(view["header"], view["width"] == 1280, "{at}");
        assert!(
            view["contrast"].as_f64().unwrap() >= 4.5,
            "{at}: {}",
            view["contrast"]
        );
    }
    assert_ne!(
        views[0]["paper"], views[1]["paper"],
        "light and dark differ"
    );
    assert_eq!(seen["pdf"], "%PDF-");
}

#[test]
fn five_hundred_rows_more_stay_within_the_width() {
    let report = rich::large(500);
    let seen = opened(&rendered(&report, Format::Html));
    for view in seen["views"].as_array().unwrap() {
        assert_eq!(view["scrollWidth"], view["clientWidth"]);
        assert_eq!(
            view["rows"].as_array().unwrap().len(),
            report.findings().count()
        );
    }
}
