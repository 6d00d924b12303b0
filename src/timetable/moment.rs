//! Local dates and instants, and the half-open spans they bound. All are times of Asia/Ho_Chi_Minh.

use std::fmt;
use std::str::FromStr;

use chrono::Days;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use serde::Serialize;
use serde::Serializer;

use super::error::TimetableError;

/// A whole calendar day, or an instant of one; written as ISO 8601, `2021-05-22` or `2021-05-22T07:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A whole day.
    Day(NaiveDate),
    /// An instant, to the minute.
    Instant(NaiveDateTime),
}

impl Moment {
    /// The calendar day it lies on.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Instant(instant) => instant.date(),
        }
    }

    /// Its first instant.
    #[must_use]
    pub fn first_instant(self) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN),
            Self::Instant(instant) => instant,
        }
    }

    /// The first instant after it: midnight after a day, the instant itself for an instant.
    #[must_use]
    pub fn after(self) -> NaiveDateTime {
        match self {
            Self::Day(day) => {
                day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN)
            }
            Self::Instant(instant) => instant,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::Instant(instant) => write!(f, "{}", instant.format("%Y-%m-%dT%H:%M")),
        }
    }
}

impl FromStr for Moment {
    type Err = TimetableError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((date, time)) = text.split_once('T') else {
            return parse_date(text).map(Self::Day);
        };
        Ok(Self::Instant(parse_date(date)?.and_time(parse_time(time)?)))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A half-open span of local time, `start` included, `end` excluded; `None` is unbounded.
///
/// A window of days such as `-10d` to `0d` runs from midnight of its first day to midnight *after* its last day,
/// because the law counts both days in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First instant inside.
    pub start: Option<NaiveDateTime>,
    /// First instant outside.
    pub end: Option<NaiveDateTime>,
}

impl Span {
    /// Whether `instant` lies inside.
    #[must_use]
    pub fn contains(self, instant: NaiveDateTime) -> bool {
        self.start.is_none_or(|start| start <= instant) && self.end.is_none_or(|end| instant < end)
    }
}

/// Reads `YYYY-MM-DD`, with all its zeros.
///
/// # Errors
/// Another form, or a day that does not exist.
pub fn parse_date(text: &str) -> Result<NaiveDate, TimetableError> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|date| date.format("%Y-%m-%d").to_string() == text)
        .ok_or_else(|| TimetableError::NotADate { value: text.to_owned() })
}

/// Reads `HH:MM`.
///
/// # Errors
/// Another form, or a time that does not exist.
pub fn parse_time(text: &str) -> Result<NaiveTime, TimetableError> {
    NaiveTime::parse_from_str(text, "%H:%M")
        .ok()
        .filter(|time| time.format("%H:%M").to_string() == text)
        .ok_or_else(|| TimetableError::NotATime { value: text.to_owned() })
}
