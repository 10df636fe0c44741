//! The gate takes whatever source is given, and the waivers of the configuration.

use serde_json::{Value, json};

use super::{NEW, checked, gate, locked, offline, policy};

/// The details of an account with one user.
fn account_details(policy: &str) -> String {
    let document: Value = serde_json::from_str(policy).unwrap();
    json!({
        "UserDetailList": [{
            "Path": "/", "UserName": "deployer", "UserId": "AIDAEXAMPLE",
            "Arn": "arn:aws:iam::123456789012:user/deployer",
            "UserPolicyList": [{"PolicyName": "remotion", "PolicyDocument": document}],
            "GroupList": [], "AttachedManagedPolicies": [], "Tags": [],
        }],
        "GroupDetailList": [], "RoleDetailList": [], "Policies": [], "IsTruncated": false,
    })
    .to_string()
}

/// A state of Terraform with one user.
fn state(policy: &str) -> String {
    let resource = |kind: &str, values: Value| {
        json!({
            "address": format!("{kind}.deployer"), "mode": "managed", "type": kind,
            "name": "deployer", "values": values,
        })
    };
    json!({
        "format_version": "1.0", "terraform_version": "1.11.4",
        "values": {"root_module": {"resources": [
            resource("aws_iam_user", json!({"name": "deployer", "path": "/", "arn": "arn:aws:iam::123456789012:user/deployer"})),
            resource("aws_iam_user_policy", json!({"name": "remotion", "user": "deployer", "policy": policy})),
        ]}},
    })
    .to_string()
}

#[test]
fn whatever_source_is_given_decides() {
    for (flag, of) in [
        ("--account-details", account_details as fn(&str) -> String),
        ("--terraform", state),
    ] {
        for (held, code) in [("4.0.400", 1), ("4.0.527", 0)] {
            let run = gate(&[
                "--base",
                "4.0.400",
                "--subject",
                "user",
                flag,
                "source.json",
            ])
            .arguments(["--format", "json"])
            .file("package-lock.json", locked("4.0.527"))
            .file("source.json", of(&policy(held)))
            .run()
            .expect(code);
            let status = if code == 0 { "pass" } else { "fail" };
            assert_eq!(checked(&run), [format!("user {NEW} {status}")], "{flag}");
        }
    }
}

#[test]
fn a_waiver_reaches_the_gate() {
    let waiver = |expires: &str| {
        format!(
            "[[waiver]]\npermission = \"{NEW}\"\nreason = \"r\"\nowner = \"o\"\nexpires = {expires}\n"
        )
    };
    for (expires, code) in [("2999-01-01", 0), ("2020-01-01", 1)] {
        offline("4.0.400")
            .file("package-lock.json", locked("4.0.527"))
            .file("policy.json", policy("4.0.400"))
            .file("remperm.toml", waiver(expires))
            .run()
            .expect(code);
    }
}
