//! The known versions: `remperm policies list`.

use std::io::{self, Write};

use anstyle::AnsiColor;
use serde::Serialize;

use super::Style;
use super::layout::{cell, labelled, paint, table};
use crate::manifest::{List, Partition, Product, lists};
use crate::permission::Subject;
use crate::report::VersionUsed;

/// A package's lists, and the version that applies here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The package.
    pub product: Product,
    /// The version that applies here, or why none does.
    pub here: Result<VersionUsed, String>,
}

/// What changed from one list to the next.
#[derive(Serialize)]
struct Step {
    first: String,
    last: String,
    versions: usize,
    partitions: Vec<&'static str>,
    permissions: Vec<Count>,
    changes: Vec<String>,
}

#[derive(Serialize)]
struct Count {
    subject: Subject,
    count: usize,
}

#[derive(Serialize)]
struct JsonKnown<'a> {
    package: &'static str,
    applies: Option<&'a str>,
    chosen: Option<&'a str>,
    file: Option<&'a str>,
    certainty: Option<&'a str>,
    error: Option<&'a str>,
    lists: Vec<Step>,
}

/// Writes tables for people, the newest list first.
///
/// # Errors
///
/// What the writer says.
pub fn write_table(all: &[Known], style: Style, out: &mut impl Write) -> io::Result<()> {
    for known in all {
        writeln!(
            out,
            "{}",
            paint(known.product.package(), AnsiColor::Cyan, style)
        )?;
        let mut rows = table(
            style,
            &["From", "To", "Permissions", "What changed"],
            &[10, 10, 22, 58],
        );
        for step in steps(known.product).iter().rev() {
            let counts: Vec<String> = step
                .permissions
                .iter()
                .map(|one| format!("{} {}", one.subject, one.count))
                .collect();
            rows.add_row([
                cell(&step.first),
                cell(&step.last),
                cell(&counts.join("\n")),
                cell(&step.changes.join("\n")),
            ]);
        }
        writeln!(out, "{rows}\n")?;
        let here = match &known.here {
            Ok(version) => format!(
                "{} ({}); {}",
                version.version, version.chosen_text, version.certainty_text
            ),
            Err(why) => format!("no version applies: {why}"),
        };
        writeln!(out, "{}", labelled("Here", &here, style))?;
    }
    Ok(())
}

/// Writes a JSON array with one entry per package, the oldest list first.
///
/// # Errors
///
/// What the writer says.
pub fn write_json(all: &[Known], out: &mut impl Write) -> io::Result<()> {
    let json: Vec<JsonKnown<'_>> = all
        .iter()
        .map(|known| {
            let here = known.here.as_ref().ok();
            JsonKnown {
                package: known.product.package(),
                applies: here.map(|version| version.version.as_str()),
                chosen: here.map(|version| version.chosen),
                file: here.and_then(|version| version.file.as_deref()),
                certainty: here.map(|version| version.certainty),
                error: known.here.as_ref().err().map(String::as_str),
                lists: steps(known.product),
            }
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &json)?;
    writeln!(out)
}

fn steps(product: Product) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut before: Option<List> = None;
    for list in lists(product) {
        steps.push(Step {
            first: list.oldest().to_string(),
            last: list.newest().to_string(),
            versions: list.seen.len(),
            partitions: list.partitions().into_iter().map(Partition::name).collect(),
            permissions: subjects(product)
                .iter()
                .map(|subject| Count {
                    subject: *subject,
                    count: entries(&list, *subject).len(),
                })
                .collect(),
            changes: before.as_ref().map_or_else(
                || vec!["the first known list".to_owned()],
                |before| changes(product, before, &list),
            ),
        });
        before = Some(list);
    }
    steps
}

const fn subjects(product: Product) -> &'static [Subject] {
    match product {
        Product::Lambda => &[Subject::User, Subject::Role],
        Product::CloudRun => &[Subject::ServiceAccount],
    }
}

/// Permissions with their scopes, as far as a list of one subject has them.
fn entries(list: &List, subject: Subject) -> Vec<(String, Option<String>)> {
    match list.policy(subject, Partition::Aws) {
        Some(policy) => policy
            .statement
            .iter()
            .flat_map(|statement| {
                statement.resource.iter().flat_map(|scope| {
                    statement
                        .action
                        .iter()
                        .map(|action| (action.clone(), Some(scope.clone())))
                })
            })
            .collect(),
        None => list
            .permissions()
            .iter()
            .map(|name| (name.clone(), None))
            .collect(),
    }
}

fn changes(product: Product, before: &List, after: &List) -> Vec<String> {
    let mut changes = Vec::new();
    for subject in subjects(product) {
        let old = entries(before, *subject);
        let new = entries(after, *subject);
        let show = |sign: char, (permission, scope): &(String, Option<String>)| match scope {
            Some(scope) if scope != "*" => format!("{sign} {subject}: {permission} on {scope}"),
            _ => format!("{sign} {subject}: {permission}"),
        };
        changes.extend(
            new.iter()
                .filter(|entry| !old.contains(entry))
                .map(|entry| show('+', entry)),
        );
        changes.extend(
            old.iter()
                .filter(|entry| !new.contains(entry))
                .map(|entry| show('-', entry)),
        );
    }
    for partition in after.partitions() {
        if !before.partitions().contains(&partition) {
            changes.push(format!("+ the partition {}", partition.name()));
        }
    }
    if changes.is_empty() {
        changes.push("the order of statements".to_owned());
    }
    changes
}
