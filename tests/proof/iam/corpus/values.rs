//! Several values, several keys, and variables.

use remperm::iam::Context;
use serde_json::json;

use super::{NO, SETS, SEVERAL, VARIABLES, YES, check, holds};

#[test]
fn several_values_in_the_policy() {
    check(&[
        (SEVERAL, "StringEquals", &["t1", "t2"], &["t2"], YES),
        (SEVERAL, "StringEquals", &["t1", "t2"], &["t3"], NO),
        (SEVERAL, "StringNotEquals", &["t1", "t2"], &["t3"], YES),
        (SEVERAL, "StringNotEquals", &["t1", "t2"], &["t2"], NO),
        (
            SEVERAL,
            "NotIpAddress",
            &["10.0.0.0/8", "192.0.2.0/24"],
            &["192.0.2.1"],
            NO,
        ),
    ]);
}

#[test]
fn several_keys_and_operators_must_all_hold() {
    let condition = json!({
        "StringEquals": {"aws:PrincipalTag/department": ["finance", "hr"], "aws:PrincipalTag/role": "audit"},
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::222222222222:user/ana"},
    });
    let context = |department: &str, role: &str, user: &str| {
        Context::new()
            .with("aws:PrincipalTag/department", [department])
            .with("aws:PrincipalTag/role", [role])
            .with(
                "aws:PrincipalArn",
                [format!("arn:aws:iam::222222222222:user/{user}")],
            )
    };
    let holds = |context: &Context| holds("2012-10-17", &condition, context);
    assert_eq!(holds(&context("hr", "audit", "ana")), YES, "{SEVERAL}");
    assert_eq!(holds(&context("law", "audit", "ana")), NO, "{SEVERAL}");
    assert_eq!(holds(&context("hr", "other", "ana")), NO, "{SEVERAL}");
    assert_eq!(holds(&context("hr", "audit", "mary")), NO, "{SEVERAL}");
    // One that is false decides, whatever is not known of the others.
    assert_eq!(
        holds(&Context::new().with("aws:PrincipalTag/role", ["other"])),
        NO
    );
    assert_eq!(
        holds(&Context::new().with("aws:PrincipalTag/role", ["audit"])),
        None
    );
}

#[test]
fn sets_of_values_in_the_request() {
    const ATTRIBUTES: &[&str] = &["PostDateTime", "Message", "Tags"];
    check(&[
        (
            SETS,
            "ForAllValues:StringLike",
            ATTRIBUTES,
            &["PostDateTime", "Message"],
            YES,
        ),
        (
            SETS,
            "ForAllValues:StringLike",
            ATTRIBUTES,
            &["PostDateTime", "UserName"],
            NO,
        ),
        (SETS, "ForAllValues:StringLike", ATTRIBUTES, &[], YES),
        (SETS, "ForAllValues:StringNotLike", ATTRIBUTES, &[], YES),
        (
            SETS,
            "ForAnyValue:StringLike",
            &["ID", "PostDateTime"],
            &["PostDateTime", "Message"],
            YES,
        ),
        (
            SETS,
            "ForAnyValue:StringLike",
            &["ID", "PostDateTime"],
            &["UserName"],
            NO,
        ),
        (SETS, "ForAnyValue:StringLike", &["ID"], &[], NO),
        (SETS, "ForAnyValue:StringNotEquals", &["ID"], &[], NO),
        (SETS, "ForAnyValue:StringEqualsIfExists", &["ID"], &[], YES),
        (
            SETS,
            "ForAllValues:StringNotEquals",
            &["a", "b"],
            &["c", "d"],
            YES,
        ),
        (
            SETS,
            "ForAllValues:StringNotEquals",
            &["a", "b"],
            &["c", "a"],
            NO,
        ),
        (SETS, "ForAllValues:StringEquals", &["a"], &[""], None),
        (SETS, "ForAnyValue:StringLike", &["*"], &[""], None),
        (SETS, "StringEquals", &["a"], &["a", "b"], None),
    ]);
}

#[test]
fn variables_defaults_and_escapes() {
    let like = |value: &str| json!({"StringLike": {"s3:prefix": [value]}});
    let prefix = |value: &str| Context::new().with("s3:prefix", [value]);
    let david = |value: &str| prefix(value).with("AWS:UserName", ["David"]);
    let new = "2012-10-17";
    assert_eq!(
        holds(new, &like("${aws:username}/*"), &david("David/x")),
        YES,
        "{VARIABLES}"
    );
    assert_eq!(
        holds(new, &like("${aws:username}/*"), &david("Adele/x")),
        NO,
        "{VARIABLES}"
    );
    assert_eq!(
        holds(new, &like("${aws:username}/*"), &prefix("David/x")),
        None,
        "{VARIABLES}"
    );
    assert_eq!(
        holds(new, &like("${aws:username}/*"), &prefix("David")),
        NO,
        "{VARIABLES}"
    );
    let absent = prefix("x/x").without("aws:username");
    assert_eq!(
        holds(new, &like("${aws:username}/*"), &absent),
        NO,
        "{VARIABLES}"
    );
    let default = like("${aws:username, 'anonymous'}/*");
    let anonymous = prefix("anonymous/x").without("aws:username");
    assert_eq!(holds(new, &default, &anonymous), YES, "{VARIABLES}");
    assert_eq!(holds(new, &default, &david("David/x")), YES, "{VARIABLES}");
    assert_eq!(
        holds(new, &default, &prefix("anonymous/x")),
        None,
        "{VARIABLES}"
    );
    for special in ["*", "?", "$"] {
        let escaped = like(&format!("a${{{special}}}"));
        assert_eq!(
            holds(new, &escaped, &prefix(&format!("a{special}"))),
            YES,
            "{VARIABLES}"
        );
        assert_eq!(holds(new, &escaped, &prefix("ab")), NO, "{VARIABLES}");
    }
    // In the old version all of this is literal text.
    let old = "2008-10-17";
    assert_eq!(
        holds(old, &like("${aws:username}/*"), &david("David/x")),
        NO,
        "{VARIABLES}"
    );
    assert_eq!(
        holds(old, &like("${aws:username}/*"), &david("${aws:username}/x")),
        YES,
        "{VARIABLES}"
    );
}
