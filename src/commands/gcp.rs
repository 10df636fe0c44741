//! `remperm gcp check`.

use std::time::{Duration, Instant};

use remperm::audit::{self, Terms};
use remperm::environment::Environment;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::gcp::Options;
use remperm::manifest::Product;
use remperm::report::{Counts, Report};
use remperm::version::{self, Applied};

use super::check::{finish, print, terms};
use super::{environment, search};
use crate::cli::GcpCheckArgs;
use crate::terminal::Terminal;

pub(super) fn check(arguments: GcpCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let applied = version::find(Product::CloudRun, &search(&arguments.version)?)?;
    let options = Options {
        project: arguments.project,
        credentials: arguments.credentials,
        access_token_file: arguments.access_token_file,
        impersonate: arguments.impersonate_service_account,
        expect_identity: arguments.expect_identity,
        service_account: arguments.service_account,
        services: arguments.service,
        buckets: arguments.bucket,
        regions: arguments.region,
        allow_token_hosts: arguments.allow_token_host,
        universe_domain: arguments.universe_domain,
        readiness: !arguments.no_readiness,
        excess: arguments.excess,
        fail_on_excess: arguments.fail_on_excess,
        timeout: arguments.report.timeout,
    };
    let environment = environment()?;
    let terms = terms(&arguments.report);
    let wait = arguments.wait.unwrap_or_default();
    let checks = repeat(&options, &applied, terms, &environment, wait, terminal);
    let report = finish(checks)?;
    print(&report, &arguments.report, terminal)
}

/// The first pause between two checks; each further one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// A pause does not grow beyond this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Checks until nothing is missing or unknown, or the time is up.
async fn repeat(
    options: &Options,
    applied: &Applied,
    terms: Terms,
    environment: &Environment,
    wait: Duration,
    terminal: &Terminal,
) -> Result<Report, Error> {
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let report = audit::gcp(options, applied, terms, environment).await?;
        let left = wait.saturating_sub(start.elapsed());
        if report.exit() == Exit::Held || left.is_zero() {
            return Ok(report);
        }
        let counts = Counts::of(report.audits.iter().flat_map(|audit| &audit.findings));
        let now = pause.min(left);
        terminal.progress(&format!(
            "{} missing, {} unknown: asking again in {} s, for {} s more at most",
            counts.failed,
            counts.unknown,
            now.as_secs().max(1),
            left.as_secs()
        ));
        tokio::time::sleep(now).await;
        pause = pause.mul_f64(1.5).min(LONGEST_PAUSE);
    }
}
