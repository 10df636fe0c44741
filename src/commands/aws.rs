//! `remperm aws check`.

use remperm::audit::{self, Terms};
use remperm::aws::Options;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::manifest::Product;
use remperm::permission::{Activity, Subject};
use remperm::render::policy::write_policy;
use remperm::report::Report;
use remperm::version::Applied;
use remperm::{fix, offline, version};

use super::check::{finish, terms};
use super::reports::Reports;
use super::{context, environment, search};
use crate::cli::{AwsActivity, AwsCheckArgs, AwsSourceArgs, AwsSubject, ReportArgs};
use crate::terminal::Terminal;

pub(super) fn check(arguments: AwsCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let applied = version::find(Product::Lambda, &search(&arguments.version)?)?;
    let source = &arguments.source;
    let mut terms = terms(&arguments.report);
    terms.strict_context = source.strict_context;
    terms.only_for = arguments
        .activities
        .iter()
        .map(|one| activity(*one))
        .collect();
    let fixed = match (arguments.fix, subjects(source).as_slice()) {
        (false, _) => None,
        (true, [subject]) => Some(*subject),
        (true, _) => {
            return Err(Error::call("--fix prints one policy, for one subject")
                .hint("add --subject user or --subject role"));
        }
    };
    let reports = Reports::prepare(&arguments.report)?;
    let report = report(source, &arguments.report, &applied, &terms, terminal)?;
    match fixed {
        Some(subject) => print_fix(&report, subject, terminal),
        None => reports.write(&report, terminal),
    }
}

/// Runs the check by whatever evidence was given.
pub(super) fn report(
    source: &AwsSourceArgs,
    arguments: &ReportArgs,
    applied: &Applied,
    terms: &Terms,
    terminal: &Terminal,
) -> Result<Report, Error> {
    if !source.identity_policy.is_empty() {
        return audit::aws_offline(&offline(source)?, applied, terms);
    }
    let options = online(source, arguments)?;
    let environment = environment()?;
    finish(arguments, terminal, || {
        audit::aws(&options, applied, terms, &environment)
    })
}

fn subjects(source: &AwsSourceArgs) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = source.subject.iter().map(|one| subject(*one)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}

fn online(source: &AwsSourceArgs, arguments: &ReportArgs) -> Result<Options, Error> {
    let subjects = subjects(source);
    let defaults = Options::default();
    Ok(Options {
        profile: source.profile.clone(),
        regions: source.region.clone(),
        principal: source.principal.clone(),
        role_name: source.role_name.clone(),
        subjects: if subjects.is_empty() {
            defaults.subjects
        } else {
            subjects
        },
        expect_account: source.expect_account.clone(),
        buckets: source.bucket.clone(),
        functions: source.function.clone(),
        context: context::read(&source.context)?,
        timeout: arguments.timeout,
    })
}

fn offline(source: &AwsSourceArgs) -> Result<offline::Options, Error> {
    let subject = match subjects(source).as_slice() {
        [subject] => Some(*subject),
        _ => None,
    };
    Ok(offline::Options {
        subject,
        identity_policies: source.identity_policy.clone(),
        boundary: source.boundary.clone(),
        session_policies: source.session_policy.clone(),
        service_control_policies: source.scp.clone(),
        service_control_levels: source.scp_level.clone(),
        account: source.account.clone(),
        regions: source.region.clone(),
        role_name: source.role_name.clone(),
        buckets: source.bucket.clone(),
        functions: source.function.clone(),
        context: context::read(&source.context)?,
    })
}

/// The smallest policy that mends what is missing, alone on stdout; all else goes to stderr.
fn print_fix(report: &Report, subject: Subject, terminal: &Terminal) -> Result<Exit, Error> {
    terminal.failures(report);
    let fix = fix::of(report, subject);
    for advice in &fix.advice {
        terminal.note(advice);
    }
    match &fix.policy {
        Some(policy) => terminal.print(report.exit(), |out| write_policy(policy, out)),
        None => {
            terminal.note("there is nothing to add");
            Ok(report.exit())
        }
    }
}

const fn activity(typed: AwsActivity) -> Activity {
    match typed {
        AwsActivity::DeployFunction => Activity::DeployFunction,
        AwsActivity::DeploySite => Activity::DeploySite,
        AwsActivity::Render => Activity::Render,
        AwsActivity::List => Activity::List,
        AwsActivity::CleanUp => Activity::CleanUp,
        AwsActivity::Quotas => Activity::Quotas,
        AwsActivity::Validate => Activity::Validate,
    }
}

const fn subject(typed: AwsSubject) -> Subject {
    match typed {
        AwsSubject::User => Subject::User,
        AwsSubject::Role => Subject::Role,
    }
}
