//! What the checks of both clouds share: running them.

use std::future::Future;
use std::time::{Duration, Instant};

use remperm::audit::Terms;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::report::{Counts, Report};

use crate::cli::ReportArgs;
use crate::terminal::Terminal;

pub(super) fn terms(arguments: &ReportArgs) -> Terms {
    Terms {
        accept_newer: arguments.accept_newer,
        ..Terms::default()
    }
}

/// The pause before the first time that is asked again; each further one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Runs a check to its end, and with `--wait` again until nothing is missing or time is up. One
/// thread suffices: all its work is waiting for answers.
pub(super) fn finish<F>(
    arguments: &ReportArgs,
    terminal: &Terminal,
    check: impl Fn() -> F,
) -> Result<Report, Error>
where
    F: Future<Output = Result<Report, Error>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::world(format!("the check could not be started: {error}")))?;
    let result = repeat(&runtime, arguments, terminal, check);
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    result
}

fn repeat<F>(
    runtime: &tokio::runtime::Runtime,
    arguments: &ReportArgs,
    terminal: &Terminal,
    check: impl Fn() -> F,
) -> Result<Report, Error>
where
    F: Future<Output = Result<Report, Error>>,
{
    let started = Instant::now();
    let wait = arguments.wait.unwrap_or_default();
    let mut pause = FIRST_PAUSE;
    loop {
        let report = runtime.block_on(check())?;
        let left = wait.saturating_sub(started.elapsed());
        if report.exit() != Exit::Missing || left.is_zero() {
            return Ok(report);
        }
        let pause_now = pause.min(left);
        let missing = Counts::of(report.findings()).failed;
        terminal.note(&format!(
            "{missing} missing: asking again in {} s, for {} s more at the most",
            pause_now.as_secs_f32().ceil(),
            left.as_secs()
        ));
        // The timer belongs to the runtime, so it is made inside.
        runtime.block_on(async { tokio::time::sleep(pause_now).await });
        pause = pause.mul_f64(1.5).min(LONGEST_PAUSE);
    }
}
