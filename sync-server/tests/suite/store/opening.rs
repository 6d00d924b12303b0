//! Opening: one process, or several that share it; versions; files that are no store.

use std::time::Duration;
use std::time::Instant;

use niemyet_sync::database::Database;
use niemyet_sync::database::Mode;
use niemyet_sync::database::OpenError;
use niemyet_sync::database::Options;
use niemyet_sync::store::Append;
use niemyet_sync::store::Position;
use niemyet_sync::store::Store;
use niemyet_sync::store::StoreError;

use super::support::ANNE;
use super::support::Author;
use super::support::BINH;
use super::support::Counted;
use super::support::Folder;
use super::support::document;
use super::support::keep;
use super::support::loaded;

fn error(folder: &Folder, mode: Mode) -> OpenError {
    Database::open(&folder.path(), Options { mode, readers: 1 }).unwrap_err()
}

#[test]
fn a_store_is_made_once_and_opened_only_if_it_is_there() {
    let folder = Folder::with_store();
    let again = Database::create(&folder.path(), &Counted::new()).unwrap_err();
    assert!(matches!(again, OpenError::Exists { .. }), "{again}");
    let first = folder.database(Mode::Alone).storage_id().unwrap();
    std::fs::remove_file(folder.path()).unwrap();
    assert!(matches!(error(&folder, Mode::Alone), OpenError::Missing { .. }));
    assert!(!folder.path().exists());
    let chance = Counted(100.into());
    Database::create(&folder.path(), &chance).unwrap();
    assert_ne!(folder.database(Mode::Alone).storage_id().unwrap(), first);
    let left: Vec<_> =
        std::fs::read_dir(folder.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("partial")), "{left:?}");
}

#[test]
fn one_server_has_it_alone_and_several_share_it_only_if_all_say_so() {
    let folder = Folder::with_store();
    let alone = folder.open();
    for mode in [Mode::Alone, Mode::Shared] {
        let error = error(&folder, mode);
        assert!(
            matches!(error, OpenError::InUse { .. }) && error.to_string().contains("another process"),
            "{error}"
        );
    }
    drop(alone);
    let (_one, _two) = (folder.share(), folder.share());
    assert!(matches!(error(&folder, Mode::Alone), OpenError::InUse { .. }));
}

#[test]
fn servers_that_share_a_store_see_what_each_other_keep() {
    let folder = Folder::with_store();
    let (one, two) = (folder.share(), folder.share());
    let mut anne = Author::new(document(1), ANNE, 1);
    let first = anne.writes("a", 1);
    let receipt = keep(&one, 50, std::slice::from_ref(&first));
    assert_eq!(two.since(Position(0)).unwrap(), one.list().unwrap());
    assert_eq!(keep(&two, 60, std::slice::from_ref(&first)), receipt);
    assert_eq!(two.owner(document(1), &anne.actor()).unwrap(), Some(ANNE));
    let forged = Append { account: Some(BINH), ..anne.writes("a", 2) };
    assert!(matches!(
        two.append(&|| 1, std::slice::from_ref(&forged)).unwrap()[0],
        Err(StoreError::ActorTaken { .. })
    ));
    // What one server bound, the other knows although it has the document's older state in memory.
    let later = keep(&two, 40, &[Append { account: Some(ANNE), ..forged }]);
    assert_eq!((later[0].position, later[0].at), (Position(2), 50));
    let mut binh = Author::new(document(1), BINH, 2);
    keep(&one, 70, &[binh.writes("b", 1)]);
    assert_eq!(two.owner(document(1), &binh.actor()).unwrap(), Some(BINH));
    assert_eq!(two.since(Position(2)).unwrap()[0].last, Position(3));
    two.snapshot(document(1), Position(2), &anne.doc.save()).unwrap();
    keep(&one, 70, &[anne.writes("a", 3), binh.writes("b", 2)]);
    for store in [&one, &two] {
        assert_eq!(store.receipts(document(1)).unwrap().len(), 5);
        assert_eq!(loaded(store, document(1)).get_heads().len(), 2);
    }
}

#[test]
fn what_was_judged_with_less_than_is_kept_is_not_kept() {
    let folder = Folder::with_store();
    let (one, two) = (folder.share(), folder.share());
    let (mut anne, mut binh) = (Author::new(document(1), ANNE, 1), Author::new(document(1), BINH, 2));
    let judged = |append: Append, last| Append { judged: Some(Position(last)), ..append };
    let first = judged(anne.writes("a", 1), 0);
    let receipts = keep(&one, 1, std::slice::from_ref(&first));
    // The same again, as after a commit that succeeded and was reported as failed.
    assert_eq!(keep(&one, 2, std::slice::from_ref(&first)), receipts);
    let (other, elsewhere) = (binh.writes("b", 1), Author::new(document(2), BINH, 3).writes("c", 1));
    let overtaken = [judged(other.clone(), 0), elsewhere];
    let results = two.append(&|| 3, &overtaken).unwrap();
    assert!(matches!(results[0], Err(StoreError::Overtaken { .. })), "{results:?}");
    assert_eq!(results[1].as_ref().unwrap()[0].position, Position(2), "the others of its group are kept");
    assert_eq!(two.receipts(document(1)).unwrap(), receipts);
    assert_eq!(two.owner(document(1), &binh.actor()).unwrap(), None);
    assert_eq!(keep(&two, 4, &[judged(other, 1)])[0].position, Position(3));
    let late = one.append(&|| 5, &[judged(anne.writes("a", 2), 1)]).unwrap();
    assert!(matches!(late[0], Err(StoreError::Overtaken { .. })), "{late:?}");
}

#[test]
fn servers_that_write_at_the_same_time_leave_no_gap() {
    let folder = Folder::with_store();
    let stores: Vec<_> = (0..3).map(|_| folder.share()).collect();
    std::thread::scope(|scope| {
        for (number, store) in (1_u8..).zip(&stores) {
            scope.spawn(move || {
                let mut author = Author::new(document(number % 2), ANNE, number);
                for round in 0..60 {
                    keep(store, round, &[author.writes("a", round)]);
                }
            });
        }
    });
    let listed = stores[0].list().unwrap();
    let receipts = listed.iter().flat_map(|one| stores[1].receipts(one.id).unwrap());
    let mut places: Vec<(u64, i64)> = receipts.map(|receipt| (receipt.position.0, receipt.at)).collect();
    places.sort_unstable();
    assert_eq!(places.iter().map(|(place, _)| *place).collect::<Vec<_>>(), (1..=180).collect::<Vec<_>>());
    assert!(places.windows(2).all(|pair| pair[0].1 <= pair[1].1), "receipts go back in time");
}

#[test]
fn a_commit_that_waits_for_another_is_not_dated_before_its_turn() {
    let folder = Folder::with_store();
    let store = folder.share();
    let append = Author::new(document(1), ANNE, 1).writes("a", 1);
    let begun = Instant::now();
    let clock = || i64::try_from(begun.elapsed().as_millis()).unwrap();
    let other = folder.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (receipts, turn) = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| store.append(&clock, std::slice::from_ref(&append)));
        std::thread::sleep(Duration::from_secs(1));
        assert!(!waiting.is_finished(), "two wrote at the same time");
        let turn = clock();
        other.execute_batch("COMMIT").unwrap();
        (waiting.join().unwrap().unwrap().remove(0).unwrap(), turn)
    });
    assert!(receipts[0].at >= turn, "dated {} ms, its turn came after {turn} ms", receipts[0].at);
    assert_eq!(store.receipts(document(1)).unwrap(), receipts);
}

#[test]
fn a_newer_version_is_refused_with_words() {
    let folder = Folder::with_store();
    folder.raw().pragma_update(None, "user_version", 9_999).unwrap();
    let error = error(&folder, Mode::Alone);
    assert!(matches!(error, OpenError::Newer { found: 9_999, .. }));
    assert!(error.to_string().contains("use a newer niemyet"), "{error}");
    let version: i64 = folder.raw().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 9_999);
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let folder = Folder::with_store();
    for foreign in [
        b"a text file that is longer than the head of a database, which has a hundred bytes".repeat(3),
        Vec::new(),
    ] {
        std::fs::write(folder.path(), &foreign).unwrap();
        let error = error(&folder, Mode::Alone);
        assert!(
            matches!(error, OpenError::Foreign { .. } | OpenError::Store(StoreError::Damaged { .. })),
            "{error}"
        );
        assert_eq!(std::fs::read(folder.path()).unwrap(), foreign);
    }
    std::fs::remove_file(folder.path()).unwrap();
    folder.raw().execute_batch("CREATE TABLE other (x)").unwrap();
    assert!(matches!(error(&folder, Mode::Alone), OpenError::Foreign { .. }));
}

#[test]
fn other_tables_than_ours_are_named() {
    let folder = Folder::with_store();
    folder.raw().execute_batch("CREATE INDEX strange ON change (at)").unwrap();
    assert!(error(&folder, Mode::Alone).to_string().contains("the list of tables"));
}
