//! Snapshots stand for the changes they hold, and for no others.

use niemyet_sync::store::Append;
use niemyet_sync::store::Position;
use niemyet_sync::store::Receipt;
use niemyet_sync::store::Store;
use niemyet_sync::store::StoreError;

use super::support::ANNE;
use super::support::Author;
use super::support::BINH;
use super::support::Folder;
use super::support::document;
use super::support::keep;
use super::support::loaded;

fn with_bytes(folder: &Folder) -> i64 {
    folder
        .raw()
        .query_row("SELECT count(*) FROM change WHERE bytes IS NOT NULL", [], |row| row.get(0))
        .unwrap()
}

fn snapshots(folder: &Folder) -> i64 {
    folder.raw().query_row("SELECT count(*) FROM snapshot", [], |row| row.get(0)).unwrap()
}

/// Anne writes 30 changes, Binh 29 in another document, a snapshot stands for Anne's, then she writes one more.
fn compacted(folder: &Folder) -> (Author, Append, Vec<Receipt>) {
    let store = folder.open();
    let (mut anne, mut other) = (Author::new(document(1), ANNE, 1), Author::new(document(2), BINH, 2));
    let first = anne.writes("a", 0);
    keep(&store, 1, std::slice::from_ref(&first));
    for round in 1..30_i64 {
        keep(&store, round, &[anne.writes("a", round), other.writes("b", round)]);
    }
    let place = store.load(document(1)).unwrap().unwrap().last;
    let snapshot = anne.doc.save();
    keep(&store, 100, &[anne.writes("tail", 1)]);
    let receipts = store.receipts(document(1)).unwrap();
    store.snapshot(document(1), place, &snapshot).unwrap();
    (anne, first, receipts)
}

#[test]
fn a_snapshot_stands_for_its_changes_and_what_is_known_of_them_stays() {
    let folder = Folder::with_store();
    let (mut anne, first, receipts) = compacted(&folder);
    assert_eq!((with_bytes(&folder), snapshots(&folder)), (29 + 1, 1));
    let store = folder.open();
    let stored = store.load(document(1)).unwrap().unwrap();
    assert_eq!((stored.changes.len(), stored.last), (1, Position(60)));
    assert_eq!(loaded(&store, document(1)).get_heads(), anne.doc.get_heads());
    assert_eq!(store.receipts(document(1)).unwrap(), receipts);
    assert_eq!(store.owner(document(1), &anne.actor()).unwrap(), Some(ANNE));
    assert_eq!(keep(&store, 200, &[first])[0], receipts[0]);
    let forged = Append { account: Some(BINH), ..anne.writes("x", 1) };
    assert!(matches!(store.append(&|| 1, &[forged]).unwrap()[0], Err(StoreError::ActorTaken { .. })));
}

#[test]
fn a_later_snapshot_replaces_the_earlier_one() {
    let folder = Folder::with_store();
    let (mut anne, ..) = compacted(&folder);
    let store = folder.open();
    let before = anne.doc.save();
    keep(&store, 1, &[anne.writes("more", 1)]);
    store.snapshot(document(1), Position(1_000), &anne.doc.save()).unwrap();
    assert_eq!((with_bytes(&folder), snapshots(&folder)), (29, 1));
    keep(&store, 1, &[anne.writes("more", 2)]);
    // An older view than the kept one changes nothing.
    store.snapshot(document(1), Position(3), &before).unwrap();
    let stored = store.load(document(1)).unwrap().unwrap();
    assert_eq!((stored.changes.len(), snapshots(&folder)), (1, 1));
    assert_eq!(loaded(&store, document(1)).get_heads(), anne.doc.get_heads());
}

#[test]
fn a_snapshot_that_lacks_a_change_lets_nothing_go() {
    let folder = Folder::with_store();
    let store = folder.open();
    let mut anne = Author::new(document(1), ANNE, 1);
    keep(&store, 1, &[anne.writes("a", 1)]);
    let early = anne.doc.save();
    keep(&store, 1, &[anne.writes("a", 2)]);
    let whole = anne.doc.save();
    for (id, upto, bytes) in [
        (document(1), 2, early.as_slice()),
        (document(1), 2, &whole[..whole.len() - 3]),
        (document(1), 2, b""),
        (document(2), 2, &whole),
        (document(1), 0, &whole),
    ] {
        let error = store.snapshot(id, Position(upto), bytes).unwrap_err();
        assert!(matches!(error, StoreError::Incomplete { .. }), "{error}");
    }
    assert_eq!((with_bytes(&folder), snapshots(&folder)), (2, 0));
    store.snapshot(document(1), Position(1), &early).unwrap();
    assert_eq!(with_bytes(&folder), 1);
    assert_eq!(loaded(&store, document(1)).get_heads(), anne.doc.get_heads());
}

#[test]
fn a_later_snapshot_holds_what_the_earlier_one_held() {
    let folder = Folder::with_store();
    let store = folder.open();
    let (mut anne, mut binh) = (Author::new(document(1), ANNE, 1), Author::new(document(1), BINH, 2));
    keep(&store, 1, &[anne.writes("a", 1)]);
    keep(&store, 1, &[binh.writes("b", 1)]);
    let mut both = anne.doc.fork();
    both.merge(&mut binh.doc.fork()).unwrap();
    store.snapshot(document(1), Position(2), &both.save()).unwrap();
    keep(&store, 1, &[anne.writes("a", 2)]);
    // It has all that is new, and nothing of what Binh wrote beside it, whose bytes are only in the snapshot before.
    let error = store.snapshot(document(1), Position(3), &anne.doc.save()).unwrap_err();
    assert!(matches!(error, StoreError::Incomplete { .. }), "{error}");
    both.merge(&mut anne.doc.fork()).unwrap();
    assert_eq!(loaded(&store, document(1)).get_heads(), both.get_heads());
    store.snapshot(document(1), Position(3), &both.save()).unwrap();
    assert_eq!((with_bytes(&folder), snapshots(&folder)), (0, 1));
    assert_eq!(loaded(&store, document(1)).get_heads(), both.get_heads());
}

#[test]
fn between_writing_a_snapshot_and_letting_go_both_are_there() {
    let folder = Folder::with_store();
    let store = folder.open();
    let mut anne = Author::new(document(1), ANNE, 1);
    for round in 0..5 {
        keep(&store, 1, &[anne.writes("a", round)]);
    }
    // The engine refuses the second commit, as if the machine had stopped before it.
    let stop =
        "CREATE TRIGGER stop BEFORE UPDATE OF bytes ON change BEGIN SELECT raise(ABORT, 'stopped'); END";
    folder.raw().execute_batch(stop).unwrap();
    store.snapshot(document(1), Position(5), &anne.doc.save()).unwrap_err();
    folder.raw().execute_batch("DROP TRIGGER stop").unwrap();
    assert_eq!((with_bytes(&folder), snapshots(&folder)), (5, 1));
    drop(store);
    let store = folder.open();
    assert_eq!(store.load(document(1)).unwrap().unwrap().changes.len(), 0);
    assert_eq!(loaded(&store, document(1)).get_heads(), anne.doc.get_heads());
    assert_eq!(store.receipts(document(1)).unwrap().len(), 5);
    // The next one ends what this one began.
    keep(&store, 1, &[anne.writes("a", 9)]);
    store.snapshot(document(1), Position(6), &anne.doc.save()).unwrap();
    assert_eq!((with_bytes(&folder), snapshots(&folder)), (0, 1));
    assert_eq!(loaded(&store, document(1)).get_heads(), anne.doc.get_heads());
}

#[test]
fn what_came_after_a_place_is_read_alone_unless_a_snapshot_took_it_in() {
    let folder = Folder::with_store();
    let (anne, ..) = compacted(&folder);
    let store = folder.open();
    let after = |number: u8, place: u64| store.changes_after(document(number), Position(place)).unwrap();
    let tail = after(1, 58).unwrap();
    assert_eq!(tail, store.load(document(1)).unwrap().unwrap().changes);
    // Places of other documents' changes count like its own.
    assert_eq!((tail.len(), after(1, 59), after(1, 60)), (1, Some(tail.clone()), Some(Vec::new())));
    assert_eq!((after(2, 57).unwrap().len(), after(2, 0).unwrap().len()), (1, 29));
    assert_eq!((after(1, 57), after(1, 0), after(9, 0)), (None, None, None));
    let mut before = automerge::Automerge::load(&snapshot(&folder)).unwrap();
    before.load_incremental(&tail.concat()).unwrap();
    assert_eq!(before.get_heads(), anne.doc.get_heads());
    // A snapshot whose place is damaged hides no change.
    folder.raw().execute("UPDATE snapshot SET upto = 2", []).unwrap();
    assert!(matches!(store.changes_after(document(1), Position(10)), Err(StoreError::Damaged { .. })));
}

fn snapshot(folder: &Folder) -> Vec<u8> {
    folder.raw().query_row("SELECT bytes FROM snapshot", [], |row| row.get(0)).unwrap()
}
