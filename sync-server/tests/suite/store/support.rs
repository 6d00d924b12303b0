//! A store in a folder of its own, and authors who write changes.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use automerge::ActorId;
use automerge::AutoCommit;
use automerge::Automerge;
use automerge::Change;
use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::transaction::Transactable;
use niemyet_sync::DocumentId;
use niemyet_sync::access::AccountId;
use niemyet_sync::audit::Act;
use niemyet_sync::chance::Chance;
use niemyet_sync::chance::NoChance;
use niemyet_sync::database::Database;
use niemyet_sync::database::Mode;
use niemyet_sync::database::Options;
use niemyet_sync::store::Append;
use niemyet_sync::store::NewChange;
use niemyet_sync::store::Receipt;
use niemyet_sync::store::Store;
use niemyet_sync::store::StoreError;
use niemyet_sync::store::Stored;
use niemyet_sync::store::sqlite::SqliteStore;
use tempfile::TempDir;

pub const ANNE: AccountId = AccountId(1);
pub const BINH: AccountId = AccountId(2);

/// Chance that a test can say: a counter, mixed (SplitMix64).
pub struct Counted(pub std::sync::atomic::AtomicU64);

impl Counted {
    pub fn new() -> Self {
        Self(1.into())
    }
}

impl Chance for Counted {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoChance> {
        for chunk in buffer.chunks_mut(8) {
            let count = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            chunk.copy_from_slice(&mix(count).to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

pub fn act(now: i64, by: Option<AccountId>) -> Act {
    Act { now, by }
}

/// A number that looks random, from one that does not (SplitMix64's finalizer).
pub fn mix(number: u64) -> u64 {
    let a = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    c ^ (c >> 31)
}

/// The folder of a store.
pub struct Folder {
    pub folder: TempDir,
}

impl Folder {
    /// In memory where the system has such a folder: most tests do not ask whether the disk keeps its word.
    pub fn with_store() -> Self {
        let memory = Path::new("/dev/shm");
        Self::made(if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() })
    }

    /// On the disk.
    pub fn on_disk() -> Self {
        Self::made(TempDir::new())
    }

    fn made(folder: std::io::Result<TempDir>) -> Self {
        let folder = Self { folder: folder.unwrap() };
        Database::create(&folder.path(), &Counted::new()).unwrap();
        folder
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("store.sqlite")
    }

    pub fn database(&self, mode: Mode) -> Arc<Database> {
        Arc::new(Database::open(&self.path(), Options { mode, readers: 2 }).unwrap())
    }

    pub fn open(&self) -> SqliteStore {
        SqliteStore::new(self.database(Mode::Alone)).unwrap()
    }

    pub fn share(&self) -> SqliteStore {
        SqliteStore::new(self.database(Mode::Shared)).unwrap()
    }

    /// A connection past the store, to look and to break.
    pub fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }
}

pub fn document(number: u8) -> DocumentId {
    DocumentId::new([number; 16])
}

/// Somebody who writes in a document.
pub struct Author {
    pub id: DocumentId,
    pub account: Option<AccountId>,
    pub doc: AutoCommit,
    sent: Vec<automerge::ChangeHash>,
}

impl Author {
    pub fn new(id: DocumentId, account: AccountId, actor: u8) -> Self {
        let doc = AutoCommit::new().with_actor(ActorId::from([actor; 16].as_slice()));
        Self { id, account: Some(account), doc, sent: Vec::new() }
    }

    /// Writes under a key and gives the change.
    pub fn change(&mut self, key: &str, value: impl Into<ScalarValue>) -> Change {
        self.doc.put(automerge::ROOT, key, value.into()).unwrap();
        self.doc.commit();
        let mut changes = self.doc.get_changes(&self.sent);
        self.sent = self.doc.get_heads();
        assert_eq!(changes.len(), 1);
        changes.remove(0)
    }

    pub fn writes(&mut self, key: &str, value: impl Into<ScalarValue>) -> Append {
        let change = self.change(key, value);
        self.delivers(&[change])
    }

    /// Takes over what somebody else wrote.
    pub fn reads(&mut self, other: &mut Self) {
        self.doc.merge(&mut other.doc).unwrap();
        self.sent = self.doc.get_heads();
    }

    pub fn delivers(&self, changes: &[Change]) -> Append {
        append(self.id, self.account, changes)
    }

    pub fn actor(&self) -> ActorId {
        self.doc.get_actor().clone()
    }
}

pub fn append(document: DocumentId, account: Option<AccountId>, changes: &[Change]) -> Append {
    let changes = changes.iter().map(|change| NewChange {
        hash: change.hash(),
        actor: change.actor_id().clone(),
        seq: change.seq(),
        bytes: change.raw_bytes().to_vec(),
        binds: true,
    });
    Append { document, key: format!("key/{document}"), account, judged: None, changes: changes.collect() }
}

/// Appends that must be kept.
pub fn keep(store: &dyn Store, now: i64, group: &[Append]) -> Vec<Receipt> {
    store.append(&|| now, group).unwrap().into_iter().flat_map(Result::unwrap).collect()
}

/// The one refusal of a group of one.
pub fn refusal(store: &dyn Store, append: Append) -> StoreError {
    let mut results = store.append(&|| 0, &[append]).unwrap();
    assert_eq!(results.len(), 1);
    results.remove(0).unwrap_err()
}

/// The document that the store gives back.
pub fn document_of(stored: &Stored) -> Automerge {
    let mut doc = match stored.snapshot.as_slice() {
        [] => Automerge::new(),
        bytes => Automerge::load(bytes).unwrap(),
    };
    let changes = stored.changes.iter().map(|bytes| Change::from_bytes(bytes.clone()).unwrap());
    doc.apply_changes(changes.collect::<Vec<_>>()).unwrap();
    assert!(doc.get_missing_deps(&[]).is_empty());
    doc
}

pub fn loaded(store: &dyn Store, id: DocumentId) -> Automerge {
    document_of(&store.load(id).unwrap().unwrap())
}
