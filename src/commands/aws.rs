//! `remperm aws check`.

use remperm::audit;
use remperm::aws::Options;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::manifest::Product;
use remperm::permission::Subject;
use remperm::version;

use super::check::{finish, print, terms};
use super::{environment, search};
use crate::cli::{AwsCheckArgs, AwsSubject};
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
        timeout: arguments.report.timeout,
    };
    let environment = environment()?;
    let terms = terms(&arguments.report);
    let report = finish(audit::aws(&options, &applied, terms, &environment))?;
    print(&report, &arguments.report, terminal)
}

const fn subject(typed: AwsSubject) -> Subject {
    match typed {
        AwsSubject::User => Subject::User,
        AwsSubject::Role => Subject::Role,
    }
}
