//! Every call × every fault: never a pass for a question that was not answered, the right exit
//! code, inside the timeout, in a message of a few lines.

use std::time::{Duration, Instant};

use super::{account, check, deployer, in_parallel};
use crate::support::aws::{Failure, ResultFault, RunningAws};
use crate::support::http::{Body, ClosedPort, Fault, Response, Times};
use crate::support::program::Run;

pub(super) const CALLS: [&str; 3] = ["GetCallerIdentity", "GetRole", "SimulatePrincipalPolicy"];

/// What goes wrong with an answer, whatever it is the answer to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wrong {
    /// An answer of the service, or of something in its place.
    Failure(Failure),
    /// This status with text that is not the service's.
    Status(u16),
    /// The connection is closed without an answer.
    Closed,
    /// The connection is reset without an answer.
    Reset,
    /// The connection is reset in the middle of the answer.
    ResetInBody,
    /// Less is sent than was declared.
    Short,
    /// There is no answer.
    Hang,
    /// The answer comes in drops, and would take minutes.
    SlowDrip,
    /// The answer has no end.
    Endless,
}

impl Wrong {
    pub(super) fn lay_over(self, aws: &RunningAws, call: &str, times: Times) {
        let body = |make: fn(Vec<u8>) -> Body| {
            Fault::alter(move |_, mut response: Response| {
                response.body = make(response.body.sent().to_vec());
                response
            })
        };
        let fault = match self {
            Self::Failure(failure) => return aws.fail(call, failure, times),
            Self::Status(status) => Fault::status(status, "something went wrong"),
            Self::Closed => Fault::Close,
            Self::Reset => Fault::Reset,
            Self::ResetInBody => Fault::ResetInBody,
            Self::Short => body(|bytes| Body::truncated(&bytes)),
            Self::Hang => Fault::Hang,
            Self::SlowDrip => body(|bytes| Body::SlowDrip {
                bytes,
                chunk: 1,
                every: Duration::from_millis(300),
            }),
            Self::Endless => body(Body::Endless),
        };
        aws.server().fault(RunningAws::calls_of(call), fault, times);
    }

    fn all() -> Vec<Self> {
        let statuses = [400, 401, 403, 404, 429, 500, 503].map(Self::Status);
        let failures = Failure::ALL.map(Self::Failure);
        let others = [
            Self::Closed,
            Self::Reset,
            Self::ResetInBody,
            Self::Short,
            Self::Hang,
            Self::SlowDrip,
            Self::Endless,
        ];
        [&statuses[..], &failures, &others].concat()
    }
}

const TIMEOUT: Duration = Duration::from_secs(4);

/// What holds for every run, whatever happened: the time, the size of the message, a valid report.
#[track_caller]
fn assert_sound(run: &Run, started: Instant, case: &str) {
    let taken = started.elapsed();
    assert!(taken < TIMEOUT * 3, "{case}: {taken:?}");
    assert!(
        run.stderr.lines().count() <= 4 && run.stderr.chars().count() < 700,
        "{case}: {}",
        run.stderr
    );
    run.report();
}

fn run(aws: &RunningAws) -> (Run, Instant) {
    let started = Instant::now();
    let run = check(aws, &deployer())
        .env("AWS_MAX_ATTEMPTS", "1")
        .arguments(["--timeout", &format!("{}s", TIMEOUT.as_secs())])
        .run();
    (run, started)
}

#[test]
fn each_call_with_each_fault() {
    let mut cases = Vec::new();
    for call in CALLS {
        for wrong in Wrong::all() {
            cases.push((call, wrong));
        }
    }
    assert_eq!(cases.len(), 3 * (7 + 18 + 7));
    in_parallel(&cases, |(call, wrong)| {
        let case = format!("{call} {wrong:?}");
        let aws = account().start();
        wrong.lay_over(&aws, call, Times::All);
        let (run, started) = run(&aws);
        assert_sound(&run, started, &case);
        let findings = run.findings();
        let (passed, failed) = (
            findings.iter().filter(|one| one.status == "pass").count(),
            findings.iter().filter(|one| one.status == "fail").count(),
        );
        match *call {
            // A side look-up: it changes no verdict, but for the role that is not there.
            "GetRole" if *wrong == Wrong::Failure(Failure::NoSuchEntity) => {
                assert_eq!(run.code, Some(1), "{case}");
                assert!(
                    findings
                        .iter()
                        .all(|one| (one.subject == "role") == (one.why == "no_such_principal"))
                );
            }
            "GetRole" => {
                assert_eq!(run.code, Some(0), "{case}: {}", run.stderr);
                assert_eq!(passed, findings.len(), "{case}");
                let notes = run.report()["audits"][0]["notes"].to_string();
                assert!(notes.contains("iam:GetRole"), "{case}: {notes}");
            }
            // The simulator says that there is no such user: nothing can be said about anyone.
            _ => {
                assert_eq!(run.code, Some(3), "{case}: {}", run.stderr);
                assert_eq!((passed, failed), (0, 0), "{case}");
                // Several calls may fail in several ways; then each row says its own.
                let together = !run.report()["audits"][0]["failure"].is_null();
                assert!(
                    !together
                        || run.stderr.starts_with("error: ") && run.stderr.contains("\nhint: "),
                    "{case}: {}",
                    run.stderr
                );
            }
        }
        if *call == "GetCallerIdentity" {
            assert_eq!(aws.count("SimulatePrincipalPolicy"), 0, "{case}");
        }
    });
}

#[test]
fn one_failed_call_leaves_exactly_its_own_rows_unknown() {
    let cases: Vec<Wrong> = Wrong::all()
        .into_iter()
        .filter(|wrong| !matches!(wrong, Wrong::Hang | Wrong::SlowDrip | Wrong::Endless))
        .collect();
    in_parallel(&cases, |wrong| {
        let case = format!("{wrong:?}");
        let aws = account().start();
        let matcher = RunningAws::calls_of("SimulatePrincipalPolicy");
        wrong.lay_over(&aws, "SimulatePrincipalPolicy", Times::Nth(3));
        let (run, started) = run(&aws);
        assert_sound(&run, started, &case);
        let third = aws.server().log().matching(&matcher)[2].form();
        let of = |name: &str| {
            let found = third.iter().filter(|(known, _)| known.starts_with(name));
            found.map(|(_, value)| value.clone()).collect::<Vec<_>>()
        };
        let (actions, resource) = (of("ActionNames"), of("ResourceArns").remove(0));
        let subject = if of("PolicySourceArn")[0].contains(":role/") {
            "role"
        } else {
            "user"
        };
        let mut unknown = 0;
        for one in run.findings() {
            if one.status == "unknown" {
                unknown += 1;
                assert!(
                    one.subject == subject && actions.contains(&one.permission),
                    "{case}: {one:?}"
                );
            } else {
                assert_eq!(one.status, "pass", "{case}: {one:?}");
                assert!(
                    !one.asked.contains(&resource)
                        || !actions.contains(&one.permission)
                        || one.subject != subject,
                    "{case}: {one:?}"
                );
            }
        }
        assert!(unknown > 0, "{case}");
        assert_eq!(run.code, Some(3), "{case}");
    });
}

#[test]
fn a_decision_that_is_wrong_or_not_there_leaves_everything_it_is_about_unknown() {
    let action = "lambda:InvokeFunction".to_owned();
    for fault in [
        ResultFault::UnknownDecision(action.clone()),
        ResultFault::MissingDecision(action),
    ] {
        let aws = account()
            .with(|settings| settings.results = vec![fault.clone()])
            .start();
        let (run, started) = run(&aws);
        assert_sound(&run, started, &format!("{fault:?}"));
        let run = run.expect(3);
        for one in run.findings() {
            if one.permission == "lambda:InvokeFunction" {
                assert_eq!(one.status, "unknown", "{fault:?}");
            }
            assert_ne!(one.status, "fail", "{fault:?}");
        }
    }
}

#[test]
fn a_service_that_refuses_connections() {
    let closed = ClosedPort::new();
    for (variable, asked) in [
        ("AWS_ENDPOINT_URL", 0),
        ("AWS_ENDPOINT_URL_STS", 0),
        ("AWS_ENDPOINT_URL_IAM", 1),
    ] {
        let aws = account().start();
        let started = Instant::now();
        let run = check(&aws, &deployer())
            .env(variable, closed.url())
            .env("AWS_MAX_ATTEMPTS", "1")
            .run();
        assert_sound(&run, started, variable);
        let run = run.expect(3);
        assert!(
            run.findings()
                .iter()
                .all(|one| one.status == "unknown" && one.why == "unreachable"),
            "{variable}"
        );
        assert_eq!(aws.count("GetCallerIdentity"), asked);
        assert!(run.stderr.contains("127.0.0.1"), "{}", run.stderr);
    }
}

#[test]
fn a_look_up_that_hangs_leaves_the_check_its_time() {
    for wrong in [Wrong::Hang, Wrong::SlowDrip, Wrong::Status(503)] {
        let aws = account().start();
        wrong.lay_over(&aws, "GetRole", Times::All);
        let run = check(&aws, &deployer())
            .arguments(["--timeout", "8s"])
            .run();
        assert_eq!(run.code, Some(0), "{wrong:?}: {}", run.stderr);
        assert!(run.findings().iter().all(|one| one.status == "pass"));
    }
}
