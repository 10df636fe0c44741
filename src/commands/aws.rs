//! `remperm aws check`.

use std::path::Path;

use remperm::audit::{self, Terms};
use remperm::aws::Options;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::manifest::Product;
use remperm::offline::{self, Holders};
use remperm::permission::{Activity, Subject};
use remperm::render::policy::write_policy;
use remperm::render::principals;
use remperm::report::Report;
use remperm::version::Applied;
use remperm::{fix, version};

use super::check::terms;
use super::prepared::{Evidence, Prepared};
use super::reports::{Reports, shown};
use super::run::run;
use super::{context, environment, search, working_directory};
use crate::cli::{AwsActivity, AwsCheckArgs, AwsSourceArgs, AwsSubject, ReportArgs, ReportFormat};
use crate::terminal::Terminal;

pub(super) fn check(arguments: AwsCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    if arguments.all_principals {
        return list(&arguments, terminal);
    }
    let fixed = match (arguments.fix, subjects(&arguments.source).as_slice()) {
        (false, _) => None,
        (true, [subject]) => Some(*subject),
        (true, _) => {
            return Err(Error::call("--fix prints one policy, for one subject")
                .hint("add --subject user or --subject role"));
        }
    };
    let prepared = prepare(&arguments, &working_directory()?)?;
    let reports = Reports::prepare(&arguments.report)?;
    let report = run(&arguments.report, terminal, |means| {
        let prepared = &prepared;
        async move { prepared.check(&means).await }
    })?;
    match fixed {
        Some(subject) => print_fix(&report, subject, terminal),
        None => reports.write(&report, terminal),
    }
}

/// Lists which users and roles of account details hold what the version needs.
fn list(arguments: &AwsCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let formats = [ReportFormat::Table, ReportFormat::Json];
    if !formats.contains(&arguments.report.format) || !arguments.report.report.is_empty() {
        return Err(
            Error::call("the list of all principals is no report: it has no such format")
                .hint("print it as --format table or --format json"),
        );
    }
    let source = &arguments.source;
    let (applied, mut terms) = needed(arguments, &working_directory()?)?;
    terms.strict_context = source.strict_context;
    let options = offline::Options {
        holders: details(source, None),
        ..offline(source)?
    };
    let list = audit::aws_principals(&options, &source.principal, &applied, &terms)?;
    terminal.print(list.exit(), |out| {
        if arguments.report.format == ReportFormat::Json {
            principals::write_json(&list, out)
        } else {
            principals::write_table(&list, shown(&arguments.report.only), terminal.style, out)
        }
    })
}

/// Understands what was typed; the version is looked for in `directory` where nothing else is said.
pub(super) fn prepare(arguments: &AwsCheckArgs, directory: &Path) -> Result<Prepared, Error> {
    let (applied, terms) = needed(arguments, directory)?;
    ready(&arguments.source, &arguments.report, applied, terms)
}

/// What has to be held: the version that applies, and which part of its list.
fn needed(arguments: &AwsCheckArgs, directory: &Path) -> Result<(Applied, Terms), Error> {
    let applied = version::find(Product::Lambda, &search(&arguments.version, directory)?)?;
    let mut terms = terms(&arguments.report);
    terms.only_for = arguments
        .activities
        .iter()
        .map(|one| activity(*one))
        .collect();
    Ok((applied, terms))
}

/// The check by whatever evidence was given.
pub(super) fn ready(
    source: &AwsSourceArgs,
    arguments: &ReportArgs,
    applied: Applied,
    mut terms: Terms,
) -> Result<Prepared, Error> {
    terms.strict_context = source.strict_context;
    let evidence = if !source.account_details.is_empty() {
        Evidence::AwsFiles(offline::Options {
            holders: details(source, one_principal(source)?),
            ..offline(source)?
        })
    } else if let Some(file) = &source.terraform {
        Evidence::AwsFiles(offline::Options {
            holders: Holders::Terraform {
                file: file.clone(),
                addresses: source.address.clone(),
            },
            ..offline(source)?
        })
    } else if !source.identity_policy.is_empty() {
        Evidence::AwsFiles(offline(source)?)
    } else {
        Evidence::Aws(online(source, arguments)?, environment()?)
    };
    Ok(Prepared {
        applied,
        terms,
        evidence,
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
        assume_role: source.assume_role.clone(),
        external_id: source.external_id.clone(),
        regions: source.region.clone(),
        principal: one_principal(source)?,
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

fn details(source: &AwsSourceArgs, principal: Option<String>) -> Holders {
    Holders::AccountDetails {
        files: source.account_details.clone(),
        principal,
    }
}

/// A check is about one user; only the list of all principals takes several.
fn one_principal(source: &AwsSourceArgs) -> Result<Option<String>, Error> {
    match source.principal.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        _ => Err(Error::call("--principal was given several times")
            .hint("give it once, or list several with --account-details and --all-principals")),
    }
}

fn offline(source: &AwsSourceArgs) -> Result<offline::Options, Error> {
    let subject = match subjects(source).as_slice() {
        [subject] => Some(*subject),
        _ => None,
    };
    Ok(offline::Options {
        subject,
        holders: Holders::None,
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
