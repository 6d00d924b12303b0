//! The weekly report: its table of fields, figures, facts, texts and rows.

use niemyet::document::report;
use niemyet::document::report::fields;
use niemyet::document::report::fields::Holds;
use niemyet::document::text;
use niemyet::document::text::Place;

use super::device;
use super::reloaded;
use super::report as report_of;

const REPORT: &str = "report/team_comms/2021-03-04";

#[test]
fn the_reports_table_has_every_section_and_no_id_twice() {
    let all: Vec<_> = fields::all().collect();
    let sections: std::collections::BTreeSet<_> = all.iter().map(|field| field.section).collect();
    assert_eq!(sections.into_iter().collect::<Vec<_>>(), (0..=12).collect::<Vec<_>>());
    let ids: std::collections::BTreeSet<_> = all.iter().map(|field| field.id.as_str()).collect();
    assert_eq!(ids.len(), all.len());
    for field in &all {
        assert_eq!(fields::find(&field.id).as_ref(), Some(field));
        assert!(!field.vi.is_empty() && !field.en.is_empty(), "{}", field.id);
    }
    assert!(fields::find("communication.hmn.by_language").is_some_and(|field| field.is_figure()));
    assert!(fields::find("communication.H'Mông.by_language").is_none());
}

#[test]
fn the_report_has_no_place_for_words_about_security_or_petitions() {
    let told: Vec<_> = fields::all()
        .filter(|field| matches!(field.section, 9 | 10))
        .filter(|field| !field.is_figure() && !matches!(field.holds, Holds::Choice(_)))
        .collect();
    assert_eq!(told, []);
}

#[test]
fn every_field_of_the_table_can_be_written_and_read() {
    let mut document = device(REPORT, 1);
    for field in fields::all() {
        let id = field.id.as_str();
        match field.holds {
            Holds::Count | Holds::Vnd => report::set_figure(&mut document, id, Some(0)).unwrap(),
            Holds::Date => report::set_fact(&mut document, id, Some("2021-03-04")).unwrap(),
            Holds::Flag => report::set_fact(&mut document, id, Some("true")).unwrap(),
            Holds::Choice(words) => report::set_fact(&mut document, id, Some(words[0])).unwrap(),
            Holds::Text => {
                text::set_paragraphs(&mut document, &Place::Report(id.into()), &["Đoạn"]).unwrap();
            }
            Holds::Rows(columns) => {
                assert_eq!(report::add_row(&mut document, id, &[(columns[0].name, "x")]).unwrap(), 0);
            }
            Holds::Share(..) => assert!(report::set_figure(&mut document, id, Some(1)).is_err()),
        }
    }
    let read = report_of(&reloaded(&mut document));
    let stored = read.figures.len() + read.facts.len() + read.texts.len() + read.rows.len();
    let declared = fields::all().filter(|field| !matches!(field.holds, Holds::Share(..))).count();
    assert_eq!(stored, declared);
}

#[test]
fn what_was_not_reported_is_absent_and_not_zero() {
    let mut document = device(REPORT, 1);
    report::set_figure(&mut document, "candidates.na.received", Some(0)).unwrap();
    report::set_figure(&mut document, "voters.male", Some(5)).unwrap();
    report::set_figure(&mut document, "voters.male", None).unwrap();
    let read = report_of(&document);
    assert_eq!((read.figure("candidates.na.received"), read.figure("voters.male")), (Some(0), None));
    assert_eq!(read.share("candidates.na.women_share"), None);
    report::set_figure(&mut document, "candidates.na.women", Some(5)).unwrap();
    assert_eq!(report_of(&document).share("candidates.na.women_share"), None, "of zero");
    report::set_figure(&mut document, "candidates.na.received", Some(14)).unwrap();
    assert_eq!(report_of(&document).share("candidates.na.women_share"), Some(3_571));
}

#[test]
fn what_a_field_cannot_hold_is_refused_and_leaves_no_trace() {
    let mut document = device(REPORT, 1);
    let before = document.heads();
    let row = "direction.documents_issued";
    let refused = [
        report::set_figure(&mut document, "voters.male", Some(-1)),
        report::set_figure(&mut document, "voters.unknown", Some(1)),
        report::set_figure(&mut document, "header.period_start", Some(1)),
        report::set_fact(&mut document, "header.period_start", Some("4/3/2021")),
        report::set_fact(&mut document, "header.nil_report", Some("yes")),
        report::set_fact(&mut document, "security.situation", Some("a story")),
        report::set_fact(&mut document, "voters.male", Some("1")),
        report::add_row(&mut document, row, &[("date", "hôm qua")]).map(drop),
        report::add_row(&mut document, row, &[("content", "x")]).map(drop),
        report::add_row(&mut document, "next_week.tasks", &[("owner", "Nguyễn Văn A")]).map(drop),
        report::set_cell(&mut document, (row, 0), "number", "1"),
        text::set_paragraphs(&mut document, &Place::Report("voters.male".into()), &["x"]),
        text::set_paragraphs(&mut document, &Place::Aggregate, &["x"]),
    ];
    for (i, result) in refused.into_iter().enumerate() {
        assert!(result.is_err(), "{i}");
    }
    assert_eq!(document.heads(), before);
}

#[test]
fn rows_are_added_and_their_cells_corrected() {
    let mut document = device(REPORT, 1);
    let row = report::add_row(
        &mut document,
        "difficulties.items",
        &[("text", "Thiếu hòm phiếu"), ("owner", "team_logistics"), ("needed_by", "2021-03-20")],
    )
    .unwrap();
    report::set_cell(&mut document, ("difficulties.items", row), "text", "Thiếu hòm phiếu phụ").unwrap();
    let read = report_of(&document);
    let row = &read.rows["difficulties.items"][0];
    assert_eq!((row["text"].as_str(), row["owner"].as_str()), ("Thiếu hòm phiếu phụ", "team_logistics"));
}
