//! The timetable of an election: rules of law in, steps with their dates out.
//!
//! A rule is anchor + offset + bound + time of day + citation. Days are calendar days, counted from the anchor and
//! never shifted for a weekend or a holiday (plan 42/KH-HĐBCQG itself puts a limit on Sunday 7 February 2021).
//! A statutory limit is never overwritten: planned and actual dates and overrides stand beside it.

pub mod anchor;
pub mod day;
pub mod error;
pub mod format;
pub mod law;
pub mod moment;
pub mod offset;
pub mod recurrence;
mod resolve;
pub mod rule;
pub mod step;
pub mod time_of_day;
pub mod wording;

use std::collections::BTreeMap;

use crate::document::election::PlannedDate;

pub use anchor::Anchor;
pub use day::ElectionDay;
pub use error::TimetableError;
pub use law::LawVersion;
pub use law::find_law;
pub use moment::Moment;
pub use moment::Span;
pub use offset::Offset;
pub use recurrence::due_instants;
pub use recurrence::is_due_kept;
pub use rule::Bound;
pub use rule::Publish;
pub use rule::Rule;
pub use step::Step;
pub use time_of_day::TimeOfDay;

/// Computes every step of `law` for an election on `day`, ordered by date; steps without a date come last.
///
/// `dates` are planned and actual dates and overrides; they are put beside the limits. `anchors` are the known
/// instants of anchors (name → `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`, local time). Where an anchor's instant is unknown
/// and the law bounds it, the latest lawful instant is used and [`Step::latest_of`] names the anchor.
///
/// # Errors
/// An anchor that does not exist, is not a date, or is the election day itself; a planned date of an unknown rule.
pub fn schedule(
    law: &LawVersion,
    day: ElectionDay,
    dates: &[PlannedDate],
    anchors: &BTreeMap<String, String>,
) -> Result<Vec<Step>, TimetableError> {
    let known = anchor::parse_known(anchors)?;
    if let Some(stray) = dates.iter().find(|date| law.rule(&date.rule).is_none()) {
        return Err(TimetableError::UnknownRule { rule: stray.rule.clone(), law: law.id.clone() });
    }
    let resolver = resolve::Resolver { law, day, known: &known };
    let mut steps: Vec<Step> = law.rules.iter().map(|rule| resolver.step(rule, dates)).collect();
    steps.sort_by_key(|step| step.sort_key());
    Ok(steps)
}
