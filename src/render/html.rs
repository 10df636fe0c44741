//! One page for a browser: no script, no request, readable on a phone, in the dark and on paper.
//!
//! A status is a word with a sign; its colour only repeats it. The page's own policy forbids it to
//! load or run anything, and allows one style sheet by its hash.

mod rows;
mod tag;

use std::io::{self, Write};

use super::Shown;
use super::problem::{self, Problem};
use super::words::{
    Line, capitalized, closing, closing_of_all, ending, heading, lives_with_unknown, verdict,
};
use crate::exit::Exit;
use crate::report::{Audit, Counts, Excess, Readiness, Report};
use tag::{escaped, prose};

/// The style sheet.
const STYLE: &str = include_str!("html/style.css");

/// The hash of the style sheet, as the page's policy names it.
const STYLE_HASH: &str = "sha256-9SbQAFa5Yn6a8AVVjYl7Oo89kj9kqfFeIriAyIniK5Y=";

/// Writes the page.
///
/// # Errors
///
/// What the writer says.
pub fn write(report: &Report, shown: Shown, out: &mut impl Write) -> io::Result<()> {
    head(report, out)?;
    banner(report, out)?;
    writeln!(out, "<main>")?;
    open(report, out)?;
    for (index, audit) in report.audits.iter().enumerate() {
        section(report, index, audit, shown, out)?;
    }
    let lines = closing_of_all(report);
    let warnings: Vec<&Line> = lines
        .iter()
        .filter(|(label, _)| *label == "Warning")
        .collect();
    if !warnings.is_empty() {
        writeln!(
            out,
            "<section aria-labelledby=\"warnings\">\n<h2 id=\"warnings\">Warnings</h2>\n<ul>"
        )?;
        for (_, text) in warnings {
            writeln!(out, "<li>{}</li>", prose(text))?;
        }
        writeln!(out, "</ul>\n</section>")?;
    }
    writeln!(out, "</main>")?;
    let made = report.made_at.as_ref().map_or_else(String::new, |time| {
        let time = escaped(time);
        format!(", <time datetime=\"{time}\">{time}</time>")
    });
    writeln!(
        out,
        "<footer>remperm {}{made}</footer>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    )
}

fn head(report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{} – remperm</title>\n\
         <style>{STYLE}</style>\n\
         </head>\n\
         <body>",
        ending(report)
    )
}

/// The class and the sign of an end.
const fn look(exit: Exit) -> (&'static str, &'static str) {
    match exit {
        Exit::Held => ("pass", "✓"),
        Exit::Missing => ("missing", "✕"),
        Exit::Undetermined | Exit::Call => ("unknown", "?"),
    }
}

fn banner(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let (class, sign) = look(report.exit());
    let counts = Counts::of(report.findings());
    writeln!(
        out,
        "<header class=\"{class}\">\n\
         <p class=\"kicker\">Permissions for Remotion</p>\n\
         <h1><span class=\"sign\" aria-hidden=\"true\">{sign}</span>{}</h1>\n\
         <p class=\"verdict\">{}. Exit code {}.</p>\n\
         <ul class=\"counts\">",
        ending(report),
        escaped(&capitalized(&verdict(report))),
        report.exit().code()
    )?;
    for (class, number, word) in [
        ("pass", counts.passed, "held"),
        ("missing", counts.failed, "missing"),
        ("unknown", counts.unknown, "unknown"),
        ("waived", counts.waived, "waived"),
    ] {
        let none = if number == 0 { " none" } else { "" };
        writeln!(
            out,
            "<li class=\"{class}{none}\"><b>{number}</b> {word}</li>"
        )?;
    }
    writeln!(out, "</ul>")?;
    if report.audits.len() > 1 {
        writeln!(out, "<nav aria-label=\"Targets\">\n<ul>")?;
        for (index, audit) in report.audits.iter().enumerate() {
            let (class, sign) = look(audit.exit());
            writeln!(
                out,
                "<li><a href=\"#audit-{}\"><span class=\"badge {class}\"><span aria-hidden=\"true\">{sign}</span> {}</span> <span class=\"name\">{}</span></a></li>",
                index + 1,
                end_word(audit),
                escaped(&name(index, audit))
            )?;
        }
        writeln!(out, "</ul>\n</nav>")?;
    }
    writeln!(out, "</header>")
}

/// How an audit ended, in a word.
fn end_word(audit: &Audit) -> &'static str {
    match audit.exit() {
        _ if audit.failure.is_some() => "not checked",
        Exit::Held => "passed",
        Exit::Missing => "failed",
        Exit::Undetermined | Exit::Call => "unknown",
    }
}

fn name(index: usize, audit: &Audit) -> String {
    audit
        .target
        .clone()
        .unwrap_or_else(|| format!("Check {}", index + 1))
}

/// The table of what did not pass.
fn open(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let problems = problem::all(report);
    let mut problems: Vec<&Problem<'_>> = problems.iter().filter(|one| !one.echo).collect();
    if problems.is_empty() {
        return Ok(());
    }
    problems.sort_by_key(|problem| problem.grade);
    writeln!(
        out,
        "<section aria-labelledby=\"open\">\n<h2 id=\"open\">What did not pass</h2>"
    )?;
    rows::problems(&problems, report.audits.len() > 1, out)?;
    writeln!(out, "</section>")
}

fn section(
    report: &Report,
    index: usize,
    audit: &Audit,
    shown: Shown,
    out: &mut impl Write,
) -> io::Result<()> {
    let number = index + 1;
    let title = match heading(audit) {
        Some(heading) => heading,
        None if report.audits.len() > 1 => format!("Check {number}"),
        None => "What was checked".to_owned(),
    };
    let (class, sign) = look(audit.exit());
    writeln!(
        out,
        "<section id=\"audit-{number}\" aria-labelledby=\"audit-{number}-title\">\n\
         <h2 id=\"audit-{number}-title\">{} <span class=\"badge {class}\"><span aria-hidden=\"true\">{sign}</span> {}</span></h2>",
        escaped(&title),
        end_word(audit)
    )?;
    if let Some(failure) = &audit.failure {
        let hint = failure.hint.as_ref();
        writeln!(
            out,
            "<p class=\"callout\"><strong>Nothing could be asked:</strong> {}.{}</p>",
            prose(&failure.reason.detail),
            hint.map_or_else(String::new, |hint| format!(" {}.", prose(hint)))
        )?;
    }
    facts(&closing(audit), out)?;
    if lives_with_unknown(audit) && Counts::of(&audit.findings).unknown > 0 {
        writeln!(
            out,
            "<p class=\"callout\">What could not be determined does not fail this check: that was chosen.</p>"
        )?;
    }
    for subject in audit.subjects() {
        rows::findings(audit, subject, shown, out)?;
    }
    readiness(&audit.readiness, out)?;
    if let Some(excess) = &audit.excess {
        beyond(excess, out)?;
    }
    if !audit.blind_spots.is_empty() {
        writeln!(
            out,
            "<details class=\"more\"><summary>What this evidence can’t show</summary>\n<ul>"
        )?;
        for text in &audit.blind_spots {
            writeln!(out, "<li>{}</li>", prose(text))?;
        }
        writeln!(out, "</ul>\n</details>")?;
    }
    writeln!(out, "</section>")
}

/// Closing lines as a list of terms; those without a label belong to the one above.
fn facts(lines: &[Line], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<dl class=\"facts\">")?;
    for (label, text) in lines {
        if !label.is_empty() {
            writeln!(out, "<dt>{label}</dt>")?;
        }
        for line in text.lines() {
            writeln!(out, "<dd>{}</dd>", prose(line))?;
        }
    }
    writeln!(out, "</dl>")
}

fn readiness(all: &[Readiness], out: &mut impl Write) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h3>Beside permissions</h3>\n<ul class=\"plain\">")?;
    for one in all {
        let (class, sign, word) = match one.ready {
            Some(true) => ("pass", "✓", "ready"),
            Some(false) => ("missing", "✕", "not ready"),
            None => ("unknown", "?", "unknown"),
        };
        writeln!(
            out,
            "<li><span class=\"badge {class}\"><span aria-hidden=\"true\">{sign}</span> {word}</span> {} <code>{}</code><br>{}</li>",
            escaped(one.check),
            escaped(&one.about),
            prose(&one.detail)
        )?;
    }
    writeln!(out, "</ul>")
}

fn beyond(excess: &Excess, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "<h3>Held on the project beyond the need</h3>\n\
         <p>{} of {} permissions of Cloud Run are held and not needed, {} could not be tested.{}</p>",
        excess.held.len(),
        excess.asked,
        excess.unanswered,
        excess
            .reason
            .as_ref()
            .map_or_else(String::new, |reason| format!(" {}.", prose(&reason.detail)))
    )?;
    if excess.held.is_empty() {
        return Ok(());
    }
    writeln!(out, "<ul class=\"plain\">")?;
    for extra in &excess.held {
        writeln!(
            out,
            "<li><code>{}</code><br>{}</li>",
            escaped(&extra.permission),
            prose(&extra.summary)
        )?;
    }
    writeln!(out, "</ul>")
}
