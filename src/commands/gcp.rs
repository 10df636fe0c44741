//! `remperm gcp check`.

use remperm::audit;
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::gcp::Options;
use remperm::manifest::Product;
use remperm::version;

use super::check::{finish, terms};
use super::reports::Reports;
use super::{environment, search};
use crate::cli::GcpCheckArgs;
use crate::terminal::Terminal;

pub(super) fn check(arguments: GcpCheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let applied = version::find(Product::CloudRun, &search(&arguments.version)?)?;
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
    let reports = Reports::prepare(&arguments.report)?;
    let report = finish(&arguments.report, terminal, || {
        audit::gcp(&options, &applied, &terms, &environment)
    })?;
    reports.write(&report, terminal)
}
