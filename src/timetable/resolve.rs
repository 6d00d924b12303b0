//! From rules to dates: finds the instant of each anchor, known or latest lawful.

use std::collections::BTreeMap;

use super::anchor::Anchor;
use super::day::ElectionDay;
use super::law::LawVersion;
use super::moment::Moment;
use super::offset::Offset;
use super::rule::Bound;
use super::rule::Rule;
use super::step::Step;
use crate::document::election::PlannedDate;

/// Anchors lean on rules and rules on anchors; a file that leans in a circle yields no date instead of no end.
const DEEPEST: usize = 8;

/// What is needed to date a rule.
pub(super) struct Resolver<'a> {
    pub(super) law: &'a LawVersion,
    pub(super) day: ElectionDay,
    pub(super) known: &'a BTreeMap<Anchor, Moment>,
}

/// The instant of an anchor, and which anchor's latest lawful instant it rests on, if any.
#[derive(Clone, Copy)]
struct Fixed {
    moment: Moment,
    latest_of: Option<Anchor>,
}

/// The limits of a rule.
#[derive(Default)]
struct Limits {
    start: Option<Moment>,
    end: Option<Moment>,
    latest_of: Option<Anchor>,
}

impl Resolver<'_> {
    /// The step of one rule.
    pub(super) fn step(&self, rule: &Rule, dates: &[PlannedDate]) -> Step {
        let limits = self.limits(rule, DEEPEST);
        Step {
            rule: rule.clone(),
            start: limits.start,
            end: limits.end,
            latest_of: limits.latest_of,
            dates: dates.iter().filter(|date| date.rule == rule.id).cloned().collect(),
        }
    }

    fn limits(&self, rule: &Rule, depth: usize) -> Limits {
        let Some(anchor) = self.instant(rule.anchor, depth) else {
            return Limits::default();
        };
        let at = rule.offset.map(|offset| offset.from(anchor.moment));
        let (start, end) = match rule.bound {
            Bound::AtLatest | Bound::Before => (None, at),
            Bound::From | Bound::After => (at, None),
            Bound::On => (at, at),
            Bound::Within => (Some(Offset::Days(0).from(anchor.moment)), at),
            Bound::Window => return self.window(rule, anchor, depth),
            Bound::Decision => (None, None),
        };
        Limits { start, end, latest_of: anchor.latest_of }
    }

    fn window(&self, rule: &Rule, first: Fixed, depth: usize) -> Limits {
        let Some(last) = self.instant(rule.end_anchor, depth) else {
            return Limits::default();
        };
        Limits {
            start: rule.offset.map(|offset| offset.from(first.moment)),
            end: rule.end_offset.map(|offset| offset.from(last.moment)),
            latest_of: first.latest_of.or(last.latest_of),
        }
    }

    fn instant(&self, anchor: Anchor, depth: usize) -> Option<Fixed> {
        if anchor == Anchor::ElectionDay {
            return Some(Fixed { moment: Moment::Day(self.day.date()), latest_of: None });
        }
        if let Some(moment) = self.known.get(&anchor) {
            return Some(Fixed { moment: *moment, latest_of: None });
        }
        let rule = self.law.latest.get(&anchor).and_then(|id| self.law.rule(id))?;
        let limits = self.limits(rule, depth.checked_sub(1)?);
        // What the law fixes on a day (voting starts at 07:00) is not a latest instant of something earlier.
        let own = (rule.bound != Bound::On).then_some(anchor);
        Some(Fixed { moment: with_clock(rule, limits.end?), latest_of: limits.latest_of.or(own) })
    }
}

/// The clock time of an `on` rule makes its day an instant: hours are counted from it (article 64).
fn with_clock(rule: &Rule, moment: Moment) -> Moment {
    match (moment, rule.time.as_ref().and_then(|time| time.start())) {
        (Moment::Day(day), Some(clock)) if rule.bound == Bound::On => Moment::Instant(day.and_time(clock)),
        _ => moment,
    }
}
