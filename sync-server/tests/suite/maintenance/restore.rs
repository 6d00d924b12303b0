//! A backup is put in the place of a store that is gone, and clients bring again what it lacks.

use std::path::PathBuf;

use niemyet_sync::audit::Audit;
use niemyet_sync::audit::Filter;
use niemyet_sync::database::Database;
use niemyet_sync::database::Mode;
use niemyet_sync::database::OpenError;
use niemyet_sync::database::Options;
use niemyet_sync::maintenance;
use niemyet_sync::maintenance::MaintenanceError;
use niemyet_sync::maintenance::Report;
use niemyet_sync::maintenance::Restore;
use niemyet_sync::receipt::Receipts;
use niemyet_sync::store::Store;
use niemyet_sync::store::sqlite::SqliteStore;

use crate::store::support::ANNE;
use crate::store::support::Author;
use crate::store::support::BINH;
use crate::store::support::Counted;
use crate::store::support::Folder;
use crate::store::support::act;
use crate::store::support::append;
use crate::store::support::document;
use crate::store::support::keep;
use crate::store::support::loaded;
use crate::store::support::mix;

fn backup_of(folder: &Folder) -> (PathBuf, Report) {
    let to = folder.folder.path().join("backup");
    let report =
        maintenance::backup(&folder.database(Mode::Alone), act(5, None), &to, &Counted(9.into())).unwrap();
    (to, report)
}

fn restore(folder: &Folder, from: &PathBuf, replay_until: Option<i64>) -> Result<Report, MaintenanceError> {
    let what = Restore { from, to: &folder.path(), replay_until };
    maintenance::restore(act(1_000, Some(BINH)), what, &Counted(77.into()))
}

fn lose(folder: &Folder) {
    for file in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
        let _ = std::fs::remove_file(folder.folder.path().join(file));
    }
}

#[test]
fn after_a_restore_clients_bring_again_what_others_wrote() {
    let folder = Folder::with_store();
    let mut anne = Author::new(document(1), ANNE, 1);
    keep(&folder.open(), 1, &[anne.writes("a", 1)]);
    let id = folder.database(Mode::Alone).storage_id().unwrap();
    let (from, report) = backup_of(&folder);
    // Acknowledged after the backup, then the disk is lost.
    let lost = anne.change("a", 2);
    keep(&folder.open(), 2, &[anne.delivers(std::slice::from_ref(&lost))]);
    lose(&folder);
    assert_eq!(restore(&folder, &from, Some(9_000)).unwrap(), report);
    let database = folder.database(Mode::Alone);
    assert_ne!(database.storage_id().unwrap(), id, "to its peers it is another store");
    assert_eq!(database.replay_until().unwrap(), Some(9_000));
    let entry = Audit::new(database.clone()).latest(&Filter::default(), None, 1).unwrap().remove(0);
    assert_eq!((entry.event.word(), entry.account), ("restore", Some(BINH)));
    // Binh has Anne's change and brings it.
    let store = SqliteStore::new(database.clone()).unwrap();
    let mut brought = append(document(1), Some(BINH), std::slice::from_ref(&lost));
    brought.changes[0].binds = false;
    keep(&store, 1_001, &[brought]);
    assert_eq!(loaded(&store, document(1)).get_heads(), anne.doc.get_heads());
    let receipts = Receipts::new(store.receipts(document(1)).unwrap());
    let receipt = receipts.of(&lost.hash()).unwrap();
    assert_eq!((receipt.account, receipt.bound, receipts.author(&lost.hash())), (Some(BINH), false, None));
    assert_eq!(receipts.durable_since(&anne.doc.get_heads()), Some(1_001));
    // Anne goes on with her actor, as if nothing had been.
    let later = anne.change("a", 3);
    keep(&store, 1_002, &[anne.delivers(std::slice::from_ref(&later))]);
    assert_eq!(store.owner(document(1), &anne.actor()).unwrap(), Some(ANNE));
    let receipts = Receipts::new(store.receipts(document(1)).unwrap());
    assert_eq!(receipts.author(&later.hash()), Some(ANNE));
    assert_eq!(receipts.durable_since(&[lost.hash(), later.hash()]), Some(1_002));
    assert_eq!(receipts.durable_since(&[]), None);
    database.allow_replay(act(1_003, Some(BINH)), None).unwrap();
    assert_eq!(database.replay_until().unwrap(), None);
    assert!(maintenance::check(&database).unwrap().problems.is_empty());
}

#[test]
fn a_restore_without_replay_allows_none() {
    let folder = Folder::with_store();
    assert_eq!(folder.database(Mode::Alone).replay_until().unwrap(), None);
    let (from, _) = backup_of(&folder);
    lose(&folder);
    restore(&folder, &from, None).unwrap();
    assert_eq!(folder.database(Mode::Alone).replay_until().unwrap(), None);
}

#[test]
fn a_restore_goes_over_no_store_and_no_leftover_of_one() {
    let folder = Folder::with_store();
    keep(&folder.open(), 1, &[Author::new(document(1), ANNE, 1).writes("a", 1)]);
    let (from, _) = backup_of(&folder);
    let before = std::fs::read(folder.path()).unwrap();
    let error = restore(&folder, &from, None).unwrap_err();
    assert!(matches!(error, MaintenanceError::Open(OpenError::Exists { .. })), "{error}");
    assert_eq!(std::fs::read(folder.path()).unwrap(), before);
    // A log without its file: SQLite would read it into the restored one.
    lose(&folder);
    std::fs::write(folder.folder.path().join("store.sqlite-wal"), "left over").unwrap();
    let error = restore(&folder, &from, None).unwrap_err();
    assert!(error.to_string().contains("store.sqlite-wal"), "{error}");
    assert!(!folder.path().exists());
}

#[test]
fn a_damaged_backup_is_not_put_in_place() {
    let folder = Folder::with_store();
    let store = folder.open();
    for number in 1..=20 {
        let mut author = Author::new(document(number), ANNE, number);
        keep(&store, 1, &(0..12).map(|round| author.writes("a", round)).collect::<Vec<_>>());
    }
    drop(store);
    let (from, report) = backup_of(&folder);
    let good = std::fs::read(&from).unwrap();
    lose(&folder);
    let (mut refused, flips) = (0, 150);
    for flip in 0..flips {
        let mut broken = good.clone();
        let offset = flip * good.len() / flips + mix(flip as u64) as usize % (good.len() / flips);
        broken[offset] ^= 1 << (flip % 8);
        std::fs::write(&from, &broken).unwrap();
        match restore(&folder, &from, None) {
            Ok(found) => assert_eq!(found, report, "byte {offset}"),
            Err(_) => {
                refused += 1;
                assert!(!folder.path().exists(), "byte {offset}");
            }
        }
        let left: Vec<_> = std::fs::read_dir(folder.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert!(
            left.iter().all(|name| !name.to_string_lossy().contains("partial")),
            "byte {offset}: {left:?}"
        );
        lose(&folder);
    }
    assert!(refused > flips / 4, "{refused} of {flips}");
    for cut in [0, 50, good.len() / 2, good.len() - 4096] {
        std::fs::write(&from, &good[..cut]).unwrap();
        restore(&folder, &from, None).unwrap_err();
        assert!(!folder.path().exists());
    }
    std::fs::remove_file(&from).unwrap();
    assert!(matches!(restore(&folder, &from, None), Err(MaintenanceError::NoBackup { .. })));
    std::fs::write(&from, &good).unwrap();
    restore(&folder, &from, None).unwrap();
    Database::open(&folder.path(), Options::default()).unwrap();
}
