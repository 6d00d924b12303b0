//! What is known of a document's changes: which there are, and whom their actors belong to. Read from the chain of its
//! changes, which shows any that is missing, and kept in memory up to a bound.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use automerge::ActorId;
use rusqlite::Connection;

use super::row::ChangeRow;
use super::row::DocumentRow;
use crate::DocumentId;
use crate::access::AccountId;
use crate::database::damaged;
use crate::store::StoreError;

/// The changes of a document up to one of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    pub(super) last: i64,
    pub(super) count: i64,
    places: HashMap<[u8; 32], i64>,
    owners: HashMap<ActorId, AccountId>,
}

impl Log {
    pub(super) fn place(&self, hash: &[u8; 32]) -> Option<i64> {
        self.places.get(hash).copied()
    }

    pub(super) fn owner(&self, actor: &ActorId) -> Option<AccountId> {
        self.owners.get(actor).copied()
    }

    /// Hashes of the changes up to a place.
    pub(super) fn hashes(&self, upto: i64) -> impl Iterator<Item = &[u8; 32]> {
        self.places.iter().filter(move |(_, place)| **place <= upto).map(|(hash, _)| hash)
    }

    /// Adds the next change of the document.
    pub(super) fn push(&mut self, row: &ChangeRow) {
        self.last = row.position;
        self.count = row.nth;
        self.places.insert(row.hash, row.position);
        if let (true, Some(account)) = (row.bound, row.account) {
            self.owners.entry(row.actor()).or_insert(AccountId(account));
        }
    }

    /// Adds what the store has beyond it.
    pub(super) fn extend(
        &mut self,
        connection: &Connection,
        document: &DocumentRow,
    ) -> Result<(), StoreError> {
        if document.last <= self.last {
            return Ok(());
        }
        let mut rows = Vec::new();
        walk(document, self.last, |position| {
            let row = ChangeRow::at(connection, position)?;
            rows.push(row.clone());
            Ok(row)
        })?;
        if rows.last().is_some_and(|first| first.prev != self.last || first.nth != self.count + 1) {
            return Err(broken(document.id, "it does not go on where it was known to end"));
        }
        rows.iter().rev().for_each(|row| self.push(row));
        Ok(())
    }
}

fn broken(document: DocumentId, what: &str) -> StoreError {
    damaged(format!("chain of changes of document {document}"), what)
}

/// Goes through the changes of a document from the last back to those after a place. Each must name the one before it,
/// so that none can be missing.
pub(super) fn walk(
    document: &DocumentRow,
    after: i64,
    mut read: impl FnMut(i64) -> Result<ChangeRow, StoreError>,
) -> Result<(), StoreError> {
    let (mut position, mut nth) = (document.last, document.count);
    while position > after {
        let row = read(position)?;
        if row.document != document.id || row.nth != nth || row.prev >= position {
            return Err(broken(document.id, &format!("change {position} does not belong there")));
        }
        (position, nth) = (row.prev, nth - 1);
    }
    if (position == 0) == (nth == 0) {
        Ok(())
    } else {
        Err(broken(document.id, &format!("it ends at change {position} with {nth} more to come")))
    }
}

/// Logs in memory. When they grow beyond the bound, those that were not used since the last time go first.
#[derive(Debug)]
pub(super) struct Logs {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    young: HashMap<DocumentId, Log>,
    old: HashMap<DocumentId, Log>,
    young_changes: usize,
}

impl Logs {
    /// `most`: changes to remember, about 64 bytes each.
    pub(super) fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    /// Takes a log out, so that nobody sees what is not yet committed.
    pub(super) fn take(&self, document: DocumentId) -> Option<Log> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = kept.young.remove(&document) {
            kept.young_changes = kept.young_changes.saturating_sub(log.places.len());
            return Some(log);
        }
        kept.old.remove(&document)
    }

    /// Puts a log in, unless one that knows more is there.
    pub(super) fn put(&self, document: DocumentId, log: Log) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.young.get(&document).is_some_and(|other| other.last >= log.last) {
            return;
        }
        kept.old.remove(&document);
        kept.young_changes += log.places.len();
        let before = kept.young.insert(document, log);
        kept.young_changes -= before.map_or(0, |log| log.places.len());
        if kept.young_changes > self.most / 2 {
            kept.old = std::mem::take(&mut kept.young);
            kept.young_changes = 0;
        }
    }
}
