//! Which policies belong to whom: by names, by references, through groups, and what is in doubt.

mod removals;

use serde_json::json;

use super::{Plan, all_are, all_pass, all_unseen, denial, everything, only_the_denied_fails, user};

/// A user without policies.
fn bare_user() -> Plan {
    Plan::new()
        .add("aws_iam_user.ci", json!({ "name": "ci", "path": "/" }))
        .unknown(json!({ "arn": true }))
}

/// A managed policy that is created.
fn policy(plan: Plan, name: &str, text: &str) -> Plan {
    plan.add(
        &format!("aws_iam_policy.{name}"),
        json!({ "name": name, "policy": text }),
    )
    .unknown(json!({ "arn": true, "id": true }))
}

#[test]
fn an_inline_policy_counts_for_its_user_alone() {
    all_pass(&user().of_user());
    let of_another = bare_user().add(
        "aws_iam_user_policy.all",
        json!({ "name": "all", "user": "other", "policy": everything() }),
    );
    all_are(&of_another.of_user(), "fail", "nothing_allows", "");
    let denied = user().add(
        "aws_iam_user_policy.no",
        json!({ "name": "no", "user": "ci", "policy": denial() }),
    );
    only_the_denied_fails(&denied.of_user());
}

#[test]
fn the_policy_that_terraform_creates_is_found_by_its_reference() {
    let attached = |references: &[&str]| {
        policy(
            policy(bare_user(), "all", &everything()),
            "other",
            &denial(),
        )
        .add("aws_iam_user_policy_attachment.it", json!({ "user": "ci" }))
        .unknown(json!({ "policy_arn": true, "id": true }))
        .refers("policy_arn", references)
        .of_user()
    };
    all_pass(&attached(&["aws_iam_policy.all.arn", "aws_iam_policy.all"]));
    all_pass(&attached(&["aws_iam_policy.all.id", "aws_iam_policy.all"]));
    // Anything else leaves open which policy it is.
    for references in [
        &[
            "aws_iam_policy.all.arn",
            "aws_iam_policy.all",
            "aws_iam_policy.other.arn",
            "aws_iam_policy.other",
        ][..],
        &[
            "aws_iam_policy.all.arn",
            "aws_iam_policy.all",
            "local.which",
        ],
        &["aws_iam_policy.all.name", "aws_iam_policy.all"],
        &["aws_iam_policy.gone.arn", "aws_iam_policy.gone"],
        &["local.arn"],
        &["each.value"],
        &["random_id.all.id", "random_id.all"],
    ] {
        all_unseen(&attached(references), "known only after apply");
    }
}

#[test]
fn instances_are_told_apart_by_their_keys() {
    let plan = |key: &str, references: &[&str]| {
        let plan = bare_user()
            .add(
                "aws_iam_policy.p[\"all\"]",
                json!({ "name": "all", "policy": everything() }),
            )
            .unknown(json!({ "arn": true }))
            .add(
                "aws_iam_policy.p[\"no\"]",
                json!({ "name": "no", "policy": denial() }),
            )
            .unknown(json!({ "arn": true }));
        plan.add(
            &format!("aws_iam_user_policy_attachment.it[{key:?}]"),
            json!({ "user": "ci" }),
        )
        .unknown(json!({ "policy_arn": true }))
        .refers("policy_arn", references)
        .each_of(&["aws_iam_policy.p"])
        .of_user()
    };
    let by_key = ["aws_iam_policy.p", "each.key"];
    all_pass(&plan("all", &by_key));
    all_are(&plan("no", &by_key)[..1], "fail", "nothing_allows", "");
    all_unseen(&plan("more", &by_key), "known only after apply");
    all_pass(&plan("all", &["each.value.arn", "each.value"]));
    all_pass(&plan(
        "x",
        &[
            "aws_iam_policy.p[\"all\"].arn",
            "aws_iam_policy.p[\"all\"]",
            "aws_iam_policy.p",
        ],
    ));
    // One of several, and nothing says which.
    all_unseen(
        &plan("all", &["aws_iam_policy.p"]),
        "known only after apply",
    );
}

#[test]
fn a_text_that_is_known_only_after_apply_leaves_all_open_but_denials() {
    let unknown = user()
        .add(
            "aws_iam_user_policy.later",
            json!({ "name": "later", "user": "ci" }),
        )
        .unknown(json!({ "policy": true }));
    all_unseen(
        &unknown.of_user(),
        "known only after apply: aws_iam_user_policy.later.policy",
    );
    let denied = unknown.add(
        "aws_iam_user_policy.no",
        json!({ "name": "no", "user": "ci", "policy": denial() }),
    );
    let findings = denied.of_user();
    let (no, open): (Vec<_>, Vec<_>) = findings
        .into_iter()
        .partition(|one| one.permission == "s3:PutObject");
    all_are(
        &no,
        "fail",
        "explicit_deny",
        "aws_iam_user_policy.no.policy: Statement[0]",
    );
    all_unseen(&open, "aws_iam_user_policy.later");
}

#[test]
fn a_policy_that_is_not_in_the_file_is_unknown_by_its_name() {
    let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    let attached = |plan: Plan| {
        plan.add(
            "aws_iam_user_policy_attachment.aws",
            json!({ "user": "ci", "policy_arn": arn }),
        )
    };
    all_unseen(&attached(user()).of_user(), arn);
    // A data source brings its text.
    let known = attached(bare_user()).prior(
        "data.aws_iam_policy.admin",
        json!({ "arn": arn, "policy": everything() }),
    );
    all_pass(&known.of_user());
}

#[test]
fn an_attachment_to_somebody_unknown_may_be_to_anybody() {
    let attached = |references: &[&str]| {
        user()
            .add(
                "aws_iam_user.other",
                json!({ "name": "other", "path": "/" }),
            )
            .add(
                "aws_iam_user_policy.no",
                json!({ "name": "no", "policy": denial() }),
            )
            .unknown(json!({ "user": true }))
            .refers("user", references)
            .checking()
            .arguments(["--address", "aws_iam_user.ci"])
            .run()
            .findings()
    };
    all_unseen(
        &attached(&["local.user"]),
        "whose it is, is known only after apply",
    );
    all_pass(&attached(&[
        "aws_iam_user.other.name",
        "aws_iam_user.other",
    ]));
    only_the_denied_fails(&attached(&["aws_iam_user.ci.name", "aws_iam_user.ci"]));
    // It is no name of a user.
    all_unseen(
        &attached(&["aws_iam_user.ci.unique_id", "aws_iam_user.ci"]),
        "whose it is",
    );
}

#[test]
fn names_that_may_be_the_same_are_in_doubt() {
    let other_case = user().add(
        "aws_iam_user_policy.no",
        json!({ "name": "no", "user": "CI", "policy": denial() }),
    );
    all_unseen(&other_case.of_user(), "in other letters");
    let nameless = Plan::new()
        .add("aws_iam_user.ci", json!({ "path": "/" }))
        .unknown(json!({ "arn": true, "name": true }))
        .add(
            "aws_iam_user_policy.all",
            json!({ "name": "all", "policy": everything() }),
        )
        .unknown(json!({ "user": true }))
        .refers("user", &["aws_iam_user.ci.name", "aws_iam_user.ci"]);
    all_pass(&nameless.of_user());
    let known_name = nameless.add(
        "aws_iam_user_policy.no",
        json!({ "name": "no", "user": "maybe", "policy": denial() }),
    );
    all_unseen(
        &known_name.of_user(),
        "is known only after apply, and may be that of",
    );
}

#[test]
fn the_same_name_in_another_account_is_somebody_else() {
    let plan = |provider: &str| {
        Plan::new()
            .add("aws_iam_user.ci", json!({ "name": "ci", "path": "/" }))
            .add(
                "aws_iam_user_policy.all",
                json!({ "name": "all", "user": "ci", "policy": everything() }),
            )
            .provider(provider)
    };
    all_pass(&plan("aws").of_user());
    all_unseen(
        &plan("aws.elsewhere").of_user(),
        "different provider configurations",
    );
    // Two of the same name: the provider configuration says whose it is.
    let two = |provider: &str| {
        plan(provider)
            .add("aws_iam_user.away", json!({ "name": "ci", "path": "/" }))
            .provider("aws.elsewhere")
            .checking()
            .arguments(["--address", "aws_iam_user.ci"])
            .run()
            .findings()
    };
    all_pass(&two("aws"));
    all_are(&two("aws.elsewhere"), "fail", "nothing_allows", "");
    all_unseen(&two("aws.third"), "2 of the name");
    // The policy's ARN tells its account.
    let foreign = user().add(
        "aws_iam_user_policy_attachment.foreign",
        json!({ "user": "ci", "policy_arn": "arn:aws:iam::222222222222:policy/x" }),
    );
    let mut state = foreign.state();
    state["values"]["root_module"]["resources"][0]["values"]["arn"] =
        json!("arn:aws:iam::111111111111:user/ci");
    let run = super::checking(&state)
        .arguments(["--subject", "user"])
        .run()
        .expect(3);
    all_unseen(&run.findings(), "belongs to the account 222222222222");
}

#[test]
fn a_users_groups_count() {
    let group = |plan: Plan| {
        plan.add("aws_iam_group.team", json!({ "name": "team", "path": "/" }))
            .add(
                "aws_iam_group_policy.all",
                json!({ "name": "all", "group": "team", "policy": everything() }),
            )
    };
    let member = |plan: Plan| {
        plan.add(
            "aws_iam_user_group_membership.it",
            json!({ "user": "ci", "groups": ["team"] }),
        )
    };
    all_are(&group(bare_user()).of_user(), "fail", "nothing_allows", "");
    all_pass(&member(group(bare_user())).of_user());
    let listed = group(bare_user()).add(
        "aws_iam_group_membership.it",
        json!({ "name": "x", "users": ["ci"], "group": "team" }),
    );
    all_pass(&listed.of_user());
    let denied = member(group(bare_user())).add(
        "aws_iam_group_policy.no",
        json!({ "name": "no", "group": "team", "policy": denial() }),
    );
    only_the_denied_fails(&denied.of_user());
    // A group that Terraform does not manage has policies that nobody sees.
    let foreign = user().add(
        "aws_iam_user_group_membership.it",
        json!({ "user": "ci", "groups": ["others"] }),
    );
    all_unseen(
        &foreign.of_user(),
        "the group others, which is not in the file",
    );
    let unknown = user()
        .add("aws_iam_user_group_membership.it", json!({ "user": "ci" }))
        .unknown(json!({ "groups": true }));
    all_unseen(&unknown.of_user(), "which groups these are");
    // Another resource lists the group's members without this one.
    let fight = member(group(bare_user())).add(
        "aws_iam_group_membership.it",
        json!({ "name": "x", "users": [], "group": "team" }),
    );
    all_unseen(&fight.of_user(), "may remove this one");
}

#[test]
fn the_boundary_limits_and_may_be_unseen() {
    let bounded = |values: serde_json::Value, unknown: serde_json::Value| {
        let plan = policy(
            Plan::new(),
            "limit",
            &super::document(json!({
                "Effect": "Allow", "NotAction": "s3:PutObject", "Resource": "*",
            })),
        );
        plan.add("aws_iam_user.ci", values)
            .unknown(unknown)
            .refers(
                "permissions_boundary",
                &["aws_iam_policy.limit.arn", "aws_iam_policy.limit"],
            )
            .add(
                "aws_iam_user_policy.all",
                json!({ "name": "all", "user": "ci", "policy": everything() }),
            )
            .of_user()
    };
    let findings = bounded(
        json!({ "name": "ci" }),
        json!({ "permissions_boundary": true }),
    );
    let (limited, others): (Vec<_>, Vec<_>) = findings
        .into_iter()
        .partition(|one| one.permission == "s3:PutObject");
    all_are(&limited, "fail", "boundary", "");
    all_pass(&others);
    let arn = "arn:aws:iam::aws:policy/PowerUserAccess";
    let findings = bounded(
        json!({ "name": "ci", "permissions_boundary": arn }),
        json!({}),
    );
    all_unseen(&findings, arn);
}

#[test]
fn one_attachment_to_several() {
    let attached = |values: serde_json::Value, unknown: serde_json::Value, references: &[&str]| {
        policy(bare_user(), "all", &everything())
            .add("aws_iam_policy_attachment.it", values)
            .unknown(unknown)
            .refers(
                "policy_arn",
                &["aws_iam_policy.all.arn", "aws_iam_policy.all"],
            )
            .refers("users", references)
            .of_user()
    };
    let arn = json!({ "policy_arn": true });
    all_pass(&attached(
        json!({ "users": ["ci", "other"] }),
        arn.clone(),
        &[],
    ));
    all_are(
        &attached(json!({ "users": ["other"], "roles": ["ci"] }), arn, &[]),
        "fail",
        "nothing_allows",
        "",
    );
    let partly = json!({ "policy_arn": true, "users": [false, true] });
    let values = json!({ "users": ["other", null] });
    all_unseen(
        &attached(values.clone(), partly.clone(), &["local.users"]),
        "whose it is",
    );
    all_unseen(
        &attached(values, partly, &["aws_iam_user.ci.name", "aws_iam_user.ci"]),
        "whose it is",
    );
    let alone = json!({ "policy_arn": true, "users": [true] });
    all_pass(&attached(
        json!({ "users": [null] }),
        alone,
        &["aws_iam_user.ci.name", "aws_iam_user.ci"],
    ));
}

#[test]
fn a_key_may_choose_something_that_the_plan_does_not_tell() {
    let attachment = |address: &str| {
        bare_user()
            .add(
                "aws_iam_policy.all",
                json!({ "name": "all", "policy": everything() }),
            )
            .unknown(json!({ "arn": true }))
            .add(address, json!({ "user": "ci" }))
            .unknown(json!({ "policy_arn": true }))
    };
    let direct = ["aws_iam_policy.all.arn", "aws_iam_policy.all"];
    let plan = attachment("aws_iam_user_policy_attachment.it[0]").refers("policy_arn", &direct);
    all_pass(&plan.of_user());
    // count.index == 0 ? aws_iam_policy.all.arn : "arn:aws:iam::aws:policy/ReadOnlyAccess"
    let either = ["count.index", direct[0], direct[1]];
    let plan = attachment("aws_iam_user_policy_attachment.it[1]").refers("policy_arn", &either);
    all_unseen(&plan.of_user(), "which policy this is");
    // { a = aws_iam_policy.all.arn, b = "arn:aws:iam::aws:policy/ReadOnlyAccess" } for a module.
    let of_module = |references: &[&str]| {
        let plan = attachment("module.render.aws_iam_user_policy_attachment.it");
        let mut configuration = plan.json()["configuration"].clone();
        configuration["root_module"]["module_calls"] = json!({ "render": {
            "expressions": { "arns": { "references": direct } },
            "module": { "resources": [{
                "address": "aws_iam_user_policy_attachment.it", "mode": "managed",
                "type": "aws_iam_user_policy_attachment", "name": "it",
                "provider_config_key": "aws",
                "expressions": { "policy_arn": { "references": references } },
            }] },
        } });
        plan.set("configuration", configuration).of_user()
    };
    all_pass(&of_module(&["var.arns"]));
    for references in [
        &["var.arns[\"b\"]", "var.arns"][..],
        &["each.key", "var.arns"],
    ] {
        all_unseen(&of_module(references), "which policy this is");
    }
}
