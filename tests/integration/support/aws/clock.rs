//! Points in time in the form that the services use, in seconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

pub(super) fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is later than 1970");
    i64::try_from(since.as_secs()).expect("a year that people count")
}

/// Reads `20260131T235959Z`.
pub(super) fn parse(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    if text.len() != 16 || text.get(8..9) != Some("T") || !text.ends_with('Z') {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    // Years that start in March have their leap day at the end.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    let seconds = number(9, 11)? * 3_600 + number(11, 13)? * 60 + number(13, 15)?;
    // From the first of March of the year 0 to the first of January 1970.
    Some((days - 719_469) * 86_400 + seconds)
}

/// Writes `20260131T235959Z`.
pub(super) fn at(seconds: i64) -> String {
    let (date, time) = date_and_time(seconds);
    format!("{}T{}Z", date.replace('-', ""), time.replace(':', ""))
}

/// Writes `2026-01-31T23:59:59Z`.
pub(super) fn iso(seconds: i64) -> String {
    let (date, time) = date_and_time(seconds);
    format!("{date}T{time}Z")
}

fn date_and_time(seconds: i64) -> (String, String) {
    let (mut day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let mut year = 1970;
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    while day >= 365 + i64::from(leap(year)) {
        day -= 365 + i64::from(leap(year));
        year += 1;
    }
    let lengths = [
        31,
        28 + i64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut month = 1;
    for length in lengths {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (
        format!("{year:04}-{month:02}-{:02}", day + 1),
        format!("{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60),
    )
}

#[test]
fn times_are_read_as_they_are_written() {
    for (seconds, text) in [
        (0, "19700101T000000Z"),
        (951_782_400, "20000229T000000Z"),
        (1_767_225_599, "20251231T235959Z"),
    ] {
        assert_eq!(at(seconds), text);
        assert_eq!(parse(text), Some(seconds));
    }
    assert_eq!(parse("20251231T2359Z"), None);
}
