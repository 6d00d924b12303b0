//! Every state of what has states, every action, every role.

use automerge::ActorId;
use automerge::ObjType;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::format_heads;
use niemyet::document::progress::TaskAction;
use niemyet::document::progress::TaskStatus;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::document::publication::Notice;
use niemyet::document::publication::NoticeText;
use niemyet::document::report::add_row;
use niemyet::document::report::set_cell;
use niemyet::document::status::Action;
use niemyet::document::status::Party;
use niemyet::document::status::Status;
use niemyet::document::text;
use niemyet::document::text::Place;

use super::desk::BODIES;
use super::desk::Desk;
use super::desk::NO_ACCESS;
use super::desk::object;
use super::desk::write;

const REPORTER: &str = "team_security";
const AGENCY: &str = "standing_agency";
const DUE: &str = "2021-03-04";

fn report() -> Key {
    Key::report(REPORTER, DUE).unwrap()
}

fn review() -> Key {
    Key::review(DUE).unwrap()
}

/// Hands a report in, whatever its state.
pub fn submit(document: &mut Document) -> Vec<String> {
    let heads = format_heads(&document.heads());
    write(document, |doc| {
        let content = object(doc, "content");
        let list = object(doc, "content/submissions");
        doc.put(&content, "status", "submitted").unwrap();
        let at = doc.length(&list);
        let submission = doc.insert_object(&list, at, ObjType::Map).unwrap();
        doc.put(&submission, "at", "2021-03-04T09:00:00+07:00").unwrap();
        let own = doc.put_object(&submission, "heads", ObjType::List).unwrap();
        heads.iter().enumerate().for_each(|(i, head)| doc.insert(&own, i, head.as_str()).unwrap());
    });
    heads
}

/// False if it is one already, so that nothing is written.
fn draft(document: &mut Document) -> bool {
    write(document, |doc| {
        let content = object(doc, "content");
        doc.put(&content, "status", "draft").unwrap();
    })
}

fn edit(document: &mut Document) {
    write(document, |doc| {
        let figures = object(doc, "content/figures");
        let before = doc.get(&figures, "voters.voters_total").unwrap().and_then(|(value, _)| value.as_i64());
        doc.put(&figures, "voters.voters_total", before.unwrap_or_default() + 1).unwrap();
    });
}

/// Decides, whatever the state.
pub fn decide(document: &mut Document, decision: &str, (by, reason): (&str, &str), heads: &[String]) {
    write(document, |doc| {
        let verdicts = object(doc, "content/verdicts");
        let verdict = doc.put_object(&verdicts, REPORTER, ObjType::Map).unwrap();
        for (name, value) in [("decision", decision), ("reason", reason), ("by", by), ("at", "2021-03-04")] {
            doc.put(&verdict, name, value).unwrap();
        }
        let list = doc.put_object(&verdict, "heads", ObjType::List).unwrap();
        heads.iter().enumerate().for_each(|(i, head)| doc.insert(&list, i, head.as_str()).unwrap());
    });
}

/// A server whose report is in this state, and the heads that were handed in.
fn in_state(status: Status) -> (Desk, Vec<String>) {
    let mut desk = Desk::open();
    let mut document = desk.begin(&report());
    edit(&mut document);
    let mut heads = format_heads(&document.heads());
    if status != Status::Draft {
        heads = submit(&mut document);
    }
    desk.deliver(REPORTER, &mut document).unwrap();
    let decision = match status {
        Status::Draft | Status::Submitted => return (desk, heads),
        Status::Returned => "returned",
        Status::Accepted => "accepted",
    };
    let mut verdicts = desk.begin(&review());
    decide(&mut verdicts, decision, (AGENCY, "Sửa số liệu"), &heads);
    desk.deliver(AGENCY, &mut verdicts).unwrap();
    (desk, heads)
}

#[test]
fn a_report_goes_its_way_and_no_other() {
    for status in Status::ALL {
        for action in Action::ALL {
            for body in BODIES {
                let (mut desk, heads) = in_state(status);
                let key = if action_of_the_body(action) { report() } else { review() };
                let mut document = desk.begin(&key);
                let mut written = true;
                match action {
                    Action::Submit => drop(submit(&mut document)),
                    Action::Withdraw | Action::Revise => written = draft(&mut document),
                    Action::Return | Action::Reopen => {
                        decide(&mut document, "returned", (body, "Sửa"), &heads);
                    }
                    Action::Accept => decide(&mut document, "accepted", (body, ""), &heads),
                }
                let may = if action_of_the_body(action) { REPORTER } else { AGENCY };
                let expected = match (body == may, possible(status, action)) {
                    (false, _) => Err(NO_ACCESS),
                    (true, true) => Ok(()),
                    (true, false) if !written => Ok(()),
                    (true, false) => Err("forbidden-transition"),
                };
                assert_eq!(desk.deliver(body, &mut document), expected, "{body}: {action} when {status}");
            }
        }
    }
}

fn action_of_the_body(action: Action) -> bool {
    matches!(action, Action::Submit | Action::Withdraw | Action::Revise)
}

/// Withdrawing and revising write the same, and so do returning and reopening.
fn possible(status: Status, action: Action) -> bool {
    let same: &[Action] = match action {
        Action::Withdraw | Action::Revise => &[Action::Withdraw, Action::Revise],
        Action::Return | Action::Reopen => &[Action::Return, Action::Reopen],
        Action::Submit => &[Action::Submit],
        Action::Accept => &[Action::Accept],
    };
    let party = if action_of_the_body(action) { Party::Reporter } else { Party::StandingAgency };
    same.iter().any(|action| status.apply(*action, party).is_ok())
}

#[test]
fn a_report_is_edited_as_a_draft_only() {
    for status in Status::ALL {
        for body in BODIES {
            let (mut desk, _) = in_state(status);
            let mut document = desk.begin(&report());
            edit(&mut document);
            let expected = match (body == REPORTER, status) {
                (false, _) => Err(NO_ACCESS),
                (true, Status::Draft) => Ok(()),
                (true, _) => Err("handed-in"),
            };
            assert_eq!(desk.deliver(body, &mut document), expected, "{body} edits what is {status}");
        }
    }
}

#[test]
fn a_returned_report_is_corrected_and_accepted() {
    let (mut desk, first) = in_state(Status::Returned);
    let mut document = desk.begin(&report());
    draft(&mut document);
    edit(&mut document);
    let second = submit(&mut document);
    desk.deliver(REPORTER, &mut document).unwrap();
    let mut verdicts = desk.begin(&review());
    decide(&mut verdicts, "accepted", (AGENCY, ""), &first);
    assert_eq!(desk.deliver(AGENCY, &mut verdicts), Err("forbidden-transition"), "that one was returned");
    let mut verdicts = desk.begin(&review());
    decide(&mut verdicts, "accepted", (AGENCY, ""), &second);
    assert_eq!(desk.deliver(AGENCY, &mut verdicts), Ok(()));
}

#[test]
fn two_devices_that_wrote_at_once_are_both_right() {
    let (mut desk, _) = in_state(Status::Draft);
    let (mut desk_2, heads) = in_state(Status::Submitted);
    let (mut one, mut other) = (desk.begin(&report()), desk.begin(&report()));
    submit(&mut one);
    edit(&mut other);
    desk.deliver(REPORTER, &mut one).unwrap();
    assert_eq!(desk.deliver(REPORTER, &mut other), Ok(()), "it was a draft to this device");

    let (mut one, mut other) = (desk_2.begin(&review()), desk_2.begin(&review()));
    decide(&mut one, "accepted", (AGENCY, ""), &heads);
    decide(&mut other, "returned", (AGENCY, "Sửa"), &heads);
    desk_2.deliver(AGENCY, &mut one).unwrap();
    assert_eq!(desk_2.deliver(AGENCY, &mut other), Ok(()), "nothing was decided to this device");
    let mut chosen = desk_2.copy(&review());
    decide(&mut chosen, "accepted", (AGENCY, ""), &heads);
    assert_eq!(desk_2.deliver(AGENCY, &mut chosen), Ok(()), "of two decisions one is chosen");
}

#[test]
fn an_incident_is_handed_in_and_taken_back_by_its_body() {
    let key = Key::incident(REPORTER, "a1").unwrap();
    for handed_in in [false, true] {
        for action in ["submit", "withdraw", "edit"] {
            for body in BODIES {
                let mut desk = Desk::open();
                let mut document = desk.begin(&key);
                text::set_paragraphs(&mut document, &Place::Incident, &["Một vụ việc."]).unwrap();
                document.commit("a text", 1);
                if handed_in {
                    submit(&mut document);
                }
                desk.deliver(REPORTER, &mut document).unwrap();
                let mut document = desk.copy(&key);
                let written = match action {
                    "submit" => !submit(&mut document).is_empty(),
                    "withdraw" => draft(&mut document),
                    _ => write(&mut document, |doc| {
                        let content = object(doc, "content");
                        doc.put(&content, "trigger", "on_request").unwrap();
                    }),
                };
                let expected = match (body == REPORTER, handed_in, action) {
                    (false, ..) => Err(NO_ACCESS),
                    (_, false, "submit" | "edit") | (_, true, "withdraw") => Ok(()),
                    (_, true, "edit") => Err("handed-in"),
                    (_, false, "withdraw") if !written => Ok(()),
                    _ => Err("forbidden-transition"),
                };
                assert_eq!(desk.deliver(body, &mut document), expected, "{body}: {action}, {handed_in}");
            }
        }
    }
}

#[test]
fn a_task_goes_its_way_and_no_other() {
    let key = Key::progress(REPORTER).unwrap();
    let put = |document: &mut Document, status: TaskStatus| {
        write(document, |doc| {
            let map = object(doc, "content/status");
            doc.put(&map, "T1", status.word()).unwrap();
        })
    };
    for from in TaskStatus::ALL {
        for to in TaskStatus::ALL {
            for body in BODIES {
                let mut desk = Desk::open();
                let mut document = desk.begin(&key);
                match from {
                    TaskStatus::NotStarted => {}
                    other => assert!(put(&mut document, other)),
                }
                desk.deliver(REPORTER, &mut document).unwrap();
                let mut document = desk.copy(&key);
                let written = put(&mut document, to);
                let possible =
                    TaskAction::ALL.into_iter().any(|action| from.apply(action).is_ok_and(|next| next == to));
                let expected = match (body == REPORTER, possible) {
                    (false, _) => Err(NO_ACCESS),
                    (true, true) => Ok(()),
                    (true, false) if !written => Ok(()),
                    (true, false) => Err("forbidden-transition"),
                };
                assert_eq!(desk.deliver(body, &mut document), expected, "{body}: {from:?} to {to:?}");
            }
        }
    }
}

#[test]
fn the_communications_team_alone_publishes_in_its_own_name() {
    for body in BODIES {
        let mut desk = Desk::open();
        let mut publication = desk.copy(&Key::Publication);
        let approval = Approval {
            heads: format_heads(&desk.copy(&Key::Election).heads()),
            by: body.into(),
            at: "2021-03-04T08:00:00+07:00".into(),
            basis: "1/QĐ-UBBC".into(),
            ..Approval::default()
        };
        let directive = Key::directive("19/KL-UBBC").unwrap();
        publication::approve(&mut publication, &Key::Election, &approval).unwrap();
        publication::approve(&mut publication, &directive, &approval).unwrap();
        publication.commit("an approval", 1);
        let text = NoticeText { title: "Lịch".into(), paragraphs: vec!["Một đoạn.".into()] };
        let texts = ["vi", "hmn"].map(|language| (language.to_owned(), text.clone())).into();
        let notice = Notice { id: "n1".into(), date: "2021-03-04".into(), texts };
        publication::put_notice(&mut publication, &notice).unwrap();
        publication.commit("a notice", 1);
        publication::revoke(&mut publication, &directive).unwrap();
        publication.commit("taken back", 1);
        assert_eq!(desk.deliver(body, &mut publication), desk.expected(body, "team_comms"), "{body}");
    }
    let mut desk = Desk::open();
    let mut publication = desk.copy(&Key::Publication);
    publication.set_actor(ActorId::random());
    let heads = format_heads(&desk.copy(&Key::Election).heads());
    let approval = Approval { heads, by: AGENCY.into(), ..Approval::default() };
    publication::approve(&mut publication, &Key::Election, &approval).unwrap();
    publication.commit("in another's name", 1);
    assert_eq!(desk.deliver("team_comms", &mut publication), Err("signed-for-another"));
}

#[test]
fn what_is_written_into_a_row_that_another_device_removed_is_admitted() {
    const ROWS: &str = "difficulties.items";
    for words in ["hai rưỡi", ""] {
        let mut desk = Desk::open();
        let mut begun = desk.begin(&report());
        add_row(&mut begun, ROWS, &[("text", "hai")]).unwrap();
        begun.commit("row", 1).unwrap();
        desk.deliver(REPORTER, &mut begun).unwrap();
        let [mut removes, mut writes] = [desk.copy(&report()), desk.copy(&report())];
        write(&mut removes, |doc| {
            let rows = object(doc, &format!("content/lists/{ROWS}"));
            doc.delete(&rows, 0).unwrap();
        });
        set_cell(&mut writes, (ROWS, 0), "text", words).unwrap();
        writes.commit("cell", 1).unwrap();
        desk.deliver(REPORTER, &mut removes).unwrap();
        writes.automerge_mut().merge(removes.automerge_mut()).unwrap();
        assert_eq!(desk.deliver(REPORTER, &mut writes), Ok(()), "{words}");
    }
}
