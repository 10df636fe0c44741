//! What a version needs, and why: `remperm policies show`.

use std::io::{self, Write};

use anstyle::AnsiColor;
use serde::Serialize;

use super::Style;
use super::layout::{bold, cell, is_wide, labelled, paint, table};
use crate::permission::{Activity, Level, Requirement, ResourceKind, Subject};
use crate::report::VersionUsed;

/// A version with its requirements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// The version, and how it was chosen.
    pub version: VersionUsed,
    /// What it needs, in Remotion's order.
    pub requirements: Vec<Requirement>,
}

/// Writes tables for people.
///
/// # Errors
///
/// What the writer says.
pub fn write_table(all: &[Needs], style: Style, out: &mut impl Write) -> io::Result<()> {
    for needs in all {
        let mut subjects: Vec<Subject> = needs.requirements.iter().map(|one| one.subject).collect();
        subjects.dedup();
        for subject in subjects {
            let title = match subject {
                Subject::User => "The AWS user needs",
                Subject::Role => "The AWS execution role needs",
                Subject::ServiceAccount => "The Google Cloud service account needs",
            };
            writeln!(out, "{}", paint(title, AnsiColor::Cyan, style))?;
            let mut rows = if is_wide(style) {
                table(style, &["Permission", "Scope", "Reason"], &[28, 30, 42])
            } else {
                table(style, &["Permission and scope", "Reason"], &[50, 50])
            };
            let mut group = "";
            for one in needs
                .requirements
                .iter()
                .filter(|one| one.subject == subject)
            {
                if one.group != group {
                    group = &one.group;
                    if subject != Subject::Role {
                        rows.add_row([bold(group, style)]);
                    }
                }
                let mut reason = one.reason.clone();
                if one.doubtful {
                    reason.push_str("\n→ doubtful: only one of the neighbouring versions needs it");
                }
                if is_wide(style) {
                    rows.add_row([cell(&one.permission), cell(&one.scope), cell(&reason)]);
                } else {
                    let what = format!("{}\n  on {}", one.permission, one.scope);
                    rows.add_row([cell(&what), cell(&reason)]);
                }
            }
            writeln!(out, "{rows}\n")?;
        }
        let version = &needs.version;
        let text = format!(
            "{} {} ({}); {}; {} permissions",
            version.package,
            version.version,
            version.chosen_text,
            version.certainty_text,
            needs.requirements.len()
        );
        writeln!(out, "{}", labelled("Version", &text, style))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct JsonNeeds<'a> {
    package: &'a str,
    version: &'a str,
    chosen: &'a str,
    file: Option<&'a str>,
    certainty: &'a str,
    permissions: Vec<JsonRequirement<'a>>,
}

#[derive(Serialize)]
struct JsonRequirement<'a> {
    subject: Subject,
    group: &'a str,
    permission: &'a str,
    scope: &'a str,
    reason: &'a str,
    acts_on: Option<ResourceKind>,
    grantable_at: &'a [Level],
    needed_for: &'a [Activity],
    doubtful: bool,
}

/// Writes a JSON array with one entry per package.
///
/// # Errors
///
/// What the writer says.
pub fn write_json(all: &[Needs], out: &mut impl Write) -> io::Result<()> {
    let json: Vec<JsonNeeds<'_>> = all
        .iter()
        .map(|needs| JsonNeeds {
            package: needs.version.package,
            version: &needs.version.version,
            chosen: needs.version.chosen,
            file: needs.version.file.as_deref(),
            certainty: needs.version.certainty,
            permissions: needs
                .requirements
                .iter()
                .map(|one| JsonRequirement {
                    subject: one.subject,
                    group: &one.group,
                    permission: &one.permission,
                    scope: &one.scope,
                    reason: &one.reason,
                    acts_on: one.acts_on,
                    grantable_at: &one.grantable_at,
                    needed_for: &one.activities,
                    doubtful: one.doubtful,
                })
                .collect(),
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &json)?;
    writeln!(out)
}
