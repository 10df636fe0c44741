//! Bindings under a condition, shown or hidden.

use serde_json::{Value, json};

use super::{Given, MEMBER, NEEDED, ROLE, binding, check, of, policy, role, with_status};

fn conditional(condition: &Value) -> Value {
    json!({ "role": ROLE, "members": [MEMBER], "condition": condition })
}

#[test]
fn a_condition_leaves_open_what_hangs_on_it() {
    let expression = "request.time < timestamp(\"2120-01-01T00:00:00Z\")";
    let condition =
        json!({ "title": "until 2120", "description": "a while", "expression": expression });
    let run = check(&policy(&[conditional(&condition)]))
        .with_role(&role(&NEEDED))
        .run()
        .expect(3);
    assert_eq!(with_status(&run, "unknown"), NEEDED);
    let finding = of(&run, "run.services.create");
    assert_eq!(finding.why, "condition");
    for part in ["until 2120", "request.time <", ROLE, "policy.json"] {
        assert!(finding.detail.contains(part), "{}", finding.detail);
    }
    // The same role without it settles everything.
    let both = [conditional(&condition), binding(ROLE, &[MEMBER])];
    check(&policy(&both))
        .with_role(&role(&NEEDED))
        .run()
        .expect(0);
}

#[test]
fn what_the_role_does_not_hold_is_missing_whatever_the_condition() {
    let condition = json!({ "title": "t", "expression": "true" });
    let run = check(&policy(&[conditional(&condition)]))
        .with_role(&role(&["run.services.get"]))
        .run()
        .expect(1);
    assert_eq!(with_status(&run, "pass"), [""; 0]);
    assert_eq!(of(&run, "run.services.create").status, "fail");
    assert_eq!(of(&run, "run.services.get").why, "condition");
}

#[test]
fn a_condition_that_version_one_hides_is_a_condition() {
    let masked = format!("{ROLE}_withcond_2b17cc25d2cd9e2c54d8");
    let run = check(&policy(&[binding(&masked, &[MEMBER])]))
        .with_role(&role(&NEEDED))
        .run()
        .expect(3);
    assert_eq!(with_status(&run, "unknown"), NEEDED);
    let finding = of(&run, "run.services.create");
    assert_eq!(finding.why, "condition");
    assert!(finding.detail.contains("version 3"), "{}", finding.detail);
    let run = check(&policy(&[binding(
        "roles/run.admin_withcond_2b17cc25d2cd9e2c54d8",
        &[MEMBER],
    )]))
    .run();
    assert_eq!(of(&run, "run.services.create").why, "condition");
    assert_eq!(of(&run, "storage.buckets.list").status, "fail");
}

#[test]
fn a_restriction_of_a_new_kind_is_not_read_over() {
    let mut restricted = binding(ROLE, &[MEMBER]);
    restricted["conditon"] = json!({ "expression": "false" });
    let run = check(&policy(&[restricted]))
        .with_role(&role(&NEEDED))
        .run()
        .expect(3);
    assert_eq!(with_status(&run, "unknown"), NEEDED);
    assert!(of(&run, "run.services.create").detail.contains("conditon"));
    // An empty value is as good as none.
    let mut plain = binding(ROLE, &[MEMBER]);
    plain["condition"] = Value::Null;
    check(&policy(&[plain]))
        .with_role(&role(&NEEDED))
        .run()
        .expect(0);
}
