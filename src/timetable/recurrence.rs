//! Reporting regimes: on which instants reports are due.

use chrono::DateTime;
use chrono::Datelike;
use chrono::Days;
use chrono::NaiveDate;
use chrono::TimeZone;
use chrono::Utc;
use chrono::Weekday;
use chrono_tz::Tz;

use super::error::TimetableError;
use super::moment::parse_date;
use super::moment::parse_time;
use crate::document::election::Regime;

/// Ten years of weeks; more is a mistyped year.
const MOST_ROUNDS: usize = 520;

/// The due instants of a weekly regime, first to last, in its own time zone.
///
/// # Errors
/// A weekday, time, zone or date that cannot be read; a first due date on another weekday or after the last one.
pub fn due_instants(regime: &Regime) -> Result<Vec<DateTime<Tz>>, TimetableError> {
    let wrong = |reason: String| TimetableError::Regime { regime: regime.id.clone(), reason };
    let zone = parse_zone(&regime.timezone).map_err(wrong)?;
    let weekday = parse_weekday(&regime.weekday).map_err(wrong)?;
    let before = parse_time(&regime.before)?;
    let (first, last) = (parse_date(&regime.first_due)?, parse_date(&regime.last_due)?);
    if first > last {
        return Err(wrong(format!("first_due {first} lies after last_due {last}. Exchange them")));
    }
    if first.weekday() != weekday {
        return Err(wrong(format!("first_due {first} is not a {}. Correct one of the two", regime.weekday)));
    }
    let days: Vec<NaiveDate> = weekly(first, last).take(MOST_ROUNDS + 1).collect();
    if days.len() > MOST_ROUNDS {
        return Err(wrong(format!(
            "more than {MOST_ROUNDS} rounds. Check the years of first_due and last_due"
        )));
    }
    days.into_iter()
        .map(|day| {
            zone.from_local_datetime(&day.and_time(before)).single().ok_or_else(|| {
                wrong(format!("{day} {before} does not exist once in {zone}. Choose another time"))
            })
        })
        .collect()
}

/// Whether a report received at `received` kept its deadline: strictly before it (`trước 11h 00 phút`).
#[must_use]
pub fn is_due_kept(received: DateTime<Utc>, due: DateTime<Tz>) -> bool {
    received < due
}

/// Reads an IANA time zone.
///
/// # Errors
/// The words to show, with the remedy.
pub fn parse_zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| format!("`{name}` is not an IANA time zone. Write for example Asia/Ho_Chi_Minh"))
}

/// Reads an English weekday in lower case.
///
/// # Errors
/// The words to show, with the remedy.
pub fn parse_weekday(name: &str) -> Result<Weekday, String> {
    let whole =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].contains(&name);
    name.parse()
        .ok()
        .filter(|_| whole)
        .ok_or_else(|| format!("`{name}` is not a weekday. Write monday, tuesday, ... or sunday"))
}

fn weekly(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    std::iter::successors(Some(first), |day| day.checked_add_days(Days::new(7)))
        .take_while(move |day| *day <= last)
}
