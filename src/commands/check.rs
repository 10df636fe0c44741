//! What the checks of both clouds share: running them, and printing the report.

use std::future::Future;

use remperm::audit::Terms;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::render::{Shown, json, table};
use remperm::report::Report;

use crate::cli::{Only, ReportArgs, ReportFormat};
use crate::terminal::Terminal;

pub(super) const fn terms(arguments: &ReportArgs) -> Terms {
    Terms {
        accept_newer: arguments.accept_newer,
        strict_context: false,
    }
}

/// Runs a check to its end. One thread suffices: all its work is waiting for answers.
pub(super) fn finish(check: impl Future<Output = Result<Report, Error>>) -> Result<Report, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::world(format!("the check could not be started: {error}")))?;
    let result = runtime.block_on(check);
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    result
}

pub(super) fn print(
    report: &Report,
    arguments: &ReportArgs,
    terminal: &Terminal,
) -> Result<Exit, Error> {
    for failure in report
        .audits
        .iter()
        .filter_map(|audit| audit.failure.as_ref())
    {
        let mut error = Error::world(failure.reason.detail.clone());
        error.hint.clone_from(&failure.hint);
        terminal.error(&error);
    }
    terminal.print(report.exit(), |out| match arguments.format {
        ReportFormat::Table => table::write(report, shown(&arguments.only), terminal.style, out),
        ReportFormat::Json => json::write(report, out),
    })
}

fn shown(only: &[Only]) -> Shown {
    if only.is_empty() {
        return Shown::ALL;
    }
    Shown {
        passed: only.contains(&Only::Passed),
        missing: only.contains(&Only::Missing),
        unknown: only.contains(&Only::Unknown),
    }
}
