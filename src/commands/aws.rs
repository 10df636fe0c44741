//! `remperm aws check`.

use remperm::audit;
use remperm::aws::Options;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::manifest::Product;
use remperm::permission::{Activity, Subject};
use remperm::render::policy::write_policy;
use remperm::report::Report;
use remperm::{fix, version};

use super::check::{finish, print, terms};
use super::{context, environment, search};
use crate::cli::{AwsActivity, AwsCheckArgs, AwsSubject};
use crate::terminal::Terminal;

pub(super) fn check(arguments: AwsCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let applied = version::find(Product::Lambda, &search(&arguments.version)?)?;
    let mut subjects: Vec<Subject> = arguments.subject.iter().map(|one| subject(*one)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    if subjects.is_empty() {
        subjects = Options::default().subjects;
    }
    let options = Options {
        profile: arguments.profile,
        regions: arguments.region,
        principal: arguments.principal,
        role_name: arguments.role_name,
        subjects,
        expect_account: arguments.expect_account,
        buckets: arguments.bucket,
        functions: arguments.function,
        context: context::read(&arguments.context)?,
        timeout: arguments.report.timeout,
    };
    let environment = environment()?;
    let mut terms = terms(&arguments.report);
    terms.strict_context = arguments.strict_context;
    terms.only_for = arguments
        .activities
        .iter()
        .map(|one| activity(*one))
        .collect();
    let fixed = match (arguments.fix, options.subjects.as_slice()) {
        (false, _) => None,
        (true, [subject]) => Some(*subject),
        (true, _) => {
            return Err(Error::call("--fix prints one policy, for one subject")
                .hint("add --subject user or --subject role"));
        }
    };
    let report = finish(&arguments.report, terminal, || {
        audit::aws(&options, &applied, &terms, &environment)
    })?;
    match fixed {
        Some(subject) => print_fix(&report, subject, terminal),
        None => print(&report, &arguments.report, terminal),
    }
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
