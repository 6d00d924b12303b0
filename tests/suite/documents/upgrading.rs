//! Formats. There is only one so far, so the next one is made up here: it adds a list to every report.

use automerge::ActorId;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use niemyet::document::Document;
use niemyet::document::DocumentError;
use niemyet::document::Kind;
use niemyet::document::report::set_figure;
use niemyet::document::skeleton::Entry;
use niemyet::document::skeleton::Make;
use niemyet::document::upgrade::Step;
use niemyet::document::upgrade::format_of;

use super::ELECTION;
use super::device;
use super::key;
use super::report;

const REPORT: &str = "report/team_comms/2021-03-04";

fn adds(kind: Kind) -> Vec<Entry> {
    if kind == Kind::Report { vec![Entry::new("corrections", Make::List)] } else { Vec::new() }
}

const NEXT: &[Step] = &[Step { adds }];

fn upgraded(document: &mut Document) -> Document {
    Document::load_with(&document.save(), ELECTION, document.key(), NEXT).unwrap()
}

#[test]
fn a_document_of_the_format_before_is_brought_to_the_next_and_keeps_all_it_held() {
    let mut old = device(REPORT, 1);
    set_figure(&mut old, "voters.male", Some(7)).unwrap();
    let mut new = upgraded(&mut old);
    assert_eq!((format_of(old.automerge()), format_of(new.automerge())), (Some(1), Some(2)));
    let content = new.automerge().get(ROOT, "content").unwrap().unwrap().1;
    assert!(new.automerge().get(&content, "corrections").unwrap().unwrap().0.is_object());
    assert_eq!(report(&new), report(&old));
    let heads = new.heads();
    assert_eq!(upgraded(&mut new).heads(), heads, "a second upgrade does nothing");
}

#[test]
fn two_replicas_upgrade_offline_to_one_document() {
    let (mut one, mut two) = (device(REPORT, 1), device(REPORT, 2));
    set_figure(&mut one, "voters.male", Some(7)).unwrap();
    set_figure(&mut two, "voters.female", Some(8)).unwrap();
    let (mut one, mut two) = (upgraded(&mut one), upgraded(&mut two));
    one.set_actor(ActorId::from([3; 16]));
    let content = one.automerge().get(ROOT, "content").unwrap().unwrap().1;
    let list = one.automerge().get(&content, "corrections").unwrap().unwrap().1;
    one.automerge_mut().insert(&list, 0, "kept").unwrap();
    let mut merged = one.automerge_mut().clone();
    merged.merge(two.automerge_mut()).unwrap();
    let mut merged = Document::load_with(&merged.save(), ELECTION, &key(REPORT), NEXT).unwrap();
    assert_eq!(merged.automerge().length(&list), 1);
    let both = report(&merged);
    assert_eq!((both.figure("voters.male"), both.figure("voters.female")), (Some(7), Some(8)));
    assert_eq!(merged.heads().len(), 2);
}

#[test]
fn a_newer_format_is_refused_by_number() {
    let mut newer = upgraded(&mut device(REPORT, 1));
    let refused = Document::load(&newer.save(), ELECTION, &key(REPORT)).unwrap_err();
    assert!(matches!(refused, DocumentError::TooNew { found: 2, known: 1, .. }), "{refused}");
    assert!(refused.to_string().contains("install a newer niemyet"), "{refused}");
}

#[test]
fn a_format_before_the_first_is_refused() {
    for format in [0, -1] {
        let mut document = device(REPORT, 1);
        document.automerge_mut().put(ROOT, "schema", format).unwrap();
        let refused = Document::load(&document.save(), ELECTION, &key(REPORT)).unwrap_err();
        assert!(matches!(refused, DocumentError::TooOld { .. }), "{refused}");
    }
}
