//! `remperm check` and what stands in `remperm.toml`: settings, targets, waivers, interruption.

mod interruption;
pub(crate) mod schema;
mod settings;
mod waivers;

use serde_json::{Value, json};

use crate::support::aws::{Aws, Caller, RunningAws};
use crate::support::gcp::Gcp;
use crate::support::program::Program;

const ACCOUNT: &str = "123456789012";

/// The policy that the program prints.
fn printed(subject: &str) -> Value {
    let run = Program::new(["policies", subject]).run().expect(0);
    serde_json::from_str(&run.stdout).unwrap()
}

/// The same without one action.
fn without(action: &str) -> Value {
    let mut policy = printed("user");
    for statement in policy["Statement"].as_array_mut().unwrap() {
        let actions = statement["Action"].as_array_mut().unwrap();
        actions.retain(|one| one != action);
    }
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.retain(|statement| statement["Action"] != json!([]));
    policy
}

/// An account in which `green` holds everything and `poor` all but iam:PassRole.
fn account() -> Aws {
    Aws::new(ACCOUNT)
        .user("/", "green", |one| one.inline("remotion", printed("user")))
        .user("/", "poor", |one| {
            one.inline("remotion", without("iam:PassRole"))
        })
        .role("/", "remotion-lambda-role", |one| {
            one.inline("remotion", printed("role"))
                .trusts_service("lambda.amazonaws.com")
        })
}

/// A profile of the AWS configuration with a user's keys.
fn profile(name: &str, aws: &RunningAws, url: &str) -> String {
    let user = if name == "unreachable" { "green" } else { name };
    let keys = aws.credentials(&Caller::user(user));
    format!(
        "[profile {name}]\naws_access_key_id = {}\naws_secret_access_key = {}\nendpoint_url = {url}\nregion = us-east-1\n",
        keys.access_key_id, keys.secret_access_key
    )
}

/// An address where nobody answers.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// The configuration of one target per profile.
fn targets(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| {
            format!(
                "[[target]]\nname = \"{name}\"\ncloud = \"aws\"\nprofile = \"{name}\"\nsubject = \"user\"\n\n"
            )
        })
        .collect()
}

/// A program whose home knows the profiles `green`, `poor` and `unreachable`.
fn program<'a>(aws: &RunningAws, arguments: impl IntoIterator<Item = &'a str>) -> Program {
    let profiles = [
        profile("green", aws, &aws.url()),
        profile("poor", aws, &aws.url()),
        profile("unreachable", aws, &nowhere()),
    ];
    Program::new(
        arguments
            .into_iter()
            .map(ToOwned::to_owned)
            .collect::<Vec<_>>(),
    )
    .home_file(".aws/config", profiles.concat())
    .env("AWS_MAX_ATTEMPTS", "1")
}

/// The audits of a JSON report as `target cloud exit-code`.
fn audits(report: &Value) -> Vec<String> {
    report["audits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|audit| {
            format!(
                "{} {} {}",
                audit["target"].as_str().unwrap_or("-"),
                audit["cloud"].as_str().unwrap(),
                audit["exit_code"]
            )
        })
        .collect()
}

#[test]
fn three_targets_end_in_one_report() {
    let aws = account().start();
    let config = targets(&["poor", "unreachable", "green"]);
    let run = program(&aws, ["check", "--format", "json"])
        .file("remperm.toml", &config)
        .run()
        .expect(1);
    let report = run.report();
    assert_eq!(
        audits(&report),
        ["poor aws 1", "unreachable aws 3", "green aws 0"]
    );
    assert_eq!(report["counts"]["missing"], 1);
    assert!(run.stderr.contains("unreachable: "), "{}", run.stderr);
}

#[test]
fn every_format_tells_three_targets_apart_with_the_same_code() {
    let aws = account().start();
    let config = targets(&["poor", "unreachable", "green"]);
    let formats = [
        "table", "json", "sarif", "junit", "github", "gitlab", "markdown", "html",
    ];
    for format in formats {
        let run = program(&aws, ["check", "--format", format])
            .file("remperm.toml", &config)
            .run()
            .expect(1);
        // Code quality has no place for what is as it should be.
        let named: &[&str] = match format {
            "gitlab" => &["poor", "unreachable"],
            _ => &["poor", "unreachable", "green"],
        };
        for name in named {
            assert!(
                run.stdout.contains(name),
                "{name} in {format}: {}",
                run.stdout
            );
        }
    }
}

#[test]
fn single_targets_are_chosen_by_their_names() {
    let aws = account().start();
    let config = targets(&["poor", "unreachable", "green"]);
    let run = program(
        &aws,
        [
            "check", "--format", "json", "--target", "green", "--target", "poor",
        ],
    )
    .file("remperm.toml", &config)
    .run()
    .expect(1);
    assert_eq!(audits(&run.report()), ["poor aws 1", "green aws 0"]);
    let run = program(&aws, ["check", "--target", "gren"])
        .file("remperm.toml", &config)
        .run()
        .expect(2);
    assert!(
        run.stderr.contains("has no target \"gren\""),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("poor, unreachable, green"));
}

#[test]
fn both_clouds_and_files_stand_beside_each_other() {
    let aws = account().start();
    let gcp = Gcp::start();
    let config = format!(
        "{}[[target]]\nname = \"cloud run\"\ncloud = \"gcp\"\nproject = \"my-project\"\n\n\
         [[target]]\nname = \"files\"\ncloud = \"aws\"\nsubject = \"user\"\nidentity-policy = \"policies/user.json\"\n",
        targets(&["green"])
    );
    let run = program(&aws, ["check", "--format", "json"])
        .env("NO_GCE_CHECK", "true")
        .envs(gcp.endpoint_variables())
        .file("remperm.toml", &config)
        .file("policies/user.json", printed("user").to_string())
        .run()
        .expect(3);
    assert_eq!(
        audits(&run.report()),
        ["green aws 0", "cloud run gcp 3", "files aws 0"]
    );
}

#[test]
fn a_target_that_fails_while_it_runs_does_not_stop_the_others() {
    let aws = account().start();
    let config = format!(
        "{}[[target]]\nname = \"wrong\"\ncloud = \"aws\"\nprofile = \"green\"\nexpect-account = \"999999999999\"\n",
        targets(&["green"])
    );
    let run = program(&aws, ["check", "--format", "json"])
        .file("remperm.toml", &config)
        .run()
        .expect(3);
    let report = run.report();
    assert_eq!(audits(&report), ["green aws 0", "wrong aws 3"]);
    assert_eq!(report["audits"][1]["failure"]["reason"], "misconfigured");
    let findings = report["audits"][1]["findings"].as_array().unwrap();
    assert!(findings.iter().all(|one| one["status"] == "unknown"));
}

#[test]
fn a_role_is_assumed_before_anything_is_asked() {
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/ci/runner");
    let aws = account()
        .user("/", "caller", |one| {
            one.inline(
                "assume",
                json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}),
            )
        })
        .role("/ci/", "runner", |one| {
            one.inline("remotion", printed("user"))
                .inline("look", json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}}))
                .trusts_principal(&format!("arn:aws:iam::{ACCOUNT}:user/caller"))
        })
        .start();
    let check = |user: &str| {
        Program::new(["aws", "check", "--format", "json", "--subject", "user"])
            .arguments(["--assume-role", arn.as_str()])
            .envs(aws.environment(&Caller::user(user)))
            .run()
    };
    let report = check("caller").expect(0).report();
    assert_eq!(report["audits"][0]["tested"]["principals"][0]["name"], arn);
    let refused = check("poor").expect(3);
    assert!(
        refused
            .stderr
            .contains(&format!("the role {arn} can't be assumed")),
        "{}",
        refused.stderr
    );
    let wrong = Program::new(["aws", "check", "--assume-role", "runner"])
        .envs(aws.environment(&Caller::user("caller")))
        .run()
        .expect(2);
    assert!(
        wrong.stderr.contains("is not the ARN of a role"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn no_more_targets_than_asked_for_run_at_once() {
    let aws = account().start();
    aws.server()
        .set_latency(std::time::Duration::from_millis(30));
    let config: String = (0..6)
        .map(|number| {
            format!("[[target]]\nname = \"{number}\"\ncloud = \"aws\"\nprofile = \"green\"\nsubject = \"user\"\nprincipal = \"arn:aws:iam::{ACCOUNT}:user/green\"\n")
        })
        .collect();
    let most = |parallel: &str| {
        aws.server().log().clear();
        program(&aws, ["check", "--parallel", parallel])
            .file("remperm.toml", &config)
            .run()
            .expect(0);
        aws.server().log().most_at_once()
    };
    let (one, six) = (most("1"), most("6"));
    assert!(six > one, "{one} and {six} at once");
}
