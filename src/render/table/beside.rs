//! What stands beside the permissions: readiness, and what is held beyond the need.

use std::io::{self, Write};

use anstyle::AnsiColor;

use crate::render::Style;
use crate::render::layout::{clean, labelled, paint};
use crate::report::{Audit, Excess, Readiness};

pub(super) fn write(audit: &Audit, style: Style, out: &mut impl Write) -> io::Result<()> {
    readiness(&audit.readiness, style, out)?;
    match &audit.excess {
        Some(excess) => held_beyond(excess, style, out),
        None => Ok(()),
    }
}

/// What is not ready stands one by one, the rest in one line.
fn readiness(all: &[Readiness], style: Style, out: &mut impl Write) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "{}",
        paint("Beside permissions", AnsiColor::Cyan, style)
    )?;
    for one in all.iter().filter(|one| one.ready != Some(true)) {
        let word = if one.ready == Some(false) {
            "not ready"
        } else {
            "unknown"
        };
        writeln!(
            out,
            "  {} {}: {}",
            paint(word, AnsiColor::Yellow, style),
            one.check,
            clean(&one.about)
        )?;
        write!(out, "{}", labelled("       →", &one.detail, style))?;
    }
    let ready: Vec<&str> = all
        .iter()
        .filter(|one| one.ready == Some(true))
        .map(|one| one.about.as_str())
        .collect();
    if !ready.is_empty() {
        write!(out, "{}", labelled("  ready", &ready.join(", "), style))?;
    }
    writeln!(out)
}

fn held_beyond(excess: &Excess, style: Style, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "{}",
        paint(
            "Held on the project beyond the need",
            AnsiColor::Cyan,
            style
        )
    )?;
    for extra in &excess.held {
        writeln!(out, "  {}", clean(&extra.permission))?;
        write!(out, "{}", labelled("", &extra.summary, style))?;
    }
    let text = format!(
        "{} of {} permissions of Cloud Run are held and not needed, {} could not be tested",
        excess.held.len(),
        excess.asked,
        excess.unanswered
    );
    write!(out, "{}", labelled("  in all", &text, style))?;
    if let Some(reason) = &excess.reason {
        write!(out, "{}", labelled("       →", &reason.detail, style))?;
    }
    writeln!(out)
}
