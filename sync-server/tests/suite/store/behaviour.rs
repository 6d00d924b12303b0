//! What the store promises when nothing breaks.

use automerge::ActorId;
use niemyet_sync::store::Append;
use niemyet_sync::store::Position;
use niemyet_sync::store::Store;
use niemyet_sync::store::StoreError;
use niemyet_sync::store::sqlite::SqliteStore;

use super::support::ANNE;
use super::support::Author;
use super::support::BINH;
use super::support::Folder;
use super::support::append;
use super::support::document;
use super::support::keep;
use super::support::loaded;
use super::support::refusal;

#[test]
fn what_was_kept_is_there_after_reopening() {
    let folder = Folder::with_store();
    let store = folder.open();
    assert!(store.load(document(1)).unwrap().is_none());
    assert!(store.receipts(document(1)).unwrap().is_empty());
    let (mut anne, mut binh) = (Author::new(document(1), ANNE, 1), Author::new(document(2), BINH, 2));
    for round in 0..20_i64 {
        keep(&store, 1000 + round, &[anne.writes("a", round), binh.writes("b", round)]);
    }
    drop(store);
    let store = folder.open();
    assert_eq!(loaded(&store, document(1)).get_heads(), anne.doc.get_heads());
    assert_eq!(loaded(&store, document(2)).get_heads(), binh.doc.get_heads());
    let stored = store.load(document(2)).unwrap().unwrap();
    assert_eq!((stored.changes.len(), stored.last), (20, Position(40)));
    assert_eq!(stored.key, format!("key/{}", document(2)));
    let receipts = store.receipts(document(1)).unwrap();
    let places: Vec<u64> = receipts.iter().map(|receipt| receipt.position.0).collect();
    assert_eq!(places, (0..20).map(|round| 2 * round + 1).collect::<Vec<u64>>());
    assert!(receipts.iter().all(|receipt| receipt.account == Some(ANNE) && receipt.bound));
    assert_eq!(receipts.last().unwrap().at, 1019);
}

#[test]
fn a_change_kept_already_has_its_first_receipt() {
    let folder = Folder::with_store();
    let store = folder.open();
    let mut anne = Author::new(document(1), ANNE, 1);
    let (one, two) = (anne.change("a", 1), anne.change("a", 2));
    let first = keep(&store, 10, &[anne.delivers(std::slice::from_ref(&one))]);
    // Somebody else brings it again, with one that is new, twice in one append and once more in the same group.
    let mut again = append(document(1), Some(BINH), &[one.clone(), two.clone(), two.clone()]);
    again.changes.iter_mut().for_each(|change| change.binds = false);
    let receipts = keep(&store, 20, &[again, anne.delivers(std::slice::from_ref(&two))]);
    assert_eq!(receipts[0], first[0]);
    assert_eq!((receipts[1].position, receipts[1].account), (Position(2), Some(BINH)));
    assert_eq!((&receipts[2], &receipts[3]), (&receipts[1], &receipts[1]));
    assert_eq!(store.load(document(1)).unwrap().unwrap().changes.len(), 2);
    // Nor after a restart, when nothing is remembered.
    drop(store);
    let store = folder.open();
    assert_eq!(keep(&store, 30, &[anne.delivers(&[one])]), first);
    assert_eq!(store.list().unwrap()[0].last, Position(2));
    assert_eq!(store.receipt(document(1), &two.hash()).unwrap().unwrap(), receipts[1]);
    assert_eq!(store.receipt(document(2), &two.hash()).unwrap(), None);
}

#[test]
fn an_actor_belongs_to_the_account_that_delivered_it_first() {
    let folder = Folder::with_store();
    let store = folder.open();
    let mut anne = Author::new(document(1), ANNE, 1);
    keep(&store, 1, &[anne.writes("a", 1)]);
    assert_eq!(store.owner(document(1), &anne.actor()).unwrap(), Some(ANNE));
    assert_eq!(store.owner(document(2), &anne.actor()).unwrap(), None);
    assert_eq!(store.owner(document(1), &ActorId::from([9; 16].as_slice())).unwrap(), None);
    for reopened in [false, true] {
        let forged = Append { account: Some(BINH), ..anne.writes("forged", reopened) };
        let error = refusal(&store, forged.clone());
        assert!(matches!(error, StoreError::ActorTaken { .. }), "{error} (reopened: {reopened})");
        // In a group it fails alone.
        let mut binh = Author::new(document(3 + u8::from(reopened)), BINH, 1);
        let results =
            store.append(&|| 2, &[binh.writes("b", 1), forged.clone(), binh.writes("b", 2)]).unwrap();
        assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        // The owner delivers it all the same.
        keep(&store, 3, &[Append { account: Some(ANNE), ..forged }]);
    }
}

#[test]
fn an_actor_taken_in_the_same_group_is_taken() {
    let folder = Folder::with_store();
    let store = folder.open();
    let mut anne = Author::new(document(1), ANNE, 1);
    let first = anne.writes("a", 1);
    let second = Append { account: Some(BINH), ..anne.writes("a", 2) };
    let results = store.append(&|| 1, &[first, second]).unwrap();
    assert!(results[0].is_ok());
    assert!(matches!(results[1], Err(StoreError::ActorTaken { .. })));
    assert_eq!(store.load(document(1)).unwrap().unwrap().changes.len(), 1);
}

#[test]
fn a_change_that_is_not_its_actors_next_is_refused_and_never_taken_for_a_kept_one() {
    let folder = Folder::with_store();
    let store = folder.open();
    let (mut anne, mut fork) = (Author::new(document(1), ANNE, 1), Author::new(document(1), ANNE, 1));
    let one = anne.writes("a", 1);
    keep(&store, 1, std::slice::from_ref(&one));
    // The same actor and number with other content: both in one document, and it would never load again.
    let error = refusal(&store, fork.writes("a", 100));
    assert!(matches!(error, StoreError::OutOfOrder { seq: 1, kept: 1, .. }), "{error}");
    let two = anne.writes("a", 2);
    let error = refusal(&store, anne.writes("a", 3));
    assert!(matches!(error, StoreError::OutOfOrder { seq: 3, kept: 1, .. }), "{error}");
    // A fork inside one append takes the whole append with it.
    let mut both = two.clone();
    both.changes.extend(fork.writes("a", 200).changes);
    assert!(matches!(refusal(&store, both), StoreError::OutOfOrder { seq: 2, kept: 2, .. }));
    assert_eq!(store.load(document(1)).unwrap().unwrap().changes.len(), 1);
    keep(&store, 1, &[two]);
    assert_eq!(store.load(document(1)).unwrap().unwrap().changes.len(), 2);
}

#[test]
fn common_changes_and_those_of_the_server_bind_nobody() {
    let folder = Folder::with_store();
    let store = folder.open();
    let mut common = Author::new(document(1), ANNE, 7);
    let mut first = common.writes("kind", "task");
    first.changes[0].binds = false;
    let receipt = keep(&store, 1, &[first]).remove(0);
    assert!(!receipt.bound && receipt.account == Some(ANNE));
    let imported = Append { account: None, ..common.writes("a", 1) };
    let receipt = keep(&store, 2, &[imported]).remove(0);
    assert!(!receipt.bound && receipt.account.is_none());
    assert_eq!(store.owner(document(1), &common.actor()).unwrap(), None);
    keep(&store, 3, &[Append { account: Some(BINH), ..common.writes("a", 2) }]);
    assert_eq!(store.owner(document(1), &common.actor()).unwrap(), Some(BINH));
}

#[test]
fn receipts_never_go_back_in_time() {
    let folder = Folder::with_store();
    let store = folder.open();
    let mut anne = Author::new(document(1), ANNE, 1);
    let mut at = |store: &dyn Store, now| keep(store, now, &[anne.writes("a", now)])[0].at;
    assert_eq!(at(&store, 5_000), 5_000);
    assert_eq!(at(&store, 4_000), 5_000);
    // A clock that ran ahead while nothing was kept holds nobody up.
    store.append(&|| 9_000, &[]).unwrap();
    assert_eq!(at(&store, 5_001), 5_001);
    drop(store);
    let store = folder.open();
    assert_eq!(at(&store, 0), 5_001);
    assert_eq!(at(&store, 6_000), 6_000);
}

#[test]
fn documents_are_listed_by_id_and_since_a_place() {
    let folder = Folder::with_store();
    let store = folder.open();
    for number in [5_u8, 3, 9] {
        keep(&store, 1, &[Author::new(document(number), ANNE, number).writes("a", 1)]);
    }
    let ids: Vec<_> = store.list().unwrap().into_iter().map(|listed| listed.id).collect();
    assert_eq!(ids, [document(3), document(5), document(9)]);
    let since: Vec<_> = store.since(Position(1)).unwrap().into_iter().map(|listed| listed.id).collect();
    assert_eq!(since, [document(3), document(9)]);
    assert!(store.since(Position(3)).unwrap().is_empty());
    assert!(store.since(Position(30)).unwrap().is_empty());
}

#[test]
fn documents_count_for_the_account_that_began_them() {
    let folder = Folder::with_store();
    let (store, other) = (folder.share(), folder.share());
    let created = |store: &SqliteStore| (store.created(ANNE).unwrap(), store.created(BINH).unwrap());
    assert_eq!(created(&store), (0, 0));
    let mut anne = Author::new(document(1), ANNE, 1);
    keep(
        &store,
        1,
        &[anne.writes("a", 1), Author::new(document(2), ANNE, 2).writes("a", 1), anne.writes("a", 2)],
    );
    keep(
        &other,
        1,
        &[Author::new(document(1), BINH, 3).writes("b", 1), Author::new(document(3), BINH, 3).writes("b", 1)],
    );
    let imported = Append { account: None, ..Author::new(document(4), ANNE, 4).writes("a", 1) };
    keep(&store, 1, &[imported, Author::new(document(4), ANNE, 5).writes("a", 1)]);
    assert_eq!((created(&store), created(&other)), ((2, 1), (2, 1)));
    drop((store, other));
    assert_eq!(created(&folder.open()), (2, 1));
}

#[test]
fn an_append_without_changes_keeps_nothing() {
    let folder = Folder::with_store();
    let store = folder.open();
    let results = store.append(&|| 1, &[append(document(1), Some(ANNE), &[])]).unwrap();
    assert_eq!(results[0].as_ref().unwrap(), &[]);
    assert!(store.list().unwrap().is_empty() && store.load(document(1)).unwrap().is_none());
}

#[test]
fn a_hundred_threads_write_and_read_and_nothing_is_lost() {
    let folder = Folder::with_store();
    let store = folder.open();
    std::thread::scope(|scope| {
        for number in 1..=100_u8 {
            let store = &store;
            scope.spawn(move || {
                let mut author = Author::new(document(number % 10), ANNE, number);
                for round in 0..10 {
                    keep(store, 1, &[author.writes("a", round)]);
                    assert!(store.load(document(number % 10)).unwrap().is_some());
                    assert_eq!(store.owner(document(number % 10), &author.actor()).unwrap(), Some(ANNE));
                }
            });
        }
    });
    let listed = store.list().unwrap();
    let changes: usize = listed.iter().map(|one| store.receipts(one.id).unwrap().len()).sum();
    assert_eq!((listed.len(), changes), (10, 1000));
}
