//! What waits, in a folder of many documents: each is read for itself, and the election on which all of them rest is not read again.

use automerge::ActorId;
use niemyet::config::Config;
use niemyet::document::Content;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::write_directive;
use niemyet::rebuild::Place;
use niemyet::rebuild::pending;
use niemyet::rebuild::pending::Pending;
use niemyet::reference::embedded;
use niemyet::release::Store;
use niemyet::replica::disk::RealDisk;
use niemyet::replica::documents::DocumentStore;

use super::desk::approve;
use super::desk::edit_election;
use crate::support::cli::Office;

const MANY: usize = 12;

fn waiting(office: &Office) -> Pending {
    let dir = office.path("niemyet");
    let config = Config { as_of: Some("2021-03-05".parse().unwrap()), ..Config::default() };
    let documents = DocumentStore::open(&dir, None).unwrap();
    let releases = Store::open(&dir.join("releases"), std::sync::Arc::new(RealDisk));
    let laws = embedded::laws().unwrap();
    let place = Place { dir: &dir, config: &config, documents: &documents, releases: &releases, laws: &laws };
    pending::pending(place).unwrap()
}

/// Directing documents like the one that is there, with these numbers.
fn add_directives(office: &Office, numbers: std::ops::Range<usize>) -> Vec<Key> {
    let documents = DocumentStore::open(&office.path("niemyet"), None).unwrap();
    let all = documents.load().unwrap();
    let like = &all[&Key::directive("19/KL-UBBC").unwrap()];
    let Content::Directive(like) = like.content().unwrap() else { panic!("no directive") };
    let keys: Vec<Key> =
        numbers.map(|number| Key::directive(&format!("{number}/KH-UBBC")).unwrap()).collect();
    for key in &keys {
        let Key::Directive(symbol) = key else { panic!("no directive") };
        let mut directive = like.clone();
        directive.symbol = symbol.as_str().to_owned();
        let mut document = Document::create("sonla-2021", key, ActorId::random()).unwrap();
        write_directive(&mut document, &directive).unwrap();
        document.commit("a directive", 1).unwrap();
        documents.save(&mut document).unwrap();
    }
    keys
}

#[test]
fn the_election_is_read_once_for_a_list_of_many_documents() {
    let office = Office::ready();
    for key in add_directives(&office, 100..100 + MANY) {
        approve(&office, &key);
    }
    office.ok(&["build"]);
    // Three ways of the election: as it stands, as it is approved, as the public sees it; the last two are one here.
    edit_election(&office, |election| election.units[1].name_vi = "Chưa duyệt".into());
    let few = waiting(&office);
    assert_eq!(few.items.len(), MANY + 2);
    // The directives stand as the public sees them, and each way of a document is read once; the notices as the public sees them.
    assert_eq!(few.reads, 2 + (MANY + 1) + 1);
    add_directives(&office, 200..200 + MANY);
    let many = waiting(&office);
    assert_eq!(many.reads - few.reads, MANY, "those that are not public yet are read once");
}

#[test]
fn each_document_lists_its_own_changes_however_long_the_others_are() {
    let office = Office::ready();
    add_directives(&office, 100..100 + MANY);
    // Without a release everything is new, the election's units and dates before all others.
    let all = waiting(&office);
    for item in &all.items {
        assert!(item.changes.len() >= 20, "{} lists {} changes", item.key, item.changes.len());
        assert!(
            item.changes.len() <= 200 && item.changes_left_off > 0 || item.changes_left_off == 0,
            "{}",
            item.key
        );
    }
}
