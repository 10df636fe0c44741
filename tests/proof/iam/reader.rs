//! The strict reader: what it takes, what it refuses, what it says.

use remperm::iam::{
    Document, Effect, PolicyKind, Principal, PrincipalKind, Principals, Version, Warning,
    WarningKind,
};

fn read_as(kind: PolicyKind, text: &str) -> Result<(Document, Vec<Warning>), String> {
    let known = ["s3:GetObject", "s3:PutObject", "lambda:InvokeFunction"];
    Document::parse("p.json", kind, text.as_bytes(), &known).map_err(|error| error.to_string())
}

fn error(text: &str) -> String {
    read_as(PolicyKind::Identity, text).expect_err(text)
}

/// A document around the inside of one statement.
fn statement(inside: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{{inside}}}]}}"#)
}

const GOOD: &str = r#""Effect": "Allow", "Action": "s3:*", "Resource": "*""#;

#[test]
fn a_document_is_read_whole() {
    let text = r#"{"Statement": [
        {"Sid": "A", "Effect": "Allow", "NotAction": ["iam:*"], "NotResource": ["arn:aws:s3:::x"]},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {
            "Bool": {"aws:SecureTransport": false}, "NumericLessThan": {"s3:max-keys": [1, "2"]}}}
        ], "Id": "id", "Version": "2012-10-17"}"#;
    let (document, warnings) = read_as(PolicyKind::Identity, text).expect("a document");
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(document.version(), Version::V2012);
    assert_eq!(document.id(), Some("id"));
    let [first, second] = document.statements() else {
        panic!("two statements");
    };
    assert_eq!(
        (first.effect(), second.effect()),
        (Effect::Allow, Effect::Deny)
    );
    assert_eq!(first.name().to_string(), "p.json: Statement[0] (A)");
    assert_eq!(second.name().to_string(), "p.json: Statement[1]");
    let keys: Vec<&str> = second.condition_keys().collect();
    assert_eq!(keys, ["aws:SecureTransport", "s3:max-keys"]);
}

#[test]
fn a_missing_version_is_the_old_one_and_a_byte_order_mark_is_skipped() {
    let text = format!("\u{feff}{{\"Statement\": {{{GOOD}}}}}");
    let (document, _) = read_as(PolicyKind::Identity, &text).expect("a document");
    assert_eq!(document.version(), Version::V2008);
}

#[test]
fn syntax_errors_tell_their_place() {
    let cases = [
        ("", "p.json:1:1: "),
        ("{\n  \"Statement\": [,]}", "p.json:2:17: "),
        ("{\"a\": 1} x", "p.json:1:10: "),
        ("{\"a\": 01}", "p.json:1:8: "),
        ("{\"a\": \"\u{1}\"}", "p.json:1:8: "),
        ("{\"a\": \"\\ud800\"}", "p.json:1:14: "),
        (
            "{\"Version\": \"2012-10-17\",\n \"Version\": \"2012-10-17\"}",
            "p.json:2:2: ",
        ),
        ("{\"a\": 1,}", "p.json:1:9: "),
        ("{\"a\": .5}", "p.json:1:7: "),
        ("{'a': 1}", "p.json:1:2: "),
        ("{\"a\": tru}", "p.json:1:10: "),
    ];
    for (text, start) in cases {
        let message = error(text);
        assert!(message.starts_with(start), "{text}: {message}");
    }
    assert!(error("{\"Id\": 1, \"Id\": 1}").contains("twice"));
}

#[test]
fn grammar_errors_tell_statement_and_element() {
    let resource =
        |text: &str| format!(r#""Effect": "Allow", "Action": "s3:*", "Resource": {text}"#);
    let action = |text: &str| format!(r#""Effect": "Allow", "Action": {text}, "Resource": "*""#);
    let condition = |text: &str| format!(r#"{GOOD}, "Condition": {text}"#);
    let cases = [
        (
            r#""Sid": "S", "Action": "*", "Resource": "*""#.to_owned(),
            "(S): Effect",
        ),
        (
            r#""Effect": "allow", "Action": "*", "Resource": "*""#.to_owned(),
            "Effect",
        ),
        (
            r#""Effect": ["Allow"], "Action": "*", "Resource": "*""#.to_owned(),
            "an array where",
        ),
        (r#""Effect": "Allow", "Resource": "*""#.to_owned(), "Action"),
        (r#""Effect": "Allow", "Action": "*""#.to_owned(), "Resource"),
        (format!(r#"{GOOD}, "NotAction": "*""#), "both `Action`"),
        (format!(r#"{GOOD}, "NotResource": "*""#), "both `Resource`"),
        (format!(r#"{GOOD}, "Principal": "*""#), "no place"),
        (
            format!(r#"{GOOD}, "Resources": "*""#),
            "`Resource` may be meant",
        ),
        (format!(r#"{GOOD}, "Comment": "*""#), "no element"),
        (format!(r#"{GOOD}, "Sid": 1"#), "a number where"),
        (action("[]"), "empty array"),
        (action(r#"["s3:Get", 1]"#), "a number where"),
        (action(r#""GetObject""#), "no action"),
        (action(r#""s*:Get""#), "spelt out"),
        (action(r#""s3:""#), "no action"),
        (action(r#""s3:${aws:username}""#), "no action"),
        (resource("[]"), "empty array"),
        (resource(r#""""#), "no ARN"),
        (resource(r#""bucket""#), "no ARN"),
        (resource(r#""arn:aws:s3""#), "six parts"),
        (resource(r#""arn:aws:s3:::""#), "sixth part"),
        (resource(r#""arn::s3:::x""#), "partition"),
        (resource(r#""arn:aws:s*:::x""#), "service"),
        (resource(r#""arn:aws:s3:${aws:x}::x""#), "fifth colon"),
        (resource(r#""${aws:username}""#), "fifth colon"),
        (
            resource(r#""arn:aws:s3:::${aws:username""#),
            "malformed variable",
        ),
        (resource(r#""arn:aws:s3:::${}""#), "malformed variable"),
        (
            resource(r#""arn:aws:s3:::${a:b,'x'}""#),
            "malformed variable",
        ),
        (
            resource(r#""arn:aws:s3:::${a:b, x}""#),
            "malformed variable",
        ),
        (condition("[]"), "an array where"),
        (
            condition(r#"{"StringEqual": {"a:b": "c"}}"#),
            "no condition operator",
        ),
        (
            condition(r#"{"stringEquals": {"a:b": "c"}}"#),
            "`StringEquals` may be meant",
        ),
        (
            condition(r#"{"NullIfExists": {"a:b": "true"}}"#),
            "no condition operator",
        ),
        (
            condition(r#"{"ForAllValues:Null": {"a:b": "true"}}"#),
            "no condition operator",
        ),
        (
            condition(r#"{"ForSomeValues:StringLike": {"a:b": "c"}}"#),
            "no condition operator",
        ),
        (condition(r#"{"StringEquals": {"a:b": []}}"#), "empty array"),
        (
            condition(r#"{"StringEquals": {"a:b": null}}"#),
            "null where",
        ),
        (
            condition(r#"{"StringEquals": {"a:b": {"c": "d"}}}"#),
            "an object where",
        ),
        (
            condition(r#"{"StringEquals": {"ab": "c"}}"#),
            "no condition key",
        ),
        (
            condition(r#"{"StringEquals": {"a:${a:b}": "c"}}"#),
            "values only",
        ),
        (
            condition(r#"{"StringEquals": {"a:b": "c", "A:B": "c"}}"#),
            "another case",
        ),
        (condition(r#"{"NumericEquals": {"a:b": "c"}}"#), "no number"),
        (
            condition(r#"{"NumericEquals": {"a:b": "${a:b}"}}"#),
            "takes none",
        ),
        (
            condition(r#"{"DateEquals": {"a:b": "2020-13-01"}}"#),
            "no date",
        ),
        (condition(r#"{"DateEquals": {"a:b": "2020"}}"#), "no date"),
        (
            condition(r#"{"DateEquals": {"a:b": "2020-01-01T00:00:00"}}"#),
            "no date",
        ),
        (condition(r#"{"Bool": {"a:b": "yes"}}"#), "no boolean"),
        (
            condition(r#"{"BinaryEquals": {"a:b": "AAA"}}"#),
            "no base64",
        ),
        (
            condition(r#"{"IpAddress": {"a:b": "10.0.0.0/33"}}"#),
            "no address",
        ),
        (
            condition(r#"{"IpAddress": {"a:b": "10.0.0"}}"#),
            "no address",
        ),
    ];
    for (inside, part) in cases {
        let message = error(&statement(&inside));
        assert!(message.contains(": Statement[0]"), "{inside}: {message}");
        assert!(message.contains(part), "{inside}: {message}");
    }
}

#[test]
fn errors_of_the_document_itself() {
    let cases = [
        ("[]", "an array where"),
        ("{}", "no `Statement`"),
        (r#"{"Statement": []}"#, "no statement"),
        (r#"{"Statement": "x"}"#, "a string where"),
        (
            r#"{"Version": "2012-10-18", "Statement": []}"#,
            "no version",
        ),
        (r#"{"Version": 2012, "Statement": []}"#, "a number where"),
        (r#"{"Statements": []}"#, "`Statement` may be meant"),
        (
            r#"{"version": "2012-10-17", "Statement": []}"#,
            "`Version` may be meant",
        ),
    ];
    for (text, part) in cases {
        assert!(error(text).contains(part), "{text}: {}", error(text));
    }
}

#[test]
fn service_control_policies_know_the_whole_language_but_no_principal() {
    let text = statement(
        r#""Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:*:*:*:*:x*y",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}"#,
    );
    read_as(PolicyKind::ServiceControl, &text).expect("the whole language");
    let text = statement(&format!(r#"{GOOD}, "Principal": "*""#));
    let message = read_as(PolicyKind::ServiceControl, &text).expect_err("a principal");
    assert!(message.contains("Principal"), "{message}");
}

#[test]
fn principals_are_read_in_trust_policies() {
    let text = statement(
        r#""Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com", "AWS": ["*", "123456789012"]}"#,
    );
    let (document, _) = read_as(PolicyKind::Trust, &text).expect("a trust policy");
    let principals = document.statements()[0].principals().expect("principals");
    let principal = |kind, name: &str| Principal {
        kind,
        name: name.to_owned(),
    };
    let expected = Principals::Named(vec![
        principal(PrincipalKind::Service, "lambda.amazonaws.com"),
        principal(PrincipalKind::Aws, "*"),
        principal(PrincipalKind::Aws, "123456789012"),
    ]);
    assert!(!principals.negated);
    assert_eq!(principals.principals, expected);
    let text = statement(r#""Effect": "Deny", "Action": "sts:AssumeRole", "NotPrincipal": "*""#);
    let (document, _) = read_as(PolicyKind::Trust, &text).expect("a trust policy");
    let principals = document.statements()[0].principals().expect("principals");
    assert!(principals.negated && principals.principals == Principals::Everyone);
    let refused = [
        r#""Effect": "Allow", "Action": "sts:AssumeRole""#,
        r#""Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "x""#,
        r#""Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {}"#,
        r#""Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"User": "x"}"#,
        r#""Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": []}"#,
        r#""Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*", "Resource": "*""#,
    ];
    for inside in refused {
        read_as(PolicyKind::Trust, &statement(inside)).expect_err(inside);
    }
}

fn warnings(text: &str) -> Vec<WarningKind> {
    let (_, warnings) = read_as(PolicyKind::Identity, text).expect(text);
    warnings.into_iter().map(|warning| warning.kind).collect()
}

#[test]
fn one_slip_from_a_known_action_is_a_warning_that_names_it() {
    let meant = |written: &str| {
        let inside = format!(r#""Effect": "Allow", "Action": ["{written}"], "Resource": "*""#);
        match warnings(&statement(&inside)).as_slice() {
            [] => None,
            [WarningKind::ActionSlip { meant, .. }] => Some(meant.clone()),
            other => panic!("{other:?}"),
        }
    };
    for slip in [
        "s3:GetObjct",
        "s3:GetObjectt",
        "s3:GetObkect",
        "s3:GteObject",
        "S3:getobjec",
    ] {
        assert_eq!(meant(slip).as_deref(), Some("s3:GetObject"), "{slip}");
    }
    for other in [
        "s3:GetObject",
        "S3:GETOBJECT",
        "s3:GetObjectTagging",
        "s3:Get*",
        "s3:GetObect1",
        "*",
    ] {
        assert_eq!(meant(other), None, "{other}");
    }
}

#[test]
fn other_warnings() {
    let filler = "x".repeat(6_200);
    let long = statement(&format!(r#""Sid": "{filler}", {GOOD}"#));
    assert!(matches!(
        warnings(&long)[..],
        [WarningKind::Size { limit: 6_144, .. }]
    ));
    let short = statement(r#""Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:*""#);
    assert!(matches!(
        warnings(&short)[..],
        [WarningKind::ShortArn { .. }]
    ));
    let literal = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource":
        "arn:aws:s3:::${aws:username}", "Condition": {"StringLike": {"a:b": "${a:b}"}}}}"#;
    let kinds = warnings(literal);
    assert!(
        matches!(
            kinds[..],
            [
                WarningKind::LiteralVariable { .. },
                WarningKind::LiteralVariable { .. }
            ]
        ),
        "{kinds:?}"
    );
    let twice = format!(r#"{{"Statement": [{{"Sid": "A-", {GOOD}}}, {{"Sid": "A-", {GOOD}}}]}}"#);
    let kinds = warnings(&twice);
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    let (_, all) = read_as(PolicyKind::Identity, &twice).expect("a document");
    assert!(all[2].to_string().starts_with("p.json:1:"), "{}", all[2]);
}
