//! CSV of the timetable (RFC 4180): the columns of the JSON form, and what stands beside the limits.

use crate::document::election::PlannedDate;
use crate::timetable::Step;
use crate::timetable::TimetableError;
use crate::timetable::wording;

/// The columns, in order.
pub const COLUMNS: [&str; 20] = [
    "id",
    "name_vi",
    "name_en",
    "article",
    "level",
    "responsible_vi",
    "responsible_en",
    "bound",
    "start",
    "end",
    "time",
    "when_vi",
    "when_en",
    "counted_from_latest_of",
    "planned",
    "actual",
    "override",
    "publish",
    "verified",
    "source",
];

/// The steps as CSV, one line each under the heading.
///
/// # Errors
/// What the writer refuses; no valid step does.
pub fn csv(steps: &[Step]) -> Result<String, TimetableError> {
    let failed = |reason: String| TimetableError::Write { format: "csv", reason };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(|error| failed(error.to_string()))?;
    for step in steps {
        writer.write_record(record(step)).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

fn record(step: &Step) -> [String; COLUMNS.len()] {
    let rule = &step.rule;
    let moment =
        |moment: Option<crate::timetable::Moment>| moment.map(|at| at.to_string()).unwrap_or_default();
    [
        rule.id.clone(),
        rule.name_vi.clone(),
        rule.name_en.clone(),
        rule.article.clone().unwrap_or_default(),
        rule.level(),
        rule.responsible_vi.clone(),
        rule.responsible_en.clone(),
        rule.bound.to_string(),
        moment(step.start),
        moment(step.end),
        rule.time.as_ref().map(ToString::to_string).unwrap_or_default(),
        wording::when_vi(step),
        wording::when_en(step),
        step.latest_of.map(|anchor| anchor.to_string()).unwrap_or_default(),
        beside(step.planned()),
        beside(step.actual()),
        beside(step.overridden()),
        rule.publish.word().to_owned(),
        rule.provenance.verified.to_string(),
        rule.provenance.source.clone(),
    ]
}

/// A planned or actual date with the document that sets it: `2021-03-18 (19/KL-UBBC)`.
pub(super) fn beside(date: Option<&PlannedDate>) -> String {
    date.map_or_else(String::new, |date| {
        let time = date.time.as_ref().map(|time| format!("T{time}")).unwrap_or_default();
        format!("{}{time} ({})", date.date, date.citation)
    })
}
