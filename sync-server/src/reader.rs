//! Documents out of the store, and snapshots of them into it.

use automerge::Automerge;
use automerge::ReadDoc;

use crate::DocumentId;
use crate::document::Read;
use crate::incoming::guarded;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Stored;

/// Reads a document.
///
/// # Errors
/// If the store cannot read it, or what it reads is no document.
pub fn read(store: &dyn Store, id: DocumentId) -> Result<Option<Box<Read>>, StoreError> {
    let Some(stored) = store.load(id)? else { return Ok(None) };
    let Stored { key, snapshot, changes, last } = stored;
    let mut bytes = snapshot;
    for change in &changes {
        bytes.extend_from_slice(change);
    }
    let document = guarded(|| Automerge::load(&bytes).ok())
        .filter(|document| document.get_missing_deps(&[]).is_empty())
        .ok_or_else(|| StoreError::Damaged {
            place: format!("document {id} ({key})"),
            what: "its snapshot and changes make no whole document".to_owned(),
        })?;
    Ok(Some(Box::new(Read { key, document, last, loose: changes.len() })))
}

/// Makes a snapshot of what the store itself has, so that it holds what other servers kept as well.
///
/// # Errors
/// If the store cannot read the document, or cannot keep the snapshot.
pub fn compact(store: &dyn Store, id: DocumentId) -> Result<(), StoreError> {
    if let Some(read) = read(store, id)? {
        store.snapshot(id, read.last, &read.document.save())?;
    }
    Ok(())
}
