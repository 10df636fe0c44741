//! `--context`: values as they are typed.

use serde_json::json;

use super::conditions::{ends, given, logs_if};
use super::{checking, printed};

#[test]
fn values_with_a_type() {
    let cases = [
        (
            json!({ "NumericLessThan": { "aws:MultiFactorAuthAge": "3600" } }),
            "numeric@aws:MultiFactorAuthAge=300",
            "numeric@aws:MultiFactorAuthAge=7200",
        ),
        (
            json!({ "DateLessThan": { "aws:CurrentTime": "2027-01-01T00:00:00Z" } }),
            "date@aws:CurrentTime=2026-06-01T12:00:00Z",
            "aws:CurrentTime=2027-06-01T12:00:00Z",
        ),
        (
            json!({ "NotIpAddress": { "aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"] } }),
            "ip@aws:SourceIp=192.0.2.1",
            "aws:SourceIp=2001:db8::1",
        ),
        (
            json!({ "StringLike": { "aws:userid": "AIDA*:?loy" } }),
            "string@aws:userid=AIDAEXAMPLE:ploy",
            "aws:userid=AROAEXAMPLE:ploy",
        ),
        (
            json!({ "Bool": { "aws:ViaAWSService": false } }),
            "boolean@aws:ViaAWSService=false",
            "aws:ViaAWSService=true",
        ),
        (
            json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:user/ci/*" } }),
            "aws:PrincipalArn=arn:aws:iam::123456789012:user/ci/deployer",
            "aws:PrincipalArn=arn:aws:iam::123456789012:user/deployer",
        ),
        // A value may have = in it.
        (
            json!({ "StringEquals": { "aws:PrincipalTag/query": "a=b" } }),
            "aws:PrincipalTag/query=a=b",
            "aws:PrincipalTag/query=a",
        ),
        (
            json!({ "StringEquals": { "aws:PrincipalAccount": 123_456_789_012_u64 } }),
            "aws:PrincipalAccount=123456789012",
            "aws:PrincipalAccount=210987654321",
        ),
    ];
    for (condition, right, wrong) in cases {
        let policy = logs_if(&condition);
        ends(checking("user", &policy), "unknown", "condition");
        ends(given(&policy, &[right]), "pass", "");
        ends(given(&policy, &[wrong]), "fail", "conditions");
    }
}

#[test]
fn keys_with_several_values() {
    let any =
        logs_if(&json!({ "ForAnyValue:StringEquals": { "aws:CalledVia": "a.amazonaws.com" } }));
    let all = logs_if(&json!({
        "ForAllValues:StringEquals": { "aws:CalledVia": ["a.amazonaws.com", "b.amazonaws.com"] }
    }));
    let (a, b, c) = (
        "aws:CalledVia=a.amazonaws.com",
        "AWS:CalledVia=b.amazonaws.com",
        "string@aws:calledvia=c.amazonaws.com",
    );
    ends(given(&any, &[c, b, a]), "pass", "");
    ends(given(&any, &[b, c]), "fail", "conditions");
    ends(given(&all, &[a, b]), "pass", "");
    ends(given(&all, &[a, b, c]), "fail", "conditions");
    // Several values where the operator takes one: AWS says nothing, so neither do we.
    let one = logs_if(&json!({ "StringEquals": { "aws:CalledVia": "a.amazonaws.com" } }));
    ends(given(&one, &[a]), "pass", "");
    ends(given(&one, &[a, b]), "unknown", "condition");
}

#[test]
fn context_that_is_malformed() {
    for (typed, says) in [
        ("aws:SourceIp", "there is no = in it"),
        ("", "there is no = in it"),
        ("=true", "its key is none, such as aws:SourceIp"),
        ("SourceIp=10.0.0.1", "its key is none"),
        ("aws:=10.0.0.1", "its key is none"),
        (":SourceIp=10.0.0.1", "its key is none"),
        ("aws:Source Ip=10.0.0.1", "its key is none"),
        (
            "text@aws:SourceIp=10.0.0.1",
            "its type is none that is known",
        ),
        ("@aws:SourceIp=10.0.0.1", "its type is none that is known"),
        (
            "numeric@aws:MultiFactorAuthAge=old",
            "its value does not fit its type",
        ),
        (
            "numeric@aws:MultiFactorAuthAge=NaN",
            "its value does not fit its type",
        ),
        (
            "boolean@aws:SecureTransport=yes",
            "its value does not fit its type",
        ),
        ("ip@aws:SourceIp=10.0.0", "its value does not fit its type"),
        (
            "date@aws:CurrentTime=today",
            "its value does not fit its type",
        ),
    ] {
        let run = given(&printed("user"), &[typed]).run().expect(2);
        assert_eq!(run.stdout, "");
        let told = format!("error: --context {typed:?}: ");
        assert!(run.stderr.starts_with(&told), "{}", run.stderr);
        assert!(run.stderr.contains(says), "{says} in {}", run.stderr);
        assert!(run.stderr.contains("hint: write it as "), "{}", run.stderr);
    }
    let two_types = ["aws:SourceIp=10.0.0.1", "string@AWS:SourceIp=10.0.0.2"];
    let run = given(&printed("user"), &two_types).run().expect(2);
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr
            .contains("the same key was given with another type"),
        "{}",
        run.stderr
    );
}
