//! Rules for what is public by law, and holding back: from the communications team, as whole records, signed by itself.

use automerge::ObjType;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use niemyet::document::Content;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::Kind;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::document::publication::Hold;
use niemyet::document::publication::Publication;
use niemyet::document::publication::Rule;

use super::desk::BODIES;
use super::desk::Desk;
use super::desk::write;

const AT: &str = "2021-03-05T09:00:00+07:00";

fn rule(by: &str) -> Rule {
    Rule { by: by.into(), at: AT.into(), basis: "85/2015".into() }
}

fn hold(by: &str) -> Hold {
    Hold { heads: vec!["a".repeat(64)], by: by.into(), at: AT.into(), reason: "chờ".into() }
}

fn read(document: &Document) -> Publication {
    let Content::Publication(publication) = document.content().unwrap() else { panic!("no publication") };
    publication
}

fn set(desk: &Desk, change: impl FnOnce(&mut Document)) -> Document {
    let mut document = desk.copy(&Key::Publication);
    change(&mut document);
    document.commit("a decision", 1);
    document
}

#[test]
fn only_the_communications_team_decides_and_signs_as_itself() {
    for body in BODIES {
        let mut desk = Desk::open();
        let mut document =
            set(&desk, |document| publication::set_rule(document, Kind::Election, &rule(body)).unwrap());
        assert_eq!(desk.deliver(body, &mut document), desk.expected(body, "team_comms"), "{body}");
        let directive = Key::directive("19/KL-UBBC").unwrap();
        let mut document =
            set(&desk, |document| publication::hold(document, &directive, &hold(body)).unwrap());
        assert_eq!(desk.deliver(body, &mut document), desk.expected(body, "team_comms"), "{body}");
    }
    let mut desk = Desk::open();
    let mut document =
        set(&desk, |document| publication::set_rule(document, Kind::Election, &rule("dof")).unwrap());
    assert_eq!(desk.deliver("team_comms", &mut document), Err("signed-for-another"));
    let mut document =
        set(&desk, |document| publication::hold(document, &Key::Election, &hold("dof")).unwrap());
    assert_eq!(desk.deliver("team_comms", &mut document), Err("signed-for-another"));
}

#[test]
fn what_is_not_public_by_law_has_no_rule_and_a_record_is_whole() {
    let mut desk = Desk::open();
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Election) {
        let mut document = desk.copy(&Key::Publication);
        let refused = publication::set_rule(&mut document, kind, &rule("team_comms")).unwrap_err();
        assert!(refused.to_string().contains("not public by law"), "{refused}");
        write(&mut document, |doc| record(doc, "rules", kind.word(), &["by", "at", "basis"]));
        assert_eq!(desk.deliver("team_comms", &mut document), Err("not-public-by-law"), "{kind}");
    }
    for fields in [&["by", "at"][..], &["by", "basis"], &["at", "basis"]] {
        let mut document = desk.copy(&Key::Publication);
        write(&mut document, |doc| record(doc, "rules", "election", fields));
        assert_eq!(desk.deliver("team_comms", &mut document), Err("incomplete-record"), "{fields:?}");
    }
    let mut document = desk.copy(&Key::Publication);
    write(&mut document, |doc| record(doc, "held", "election", &["by", "at", "reason"]));
    assert_eq!(desk.deliver("team_comms", &mut document), Err("incomplete-record"), "it names no heads");
    let mut document = desk.copy(&Key::Publication);
    write(&mut document, |doc| record(doc, "rules", "election", &["by", "at", "basis", "more"]));
    assert_eq!(desk.deliver("team_comms", &mut document), Err("outside-schema"));
    // Written once: another change replaces the record and does not mend it.
    let mut document =
        set(&desk, |document| publication::set_rule(document, Kind::Election, &rule("team_comms")).unwrap());
    assert_eq!(desk.deliver("team_comms", &mut document), Ok(()));
    let record = super::desk::object(document.automerge(), "content/rules/election");
    write(&mut document, |doc| doc.put(&record, "basis", "another").unwrap());
    assert_eq!(desk.deliver("team_comms", &mut document), Err("written-once"));
}

fn record(doc: &mut automerge::AutoCommit, map: &str, name: &str, fields: &[&str]) {
    let content = doc.get(ROOT, "content").unwrap().unwrap().1;
    let map = match doc.get(&content, map).unwrap() {
        Some((_, map)) => map,
        None => doc.put_object(&content, map, ObjType::Map).unwrap(),
    };
    let record = doc.put_object(&map, name, ObjType::Map).unwrap();
    for field in fields {
        doc.put(&record, *field, if *field == "by" { "team_comms" } else { AT }).unwrap();
    }
}

#[test]
fn two_devices_that_begin_at_once_lose_nothing_of_each_other() {
    let desk = Desk::open();
    let (directive, notes) = (Key::directive("19/KL-UBBC").unwrap(), hold("team_comms"));
    let mut one = set(&desk, |document| publication::hold(document, &Key::Election, &notes).unwrap());
    let mut other = set(&desk, |document| publication::hold(document, &directive, &notes).unwrap());
    one.merge(&mut other).unwrap();
    other.merge(&mut one).unwrap();
    assert_eq!(read(&one), read(&other));
    assert_eq!(read(&one).held.keys().collect::<Vec<_>>(), [&Key::Election, &directive]);
    assert!(publication::release_hold(&mut one, &Key::Election).unwrap());
    assert!(publication::release_hold(&mut one, &directive).unwrap());
    assert!(read(&one).held.is_empty(), "both maps are looked through");

    let mut one =
        set(&desk, |document| publication::set_rule(document, Kind::Election, &rule("team_comms")).unwrap());
    let mut other =
        set(&desk, |document| publication::set_rule(document, Kind::Election, &rule("team_comms")).unwrap());
    one.merge(&mut other).unwrap();
    // What the site goes on with once the rule is gone.
    let approval = Approval { heads: vec!["b".repeat(64)], by: "team_comms".into(), ..Approval::default() };
    publication::approve(&mut one, &Key::Election, &approval).unwrap();
    publication::clear_rule(&mut one, Kind::Election).unwrap();
    assert!(read(&one).rules.is_empty());
    assert!(
        publication::clear_rule(&mut one, Kind::Election)
            .unwrap_err()
            .to_string()
            .contains("nothing to take back")
    );
}
