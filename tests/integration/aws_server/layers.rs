//! Organization, boundary and the policies that the simulator leaves out.

use aws_sdk_iam::types::{PolicyIdentifier, PolicyIdentifierPolicyType};

use super::{BUCKET, USER, account, allow, block, deny, iam, refusal, simulate, statement};
use crate::support::aws::{Caller, Exclusions, RunningAws, Shape};

/// Decision, organization's word, boundary's word, number of matched statements.
fn layers(aws: &RunningAws, action: &str) -> (String, Option<bool>, Option<bool>, usize) {
    let output = simulate(aws, &[action], &[BUCKET]);
    let result = output.evaluation_results().first().expect("a result");
    (
        result.eval_decision().to_string(),
        result
            .organizations_decision_detail()
            .map(|one| one.allowed_by_organizations()),
        result
            .permissions_boundary_decision_detail()
            .map(|one| one.allowed_by_permissions_boundary()),
        result.matched_statements().len(),
    )
}

#[test]
fn every_layer_has_its_word() {
    let aws = account(&allow("s3:*", "*"))
        .policy(
            "/",
            "Boundary",
            allow("s3:Get*\",\"s3:List*\",\"iam:*", "*"),
        )
        .scp_level([allow("*", "*")])
        .scp_level([
            allow("*", "*"),
            deny("s3:ListBucket", "*"),
            statement(
                "Deny",
                "s3:GetBucketAcl",
                "*",
                r#"{"StringEquals":{"aws:RequestedRegion":"ap-south-1"}}"#,
            ),
        ])
        .start();
    let plain = |word: &str, organization, boundary, matched| {
        (word.to_owned(), organization, boundary, matched)
    };
    assert_eq!(
        layers(&aws, "s3:PutObject"),
        plain("allowed", Some(true), None, 1)
    );
    assert_eq!(
        layers(&aws, "s3:ListBucket"),
        plain("explicitDeny", Some(false), None, 0)
    );
    // A condition of the organization is evaluated, and its keys are not named as missing.
    assert_eq!(
        layers(&aws, "s3:GetBucketAcl"),
        plain("allowed", Some(true), None, 1)
    );
    let output = simulate(&aws, &["s3:GetBucketAcl"], &[]);
    assert!(
        output
            .evaluation_results()
            .iter()
            .all(|one| one.missing_context_values().is_empty())
    );
    aws.change(|state| state.settings.conditional_scp_denies = true);
    assert_eq!(
        layers(&aws, "s3:GetBucketAcl"),
        plain("implicitDeny", Some(false), None, 0)
    );
    aws.change(|state| {
        state.settings.conditional_scp_denies = false;
        state.edit_user("deployer", |user| user.boundary("Boundary"));
    });
    assert_eq!(
        layers(&aws, "s3:GetObject"),
        plain("allowed", Some(true), Some(true), 1)
    );
    assert_eq!(
        layers(&aws, "s3:PutObject"),
        plain("implicitDeny", Some(true), Some(false), 0)
    );
    aws.change(|state| state.settings.shape = Shape::Old);
    assert_eq!(
        layers(&aws, "s3:PutObject"),
        plain("implicitDeny", Some(true), Some(false), 1)
    );
}

/// Asks for `s3:PutObject` leaving out policies of a type, in the documented form.
fn excluding(aws: &RunningAws, form: &str) -> Result<String, (String, u16)> {
    let client = iam(aws, &Caller::user("deployer"));
    let form = form.to_owned();
    let call = client
        .simulate_principal_policy()
        .policy_source_arn(USER)
        .action_names("s3:PutObject")
        .resource_arns(BUCKET)
        .customize()
        .mutate_request(move |request| {
            let body = request.body().bytes().unwrap_or_default().to_vec();
            let body = String::from_utf8(body).unwrap_or_default() + "&" + &form;
            request
                .headers_mut()
                .insert("content-length", body.len().to_string());
            *request.body_mut() = body.into();
        });
    let result = block(call.send());
    match result {
        Ok(output) => {
            let result = output.evaluation_results().first().expect("a result");
            Ok(result.eval_decision().to_string())
        }
        error => Err(refusal(error)),
    }
}

#[test]
fn every_level_of_the_organization_must_allow() {
    let aws = account(&allow("s3:*", "*"))
        .scp_level([allow("*", "*")])
        .scp_level([allow("s3:Get*\",\"iam:*", "*")])
        .start();
    assert_eq!(layers(&aws, "s3:GetObject").0, "allowed");
    let denied = ("implicitDeny".to_owned(), Some(false), None, 0);
    assert_eq!(layers(&aws, "s3:PutObject"), denied);
    // Service-linked roles stand outside.
    let linked = "/aws-service-role/lambda.amazonaws.com/";
    let aws = account(&allow("s3:*", "*"))
        .scp_level([allow("iam:*", "*")])
        .role(linked, "linked", |role| {
            role.inline("own", allow("s3:*", "*"))
        })
        .start();
    let client = iam(&aws, &Caller::Root);
    let arn = format!("arn:aws:iam::123456789012:role{linked}linked");
    let call = client.simulate_principal_policy().policy_source_arn(arn);
    let output = block(call.action_names("s3:PutObject").send()).expect("it is answered");
    let result = output.evaluation_results().first().expect("a result");
    assert_eq!(result.eval_decision().as_str(), "allowed");
}

#[test]
fn groups_and_managed_policies_count() {
    let aws = account(&allow("s3:GetA", "*"))
        .policy("/", "Managed", allow("s3:Old", "*"))
        .policy("/", "Managed", allow("s3:GetB", "*"))
        .group("/", "team", |group| {
            group.inline("own", allow("s3:GetC", "*")).attach("Managed")
        })
        .start();
    aws.change(|state| state.edit_user("deployer", |user| user.in_group("team")));
    let named = |action: &str| {
        let output = simulate(&aws, &[action], &[]);
        let result = output.evaluation_results().first().expect("a result");
        let statement = result.matched_statements().first()?;
        let kind = statement.source_policy_type()?.to_string();
        Some(format!("{} {kind}", statement.source_policy_id()?))
    };
    assert_eq!(
        named("s3:GetA").as_deref(),
        Some("user_deployer_tested user")
    );
    assert_eq!(named("s3:GetB").as_deref(), Some("Managed user-managed"));
    assert_eq!(named("s3:GetC").as_deref(), Some("group_team_own group"));
    assert_eq!(named("s3:Old"), None);
}

#[test]
fn a_boundary_and_policies_can_be_tried() {
    let aws = account(&allow("s3:*", "*")).start();
    let client = iam(&aws, &Caller::user("deployer"));
    let ask = |action: &str, boundary: Option<String>| {
        let call = client.simulate_principal_policy().policy_source_arn(USER);
        let call = call
            .action_names(action)
            .policy_input_list(allow("ec2:*", "*"));
        let boundaries = boundary.map(|one| vec![one]);
        let call = call.set_permissions_boundary_policy_input_list(boundaries);
        let output = block(call.send()).expect("it is answered");
        let result = output.evaluation_results().first().expect("a result");
        result.eval_decision().to_string()
    };
    assert_eq!(ask("s3:PutObject", None), "allowed");
    assert_eq!(ask("ec2:RunInstances", None), "allowed");
    let boundary = || Some(allow("s3:Get*", "*"));
    assert_eq!(ask("s3:PutObject", boundary()), "implicitDeny");
    assert_eq!(ask("s3:GetObject", boundary()), "allowed");
}

#[test]
fn policies_can_be_left_out() {
    let aws = account(&allow("s3:*", "*"))
        .policy("/", "Boundary", allow("iam:*", "*"))
        .aws_policy("ReadOnlyAccess", allow("s3:Get*", "*"))
        .scp_level([allow("iam:*", "*")])
        .start();
    aws.change(|state| {
        state.edit_user("deployer", |user| {
            user.boundary("Boundary").attach("ReadOnlyAccess")
        });
    });
    let of = |kind: &str, number: usize| {
        format!("PolicyExclusionList.member.{number}.PolicyType={kind}")
    };
    let scp = of("scp", 1);
    let both = format!("{scp}&{}", of("permission-boundary", 2));
    let denied = || Ok("implicitDeny".to_owned());
    assert_eq!(excluding(&aws, ""), denied());
    assert_eq!(excluding(&aws, &scp), denied());
    assert_eq!(excluding(&aws, &both), Ok("allowed".to_owned()));
    assert_eq!(
        excluding(&aws, &format!("{both}&{}", of("inline", 3))),
        denied()
    );
    let arn = "PolicyExclusionList.member.2.PolicyArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Apolicy%2FBound*";
    assert_eq!(
        excluding(&aws, &format!("{scp}&{arn}")),
        Ok("allowed".to_owned())
    );
    let inline = "PolicyExclusionList.member.3.InlinePolicyIdentifier";
    let inline = format!(
        "{inline}.PolicyName=tested&{inline}.AttachmentType=user&{inline}.AttachmentName=dep*"
    );
    assert_eq!(excluding(&aws, &format!("{both}&{inline}")), denied());
    let refused = |code: &str| Err((code.to_owned(), 400));
    assert_eq!(
        excluding(&aws, &of("nonsense", 1)),
        refused("ValidationError")
    );
    assert_eq!(
        excluding(&aws, "PolicyExclusionList.member.1.member=scp"),
        refused("MalformedInput")
    );
    assert_eq!(
        excluding(&aws, "PolicyExclusionList.1.PolicyType=scp"),
        refused("MalformedInput")
    );

    aws.change(|state| state.settings.exclusions = Exclusions::Ignored);
    assert_eq!(excluding(&aws, &both), denied());
    aws.change(|state| state.settings.exclusions = Exclusions::Refused);
    assert_eq!(excluding(&aws, &both), refused("InvalidInput"));
    assert_eq!(excluding(&aws, ""), denied());
}

#[test]
fn the_rust_client_writes_the_exclusion_list_wrongly() {
    let aws = account(&allow("s3:*", "*")).start();
    let client = iam(&aws, &Caller::user("deployer"));
    let call = client.simulate_principal_policy().policy_source_arn(USER);
    let scp = PolicyIdentifier::PolicyType(PolicyIdentifierPolicyType::Scp);
    let result = block(
        call.action_names("s3:GetObject")
            .policy_exclusion_list(scp)
            .send(),
    );
    assert_eq!(refusal(result), ("MalformedInput".to_owned(), 400));
}
