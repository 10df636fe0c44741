//! Wherever a policy of a user or role stands, it counts.

use serde_json::{Value, json};

use super::{
    all_of, allow, arn, attached, check, deny, details, group, inline, managed, not_passed,
    printed, push, role, trusting, user, without,
};

/// Puts a policy of the user somewhere else than inline; tells where.
fn places() -> Vec<(&'static str, Value)> {
    let bare = || {
        let mut details = details();
        details["UserDetailList"][0] = user("/", "deployer");
        details
    };
    let mut of_user = bare();
    push(
        &mut of_user["UserDetailList"][0]["AttachedManagedPolicies"],
        attached("Remotion"),
    );
    push(
        &mut of_user["Policies"],
        managed("Remotion", &[&printed("user")]),
    );
    let mut in_group = bare();
    push(
        &mut in_group["UserDetailList"][0]["GroupList"],
        json!("team"),
    );
    let mut team = group("team");
    push(
        &mut team["GroupPolicyList"],
        inline("remotion", &printed("user")),
    );
    push(&mut in_group["GroupDetailList"], team);
    let mut of_group = bare();
    push(
        &mut of_group["UserDetailList"][0]["GroupList"],
        json!("team"),
    );
    let mut team = group("team");
    push(&mut team["AttachedManagedPolicies"], attached("Remotion"));
    push(&mut of_group["GroupDetailList"], team);
    push(
        &mut of_group["Policies"],
        managed("Remotion", &[&printed("user")]),
    );
    vec![
        ("inline", details()),
        ("attached", of_user),
        ("inline of a group", in_group),
        ("attached to a group", of_group),
    ]
}

#[test]
fn a_users_policies_count_wherever_they_stand() {
    for (place, details) in places() {
        let run = check(&details, &[]).expect(0);
        assert_eq!(not_passed(&run), Vec::<String>::new(), "{place}");
        let report = run.report();
        let tested = &report["audits"][0]["tested"];
        assert_eq!(tested["account"], "123456789012", "{place}");
        assert_eq!(tested["files"], json!(["details.json"]));
        assert_eq!(tested["principals"][0]["name"], arn("user/deployer"));
        assert!(run.findings().len() >= 49, "{place}");
        let text = details.to_string();
        assert!(text.contains("\"s3:PutObject\""));
        let lacking: Value =
            serde_json::from_str(&text.replace("\"s3:PutObject\"", "\"s3:PutObjectAcl\"")).unwrap();
        let run = check(&lacking, &["--subject", "user"]).expect(1);
        assert!(
            not_passed(&run).contains(&"user s3:PutObject fail nothing_allows".to_owned()),
            "{place}: {:?}",
            not_passed(&run)
        );
    }
    let mut nothing = details();
    nothing["UserDetailList"][0] = user("/", "deployer");
    all_of(
        &check(&nothing, &[]).expect(1),
        "user",
        "fail",
        "nothing_allows",
    );
}

#[test]
fn the_evidence_is_named() {
    let report = check(&details(), &[]).expect(0).report();
    let audit = &report["audits"][0];
    for finding in audit["findings"].as_array().unwrap() {
        let expected = match finding["kind"].as_str() {
            Some("trust_policy") => "aws_trust_policy",
            _ => "aws_account_details",
        };
        assert_eq!(finding["source"], expected);
    }
    let spots = audit["blind_spots"].to_string();
    for spot in [
        "when they were taken",
        "service control policies",
        "session policies",
        "resource policies",
    ] {
        assert!(spots.contains(spot), "{spots}");
    }
    let notes = audit["notes"].to_string();
    assert!(
        !notes.contains("boundary"),
        "it is known that there is none: {notes}"
    );
}

#[test]
fn the_roles_policies_and_its_trust_count() {
    let mut managed_role = details();
    let mut execution = role("/", "remotion-lambda-role");
    push(&mut execution["AttachedManagedPolicies"], attached("Role"));
    managed_role["RoleDetailList"][0] = execution;
    push(
        &mut managed_role["Policies"],
        managed("Role", &[&printed("role")]),
    );
    check(&managed_role, &[]).expect(0);
    managed_role["Policies"][0] = managed("Role", &[&without(printed("role"), "s3:PutObject")]);
    let run = check(&managed_role, &[]).expect(1);
    assert_eq!(not_passed(&run), ["role s3:PutObject fail nothing_allows"]);
    let mut untrusted = details();
    untrusted["RoleDetailList"][0]["AssumeRolePolicyDocument"] = trusting("ec2.amazonaws.com");
    let run = check(&untrusted, &[]).expect(1);
    assert_eq!(not_passed(&run), ["role sts:AssumeRole fail not_trusted"]);
    // What can't be told is unknown, as online.
    untrusted["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0] = json!({
        "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole",
        "Condition": { "StringEquals": { "aws:SourceAccount": "1" } } });
    let run = check(&untrusted, &[]).expect(3);
    assert_eq!(not_passed(&run), ["role sts:AssumeRole unknown condition"]);
    assert!(run.stdout.contains("depends on aws:SourceAccount"));
    let role = untrusted["RoleDetailList"][0].as_object_mut().unwrap();
    role.remove("AssumeRolePolicyDocument");
    let run = check(&untrusted, &[]).expect(3);
    assert_eq!(
        not_passed(&run),
        ["role sts:AssumeRole unknown unseen_policy"]
    );
    // A slip is no statement without a condition.
    untrusted["RoleDetailList"][0]["AssumeRolePolicyDocument"] = trusting("lambda.amazonaws.com");
    untrusted["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0]["Conditon"] =
        json!({ "StringEquals": { "aws:SourceAccount": "1" } });
    let run = check(&untrusted, &[]).expect(2);
    assert!(
        run.stderr
            .contains("details.json: role remotion-lambda-role, trust policy:1:"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_default_version_counts_and_no_other() {
    let (whole, lacking) = (printed("user"), without(printed("user"), "s3:PutObject"));
    for (versions, code) in [([&lacking, &whole], 0), ([&whole, &lacking], 1)] {
        let mut details = details();
        let mut deployer = user("/", "deployer");
        push(
            &mut deployer["AttachedManagedPolicies"],
            attached("Remotion"),
        );
        details["UserDetailList"][0] = deployer;
        push(&mut details["Policies"], managed("Remotion", &versions));
        check(&details, &[]).expect(code);
    }
}

#[test]
fn a_denial_wins_and_is_named() {
    let mut details = details();
    push(
        &mut details["UserDetailList"][0]["GroupList"],
        json!("team"),
    );
    let mut team = group("team");
    push(
        &mut team["GroupPolicyList"],
        inline("no", &deny(&["s3:PutObject"])),
    );
    push(&mut details["GroupDetailList"], team);
    let run = check(&details, &[]).expect(1);
    assert_eq!(not_passed(&run), ["user s3:PutObject fail explicit_deny"]);
    let findings = run.findings();
    let denied = findings
        .iter()
        .find(|one| one.why == "explicit_deny")
        .unwrap();
    assert!(
        denied
            .detail
            .contains("group team, inline policy no: Statement[0]"),
        "{}",
        denied.detail
    );
}

#[test]
fn the_boundary_stands_in_the_way() {
    for (boundary, expected) in [
        (allow(&["*"], "*"), Vec::new()),
        (
            without(printed("user"), "s3:PutObject"),
            vec!["user s3:PutObject fail boundary"],
        ),
    ] {
        let mut details = details();
        details["UserDetailList"][0]["PermissionsBoundary"] = json!({
            "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn("policy/Limit") });
        push(&mut details["Policies"], managed("Limit", &[&boundary]));
        assert_eq!(
            not_passed(&check(&details, &["--subject", "user"])),
            expected
        );
    }
}

#[test]
fn the_layers_of_files_count_too() {
    let mut scp = allow(&["*"], "*");
    push(
        &mut scp["Statement"],
        deny(&["s3:PutObject"])["Statement"][0].clone(),
    );
    let run = super::checking(&details().to_string(), &["--scp", "scp.json"])
        .file("scp.json", scp.to_string())
        .run()
        .expect(1);
    let expected = ["user", "role"].map(|one| format!("{one} s3:PutObject fail explicit_deny"));
    assert_eq!(not_passed(&run), expected);
    let session = allow(&["s3:*"], "*").to_string();
    let run = super::checking(
        &details().to_string(),
        &["--session-policy", "session.json"],
    )
    .file("session.json", session)
    .run()
    .expect(1);
    assert!(
        not_passed(&run)
            .iter()
            .all(|one| one.ends_with("fail session_policy"))
    );
}

#[test]
fn what_is_known_of_a_user_decides_conditions() {
    let conditional = |key: &str, value: &str| {
        let mut policy = printed("user");
        for statement in policy["Statement"].as_array_mut().unwrap() {
            statement["Condition"] = json!({ "StringEquals": { key: value } });
        }
        let mut details = details();
        details["UserDetailList"][0] = user("/", "deployer");
        details["UserDetailList"][0]["Tags"] = json!([{ "Key": "team", "Value": "video" }]);
        let mut ci = role("/", "ci");
        for one in [
            &mut details["UserDetailList"][0]["UserPolicyList"],
            &mut ci["RolePolicyList"],
        ] {
            push(one, inline("remotion", &policy));
        }
        push(&mut details["RoleDetailList"], ci);
        let of = |principal: &str| {
            let flags = ["--subject", "user", "--principal", principal];
            check(&details, &flags).code.unwrap()
        };
        (of("deployer"), of("ci"))
    };
    assert_eq!(conditional("aws:username", "deployer"), (0, 1));
    assert_eq!(conditional("aws:username", "other"), (1, 1));
    assert_eq!(
        conditional("aws:PrincipalArn", &arn("user/deployer")),
        (0, 1)
    );
    assert_eq!(conditional("aws:PrincipalArn", &arn("role/ci")), (1, 0));
    assert_eq!(conditional("aws:PrincipalAccount", "123456789012"), (0, 0));
    assert_eq!(conditional("aws:userid", "AIDAEXAMPLE"), (0, 3));
    // A session can carry other tags than its role.
    assert_eq!(conditional("aws:PrincipalTag/team", "video"), (0, 3));
    assert_eq!(conditional("aws:SourceVpc", "vpc-1"), (3, 3));
}

#[test]
fn the_execution_role_is_the_one_that_is_there() {
    let mut details = details();
    let mut execution = role("/service/", "remotion-lambda-role");
    push(
        &mut execution["RolePolicyList"],
        inline("remotion", &printed("role")),
    );
    details["RoleDetailList"][0] = execution;
    let mut policy = without(printed("user"), "iam:PassRole");
    let pass = json!({ "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": [arn("role/service/*")] });
    push(&mut policy["Statement"], pass);
    details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] = policy;
    check(&details, &[]).expect(0);
    // Without the role's path the same policy does not cover it.
    details["RoleDetailList"][0] = role("/", "remotion-lambda-role");
    push(
        &mut details["RoleDetailList"][0]["RolePolicyList"],
        inline("remotion", &printed("role")),
    );
    let run = check(&details, &[]).expect(1);
    assert_eq!(not_passed(&run), ["user iam:PassRole fail nothing_allows"]);
}

#[test]
fn the_accounts_own_number_is_asked_about() {
    let mut details = details();
    let text = details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"].to_string();
    let own = text.replace("arn:aws:lambda:*:*:", "arn:aws:lambda:*:123456789012:");
    assert_ne!(own, text);
    details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] =
        serde_json::from_str(&own).unwrap();
    let run = check(&details, &["--subject", "user"]);
    let failing = not_passed(&run);
    // Chromium's layers belong to another account.
    assert!(
        failing.iter().all(|one| one.contains("GetLayerVersion")),
        "{failing:?}"
    );
}
