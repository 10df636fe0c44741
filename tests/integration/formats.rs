//! The formats of a report: one rich report in each of them, held to the format's own authority.

#[cfg(feature = "chromium")]
mod browser;
mod ends;
mod files;
mod fingerprints;
mod github;
mod golden;
mod html;
mod json;
mod junit;
mod markdown;
mod places;
mod rich;
mod sarif;
mod table;

use remperm::render::{self, Format, Root, Settings, Style};
use remperm::report::Report;

/// The report in a format, in a repository at `/repo`.
fn rendered(report: &Report, format: Format) -> String {
    let root = Root {
        repository: "/repo".into(),
        directory: "/repo".into(),
    };
    rendered_in(report, format, Some(&root))
}

fn rendered_in(report: &Report, format: Format, root: Option<&Root>) -> String {
    let settings = Settings {
        root,
        style: Style::default(),
        ..Settings::default()
    };
    let mut bytes = Vec::new();
    render::write(report, format, settings, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The report in a JSON format.
fn as_json(report: &Report, format: Format) -> serde_json::Value {
    serde_json::from_str(&rendered(report, format)).unwrap()
}
