//! Who is let in, and with what.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use aws_sdk_iam::types::ContextKeyTypeEnum;

use super::{ACCOUNT, USER, account, allow, block, iam, refusal, simulate, sts, sts_with};
use crate::support::aws::{Aws, Caller, Credentials, RunningAws};

pub(super) fn everybody() -> Aws {
    account(&allow("s3:GetObject", "*"))
        .role("/service/", "worker", |role| {
            role.inline("own", allow("logs:*", "*"))
        })
        .sso_role(Some("eu-west-1"), "Developers", |role| role)
}

#[test]
fn every_kind_of_caller_learns_who_it_is() {
    let aws = everybody().start();
    let sso = Aws::sso_role_name("Developers");
    for (caller, arn) in [
        (Caller::Root, "arn:aws:iam::123456789012:root".to_owned()),
        (Caller::user("deployer"), USER.to_owned()),
        (
            Caller::assumed_role("worker", "ci"),
            "arn:aws:sts::123456789012:assumed-role/worker/ci".to_owned(),
        ),
        (
            Caller::assumed_role(&sso, "jane@example.com"),
            format!("arn:aws:sts::123456789012:assumed-role/{sso}/jane@example.com"),
        ),
        (
            Caller::FederatedUser("bob".to_owned()),
            "arn:aws:sts::123456789012:federated-user/bob".to_owned(),
        ),
    ] {
        let identity =
            block(sts(&aws, &caller).get_caller_identity().send()).expect("nobody is denied this");
        assert_eq!(identity.arn(), Some(arn.as_str()));
        assert_eq!(identity.account(), Some(ACCOUNT));
        let id = identity.user_id().unwrap_or_default();
        match caller {
            Caller::AssumedRole { session, .. } => {
                assert!(
                    id.starts_with("AROA") && id.ends_with(&format!(":{session}")),
                    "{id}"
                );
            }
            Caller::User(_) => assert!(id.starts_with("AIDA"), "{id}"),
            Caller::Root => assert_eq!(id, ACCOUNT),
            Caller::FederatedUser(_) => assert_eq!(id, "123456789012:bob"),
        }
    }
    assert_eq!(aws.count("GetCallerIdentity"), 5);
    assert_eq!(aws.actions().len(), 5);
}

#[test]
fn signatures_are_checked() {
    let aws = everybody().start();
    let good = aws.credentials(&Caller::assumed_role("worker", "ci"));
    let refused = |change: fn(&mut Credentials)| {
        let mut credentials = good.clone();
        change(&mut credentials);
        refusal(block(
            sts_with(&aws, &credentials).get_caller_identity().send(),
        ))
        .0
    };
    assert_eq!(
        refused(|one| one.secret_access_key.push('x')),
        "SignatureDoesNotMatch"
    );
    assert_eq!(
        refused(|one| one.access_key_id.push('X')),
        "InvalidClientTokenId"
    );
    assert_eq!(
        refused(|one| one.session_token = None),
        "InvalidClientTokenId"
    );
    assert_eq!(
        refused(|one| one.session_token = Some("other".to_owned())),
        "InvalidClientTokenId"
    );
    let expired = aws.expired_credentials(&Caller::assumed_role("worker", "ci"));
    let result = block(sts_with(&aws, &expired).get_caller_identity().send());
    assert_eq!(refusal(result), ("ExpiredToken".to_owned(), 403));
    for ahead in [20 * 60, -20 * 60] {
        aws.change(|state| state.settings.clock_ahead = ahead);
        let result = block(sts_with(&aws, &good).get_caller_identity().send());
        assert_eq!(refusal(result), ("SignatureDoesNotMatch".to_owned(), 403));
    }
    let text = unsigned(&aws);
    assert!(text.starts_with("HTTP/1.1 403 "), "{text}");
    assert!(
        text.contains("<Code>MissingAuthenticationToken</Code>"),
        "{text}"
    );
}

/// The whole answer to a request that nobody signed.
fn unsigned(aws: &RunningAws) -> String {
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let mut stream = TcpStream::connect(aws.server().address()).expect("it listens");
    let request = format!(
        "POST / HTTP/1.1\r\nHost: iam\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

#[test]
fn the_simulator_takes_what_the_documentation_says() {
    let aws = everybody().start();
    let client = iam(&aws, &Caller::user("deployer"));
    let ask = |arn: &str, action: &str, resource: &str| {
        let call = client.simulate_principal_policy().policy_source_arn(arn);
        refusal(block(
            call.action_names(action).resource_arns(resource).send(),
        ))
    };
    let of = |code: &str, status: u16| (code.to_owned(), status);
    let action = "s3:GetObject";
    for arn in [
        "arn:aws:sts::123456789012:assumed-role/worker/ci",
        "arn:aws:sts::123456789012:federated-user/bob",
        "arn:aws:iam::123456789012:root",
        "arn:aws-cn:iam::123456789012:user/team/deployer",
    ] {
        assert_eq!(ask(arn, action, "*"), of("InvalidInput", 400), "{arn}");
    }
    for arn in [
        "arn:aws:iam::123456789012:role/worker",
        "arn:aws:iam::123456789012:user/deployer",
        "arn:aws:iam::123456789012:group/none",
    ] {
        assert_eq!(ask(arn, action, "*"), of("NoSuchEntity", 404), "{arn}");
    }
    assert_eq!(ask("arn:aws", action, "*"), of("ValidationError", 400));
    assert_eq!(
        ask(USER, &format!("s3:{}", "x".repeat(126)), "*"),
        of("ValidationError", 400)
    );
    assert_eq!(ask(USER, "GetObject", "*"), of("InvalidInput", 400));
    assert_eq!(ask(USER, action, "bucket"), of("InvalidInput", 400));
    for most in [0, 1_001] {
        let call = client.simulate_principal_policy().policy_source_arn(USER);
        let result = block(call.action_names(action).max_items(most).send());
        assert_eq!(refusal(result), of("ValidationError", 400));
    }
    let entry = aws_sdk_iam::types::ContextEntry::builder()
        .context_key_name("aws:SecureTransport")
        .context_key_type(ContextKeyTypeEnum::Boolean)
        .context_key_values("maybe")
        .build();
    let call = client.simulate_principal_policy().policy_source_arn(USER);
    let result = block(call.action_names(action).context_entries(entry).send());
    assert_eq!(refusal(result), of("InvalidInput", 400));
    // And who may not simulate is told so.
    let role = iam(&aws, &Caller::assumed_role("worker", "ci"));
    let call = role.simulate_principal_policy().policy_source_arn(USER);
    assert_eq!(
        refusal(block(call.action_names(action).send())),
        of("AccessDenied", 403)
    );
    simulate(&aws, &[action], &["*"]);
}
