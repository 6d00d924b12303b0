//! What is known of a document's actors: how far each has come, and whom it belongs to. Read from the chain of the document's
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

/// How far an actor has come in a document.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    seq: i64,
    owner: Option<AccountId>,
}

/// The actors of a document up to one of its changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    pub(super) last: i64,
    pub(super) count: i64,
    actors: HashMap<ActorId, Known>,
}

impl Log {
    pub(super) fn owner(&self, actor: &ActorId) -> Option<AccountId> {
        self.actors.get(actor).and_then(|known| known.owner)
    }

    /// Number of the actor's last change. An actor numbers its changes from 1 without gaps, and each builds on the one
    /// before: what has a greater number was not kept yet.
    pub(super) fn seq(&self, actor: &ActorId) -> i64 {
        self.actors.get(actor).map_or(0, |known| known.seq)
    }

    /// Adds the next change of the document.
    pub(super) fn push(&mut self, row: &ChangeRow) {
        self.last = row.position;
        self.count = row.nth;
        let known = self.actors.entry(row.actor()).or_default();
        known.seq = row.seq;
        if row.bound && known.owner.is_none() {
            known.owner = row.account.map(AccountId);
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

/// Goes through the changes of a document, last first, until told to stop.
pub(super) fn seek(
    connection: &Connection,
    document: &DocumentRow,
    mut is_last: impl FnMut(&ChangeRow) -> bool,
) -> Result<(), StoreError> {
    let mut position = document.last;
    while position > 0 {
        let row = ChangeRow::at(connection, position)?;
        if row.document != document.id || row.prev >= position {
            return Err(broken(document.id, &format!("change {position} does not belong there")));
        }
        if is_last(&row) {
            return Ok(());
        }
        position = row.prev;
    }
    Ok(())
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
    young_actors: usize,
}

impl Logs {
    /// `most`: actors to remember, about 100 bytes each.
    pub(super) fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    /// Takes a log out, so that nobody sees what is not yet committed.
    pub(super) fn take(&self, document: DocumentId) -> Option<Log> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = kept.young.remove(&document) {
            kept.young_actors = kept.young_actors.saturating_sub(log.actors.len());
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
        kept.young_actors += log.actors.len();
        let before = kept.young.insert(document, log);
        kept.young_actors -= before.map_or(0, |log| log.actors.len());
        if kept.young_actors > self.most / 2 {
            kept.old = std::mem::take(&mut kept.young);
            kept.young_actors = 0;
        }
    }
}
