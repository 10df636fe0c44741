//! Reads a `[[waiver]]`.

use time::{Date, Month};
use toml::de::{DeTable, DeValue};

use super::read::{Entry, Source};
use crate::error::Error;
use crate::permission::Subject;
use crate::waiver::Rule;

/// Reads one waiver. It names one permission: a pattern would waive what nobody has thought of.
pub(super) fn read(source: &Source<'_>, table: &DeTable<'_>, line: usize) -> Result<Rule, Error> {
    let mut permission = None;
    let mut scope = None;
    let mut subject = None;
    let mut target = None;
    let mut reason = None;
    let mut owner = None;
    let mut expires = None;
    for entry in source.entries(table) {
        match entry.key {
            "permission" => permission = Some(one_permission(source, &entry)?),
            "scope" => scope = Some(source.text(&entry)?),
            "subject" => subject = Some(one_subject(source, &entry)?),
            "target" => target = Some(source.text(&entry)?),
            "reason" => reason = Some(source.text(&entry)?),
            "owner" => owner = Some(source.text(&entry)?),
            "expires" => expires = Some(day(source, &entry)?),
            other => {
                return Err(source
                    .wrong(entry.line, format!("the key {other:?} is not known"))
                    .hint("a waiver has permission, scope, subject, target, reason, owner and expires"));
            }
        }
    }
    let missing = |key: &str, example: &str| {
        source
            .wrong(line, format!("the waiver has no {key}"))
            .hint(format!("add {example}"))
    };
    Ok(Rule {
        permission: permission
            .ok_or_else(|| missing("permission", "permission = \"s3:CreateBucket\""))?,
        scope,
        subject,
        target,
        reason: reason
            .ok_or_else(|| missing("reason", "reason = \"the bucket was made by hand\""))?,
        owner: owner.ok_or_else(|| missing("owner", "owner = \"video team\""))?,
        expires: expires.ok_or_else(|| missing("expiry date", "expires = 2027-01-31"))?,
        place: format!("{}, line {line}", source.file.display()),
    })
}

fn one_permission(source: &Source<'_>, entry: &Entry<'_, '_>) -> Result<String, Error> {
    let text = source.text(entry)?;
    if text.contains(['*', '?']) {
        return Err(source
            .wrong(entry.line, format!("{text:?} is a pattern"))
            .hint("name one permission; write a waiver for each"));
    }
    Ok(text)
}

fn one_subject(source: &Source<'_>, entry: &Entry<'_, '_>) -> Result<Subject, Error> {
    [Subject::User, Subject::Role, Subject::ServiceAccount]
        .into_iter()
        .find(|subject| entry.value.as_str() == Some(subject.name()))
        .ok_or_else(|| {
            source
                .wrong(entry.line, "this is no subject")
                .hint("write \"user\", \"role\" or \"service-account\"")
        })
}

/// A day, as TOML's own local date or as text.
fn day(source: &Source<'_>, entry: &Entry<'_, '_>) -> Result<Date, Error> {
    let parts = match entry.value {
        DeValue::Datetime(moment) if moment.time.is_none() && moment.offset.is_none() => moment
            .date
            .map(|date| (i32::from(date.year), date.month, date.day)),
        DeValue::String(text) => of_text(text),
        _ => None,
    };
    parts
        .and_then(|(year, month, day)| {
            Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
        })
        .ok_or_else(|| {
            source
                .wrong(entry.line, "this is no day")
                .hint("write the last day on which the waiver counts, such as expires = 2027-01-31")
        })
}

fn of_text(text: &str) -> Option<(i32, u8, u8)> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}
