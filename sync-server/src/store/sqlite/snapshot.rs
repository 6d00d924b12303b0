//! Snapshots: written beside the changes they replace, read back and compared, and only then in their place.

use automerge::Automerge;
use automerge::ChangeHash;
use rusqlite::Connection;

use super::SqliteStore;
use super::log::walk;
use super::row::ChangeRow;
use super::row::DocumentRow;
use super::row::SnapshotRow;
use crate::DocumentId;
use crate::database::damaged;
use crate::database::fault_at;
use crate::inspect;
use crate::store::StoreError;

impl SqliteStore {
    /// First commit: the snapshot is there, the changes and the snapshot before it too.
    pub(super) fn write_snapshot(
        &self,
        document: DocumentId,
        upto: i64,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let Some(upto) = self.expect_complete(document, upto, bytes)? else { return Ok(()) };
        let written = self.database.write(|tx| {
            let Some(mut row) = self.census.find(tx, document)? else { return Ok(None) };
            if held(tx, &row)? >= upto {
                return Ok(None);
            }
            let place = format!("snapshot of document {document}");
            let id = SnapshotRow::next_id(tx).map_err(fault_at(&place))?;
            let nth = nth_at(tx, &row, upto)?;
            SnapshotRow { id, document, upto, nth, replaces: row.snapshot }
                .put(tx, bytes)
                .map_err(fault_at(&place))?;
            row.snapshot = id;
            row.put(tx).map_err(fault_at(&place))?;
            Ok(Some(id))
        })?;
        let Some(id) = written else { return Ok(()) };
        let (_, read) = self.database.read(|tx| SnapshotRow::find(tx, id))?;
        if read == bytes {
            self.let_go(document)
        } else {
            Err(damaged(format!("snapshot {id}"), "it was read back otherwise than it was written"))
        }
    }

    /// The snapshot must load, and hold every change that it is to stand for. Of those that the snapshot before holds the heads
    /// suffice: a document that has a change has all that the change builds on. So the cost is that of what is new. Nothing if the
    /// snapshot before reaches as far.
    fn expect_complete(
        &self,
        document: DocumentId,
        upto: i64,
        bytes: &[u8],
    ) -> Result<Option<i64>, StoreError> {
        let incomplete = |what: String| StoreError::Incomplete { document, what };
        let expected = self.database.read(|tx| {
            let Some(row) = self.census.find(tx, document)? else { return Ok(Some((0, Vec::new()))) };
            let (held, mut hashes) = held_with_heads(tx, &row)?;
            if held > 0 && held >= upto {
                return Ok(None);
            }
            walk(&row, held, |position| {
                let change = ChangeRow::at(tx, position)?;
                if position <= upto {
                    hashes.push(ChangeHash(change.hash));
                }
                Ok(change)
            })?;
            Ok(Some((upto.min(row.last), hashes)))
        })?;
        let Some((upto, hashes)) = expected else { return Ok(None) };
        if hashes.is_empty() {
            return Err(incomplete("nothing was kept of it".into()));
        }
        let whole =
            Automerge::load(bytes).map_err(|error| incomplete(format!("it does not load: {error}")))?;
        match hashes.iter().find(|hash| whole.get_change_meta_by_hash(hash).is_none()) {
            Some(hash) => Err(incomplete(format!("change {hash} is not in it"))),
            None => Ok(Some(upto)),
        }
    }

    /// Second commit: what the snapshot holds is let go, bytes only; hashes, receipts and actors stay. Finishes also
    /// what an earlier call began and could not end.
    pub(super) fn let_go(&self, document: DocumentId) -> Result<(), StoreError> {
        self.database.write(|tx| {
            let Some(mut row) = self.census.find(tx, document)? else { return Ok(()) };
            let place = format!("changes of document {document}");
            let (mut snapshot, bytes) = SnapshotRow::find(tx, row.snapshot)?;
            let mut held = Vec::new();
            walk(&row, row.cleared, |position| {
                let change = ChangeRow::at(tx, position)?;
                held.push(position);
                Ok(change)
            })?;
            for position in held.into_iter().filter(|position| *position <= snapshot.upto) {
                ChangeRow::let_go(tx, position).map_err(fault_at(&place))?;
            }
            let mut older = std::mem::take(&mut snapshot.replaces);
            while older != 0 {
                let (before, _) = SnapshotRow::find(tx, older)?;
                SnapshotRow::delete(tx, older).map_err(fault_at(&place))?;
                older = before.replaces;
            }
            snapshot.put(tx, &bytes).map_err(fault_at(&place))?;
            row.cleared = snapshot.upto;
            row.put(tx).map_err(fault_at(&place))
        })
    }
}

/// Up to where the document's snapshot holds its changes.
fn held(connection: &Connection, row: &DocumentRow) -> Result<i64, StoreError> {
    match row.snapshot {
        0 => Ok(0),
        id => Ok(SnapshotRow::find(connection, id)?.0.upto),
    }
}

/// Up to where the document's snapshot holds its changes, and the heads of what it holds. One that does not state its heads
/// holds nothing here, so that each change is looked for.
fn held_with_heads(connection: &Connection, row: &DocumentRow) -> Result<(i64, Vec<ChangeHash>), StoreError> {
    if row.snapshot == 0 {
        return Ok((0, Vec::new()));
    }
    let (snapshot, bytes) = SnapshotRow::find(connection, row.snapshot)?;
    Ok(inspect::heads(&bytes).map_or((0, Vec::new()), |heads| (snapshot.upto, heads)))
}

/// How many changes of a document stand up to a place.
fn nth_at(connection: &Connection, row: &DocumentRow, upto: i64) -> Result<i64, StoreError> {
    let mut nth = row.count;
    walk(row, upto, |position| {
        nth -= 1;
        ChangeRow::at(connection, position)
    })?;
    Ok(nth)
}
