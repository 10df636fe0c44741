//! `remperm check`: all targets of the configuration in one report.

use clap::FromArgMatches;
use remperm::config::{Config, Target};
use remperm::error::{Error, ErrorKind};
use remperm::exit::Exit;
use remperm::parallel;
use remperm::permission::Cloud;
use remperm::report::{Audit, Report};
use remperm::verdict::{Unknown, Why};

use super::prepared::Prepared;
use super::reports::Reports;
use super::run::{Means, run};
use super::{aws, gcp, settings};
use crate::cli::{AwsCheckArgs, CheckArgs, GcpCheckArgs, ReportArgs};
use crate::terminal::Terminal;

pub(super) fn check(arguments: &CheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let config = arguments
        .report
        .config
        .found
        .as_ref()
        .ok_or_else(settings::needed)?;
    // All that can be wrong with a target is found before the first request.
    let prepared = chosen(config, &arguments.target)?
        .into_iter()
        .map(|target| {
            let prepared = prepare(config, target, &arguments.report).map_err(|error| Error {
                message: format!(
                    "{}, the target {:?} in line {}: {}",
                    config.file.display(),
                    target.name,
                    target.line,
                    error.message
                ),
                ..error
            })?;
            Ok((target.name.as_str(), prepared))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let reports = Reports::prepare(&arguments.report)?;
    let report = run(&arguments.report, terminal, |means| {
        all(&prepared, usize::from(arguments.parallel), means, terminal)
    })?;
    reports.write(&report, terminal)
}

/// The targets that were asked for, in the configuration's order.
fn chosen<'a>(config: &'a Config, names: &[String]) -> Result<Vec<&'a Target>, Error> {
    let known: Vec<&str> = config.targets.iter().map(|one| one.name.as_str()).collect();
    if known.is_empty() {
        return Err(
            Error::call(format!("{} has no [[target]]", config.file.display()))
                .hint("add one: [[target]] with a name and a cloud"),
        );
    }
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(
            Error::call(format!("{} has no target {name:?}", config.file.display()))
                .hint(format!("its targets are {}", known.join(", "))),
        );
    }
    Ok(config
        .targets
        .iter()
        .filter(|target| names.is_empty() || names.contains(&target.name))
        .collect())
}

fn prepare(config: &Config, target: &Target, report: &ReportArgs) -> Result<Prepared, Error> {
    let matches = settings::of_target(config, target, &report.config.typed)?;
    let wrong = |error: clap::Error| Error::call(error.to_string());
    match target.cloud {
        Cloud::Aws => {
            let mut arguments = AwsCheckArgs::from_arg_matches(&matches).map_err(wrong)?;
            typed(&mut arguments.report, report);
            aws::prepare(&arguments, config.directory())
        }
        Cloud::Gcp => {
            let mut arguments = GcpCheckArgs::from_arg_matches(&matches).map_err(wrong)?;
            typed(&mut arguments.report, report);
            gcp::prepare(&arguments, config.directory())
        }
    }
}

/// Puts what was typed for the whole run over what a target says.
fn typed(target: &mut ReportArgs, whole: &ReportArgs) {
    let is_typed = |id: &str| whole.config.typed.iter().any(|typed| typed == id);
    if is_typed("accept_newer") {
        target.accept_newer = whole.accept_newer;
    }
    if is_typed("timeout") {
        target.timeout = whole.timeout;
    }
    if is_typed("on_unknown") {
        target.on_unknown = whole.on_unknown;
    }
}

/// Checks all targets, no more than `limit` at a time. What keeps one of them from being checked
/// is its own finding.
async fn all(
    prepared: &[(&str, Prepared)],
    limit: usize,
    means: Means,
    terminal: &Terminal,
) -> Result<Report, Error> {
    let progress = terminal.progress(prepared.len());
    let checks = prepared.iter().map(|(name, prepared)| {
        let (means, progress) = (&means, &progress);
        async move {
            let audits = one(prepared, means).await;
            progress.step(name);
            audits.map(|mut audits| {
                for audit in &mut audits {
                    audit.target = Some((*name).to_owned());
                }
                audits
            })
        }
    });
    let audits = parallel::all(limit, checks).await;
    progress.end();
    let audits: Vec<Vec<Audit>> = audits.into_iter().collect::<Result<_, Error>>()?;
    Ok(Report {
        audits: audits.into_iter().flatten().collect(),
        made_at: None,
        warnings: Vec::new(),
    })
}

async fn one(prepared: &Prepared, means: &Means) -> Result<Vec<Audit>, Error> {
    let checked = if means.interrupt.is_set() {
        prepared.interrupted()
    } else {
        prepared.check(means).await
    };
    let report = checked.or_else(|error| {
        let why = match error.kind {
            ErrorKind::Call => Why::Misconfigured,
            ErrorKind::World => Why::Service,
        };
        prepared.not_made(Unknown::new(why, error.message), error.hint)
    })?;
    Ok(report.audits)
}
