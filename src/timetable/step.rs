//! A step of the timetable: a rule with its dates, and what was planned and done beside them.

use chrono::NaiveDate;
use serde::Serialize;

use super::anchor::Anchor;
use super::moment::Moment;
use super::moment::Span;
use super::rule::Bound;
use super::rule::Rule;
use crate::document::election::PlannedDate;

/// One step. `start` and `end` are the statutory limits; nothing overwrites them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The rule it comes from.
    pub rule: Rule,
    /// First lawful day or instant, if the law gives one.
    pub start: Option<Moment>,
    /// Last lawful day (included) or instant, if the law gives one. Excluded when the bound is `before`.
    pub end: Option<Moment>,
    /// The anchor whose own instant is not known, so that its latest lawful instant was used instead.
    pub latest_of: Option<Anchor>,
    /// Planned and actual dates and overrides, each with its citation, in the order given.
    pub dates: Vec<PlannedDate>,
}

impl Step {
    /// The last planned date given.
    #[must_use]
    pub fn planned(&self) -> Option<&PlannedDate> {
        self.of_kind("planned")
    }

    /// The last actual date given.
    #[must_use]
    pub fn actual(&self) -> Option<&PlannedDate> {
        self.of_kind("actual")
    }

    /// The last override of the limit by a competent body (article 98.3 as added by law 83/2025).
    #[must_use]
    pub fn overridden(&self) -> Option<&PlannedDate> {
        self.of_kind("override")
    }

    fn of_kind(&self, kind: &str) -> Option<&PlannedDate> {
        self.dates.iter().rev().find(|date| date.kind == kind)
    }

    /// The statutory limits as a half-open span of local time; `None` if the law gives no date.
    ///
    /// A clock time narrows a single day: `at_latest` with 17:00 ends at 17:00, `on` with 07:00-19:00 is those hours.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        if self.start.is_none() && self.end.is_none() {
            return None;
        }
        let time = self.rule.time.as_ref();
        let start = self.start.map(|moment| match (moment, time.and_then(|time| time.start())) {
            (Moment::Day(day), Some(clock)) => day.and_time(clock),
            _ => moment.first_instant(),
        });
        let end = self.end.map(|moment| match (moment, time.and_then(|time| time.end())) {
            _ if self.rule.bound == Bound::Before => moment.first_instant(),
            (Moment::Day(day), Some(clock)) if self.ends_by_the_clock() => day.and_time(clock),
            _ => moment.after(),
        });
        Some(Span { start, end })
    }

    /// Voting starts *at* 07:00 and lasts; only a limit, an end or a stretch of hours closes the span at its clock time.
    fn ends_by_the_clock(&self) -> bool {
        use super::time_of_day::TimeOfDay::Between;
        self.rule.bound != Bound::On || matches!(self.rule.time, Some(Between(..)))
    }

    /// The date a reader looks for first: the start if there is one, else the limit.
    #[must_use]
    pub fn key_date(&self) -> Option<NaiveDate> {
        self.start.or(self.end).map(Moment::date)
    }

    /// Orders steps by date; steps without one come last.
    #[must_use]
    pub fn sort_key(&self) -> (bool, Option<NaiveDate>) {
        (self.key_date().is_none(), self.key_date())
    }
}
