//! How far a rule lies from its anchor: whole calendar days, or hours where the law counts hours.

use std::fmt;
use std::str::FromStr;

use chrono::Duration;
use chrono::NaiveDate;
use chrono::NaiveTime;

use super::error::TimetableError;
use super::moment::Moment;

/// No rule of these laws reaches further than this; a larger number is a mistyped one.
const MOST_DAYS: i64 = 3_660;

/// A signed distance from an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offset {
    /// Calendar days, never shifted.
    Days(i64),
    /// Hours, counted from an instant.
    Hours(i64),
}

impl Offset {
    /// The moment at this distance from `anchor`. Hours from a whole day are counted from its midnight.
    #[must_use]
    pub fn from(self, anchor: Moment) -> Moment {
        match (self, anchor) {
            (Self::Days(days), Moment::Day(day)) => Moment::Day(shift(day, days)),
            (Self::Days(days), Moment::Instant(instant)) => Moment::Day(shift(instant.date(), days)),
            (Self::Hours(hours), anchor) => {
                let start = anchor.first_instant();
                Moment::Instant(start.checked_add_signed(Duration::hours(hours)).unwrap_or(start))
            }
        }
    }

    /// The signed number, without its unit.
    #[must_use]
    pub const fn count(self) -> i64 {
        match self {
            Self::Days(count) | Self::Hours(count) => count,
        }
    }
}

/// Offsets are bounded when read, and election days lie in 2015 to 2200, so the sum always exists.
fn shift(day: NaiveDate, days: i64) -> NaiveDate {
    day.and_time(NaiveTime::MIN).checked_add_signed(Duration::days(days)).map_or(day, |moved| moved.date())
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::Hours(hours) => write!(f, "{hours}h"),
        }
    }
}

impl FromStr for Offset {
    type Err = TimetableError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || TimetableError::NotAnOffset { value: text.to_owned() };
        let parse = |digits: &str| digits.parse::<i64>().map_err(|_| wrong());
        let offset = match (text.strip_suffix('d'), text.strip_suffix('h')) {
            (Some(days), _) => Self::Days(parse(days)?),
            (_, Some(hours)) => Self::Hours(parse(hours)?),
            _ => return Err(wrong()),
        };
        let days = if let Self::Hours(hours) = offset { hours / 24 } else { offset.count() };
        if (-MOST_DAYS..=MOST_DAYS).contains(&days) { Ok(offset) } else { Err(wrong()) }
    }
}
