//! Random policies, questions and contexts over few letters, so that things meet often.

use super::model::{
    ModelCondition, ModelContext, ModelLayers, ModelPolicy, ModelStatement, ModelValue, Piece, Set,
    Text, Worth,
};
use super::random::Random;

/// The keys that may stand as variables: they have one value at most.
pub(crate) const VARIABLES: [&str; 2] = ["k:s1", "k:s2"];
/// All keys.
pub(crate) const KEYS: [&str; 9] = [
    "k:s1", "k:s2", "k:m", "k:n", "k:d", "k:i", "k:b", "k:y", "k:arn",
];

/// Some letters and wildcards.
pub(crate) fn letters(random: &mut Random, from: &[&str], most: usize) -> String {
    (0..random.below(most + 1))
        .map(|_| random.pick(from))
        .collect()
}

/// What a statement's resources are made of.
#[derive(Clone, Copy)]
pub(crate) struct Shapes<'a> {
    /// Region and account.
    pub(crate) middle: &'a [&'a str],
    /// Letters of the resource part.
    pub(crate) rest: &'a [&'a str],
    pub(crate) longest: usize,
    pub(crate) variables: bool,
}

/// A pattern of ARNs as it may stand in a policy.
pub(crate) fn resource(random: &mut Random, shapes: Shapes<'_>) -> Text {
    if random.once_in(if shapes.variables { 6 } else { 14 }) {
        return Text::plain("*");
    }
    if random.once_in(40) {
        return Text::plain(random.pick(&[
            "arn:*",
            "arn:aws:s3:*",
            "arn:aws:s3::*",
            "arn:aws:ec2:*",
        ]));
    }
    let prefix = format!(
        "arn:aws:s3:{}:{}:",
        random.pick(shapes.middle),
        random.pick(shapes.middle)
    );
    let mut pieces = vec![Piece::Written(prefix)];
    pieces.push(Piece::Written(letters(random, shapes.rest, shapes.longest)));
    if shapes.variables && random.once_in(3) {
        pieces.push(variable(random));
        pieces.push(Piece::Written(letters(random, shapes.rest, 1)));
    }
    if matches!(pieces.as_slice(), [_, Piece::Written(rest)] if rest.is_empty()) {
        pieces.push(Piece::Written(
            random.pick(&["*", "a", "a*", "?*"]).to_owned(),
        ));
    }
    Text(pieces)
}

fn variable(random: &mut Random) -> Piece {
    if random.once_in(5) {
        return Piece::Escape(random.pick(&['*', '?', '$']));
    }
    Piece::Variable {
        key: random.pick(&VARIABLES),
        default: random.pick(&[None, None, Some("a"), Some("*"), Some("")]),
    }
}

/// A concrete ARN, or `*`.
pub(crate) fn word(random: &mut Random, middle: &[&str], rest: &[&str], longest: usize) -> String {
    if random.once_in(30) {
        return "*".to_owned();
    }
    let mut resource = letters(random, rest, longest);
    if resource.is_empty() {
        resource.push('a');
    }
    format!(
        "arn:aws:s3:{}:{}:{resource}",
        random.pick(middle),
        random.pick(middle)
    )
}

const ACTION_PATTERNS: &[&str] = &[
    "s3:Get", "S3:GET", "s3:*", "*", "s3:?et", "s3:Pu*", "ec2:Get", "s3:*t",
];

/// Which elements may be in a statement.
#[derive(Clone, Copy)]
pub(crate) struct Contents<'a> {
    pub(crate) shapes: Shapes<'a>,
    /// One statement in so many denies.
    pub(crate) deny_once_in: usize,
    /// One in so many has `NotResource`.
    pub(crate) not_resource_once_in: usize,
    pub(crate) conditions: bool,
}

pub(crate) fn statement(random: &mut Random, contents: Contents<'_>) -> ModelStatement {
    let count = if random.once_in(3) { 2 } else { 1 };
    let not_action = contents.conditions && random.once_in(8);
    let actions = if random.once_in(3) || !contents.conditions {
        vec!["s3:*"]
    } else {
        (0..count).map(|_| random.pick(ACTION_PATTERNS)).collect()
    };
    let mut conditions: Vec<ModelCondition> = Vec::new();
    if contents.conditions && random.once_in(2) {
        for _ in 0..1 + random.below(2) {
            let new = condition(random, contents.shapes.variables);
            let same = |old: &ModelCondition| {
                (old.set, old.operator, old.if_exists, old.key)
                    == (new.set, new.operator, new.if_exists, new.key)
            };
            if !conditions.iter().any(same) {
                conditions.push(new);
            }
        }
    }
    ModelStatement {
        allow: !random.once_in(contents.deny_once_in),
        actions: if not_action {
            vec![random.pick(&["s3:Put", "ec2:*", "*"])]
        } else {
            actions
        },
        not_action,
        not_resource: random.once_in(contents.not_resource_once_in),
        resources: (0..count)
            .map(|_| resource(random, contents.shapes))
            .collect(),
        conditions,
    }
}

pub(crate) fn policy(random: &mut Random, contents: Contents<'_>, most: usize) -> ModelPolicy {
    ModelPolicy {
        variables: contents.shapes.variables && !random.once_in(4),
        statements: (0..1 + random.below(most))
            .map(|_| statement(random, contents))
            .collect(),
    }
}

/// Identity policies, and one case in three other layers too.
pub(crate) fn layers(random: &mut Random, contents: Contents<'_>, most: usize) -> ModelLayers {
    let mut layers = ModelLayers {
        identity: vec![policy(random, contents, most)],
        ..ModelLayers::default()
    };
    if random.once_in(4) {
        layers.identity.push(policy(random, contents, most));
    }
    if random.once_in(6) {
        layers.boundary = Some(policy(random, contents, most));
    }
    if random.once_in(6) {
        layers.session.push(policy(random, contents, most));
    }
    if random.once_in(6) {
        for _ in 0..1 + random.below(2) {
            let level = (0..1 + random.below(2))
                .map(|_| policy(random, contents, most))
                .collect();
            layers.service_control.push(level);
        }
    }
    layers
}

fn condition(random: &mut Random, variables: bool) -> ModelCondition {
    const TEXT: &[&str] = &[
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ];
    let key = random.pick(&KEYS);
    let operator = match key {
        _ if random.once_in(8) => "Null",
        "k:n" => random.pick(&[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ]),
        "k:d" => random.pick(&[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ]),
        "k:i" => random.pick(&["IpAddress", "NotIpAddress"]),
        "k:b" => "Bool",
        "k:y" => "BinaryEquals",
        "k:arn" => random.pick(&["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"]),
        _ => random.pick(TEXT),
    };
    let is_null = operator == "Null";
    let values = (0..1 + random.below(2))
        .map(|_| match operator {
            "Null" => boolean(random),
            _ => policy_value(random, key, variables),
        })
        .collect();
    let sets: &[Set] = match key {
        "k:m" => &[Set::None, Set::All, Set::Any, Set::All, Set::Any],
        _ => &[
            Set::None,
            Set::None,
            Set::None,
            Set::None,
            Set::All,
            Set::Any,
        ],
    };
    ModelCondition {
        set: if is_null {
            Set::None
        } else {
            random.pick(sets)
        },
        operator,
        if_exists: !is_null && random.once_in(3),
        key,
        values,
    }
}

fn policy_value(random: &mut Random, key: &str, variables: bool) -> ModelValue {
    let is_text = matches!(key, "k:s1" | "k:s2" | "k:m" | "k:arn");
    if !is_text {
        return request_value(random, key, true);
    }
    let mut pieces = Vec::new();
    if key == "k:arn" {
        let middle = random.pick(&["*", "", "a", "?"]);
        pieces.push(Piece::Written(format!("arn:aws:s3:{middle}:a:")));
    }
    pieces.push(Piece::Written(letters(
        random,
        &["a", "b", "A", "*", "?"],
        2,
    )));
    if variables && random.once_in(3) {
        pieces.push(variable(random));
    }
    ModelValue {
        text: Text(pieces),
        worth: Worth::Text,
    }
}

fn boolean(random: &mut Random) -> ModelValue {
    let value = random.once_in(2);
    ModelValue {
        text: Text::plain(if value {
            random.pick(&["true", "True"])
        } else {
            "false"
        }),
        worth: Worth::Bool(value),
    }
}

/// A value of a key, as it may come with a request; or, for types other than text, in a policy.
fn request_value(random: &mut Random, key: &str, in_policy: bool) -> ModelValue {
    let (text, worth) = match key {
        "k:s1" | "k:s2" | "k:m" => (
            random
                .pick(&["", "a", "b", "ab", "A", "a*", "*", "$", "?"])
                .to_owned(),
            Worth::Text,
        ),
        "k:arn" => (
            random
                .pick(&[
                    "arn:aws:s3:a:a:a",
                    "arn:aws:s3::a:b",
                    "arn:aws:s3:x:a:a:a",
                    "arn:aws:s3:a:b:a:a",
                    "a",
                ])
                .to_owned(),
            Worth::Text,
        ),
        "k:n" => random
            .pick(&[
                ("10", 1000),
                ("10.0", 1000),
                ("1e1", 1000),
                ("010", 1000),
                ("-10", -1000),
                ("0", 0),
                ("-0.0", 0),
                ("9.99", 999),
                ("10.01", 1001),
                ("0.5", 50),
                ("5e-1", 50),
                ("100", 10_000),
            ])
            .then(Worth::Hundredths),
        "k:d" => random
            .pick(&[
                ("1970-01-01T00:00:00Z", 0),
                ("00000", 0),
                ("1970-01-02", 8_640_000),
                ("86400", 8_640_000),
                ("1970-01-02T02:00:00+02:00", 8_640_000),
                ("1970-01-01T23:59:59.99Z", 8_639_999),
                ("1972-03-01", 6_825_600_000),
                ("1972-02-29", 6_816_960_000),
                ("68256000", 6_825_600_000),
                ("1969-12-31T23:59Z", -6000),
                ("-60", -6000),
            ])
            .then(Worth::Hundredths),
        "k:b" => return boolean(random),
        "k:y" => {
            let (text, bytes): (&str, &[u8]) = random.pick(&[
                ("", &[] as &[u8]),
                ("AA==", &[0]),
                ("AAA=", &[0, 0]),
                ("YWJj", b"abc"),
                ("/+8=", &[0xff, 0xef]),
            ]);
            (text.to_owned(), Worth::Bytes(bytes.to_vec()))
        }
        "k:i" => {
            let address = random.pick(&[0_u32, 1, 0x0a00_0001, 0x0a00_00ff, 0xffff_ffff]);
            let prefix = if in_policy {
                random.pick(&[0, 1, 8, 24, 31, 32])
            } else {
                32
            };
            let size = 1_u64 << (32 - prefix);
            let first = u64::from(address) / size * size;
            let text = std::net::Ipv4Addr::from(address).to_string();
            let text = if prefix == 32 {
                text
            } else {
                format!("{text}/{prefix}")
            };
            (
                text,
                Worth::Addresses(first as u32, (first + size - 1) as u32),
            )
        }
        other => panic!("{other}"),
    };
    ModelValue {
        text: Text::plain(&text),
        worth,
    }
}

trait Pair {
    fn then(self, worth: fn(i64) -> Worth) -> (String, Worth);
}

impl Pair for (&'static str, i64) {
    fn then(self, worth: fn(i64) -> Worth) -> (String, Worth) {
        (self.0.to_owned(), worth(self.1))
    }
}

/// Everything known: each key absent, or with values.
pub(crate) fn context(random: &mut Random) -> ModelContext {
    KEYS.iter()
        .map(|key| {
            let count = match *key {
                "k:m" => random.below(4),
                key if !VARIABLES.contains(&key) && random.once_in(12) => 2,
                _ => usize::from(!random.once_in(3)),
            };
            (
                *key,
                (0..count)
                    .map(|_| request_value(random, key, false))
                    .collect(),
            )
        })
        .collect()
}
