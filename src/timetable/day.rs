//! Election day: a checked date.

use chrono::Datelike;
use chrono::Days;
use chrono::NaiveDate;
use chrono::Weekday;

use super::error::TimetableError;
use super::moment::parse_date;

/// Year of law 85/2015, the oldest version whose rules are held.
const FIRST_YEAR: i32 = 2015;
/// Far enough for any plan, near enough to catch a mistyped year.
const LAST_YEAR: i32 = 2200;

/// A date accepted as election day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ElectionDay(NaiveDate);

impl ElectionDay {
    /// A Sunday of a sensible year (law 85/2015, article 5).
    ///
    /// # Errors
    /// A day that is not a Sunday; a year outside 2015 to 2200.
    pub fn sunday(day: NaiveDate) -> Result<Self, TimetableError> {
        let forced = Self::any_weekday(day)?;
        if day.weekday() == Weekday::Sun {
            return Ok(forced);
        }
        let ahead = 7 - u64::from(day.weekday().num_days_from_sunday());
        let next = day.checked_add_days(Days::new(ahead)).unwrap_or(day);
        Err(TimetableError::NotSunday { day, weekday: day.format("%A").to_string(), next })
    }

    /// Any day of a sensible year: what `--force` asks for.
    ///
    /// # Errors
    /// A year outside 2015 to 2200.
    pub fn any_weekday(day: NaiveDate) -> Result<Self, TimetableError> {
        if (FIRST_YEAR..=LAST_YEAR).contains(&day.year()) {
            return Ok(Self(day));
        }
        Err(TimetableError::AbsurdYear { day: day.to_string(), first: FIRST_YEAR, last: LAST_YEAR })
    }

    /// Reads `YYYY-MM-DD`; `force` accepts a day that is not a Sunday.
    ///
    /// # Errors
    /// Not a date; not a Sunday unless forced; a year outside 2015 to 2200.
    pub fn parse(text: &str, force: bool) -> Result<Self, TimetableError> {
        let day = parse_date(text)?;
        if force { Self::any_weekday(day) } else { Self::sunday(day) }
    }

    /// The date itself.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }
}
