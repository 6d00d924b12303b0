//! Dates as front matter writes them.

use chrono::DateTime;
use chrono::FixedOffset;
use chrono::NaiveDate;
use chrono::NaiveTime;
use toml::value::Datetime;

/// The instant of a date text: RFC 3339; without offset it is UTC; a day alone is its midnight.
pub(crate) fn instant(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc3339(&format!("{text}Z")))
        .ok()
        .or_else(|| midnight(text))
}

fn midnight(text: &str) -> Option<DateTime<FixedOffset>> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc().fixed_offset())
}

/// The text that templates see for a TOML date, or for a string that holds one.
pub(crate) fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::Datetime(date) => Some(date.to_string()),
        toml::Value::String(text) => text.parse::<Datetime>().ok().map(|date| date.to_string()),
        _ => None,
    }
}

/// The date at the head of a file name (`2021-05-23` or a full RFC 3339 time) and what follows its `-` or `_`.
pub(crate) fn of_file_name(name: &str) -> Option<(&str, Option<&str>)> {
    let day_end = day_length(name)?;
    let end = day_end + time_length(&name[day_end..]).unwrap_or(0);
    let (date, rest) = name.split_at(end);
    let mut unspaced = rest.chars();
    if unspaced.clone().next().is_some_and(char::is_whitespace) {
        unspaced.next();
    }
    let slug = unspaced.as_str().strip_prefix(['-', '_']).filter(|slug| !slug.is_empty());
    Some((date, slug))
}

/// Length of a `YYYY-MM-DD` at the head, months 01 to 12, days 01 to 31.
fn day_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes().get(..10)?;
    let digits = |range: std::ops::Range<usize>| number(&bytes[range]);
    digits(0..4)?;
    let fits = bytes[4] == b'-'
        && bytes[7] == b'-'
        && (1..=12).contains(&digits(5..7)?)
        && (1..=31).contains(&digits(8..10)?);
    fits.then_some(10)
}

/// Length of a `Thh:mm:ss[.fff](Z|±hh:mm)` at the head.
fn time_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let clock = bytes.get(..9)?;
    let fits = clock[0] == b'T'
        && number(&clock[1..3])? < 24
        && clock[3] == b':'
        && number(&clock[4..6])? < 60
        && clock[6] == b':'
        && number(&clock[7..9])? <= 60;
    if !fits {
        return None;
    }
    let fraction = match bytes.get(9) {
        Some(b'.') => 1 + bytes[10..].iter().take_while(|b| b.is_ascii_digit()).count(),
        _ => 0,
    };
    if fraction == 1 {
        return None;
    }
    let zone = 9 + fraction;
    match bytes.get(zone)? {
        b'Z' => Some(zone + 1),
        b'+' | b'-' => {
            let offset = bytes.get(zone + 1..zone + 6)?;
            let fits = number(&offset[..2])? < 24 && offset[2] == b':' && number(&offset[3..])? < 60;
            fits.then_some(zone + 6)
        }
        _ => None,
    }
}

/// A number written in ASCII digits only.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}
