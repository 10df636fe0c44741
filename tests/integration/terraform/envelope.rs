//! What a plan does beside planning values: it leaves alone, forgets, moves, ends early.

use serde_json::json;

use super::{
    Plan, all_are, all_pass, all_unseen, checking, denial, everything, kept_user,
    only_the_denied_fails, user,
};
use crate::support::program::Program;

/// What Terraform 1.11 made of a configuration of its own resources.
fn real(name: &str) -> String {
    let path = format!(
        "{}/tests/fixtures/terraform/terraform-1.11/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(path).unwrap()
}

/// The same, as if its resources were users.
fn as_users(name: &str) -> Program {
    let text = real(name)
        .replace("terraform_data", "aws_iam_user")
        .replace("\"input\":", "\"name\":")
        // One name is a list.
        .replace("\"name\":[", "\"names\":[");
    Program::new([
        "aws",
        "check",
        "--subject",
        "user",
        "--terraform",
        "plan.json",
    ])
    .file("plan.json", text)
}

#[test]
fn what_terraform_writes_is_read() {
    for name in [
        "fresh.json",
        "state.json",
        "refresh.json",
        "target.json",
        "forget.json",
    ] {
        let run = as_users(name).run().expect(2);
        assert!(
            run.stderr.contains("holds 37 users"),
            "{name}: {}",
            run.stderr
        );
        // Keys may hold what separates the steps of an address.
        let address = r#"aws_iam_user.keyed["it's \"quoted\""]"#;
        let run = as_users(name)
            .arguments(["--address", address, "--format", "json"])
            .run();
        assert_eq!(
            run.report()["audits"][0]["tested"]["principals"][0]["name"],
            address,
            "{name}"
        );
        let address = r#"module.render["eu"].module.inner[0].aws_iam_user.deepest"#;
        as_users(name)
            .arguments(["--address", address, "--format", "json"])
            .run()
            .findings();
    }
    // A destroy leaves nobody.
    let run = as_users("destroy.json").run().expect(2);
    assert!(run.stderr.contains("holds no user"), "{}", run.stderr);
    // What is moved and what is forgotten is there once.
    for address in ["aws_iam_user.moved", "aws_iam_user.by_map[\"one\"]"] {
        as_users("forget.json")
            .arguments(["--address", address, "--format", "json"])
            .run()
            .findings();
    }
    as_users("forget.json")
        .arguments(["--address", "aws_iam_user.either"])
        .run()
        .expect(2);
    // Nothing that is sensitive is told.
    for name in ["fresh.json", "state.json", "forget.json"] {
        assert!(real(name).contains("hush-hush"), "{name}");
        let run = as_users(name)
            .arguments(["--address", "aws_iam_user.other"])
            .run();
        assert!(!run.stdout.contains("hush") && !run.stderr.contains("hush"));
    }
}

#[test]
fn what_the_plan_leaves_alone_stays() {
    let values = json!({ "name": "no", "user": "ci", "policy": denial() });
    // As after -target: the state has it, and no change is about it.
    let left = kept_user().prior("aws_iam_user_policy.no", values.clone());
    only_the_denied_fails(&left.of_user());
    let deleted = kept_user()
        .add("aws_iam_user_policy.no", json!({}))
        .does(&["delete"], values.clone())
        .prior("aws_iam_user_policy.no", values.clone());
    all_pass(&deleted.of_user());
    let mut moved = kept_user()
        .add(
            "aws_iam_user_policy.new",
            json!({ "name": "no", "user": "ci", "policy": everything() }),
        )
        .does(&["no-op"], values.clone())
        .prior("aws_iam_user_policy.no", values)
        .json();
    moved["resource_changes"][2]["previous_address"] = json!("aws_iam_user_policy.no");
    all_pass(
        &checking(&moved)
            .arguments(["--subject", "user"])
            .run()
            .findings(),
    );
}

#[test]
fn what_is_forgotten_stays_and_is_told() {
    let values = json!({ "name": "no", "user": "ci", "policy": denial() });
    let plan = kept_user()
        .add("aws_iam_user_policy.no", json!({}))
        .does(&["forget"], values.clone());
    only_the_denied_fails(&plan.of_user());
    let run = plan.checking().arguments(["--subject", "user"]).run();
    assert!(
        run.stdout.contains("is forgotten and not deleted"),
        "{}",
        run.stdout
    );
    let replaced = kept_user()
        .add(
            "aws_iam_user_policy.no",
            json!({ "name": "new", "user": "ci", "policy": everything() }),
        )
        .does(&["create", "forget"], values);
    only_the_denied_fails(&replaced.of_user());
}

#[test]
fn an_object_that_is_about_to_go_counts_while_it_is_there() {
    let mut state = user().state();
    let mut deposed = state["values"]["root_module"]["resources"][1].clone();
    deposed["deposed_key"] = json!("00000001");
    deposed["values"]["name"] = json!("no");
    deposed["values"]["policy"] = json!(denial());
    state["values"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap()
        .push(deposed);
    only_the_denied_fails(
        &checking(&state)
            .arguments(["--subject", "user"])
            .run()
            .findings(),
    );
}

#[test]
fn a_plan_that_is_not_whole_passes_nothing() {
    for (field, value, says) in [
        ("errored", json!(true), "ended with an error"),
        ("complete", json!(false), "does not hold all changes"),
        (
            "deferred_changes",
            json!([{ "reason": "instance_count_unknown", "resource_change": {
                "address": "aws_iam_user_policy.x", "mode": "managed", "type": "aws_iam_user_policy",
                "change": { "actions": ["create"] },
            }}]),
            "puts changes off",
        ),
        (
            "deferred_changes",
            json!([{ "reason": "new" }]),
            "puts changes off",
        ),
    ] {
        let plan = user().set(field, value);
        all_unseen(&plan.of_user(), says);
        let run = plan
            .checking()
            .arguments(["--subject", "user"])
            .run()
            .expect(3);
        assert!(
            run.stdout.contains("only denials are certain"),
            "{}",
            run.stdout
        );
    }
    let unrelated = user().set(
        "deferred_changes",
        json!([{ "resource_change": { "address": "x.y", "type": "x", "change": { "actions": [] } } }]),
    );
    all_pass(&unrelated.of_user());
    let denied = user()
        .add(
            "aws_iam_user_policy.no",
            json!({ "name": "no", "user": "ci", "policy": denial() }),
        )
        .set("errored", json!(true));
    let denied: Vec<_> = denied
        .of_user()
        .into_iter()
        .filter(|one| one.status == "fail")
        .collect();
    all_are(&denied, "fail", "explicit_deny", "");
}

#[test]
fn values_without_a_change_are_known_only_as_far_as_they_stand_there() {
    let mut plan = user()
        .add(
            "aws_iam_user_policy.later",
            json!({ "name": "later", "user": "ci" }),
        )
        .json();
    plan["resource_changes"].as_array_mut().unwrap().pop();
    let run = checking(&plan).arguments(["--subject", "user"]).run();
    all_unseen(
        &run.findings(),
        "known only after apply: aws_iam_user_policy.later.policy",
    );
}

#[test]
fn a_large_plan_is_read_in_time() {
    let mut plan = user();
    let bulk = json!({ "name": "x", "user": "somebody", "policy": everything(), "filler": "x".repeat(900) });
    for index in 0..10_000 {
        plan = plan.add(&format!("aws_iam_user_policy.bulk[{index}]"), bulk.clone());
    }
    let text = plan.json().to_string();
    assert!(text.len() > 20_000_000, "{}", text.len());
    let started = std::time::Instant::now();
    Program::new([
        "aws",
        "check",
        "--subject",
        "user",
        "--terraform",
        "plan.json",
    ])
    .file("plan.json", text)
    .run()
    .expect(0);
    // Without optimisation, on a machine that does other things.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn an_empty_plan_holds_nobody() {
    let run = Plan::new().checking().run().expect(2);
    assert!(run.stderr.contains("holds no user"), "{}", run.stderr);
}
