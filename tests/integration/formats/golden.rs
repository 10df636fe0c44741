//! The rich report in each format, as it stands in `tests/fixtures/reports/`.
//!
//! `REMPERM_REWRITE=1 cargo test --test integration formats::golden` writes the files anew:
//! look at the difference before it is committed.

use std::path::{Path, PathBuf};

use base64::Engine;
use remperm::render::Format;
use sha2::{Digest, Sha256};

use super::{rendered, rich};

fn file(format: Format) -> PathBuf {
    let ending = match format {
        Format::Table => "txt",
        Format::Json => "json",
        Format::Sarif => "sarif",
        Format::Junit => "xml",
        Format::Github => "github",
        Format::Gitlab => "gitlab.json",
        Format::Markdown => "md",
        Format::Html => "html",
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports");
    folder.join(format!("rich.{ending}"))
}

#[test]
fn each_format_is_as_it_was() {
    // Another version of the program is no other format.
    let version = format!(
        "{}.{}",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR")
    );
    assert_eq!(
        version, "0.1",
        "write the reports anew with the new version"
    );
    for format in Format::ALL {
        let text = rendered(&rich::report(), format);
        let file = file(format);
        if std::env::var_os("REMPERM_REWRITE").is_some() {
            std::fs::write(&file, &text).unwrap();
        }
        let golden = std::fs::read_to_string(&file).unwrap();
        for (number, (now, then)) in text.lines().zip(golden.lines()).enumerate() {
            assert_eq!(now, then, "{} line {}", file.display(), number + 1);
        }
        assert_eq!(text.len(), golden.len(), "{}", file.display());
    }
}

/// The same with 500 more rows, of which the digests are kept.
#[test]
fn each_format_is_as_it_was_with_many_rows() {
    let report = rich::large(500);
    let digests: String = Format::ALL
        .into_iter()
        .map(|format| {
            let digest = Sha256::digest(rendered(&report, format));
            let digest = base64::prelude::BASE64_STANDARD.encode(digest);
            format!("{} {digest}\n", format.name())
        })
        .collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports/large.sha256");
    if std::env::var_os("REMPERM_REWRITE").is_some() {
        std::fs::write(&file, &digests).unwrap();
    }
    assert_eq!(digests, std::fs::read_to_string(&file).unwrap());
}

#[test]
fn nothing_in_any_format_steers_what_shows_it() {
    for report in [rich::report(), rich::large(500)] {
        for format in Format::ALL {
            let text = rendered(&report, format);
            let steering = text
                .chars()
                .find(|one| *one != '\n' && remperm::text::steers(*one));
            assert_eq!(steering, None, "{}", format.name());
        }
    }
}

#[test]
fn a_report_is_the_same_bytes_each_time() {
    for format in Format::ALL {
        let report = rich::report();
        assert_eq!(rendered(&report, format), rendered(&report, format));
    }
}

#[test]
fn each_format_tells_the_three_targets_apart() {
    for format in Format::ALL {
        let text = rendered(&rich::report(), format);
        for target in ["production", "unreachable", "green"] {
            // What is accepted and passes alone needs no annotation of its own target.
            assert!(text.contains(target), "{target} in {}", format.name());
        }
    }
}

#[test]
fn each_format_shows_the_waiver_and_the_one_that_ended() {
    for format in Format::ALL {
        let text = rendered(&rich::report(), format);
        for words in ["waived", "waiver-reason", "2027-01-31"] {
            assert!(text.contains(words), "{words} in {}", format.name());
        }
        let ended = text.contains("counts no more") || text.contains("\"expired\": true");
        assert!(
            ended || format == Format::Github,
            "the one that ended in {}",
            format.name()
        );
    }
}
