//! Nothing of a credential reaches any output, in success and in each failure, however much is
//! to be told.

use super::credentials::profile;
use super::{account, deployer, in_parallel, printed};
use crate::support::aws::{Caller, Failure, RunningAws};
use crate::support::http::{ClosedPort, Fault, Matcher, Response, Times};
use crate::support::program::Program;

fn aws() -> RunningAws {
    account()
        .role("/", "builder", |role| {
            role.inline("remotion", printed("user"))
        })
        .start()
}

fn session() -> Caller {
    Caller::assumed_role("builder", "run-7")
}

/// Runs it with everything told, as JSON and as a table, and looks for the secrets.
#[track_caller]
fn assert_silent(case: &str, secrets: &[String], program: impl Fn() -> Program) {
    for flags in [
        &["-vvv", "--format", "json"][..],
        &["-vvv", "--color", "always"],
    ] {
        let run = program()
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .env("AWS_MAX_ATTEMPTS", "1")
            .arguments(flags)
            .run();
        assert!(!secrets.is_empty());
        for secret in secrets {
            // A part of it is too much, too.
            let part = secret.get(..12).unwrap_or(secret);
            for (name, output) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
                assert!(
                    !output.contains(part),
                    "{case} {flags:?}: {part}… is in {name}:\n{output}"
                );
            }
        }
    }
}

/// The secret parts of credentials, and the key's name besides.
fn secrets(aws: &RunningAws, caller: &Caller) -> (Vec<(String, String)>, Vec<String>) {
    let keys = aws.credentials(caller);
    let token = keys.session_token.clone().unwrap_or_default();
    let variables = vec![
        ("ACCESS_KEY_ID".to_owned(), keys.access_key_id.clone()),
        (
            "SECRET_ACCESS_KEY".to_owned(),
            keys.secret_access_key.clone(),
        ),
        ("SESSION_TOKEN".to_owned(), token.clone()),
    ];
    let mut secrets = vec![keys.access_key_id, keys.secret_access_key, token];
    secrets.retain(|one| !one.is_empty());
    (variables, secrets)
}

fn call(aws: &RunningAws) -> Program {
    Program::new(["aws", "check", "--timeout", "5s"]).env("AWS_ENDPOINT_URL", aws.url())
}

#[test]
fn wherever_the_credentials_come_from() {
    let aws = aws();
    for caller in [deployer(), session()] {
        let (variables, secrets) = secrets(&aws, &caller);
        for prefix in ["AWS_", "REMOTION_AWS_"] {
            let named: Vec<(String, String)> = variables
                .iter()
                .map(|(name, value)| (format!("{prefix}{name}"), value.clone()))
                .collect();
            let text: String = named
                .iter()
                .map(|(name, value)| format!("{name}=\"{value}\"\n"))
                .collect();
            assert_silent("process", &secrets, || call(&aws).envs(named.clone()));
            let run = call(&aws).envs(named.clone()).arg("-vvv").run();
            assert!(run.stderr.contains("remperm"), "it does tell something");
            for flags in [&["-vvv", "--fix", "--subject", "user"][..], &["-q"]] {
                let run = call(&aws).envs(named.clone()).arguments(flags).run();
                for secret in &secrets {
                    assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret));
                }
            }
            assert_silent(".env", &secrets, || call(&aws).file(".env", &text));
        }
        // New keys each time: the profile's are those that were written into it.
        let file = profile(&aws, "work", &caller);
        let in_file: Vec<String> = file
            .lines()
            .filter_map(|line| Some(line.split_once(" = ")?.1.to_owned()))
            .collect();
        assert_silent("profile", &in_file, || {
            call(&aws)
                .home_file(".aws/credentials", &file)
                .env("AWS_PROFILE", "work")
        });
    }
    let (variables, secrets) = secrets(&aws, &deployer());
    let json = format!(
        r#"{{"Version":1,"AccessKeyId":"{}","SecretAccessKey":"{}"}}"#,
        variables[0].1, variables[1].1
    );
    for text in [
        json.clone(),
        json.replace("Version\":1", "Version\":9"),
        json.replace('}', ""),
        json.replace("AccessKeyId\"", "AccessKey\""),
    ] {
        assert_silent("process", &secrets, || {
            call(&aws)
                .file("keys.json", &text)
                .home_file(
                    ".aws/config",
                    "[profile tool]\ncredential_process = /bin/cat keys.json\n",
                )
                .env("AWS_PROFILE", "tool")
        });
    }
}

#[test]
fn whatever_goes_wrong() {
    let failures: Vec<Failure> = Failure::ALL.to_vec();
    in_parallel(&failures, |failure| {
        for action in ["GetCallerIdentity", "SimulatePrincipalPolicy"] {
            let aws = aws();
            aws.fail(action, *failure, Times::All);
            let (variables, secrets) = secrets(&aws, &session());
            assert_silent(&format!("{action} {failure:?}"), &secrets, || {
                let named = variables.iter().cloned();
                call(&aws).envs(named.map(|(name, value)| (format!("AWS_{name}"), value)))
            });
        }
    });
}

/// The service puts into some refusals what it was sent, the token among it.
#[test]
fn what_the_service_says_back() {
    for code in [
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "ExpiredToken",
    ] {
        let aws = aws();
        let echo = Fault::alter(move |request, _| {
            let sent: String = request
                .headers
                .iter()
                .map(|(name, value)| format!("{name}:{value}\n"))
                .collect();
            let xml = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>The \
                 Canonical String for this request should have been '{sent}'</Message></Error>\
                 </ErrorResponse>"
            );
            Response::new(403, "text/xml", xml)
        });
        aws.server().fault(Matcher::any(), echo, Times::All);
        let (variables, secrets) = secrets(&aws, &session());
        assert_silent(code, &secrets, || {
            let named = variables.iter().cloned();
            call(&aws).envs(named.map(|(name, value)| (format!("AWS_{name}"), value)))
        });
    }
}

#[test]
fn files_that_can_not_be_read() {
    let aws = aws();
    let secret = vec!["TOPSECRETTOPSECRET".to_owned()];
    for text in [
        "[default]\naws_access_key_id = AKIA\naws_secret_access_key TOPSECRETTOPSECRET\n",
        "aws_secret_access_key = TOPSECRETTOPSECRET\n",
        "[default\naws_secret_access_key = TOPSECRETTOPSECRET\n",
        "[TOPSECRETTOPSECRET\n",
        "[default]\naws_secret_access_key = TOPSECRETTOPSECRET\n",
        "[default]\ncredential_process = /bin/echo TOPSECRETTOPSECRET\n",
        "[default]\ncredential_process = /bin/ls TOPSECRETTOPSECRET\n",
    ] {
        assert_silent(text, &secret, || {
            call(&aws)
                .home_file(".aws/config", text)
                .arguments(["--profile", "default"])
        });
    }
    let mut bytes = b"AWS_SECRET_ACCESS_KEY=TOPSECRETTOPSECRET\xff\n".to_vec();
    for _ in 0..2 {
        let run = call(&aws).file(".env", &bytes).arg("-vvv").run();
        assert!(!run.stderr.contains("TOPSECRET"), "{}", run.stderr);
        assert!(!run.stdout.contains("TOPSECRET"));
        // The second time as a file that can be read, with a key and nothing else.
        bytes.retain(|byte| *byte != 0xff);
    }
}

#[test]
fn passwords_in_addresses() {
    let aws = aws();
    let closed = ClosedPort::new().url();
    let secret = vec!["TOPSECRETTOPSECRET".to_owned()];
    let address = closed.replace("http://", "http://somebody:TOPSECRETTOPSECRET@");
    let (variables, _) = secrets(&aws, &deployer());
    for variable in ["AWS_ENDPOINT_URL", "HTTP_PROXY"] {
        assert_silent(variable, &secret, || {
            let named = variables.iter().cloned();
            call(&aws)
                .envs(named.map(|(name, value)| (format!("AWS_{name}"), value)))
                .env(variable, &address)
        });
    }
}
