//! A backup is whole, of one moment, and made while the server writes.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use niemyet_sync::audit::Audit;
use niemyet_sync::audit::Filter;
use niemyet_sync::database::Mode;
use niemyet_sync::database::OpenError;
use niemyet_sync::maintenance;
use niemyet_sync::maintenance::MaintenanceError;
use niemyet_sync::store::Store;
use niemyet_sync::store::sqlite::SqliteStore;

use crate::store::support::ANNE;
use crate::store::support::Author;
use crate::store::support::Counted;
use crate::store::support::Folder;
use crate::store::support::act;
use crate::store::support::document;
use crate::store::support::keep;

#[test]
fn a_backup_made_while_changes_are_kept_is_whole() {
    let folder = Folder::with_store();
    let database = folder.database(Mode::Alone);
    let store = SqliteStore::new(database.clone()).unwrap();
    keep(&store, 1, &[Author::new(document(200), ANNE, 200).writes("a", 1)]);
    let stop = AtomicBool::new(false);
    let (store, stop) = (&store, &stop);
    let reports: Vec<_> = std::thread::scope(|scope| {
        for number in 1..=2_u8 {
            scope.spawn(move || {
                let mut author = Author::new(document(number), ANNE, number);
                for round in 0_i64.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    keep(store, round, &[author.writes("a", round), author.writes("b", round)]);
                }
            });
        }
        let made = (0..5).map(|number| {
            let to = folder.folder.path().join(format!("backup-{number}"));
            maintenance::backup(
                &database,
                act(number, Some(ANNE)),
                &to,
                &Counted(number.unsigned_abs().into()),
            )
            .unwrap()
        });
        let made = made.collect();
        stop.store(true, Ordering::Relaxed);
        made
    });
    assert!(reports.windows(2).all(|pair| pair[0].changes <= pair[1].changes), "{reports:?}");
    for (number, report) in reports.iter().enumerate() {
        let path = folder.folder.path().join(format!("backup-{number}"));
        assert_eq!(&maintenance::check_file(&path).unwrap(), report);
        assert!(
            report.problems.is_empty() && report.changes % 2 == 1,
            "an append of two is in it whole or not: {report:?}"
        );
    }
    let log = Audit::new(database.clone()).latest(&Filter::default(), None, 9).unwrap();
    assert_eq!(log.len(), 5);
    assert!(
        log[0].subject.ends_with("backup-4")
            && log[0].event.word() == "backup"
            && log[0].account == Some(ANNE)
    );
    let beside: Vec<_> =
        std::fs::read_dir(folder.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let strange = beside.iter().filter(|name| {
        let name = name.to_string_lossy();
        !(name.starts_with("store.sqlite") || name.starts_with("backup-") && name.len() == 8)
    });
    assert_eq!(strange.count(), 0, "{beside:?}");
}

#[test]
fn a_backup_is_never_written_over_something() {
    let folder = Folder::with_store();
    let database = folder.database(Mode::Alone);
    let to = folder.folder.path().join("precious");
    std::fs::write(&to, "old").unwrap();
    let error = maintenance::backup(&database, act(1, None), &to, &Counted::new()).unwrap_err();
    assert!(matches!(error, MaintenanceError::Open(OpenError::Exists { .. })), "{error}");
    assert_eq!(std::fs::read(&to).unwrap(), b"old");
    let nowhere = folder.folder.path().join("no folder").join("backup");
    let error = maintenance::backup(&database, act(1, None), &nowhere, &Counted::new()).unwrap_err();
    assert!(error.to_string().contains("no folder"), "{error}");
}

#[test]
fn a_damaged_store_gives_no_backup() {
    let folder = Folder::with_store();
    let database = folder.database(Mode::Alone);
    let store = SqliteStore::new(database.clone()).unwrap();
    keep(&store, 1, &[Author::new(document(1), ANNE, 1).writes("a", 1)]);
    folder.raw().execute("UPDATE change SET bytes = x'01'", []).unwrap();
    let to = folder.folder.path().join("backup");
    let error = maintenance::backup(&database, act(1, None), &to, &Counted::new()).unwrap_err();
    assert!(
        matches!(error, MaintenanceError::Unsound { .. }) && error.to_string().contains("change 1"),
        "{error}"
    );
    assert!(!to.exists());
    assert!(store.load(document(1)).is_err());
}
