//! `remperm policies …`: what a version needs, to paste or to read.

mod diff;

use remperm::error::Error;
use remperm::exit::Exit;
use remperm::manifest::{Certainty, Partition, Product};
use remperm::permission::Subject;
use remperm::render::policy::{CustomRole, write_policy};
use remperm::render::requirements::{self, Needs};
use remperm::render::versions::{self, Known};
use remperm::version::{self, Applied};

use super::{search, working_directory};
use crate::cli::{
    AuditorArgs, AwsPartition, AwsPolicyArgs, ListArgs, PlainFormat, PoliciesCommand, ProductName,
    RoleArgs, RoleFormat, ShowArgs,
};
use crate::terminal::Terminal;

pub(super) fn run(command: PoliciesCommand, terminal: &Terminal) -> Result<Exit, Error> {
    match command {
        PoliciesCommand::User(arguments) => policy(Subject::User, &arguments, terminal),
        PoliciesCommand::Role(arguments) => policy(Subject::Role, &arguments, terminal),
        PoliciesCommand::Auditor(arguments) => auditor(&arguments, terminal),
        PoliciesCommand::ServiceAccount(arguments) => custom_role(&arguments, terminal),
        PoliciesCommand::List(arguments) => list(&arguments, terminal),
        PoliciesCommand::Show(arguments) => show(&arguments, terminal),
        PoliciesCommand::Diff(arguments) => diff::diff(&arguments, terminal),
    }
}

const fn partition(typed: AwsPartition) -> Partition {
    match typed {
        AwsPartition::Aws => Partition::Aws,
        AwsPartition::AwsCn => Partition::AwsCn,
    }
}

fn policy(subject: Subject, arguments: &AwsPolicyArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let partition = match (&arguments.partition, &arguments.region) {
        (Some(typed), _) => partition(*typed),
        (None, Some(region)) => remperm::aws::partition_of_region(region)?,
        (None, None) => Partition::Aws,
    };
    let applied = version::find(
        Product::Lambda,
        &search(&arguments.version, &working_directory()?)?,
    )?;
    let manifest = &applied.manifest;
    let policy = manifest.list.policy(subject, partition).ok_or_else(|| {
        Error::call(format!(
            "{} {} has no policies for the partition {}",
            manifest.product.package(),
            manifest.version,
            partition.name()
        ))
        .hint("`remperm policies list` shows which versions have")
    })?;
    warn(&applied, terminal);
    terminal.print(Exit::Held, |out| write_policy(policy, out))
}

fn auditor(arguments: &AuditorArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let policy = remperm::aws::auditor_policy(partition(arguments.partition));
    terminal.print(Exit::Held, |out| write_policy(&policy, out))
}

fn custom_role(arguments: &RoleArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let applied = version::find(
        Product::CloudRun,
        &search(&arguments.version, &working_directory()?)?,
    )?;
    warn(&applied, terminal);
    let version = applied.manifest.version.to_string();
    let role = CustomRole::new(applied.manifest.list.permissions(), &version);
    terminal.print(Exit::Held, |out| match arguments.format {
        RoleFormat::Yaml => role.write_yaml(out),
        RoleFormat::Json => role.write_json(out),
    })
}

/// What a person should know before pasting a list.
fn warn(applied: &Applied, terminal: &Terminal) {
    for warning in &applied.warnings {
        terminal.warn(warning);
    }
    let manifest = &applied.manifest;
    let version = &manifest.version;
    match &manifest.certainty {
        Certainty::Verified | Certainty::BetweenEqual { .. } | Certainty::Installed => {}
        Certainty::BetweenDifferent { below, above } => terminal.warn(&format!(
            "{version} lies between {below} and {above}, whose lists differ: this is the list of {above}"
        )),
        Certainty::Newer { newest } => terminal.warn(&format!(
            "{version} is newer than the newest known version: this is the list of {newest}"
        )),
    }
}

fn list(arguments: &ListArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let search = search(&arguments.version, &working_directory()?)?;
    let known: Vec<Known> = [Product::Lambda, Product::CloudRun]
        .into_iter()
        .map(|product| Known {
            product,
            here: version::find(product, &search)
                .map(|applied| applied.used(false))
                .map_err(|error| error.message),
        })
        .collect();
    terminal.print(Exit::Held, |out| match arguments.format {
        PlainFormat::Table => versions::write_table(&known, terminal.style, out),
        PlainFormat::Json => versions::write_json(&known, out),
    })
}

fn show(arguments: &ShowArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let search = search(&arguments.version, &working_directory()?)?;
    let products = match arguments.product {
        Some(ProductName::Lambda) => vec![Product::Lambda],
        Some(ProductName::Cloudrun) => vec![Product::CloudRun],
        None => vec![Product::Lambda, Product::CloudRun],
    };
    let mut all = Vec::new();
    let mut errors = Vec::new();
    for product in products {
        match needs(product, partition(arguments.partition), &search, terminal) {
            Ok(needs) => all.push(needs),
            Err(error) => errors.push(error),
        }
    }
    // The two packages have ranges of their own: one of them may have no list for a version.
    if all.is_empty() || arguments.product.is_some() {
        if let Some(error) = errors.into_iter().next() {
            return Err(error);
        }
    } else {
        for error in errors {
            terminal.warn(&error.message);
        }
    }
    terminal.print(Exit::Held, |out| match arguments.format {
        PlainFormat::Table => requirements::write_table(&all, terminal.style, out),
        PlainFormat::Json => requirements::write_json(&all, out),
    })
}

fn needs(
    product: Product,
    partition: Partition,
    search: &version::Search,
    terminal: &Terminal,
) -> Result<Needs, Error> {
    let applied = version::find(product, search)?;
    warn(&applied, terminal);
    let subjects: &[Subject] = match product {
        Product::Lambda => &[Subject::User, Subject::Role],
        Product::CloudRun => &[Subject::ServiceAccount],
    };
    let mut requirements = Vec::new();
    for subject in subjects {
        requirements.extend(applied.manifest.requirements(*subject, partition).map_err(
            |error| {
                Error::call(error.to_string())
                    .hint("`remperm policies list` shows which versions have a list for it")
            },
        )?);
    }
    Ok(Needs {
        version: applied.used(false),
        requirements,
    })
}
