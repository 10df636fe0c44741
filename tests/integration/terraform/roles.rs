//! What a role carries itself, and its trust policy.

use serde_json::{Value, json};

use super::{Plan, all_are, all_pass, all_unseen, denial, document, everything, role, trust};

/// A role that was there before, with these fields of its own.
fn kept(own: Value) -> Plan {
    let mut values = json!({ "name": "remotion-lambda-role", "assume_role_policy": trust() });
    for (field, value) in own.as_object().unwrap() {
        values[field] = value.clone();
    }
    Plan::new()
        .add("aws_iam_role.remotion", values.clone())
        .does(&["no-op"], values)
}

#[test]
fn a_new_role_carries_only_what_is_written() {
    all_pass(&role().of_role());
    // Written, and known only after apply.
    for argument in ["inline_policy", "managed_policy_arns"] {
        let mut plan = role();
        plan.resources[0].expressions[argument] = json!({ "references": ["local.x"] });
        all_unseen(&plan.of_role(), "known only after apply");
    }
    // Without the configuration nobody knows whether it is written.
    let plan = role().set("configuration", json!({}));
    all_unseen(
        &plan.of_role(),
        "known only after apply: aws_iam_role.remotion.inline_policy",
    );
}

#[test]
fn inline_blocks_count() {
    let blocks = |blocks: Value| kept(json!({ "inline_policy": blocks }));
    all_pass(&blocks(json!([{ "name": "all", "policy": everything() }])).of_role());
    all_are(
        &blocks(json!([{ "name": "", "policy": "" }])).of_role(),
        "fail",
        "nothing_allows",
        "",
    );
    let denied = blocks(json!([
        { "name": "all", "policy": everything() }, { "name": "no", "policy": denial() },
    ]));
    super::only_the_denied_fails(&denied.of_role());
    let later = kept(json!({ "inline_policy": [{ "name": "all", "policy": everything() }, { "name": "later" }] }))
        .unknown(json!({ "inline_policy": [{}, { "policy": true }] }));
    all_unseen(&later.of_role(), "inline_policy[1].policy");
    // Written blocks are the only ones: they remove what other resources add.
    let fight = blocks(json!([])).refers("inline_policy", &["local.x"]).add(
        "aws_iam_role_policy.all",
        json!({ "name": "all", "role": "remotion-lambda-role", "policy": everything() }),
    );
    all_unseen(&fight.of_role(), "aws_iam_role.remotion may remove it");
}

#[test]
fn what_was_observed_before_the_plan_does_not_outlive_it() {
    let observed = json!([{ "name": "all", "policy": everything() }]);
    let before = json!({ "name": "all", "role": "remotion-lambda-role", "policy": everything() });
    // The plan deletes the policy that the role still shows.
    let deleted = kept(json!({ "inline_policy": observed }))
        .add("aws_iam_role_policy.all", json!({}))
        .does(&["delete"], before.clone());
    all_are(&deleted.of_role(), "fail", "nothing_allows", "");
    // The plan changes its text.
    let mut after = before.clone();
    after["policy"] = json!(denial());
    let changed = kept(json!({ "inline_policy": observed }))
        .add("aws_iam_role_policy.all", after)
        .does(&["update"], before);
    assert!(changed.of_role().iter().all(|one| one.status == "fail"));
    // Nothing of the file is about it: somebody attached it by hand, and it stays.
    all_pass(&kept(json!({ "inline_policy": observed })).of_role());

    let arn = "arn:aws:iam::111111111111:policy/all";
    let policy = |plan: Plan, action: &str| {
        let values = json!({ "name": "all", "arn": arn, "policy": everything() });
        plan.add("aws_iam_policy.all", values.clone())
            .does(&[action], values)
    };
    let managed = || kept(json!({ "managed_policy_arns": [arn] }));
    all_pass(&policy(managed(), "no-op").of_role());
    all_pass(&policy(managed(), "update").of_role());
    all_are(
        &policy(managed(), "delete").of_role(),
        "fail",
        "nothing_allows",
        "",
    );
    all_unseen(&managed().of_role(), arn);
    let detached = policy(managed(), "no-op")
        .add("aws_iam_role_policy_attachment.all", json!({}))
        .does(
            &["delete"],
            json!({ "role": "remotion-lambda-role", "policy_arn": arn }),
        );
    all_are(&detached.of_role(), "fail", "nothing_allows", "");
    let taken_off_the_list = policy(managed(), "no-op")
        .add(
            "aws_iam_policy_attachment.all",
            json!({ "policy_arn": arn, "roles": [] }),
        )
        .does(
            &["update"],
            json!({ "policy_arn": arn, "roles": ["remotion-lambda-role"] }),
        );
    all_are(&taken_off_the_list.of_role(), "fail", "nothing_allows", "");
}

#[test]
fn written_managed_policies_are_the_only_ones() {
    let arn = "arn:aws:iam::111111111111:policy/all";
    let plan = |listed: Value, references: &[&str]| {
        kept(json!({ "managed_policy_arns": listed }))
            .refers("managed_policy_arns", references)
            .add(
                "aws_iam_policy.all",
                json!({ "name": "all", "arn": arn, "policy": everything() }),
            )
    };
    all_pass(&plan(json!([arn]), &["local.x"]).of_role());
    let fight = plan(json!([]), &["local.x"]).add(
        "aws_iam_role_policy_attachment.all",
        json!({ "role": "remotion-lambda-role", "policy_arn": arn }),
    );
    all_unseen(&fight.of_role(), "aws_iam_role.remotion may remove it");
    // A list of policies that are created, found by its references.
    let created = |unknown: Value, references: &[&str]| {
        Plan::new()
            .add("aws_iam_role.remotion", json!({
                "name": "remotion-lambda-role", "assume_role_policy": trust(), "managed_policy_arns": [null],
            }))
            .unknown(unknown)
            .refers("managed_policy_arns", references)
            .add("aws_iam_policy.all", json!({ "name": "all", "policy": everything() }))
            .unknown(json!({ "arn": true }))
            .of_role()
    };
    let one = json!({ "arn": true, "managed_policy_arns": [true] });
    all_pass(&created(
        one.clone(),
        &["aws_iam_policy.all.arn", "aws_iam_policy.all"],
    ));
    all_unseen(&created(one, &["local.x"]), "which managed policies stay");
}

#[test]
fn the_trust_policy_is_judged() {
    let trusting = |policy: Value| {
        let run = kept(json!({ "assume_role_policy": policy, "inline_policy": [{ "name": "all", "policy": everything() }] }))
            .checking()
            .arguments(["--subject", "role"])
            .run();
        let trust = run
            .findings()
            .into_iter()
            .find(|one| one.permission == "sts:AssumeRole" && one.scope.contains("aws_iam_role"));
        (run.code, trust.map(|one| one.status))
    };
    assert_eq!(trusting(json!(trust())), (Some(0), Some("pass".to_owned())));
    let other = document(json!({
        "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole",
    }));
    assert_eq!(trusting(json!(other)), (Some(1), Some("fail".to_owned())));
    let conditional = trust().replace(
        "\"Effect\"",
        r#""Condition": { "StringEquals": { "aws:SourceAccount": "1" } }, "Effect""#,
    );
    let unknown = (Some(3), Some("unknown".to_owned()));
    assert_eq!(trusting(json!(conditional)), unknown);
    // Known only after apply.
    assert_eq!(trusting(Value::Null), unknown);
    let slip = conditional.replace("Condition", "Conditon");
    let run = kept(json!({ "assume_role_policy": slip }))
        .checking()
        .arguments(["--subject", "role"])
        .run()
        .expect(2);
    let place = "plan.json: aws_iam_role.remotion.assume_role_policy:1:";
    assert!(run.stderr.contains(place), "{}", run.stderr);
}

#[test]
fn what_a_dynamic_block_writes_is_the_only_one_too() {
    // The configuration in a plan leaves dynamic blocks out.
    let blocks = |names: &[&str]| {
        let blocks = names
            .iter()
            .map(|name| json!({ "name": name, "policy": everything() }));
        json!({ "name": "remotion-lambda-role", "assume_role_policy": trust(),
            "inline_policy": blocks.collect::<Vec<_>>() })
    };
    let policy = |name: &str| json!({ "name": name, "role": "remotion-lambda-role", "policy": everything() });
    let plan = |before: &[&str], after: &[&str]| {
        Plan::new()
            .add("aws_iam_role.remotion", blocks(after))
            .does(&["update"], blocks(before))
            .add("aws_iam_role_policy.all", policy("all"))
            .does(&["no-op"], policy("all"))
            .of_role()
    };
    all_pass(&plan(&["all"], &["all"]));
    all_unseen(
        &plan(&["all", "other"], &[]),
        "aws_iam_role.remotion may remove it",
    );
    let created = Plan::new()
        .add("aws_iam_role.remotion", blocks(&["other"]))
        .add("aws_iam_role_policy.no", {
            let mut values = policy("no");
            values["policy"] = json!(denial());
            values
        });
    // What the block writes counts, and what may be removed is not seen.
    all_unseen(&created.of_role(), "aws_iam_role.remotion may remove it");
}

#[test]
fn a_role_that_is_forgotten_for_a_new_one_is_another_one() {
    let old = kept(json!({ "inline_policy": [{ "name": "all", "policy": everything() }] }));
    let before = old.resources[0].values.clone();
    let mut plan = role();
    plan.resources.truncate(1);
    plan.resources[0].actions = json!(["create", "forget"]);
    plan.resources[0].before = before;
    let at = |address: &str| {
        let arguments = ["--subject", "role", "--address", address];
        super::permissions(plan.checking().arguments(arguments).run().findings())
    };
    all_are(&at("aws_iam_role.remotion"), "fail", "nothing_allows", "");
    all_pass(&at("aws_iam_role.remotion (forgotten object)"));
}
