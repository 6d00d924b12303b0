//! The store on one machine: SQLite.
//!
//! Changes stand in one table in the order in which they were kept, each a row of its own (Automerge cannot tell where
//! one chunk was cut from the next). Each names the change of the same document before it, and the document names its
//! last: a chain that is read backwards, costs no index, and shows every change that is missing. A snapshot ends the chain
//! early; the rows before it stay without their bytes, as receipts.

mod append;
mod census;
mod examine;
mod log;
mod row;
mod snapshot;

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use automerge::ActorId;
use rusqlite::Connection;

use crate::DocumentId;
use crate::access::AccountId;
use crate::database::Database;
use crate::database::damaged;
use append::Group;
use census::Census;
pub(crate) use examine::examine;
use log::Log;
use log::Logs;
use log::seek;
use log::walk;
use row::ChangeRow;
use row::DocumentRow;
use row::SnapshotRow;

use super::Append;
use super::Clock;
use super::Listed;
use super::Position;
use super::Receipt;
use super::Store;
use super::StoreError;
use super::Stored;

/// Actors that are remembered, so that the chain of a document is read once: about 20 MB.
const REMEMBERED: usize = 200_000;

/// The last change that this process knows of.
#[derive(Clone, Copy, Debug, Default)]
struct Tail {
    position: i64,
    at: i64,
}

/// Documents in a [`Database`].
pub struct SqliteStore {
    database: Arc<Database>,
    census: Census,
    logs: Logs,
    tail: Mutex<Tail>,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SqliteStore").field(&self.database).finish()
    }
}

impl SqliteStore {
    /// The documents of a database; counts them.
    ///
    /// # Errors
    /// If their list is damaged or cannot be read.
    pub fn new(database: Arc<Database>) -> Result<Self, StoreError> {
        let (census, tail) = database.read(|tx| {
            let position = ChangeRow::last(tx)?;
            let at = if position == 0 { i64::MIN } else { ChangeRow::at(tx, position)?.at };
            Ok((Census::take(tx)?, Tail { position, at }))
        })?;
        Ok(Self { database, census, logs: Logs::new(REMEMBERED), tail: Mutex::new(tail) })
    }

    /// The receipt of one change, if it was kept.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn receipt(
        &self,
        document: DocumentId,
        hash: &automerge::ChangeHash,
    ) -> Result<Option<Receipt>, StoreError> {
        self.database.read(|tx| {
            let Some(row) = self.census.find(tx, document)? else { return Ok(None) };
            let mut found = None;
            seek(tx, &row, |change| {
                found = (change.hash == hash.0).then(|| change.receipt());
                found.is_some()
            })?;
            Ok(found)
        })
    }

    /// The bytes of a document's changes that were kept after a place, in their order; `None` if a snapshot took some of them in, or
    /// the document is not there.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn changes_after(
        &self,
        document: DocumentId,
        after: Position,
    ) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        let after = after.0.cast_signed();
        self.database.read(|tx| {
            let Some(row) = self.census.find(tx, document)? else { return Ok(None) };
            if row.snapshot != 0 && SnapshotRow::upto(tx, row.snapshot)? > after {
                return Ok(None);
            }
            let mut changes = Vec::new();
            walk(&row, after, |position| {
                let (change, bytes) = ChangeRow::whole(tx, position)?;
                changes.push(bytes);
                Ok(change)
            })?;
            changes.reverse();
            Ok(Some(changes))
        })
    }

    fn tail(&self) -> Tail {
        *self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks what the store has of a document, as of now.
    fn known<T>(&self, document: DocumentId, ask: impl FnOnce(&Log) -> T) -> Result<T, StoreError> {
        let log = self.database.read(|tx| {
            let mut log = self.logs.take(document).unwrap_or_default();
            if let Some(row) = self.census.find(tx, document)? {
                log.extend(tx, &row)?;
            }
            Ok(log)
        })?;
        let answer = ask(&log);
        if log.last > 0 {
            self.logs.put(document, log);
        }
        Ok(answer)
    }

    fn learn(&self, kept: append::Done) {
        self.census.note(kept.first, kept.last, &kept.made);
        if kept.last >= kept.first {
            let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
            // Another group may have been committed since.
            if kept.last > tail.position {
                *tail = Tail { position: kept.last, at: kept.at };
            }
        }
        for (document, log) in kept.logs {
            self.logs.put(document, log);
        }
    }
}

impl Store for SqliteStore {
    fn load(&self, document: DocumentId) -> Result<Option<Stored>, StoreError> {
        self.database.read(|tx| {
            let Some(row) = self.census.find(tx, document)? else { return Ok(None) };
            stored(tx, row).map(Some)
        })
    }

    fn append(
        &self,
        now: Clock<'_>,
        group: &[Append],
    ) -> Result<Vec<Result<Vec<Receipt>, StoreError>>, StoreError> {
        let (results, kept) = self.database.write(|tx| {
            let mut work = Group::begin(self, tx, now())?;
            let results: Result<Vec<_>, StoreError> = group.iter().map(|append| work.add(append)).collect();
            Ok((results?, work.finish()?))
        })?;
        self.learn(kept);
        Ok(results)
    }

    fn snapshot(&self, document: DocumentId, upto: Position, bytes: &[u8]) -> Result<(), StoreError> {
        self.write_snapshot(document, upto.0.cast_signed(), bytes)
    }

    fn owner(&self, document: DocumentId, actor: &ActorId) -> Result<Option<AccountId>, StoreError> {
        self.known(document, |log| log.owner(actor))
    }

    fn key(&self, document: DocumentId) -> Result<Option<String>, StoreError> {
        self.database.read(|tx| Ok(self.census.find(tx, document)?.map(|row| row.key)))
    }

    fn created(&self, account: AccountId) -> Result<u64, StoreError> {
        self.database.read(|tx| self.census.begun(tx, account.0))
    }

    fn receipts(&self, document: DocumentId) -> Result<Vec<Receipt>, StoreError> {
        self.database.read(|tx| {
            let Some(row) = self.census.find(tx, document)? else { return Ok(Vec::new()) };
            let mut receipts = Vec::new();
            walk(&row, 0, |position| {
                let change = ChangeRow::at(tx, position)?;
                receipts.push(change.receipt());
                Ok(change)
            })?;
            receipts.reverse();
            Ok(receipts)
        })
    }

    fn list(&self) -> Result<Vec<Listed>, StoreError> {
        self.database.read(|tx| Ok(census::all(tx)?.into_iter().map(DocumentRow::listed).collect()))
    }

    fn since(&self, after: Position) -> Result<Vec<Listed>, StoreError> {
        self.database.read(|tx| {
            let mut last = std::collections::BTreeMap::new();
            ChangeRow::after(tx, after.0.cast_signed(), ChangeRow::last(tx)?, |row| {
                last.insert(row.document, row.position);
            })?;
            let mut listed = Vec::with_capacity(last.len());
            for id in last.into_keys() {
                let row = self.census.find(tx, id)?;
                listed.push(
                    row.ok_or_else(|| damaged(format!("document {id}"), "its row is missing"))?.listed(),
                );
            }
            listed.sort_unstable_by_key(|document| document.last);
            Ok(listed)
        })
    }
}

/// Snapshot, then what came after it.
fn stored(connection: &Connection, row: DocumentRow) -> Result<Stored, StoreError> {
    let (mut snapshot, mut upto, mut nth) = (Vec::new(), 0, 0);
    if row.snapshot != 0 {
        let (found, bytes) = SnapshotRow::find(connection, row.snapshot)?;
        if found.document != row.id {
            return Err(damaged(format!("snapshot {}", found.id), "it belongs to another document"));
        }
        (snapshot, upto, nth) = (bytes, found.upto, found.nth);
    }
    let mut changes = Vec::new();
    walk(&row, upto, |position| {
        let (change, bytes) = ChangeRow::whole(connection, position)?;
        changes.push(bytes);
        Ok(change)
    })?;
    if nth + i64::try_from(changes.len()).unwrap_or(i64::MAX) != row.count {
        return Err(damaged(format!("document {}", row.id), "its snapshot and its changes do not meet"));
    }
    changes.reverse();
    Ok(Stored { key: row.key, snapshot, changes, last: Position(row.last.cast_unsigned()) })
}
