//! JSON of the timetable: the fixed interface of `timetable --format json`.

use serde::Serialize;

use crate::timetable::Moment;
use crate::timetable::Step;
use crate::timetable::TimetableError;

/// One object of the array. Dates are ISO 8601 local times of Asia/Ho_Chi_Minh, `2021-05-22` or `2021-05-22T07:00`;
/// `end` is the last day or instant (excluded only when `bound` is `before`); `null` where the law gives none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Rule id.
    pub id: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Article or document that states the rule.
    pub article: Option<String>,
    /// Levels, separated by `; `.
    pub level: String,
    /// Responsible body, `Vietnamese / English`.
    pub responsible: String,
    /// `at_latest`, `from`, `within`, `window`, `on`, `before`, `after` or `decision`.
    pub bound: String,
    /// First lawful day or instant.
    pub start: Option<Moment>,
    /// Last lawful day or instant.
    pub end: Option<Moment>,
    /// Time of day as the rule states it.
    pub time: Option<String>,
}

/// The rows of the steps, in their order.
#[must_use]
pub fn rows(steps: &[Step]) -> Vec<Row> {
    steps.iter().map(row).collect()
}

fn row(step: &Step) -> Row {
    Row {
        id: step.rule.id.clone(),
        name_vi: step.rule.name_vi.clone(),
        name_en: step.rule.name_en.clone(),
        article: step.rule.article.clone(),
        level: step.rule.level(),
        responsible: step.rule.responsible(),
        bound: step.rule.bound.to_string(),
        start: step.start,
        end: step.end,
        time: step.rule.time.as_ref().map(ToString::to_string),
    }
}

/// The array, indented, with a final newline.
///
/// # Errors
/// What the writer refuses; no valid step does.
pub fn json(steps: &[Step]) -> Result<String, TimetableError> {
    serde_json::to_string_pretty(&rows(steps))
        .map(|text| text + "\n")
        .map_err(|error| TimetableError::Write { format: "json", reason: error.to_string() })
}
