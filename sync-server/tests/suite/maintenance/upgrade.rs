//! A store of an older version is brought up, whole, with what is in it.

use std::sync::Arc;

use niemyet_sync::audit::Audit;
use niemyet_sync::audit::Event;
use niemyet_sync::database::Database;
use niemyet_sync::database::Mode;
use niemyet_sync::database::OpenError;
use niemyet_sync::database::Options;
use niemyet_sync::maintenance;
use niemyet_sync::maintenance::Restore;
use niemyet_sync::store::Store;

use crate::store::support::ANNE;
use crate::store::support::Author;
use crate::store::support::Counted;
use crate::store::support::Folder;
use crate::store::support::act;
use crate::store::support::document;
use crate::store::support::keep;

/// A store as version 1 left it: documents, and nothing of accounts or an audit log.
fn version_1() -> (Folder, Author) {
    let folder = Folder::with_store();
    let mut author = Author::new(document(1), ANNE, 1);
    keep(&folder.open(), 1, &[author.writes("a", 1)]);
    let drop = "DROP TABLE account; DROP TABLE session; DROP TABLE code; DROP TABLE audit; \
        PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE)";
    folder.raw().execute_batch(drop).unwrap();
    (folder, author)
}

fn version(folder: &Folder) -> i64 {
    folder.raw().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn opening_brings_an_older_store_up() {
    let (folder, mut author) = version_1();
    assert_eq!(version(&folder), 1);
    let store = folder.open();
    assert_eq!(store.load(document(1)).unwrap().unwrap().changes.len(), 1);
    keep(&store, 2, &[author.writes("a", 2)]);
    drop(store);
    assert_eq!(version(&folder), 3);
    assert_eq!(maintenance::check(&folder.database(Mode::Alone)).unwrap().problems, []);
}

/// A store as version 2 left it: its audit log could be written over.
fn version_2() -> Folder {
    let folder = Folder::with_store();
    Audit::new(folder.database(Mode::Alone)).record(act(1, None), Event::Login, "x", "as it was").unwrap();
    folder.raw().execute_batch("DROP TRIGGER IF EXISTS audit_is_once; PRAGMA user_version = 2").unwrap();
    folder
}

#[test]
fn a_store_whose_log_could_be_written_over_is_brought_up_with_what_is_in_it() {
    let folder = version_2();
    let write_over = "REPLACE INTO audit SELECT id, at, account, event, subject, 'other', hash FROM audit";
    let database = folder.database(Mode::Alone);
    assert_eq!(version(&folder), 3);
    let error = folder.raw().execute(write_over, []).unwrap_err();
    assert!(error.to_string().contains("only grows"), "{error}");
    let audit = Audit::new(Arc::clone(&database));
    audit.record(act(2, None), Event::Login, "x", "and on").unwrap();
    let details: Vec<String> = audit.after(0, 9).unwrap().into_iter().map(|entry| entry.details).collect();
    assert_eq!(details, ["as it was", "and on"]);
    assert_eq!(maintenance::check(&database).unwrap().problems, []);
}

#[test]
fn the_command_line_does_not_bring_up_a_store_under_a_running_server() {
    let folder = Folder::with_store();
    let _server = folder.open();
    folder.raw().execute_batch("PRAGMA user_version = 1").unwrap();
    let error = Database::open(&folder.path(), Options { mode: Mode::Beside, readers: 1 }).unwrap_err();
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
}

#[test]
fn an_upgrade_that_fails_leaves_the_store_as_it_was() {
    let (folder, _) = version_1();
    folder.raw().execute_batch("CREATE TABLE audit (x)").unwrap();
    let error = Database::open(&folder.path(), Options::default()).unwrap_err();
    assert!(error.to_string().contains("upgrade of the tables"), "{error}");
    assert_eq!(version(&folder), 1);
    let tables: i64 = folder
        .raw()
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'account'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 0);
}

#[test]
fn a_backup_of_an_older_version_is_restored_and_brought_up() {
    let (folder, author) = version_1();
    let to = folder.folder.path().join("restored.sqlite");
    let what = Restore { from: &folder.path(), to: &to, replay_until: None };
    let report = maintenance::restore(act(1, None), what, &Counted(5.into())).unwrap();
    assert_eq!((report.documents, report.changes), (1, 1));
    assert_eq!(version(&folder), 1, "the backup itself is not touched");
    let database = Database::open(&to, Options::default()).unwrap();
    assert_eq!(maintenance::check(&database).unwrap().problems, []);
    assert!(author.account.is_some());
}
