//! [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), as
//! [GitHub's code scanning](https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning)
//! and others read it: one run, a rule per permission, a result for each thing that did not pass.
//!
//! What could not be determined is a result too, even where a whole check failed: a missing result
//! would close its alert as if it were mended.

mod shape;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::json::write_escaped;
use super::place::{self, Root};
use super::problem::{self, Grade, Problem};
use crate::exit::Exit;
use crate::explain;
use crate::report::{Audit, Report};
use crate::text::flat;
use shape::{
    ArtifactLocation, Configuration, Driver, Invocation, Level, Location, Log, LogicalLocation,
    Message, Multiformat, Notification, PhysicalLocation, Properties, Region, ResultObject, Rule,
    Run, Suppression, Tool,
};

/// The name of the root in the file: what code scanning takes for the repository.
const ROOT: &str = "%SRCROOT%";

/// Code scanning refuses a run that has
/// [more results](https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning),
/// and of those it takes it shows 5,000, the gravest first.
const MOST_RESULTS: usize = 25_000;

/// The one fingerprint that code scanning reads: with rule and file it makes the alert. Left to the
/// upload it would be a hash of the line, which all results share, so that the alerts of one
/// permission would be one, whatever its scope and target, and be new with each version.
const FOR_CODE_SCANNING: &str = "primaryLocationLineHash";

/// Remotion's pages on the permissions of the two products.
const LAMBDA_HELP: &str = "https://www.remotion.dev/docs/lambda/permissions";
const CLOUD_RUN_HELP: &str = "https://www.remotion.dev/docs/cloudrun/permissions";

/// Writes the log.
///
/// # Errors
///
/// What the writer says.
pub fn write(report: &Report, root: Option<&Root>, out: &mut impl Write) -> io::Result<()> {
    let mut problems = problem::all(report);
    let left = problems.len().saturating_sub(MOST_RESULTS);
    if left > 0 {
        problems.sort_by_key(|problem| (problem.grade, problem.echo));
        problems.truncate(MOST_RESULTS);
    }
    let mut rules: BTreeMap<&str, Vec<&Problem<'_>>> = BTreeMap::new();
    for problem in &problems {
        rules.entry(&problem.rule).or_default().push(problem);
    }
    let order: BTreeMap<&str, usize> = rules
        .keys()
        .enumerate()
        .map(|(index, rule)| (*rule, index))
        .collect();
    let results = problems
        .iter()
        .map(|problem| result(problem, order.get(problem.rule.as_str()).copied(), root))
        .collect();
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "remperm",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: rules
                        .into_iter()
                        .map(|(id, problems)| rule(id, &problems))
                        .collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            invocations: [invocation(report, left)],
            original_uri_base_ids: BTreeMap::from([(
                ROOT,
                shape::Base {
                    description: Message::of("The root of the repository."),
                },
            )]),
            results,
            properties: targets(report),
        }],
    };
    write_escaped(&log, out)
}

/// The targets of the report, where it has some.
fn targets(report: &Report) -> Option<shape::Targets> {
    let targets: Vec<shape::Target> = report
        .audits
        .iter()
        .filter_map(|audit| {
            Some(shape::Target {
                name: flat(audit.target.as_deref()?),
                exit_code: audit.exit().code(),
            })
        })
        .collect();
    (!targets.is_empty()).then_some(shape::Targets { targets })
}

/// The rule of problems that share its id.
fn rule(id: &str, problems: &[&Problem<'_>]) -> Rule {
    let mut breaks: Vec<&str> = Vec::new();
    let mut subjects: Vec<&str> = Vec::new();
    for problem in problems {
        if let Some(text) = problem.breaks.as_deref()
            && !breaks.contains(&text)
        {
            breaks.push(text);
        }
        if let Some(subject) = problem.subject
            && !subjects.contains(&subject.name())
        {
            subjects.push(subject.name());
        }
    }
    let permission = id.split_once('/').map_or(id, |(_, name)| name);
    let known = explain::explain(permission);
    let mut sections: Vec<(&str, String)> = Vec::new();
    if let Some(summary) = known.and_then(|known| known.summary) {
        sections.push(("What it allows", summary));
    }
    if !breaks.is_empty() {
        sections.push(("Why Remotion needs it", breaks.join(" ")));
    }
    sections.push(("How to mend it", mend(id, permission, &subjects)));
    let text: Vec<String> = sections
        .iter()
        .map(|(title, text)| format!("{title}: {text}"))
        .collect();
    let markdown: Vec<String> = sections
        .iter()
        .map(|(title, text)| format!("**{title}**\n\n{}", super::markdown::prose(text)))
        .collect();
    let short = format!("Remotion needs {permission}");
    let full = breaks.first().copied().unwrap_or(&short).to_owned();
    Rule {
        id: id.to_owned(),
        name: permission.to_owned(),
        short_description: Message::of(&short),
        full_description: Message::of(&full),
        help: Multiformat {
            text: shape::escaped(&text.join("\n\n")),
            markdown: shape::escaped_braces(&markdown.join("\n\n")),
        },
        help_uri: if id.starts_with("gcp/") {
            CLOUD_RUN_HELP
        } else {
            LAMBDA_HELP
        },
        default_configuration: Configuration {
            level: Level::Error,
        },
        properties: Properties {
            tags: vec!["permissions", "remotion"],
            precision: "high",
            severity: "error",
        },
    }
}

/// How a permission is mended in general; a result says more.
fn mend(id: &str, permission: &str, subjects: &[&str]) -> String {
    if id.starts_with("remperm/") {
        return "read what the result says, and run the check again.".to_owned();
    }
    let policies: Vec<String> = subjects
        .iter()
        .map(|subject| format!("remperm policies {subject}"))
        .collect();
    if policies.is_empty() {
        return format!("remperm explain {permission} says more.");
    }
    format!(
        "allow it, where nothing stands in the way; {} prints all that is needed, remperm explain {permission} says more.",
        policies.join(" or ")
    )
}

fn result(problem: &Problem<'_>, index: Option<usize>, root: Option<&Root>) -> ResultObject {
    let place = place::of(problem.audit, root);
    ResultObject {
        rule_id: problem.rule.clone(),
        rule_index: index,
        // Of the other kinds code scanning knows nothing, and they have no level.
        kind: "fail",
        level: match problem.grade {
            Grade::Failed => Level::Error,
            Grade::Undetermined => Level::Warning,
            Grade::Accepted | Grade::Waived => Level::Note,
        },
        message: Message::of(&problem.message()),
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: uri(&place.path),
                    uri_base_id: ROOT,
                },
                region: Region {
                    start_line: place.line,
                },
            },
            logical_locations: problem.audit.map(|audit| logical(audit, problem)),
        }],
        partial_fingerprints: ["remperm/v1", FOR_CODE_SCANNING]
            .map(|name| (name, problem.fingerprint.clone()))
            .into(),
        // Where one result has suppressions, all have, if only none.
        suppressions: match (problem.grade, &problem.decided) {
            (Grade::Waived, decided) => vec![Suppression {
                kind: "external",
                status: "accepted",
                justification: decided.clone().unwrap_or_default(),
            }],
            _ => Vec::new(),
        },
    }
}

/// Whom and what it is about: the target, or else the account or project, and below it the subject.
fn logical(audit: &Audit, problem: &Problem<'_>) -> Vec<LogicalLocation> {
    let tested = &audit.tested;
    let target = problem.target();
    let place = tested.account.as_deref().or(tested.project.as_deref());
    let name = target.or_else(|| place.map(flat));
    let mut names: Vec<String> = name.into_iter().collect();
    if let Some(subject) = problem.subject {
        let principal = tested
            .principals
            .iter()
            .find(|(of, _)| *of == subject)
            .map_or(subject.name(), |(_, name)| name);
        names.push(flat(principal));
    }
    if let Some(scope) = &problem.scope {
        names.push(scope.clone());
    }
    let Some(name) = names.last().cloned() else {
        return Vec::new();
    };
    vec![LogicalLocation {
        name,
        fully_qualified_name: names.join(" / "),
        kind: "resource",
    }]
}

fn invocation(report: &Report, left: usize) -> Invocation {
    let exit = report.exit();
    let mut notifications: Vec<Notification> = Vec::new();
    let mut add = |level: Level, audit: Option<&Audit>, text: &str| {
        let target = audit.and_then(|audit| audit.target.as_deref());
        let text = match target {
            Some(target) => format!("{target}: {text}"),
            None => text.to_owned(),
        };
        notifications.push(Notification {
            level,
            message: Message::of(&flat(&text)),
        });
    };
    if left > 0 {
        let text = format!(
            "{left} results are left out, the least grave ones: code scanning refuses a file with more than {MOST_RESULTS}"
        );
        add(Level::Warning, None, &text);
    }
    for warning in &report.warnings {
        add(Level::Warning, None, warning);
    }
    for audit in &report.audits {
        if let Some(failure) = &audit.failure {
            add(Level::Error, Some(audit), &failure.reason.detail);
        }
        for note in &audit.notes {
            add(Level::Note, Some(audit), note);
        }
        for one in audit.readiness.iter().filter(|one| one.ready != Some(true)) {
            let text = format!("{} {}: {}", one.check, one.about, one.detail);
            add(Level::Note, Some(audit), &text);
        }
    }
    let failed = report.audits.iter().any(|audit| audit.failure.is_some());
    Invocation {
        execution_successful: exit != Exit::Undetermined && !failed,
        exit_code: exit.code(),
        end_time_utc: report.made_at.clone(),
        tool_execution_notifications: notifications,
    }
}

/// A path as a relative reference: what is neither plain nor a separator is escaped
/// ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)).
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            plain if plain.is_ascii_alphanumeric() => uri.push(char::from(plain)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
