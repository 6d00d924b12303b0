//! The documents of a working folder, all in one store: the file `documents.sqlite`, which the sync server keeps as well.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use automerge::ActorId;
use automerge::Automerge;
use automerge::ReadDoc;
use chrono::Utc;
use niemyet_sync::chance::SystemChance;
use niemyet_sync::database::Database;
use niemyet_sync::database::Mode;
use niemyet_sync::database::Options;
use niemyet_sync::store::Append;
use niemyet_sync::store::Listed;
use niemyet_sync::store::NewChange;
use niemyet_sync::store::Position;
use niemyet_sync::store::Store;
use niemyet_sync::store::StoreError;
use niemyet_sync::store::sqlite::SqliteStore;

use super::FolderError;
use super::former;
use super::lock;
use super::lock::FolderLock;
use crate::document::Contents;
use crate::document::Document;
use crate::document::DocumentError;
use crate::document::DocumentId;
use crate::document::Key;

/// File of the store in the working folder.
pub const STORE: &str = "documents.sqlite";

/// Documents by key.
pub type Documents = BTreeMap<Key, Document>;

/// The documents of a folder, open.
#[derive(Debug)]
pub struct DocumentStore {
    path: PathBuf,
    database: Arc<Database>,
    store: SqliteStore,
    contents: Arc<Contents>,
}

impl DocumentStore {
    /// Makes an empty store in a folder that has none.
    pub fn create(dir: &Path) -> Result<Self, FolderError> {
        Database::create(&dir.join(STORE), &SystemChance)?;
        Self::open_there(dir)
    }

    /// Opens the store of a folder, beside whoever has it open; brings a folder of the former layout over first, for which
    /// nobody else may have it. `lock` is the folder's lock, if the caller has it.
    pub fn open(dir: &Path, lock: Option<&FolderLock>) -> Result<Self, FolderError> {
        if former::is_there(dir) {
            match lock {
                Some(lock) => former::bring_over(dir, lock)?,
                None => former::bring_over(dir, &lock::lock(dir)?)?,
            }
        }
        Self::open_there(dir)
    }

    /// Opens the store of a folder for its one server, after bringing a folder of the former layout over.
    pub fn open_to_serve(dir: &Path) -> Result<Self, FolderError> {
        drop(Self::open(dir, None)?);
        Self::open_as(dir, Mode::Alone)
    }

    /// Opens the store, whatever else is in the folder.
    pub fn open_there(dir: &Path) -> Result<Self, FolderError> {
        Self::open_as(dir, Mode::Beside)
    }

    fn open_as(dir: &Path, mode: Mode) -> Result<Self, FolderError> {
        let path = dir.join(STORE);
        let options = Options { mode, ..Options::default() };
        let opened = Database::open(&path, options).map_err(|error| match error {
            niemyet_sync::database::OpenError::Store(source) => {
                FolderError::Store { path: path.clone(), source }
            }
            other => other.into(),
        });
        let database = Arc::new(opened?);
        let failed = |source| FolderError::Store { path: path.clone(), source };
        let store = SqliteStore::new(Arc::clone(&database)).map_err(failed)?;
        Ok(Self { path, database, store, contents: Arc::default() })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was read of its documents lately.
    pub fn contents(&self) -> &Arc<Contents> {
        &self.contents
    }

    /// The file with all that is in it.
    pub fn database(&self) -> &Arc<Database> {
        &self.database
    }

    /// Loads and checks every document. One that is damaged stops the loading: what is missing must not look as if it had
    /// never been there.
    pub fn load(&self) -> Result<Documents, FolderError> {
        self.load_where(|_| true)
    }

    /// The same, for some of them.
    pub fn load_where(&self, wanted: impl Fn(&Key) -> bool) -> Result<Documents, FolderError> {
        let mut documents = Documents::new();
        let mut election: Option<String> = None;
        for listed in self.store.list().map_err(self.failed())? {
            // A key that is none is told of when its document is read.
            if listed.key.parse().is_ok_and(|key| !wanted(&key)) {
                continue;
            }
            let document = self.read(&listed, election.as_deref())?;
            election.get_or_insert_with(|| document.election().to_owned());
            documents.insert(document.key().clone(), document);
        }
        Ok(documents)
    }

    /// One of those that are listed; `election` if it is known already.
    pub fn read(&self, listed: &Listed, election: Option<&str>) -> Result<Document, FolderError> {
        let wrong = |what: String| self.damaged(listed, what);
        let (key, bytes) = self.stored(listed)?;
        let key: Key = key.parse().map_err(|error| wrong(format!("{error}")))?;
        let own = match election {
            Some(election) => election.to_owned(),
            None => former::identify(&bytes).map_err(wrong)?.0,
        };
        let document = Document::load(&bytes, &own, &key)
            .map_err(|error| FolderError::unread(&self.path, error, wrong))?;
        if document.id().as_bytes() != listed.id.as_bytes() {
            return Err(wrong(format!("its key gives the id {}", document.id())));
        }
        self.whole(listed, document)
    }

    /// One that was read when nothing was kept after `seen`, as it is now; the cost follows what was kept since.
    pub fn read_on(
        &self,
        listed: &Listed,
        before: &Document,
        seen: Position,
    ) -> Result<Document, FolderError> {
        let Some(changes) = self.store.changes_after(listed.id, seen).map_err(self.failed())? else {
            return self.read(listed, Some(before.election()));
        };
        let damaged = |what| self.damaged(listed, what);
        let now = before.with(changes).map_err(|error| FolderError::unread(&self.path, error, damaged))?;
        self.whole(listed, now)
    }

    fn whole(&self, listed: &Listed, document: Document) -> Result<Document, FolderError> {
        if document.automerge().get_missing_deps(&[]).is_empty() {
            return Ok(document);
        }
        Err(self.damaged(listed, "changes are missing".to_owned()))
    }

    /// Key and bytes of a document.
    fn stored(&self, listed: &Listed) -> Result<(String, Vec<u8>), FolderError> {
        let stored = self.store.load(listed.id).map_err(self.failed())?;
        let stored = stored.ok_or_else(|| self.damaged(listed, "it is listed and not there".to_owned()))?;
        Ok((stored.key, [stored.snapshot, stored.changes.concat()].concat()))
    }

    fn damaged(&self, listed: &Listed, what: String) -> FolderError {
        let place = format!("document {} ({})", listed.id, listed.key);
        FolderError::Store { path: self.path.clone(), source: StoreError::Damaged { place, what } }
    }

    /// Makes what a document has and the store has not durable. The author is nobody's account: this device's own folder.
    pub fn save(&self, document: &mut Document) -> Result<(), FolderError> {
        let changes = document.automerge_mut().get_changes(&[]).into_iter().map(|change| NewChange {
            hash: change.hash(),
            actor: change.actor_id().clone(),
            seq: change.seq(),
            bytes: change.raw_bytes().to_vec(),
            binds: false,
        });
        let append = Append {
            document: niemyet_sync::DocumentId::new(*document.id().as_bytes()),
            key: document.key().to_string(),
            account: None,
            judged: None,
            changes: changes.collect(),
        };
        self.append(&[append])
    }

    /// The election whose documents are here, if any is.
    pub fn election(&self) -> Result<Option<String>, FolderError> {
        let Some(listed) = self.store.list().map_err(self.failed())?.into_iter().next() else {
            return Ok(None);
        };
        Ok(Some(self.read(&listed, None)?.election().to_owned()))
    }

    /// One document, begun if there is none, to be written by somebody new.
    pub fn open_or_begin(&self, election: &str, key: &Key) -> Result<Document, FolderError> {
        let id = DocumentId::derive(election, key).map_err(|error| self.wrong(key, &error))?;
        let id = niemyet_sync::DocumentId::new(*id.as_bytes());
        let (key_text, last) = (key.to_string(), Position::default());
        if self.store.key(id).map_err(self.failed())?.is_some() {
            let mut document = self.read(&Listed { id, key: key_text, last }, Some(election))?;
            document.set_actor(ActorId::random());
            return Ok(document);
        }
        Document::create(election, key, ActorId::random()).map_err(|error| self.wrong(key, &error))
    }

    fn wrong(&self, key: &Key, error: &DocumentError) -> FolderError {
        let (place, what) = (format!("document {key}"), error.to_string());
        FolderError::Store { path: self.path.clone(), source: StoreError::Damaged { place, what } }
    }

    /// A document as Automerge has it.
    pub fn raw(&self, listed: &Listed) -> Result<Automerge, FolderError> {
        let (_, bytes) = self.stored(listed)?;
        Automerge::load(&bytes).map_err(|error| self.damaged(listed, error.to_string()))
    }

    /// Documents in which something was kept after this place.
    pub fn since(&self, after: Position) -> Result<Vec<Listed>, FolderError> {
        self.store.since(after).map_err(self.failed())
    }

    /// Makes changes that came from elsewhere durable, all or none.
    pub fn append(&self, appends: &[Append]) -> Result<(), FolderError> {
        let kept = self.store.append(&|| Utc::now().timestamp_millis(), appends).map_err(self.failed())?;
        kept.into_iter().try_for_each(|kept| kept.map(drop).map_err(self.failed()))
    }

    /// The place of the last change.
    pub fn last(&self) -> Result<Position, FolderError> {
        let listed = self.store.list().map_err(self.failed())?;
        Ok(listed.into_iter().map(|listed| listed.last).max().unwrap_or_default())
    }

    /// Whether anything was kept after this place.
    pub fn has_since(&self, after: Position) -> Result<bool, FolderError> {
        Ok(!self.store.since(after).map_err(self.failed())?.is_empty())
    }

    /// Closes the store and makes sure that all of it is in the one file, which may then be renamed.
    pub fn close(self) -> Result<(), FolderError> {
        let Self { path, database, store, .. } = self;
        drop(store);
        drop(database);
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        if Path::new(&log).exists() {
            let what = "its log was not taken in; another program has it open".to_owned();
            return Err(FolderError::Store { path, source: StoreError::Unavailable { what } });
        }
        Ok(())
    }

    /// Adapter for `map_err`: the store that failed.
    pub fn failed(&self) -> impl Fn(StoreError) -> FolderError + '_ {
        |source| FolderError::Store { path: self.path.clone(), source }
    }
}

/// Whether a path of the working folder is the store or belongs to it.
pub fn is_store(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(STORE.as_bytes()))
}
