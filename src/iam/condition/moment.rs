//! Dates and times.

/// A moment: seconds since 1970 as a decimal, so that fractions are exact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    seconds: i64,
    /// The digits behind the point, without trailing zeros: their order as text is their order.
    fraction: String,
}

impl Moment {
    /// Reads one of the forms of <https://www.w3.org/TR/NOTE-datetime> or whole seconds since
    /// 1970. Four digits alone could be either and are refused.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            if digits.len() == 4 {
                return None;
            }
            return Some(Self {
                seconds: text.parse().ok()?,
                fraction: String::new(),
            });
        }
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut date_parts = date.split('-');
        let year = number(date_parts.next()?, 4)?;
        let month = number(date_parts.next()?, 2)?;
        let day = match date_parts.next() {
            Some(day) => number(day, 2)?,
            None if time.is_none() => 1,
            None => return None,
        };
        if date_parts.next().is_some() || !(1..=12).contains(&month) {
            return None;
        }
        if day < 1 || day > days_in(year, month) {
            return None;
        }
        let midnight = days_since_1970(year, month, day)?.checked_mul(86_400)?;
        match time {
            None => Some(Self {
                seconds: midnight,
                fraction: String::new(),
            }),
            Some(time) => {
                let (offset_free, offset) = zone(time)?;
                let (seconds, fraction) = time_of_day(offset_free)?;
                Some(Self {
                    seconds: midnight.checked_add(seconds)?.checked_sub(offset)?,
                    fraction,
                })
            }
        }
    }
}

/// A number of exactly so many digits.
fn number(text: &str, length: usize) -> Option<i64> {
    let well_formed = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    well_formed.then(|| text.parse().ok()).flatten()
}

fn is_leap(year: i64) -> bool {
    (year.rem_euclid(4) == 0 && year.rem_euclid(100) != 0) || year.rem_euclid(400) == 0
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let past_years = year.checked_sub(1)?;
    // Day one of the year 1 is day 1; 1970-01-01 is day 719,163.
    let mut days = past_years
        .checked_mul(365)?
        .checked_add(past_years.div_euclid(4))?
        .checked_sub(past_years.div_euclid(100))?
        .checked_add(past_years.div_euclid(400))?;
    for past_month in 1..month {
        days = days.checked_add(days_in(year, past_month))?;
    }
    days.checked_add(day)?.checked_sub(719_163)
}

/// Splits the zone off a time; gives the time without it and the zone's seconds east of UTC.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix('Z') {
        return Some((time, 0));
    }
    let at = time.rfind(['+', '-'])?;
    let (time, zone) = time.split_at_checked(at)?;
    let (sign, zone) = match zone.strip_prefix('-') {
        Some(zone) => (-1_i64, zone),
        None => (1, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = zone.split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours
        .checked_mul(3600)?
        .checked_add(minutes.checked_mul(60)?)?;
    Some((time, seconds.checked_mul(sign)?))
}

/// Seconds since midnight and the digits of a fraction, from `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s`.
fn time_of_day(time: &str) -> Option<(i64, String)> {
    let mut parts = time.split(':');
    let hours = number(parts.next()?, 2)?;
    let minutes = number(parts.next()?, 2)?;
    let (seconds, fraction) = match parts.next() {
        None => (0, ""),
        Some(seconds) => match seconds.split_once('.') {
            None => (number(seconds, 2)?, ""),
            Some((seconds, fraction)) => {
                if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                (number(seconds, 2)?, fraction)
            }
        },
    };
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let total = hours
        .checked_mul(3600)?
        .checked_add(minutes.checked_mul(60)?)?
        .checked_add(seconds)?;
    Some((total, fraction.trim_end_matches('0').to_owned()))
}
