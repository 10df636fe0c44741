//! `remperm gcp check`.

use remperm::audit;
use remperm::bindings;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::gcp::Options;
use remperm::manifest::Product;
use remperm::version;

use super::check::{finish, print, terms};
use super::{environment, search};
use crate::cli::GcpCheckArgs;
use crate::terminal::Terminal;

pub(super) fn check(arguments: GcpCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let applied = version::find(Product::CloudRun, &search(&arguments.version)?)?;
    if !arguments.iam_policy.is_empty() {
        let report = audit::gcp_offline(&files(&arguments), &applied, &terms(&arguments.report))?;
        return print(&report, &arguments.report, terminal);
    }
    if let Some(file) = &arguments.terraform {
        let report = audit::gcp_terraform(
            file,
            arguments.address.as_deref(),
            &files(&arguments),
            &applied,
            &terms(&arguments.report),
        )?;
        return print(&report, &arguments.report, terminal);
    }
    let options = Options {
        project: arguments.project,
        credentials: arguments.credentials,
        access_token_file: arguments.access_token_file,
        impersonate: arguments.impersonate_service_account,
        expect_identity: arguments.expect_identity,
        service_account: arguments.service_account,
        services: arguments.service,
        buckets: arguments.bucket,
        regions: arguments.region,
        allow_token_hosts: arguments.allow_token_host,
        universe_domain: arguments.universe_domain,
        readiness: !arguments.no_readiness,
        excess: arguments.excess,
        fail_on_excess: arguments.fail_on_excess,
        timeout: arguments.report.timeout,
    };
    let environment = environment()?;
    let terms = terms(&arguments.report);
    let report = finish(&arguments.report, terminal, || {
        audit::gcp(&options, &applied, &terms, &environment)
    })?;
    print(&report, &arguments.report, terminal)
}

fn files(arguments: &GcpCheckArgs) -> bindings::Options {
    bindings::Options {
        iam_policies: arguments.iam_policy.clone(),
        member: arguments.member.clone().unwrap_or_default(),
        project: arguments.project.clone(),
        role_definitions: arguments.role_definition.clone(),
        deny_policies: arguments.deny_policy.clone(),
        resource_policies: arguments.resource_policy.clone(),
        excess: arguments.excess,
        fail_on_excess: arguments.fail_on_excess,
    }
}
