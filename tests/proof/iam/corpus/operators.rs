//! The table of each condition operator.

use super::{NO, OPERATORS, YES, check};

#[test]
fn strings() {
    check(&[
        (
            OPERATORS,
            "StringEquals",
            &["iamuser-admin"],
            &["iamuser-admin"],
            YES,
        ),
        (
            OPERATORS,
            "StringEquals",
            &["iamuser-admin"],
            &["IAMuser-admin"],
            NO,
        ),
        (OPERATORS, "StringEquals", &["a*"], &["ab"], NO),
        (OPERATORS, "StringNotEquals", &["a"], &["b"], YES),
        (OPERATORS, "StringNotEquals", &["a"], &["a"], NO),
        (
            OPERATORS,
            "StringEqualsIgnoreCase",
            &["Video"],
            &["vIDEO"],
            YES,
        ),
        (
            OPERATORS,
            "StringEqualsIgnoreCase",
            &["Video"],
            &["audio"],
            NO,
        ),
        (
            OPERATORS,
            "StringNotEqualsIgnoreCase",
            &["Video"],
            &["vIDEO"],
            NO,
        ),
        (
            OPERATORS,
            "StringNotEqualsIgnoreCase",
            &["Video"],
            &["audio"],
            YES,
        ),
        (OPERATORS, "StringLike", &["t2.*"], &["t2.micro"], YES),
        (OPERATORS, "StringLike", &["t?.micro"], &["t2.micro"], YES),
        (OPERATORS, "StringLike", &["t2"], &["t2.micro"], NO),
        (OPERATORS, "StringLike", &["T2.*"], &["t2.micro"], NO),
        (OPERATORS, "StringNotLike", &["t2.*"], &["t2.micro"], NO),
        (OPERATORS, "StringNotLike", &["t2.*"], &["m3.large"], YES),
        (
            OPERATORS,
            "StringLikeIfExists",
            &["t1.*", "t2.*", "m3.*"],
            &["m3.large"],
            YES,
        ),
        (
            OPERATORS,
            "StringLikeIfExists",
            &["t1.*", "t2.*", "m3.*"],
            &["c5.large"],
            NO,
        ),
        (OPERATORS, "StringNotEqualsIfExists", &["a"], &["a"], NO),
    ]);
}

#[test]
fn numbers() {
    check(&[
        (OPERATORS, "NumericLessThanEquals", &["10"], &["10"], YES),
        (OPERATORS, "NumericLessThanEquals", &["10"], &["11"], NO),
        (
            OPERATORS,
            "NumericLessThan",
            &["10"],
            &["9.999999999999999999999"],
            YES,
        ),
        (OPERATORS, "NumericLessThan", &["10"], &["10.0"], NO),
        (OPERATORS, "NumericEquals", &["0.1"], &["1e-1"], YES),
        (
            OPERATORS,
            "NumericEquals",
            &["9007199254740993"],
            &["9007199254740992"],
            NO,
        ),
        (OPERATORS, "NumericNotEquals", &["1"], &["2"], YES),
        (OPERATORS, "NumericNotEquals", &["1"], &["1.00"], NO),
        (OPERATORS, "NumericGreaterThan", &["-1"], &["0"], YES),
        (OPERATORS, "NumericGreaterThan", &["-1"], &["-1.5"], NO),
        (OPERATORS, "NumericGreaterThanEquals", &["3"], &["3"], YES),
        (OPERATORS, "NumericGreaterThanEquals", &["3"], &["2"], NO),
        (OPERATORS, "NumericEquals", &["1"], &["one"], None),
        (OPERATORS, "NumericNotEquals", &["1"], &["one"], None),
    ]);
}

#[test]
fn dates() {
    check(&[
        (
            OPERATORS,
            "DateGreaterThan",
            &["2020-01-01T00:00:01Z"],
            &["2020-01-01T00:00:02Z"],
            YES,
        ),
        (
            OPERATORS,
            "DateGreaterThan",
            &["2020-01-01T00:00:01Z"],
            &["2020-01-01T00:00:01Z"],
            NO,
        ),
        (
            OPERATORS,
            "DateGreaterThanEquals",
            &["2020-01-01"],
            &["2020-01-01T00:00:00Z"],
            YES,
        ),
        (
            OPERATORS,
            "DateLessThan",
            &["2020-01-01"],
            &["1577836799"],
            YES,
        ),
        (
            OPERATORS,
            "DateLessThan",
            &["2020-01-01"],
            &["1577836800"],
            NO,
        ),
        (
            OPERATORS,
            "DateLessThanEquals",
            &["1577836800"],
            &["2020-01-01T01:00:00+01:00"],
            YES,
        ),
        (
            OPERATORS,
            "DateEquals",
            &["2020-02-29T12:00Z"],
            &["2020-02-29T14:00:00.000+02:00"],
            YES,
        ),
        (OPERATORS, "DateEquals", &["2020-02"], &["2020-02-01"], YES),
        (
            OPERATORS,
            "DateNotEquals",
            &["2020-02-29T12:00:00Z"],
            &["2020-02-29T12:00:00.5Z"],
            YES,
        ),
        (
            OPERATORS,
            "DateLessThanIfExists",
            &["2020-01-01"],
            &["tomorrow"],
            None,
        ),
    ]);
}

#[test]
fn booleans_bytes_and_addresses() {
    check(&[
        (OPERATORS, "Bool", &["false"], &["false"], YES),
        (OPERATORS, "Bool", &["false"], &["true"], NO),
        (OPERATORS, "BoolIfExists", &["true"], &["true"], YES),
        (OPERATORS, "Bool", &["true"], &["1"], None),
        (
            OPERATORS,
            "BinaryEquals",
            &["QmluYXJ5VmFsdWVJbkJhc2U2NA=="],
            &["QmluYXJ5VmFsdWVJbkJhc2U2NA=="],
            YES,
        ),
        (
            OPERATORS,
            "BinaryEquals",
            &["QmluYXJ5VmFsdWVJbkJhc2U2NA=="],
            &["QmluYXJ5"],
            NO,
        ),
        (OPERATORS, "BinaryEquals", &["QmluYXJ5"], &["Binary"], None),
        (
            OPERATORS,
            "IpAddress",
            &["203.0.113.0/24"],
            &["203.0.113.255"],
            YES,
        ),
        (
            OPERATORS,
            "IpAddress",
            &["203.0.113.0/24"],
            &["203.0.114.0"],
            NO,
        ),
        (
            OPERATORS,
            "IpAddress",
            &["203.0.113.7"],
            &["203.0.113.7"],
            YES,
        ),
        (
            OPERATORS,
            "IpAddress",
            &["203.0.113.7"],
            &["203.0.113.6"],
            NO,
        ),
        (
            OPERATORS,
            "NotIpAddress",
            &["203.0.113.0/24"],
            &["203.0.114.0"],
            YES,
        ),
        (
            OPERATORS,
            "NotIpAddress",
            &["203.0.113.0/24"],
            &["203.0.113.1"],
            NO,
        ),
        (
            OPERATORS,
            "IpAddress",
            &["203.0.113.0/24", "2001:DB8:1234:5678::/64"],
            &["2001:db8:1234:5678::1"],
            YES,
        ),
        (
            OPERATORS,
            "IpAddress",
            &["203.0.113.0/24", "2001:DB8:1234:5678::/64"],
            &["2001:db8:1234:5679::1"],
            NO,
        ),
        (OPERATORS, "IpAddress", &["0.0.0.0/0"], &["::1"], NO),
        (OPERATORS, "IpAddress", &["203.0.113.0/24"], &["here"], None),
        (
            OPERATORS,
            "IpAddress",
            &["203.0.113.0/24"],
            &["203.0.0.0/16"],
            None,
        ),
    ]);
}

#[test]
fn arns() {
    const PATTERN: &[&str] = &["arn:aws:someservice:*:111122223333:finance/*"];
    const VALUE: &[&str] =
        &["arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"];
    check(&[
        (OPERATORS, "StringLike", PATTERN, VALUE, YES),
        (OPERATORS, "ArnLike", PATTERN, VALUE, NO),
        (OPERATORS, "ArnEquals", PATTERN, VALUE, NO),
        (OPERATORS, "ArnNotLike", PATTERN, VALUE, YES),
        (
            OPERATORS,
            "ArnEquals",
            &["arn:aws:sns:*:123456789012:t?"],
            &["arn:aws:sns:eu-west-1:123456789012:t1"],
            YES,
        ),
        (
            OPERATORS,
            "ArnNotEquals",
            &["arn:aws:sns:*:123456789012:t?"],
            &["arn:aws:sns:eu-west-1:123456789012:t1"],
            NO,
        ),
        (
            OPERATORS,
            "ArnLike",
            &["arn:aws:sns:*:123456789012:t"],
            &["arn:aws:sns:eu-west-1:123456789012:T"],
            NO,
        ),
        (OPERATORS, "ArnLike", PATTERN, &["no arn"], None),
    ]);
}

#[test]
fn null() {
    check(&[
        (OPERATORS, "Null", &["true"], &[], YES),
        (OPERATORS, "Null", &["true"], &["2020-01-01T00:00:00Z"], NO),
        (
            OPERATORS,
            "Null",
            &["false"],
            &["2020-01-01T00:00:00Z"],
            YES,
        ),
        (OPERATORS, "Null", &["false"], &[], NO),
    ]);
}
