//! `remperm aws check` and `remperm gcp check`.

use std::future::Future;

use remperm::audit::{self, Terms};
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::manifest::Product;
use remperm::permission::Subject;
use remperm::render::{Shown, json, table};
use remperm::report::Report;
use remperm::{aws, gcp, version};

use super::{environment, search};
use crate::cli::{AwsCheckArgs, AwsSubject, GcpCheckArgs, Only, ReportArgs, ReportFormat};
use crate::terminal::Terminal;

pub(super) fn aws(arguments: AwsCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let applied = version::find(Product::Lambda, &search(&arguments.version)?)?;
    let mut subjects: Vec<Subject> = arguments.subject.iter().map(|one| subject(*one)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    if subjects.is_empty() {
        subjects = aws::Options::default().subjects;
    }
    let options = aws::Options {
        profile: arguments.profile,
        regions: arguments.region,
        principal: arguments.principal,
        role_name: arguments.role_name,
        subjects,
        expect_account: arguments.expect_account,
        buckets: arguments.bucket,
        functions: arguments.function,
        timeout: arguments.report.timeout,
    };
    let environment = environment()?;
    let terms = terms(&arguments.report);
    let report = finish(audit::aws(&options, &applied, terms, &environment))?;
    print(&report, &arguments.report, terminal)
}

pub(super) fn gcp(arguments: GcpCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let applied = version::find(Product::CloudRun, &search(&arguments.version)?)?;
    let options = gcp::Options {
        project: arguments.project,
        credentials: arguments.credentials,
        expect_identity: arguments.expect_identity,
        timeout: arguments.report.timeout,
    };
    let environment = environment()?;
    let terms = terms(&arguments.report);
    let report = finish(audit::gcp(&options, &applied, terms, &environment))?;
    print(&report, &arguments.report, terminal)
}

const fn subject(typed: AwsSubject) -> Subject {
    match typed {
        AwsSubject::User => Subject::User,
        AwsSubject::Role => Subject::Role,
    }
}

const fn terms(arguments: &ReportArgs) -> Terms {
    Terms {
        accept_newer: arguments.accept_newer,
        strict_context: false,
    }
}

/// Runs a check to its end. One thread suffices: all its work is waiting for answers.
fn finish(check: impl Future<Output = Result<Report, Error>>) -> Result<Report, Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::world(format!("the check could not be started: {error}")))?
        .block_on(check)
}

fn print(report: &Report, arguments: &ReportArgs, terminal: &Terminal) -> Result<Exit, Error> {
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
