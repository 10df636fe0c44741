//! What the checks of both clouds share: their terms, and printing the report.

use remperm::audit::Terms;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::render::{Shown, json, table};
use remperm::report::Report;

use crate::cli::{OnUnknown, Only, ReportArgs, ReportFormat};
use crate::terminal::Terminal;

pub(super) fn terms(arguments: &ReportArgs) -> Terms {
    Terms {
        accept_newer: arguments.accept_newer,
        accept_unknown: arguments.on_unknown == OnUnknown::Warn,
        ..Terms::default()
    }
}

pub(super) fn print(
    report: &Report,
    arguments: &ReportArgs,
    terminal: &Terminal,
) -> Result<Exit, Error> {
    terminal.failures(report);
    terminal.print(report.exit(), |out| match arguments.format {
        ReportFormat::Table => table::write(report, shown(&arguments.only), terminal.style, out),
        ReportFormat::Json => json::write(report, out),
    })
}

pub(super) fn shown(only: &[Only]) -> Shown {
    if only.is_empty() {
        return Shown::ALL;
    }
    Shown {
        passed: only.contains(&Only::Passed),
        missing: only.contains(&Only::Missing),
        unknown: only.contains(&Only::Unknown),
        waived: only.contains(&Only::Waived),
    }
}
