//! How many round trips a check takes, from start to exit: every request is answered 100 ms late,
//! so that the time divided by 100 ms tells. `cargo bench --bench round_trips`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops where it fails"
)]
#![expect(
    dead_code,
    unused_imports,
    reason = "a benchmark needs a part of what the tests stand on"
)]

mod support;

use std::time::{Duration, Instant};

use support::aws::{Aws, Caller, RunningAws};
use support::gcp::Gcp;
use support::program::Program;

const LATENCY: Duration = Duration::from_millis(100);

/// Runs of each; the median counts.
const RUNS: usize = 7;

fn main() {
    let policy = |subject: &str| Program::new(["policies", subject]).run().expect(0).stdout;
    let aws = Aws::new("123456789012")
        .user("/team/", "deployer", |user| {
            user.inline("remotion", policy("user"))
        })
        .role("/ci/", "runner", |role| {
            role.inline("remotion", policy("user"))
                .inline("look", policy("auditor"))
        })
        .role("/", "remotion-lambda-role", |role| {
            role.inline("remotion", policy("role"))
                .trusts_service("lambda.amazonaws.com")
        })
        .start();
    aws.server().set_latency(LATENCY);
    let deployer = Caller::user("deployer");
    on_aws("aws check, IAM user", &aws, &deployer, &[], 2.5);
    on_aws(
        "aws check, assumed role",
        &aws,
        &Caller::assumed_role("runner", "session"),
        &[],
        3.5,
    );
    on_aws(
        "aws check --principal --subject user",
        &aws,
        &deployer,
        &[
            "--principal",
            "arn:aws:iam::123456789012:user/team/deployer",
            "--subject",
            "user",
        ],
        1.5,
    );
    fifty_targets(&aws, &deployer);
    on_gcp();
}

fn on_aws(name: &str, aws: &RunningAws, caller: &Caller, arguments: &[&str], most: f64) {
    measure(name, most, || {
        Program::new(["aws", "check"])
            .arguments(arguments.iter().copied())
            .envs(aws.environment(caller))
    });
}

/// Fifty targets, eight at a time: in theory as long as the seven rounds that the bound allows, of
/// the two requests that wait for each other in a check of a user.
fn fifty_targets(aws: &RunningAws, caller: &Caller) {
    const TARGETS: u32 = 50;
    const AT_ONCE: u32 = 8;
    const ONE_AFTER_THE_OTHER: u32 = 2;
    let latency = Duration::from_millis(50);
    aws.server().set_latency(latency);
    let config: String = (0..TARGETS)
        .map(|number| {
            format!("[[target]]\nname = \"{number}\"\ncloud = \"aws\"\nsubject = \"user\"\n")
        })
        .collect();
    let times = times(|| {
        Program::new(["check", "--parallel", "8"])
            .file("remperm.toml", &config)
            .envs(aws.environment(caller))
    });
    aws.server().set_latency(LATENCY);
    let theory = latency * (TARGETS.div_ceil(AT_ONCE) * ONE_AFTER_THE_OTHER);
    println!(
        "check, {TARGETS} targets, {AT_ONCE} at once, 50 ms per request: {:.0} ms, {:.2} times the {:.0} ms of the theory (at most 1.3)",
        times.as_secs_f64() * 1000.0,
        times.as_secs_f64() / theory.as_secs_f64(),
        theory.as_secs_f64() * 1000.0,
    );
}

fn on_gcp() {
    let gcp = Gcp::start();
    let role: serde_json::Value = serde_json::from_str(
        &Program::new(["policies", "service-account", "--format", "json"])
            .run()
            .expect(0)
            .stdout,
    )
    .unwrap();
    let permissions: Vec<&str> = role
        .get("includedPermissions")
        .and_then(serde_json::Value::as_array)
        .unwrap()
        .iter()
        .filter_map(serde_json::Value::as_str)
        .collect();
    let email = {
        let mut world = gcp.world();
        let project = world.add_project("remotion-test", 123_456_789_012);
        let email = world.add_service_account("remotion-test", "remotion-sa");
        let role = world.add_role("remotion-test", "RemotionSA", &permissions);
        world.bind(&project, &role, &format!("serviceAccount:{email}"));
        email
    };
    let key = serde_json::to_vec(&gcp.service_account_file(&email)).unwrap();
    gcp.server().set_latency(LATENCY);
    measure("gcp check, everything held on the project", 2.5, || {
        Program::new([
            "gcp",
            "check",
            "--project",
            "remotion-test",
            "--credentials",
            "key.json",
        ])
        .file("key.json", &key)
        .envs(gcp.endpoint_variables())
        .env("CLOUDSDK_AUTH_TOKEN_HOST", gcp.server().url() + "/token")
    });
}

fn measure(name: &str, most: f64, program: impl Fn() -> Program) {
    let median = times(program);
    println!(
        "{name}: {:.0} ms, {:.2} round trips (at most {most})",
        median.as_secs_f64() * 1000.0,
        median.as_secs_f64() / LATENCY.as_secs_f64(),
    );
}

/// The median time of a program's runs.
fn times(program: impl Fn() -> Program) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let program = program();
            let started = Instant::now();
            program.run().expect(0);
            started.elapsed()
        })
        .collect();
    times.sort();
    times.get(RUNS / 2).copied().unwrap_or_default()
}
