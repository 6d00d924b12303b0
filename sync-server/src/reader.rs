//! Documents out of the store, and snapshots of them into it.

use automerge::Automerge;
use automerge::ReadDoc;

use crate::DocumentId;
use crate::document::Content;
use crate::document::Read;
use crate::document::Unread;
use crate::incoming::guarded;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Stored;

/// How much of a document is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Its bytes, if whoever has nothing of it can be sent them as they are; otherwise all of it.
    Bytes,
    /// All of it.
    Whole,
}

/// Reads a document.
///
/// # Errors
/// If the store cannot read it, or what it reads is no document.
pub fn read(store: &dyn Store, id: DocumentId, depth: Depth) -> Result<Option<Box<Read>>, StoreError> {
    let Some(stored) = store.load(id)? else { return Ok(None) };
    let bytes = match depth {
        Depth::Bytes => Unread::new(&stored.snapshot, &stored.changes, stored.last),
        Depth::Whole => None,
    };
    let (last, loose) = (stored.last, stored.changes.len());
    let content = match bytes {
        Some(unread) => Content::Bytes(unread),
        None => Content::Whole(Box::new(whole(id, &stored)?)),
    };
    Ok(Some(Box::new(Read { key: stored.key, content, last, loose })))
}

fn whole(id: DocumentId, stored: &Stored) -> Result<Automerge, StoreError> {
    let bytes = [&stored.snapshot[..], &stored.changes.concat()].concat();
    guarded(|| Automerge::load(&bytes).ok())
        .filter(|document| document.get_missing_deps(&[]).is_empty())
        .ok_or_else(|| StoreError::Damaged {
            place: format!("document {id} ({})", stored.key),
            what: "its snapshot and changes make no whole document".to_owned(),
        })
}

/// Makes a snapshot of what the store itself has, so that it holds what other servers kept as well.
///
/// # Errors
/// If the store cannot read the document, or cannot keep the snapshot.
pub fn compact(store: &dyn Store, id: DocumentId) -> Result<(), StoreError> {
    if let Some(stored) = store.load(id)? {
        store.snapshot(id, stored.last, &whole(id, &stored)?.save())?;
    }
    Ok(())
}
