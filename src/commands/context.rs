//! Condition keys as they are typed: `KEY=VALUE`, with the type in front where it is said.

use std::net::IpAddr;

use remperm::error::Error;
use remperm::plan::{ContextEntry, ContextKind};

/// Reads all of them; the same key several times means several values.
pub(super) fn read(typed: &[String]) -> Result<Vec<ContextEntry>, Error> {
    let mut entries: Vec<ContextEntry> = Vec::new();
    for text in typed {
        let wrong = |what: &str| {
            Error::call(format!("--context {text:?}: {what}")).hint(
                "write it as aws:MultiFactorAuthPresent=true or numeric@aws:MultiFactorAuthAge=300",
            )
        };
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| wrong("there is no = in it"))?;
        let (kind, key) = match name.split_once('@') {
            Some((kind, key)) => (
                named(kind).ok_or_else(|| wrong("its type is none that is known"))?,
                key,
            ),
            None => (guessed(value), name),
        };
        let valid = key.contains(':')
            && !key.starts_with(':')
            && !key.ends_with(':')
            && key.chars().all(|one| one.is_ascii_graphic());
        if !valid {
            return Err(wrong("its key is none, such as aws:SourceIp"));
        }
        if !fits(kind, value) {
            return Err(wrong("its value does not fit its type"));
        }
        match entries
            .iter_mut()
            .find(|entry| entry.key.eq_ignore_ascii_case(key))
        {
            Some(entry) if single(entry.kind) != kind => {
                return Err(wrong("the same key was given with another type"));
            }
            Some(entry) => {
                entry.kind = several(kind);
                entry.values.push(value.to_owned());
            }
            None => entries.push(ContextEntry {
                key: key.to_owned(),
                kind,
                values: vec![value.to_owned()],
            }),
        }
    }
    Ok(entries)
}

fn named(kind: &str) -> Option<ContextKind> {
    match kind {
        "string" => Some(ContextKind::String),
        "numeric" => Some(ContextKind::Numeric),
        "boolean" => Some(ContextKind::Boolean),
        "ip" => Some(ContextKind::Ip),
        "date" => Some(ContextKind::Date),
        _ => None,
    }
}

/// The type that a value looks like. Numbers are text to most keys (accounts, ids), so they are
/// numbers only where that is said.
fn guessed(value: &str) -> ContextKind {
    if fits(ContextKind::Boolean, value) {
        ContextKind::Boolean
    } else if fits(ContextKind::Ip, value) {
        ContextKind::Ip
    } else if value.contains('T') && fits(ContextKind::Date, value) {
        ContextKind::Date
    } else {
        ContextKind::String
    }
}

fn fits(kind: ContextKind, value: &str) -> bool {
    match kind {
        ContextKind::Boolean => matches!(value, "true" | "false"),
        ContextKind::Numeric => value.parse::<f64>().is_ok_and(f64::is_finite),
        ContextKind::Ip => {
            let (address, length) = value.split_once('/').unwrap_or((value, "0"));
            let longest = if address.contains(':') { 128 } else { 32 };
            address.parse::<IpAddr>().is_ok()
                && length.parse::<u8>().is_ok_and(|bits| bits <= longest)
        }
        // As IAM takes it: 2026-01-31T12:00:00Z.
        ContextKind::Date => {
            let behind = value.get(10..).unwrap_or_default();
            value.len() >= 10
                && (behind.is_empty() || behind.starts_with('T'))
                && behind
                    .chars()
                    .all(|one| one.is_ascii_digit() || "T:.Z+-".contains(one))
                && value
                    .chars()
                    .zip("0000-00-00".chars())
                    .all(|(one, form)| match form {
                        '0' => one.is_ascii_digit(),
                        other => one == other,
                    })
        }
        _ => true,
    }
}

const fn several(kind: ContextKind) -> ContextKind {
    match kind {
        ContextKind::String | ContextKind::StringList => ContextKind::StringList,
        ContextKind::Numeric | ContextKind::NumericList => ContextKind::NumericList,
        ContextKind::Boolean | ContextKind::BooleanList => ContextKind::BooleanList,
        ContextKind::Ip | ContextKind::IpList => ContextKind::IpList,
        ContextKind::Date | ContextKind::DateList => ContextKind::DateList,
    }
}

const fn single(kind: ContextKind) -> ContextKind {
    match kind {
        ContextKind::String | ContextKind::StringList => ContextKind::String,
        ContextKind::Numeric | ContextKind::NumericList => ContextKind::Numeric,
        ContextKind::Boolean | ContextKind::BooleanList => ContextKind::Boolean,
        ContextKind::Ip | ContextKind::IpList => ContextKind::Ip,
        ContextKind::Date | ContextKind::DateList => ContextKind::Date,
    }
}
