//! Which users and roles hold what a version needs: `remperm aws check --all-principals`.

use std::io::{self, Write};

use anstyle::AnsiColor;
use serde::Serialize;

use super::layout::{cell, labelled, paint, status, table};
use super::{Shown, Style};
use crate::permission::Subject;
use crate::report::{Finding, PrincipalList, PrincipalRow};
use crate::verdict::{Source, Verdict, Why};

/// The version of the shape for machines.
pub const SCHEMA_VERSION: u32 = 1;

/// Writes a table for people.
///
/// # Errors
///
/// What the writer says.
pub fn write_table(
    list: &PrincipalList,
    shown: Shown,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(
        out,
        "{}",
        paint(
            "Users and roles, and what they lack",
            AnsiColor::Cyan,
            style
        )
    )?;
    let mut rows = table(
        style,
        &[
            "Status",
            "Principal",
            "List",
            "Missing",
            "Unknown",
            "What first",
        ],
        &[9, 33, 7, 10, 10, 31],
    );
    for row in list.rows.iter().filter(|row| is_shown(row, shown)) {
        let word = match row {
            row if row.counts.failed > 0 => "FAIL",
            row if row.fits() => "pass",
            _ => "unknown",
        };
        let first = row.missing.as_ref().or(row.unknown.as_ref());
        rows.add_row([
            status(word, style),
            cell(&row.principal),
            cell(row.list.name()),
            cell(&row.counts.failed.to_string()),
            cell(&row.counts.unknown.to_string()),
            cell(&first.map(told).unwrap_or_default()),
        ]);
    }
    writeln!(out, "{rows}\n")?;
    let place = match list.regions.as_slice() {
        [] => "any region".to_owned(),
        regions => regions.join(", "),
    };
    let tested = format!(
        "the account details {}, for account {}, {place}; nothing of AWS was asked",
        list.files.join(", "),
        list.accounts.join(", ")
    );
    write!(out, "{}", labelled("Tested", &tested, style))?;
    let version = &list.version;
    let against = format!(
        "{} {} ({}); {}",
        version.package, version.version, version.chosen_text, version.certainty_text
    );
    write!(out, "{}", labelled("Against", &against, style))?;
    for note in &list.notes {
        write!(out, "{}", labelled("Note", note, style))?;
    }
    for spot in &list.blind_spots {
        write!(out, "{}", labelled("Unseen", spot, style))?;
    }
    for (subject, who) in [
        (Subject::User, "users and roles by the user's list"),
        (Subject::Role, "roles by the execution role's list"),
    ] {
        let tally = Tally::of(list.rows.iter().filter(|row| row.list == subject));
        if tally.rows > 0 {
            let result = format!(
                "{who}: {} listed, {} fit, {} lack something, {} unknown",
                tally.rows, tally.fit, tally.lacking, tally.unknown
            );
            write!(out, "{}", labelled("Result", &result, style))?;
        }
    }
    Ok(())
}

/// What stands in the way first.
fn told(finding: &Finding) -> String {
    let why = finding.explanation().unwrap_or_default();
    format!("{}\n  on {}\n→ {why}", finding.permission, finding.scope)
}

const fn is_shown(row: &PrincipalRow, shown: Shown) -> bool {
    (shown.passed && row.fits())
        || (shown.missing && row.counts.failed > 0)
        || (shown.unknown && row.counts.unknown > 0)
}

/// How many rows there are of each kind: one that lacks something counts as lacking alone.
#[derive(Serialize, Default)]
struct Tally {
    rows: usize,
    fit: usize,
    lacking: usize,
    unknown: usize,
}

impl Tally {
    fn of<'a>(rows: impl Iterator<Item = &'a PrincipalRow>) -> Self {
        let mut tally = Self::default();
        for row in rows {
            tally.rows += 1;
            if row.counts.failed > 0 {
                tally.lacking += 1;
            } else if row.fits() {
                tally.fit += 1;
            } else {
                tally.unknown += 1;
            }
        }
        tally
    }
}

#[derive(Serialize)]
struct JsonList<'a> {
    schema_version: u32,
    tool: JsonTool,
    exit_code: u8,
    remotion: JsonVersion<'a>,
    source: Source,
    files: &'a [String],
    accounts: &'a [String],
    regions: &'a [String],
    is_incomplete: bool,
    notes: &'a [String],
    blind_spots: &'a [&'static str],
    counts: Tally,
    principals: Vec<JsonRow<'a>>,
}

#[derive(Serialize)]
struct JsonTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct JsonVersion<'a> {
    package: &'a str,
    version: &'a str,
    chosen: &'a str,
    file: Option<&'a str>,
    certainty: &'a str,
    accepted_newer: bool,
}

#[derive(Serialize)]
struct JsonRow<'a> {
    principal: &'a str,
    list: Subject,
    fits: bool,
    total: usize,
    passed: usize,
    missing: usize,
    unknown: usize,
    first_missing: Option<JsonFinding<'a>>,
    first_unknown: Option<JsonFinding<'a>>,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    permission: &'a str,
    scope: &'a str,
    /// Only where it is not held.
    cause: Option<&'static str>,
    /// Only where it could not be determined.
    unknown: Option<Why>,
    detail: Option<String>,
}

impl<'a> From<&'a Finding> for JsonFinding<'a> {
    fn from(finding: &'a Finding) -> Self {
        let (cause, unknown) = match &finding.verdict {
            Verdict::Pass(_) => (None, None),
            Verdict::Fail(cause) => (Some(cause.code()), None),
            Verdict::Unknown(unknown) => (None, Some(unknown.why)),
        };
        Self {
            permission: &finding.permission,
            scope: &finding.scope,
            cause,
            unknown,
            detail: finding.explanation(),
        }
    }
}

/// Writes JSON for machines (`tests/schemas/principals.schema.json`).
///
/// # Errors
///
/// What the writer says.
pub fn write_json(list: &PrincipalList, out: &mut impl Write) -> io::Result<()> {
    let version = &list.version;
    let json = JsonList {
        schema_version: SCHEMA_VERSION,
        tool: JsonTool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        exit_code: list.exit().code(),
        remotion: JsonVersion {
            package: version.package,
            version: &version.version,
            chosen: version.chosen,
            file: version.file.as_deref(),
            certainty: version.certainty,
            accepted_newer: version.accepted_newer,
        },
        source: list.source,
        files: &list.files,
        accounts: &list.accounts,
        regions: &list.regions,
        is_incomplete: list.is_incomplete,
        notes: &list.notes,
        blind_spots: &list.blind_spots,
        counts: Tally::of(list.rows.iter()),
        principals: list
            .rows
            .iter()
            .map(|row| JsonRow {
                principal: &row.principal,
                list: row.list,
                fits: row.fits(),
                total: row.counts.total,
                passed: row.counts.passed,
                missing: row.counts.failed,
                unknown: row.counts.unknown,
                first_missing: row.missing.as_ref().map(JsonFinding::from),
                first_unknown: row.unknown.as_ref().map(JsonFinding::from),
            })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &json)?;
    writeln!(out)
}
