//! The page, as text; `browser` opens it.

use base64::Engine;
use remperm::render::Format;
use sha2::{Digest, Sha256};

use super::{rendered, rich};

#[test]
fn its_policy_allows_its_own_style_sheet_and_nothing_else() {
    let page = rendered(&rich::report(), Format::Html);
    let style = page
        .split_once("<style>")
        .unwrap()
        .1
        .split_once("</style>")
        .unwrap()
        .0;
    let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(style));
    let policy = format!(
        "content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\""
    );
    assert!(
        page.contains(&policy),
        "the hash in src/render/html.rs is to be sha256-{hash}"
    );
    assert_eq!(page.matches("<style").count(), 1);
    for active in [
        "<script",
        "<img",
        "<link",
        "<iframe",
        "javascript:",
        "style=",
        "@import",
        "url(",
        " src=",
    ] {
        assert!(!page.contains(active), "{active}");
    }
    // The only addresses are those that text shows, not those that a page asks for.
    assert!(!page.contains("href=\"http"));
}

#[test]
fn foreign_text_opens_no_element() {
    for report in [rich::report(), rich::large(500)] {
        let page = rendered(&report, Format::Html);
        let body = page.split_once("</style>").unwrap().1;
        for tag in body.split('<').skip(1) {
            let name: String = tag
                .trim_start_matches('/')
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            let known = [
                "head", "body", "html", "header", "main", "footer", "section", "nav", "p", "h1",
                "h2", "h3", "span", "ul", "li", "b", "a", "dl", "dt", "dd", "table", "thead",
                "tbody", "tr", "th", "td", "div", "code", "small", "details", "summary", "strong",
                "br", "time",
            ];
            assert!(known.contains(&name.as_str()), "<{tag}");
            let inside = tag.split_once('>').unwrap().0;
            assert!(!inside.contains("onclick='"), "<{tag}");
        }
    }
}

#[test]
fn each_finding_has_a_row_with_its_status_in_a_word() {
    let report = rich::report();
    let page = rendered(&report, Format::Html);
    let all = page.split_once("<section id=\"audit-1\"").unwrap().1;
    let rows =
        all.matches("<tr role=\"row\" class=\"").count() - all.matches("class=\"group\"").count();
    assert_eq!(rows, report.findings().count());
    for word in ["pass", "missing", "unknown", "waived"] {
        assert!(all.contains(&format!("</span> {word}</span>")), "{word}");
    }
    for needed in [
        "<html lang=\"en\">",
        "<title>Permissions are missing – remperm</title>",
        "<main>",
        "scope=\"col\"",
        "name=\"viewport\"",
    ] {
        assert!(page.contains(needed), "{needed}");
    }
}
