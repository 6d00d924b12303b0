//! What a server was last known to have: by document, the heads that its own message covered. Kept in the folder, so that without a
//! network it can be told what is still to be sent, and so that a document which may not be seen any more is not offered.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use automerge::ChangeHash;
use serde::Deserialize;
use serde::Serialize;

use super::super::FolderError;
use super::super::disk;
use super::super::disk::RealDisk;
use crate::document::Key;
use crate::document::format_heads;

/// File in the working folder.
const FILE: &str = "sent.json";

/// By document, the heads that a server's store has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    store: String,
    documents: BTreeMap<String, Vec<String>>,
    #[serde(skip)]
    path: PathBuf,
}

impl Sent {
    /// What this store was last known to have. A file that is missing, of another store or not to be read says that nothing is
    /// known: then everything is offered again, and nothing is lost.
    pub fn read(dir: &Path, store: &str) -> Self {
        let path = dir.join(FILE);
        let known = Self::known(&path).filter(|known| known.store == store);
        Self { path, store: store.to_owned(), ..known.unwrap_or_default() }
    }

    /// The same for whichever store it was.
    pub fn last(dir: &Path) -> Self {
        let path = dir.join(FILE);
        let known = Self::known(&path).unwrap_or_default();
        Self { path, ..known }
    }

    fn known(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Whether the server has a document just as it is here.
    pub fn covers(&self, key: &Key, heads: &[ChangeHash]) -> bool {
        self.documents.get(&key.to_string()).is_some_and(|known| *known == format_heads(heads))
    }

    /// The server has a document with these heads.
    pub fn note(&mut self, key: &Key, heads: &[ChangeHash]) {
        self.documents.insert(key.to_string(), format_heads(heads));
    }

    /// Writes it down.
    pub fn keep(&self) -> Result<(), FolderError> {
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        disk::replace(&RealDisk, &self.path, &text).map_err(FolderError::io("write", &self.path))
    }
}
