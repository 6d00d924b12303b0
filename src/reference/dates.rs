//! Planned and actual dates and overrides against the limits of the law.

use std::collections::BTreeMap;

use super::problem::Kind;
use super::problem::Problems;
use super::text::Place;
use super::words::check_date;
use crate::document::election::PlannedDate;
use crate::timetable::Bound;
use crate::timetable::ElectionDay;
use crate::timetable::LawVersion;
use crate::timetable::Step;
use crate::timetable::moment::parse_date;
use crate::timetable::schedule;

/// The statutory limits of one election.
pub(super) struct Limits {
    day: ElectionDay,
    steps: Vec<Step>,
}

impl Limits {
    pub(super) fn new(law: &LawVersion, day: ElectionDay, anchors: &BTreeMap<String, String>) -> Self {
        // The anchors were checked one by one and no dates are given, so there is nothing left to refuse.
        Self { day, steps: schedule(law, day, &[], anchors).unwrap_or_default() }
    }

    /// Reports a date that cannot be, or that a plan may not choose.
    pub(super) fn check(&self, place: Place<'_>, date: &PlannedDate, problems: &mut Problems) {
        check_date(place, "date", &date.date, problems);
        let Some(step) = self.steps.iter().find(|step| step.rule.id == date.rule) else {
            return;
        };
        let Ok(when) = parse_date(&date.date) else {
            return;
        };
        if step.rule.precedes_election_day() && when >= self.day.date() {
            let what = format!(
                "{} date {when} of \"{}\" is not before election day {}, and this step must precede it",
                date.kind,
                date.rule,
                self.day.date()
            );
            problems.push(place.problem(Kind::Date, what, "Correct the date or the rule"));
        } else if date.kind == "planned" {
            self.plan(place, step, date, problems);
        }
    }

    /// A plan keeps to the law; only a competent body's override may leave it (article 98.3).
    fn plan(&self, place: Place<'_>, step: &Step, date: &PlannedDate, problems: &mut Problems) {
        let Ok(when) = parse_date(&date.date) else {
            return;
        };
        let article = step.rule.article.as_deref().unwrap_or("no article known");
        let late = step
            .end
            .map(|end| end.date())
            .filter(|end| when > *end || (step.rule.bound == Bound::Before && when == *end));
        // A start counted from the latest lawful date of an anchor is no lower bound: the anchor may come earlier.
        let early =
            step.start.map(|start| start.date()).filter(|start| step.latest_of.is_none() && when < *start);
        let found = late.map(|end| ("after", "limit", end)).or(early.map(|start| ("before", "start", start)));
        if let Some((side, what, limit)) = found {
            let what = format!(
                "planned date {when} of \"{}\" is {side} its statutory {what} {limit} ({article})",
                date.rule
            );
            let remedy = "Choose a lawful date, or record the competent body's decision as kind = \"override\" with its citation";
            problems.push(place.problem(Kind::Date, what, remedy));
        }
    }
}
