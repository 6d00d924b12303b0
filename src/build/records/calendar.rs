//! Calendars (RFC 5545): the whole schedule, and one file for each dated step.

use chrono::NaiveDate;

use super::text;
use super::words;
use super::words::Lang;
use crate::policy::public::facts::Facts;
use crate::policy::public::facts::StepFacts;

/// Address on the site of the calendar of one step.
pub fn step_address(step: &StepFacts) -> String {
    format!("/lich/{}.ics", text::stem(&step.id))
}

/// `static/lich.ics` and `static/lich/<step>.ics`.
pub fn files(facts: &Facts) -> Vec<(String, String)> {
    let dated: Vec<_> = facts.steps.iter().filter(|step| words::listed_day(step).is_some()).collect();
    let each = dated.iter().map(|step| (format!("static{}", step_address(step)), calendar(&[step], facts)));
    let mut files = vec![("static/lich.ics".to_owned(), calendar(&dated, facts))];
    files.extend(each);
    files
}

fn calendar(steps: &[&StepFacts], facts: &Facts) -> String {
    let mut out = String::new();
    line(&mut out, "BEGIN", "VCALENDAR");
    line(&mut out, "VERSION", "2.0");
    line(&mut out, "PRODID", "-//niemyet//lich bau cu//VI");
    line(&mut out, "CALSCALE", "GREGORIAN");
    line(&mut out, "METHOD", "PUBLISH");
    line(&mut out, "X-WR-CALNAME", &escape(&facts.election.name.vi));
    for step in steps {
        event(&mut out, step, facts);
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

fn event(out: &mut String, step: &StepFacts, facts: &Facts) {
    let Some((first, last)) = days(step) else { return };
    let label = if step.verified { "" } else { "(chưa kiểm chứng / unverified) " };
    // DTSTAMP is the moment the facts were approved, not built: the same facts give the same bytes.
    let stamp = facts.election.approved.format("%Y%m%dT000000Z").to_string();
    line(out, "BEGIN", "VEVENT");
    line(out, "UID", &format!("{}.{}@niemyet.invalid", text::stem(&step.id), text::stem(&facts.election.id)));
    line(out, "DTSTAMP", &stamp);
    line(out, "DTSTART;VALUE=DATE", &first.format("%Y%m%d").to_string());
    // DTEND is the first day after the event (RFC 5545, 3.6.1).
    line(out, "DTEND;VALUE=DATE", &last.succ_opt().unwrap_or(last).format("%Y%m%d").to_string());
    line(out, "SUMMARY", &escape(&format!("{label}{}", step.name.vi)));
    line(out, "DESCRIPTION", &escape(&description(step)));
    line(out, "CATEGORIES", &escape(&words::level(&step.level, Lang::Vi)));
    line(out, "TRANSP", "TRANSPARENT");
    line(out, "END", "VEVENT");
}

fn days(step: &StepFacts) -> Option<(NaiveDate, NaiveDate)> {
    let day = words::listed_day(step)?;
    match (step.bound.as_str(), step.start, step.end) {
        ("window", Some(start), Some(end)) => Some((start, end.max(start))),
        _ => Some((day, day)),
    }
}

fn description(step: &StepFacts) -> String {
    let mut lines = Vec::new();
    for lang in Lang::BOTH {
        let time = step.time.as_deref().map(|time| format!(" ({time})")).unwrap_or_default();
        lines.push(format!("{}{time}. {}", words::when(step, lang), words::article(&step.article, lang)));
        for date in &step.dates {
            let day = words::long_date(date.date, lang);
            let kind = match date.kind.as_str() {
                "planned" => lang.say("Dự kiến", "Planned"),
                "actual" => lang.say("Thực tế", "Actual"),
                _ => lang.say("Điều chỉnh", "Changed to"),
            };
            lines.push(format!("{kind}: {day} ({})", date.citation));
        }
    }
    if !step.name.en.is_empty() {
        lines.insert(lines.len() / 2, step.name.en.clone());
    }
    lines.join("\n")
}

/// TEXT escaping (RFC 5545, 3.3.11).
fn escape(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    escaped.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\\n")
}

/// A content line, folded at 75 octets without cutting a character (RFC 5545, 3.1).
fn line(out: &mut String, name: &str, value: &str) {
    let mut width = 0;
    for c in name.chars().chain([':']).chain(value.chars()) {
        if width + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}
