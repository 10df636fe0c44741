//! `remperm gcp check`.

use std::path::Path;

use remperm::bindings;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::gcp::Options;
use remperm::manifest::Product;
use remperm::version;

use super::check::terms;
use super::prepared::{Evidence, Prepared};
use super::reports::Reports;
use super::run::run;
use super::{environment, search, working_directory};
use crate::cli::GcpCheckArgs;
use crate::terminal::Terminal;

pub(super) fn check(arguments: &GcpCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let prepared = prepare(arguments, &working_directory()?)?;
    let reports = Reports::prepare(&arguments.report)?;
    let report = run(&arguments.report, terminal, |means| {
        let prepared = &prepared;
        async move { prepared.check(&means).await }
    })?;
    reports.write(&report, terminal)
}

/// Understands what was typed; the version is looked for in `directory` where nothing else is said.
pub(super) fn prepare(arguments: &GcpCheckArgs, directory: &Path) -> Result<Prepared, Error> {
    let applied = version::find(Product::CloudRun, &search(&arguments.version, directory)?)?;
    if !arguments.iam_policy.is_empty() || arguments.terraform.is_some() {
        return Ok(Prepared {
            applied,
            terms: terms(&arguments.report),
            evidence: Evidence::GcpFiles(files(arguments)),
        });
    }
    let options = Options {
        project: arguments.project.clone(),
        credentials: arguments.credentials.clone(),
        access_token_file: arguments.access_token_file.clone(),
        impersonate: arguments.impersonate_service_account.clone(),
        expect_identity: arguments.expect_identity.clone(),
        service_account: arguments.service_account.clone(),
        services: arguments.service.clone(),
        buckets: arguments.bucket.clone(),
        regions: arguments.region.clone(),
        allow_token_hosts: arguments.allow_token_host.clone(),
        universe_domain: arguments.universe_domain.clone(),
        readiness: !arguments.no_readiness,
        excess: arguments.excess,
        fail_on_excess: arguments.fail_on_excess,
        timeout: arguments.report.timeout,
    };
    Ok(Prepared {
        applied,
        terms: terms(&arguments.report),
        evidence: Evidence::Gcp(options, environment()?),
    })
}

fn files(arguments: &GcpCheckArgs) -> bindings::Options {
    bindings::Options {
        iam_policies: arguments.iam_policy.clone(),
        terraform: arguments
            .terraform
            .clone()
            .map(|file| bindings::InTerraform {
                file,
                address: arguments.address.clone(),
            }),
        member: arguments.member.clone().unwrap_or_default(),
        project: arguments.project.clone(),
        role_definitions: arguments.role_definition.clone(),
        deny_policies: arguments.deny_policy.clone(),
        resource_policies: arguments.resource_policy.clone(),
        excess: arguments.excess,
        fail_on_excess: arguments.fail_on_excess,
    }
}
