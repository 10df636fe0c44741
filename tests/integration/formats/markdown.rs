//! Markdown, as GitHub's own flavour reads it.

use comrak::{Options, markdown_to_html};
use remperm::permission::{Cloud, Subject};
use remperm::render::Format;
use remperm::report::Report;

use super::{rendered, rich};

/// The page that GitHub makes of it, before it takes away what it does not allow.
fn page(text: &str) -> String {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.render.r#unsafe = true;
    markdown_to_html(text, &options)
}

/// What stands outside of code, where GitHub looks for names, links and references.
fn outside_code(html: &str) -> String {
    let mut outside = String::new();
    let mut rest = html;
    while let Some((before, code)) = rest.split_once("<code>") {
        outside.push_str(before);
        rest = code.split_once("</code>").unwrap().1;
    }
    outside + rest
}

#[test]
fn foreign_text_is_shown_and_does_nothing() {
    for report in [rich::report(), rich::large(500)] {
        let html = page(&rendered(&report, Format::Markdown));
        let outside = outside_code(&html);
        for active in [
            "<a ", "<script", "<b ", "<em>", "<img", "@", "://", "www.", "#", "GH-", "0123abcd",
            "onclick", "`", "::",
        ] {
            assert!(!outside.contains(active), "{active} in {outside}");
        }
        // It is shown, though, in full.
        for shown in [
            "<code>@octocat</code>",
            "<code>https://example.com/a</code>",
            "&lt;script&gt;",
            "<code>0123abcd</code>",
        ] {
            assert!(html.contains(shown), "{shown}");
        }
    }
}

#[test]
fn rows_keep_their_columns() {
    let report = rich::report();
    let html = page(&rendered(&report, Format::Markdown));
    let mut rows = 0;
    for row in html.split("<tr>").skip(1) {
        let row = row.split_once("</tr>").unwrap().0;
        let cells = row.matches("<td").count() + row.matches("<th").count();
        assert_eq!(cells, 4, "{row}");
        assert!(!row.contains("<td></td><td></td>"), "{row}");
        rows += 1;
    }
    let findings = report.findings().count();
    assert!(rows > findings, "{rows} of {findings}");
    let folded = html.matches("<details>").count();
    assert!(folded >= 3, "{folded}");
    assert_eq!(html.matches("</details>").count(), folded);
}

#[test]
fn it_stays_below_githubs_limit_whatever_the_size() {
    for rows in [0, 100, 500, 5000] {
        let text = rendered(&rich::large(rows), Format::Markdown);
        assert!(text.chars().count() < 65_536, "{rows} rows");
        assert!(text.starts_with("## ❌ Permissions are missing\n\n3 targets, checked"));
        assert!(text.contains("Exit code 1."));
        if rows >= 500 {
            assert!(
                text.contains(" more did not pass and are left out here"),
                "{rows} rows"
            );
        }
        assert!(text.contains("- **Result:**"), "{rows} rows");
        assert_eq!(
            text.matches("<details>").count(),
            text.matches("</details>").count()
        );
    }
}

#[test]
fn many_targets_and_endless_texts_stay_below_it_too() {
    let mut report = rich::report();
    let mut one = report.audits[0].clone();
    one.target = Some(rich::ODD.repeat(5));
    one.notes = vec![rich::ODD.repeat(5); 30];
    report.audits = vec![one; 60];
    report.warnings = vec![rich::ODD.repeat(5); 100];
    let text = rendered(&report, Format::Markdown);
    assert!(text.chars().count() < 65_536);
    assert!(text.starts_with("## ❌ Permissions are missing\n\n60 targets"));
    assert!(
        text.contains("lists of closing lines are left out"),
        "{}",
        &text[text.len() - 600..]
    );
    let outside = outside_code(&page(&text));
    assert!(!outside.contains('@') && !outside.contains("<script"));
}

#[test]
fn what_is_graver_is_left_out_last() {
    let unknown = (0..2000).map(|index| {
        rich::unknown(
            Subject::User,
            &format!("U{index}"),
            remperm::verdict::Why::Refused,
        )
    });
    let mut findings: Vec<_> = unknown.collect();
    findings.push(rich::failed(Subject::User, "TheOneThatFails"));
    let report = Report::of(rich::audit(Cloud::Aws, findings));
    let text = rendered(&report, Format::Markdown);
    assert!(text.contains("s3:TheOneThatFails"));
}

#[test]
fn plain_sentences_stay_readable() {
    let report = Report::of(rich::audit(
        Cloud::Aws,
        vec![rich::failed(Subject::User, "x")],
    ));
    let text = rendered(&report, Format::Markdown);
    assert!(
        text.contains("| nothing allows it<br>to mend it, allow it |"),
        "{text}"
    );
    assert!(
        text.contains("Renders are written to the bucket."),
        "{text}"
    );
    assert!(
        text.contains("`remperm aws check --subject user --fix` prints the policy"),
        "{text}"
    );
}

#[test]
fn code_that_touches_code_stays_two_pieces() {
    let mut finding = rich::failed(Subject::User, "x");
    finding.reason = "a.b`c.d`".to_owned();
    let report = Report::of(rich::audit(Cloud::Aws, vec![finding]));
    let html = page(&rendered(&report, Format::Markdown));
    assert!(html.contains("<code>a.b</code> <code>c.d</code>"), "{html}");
}
