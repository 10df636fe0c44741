//! `remperm gate …`.

use remperm::audit::Terms;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::gcp::Options;
use remperm::manifest::Product;
use remperm::project::{self, Outcome};
use remperm::version::{self, Applied, Chosen, Search};

use super::check::terms;
use super::prepared::{Evidence, Prepared};
use super::reports::Reports;
use super::run::run;
use super::{aws, environment, search, working_directory};
use crate::cli::{CloudName, UpgradeArgs};
use crate::terminal::Terminal;

pub(super) fn upgrade(arguments: &UpgradeArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let is_stdin = |path: &std::path::PathBuf| path.as_os_str() == "-";
    if arguments.base == "-" && arguments.aws.identity_policy.iter().any(is_stdin) {
        return Err(Error::call("the standard input can be read only once")
            .hint("give the base or the policy as a file"));
    }
    let search = search(&arguments.version, &working_directory()?)?;
    let product = match cloud(arguments, &search)? {
        CloudName::Aws => Product::Lambda,
        CloudName::Gcp => Product::CloudRun,
    };
    // Which defaults apply is decided before the project is looked at.
    if let (Product::CloudRun, None, Some(config)) =
        (product, arguments.cloud, &arguments.report.config.found)
    {
        return Err(Error::call(format!(
            "the defaults of {} for Google Cloud apply only where the cloud is named",
            config.file.display()
        ))
        .hint("add --cloud gcp, or leave the configuration out with --no-config"));
    }
    let applied = version::find(product, &search)?;
    // The newest version stands in for a project's in other commands; a gate has to know it.
    if applied.chosen == Chosen::Newest {
        return Err(Error::call(format!(
            "no project here has {} installed, locked or named exactly, so there is no upgrade to check",
            product.package()
        ))
        .hint("name the project with --project-dir, or the new version with --remotion-version"));
    }
    let mut terms = terms(&arguments.report);
    terms.beyond = Some(version::base(product, &arguments.base)?);
    let prepared = match product {
        Product::Lambda => aws::ready(&arguments.aws, &arguments.report, applied, terms)?,
        Product::CloudRun => on_google_cloud(arguments, applied, terms)?,
    };
    let reports = Reports::prepare(&arguments.report)?;
    let report = run(&arguments.report, terminal, |means| {
        let prepared = &prepared;
        async move { prepared.check(&means).await }
    })?;
    reports.write(&report, terminal)
}

/// The cloud that was named, else that of the flags, else that of the one package that the project
/// has; AWS where the project has neither.
fn cloud(arguments: &UpgradeArgs, search: &Search) -> Result<CloudName, Error> {
    let (aws, gcp) = arguments.clouds();
    let flags_of_other = match arguments.cloud {
        Some(CloudName::Aws) => gcp,
        Some(CloudName::Gcp) => aws,
        None => aws && gcp,
    };
    if flags_of_other {
        return Err(Error::call("there are flags that belong to the other cloud")
            .hint("`remperm gate upgrade --help` tells which belong to Google Cloud; check each cloud in a run of its own"));
    }
    if let Some(cloud) = arguments.cloud {
        return Ok(cloud);
    }
    match (aws, gcp) {
        (true, _) => return Ok(CloudName::Aws),
        (_, true) => return Ok(CloudName::Gcp),
        (false, false) => {}
    }
    match (
        has(Product::Lambda, search)?,
        has(Product::CloudRun, search)?,
    ) {
        (true, true) => Err(Error::call(
            "the project has both @remotion/lambda and @remotion/cloudrun",
        )
        .hint("add --cloud aws or --cloud gcp, and run the gate once for each")),
        (false, true) => Ok(CloudName::Gcp),
        (_, false) => Ok(CloudName::Aws),
    }
}

/// Whether the project's files name the package at all.
fn has(product: Product, search: &Search) -> Result<bool, Error> {
    let looked_up =
        project::find_package_within(&search.directory, product.package(), search.home.as_deref())
            .map_err(|error| {
                Error::call(error.to_string())
                    .hint(format!("{}, or name the cloud with --cloud", error.hint()))
            })?;
    Ok(looked_up.outcome != Outcome::NotFound)
}

fn on_google_cloud(
    arguments: &UpgradeArgs,
    applied: Applied,
    terms: Terms,
) -> Result<Prepared, Error> {
    let own = &arguments.gcp;
    let options = Options {
        project: own.project.clone(),
        credentials: own.credentials.clone(),
        access_token_file: own.access_token_file.clone(),
        impersonate: own.impersonate_service_account.clone(),
        expect_identity: own.expect_identity.clone(),
        service_account: own.service_account.clone(),
        services: own.service.clone(),
        buckets: arguments.aws.bucket.clone(),
        regions: arguments.aws.region.clone(),
        readiness: false,
        timeout: arguments.report.timeout,
        ..Options::default()
    };
    Ok(Prepared {
        applied,
        terms,
        evidence: Evidence::Gcp(options, environment()?),
    })
}
