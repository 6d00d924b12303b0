//! A backup is put in the place of a store that is gone, and clients bring again what it lacks.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use automerge::ActorId;
use automerge::ChangeHash;
use niemyet_sync::access::Access;
use niemyet_sync::audit::Audit;
use niemyet_sync::audit::Filter;
use niemyet_sync::database::Database;
use niemyet_sync::database::Mode;
use niemyet_sync::database::OpenError;
use niemyet_sync::database::Options;
use niemyet_sync::limits::Limits;
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
use crate::store::support::document;
use crate::store::support::keep;
use crate::store::support::mix;
use crate::support::client::Client;
use crate::support::rules::id_of;
use crate::support::rules::principal;
use crate::support::socket::Socket;
use crate::support::socket::Stage;

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

fn hub_on(folder: &Folder) -> Stage<SqliteStore> {
    Stage::on(Arc::new(folder.open()), Limits::default())
}

/// A device of before connects again.
fn reconnect(stage: &Stage<SqliteStore>, client: Client) -> Socket {
    let mut socket = Socket::open(&stage.hub, client);
    socket.until("it has joined", |client| client.server.is_some());
    socket
}

/// Ends a hub and lets go of its file. The devices keep what they have.
fn stop<const N: usize>(stage: Stage<SqliteStore>, sockets: [Socket; N]) -> [Client; N] {
    assert!(stage.hub.stop(Duration::from_secs(10)));
    sockets.map(|socket| {
        let Socket { mut client, .. } = socket;
        client.disconnected();
        client
    })
}

fn last_change(client: &Client, key: &str) -> ChangeHash {
    client.copies[&id_of(key)].document.get_heads()[0]
}

/// A backup, and what was acknowledged after it. Gives both, and the devices of Anne and Binh, who have it all.
fn after_a_backup(folder: &Folder) -> (PathBuf, Report, [Client; 2]) {
    let stage = hub_on(folder);
    let (mut anne, mut binh) =
        (stage.join("anne", principal(1, "north")), stage.join("binh", principal(2, "south")));
    anne.client.begin("k", [1; 16]);
    anne.client.edit("k", "x", "1");
    anne.until_acknowledged("k");
    binh.client.want("k", [2; 16]);
    binh.until_acknowledged("k");
    let [anne, binh] = stop(stage, [anne, binh]);
    let (from, report) = backup_of(folder);
    let stage = hub_on(folder);
    let (mut anne, mut binh) = (reconnect(&stage, anne), reconnect(&stage, binh));
    anne.client.edit("k", "x", "2");
    anne.until_acknowledged("k");
    anne.client.begin("lost", [3; 16]);
    anne.until_acknowledged("lost");
    let lost = last_change(&anne.client, "k");
    binh.client.want("lost", [4; 16]);
    binh.until("it has all", |client| {
        last_change(client, "k") == lost && !client.copies[&id_of("lost")].document.is_empty()
    });
    (from, report, stop(stage, [anne, binh]))
}

#[test]
fn after_a_restore_clients_bring_again_what_others_wrote() {
    let folder = Folder::with_store();
    let id = folder.database(Mode::Alone).storage_id().unwrap();
    let (from, report, [anne, binh]) = after_a_backup(&folder);
    let lost = last_change(&anne, "k");
    lose(&folder);
    assert_eq!(restore(&folder, &from, Some(9_000)).unwrap(), report);
    let database = folder.database(Mode::Alone);
    assert_ne!(database.storage_id().unwrap(), id, "to its peers it is another store");
    assert_eq!(database.replay_until().unwrap(), Some(9_000));
    let entry = Audit::new(database.clone()).latest(&Filter::default(), None, 1).unwrap().remove(0);
    assert_eq!((entry.event.word(), entry.account), ("restore", Some(BINH)));
    // Binh may only read. He has what Anne wrote and brings it, Anne's device is gone.
    let store = Arc::new(SqliteStore::new(database.clone()).unwrap());
    let stage = Stage::restoring(Arc::clone(&store));
    for key in ["k", "lost"] {
        stage.rules.say("south", key, Access::Read);
    }
    let mut binh = reconnect(&stage, binh);
    for key in ["k", "lost"] {
        binh.until_acknowledged(key);
    }
    let receipts = Receipts::new(store.receipts(id_of("k")).unwrap());
    let receipt = receipts.of(&lost).unwrap();
    assert_eq!((receipt.account, receipt.bound, receipts.author(&lost)), (Some(BINH), false, None));
    assert_eq!(receipts.durable_since(&[lost]), Some(receipt.at));
    // Anne goes on with her actor, as if nothing had been.
    stage.hub.end_restoring();
    let mut anne = reconnect(&stage, anne);
    anne.client.edit("k", "x", "3");
    anne.until_acknowledged("k");
    let later = last_change(&anne.client, "k");
    assert_eq!(store.owner(id_of("k"), &ActorId::from([1; 16])).unwrap(), Some(ANNE));
    let receipts = Receipts::new(store.receipts(id_of("k")).unwrap());
    assert_eq!(receipts.author(&later), Some(ANNE));
    assert_eq!(receipts.durable_since(&[lost, later]), receipts.of(&later).map(|receipt| receipt.at));
    assert_eq!(receipts.durable_since(&[]), None);
    stop(stage, [anne, binh]);
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
