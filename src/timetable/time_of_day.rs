//! The time of day of a rule, with the limits that the law sets around it.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveTime;

use super::error::TimetableError;
use super::moment::parse_time;

/// A time of day, local.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeOfDay {
    /// `17:00`.
    At(NaiveTime),
    /// `07:00-19:00`.
    Between(NaiveTime, NaiveTime),
    /// `07:00 (not before 05:00)`: the usual time, and the earliest that may be decided (article 71.1).
    NotBefore(NaiveTime, NaiveTime),
    /// `19:00 (not after 21:00)`: the usual time, and the latest that may be decided (article 71.1).
    NotAfter(NaiveTime, NaiveTime),
    /// Words, where the source gives no clock time: `office hours`.
    Words(String),
}

impl TimeOfDay {
    /// The clock time at which the day's part begins, if there is one.
    #[must_use]
    pub const fn start(&self) -> Option<NaiveTime> {
        match self {
            Self::At(at) | Self::Between(at, _) | Self::NotBefore(at, _) | Self::NotAfter(at, _) => Some(*at),
            Self::Words(_) => None,
        }
    }

    /// The clock time at which it ends, if there is one.
    #[must_use]
    pub const fn end(&self) -> Option<NaiveTime> {
        match self {
            Self::Between(_, end) => Some(*end),
            other => other.start(),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |time: &NaiveTime| time.format("%H:%M").to_string();
        match self {
            Self::At(at) => f.write_str(&clock(at)),
            Self::Between(start, end) => write!(f, "{}-{}", clock(start), clock(end)),
            Self::NotBefore(at, limit) => write!(f, "{} (not before {})", clock(at), clock(limit)),
            Self::NotAfter(at, limit) => write!(f, "{} (not after {})", clock(at), clock(limit)),
            Self::Words(words) => f.write_str(words),
        }
    }
}

impl FromStr for TimeOfDay {
    type Err = TimetableError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Words never begin with a digit, so a mistyped time cannot pass as words.
        if !text.starts_with(|first: char| first.is_ascii_digit()) {
            return if text.trim().is_empty() {
                Err(TimetableError::NotATime { value: text.to_owned() })
            } else {
                Ok(Self::Words(text.to_owned()))
            };
        }
        let wrong = || TimetableError::NotATime { value: text.to_owned() };
        let limited = |word: &str| text.strip_suffix(')').and_then(|body| body.split_once(word));
        let pair = |(at, limit): (&str, &str)| match (parse_time(at), parse_time(limit)) {
            (Ok(at), Ok(limit)) => Ok((at, limit)),
            _ => Err(wrong()),
        };
        if let Some(parts) = limited(" (not before ") {
            let (at, limit) = pair(parts)?;
            return if limit <= at { Ok(Self::NotBefore(at, limit)) } else { Err(wrong()) };
        }
        if let Some(parts) = limited(" (not after ") {
            let (at, limit) = pair(parts)?;
            return if at <= limit { Ok(Self::NotAfter(at, limit)) } else { Err(wrong()) };
        }
        if let Some(parts) = text.split_once('-') {
            let (start, end) = pair(parts)?;
            return if start < end { Ok(Self::Between(start, end)) } else { Err(wrong()) };
        }
        parse_time(text).map(Self::At)
    }
}
