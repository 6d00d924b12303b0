//! The timetable's forms: JSON, CSV and iCalendar.

use chrono::TimeZone;
use chrono::Utc;
use niemyet::timetable::Step;
use niemyet::timetable::format::CalendarInfo;
use niemyet::timetable::format::csv;
use niemyet::timetable::format::ics;
use niemyet::timetable::format::json;

use super::ELECTION_2021;
use super::ELECTION_2026;
use super::steps;
use super::steps_with;

#[test]
fn json_keeps_the_fixed_shape() {
    let rows: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(&json(&steps(ELECTION_2021)).unwrap()).unwrap();
    let keys =
        ["id", "name_vi", "name_en", "article", "level", "responsible", "bound", "start", "end", "time"];
    for row in &rows {
        assert_eq!(row.keys().collect::<Vec<_>>(), keys);
    }
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();
    assert_eq!(
        serde_json::to_value(row("dossier_deadline")).unwrap(),
        serde_json::json!({
            "id": "dossier_deadline", "name_vi": "Hết hạn nộp hồ sơ ứng cử", "name_en": "Candidate dossier deadline",
            "article": "Đ35.1; KH 42/KH-HĐBCQG (17:00)", "level": "all",
            "responsible": "HĐBCQG; Ủy ban bầu cử / NEC; Election Committees",
            "bound": "at_latest", "start": null, "end": "2021-03-14", "time": "17:00"
        })
    );
    assert_eq!(row("election_day")["time"], "07:00-19:00");
    assert_eq!(row("voting_end")["time"], "19:00 (not after 21:00)");
    assert_eq!(row("early_or_postponed")["start"], serde_json::Value::Null);
    assert_eq!(row("dossier_open")["article"], serde_json::Value::Null);
}

#[test]
fn csv_gives_each_step_one_line_that_reads_back() {
    let steps = steps(ELECTION_2026);
    let text = csv(&steps).unwrap();
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), steps.len());
    let start = rows.iter().find(|row| &row[0] == "campaign_start").unwrap();
    assert_eq!((&start[8], &start[9], &start[13]), ("2026-02-26", "", "OFFICIAL_LIST_PUBLISHED"));
}

fn calendar(steps: &[Step]) -> String {
    let info = CalendarInfo {
        name_vi: "Lịch bầu cử".into(),
        name_en: "Election calendar".into(),
        namespace: "sonla-2021".into(),
        stamp: Utc.with_ymd_and_hms(2021, 2, 25, 1, 2, 3).unwrap(),
    };
    ics(steps, &info).unwrap()
}

/// Content lines with their folds undone (RFC 5545, section 3.1).
fn unfolded(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").lines().map(str::to_owned).collect()
}

/// The lines of the event of one rule.
fn event(text: &str, id: &str) -> Vec<String> {
    let lines = unfolded(text);
    let uid = format!("UID:{id}.sonla-2021@niemyet");
    let at = lines.iter().position(|line| *line == uid).unwrap_or_else(|| panic!("no {uid}"));
    let begin = lines[..at].iter().rposition(|line| line == "BEGIN:VEVENT").unwrap();
    let end = at + lines[at..].iter().position(|line| line == "END:VEVENT").unwrap();
    lines[begin..=end].to_vec()
}

#[test]
fn the_calendar_keeps_rfc_5545() {
    let text = calendar(&steps(ELECTION_2021));
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
    }
    let lines = unfolded(&text);
    let mut uids: Vec<&String> = lines.iter().filter(|line| line.starts_with("UID:")).collect();
    let (count, stamps) =
        (uids.len(), lines.iter().filter(|line| *line == "DTSTAMP:20210225T010203Z").count());
    uids.dedup();
    assert!(count > 50);
    assert_eq!((uids.len(), stamps), (count, count));
    for required in ["VERSION:2.0", "PRODID:-//niemyet//timetable//VI"] {
        assert!(lines.iter().any(|line| line == required), "{required}");
    }
    assert_eq!(text, calendar(&steps(ELECTION_2021)), "the same input gives the same bytes");
}

#[test]
fn events_are_days_or_instants_as_the_law_has_them() {
    let text = calendar(&steps(ELECTION_2021));
    let has = |id: &str, line: &str| {
        let event = event(&text, id);
        assert!(event.iter().any(|found| found == line), "{line} not in {event:#?}");
    };
    has("candidate_complaints_freeze", "DTSTART;VALUE=DATE:20210513");
    has("candidate_complaints_freeze", "DTEND;VALUE=DATE:20210524");
    has("announce_election_day", "DTSTART;VALUE=DATE:20210128");
    has("announce_election_day", "DTEND;VALUE=DATE:20210129");
    has("announce_election_day", "SUMMARY:Hạn chót: Công bố ngày bầu cử");
    has("campaign_end", "DTSTART:20210522T000000Z");
    has("dossier_deadline", "DTSTART:20210314T100000Z");
    has("election_day", "DTSTART:20210523T000000Z");
    has("election_day", "DTEND:20210523T120000Z");
    has("polling_areas_fixed", "DTSTART;VALUE=DATE:20210402");
    assert!(!text.contains("voter_list_complaint_reply"), "a step without a date is no event");
    let unverified = event(&text, "ballots_to_teams").join("");
    assert!(unverified.contains("Unverified"), "{unverified}");
}

#[test]
fn an_event_keeps_its_uid_when_its_date_moves() {
    let moved = steps_with(ELECTION_2021, &[], &[("OFFICIAL_LIST_PUBLISHED", "2021-04-27")]);
    let event = event(&calendar(&moved), "campaign_start");
    assert!(event.iter().any(|line| line == "DTSTART;VALUE=DATE:20210427"), "{event:#?}");
}
