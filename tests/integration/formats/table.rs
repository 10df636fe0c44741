//! The table: targets, waivers, and what was accepted.

use remperm::render::{Format, Settings, Shown, write};

use super::{rendered, rich};

#[test]
fn closing_lines_count_what_was_waived() {
    let text = rendered(&rich::report(), Format::Table);
    assert!(text.contains("═══ Target production"), "{text}");
    assert!(text.contains(", 2 waived"), "{text}");
    assert!(text.contains("1 unknown (accepted)"), "{text}");
    let all = text
        .lines()
        .find(|line| line.starts_with("In all"))
        .unwrap();
    assert!(all.contains("3 targets"), "{all}");
    let all = text
        .split_once("In all")
        .unwrap()
        .1
        .replace("\n          ", " ");
    assert!(all.contains("1 not checked at all"), "{all}");
    assert!(all.contains("1 of the unknown accepted"), "{all}");
}

#[test]
fn only_some_rows_can_be_shown() {
    let shown = Shown {
        passed: false,
        missing: false,
        unknown: false,
        waived: true,
    };
    for format in [Format::Table, Format::Markdown, Format::Html] {
        let settings = Settings {
            shown,
            ..Settings::default()
        };
        let mut bytes = Vec::new();
        write(&rich::report(), format, settings, &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("s3:WaivedFail"), "{}", format.name());
        assert!(!text.contains("s3:Passes"), "{}", format.name());
    }
    // The others tell machines everything, whatever is shown to people.
    let settings = Settings {
        shown,
        ..Settings::default()
    };
    let mut bytes = Vec::new();
    write(&rich::report(), Format::Junit, settings, &mut bytes).unwrap();
    assert!(String::from_utf8(bytes).unwrap().contains("s3:Passes"));
}
