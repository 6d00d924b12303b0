//! Corrections of the election's facts: as the screen of the editor writes them, and those that would say nonsense to the public.

use automerge::AutoCommit;
use automerge::ObjId;
use automerge::ObjType;
use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::transaction::Transactable;
use niemyet::document::Key;
use niemyet::document::election::PlannedDate;
use niemyet::document::write_election;

use super::desk::Desk;
use super::desk::object;
use super::desk::write;

const AGENCY: &str = "standing_agency";

/// A row of a list of the election.
fn row(doc: &AutoCommit, list: &str, at: usize) -> ObjId {
    doc.get(object(doc, &format!("content/{list}")), at).unwrap().unwrap().1
}

fn object_of(doc: &AutoCommit, row: &ObjId, name: &str) -> ObjId {
    doc.get(row, name).unwrap().unwrap().1
}

/// The document that a fact was read in, written anew as a whole.
fn read_in(doc: &mut AutoCommit, row: &ObjId, source: &str) {
    let provenance = doc.put_object(row, "provenance", ObjType::Map).unwrap();
    doc.put(&provenance, "source", source).unwrap();
    doc.put(&provenance, "verified", true).unwrap();
    doc.put(&provenance, "note", ()).unwrap();
}

/// Adds a date as the screen does.
fn add_date(doc: &mut AutoCommit, (kind, date): (&str, &str), time: impl Into<ScalarValue>) {
    let dates = object(doc, "content/dates");
    let at = doc.length(&dates);
    let row = doc.insert_object(&dates, at, ObjType::Map).unwrap();
    for (name, word) in [("rule", "results_pc"), ("kind", kind), ("date", date), ("citation", "12/NQ")] {
        doc.put(&row, name, word).unwrap();
    }
    doc.put(&row, "time", time).unwrap();
    read_in(doc, &row, "12/NQ");
}

fn delivers(desk: &mut Desk, operations: impl FnOnce(&mut AutoCommit)) -> Result<(), &'static str> {
    let mut document = desk.copy(&Key::Election);
    assert!(write(&mut document, operations), "nothing was written");
    desk.deliver(AGENCY, &mut document)
}

#[test]
fn a_correction_is_taken_as_the_screen_writes_it() {
    let mut desk = Desk::of_2021();
    let before = desk.election();
    let taken = delivers(&mut desk, |doc| {
        let unit = row(doc, "units", 1);
        doc.put(&unit, "name_vi", "Thành phố Sơn La mở rộng").unwrap();
        read_in(doc, &unit, "12/NQ");
        let constituency = row(doc, "constituencies", 0);
        doc.put(&constituency, "seats", 4).unwrap();
        read_in(doc, &constituency, "65/NQ");
    });
    assert_eq!(taken, Ok(()));
    assert_eq!(delivers(&mut desk, |doc| add_date(doc, ("actual", "2021-06-07"), "07:30")), Ok(()));
    assert_eq!(delivers(&mut desk, |doc| add_date(doc, ("planned", "2021-06-01"), ())), Ok(()));
    let after = desk.election();
    assert_eq!(
        (after.units[1].name_vi.as_str(), after.constituencies[0].seats),
        ("Thành phố Sơn La mở rộng", 4)
    );
    assert_eq!(after.units[1].provenance.source, "12/NQ");
    assert_eq!(after.dates.len(), before.dates.len() + 2);
    let last = after.dates.last().unwrap();
    assert_eq!((last.kind.as_str(), &last.time, last.provenance.verified), ("planned", &None, true));
    let took_back =
        |doc: &mut AutoCommit| doc.delete(object(doc, "content/dates"), after.dates.len() - 1).unwrap();
    assert_eq!(delivers(&mut desk, took_back), Ok(()));
    assert_eq!(desk.election().dates.len(), before.dates.len() + 1);
}

/// Writes a date's cells anew as the screen does.
fn writes_date(doc: &mut AutoCommit, at: usize, (kind, date): (&str, &str)) {
    let row = row(doc, "dates", at);
    for name in ["kind", "date", "time", "citation", "provenance"] {
        doc.delete(&row, name).unwrap();
    }
    for (name, word) in [("kind", kind), ("date", date), ("citation", "12/NQ")] {
        doc.put(&row, name, word).unwrap();
    }
    doc.put(&row, "time", ()).unwrap();
    read_in(doc, &row, "12/NQ");
}

#[test]
fn a_date_that_was_taken_back_is_none_and_its_row_stays_for_who_corrects_it() {
    let mut desk = Desk::of_2021();
    let before = desk.election().dates;
    let mut apart = desk.copy(&Key::Election);
    let back = |doc: &mut AutoCommit| writes_date(doc, 0, ("withdrawn", &before[0].date));
    assert_eq!(delivers(&mut desk, back), Ok(()));
    assert_eq!(desk.election().dates, before[1..]);
    let corrects = |doc: &mut AutoCommit| {
        writes_date(doc, 0, ("actual", "2021-05-26"));
        writes_date(doc, 0, ("actual", "2021-05-27"));
    };
    assert!(write(&mut apart, corrects));
    assert_eq!(desk.deliver(AGENCY, &mut apart), Ok(()));
    let dates = desk.election().dates;
    assert_eq!((dates.len(), dates[0].date.as_str()), (before.len(), "2021-05-27"), "what was written last");
}

#[test]
fn what_a_program_writes_of_dates_is_taken_as_well() {
    let mut desk = Desk::of_2021();
    let mut content = desk.election();
    content.dates.remove(0);
    content.dates.insert(
        1,
        PlannedDate {
            rule: "results_pc".into(),
            kind: "override".into(),
            date: "2021-06-09".into(),
            time: Some("17:00".into()),
            ..PlannedDate::default()
        },
    );
    let mut document = desk.copy(&Key::Election);
    write_election(&mut document, &content).unwrap();
    document.commit("dates", 1);
    assert_eq!(desk.deliver(AGENCY, &mut document), Ok(()));
    assert_eq!(desk.election().dates, content.dates);
}

#[test]
fn no_nonsense_becomes_a_date_or_a_number_of_seats() {
    let mut desk = Desk::of_2021();
    for seats in [-1_i64, 0] {
        let put = |doc: &mut AutoCommit| doc.put(row(doc, "constituencies", 0), "seats", seats).unwrap();
        assert_eq!(delivers(&mut desk, put), Err("wrong-value"), "{seats}");
    }
    for (kind, date, time) in [
        ("actual", "2021-02-30", "07:00"),
        ("actual", "ngày 7 tháng 6", "07:00"),
        ("actual", "", "07:00"),
        ("actual", "2021-06-07", "25:00"),
        ("actual", "2021-06-07", "7:30"),
        ("perhaps", "2021-06-07", "07:00"),
    ] {
        let added = delivers(&mut desk, |doc| add_date(doc, (kind, date), time));
        assert_eq!(added, Err("wrong-value"), "{kind} {date} {time}");
    }
    let put = |doc: &mut AutoCommit| doc.put(object(doc, "content"), "election_day", "2021-05-32").unwrap();
    assert_eq!(delivers(&mut desk, put), Err("wrong-value"));
    let day = desk.election().election_day;
    let gone = |doc: &mut AutoCommit| doc.delete(object(doc, "content"), "election_day").unwrap();
    assert!(delivers(&mut desk, gone).is_err(), "without its day nothing could be built");
    assert_eq!(desk.election().election_day, day);
}

#[test]
fn what_leaves_no_site_is_refused_and_can_be_corrected() {
    let mut desk = Desk::of_2021();
    let law =
        |law: &'static str| move |doc: &mut AutoCommit| doc.put(object(doc, "content"), "law", law).unwrap();
    assert_eq!(delivers(&mut desk, law("1/1999")), Err("no-site"));
    let stray = |doc: &mut AutoCommit| {
        add_date(doc, ("actual", "2021-06-07"), "07:30");
        let at = doc.length(object(doc, "content/dates")) - 1;
        doc.put(row(doc, "dates", at), "rule", "no_such_step").unwrap();
    };
    assert_eq!(delivers(&mut desk, stray), Err("no-site"));
    let anchor = |doc: &mut AutoCommit| {
        doc.put(object(doc, "content/anchors"), "no_such_anchor", "2021-05-23").unwrap()
    };
    assert_eq!(delivers(&mut desk, anchor), Err("no-site"));
    let doubted = |doc: &mut AutoCommit| {
        doc.put(object(doc, "content/provenance"), "verified", false).unwrap();
    };
    assert_eq!(delivers(&mut desk, doubted), Err("no-site"), "an election day that nobody has verified");
    // A date that the public is not shown keeps no site from being built.
    let unseen = |doc: &mut AutoCommit| {
        stray(doc);
        let at = doc.length(object(doc, "content/dates")) - 1;
        let row = row(doc, "dates", at);
        doc.put(object_of(doc, &row, "provenance"), "verified", false).unwrap();
    };
    assert_eq!(delivers(&mut desk, unseen), Ok(()));
    // One that came under a version before these rules is corrected step by step.
    let mut broken = desk.copy(&Key::Election);
    assert!(write(&mut broken, stray));
    assert!(write(&mut broken, law("1/1999")));
    desk.put(&mut broken);
    assert_eq!(delivers(&mut desk, law("85/2015")), Ok(()));
    let last = desk.election().dates.len() - 1;
    let took_back = |doc: &mut AutoCommit| doc.delete(object(doc, "content/dates"), last).unwrap();
    assert_eq!(delivers(&mut desk, took_back), Ok(()));
    assert_eq!(delivers(&mut desk, stray), Err("no-site"));
}
