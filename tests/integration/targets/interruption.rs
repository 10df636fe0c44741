//! An interrupted run ends at once, with what it has.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{account, program, targets};
use crate::support::program::Program;

/// Starts a program, interrupts it once a request is under way, and tells how it ended.
fn interrupted(
    command: &mut Command,
    signal: &str,
    is_under_way: impl Fn() -> bool,
) -> (i32, serde_json::Value, Duration) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // What it reads stays open to the end.
    let _input = child.stdin.take();
    let started = Instant::now();
    while !is_under_way() {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "no request came"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let sent = Instant::now();
    let killed = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let took = sent.elapsed();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("interrupted"), "{stderr}");
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    crate::support::schema::assert_valid("report.schema.json", &report);
    (output.status.code().unwrap(), report, took)
}

#[test]
fn a_target_that_answered_stays_and_the_rest_is_unknown() {
    let aws = account().start();
    let slow = account().start();
    slow.server().set_latency(Duration::from_secs(20));
    for signal in ["-INT", "-TERM"] {
        let config = targets(&["poor", "slow"]);
        let profiles = super::profile("poor", &aws, &aws.url())
            + &super::profile("green", &slow, &slow.url()).replace("green", "slow");
        aws.server().log().clear();
        slow.server().log().clear();
        let mut program = program(&aws, ["check", "--format", "json", "--parallel", "2"])
            .home_file(".aws/config", profiles)
            .file("remperm.toml", &config);
        let (code, report, took) = interrupted(program.command(), signal, || {
            // Everything that the quick one asks was asked, and the slow one waits.
            aws.count("SimulatePrincipalPolicy") > 0 && slow.server().log().all().len() == 1 && {
                std::thread::sleep(Duration::from_millis(700));
                true
            }
        });
        assert_eq!(super::audits(&report), ["poor aws 1", "slow aws 3"]);
        assert_eq!(code, 1);
        assert_eq!(report["audits"][1]["failure"]["reason"], "interrupted");
        // The promise is a second; the machine that tests may have other things to do.
        assert!(took < Duration::from_secs(8), "it took {took:?}");
    }
}

#[test]
fn a_single_check_ends_with_unknowns_and_code_3() {
    let aws = account().start();
    aws.server().set_latency(Duration::from_secs(20));
    let mut check = Program::new(["aws", "check", "--format", "json"])
        .envs(aws.environment(&crate::support::aws::Caller::user("green")));
    let (code, report, _) = interrupted(check.command(), "-INT", || {
        !aws.server().log().all().is_empty()
    });
    assert_eq!(code, 3);
    assert_eq!(report["audits"][0]["exit_code"], 3);
    assert_eq!(report["audits"][0]["failure"]["reason"], "interrupted");
}

#[test]
fn a_hanging_source_of_credentials_does_not_hold_up_the_end() {
    let marker = tempfile::tempdir().unwrap();
    let file = marker.path().join("started");
    let mut check = Program::new(["aws", "check", "--format", "json", "--profile", "hanging"])
        .home_file(
            ".aws/config",
            format!(
                "[profile hanging]\ncredential_process = /bin/sh -c \"touch {} && sleep 20\"\n",
                file.display()
            ),
        );
    let (code, report, took) = interrupted(check.command(), "-INT", || file.exists());
    assert_eq!(code, 3);
    assert_eq!(report["audits"][0]["failure"]["reason"], "interrupted");
    assert!(took < Duration::from_secs(8), "it took {took:?}");
}

#[test]
fn a_pipe_that_nobody_writes_to_does_not_hold_up_the_end() {
    // The interruption was heard or not by chance; each of several times it has to be.
    for _ in 0..4 {
        let mut check = Program::new(["aws", "check", "--format", "json", "--subject", "user"])
            .arguments(["--identity-policy", "-"]);
        let command = check.command().stdin(Stdio::piped());
        let (code, report, took) = interrupted(command, "-INT", || {
            std::thread::sleep(Duration::from_millis(500));
            true
        });
        assert_eq!(code, 3);
        assert_eq!(report["audits"][0]["failure"]["reason"], "interrupted");
        assert!(took < Duration::from_secs(8), "it took {took:?}");
    }
}

#[test]
fn waiting_for_grants_can_be_interrupted() {
    let aws = account().start();
    let config = targets(&["poor"]);
    let program =
        program(&aws, ["check", "--format", "json", "--wait", "1h"]).file("remperm.toml", &config);
    let mut program = program;
    let child = program
        .command()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while aws.count("SimulatePrincipalPolicy") == 0 {
        assert!(started.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(1000));
    Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}
