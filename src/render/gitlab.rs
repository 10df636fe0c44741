//! [Code quality of GitLab](https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format):
//! a JSON array of what did not pass. GitLab shows in a merge request what is new in it and what is
//! gone, by the fingerprints.

use std::io::{self, Write};

use serde::Serialize;

use super::json::write_escaped;
use super::place::{self, Root};
use super::problem::{self, Grade, Problem};
use crate::report::Report;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// Writes the array; it is empty only where everything passed.
///
/// # Errors
///
/// What the writer says.
pub fn write(report: &Report, root: Option<&Root>, out: &mut impl Write) -> io::Result<()> {
    let issues: Vec<Issue> = problem::all(report)
        .into_iter()
        .map(|problem| issue(problem, root))
        .collect();
    write_escaped(&issues, out)
}

fn issue(problem: Problem<'_>, root: Option<&Root>) -> Issue {
    let place = place::of(problem.audit, root);
    Issue {
        description: problem.message(),
        severity: match problem.grade {
            Grade::Failed => "critical",
            Grade::Undetermined => "major",
            Grade::Accepted => "minor",
            Grade::Waived => "info",
        },
        check_name: problem.rule,
        fingerprint: problem.fingerprint,
        location: Location {
            path: place.path,
            lines: Lines { begin: place.line },
        },
    }
}
