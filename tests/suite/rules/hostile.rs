//! Changes that no form would make.

use automerge::ActorId;
use automerge::AutoCommit;
use automerge::Change;
use automerge::ObjType;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::transaction::CommitOptions;
use automerge::transaction::Transactable;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::first_change;
use niemyet::document::skeleton;
use niemyet_sync::access::Rules;

use super::desk::Desk;
use super::desk::ELECTION;
use super::desk::NO_ACCESS;
use super::desk::document_id;
use super::desk::object;
use super::desk::write;
use super::states::decide;
use super::states::submit;

const BODY: &str = "team_security";

fn report() -> Key {
    Key::report(BODY, "2021-03-04").unwrap()
}

/// Delivers what `operations` write into a fresh report, and gives the code of the refusal.
fn refused(operations: impl FnOnce(&mut AutoCommit)) -> &'static str {
    refused_in(&report(), operations)
}

fn refused_in(key: &Key, operations: impl FnOnce(&mut AutoCommit)) -> &'static str {
    let mut desk = Desk::open();
    let mut document = desk.begin(key);
    let body = match key {
        Key::Review(_) | Key::Election | Key::Directive(_) => "standing_agency",
        Key::Publication => "team_comms",
        _ => BODY,
    };
    desk.deliver(body, &mut document).expect("the document as it begins");
    assert!(write(&mut document, operations), "nothing was written");
    let code = desk.deliver(body, &mut document).expect_err("it was taken");
    assert!(desk.begin(key).content().is_ok(), "a refused change must leave nothing behind");
    code
}

#[test]
fn nothing_stands_outside_the_schema() {
    let at_root = |doc: &mut AutoCommit| doc.put(ROOT, "note", "x").unwrap();
    assert_eq!(refused(at_root), "outside-schema");
    assert_eq!(refused(|doc| doc.put(ROOT, "key", "election").unwrap()), "outside-schema");
    assert_eq!(refused(|doc| doc.delete(ROOT, "schema").unwrap()), "outside-schema");
    for (path, name) in [
        ("content", "note"),
        ("content/figures", "voters.unknown"),
        ("content/figures", "candidates.na.women_share"),
        ("content/facts", "voters.male"),
        ("content/texts", "difficulties.items"),
    ] {
        let code = refused(|doc| {
            let at = object(doc, path);
            doc.put(&at, name, 1_i64).unwrap();
        });
        assert_eq!(code, "outside-schema", "{path}/{name}");
    }
    for kind in ["election", "publication", "review/2021-03-04", "progress/team_security"] {
        let code = refused_in(&kind.parse().unwrap(), |doc| {
            let at = object(doc, "content");
            doc.put(&at, "note", "x").unwrap();
        });
        assert_eq!(code, "outside-schema", "{kind}");
    }
}

#[test]
fn a_value_is_of_its_kind() {
    let figure = |value: ScalarValue| {
        refused(move |doc| {
            let at = object(doc, "content/figures");
            doc.put(&at, "voters.male", value).unwrap();
        })
    };
    for value in [
        ScalarValue::Int(-1),
        ScalarValue::Uint(u64::MAX),
        ScalarValue::F64(1.5),
        ScalarValue::Str("7".into()),
        ScalarValue::Boolean(true),
        ScalarValue::counter(1),
        ScalarValue::Null,
        ScalarValue::Timestamp(1),
        ScalarValue::Bytes(vec![0; 9]),
    ] {
        assert_eq!(figure(value), "wrong-value");
    }
    for (name, value) in
        [("header.period_start", "04-03-2021"), ("header.nil_report", "yes"), ("security.situation", "war")]
    {
        let code = refused(|doc| {
            let at = object(doc, "content/facts");
            doc.put(&at, name, value).unwrap();
        });
        assert_eq!(code, "wrong-value", "{name}");
    }
    let object_for_figure = refused(|doc| {
        let at = object(doc, "content/figures");
        doc.put_object(&at, "voters.male", ObjType::Map).unwrap();
    });
    assert_eq!(object_for_figure, "wrong-value");
    let status = refused(|doc| {
        let at = object(doc, "content");
        doc.put(&at, "status", "accepted").unwrap();
    });
    assert_eq!(status, "wrong-value");
}

#[test]
fn the_skeleton_cannot_be_broken() {
    for path in ["content/figures", "content/texts", "content/submissions", "content"] {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        for replace in [true, false] {
            let code = refused(|doc| {
                let at = if parent.is_empty() { ROOT } else { object(doc, parent) };
                if replace {
                    doc.put_object(&at, name, ObjType::Map).unwrap();
                } else {
                    doc.delete(&at, name).unwrap();
                }
            });
            assert!(["wrong-value", "must-stay", "outside-schema"].contains(&code), "{path}: {code}");
        }
    }
}

#[test]
fn texts_have_an_end_and_hold_letters_only() {
    let key = Key::progress(BODY).unwrap();
    let note = |text: String| {
        move |doc: &mut AutoCommit| {
            let list = object(doc, "content/notes");
            let entry = doc.insert_object(&list, 0, ObjType::Map).unwrap();
            doc.put(&entry, "task", "T1").unwrap();
            let body = doc.put_object(&entry, "text", ObjType::Text).unwrap();
            doc.splice_text(&body, 0, 0, &text).unwrap();
        }
    };
    assert_eq!(refused_in(&key, note("ơ".repeat(10_001))), "too-long");
    let mut desk = Desk::open();
    let mut document = desk.begin(&key);
    write(&mut document, note("ơ".repeat(10_000)));
    assert_eq!(desk.deliver(BODY, &mut document), Ok(()));
    let text = {
        let doc = document.automerge();
        let entry = doc.get(object(doc, "content/notes"), 0).unwrap().unwrap().1;
        doc.get(&entry, "text").unwrap().unwrap().1
    };
    write(&mut document, |doc| doc.splice_text(&text, 10_000, 0, "x").unwrap());
    assert_eq!(desk.deliver(BODY, &mut document), Err("too-long"), "letter by letter");
    let mut document = desk.copy(&key);
    write(&mut document, |doc| drop(doc.insert_object(&text, 0, ObjType::Map).unwrap()));
    assert_eq!(desk.deliver(BODY, &mut document), Err("wrong-value"), "a map among letters");
}

#[test]
fn anothers_report_is_not_written() {
    let mut desk = Desk::open();
    let mut document = desk.begin(&report());
    write(&mut document, |doc| {
        let at = object(doc, "content/figures");
        doc.put(&at, "voters.male", 5_i64).unwrap();
    });
    for body in ["team_comms", "standing_agency", "ec_members", "stranger"] {
        assert_eq!(desk.deliver(body, &mut document), Err(NO_ACCESS), "{body}");
    }
}

#[test]
fn a_key_that_does_not_give_the_id_is_refused() {
    let mut desk = Desk::open();
    let mut document = desk.begin(&report());
    let changes = document.automerge_mut().get_changes(&[]);
    let other = Key::report(BODY, "2021-03-11").unwrap();
    let id = niemyet_sync::DocumentId::new(*document_id(&other).as_bytes());
    assert_eq!(desk.deliver_to(id, BODY, &report(), changes), Err("foreign-document"));
    let elsewhere = Document::create("tuyen-quang-2021", &report(), ActorId::random());
    let changes = elsewhere.unwrap().automerge_mut().get_changes(&[]);
    assert_eq!(desk.deliver_changes(BODY, &report(), changes), Err("foreign-document"));
}

/// A change by this actor, upon these others.
fn change_by(actor: ActorId, upon: &[Change], operations: impl FnOnce(&mut AutoCommit)) -> Change {
    let mut doc = AutoCommit::new();
    doc.apply_changes(upon.to_vec()).unwrap();
    doc.set_actor(actor);
    operations(&mut doc);
    let hash = doc.commit_with(CommitOptions::default()).unwrap();
    doc.get_change_by_hash(&hash).unwrap()
}

#[test]
fn reserved_actors_and_second_beginnings_are_refused() {
    let mut desk = Desk::open();
    let id = document_id(&report());
    let first = first_change(ELECTION, &report()).unwrap();
    desk.deliver_changes(BODY, &report(), vec![first.clone()]).unwrap();
    let edit = |doc: &mut AutoCommit| {
        let at = object(doc, "content/figures");
        doc.put(&at, "voters.male", 5_i64).unwrap();
    };
    for actor in [skeleton::first_actor(&id), niemyet::document::upgrade::step_actor(&id, 2)] {
        let forged = change_by(actor, std::slice::from_ref(&first), edit);
        let sync_id = niemyet_sync::DocumentId::new(*id.as_bytes());
        assert!(!desk.rules.is_common(sync_id, &report().to_string(), &forged));
        assert_eq!(desk.deliver_changes(BODY, &report(), vec![forged]), Err("reserved-actor"));
    }
    let second = change_by(ActorId::random(), &[], |doc| doc.put(ROOT, "x", 1_i64).unwrap());
    assert_eq!(desk.deliver_changes(BODY, &report(), vec![second]), Err("another-beginning"));
    let sync_id = niemyet_sync::DocumentId::new(*id.as_bytes());
    assert!(desk.rules.is_common(sync_id, &report().to_string(), &first));
}

#[test]
fn a_forged_beginning_is_refused() {
    let mut desk = Desk::open();
    let forged = change_by(ActorId::random(), &[], |doc| {
        doc.put(ROOT, "schema", 1_i64).unwrap();
        doc.put(ROOT, "election", ELECTION).unwrap();
        doc.put(ROOT, "key", report().to_string()).unwrap();
        doc.put_object(ROOT, "content", ObjType::Map).unwrap();
    });
    assert_eq!(desk.deliver_changes(BODY, &report(), vec![forged]), Err("another-beginning"));
}

#[test]
fn a_clock_a_year_ahead_is_a_claim_and_no_more() {
    let mut desk = Desk::open();
    let mut document = desk.begin(&report());
    let figures = object(document.automerge(), "content/figures");
    document.automerge_mut().put(&figures, "voters.male", 5_i64).unwrap();
    document.commit("from the future", 1_646_352_000 + 366 * 86_400);
    assert_eq!(desk.deliver(BODY, &mut document), Ok(()));
}

#[test]
fn changes_of_another_document_are_refused() {
    let mut desk = Desk::open();
    let mut other = desk.begin(&Key::progress("team_comms").unwrap());
    write(&mut other, |doc| {
        let at = object(doc, "content/status");
        doc.put(&at, "T1", "done").unwrap();
    });
    let replayed = other.automerge_mut().get_changes(&[]);
    desk.deliver(BODY, &mut desk.begin(&report())).unwrap();
    let code = desk.deliver_changes(BODY, &report(), replayed).unwrap_err();
    assert!(["reserved-actor", "another-beginning", "outside-schema"].contains(&code), "{code}");
}

#[test]
fn records_say_what_is_so_and_are_written_once() {
    let mut desk = Desk::open();
    let mut document = desk.begin(&report());
    write(&mut document, |doc| {
        let (content, list) = (object(doc, "content"), object(doc, "content/submissions"));
        doc.put(&content, "status", "submitted").unwrap();
        let submission = doc.insert_object(&list, 0, ObjType::Map).unwrap();
        doc.put(&submission, "at", "2021-03-04").unwrap();
        let heads = doc.put_object(&submission, "heads", ObjType::List).unwrap();
        doc.insert(&heads, 0, "0".repeat(64)).unwrap();
    });
    assert_eq!(desk.deliver(BODY, &mut document), Err("incomplete-record"), "heads that nobody has");

    let mut document = desk.begin(&report());
    let heads = submit(&mut document);
    desk.deliver(BODY, &mut document).unwrap();
    let mut tampered = desk.copy(&report());
    write(&mut tampered, |doc| {
        let list = object(doc, "content/submissions");
        let submission = doc.get(&list, 0).unwrap().unwrap().1;
        doc.put(&submission, "at", "2021-03-03").unwrap();
    });
    assert_eq!(desk.deliver(BODY, &mut tampered), Err("written-once"));
    let mut tampered = desk.copy(&report());
    write(&mut tampered, |doc| {
        let list = object(doc, "content/submissions");
        doc.delete(&list, 0).unwrap();
    });
    assert_eq!(desk.deliver(BODY, &mut tampered), Err("written-once"));

    let key = Key::review("2021-03-04").unwrap();
    for (by, reason, code) in
        [("team_comms", "Sửa", "signed-for-another"), ("standing_agency", " ", "incomplete-record")]
    {
        let mut verdicts = desk.begin(&key);
        decide(&mut verdicts, "returned", (by, reason), &heads);
        assert_eq!(desk.deliver("standing_agency", &mut verdicts), Err(code));
    }
    let mut verdicts = desk.begin(&key);
    decide(&mut verdicts, "accepted", ("standing_agency", ""), &["1".repeat(64)]);
    assert_eq!(
        desk.deliver("standing_agency", &mut verdicts),
        Err("forbidden-transition"),
        "never handed in"
    );
}
