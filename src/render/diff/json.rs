//! For machines. The shape is a public contract with a schema (`tests/schemas/diff.schema.json`).

use std::io::{self, Write};

use serde::Serialize;

use super::answer;
use crate::diff::{Changes, Content, Coverage, Diff, Lack};
use crate::manifest::Change;
use crate::permission::Subject;
use crate::report::VersionUsed;

/// The version of the shape.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonDiff<'a> {
    schema_version: u32,
    tool: Tool,
    from: &'a str,
    to: &'a str,
    warnings: &'a [String],
    /// Only between two versions.
    packages: Option<Vec<JsonPackage<'a>>>,
    /// Only where a side is a file: whether the second covers the first, and the reverse.
    coverage: Option<Vec<JsonCoverage<'a>>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct JsonPackage<'a> {
    package: &'a str,
    from: JsonVersion<'a>,
    to: JsonVersion<'a>,
    subjects: &'a [Subject],
    changes: Vec<JsonChange<'a>>,
}

#[derive(Serialize)]
struct JsonVersion<'a> {
    version: &'a str,
    certainty: &'a str,
    explanation: &'a str,
}

#[derive(Serialize)]
struct JsonChange<'a> {
    change: &'static str,
    subject: Subject,
    group: &'a str,
    permission: &'a str,
    scope: &'a str,
    reason: &'a str,
    scope_changed: bool,
    doubtful: bool,
}

#[derive(Serialize)]
struct JsonCoverage<'a> {
    of: &'a str,
    by: &'a str,
    covers: &'static str,
    lacks: Vec<JsonLack<'a>>,
    open: Vec<JsonLack<'a>>,
}

#[derive(Serialize)]
struct JsonLack<'a> {
    permissions: &'a [String],
    resource: Option<&'a str>,
    detail: Option<&'a str>,
}

/// Writes JSON, with a line break at its end.
///
/// # Errors
///
/// What the writer says.
pub fn write(diff: &Diff, out: &mut impl Write) -> io::Result<()> {
    let (packages, coverage) = match &diff.content {
        Content::Versions(all) => (Some(all.iter().map(package).collect()), None),
        Content::Coverage(both) => (None, Some(both.iter().map(of_coverage).collect())),
    };
    let json = JsonDiff {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: "remperm",
            version: env!("CARGO_PKG_VERSION"),
        },
        from: &diff.from,
        to: &diff.to,
        warnings: &diff.warnings,
        packages,
        coverage,
    };
    serde_json::to_writer_pretty(&mut *out, &json)?;
    writeln!(out)
}

fn package(changes: &Changes) -> JsonPackage<'_> {
    JsonPackage {
        package: changes.to.package,
        from: version(&changes.from),
        to: version(&changes.to),
        subjects: &changes.subjects,
        changes: changes.changes.iter().map(change).collect(),
    }
}

fn version(used: &VersionUsed) -> JsonVersion<'_> {
    JsonVersion {
        version: &used.version,
        certainty: used.certainty,
        explanation: &used.certainty_text,
    }
}

fn change(change: &Change) -> JsonChange<'_> {
    let one = &change.requirement;
    JsonChange {
        change: change.way.name(),
        subject: one.subject,
        group: &one.group,
        permission: &one.permission,
        scope: &one.scope,
        reason: &one.reason,
        scope_changed: change.scope_changed,
        doubtful: change.perhaps,
    }
}

fn of_coverage(coverage: &Coverage) -> JsonCoverage<'_> {
    JsonCoverage {
        of: &coverage.of,
        by: &coverage.by,
        covers: answer(coverage.covers()),
        lacks: coverage.lacks.iter().map(lack).collect(),
        open: coverage.open.iter().map(lack).collect(),
    }
}

fn lack(lack: &Lack) -> JsonLack<'_> {
    JsonLack {
        permissions: &lack.permissions,
        resource: lack.resource.as_deref(),
        detail: lack.detail.as_deref(),
    }
}
