//! Rows of documents, changes and snapshots: written with a sum, read only if the sum fits.

mod change;
mod document;
mod snapshot;

use rusqlite::Row;

use crate::DocumentId;
use crate::database::damaged;
use crate::store::StoreError;

pub(super) use change::ChangeRow;
pub(super) use document::DocumentRow;
pub(super) use snapshot::SnapshotRow;

fn id_of(row: &Row<'_>, column: usize) -> rusqlite::Result<DocumentId> {
    row.get::<_, [u8; 16]>(column).map(DocumentId::new)
}

fn unfit(what: impl Into<String>) -> StoreError {
    damaged(what, "the checksum does not fit")
}
