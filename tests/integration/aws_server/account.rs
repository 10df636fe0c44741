//! What the reading and writing actions answer, and how the account changes under them.

use super::access::everybody;
use super::{
    ACCOUNT, USER, allow, answered, block, deny, iam, iam_with, refusal, statement, sts, sts_with,
};
use crate::support::aws::{Aws, Caller, Credentials};

#[test]
fn reading_needs_a_grant_each_time() {
    let policy = allow("s3:GetObject", "*");
    let aws = everybody()
        .policy("/", "Extra", &policy)
        .group("/", "team", |group| {
            group.inline("ofgroup", &policy).attach("Extra")
        })
        .start();
    aws.change(|state| {
        state.edit_user("deployer", |user| {
            user.in_group("team").attach("Extra").boundary("Extra")
        })
    });
    // The boundary stands in the way of everything but s3:GetObject.
    let client = iam(&aws, &Caller::user("deployer"));
    let error = block(client.get_role().role_name("worker").send()).expect_err("it is refused");
    let text = aws_sdk_iam::error::ProvideErrorMetadata::message(&error).unwrap_or_default();
    assert_eq!(
        text,
        "User: arn:aws:iam::123456789012:user/team/deployer is not authorized to perform: \
         iam:GetRole on resource: role worker because no identity-based policy allows the \
         iam:GetRole action"
    );
    let client = iam(&aws, &Caller::Root);
    block(async {
        let user = client
            .get_user()
            .user_name("deployer")
            .send()
            .await
            .expect("root may");
        let user = user.user().expect("a user");
        assert_eq!((user.arn(), user.path()), (USER, "/team/"));
        assert!(user.permissions_boundary().is_some());
        let role = client
            .get_role()
            .role_name("worker")
            .send()
            .await
            .expect("root may");
        let role = role.role().expect("a role");
        assert_eq!(role.arn(), "arn:aws:iam::123456789012:role/service/worker");
        let trust = role.assume_role_policy_document().unwrap_or_default();
        assert!(trust.contains("%22lambda.amazonaws.com%22"), "{trust}");
        let names = client
            .list_user_policies()
            .user_name("deployer")
            .send()
            .await
            .expect("root may");
        assert_eq!(names.policy_names(), ["simulate", "tested"]);
        let inline = client
            .get_user_policy()
            .user_name("deployer")
            .policy_name("tested")
            .send()
            .await
            .expect("root may");
        assert!(inline.policy_document().starts_with("%7B%22Version%22"));
        let attached = client
            .list_attached_user_policies()
            .user_name("deployer")
            .send()
            .await
            .expect("root may");
        let arn = attached
            .attached_policies()
            .first()
            .expect("one")
            .policy_arn()
            .unwrap_or_default()
            .to_owned();
        assert_eq!(arn, "arn:aws:iam::123456789012:policy/Extra");
        let managed = client
            .get_policy()
            .policy_arn(&arn)
            .send()
            .await
            .expect("root may");
        let version = managed
            .policy()
            .and_then(|one| one.default_version_id())
            .unwrap_or_default()
            .to_owned();
        let managed = client
            .get_policy_version()
            .policy_arn(&arn)
            .version_id(&version)
            .send()
            .await
            .expect("root may");
        assert!(
            managed
                .policy_version()
                .and_then(|one| one.document())
                .is_some()
        );
        let groups = client
            .list_groups_for_user()
            .user_name("deployer")
            .send()
            .await
            .expect("root may");
        assert_eq!(groups.groups().first().expect("one").group_name(), "team");
        let group = client
            .get_group()
            .group_name("team")
            .send()
            .await
            .expect("root may");
        assert_eq!(group.users().first().expect("one").user_name(), "deployer");
        let ofgroup = client
            .list_group_policies()
            .group_name("team")
            .send()
            .await
            .expect("root may");
        assert_eq!(ofgroup.policy_names(), ["ofgroup"]);
        let result = client.get_role().role_name("nobody").send().await;
        assert_eq!(refusal(result), ("NoSuchEntity".to_owned(), 404));
        let result = client
            .get_role_policy()
            .role_name("worker")
            .policy_name("no")
            .send()
            .await;
        assert_eq!(refusal(result), ("NoSuchEntity".to_owned(), 404));
    });
}

#[test]
fn a_policy_that_is_put_counts_at_once_and_bad_ones_are_refused() {
    let aws = everybody().start();
    let client = iam(&aws, &Caller::Root);
    let put = |document: &str| {
        let call = client
            .put_user_policy()
            .user_name("deployer")
            .policy_name("new");
        answered(block(call.policy_document(document).send()))
    };
    assert_eq!(
        put("{}").expect_err("it is refused").0,
        "MalformedPolicyDocument"
    );
    assert_eq!(
        put(&allow("s3", "*")).expect_err("it is refused").0,
        "MalformedPolicyDocument"
    );
    assert_eq!(
        put(&allow("s3:*", "bucket")).expect_err("it is refused").0,
        "MalformedPolicyDocument"
    );
    let long = allow(&"s3:GetObject\",\"".repeat(200).replace(",\"\"", ""), "*")
        .replace("\"\"", "\"s3:PutObject\"");
    assert_eq!(
        put(&long).expect_err("it is refused"),
        ("LimitExceeded".to_owned(), 409)
    );
    assert_eq!(super::decision(&aws, "s3:PutObject", "*"), "implicitDeny");
    put(&allow("s3:PutObject", "*")).expect("it is accepted");
    assert_eq!(super::decision(&aws, "s3:PutObject", "*"), "allowed");
    let sso = client
        .put_role_policy()
        .role_name(Aws::sso_role_name("Developers"));
    let sso = sso.policy_name("x").policy_document(allow("s3:*", "*"));
    assert_eq!(refusal(block(sso.send())).0, "UnmodifiableEntity");
}

#[test]
fn a_change_can_come_later_by_itself() {
    let aws = everybody().start();
    aws.change_after("SimulatePrincipalPolicy", 2, |state| {
        state.edit_user("deployer", |user| {
            user.inline("later", allow("s3:PutObject", "*"))
                .without_inline("tested")
        });
    });
    let seen: Vec<String> = (0..3)
        .map(|_| super::decision(&aws, "s3:PutObject", "*"))
        .collect();
    assert_eq!(seen, ["implicitDeny", "implicitDeny", "allowed"]);
    assert_eq!(super::decision(&aws, "s3:GetObject", "*"), "implicitDeny");
}

/// Trusts the user, and shuts somebody else out.
const OPEN: &str = r#"{"Statement":[
    {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/team/deployer"},"Action":"sts:AssumeRole"},
    {"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:user/other"},"Action":"sts:AssumeRole"}]}"#;

#[test]
fn roles_are_taken_by_those_whom_they_trust() {
    let aws = everybody()
        .role("/", "open", |role| role.trust_policy(OPEN))
        .role("/", "account", |role| role.trusts_principal("arn:aws:iam::123456789012:root"))
        .role("/", "shut", |role| role.trusts_service("ec2.amazonaws.com"))
        .role("/", "mfa", |role| role.trust_policy(r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}"#))
        .start();
    let client = sts(&aws, &Caller::user("deployer"));
    let assume = |name: &str| {
        let arn = format!("arn:aws:iam::123456789012:role/{name}");
        answered(block(
            client
                .assume_role()
                .role_arn(arn)
                .role_session_name("s")
                .send(),
        ))
    };
    for name in ["account", "shut", "mfa", "none"] {
        assert_eq!(
            assume(name).expect_err("it is refused"),
            ("AccessDenied".to_owned(), 403)
        );
    }
    let taken = assume("open").expect("the role trusts the user");
    let taken = taken.credentials().expect("credentials");
    let credentials = Credentials {
        access_key_id: taken.access_key_id().to_owned(),
        secret_access_key: taken.secret_access_key().to_owned(),
        session_token: Some(taken.session_token().to_owned()),
    };
    let identity = block(sts_with(&aws, &credentials).get_caller_identity().send());
    let identity = identity.expect("the credentials are good");
    assert_eq!(
        identity.arn(),
        Some("arn:aws:sts::123456789012:assumed-role/open/s")
    );
    aws.change(|state| {
        state.edit_user("deployer", |user| {
            user.inline("assume", allow("sts:AssumeRole", "*"))
        });
    });
    assume("account").expect("the role trusts the account, and the user's policy allows it");
    aws.change(|state| {
        state.edit_user("deployer", |user| {
            user.inline("assume", deny("sts:AssumeRole", "*"))
        });
    });
    assert_eq!(assume("open").expect_err("it is refused").0, "AccessDenied");
    aws.change(|state| state.remove_role("open"));
    assert_eq!(
        refusal(block(
            iam_with(&aws, &credentials)
                .get_user()
                .user_name("x")
                .send()
        ))
        .0,
        "AccessDenied"
    );
}

#[test]
fn other_partitions_and_their_environments() {
    let aws = Aws::new(ACCOUNT)
        .partition("aws-cn")
        .user("/", "deployer", |user| {
            user.inline(
                "main",
                statement(
                    "Allow",
                    "iam:GetRole",
                    "*",
                    r#"{"StringEquals":{"aws:RequestedRegion":"cn-north-1"}}"#,
                ),
            )
        })
        .role("/", "remotion-lambda-role", |role| role)
        .start();
    aws.change(|state| {
        state.edit_role("remotion-lambda-role", |role| {
            role.boundary("none").without_boundary()
        })
    });
    let client = iam(&aws, &Caller::user("deployer"));
    let role = block(client.get_role().role_name("remotion-lambda-role").send());
    let role = role.expect("the region is that of the partition");
    let role = role.role().expect("a role");
    assert_eq!(
        role.arn(),
        "arn:aws-cn:iam::123456789012:role/remotion-lambda-role"
    );
    let names = |caller: &Caller| -> Vec<&str> {
        aws.environment(caller)
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    };
    let long_lived = [
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_EC2_METADATA_DISABLED",
    ];
    assert_eq!(names(&Caller::user("deployer")), long_lived);
    let session = Caller::assumed_role("remotion-lambda-role", "ci");
    assert_eq!(names(&session).last(), Some(&"AWS_SESSION_TOKEN"));
}
