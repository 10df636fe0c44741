//! `remperm aws check`.

use remperm::audit;
use remperm::aws::Options;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::manifest::Product;
use remperm::permission::{Activity, Subject};
use remperm::render::policy::write_policy;
use remperm::report::Report;
use remperm::{fix, offline, version};

use super::check::{finish, print, terms};
use super::{context, environment, search};
use crate::cli::{AwsActivity, AwsCheckArgs, AwsSubject};
use crate::terminal::Terminal;

pub(super) fn check(arguments: AwsCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let applied = version::find(Product::Lambda, &search(&arguments.version)?)?;
    let mut terms = terms(&arguments.report);
    terms.strict_context = arguments.strict_context;
    terms.only_for = arguments
        .activities
        .iter()
        .map(|one| activity(*one))
        .collect();
    let mut subjects: Vec<Subject> = arguments.subject.iter().map(|one| subject(*one)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let fixed = match (arguments.fix, subjects.as_slice()) {
        (false, _) => None,
        (true, [subject]) => Some(*subject),
        (true, _) => {
            return Err(Error::call("--fix prints one policy, for one subject")
                .hint("add --subject user or --subject role"));
        }
    };
    let report = if arguments.identity_policy.is_empty() {
        let options = online(&arguments, subjects)?;
        let environment = environment()?;
        finish(&arguments.report, terminal, || {
            audit::aws(&options, &applied, &terms, &environment)
        })?
    } else {
        audit::aws_offline(&offline(&arguments, &subjects)?, &applied, &terms)?
    };
    match fixed {
        Some(subject) => print_fix(&report, subject, terminal),
        None => print(&report, &arguments.report, terminal),
    }
}

fn online(arguments: &AwsCheckArgs, subjects: Vec<Subject>) -> Result<Options, Error> {
    let defaults = Options::default();
    Ok(Options {
        profile: arguments.profile.clone(),
        regions: arguments.region.clone(),
        principal: arguments.principal.clone(),
        role_name: arguments.role_name.clone(),
        subjects: if subjects.is_empty() {
            defaults.subjects
        } else {
            subjects
        },
        expect_account: arguments.expect_account.clone(),
        buckets: arguments.bucket.clone(),
        functions: arguments.function.clone(),
        context: context::read(&arguments.context)?,
        timeout: arguments.report.timeout,
    })
}

fn offline(arguments: &AwsCheckArgs, subjects: &[Subject]) -> Result<offline::Options, Error> {
    let subject = match subjects {
        [subject] => Some(*subject),
        _ => None,
    };
    Ok(offline::Options {
        subject,
        identity_policies: arguments.identity_policy.clone(),
        boundary: arguments.boundary.clone(),
        session_policies: arguments.session_policy.clone(),
        service_control_policies: arguments.scp.clone(),
        service_control_levels: arguments.scp_level.clone(),
        account: arguments.account.clone(),
        regions: arguments.region.clone(),
        role_name: arguments.role_name.clone(),
        buckets: arguments.bucket.clone(),
        functions: arguments.function.clone(),
        context: context::read(&arguments.context)?,
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
