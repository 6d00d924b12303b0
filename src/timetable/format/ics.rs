//! iCalendar of the timetable (RFC 5545): one event for each step that has a date.

use chrono::DateTime;
use chrono::Days;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::TimeZone;
use chrono::Utc;
use chrono_tz::Asia::Ho_Chi_Minh;
use icalendar::Calendar;
use icalendar::Component;
use icalendar::Event;
use icalendar::Property;

use super::csv::beside;
use crate::timetable::Bound;
use crate::timetable::Moment;
use crate::timetable::Step;
use crate::timetable::TimetableError;
use crate::timetable::time_of_day::TimeOfDay;
use crate::timetable::wording;

/// What a calendar file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarInfo {
    /// Name shown by calendar programs, Vietnamese.
    pub name_vi: String,
    /// Name in English, given as the description.
    pub name_en: String,
    /// What makes event ids unique and stable: the election's id, or law and day. Dates of events may move without
    /// their ids changing.
    pub namespace: String,
    /// When this form was made (`DTSTAMP`, section 3.8.7.2). An argument, so that the same input gives the same bytes.
    pub stamp: DateTime<Utc>,
}

/// The steps as a calendar. Whole days are all-day events; instants are written in UTC, so no `VTIMEZONE` is needed.
///
/// # Errors
/// What the writer refuses; no valid step does.
pub fn ics(steps: &[Step], info: &CalendarInfo) -> Result<String, TimetableError> {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//niemyet//timetable//VI"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", "PUBLISH"))
        .name(&info.name_vi)
        .description(&info.name_en);
    for step in steps {
        if let Some(event) = event(step, info) {
            calendar.push(event);
        }
    }
    let mut text = String::new();
    write(&calendar, &mut text)
        .map_err(|error| TimetableError::Write { format: "ics", reason: error.to_string() })?;
    Ok(text)
}

fn write(calendar: &Calendar, out: &mut String) -> std::fmt::Result {
    use std::fmt::Write;
    write!(out, "{calendar}")
}

fn event(step: &Step, info: &CalendarInfo) -> Option<Event> {
    let mut event = Event::new();
    event
        .uid(&format!("{}.{}@niemyet", step.rule.id, info.namespace))
        .timestamp(info.stamp)
        .summary(&summary(step))
        .description(&description(step))
        .append_property(("CATEGORIES", step.rule.bound.to_string().as_str()))
        .append_property(("TRANSP", "TRANSPARENT"));
    match extent(step)? {
        Extent::Days(first, last) => {
            // DTEND of an all-day event is the day after its last one (section 3.6.1).
            let end = last.checked_add_days(Days::new(1))?;
            event.append_property(date("DTSTART", first)).append_property(date("DTEND", end));
        }
        Extent::Instant(at) => {
            event.append_property(("DTSTART", utc(at)?.as_str()));
        }
        Extent::Hours(start, end) => {
            event.append_property(("DTSTART", utc(start)?.as_str()));
            event.append_property(("DTEND", utc(end)?.as_str()));
        }
    }
    Some(event.done())
}

enum Extent {
    Days(NaiveDate, NaiveDate),
    Instant(NaiveDateTime),
    Hours(NaiveDateTime, NaiveDateTime),
}

/// A window covers its days; everything else is one day, or one instant where the law gives a clock time.
fn extent(step: &Step) -> Option<Extent> {
    let (first, last) = match (step.rule.bound, step.start, step.end) {
        (Bound::Window, Some(start), Some(end)) => return Some(Extent::Days(start.date(), end.date())),
        // The limit is what a reader must not miss, also of a stretch counted from its anchor.
        (Bound::Within, _, Some(end)) => (end, end),
        // `before` excludes its day, so the last day on which the step is lawful is the day before.
        (Bound::Before, _, Some(end)) => {
            let day = end.date().pred_opt()?;
            return Some(Extent::Days(day, day));
        }
        (_, start, end) => (start.or(end)?, end.or(start)?),
    };
    Some(match (first, last, &step.rule.time) {
        (Moment::Instant(at), _, _) => Extent::Instant(at),
        (Moment::Day(day), _, Some(TimeOfDay::Between(start, end))) => {
            Extent::Hours(day.and_time(*start), day.and_time(*end))
        }
        (Moment::Day(day), _, Some(time)) if time.start().is_some() => {
            Extent::Instant(day.and_time(time.start()?))
        }
        (Moment::Day(first), last, _) => Extent::Days(first, last.date()),
    })
}

fn summary(step: &Step) -> String {
    match step.rule.bound {
        Bound::AtLatest | Bound::Within | Bound::Before => format!("Hạn chót: {}", step.rule.name_vi),
        _ => step.rule.name_vi.clone(),
    }
}

fn description(step: &Step) -> String {
    let rule = &step.rule;
    let mut lines = vec![rule.name_en.clone(), wording::when_vi(step), wording::when_en(step)];
    lines.push(format!("{}: {}", "Căn cứ / Basis", rule.article.as_deref().unwrap_or("-")));
    lines.push(format!("{}: {}", "Trách nhiệm / Responsible", rule.responsible()));
    if let Some(time) = &rule.time {
        lines.push(format!("{}: {time}", "Giờ / Time"));
    }
    for (name, date) in [
        ("Dự kiến / Planned", step.planned()),
        ("Thực tế / Actual", step.actual()),
        ("Điều chỉnh / Override", step.overridden()),
    ] {
        if date.is_some() {
            lines.push(format!("{name}: {}", beside(date)));
        }
    }
    if !rule.provenance.verified {
        lines.push("Chưa kiểm chứng / Unverified".to_owned());
    }
    lines.join("\n")
}

fn date(key: &str, day: NaiveDate) -> Property {
    Property::new(key, day.format("%Y%m%d").to_string()).add_parameter("VALUE", "DATE").done()
}

/// Vietnam keeps UTC+7 all year, so a local time is one instant.
fn utc(local: NaiveDateTime) -> Option<String> {
    let at = Ho_Chi_Minh.from_local_datetime(&local).single()?;
    Some(at.with_timezone(&Utc).format("%Y%m%dT%H%M%SZ").to_string())
}
