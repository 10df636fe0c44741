//! Runs checks to their end: with `--wait` again and again, and no longer than until an
//! interruption.

use std::cell::OnceCell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use remperm::error::Error;
use remperm::exit::Exit;
use remperm::http::Http;
use remperm::interrupt::Interrupt;
use remperm::report::{Counts, Report};
use remperm::waiver;
use time::UtcDateTime;
use tokio::runtime::Runtime;

use crate::cli::ReportArgs;
use crate::terminal::Terminal;

/// The pause before the first time that is asked again; each further one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The stack of the threads that judge files: that of a program's first thread, so that depth has
/// one limit.
const STACK: usize = 8 * 1024 * 1024;

/// What a check is made with.
#[derive(Debug, Clone, Default)]
pub(super) struct Means {
    /// Made when it is first asked for: loading the system's certificates takes longer than a
    /// check of files.
    http: Rc<OnceCell<Http>>,
    /// The interruption.
    pub(super) interrupt: Interrupt,
}

impl Means {
    /// The client, whose requests end when the run is interrupted.
    ///
    /// # Errors
    ///
    /// As [`Http::new`].
    pub(super) fn http(&self) -> Result<&Http, Error> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let http = Http::new()?.until(&self.interrupt);
        Ok(self.http.get_or_init(|| http))
    }
}

/// Runs a check to its end, and with `--wait` again until nothing is missing or time is up.
///
/// Waivers and the date are put in here, so that waiting ends with what is waived. After an
/// interruption the check has to end by itself.
pub(super) fn run<F>(
    arguments: &ReportArgs,
    terminal: &Terminal,
    check: impl Fn(Means) -> F,
) -> Result<Report, Error>
where
    F: Future<Output = Result<Report, Error>>,
{
    // One thread suffices for waiting for answers; files are judged on others.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()
        .map_err(|error| Error::world(format!("the check could not be started: {error}")))?;
    let means = Means::default();
    let result = repeat(&runtime, &means, arguments, terminal, check);
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    result
}

fn repeat<F>(
    runtime: &Runtime,
    means: &Means,
    arguments: &ReportArgs,
    terminal: &Terminal,
    check: impl Fn(Means) -> F,
) -> Result<Report, Error>
where
    F: Future<Output = Result<Report, Error>>,
{
    let started = Instant::now();
    let wait = arguments.wait.unwrap_or_default();
    let mut pause = FIRST_PAUSE;
    runtime.block_on(async {
        let mut heard = pin!(interruption());
        loop {
            let mut checked = pin!(check(means.clone()));
            let report = tokio::select! {
                report = &mut checked => report?,
                () = &mut heard => {
                    terminal.note("interrupted: what was not answered by now is unknown");
                    means.interrupt.set();
                    checked.await?
                }
            };
            let report = settle(arguments, report);
            let left = wait.saturating_sub(started.elapsed());
            if report.exit() != Exit::Missing || left.is_zero() || means.interrupt.is_set() {
                return Ok(report);
            }
            let pause_now = pause.min(left);
            let missing = Counts::of(report.findings()).failed;
            terminal.note(&format!(
                "{missing} missing: asking again in {} s, for {} s more at the most",
                pause_now.as_secs_f32().ceil(),
                left.as_secs()
            ));
            tokio::select! {
                () = tokio::time::sleep(pause_now) => {}
                () = &mut heard => return Ok(report),
            }
            pause = pause.mul_f64(1.5).min(LONGEST_PAUSE);
        }
    })
}

/// Puts in what a person decided and when the report was made.
fn settle(arguments: &ReportArgs, mut report: Report) -> Report {
    let now = UtcDateTime::now();
    if let Some(config) = &arguments.config.found {
        waiver::apply(&mut report, &config.waivers, now.date());
    }
    report.made_at = Some(format!(
        "{}T{:02}:{:02}:{:02}Z",
        now.date(),
        now.hour(),
        now.minute(),
        now.second()
    ));
    report
}

/// Ends when the user or the system asks the program to end.
async fn interruption() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler the signal ends the process by itself.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminate = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = ctrl_c => {}
            () = terminate => {}
        }
    }
    #[cfg(not(unix))]
    ctrl_c.await;
}
