//! What the world does not answer, or not well, ends with 3: in time, with a message that says
//! what happened and what to do.

use std::time::{Duration, Instant};

use super::credentials::profile;
use super::{account, check, deployer, in_parallel};
use crate::support::aws::{Caller, Credentials, RunningAws};
use crate::support::http::{Body, ClosedPort, Fault, Matcher, Proxy, Response, Server, Times};
use crate::support::program::Program;

/// Holds a run to code 3, to unknown rows only, to a message of a few lines, and to its time.
#[track_caller]
fn assert_unknown(program: Program, says: &str) {
    let started = Instant::now();
    let run = program.run().expect(3);
    assert!(started.elapsed() < Duration::from_secs(20), "{says}");
    assert!(
        run.stderr.starts_with("error: ")
            && run.stderr.contains("\nhint: ")
            && run.stderr.contains(says),
        "{says}: {}",
        run.stderr
    );
    assert!(run.stderr.lines().count() <= 4, "{}", run.stderr);
    let findings = run.findings();
    assert!(findings.iter().all(|one| one.status == "unknown"));
    let failure = &run.report()["audits"][0]["failure"];
    assert!(failure["detail"].as_str().unwrap().contains(says));
}

/// A check without any credentials, and with as few attempts and as little time as will do.
fn without_credentials(aws: &RunningAws) -> Program {
    Program::new(["aws", "check", "--format", "json", "--timeout", "4s"])
        .env("AWS_ENDPOINT_URL", aws.url())
        .env("AWS_MAX_ATTEMPTS", "1")
}

fn with(aws: &RunningAws, credentials: &Credentials) -> Program {
    without_credentials(aws).envs(aws.environment_with(credentials))
}

#[test]
fn no_credentials() {
    let aws = account().start();
    let says = "no AWS credentials were found";
    assert_unknown(without_credentials(&aws), says);
    // A configuration without credentials is none either.
    assert_unknown(
        without_credentials(&aws).home_file(".aws/config", "[default]\nregion = us-east-1\n"),
        says,
    );
    assert_eq!(aws.actions(), Vec::<String>::new());
}

#[test]
fn credentials_that_are_not_taken() {
    let aws = account().role("/", "builder", |role| role).start();
    let session = Caller::assumed_role("builder", "x");
    let expired = aws.expired_credentials(&session);
    assert_unknown(with(&aws, &expired), "the AWS credentials have expired");
    let good = aws.credentials(&deployer());
    let mut wrong = good.clone();
    wrong.secret_access_key.push('x');
    assert_unknown(with(&aws, &wrong), "the secret access key is wrong");
    let mut unknown = good.clone();
    unknown.access_key_id.push('X');
    assert_unknown(with(&aws, &unknown), "AWS does not know the access key");
    let mut without_token = aws.credentials(&session);
    without_token.session_token = None;
    assert_unknown(with(&aws, &without_token), "its session token is wrong");
    for ahead in [20 * 60, -20 * 60] {
        aws.change(|state| state.settings.clock_ahead = ahead);
        assert_unknown(with(&aws, &good), "because of its time");
    }
    assert_eq!(aws.count("SimulatePrincipalPolicy"), 0);
}

#[test]
fn credentials_that_expire_on_the_way() {
    let aws = account().start();
    aws.fail(
        "SimulatePrincipalPolicy",
        crate::support::aws::Failure::ExpiredToken,
        Times::All,
    );
    assert_unknown(
        with(&aws, &aws.credentials(&deployer())),
        "the AWS credentials have expired",
    );
}

#[test]
fn a_source_of_credentials_that_does_not_work() {
    let aws = account().start();
    let process = |command: &str| {
        without_credentials(&aws)
            .home_file(
                ".aws/config",
                format!("[profile tool]\ncredential_process = {command}\n"),
            )
            .arguments(["--profile", "tool"])
    };
    assert_unknown(process("/bin/false"), "credentials");
    assert_unknown(process("/bin/echo no json"), "credentials");
    assert_unknown(process("/bin/sleep 12"), "in time");
    let sso = "[profile sso]\nsso_session = corp\nsso_account_id = 123456789012\n\
               sso_role_name = Developers\n[sso-session corp]\nsso_region = us-east-1\n\
               sso_start_url = https://example.awsapps.com/start\n";
    let program = without_credentials(&aws)
        .home_file(".aws/config", sso)
        .arguments(["--profile", "sso"]);
    assert_unknown(program, "credentials");
    assert_eq!(aws.actions(), Vec::<String>::new());
}

#[test]
fn a_metadata_service_that_does_not_answer() {
    let aws = account().start();
    let silent = Server::start(|_| Response::text(200, ""));
    silent.fault(Matcher::any(), Fault::Hang, Times::All);
    let program = |url: String| {
        without_credentials(&aws)
            .env("AWS_EC2_METADATA_DISABLED", "false")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
    };
    for program in [program(silent.url()), program(ClosedPort::new().url())] {
        let started = Instant::now();
        let run = program.run().expect(3);
        assert!(started.elapsed() < Duration::from_secs(20));
        assert!(run.findings().iter().all(|one| one.status == "unknown"));
        assert!(run.stderr.lines().count() <= 4, "{}", run.stderr);
    }
}

/// An endpoint that is not AWS, and what the message says of it.
enum Stranger {
    Closed,
    Status(u16),
    Html(u16),
    Endless,
    Hang,
    Garbage,
    Redirect,
}

#[test]
fn an_endpoint_that_is_not_aws() {
    let cases = [
        (Stranger::Closed, "can't connect"),
        (Stranger::Status(500), "HTTP 500"),
        (Stranger::Html(200), "sts:GetCallerIdentity"),
        (Stranger::Html(403), "HTTP 403"),
        (Stranger::Endless, "sts:GetCallerIdentity"),
        (Stranger::Hang, "in time"),
        (Stranger::Garbage, "sts:GetCallerIdentity"),
        (Stranger::Redirect, "HTTP 302"),
    ];
    in_parallel(&cases, |(stranger, says)| {
        let aws = account().start();
        let closed = ClosedPort::new();
        let elsewhere = aws.url();
        let page = "<!DOCTYPE html><html><body>Welcome</body></html>";
        let answer = match stranger {
            Stranger::Status(status) => Response::text(*status, "oops"),
            Stranger::Html(status) => Response::new(*status, "text/html", page),
            Stranger::Endless => {
                Response::text(200, "").with_body(Body::Endless(b"<a>more</a>".to_vec()))
            }
            Stranger::Redirect => {
                Response::text(302, "").with_header("location", &format!("{elsewhere}/"))
            }
            _ => Response::new(200, "text/xml", vec![0, 159, 146, 150]),
        };
        let server = Server::start(move |_| answer.clone());
        if matches!(stranger, Stranger::Hang) {
            server.fault(Matcher::any(), Fault::Hang, Times::All);
        }
        let url = match stranger {
            Stranger::Closed => closed.url(),
            _ => server.url(),
        };
        let program = with(&aws, &aws.credentials(&deployer())).env("AWS_ENDPOINT_URL", url);
        assert_unknown(program, says);
        assert_eq!(
            aws.actions(),
            Vec::<String>::new(),
            "no signed request is carried elsewhere"
        );
    });
}

#[test]
fn a_time_that_is_over_is_over_for_everything_together() {
    let aws = account().start();
    aws.server().fault(
        RunningAws::calls_of("SimulatePrincipalPolicy"),
        Fault::Hang,
        Times::All,
    );
    // With the usual attempts: pauses and further attempts are inside the time, too.
    let started = Instant::now();
    let run = check(&aws, &deployer())
        .arguments(["--timeout", "2s"])
        .run()
        .expect(3);
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(run.findings().iter().all(|one| one.why == "unreachable"));
}

#[test]
fn a_time_that_no_clock_can_hold_is_a_long_one() {
    let aws = account().start();
    for time in ["18446744073709551615h", "18446744073709551615s", "1h"] {
        let flags = ["--timeout", time, "--wait", time];
        check(&aws, &deployer()).arguments(flags).run().expect(0);
    }
}

#[test]
fn what_was_answered_before_the_time_was_over_counts() {
    let aws = account().start();
    aws.server().fault(
        RunningAws::calls_of("SimulatePrincipalPolicy"),
        Fault::Hang,
        Times::First(1),
    );
    let run = check(&aws, &deployer())
        .env("AWS_MAX_ATTEMPTS", "1")
        .arguments(["--timeout", "3s"])
        .run()
        .expect(3);
    let findings = run.findings();
    let unknown = findings.iter().filter(|one| one.status == "unknown");
    let unknown = unknown.count();
    assert!(unknown > 0 && unknown < findings.len() / 2, "{unknown}");
    assert!(findings.iter().all(|one| one.status != "fail"));
}

#[test]
fn a_proxy_is_used_and_a_dead_one_is_named() {
    let aws = account().start();
    let target = aws.server().address();
    let proxy = Proxy::start();
    proxy.route(&target.to_string(), target);
    let through = |url: &str| {
        check(&aws, &deployer())
            .env("HTTP_PROXY", url)
            .env("http_proxy", url)
    };
    through(&proxy.url()).run().expect(0);
    assert!(!proxy.seen().is_empty(), "the proxy was asked");
    aws.server().log().clear();
    let dead = || {
        through(&ClosedPort::new().url())
            .env("AWS_MAX_ATTEMPTS", "1")
            .arguments(["--timeout", "4s"])
    };
    assert_unknown(dead(), "Connection refused");
    assert_eq!(aws.actions(), Vec::<String>::new());
    dead().env("NO_PROXY", "127.0.0.1").run().expect(0);
    proxy.refuse(407);
    assert_unknown(through(&proxy.url()).env("AWS_MAX_ATTEMPTS", "1"), "407");
}

#[test]
fn a_profile_with_an_expired_session_says_so() {
    let aws = account().role("/", "builder", |role| role).start();
    let keys = aws.expired_credentials(&Caller::assumed_role("builder", "x"));
    let mut text = profile(&aws, "old", &deployer());
    text = text.replace(
        &aws.credentials(&deployer()).access_key_id,
        &keys.access_key_id,
    );
    text = text.replace(
        &aws.credentials(&deployer()).secret_access_key,
        &keys.secret_access_key,
    );
    text.push_str(&format!(
        "aws_session_token = {}\n",
        keys.session_token.unwrap()
    ));
    let program = without_credentials(&aws)
        .home_file(".aws/credentials", text)
        .arguments(["--profile", "old"]);
    assert_unknown(program, "the AWS credentials have expired");
}
