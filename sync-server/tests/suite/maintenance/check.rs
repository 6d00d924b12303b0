//! A check reads everything and names each thing that is wrong.

use std::sync::Arc;

use niemyet_sync::maintenance;
use niemyet_sync::maintenance::Report;
use niemyet_sync::store::Position;
use niemyet_sync::store::Store;
use niemyet_sync::store::sqlite::SqliteStore;

use crate::account::support::Office;
use crate::store::support::ANNE;
use crate::store::support::Author;
use crate::store::support::act;
use crate::store::support::document;
use crate::store::support::keep;

/// An office with accounts, a session, three documents of four changes, one of them with a snapshot.
fn filled() -> Office {
    let (office, _, account) = Office::with_district();
    office.log_in(1, &account);
    office.accounts.reset(act(2, None), account.id).unwrap();
    let store = SqliteStore::new(Arc::clone(&office.database)).unwrap();
    for number in 1..=3 {
        let mut author = Author::new(document(number), ANNE, number);
        for round in 0..4 {
            keep(&store, 10 * i64::from(number) + round, &[author.writes("a", round)]);
        }
        if number == 2 {
            store.snapshot(document(2), Position(7), &author.doc.save()).unwrap();
        }
    }
    office
}

fn check(office: &Office) -> Report {
    maintenance::check(&office.database).unwrap()
}

#[test]
fn a_sound_store_has_no_problems() {
    let office = filled();
    let report = check(&office);
    assert_eq!(report.problems, []);
    assert_eq!((report.documents, report.changes, report.accounts), (3, 12, 2));
    assert_eq!(report.audit, office.log().len() as i64);
    // Also of an empty one.
    assert_eq!(check(&Office::new()), Report::default());
}

#[test]
fn each_problem_is_named() {
    for (sql, said) in [
        ("UPDATE change SET bytes = x'00' WHERE position = 2", "bytes of change 2"),
        ("UPDATE change SET nth = 9 WHERE position = 2", "change 2"),
        ("DELETE FROM change WHERE position = 2", "change 2: it is missing"),
        ("DELETE FROM document WHERE last = 4", "the list of documents"),
        ("UPDATE document SET key = 'other' WHERE last = 8", "document "),
        ("UPDATE snapshot SET bytes = x'00'", "snapshot 1"),
        ("UPDATE account SET admin = 1 WHERE id = 2", "account 2"),
        ("UPDATE account SET active = 1, body = 'other' WHERE id = 2", "account 2"),
        ("UPDATE session SET ended_at = NULL", "session 1"),
        ("DELETE FROM account WHERE id = 2", "session 1: its account is missing"),
        ("UPDATE code SET expires_at = 99999999999999", "the one-time codes"),
        ("UPDATE setting SET value = x'00' WHERE name = 'audit-head'", "setting audit-head"),
        ("CREATE TABLE strange (x)", "the list of tables"),
    ] {
        let office = filled();
        let raw = office.folder.raw();
        raw.execute(sql, []).unwrap();
        let problems = check(&office).problems;
        assert!(problems.iter().any(|problem| problem.to_string().contains(said)), "{sql}: {problems:?}");
        assert!(problems.iter().all(|problem| !problem.what.is_empty()));
    }
}

#[test]
fn damage_in_several_places_is_told_in_one_check() {
    let office = filled();
    let raw = office.folder.raw();
    raw.execute("UPDATE change SET bytes = x'00' WHERE position IN (2, 11)", []).unwrap();
    raw.execute("UPDATE account SET name = 'x' WHERE id = 1", []).unwrap();
    let report = check(&office);
    let said: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    for place in ["change 2", "change 11", "account 1"] {
        assert!(said.iter().any(|line| line.contains(place)), "{said:?}");
    }
    assert_eq!(report.documents, 1, "the others are still read");
}

/// Rows whose sums fit, of changes that do not: what a program with a fault could have written.
#[test]
fn a_document_that_lacks_what_its_changes_build_on_is_named() {
    let (office, _) = Office::administered();
    let store = SqliteStore::new(Arc::clone(&office.database)).unwrap();
    let mut author = Author::new(document(1), ANNE, 1);
    author.change("a", 1);
    let mut reader = Author::new(document(1), ANNE, 3);
    reader.reads(&mut author);
    keep(&store, 1, &[reader.writes("a", 2)]);
    let mut other = Author::new(document(2), ANNE, 2).writes("a", 1);
    other.changes[0].hash = author.doc.get_heads()[0];
    keep(&store, 1, &[other]);
    let said: Vec<String> = check(&office).problems.iter().map(ToString::to_string).collect();
    let says = |id, what: &str| {
        said.iter().any(|line| line.contains(&format!("document {id}")) && line.contains(what))
    };
    assert!(says(document(1), "has a receipt but is not in it"), "{said:?}");
    assert!(says(document(2), "has a receipt but is not in it"), "{said:?}");
}
