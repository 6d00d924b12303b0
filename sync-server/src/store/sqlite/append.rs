//! Keeping a group of appends in one commit.

use std::collections::HashMap;

use rusqlite::Connection;

use super::SqliteStore;
use super::log::Log;
use super::row::ChangeRow;
use super::row::DocumentRow;
use crate::DocumentId;
use crate::database::damaged;
use crate::database::fault_at;
use crate::database::sum_of;
use crate::store::Append;
use crate::store::NewChange;
use crate::store::Receipt;
use crate::store::StoreError;

/// A document that the group touches.
struct Open {
    row: DocumentRow,
    log: Log,
    before: i64,
}

/// The group at work, inside its transaction.
pub(super) struct Group<'a> {
    store: &'a SqliteStore,
    connection: &'a Connection,
    at: i64,
    first: i64,
    last: i64,
    open: HashMap<DocumentId, Open>,
}

/// What memory learns once the commit is durable.
pub(super) struct Kept {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) at: i64,
    pub(super) made: Vec<(DocumentId, i64)>,
    pub(super) logs: Vec<(DocumentId, Log)>,
}

impl<'a> Group<'a> {
    pub(super) fn begin(
        store: &'a SqliteStore,
        connection: &'a Connection,
        now: i64,
    ) -> Result<Self, StoreError> {
        let last = ChangeRow::last(connection)?;
        let tail = store.tail();
        if last < tail.position {
            let what = format!("the last change is {last}, but {} was kept", tail.position);
            return Err(damaged("the last change", what));
        }
        let before = match last {
            last if last == tail.position => tail.at,
            last => ChangeRow::at(connection, last)?.at,
        };
        Ok(Self { store, connection, at: now.max(before), first: last + 1, last, open: HashMap::new() })
    }

    /// Keeps one append. The inner error is that append's own; the outer one ends the group.
    pub(super) fn add(&mut self, append: &Append) -> Result<Result<Vec<Receipt>, StoreError>, StoreError> {
        if append.changes.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let mut open = self.take(append)?;
        let receipts = match taken(&open.log, append) {
            Some(refusal) => Ok(Err(refusal)),
            None => self.keep(&mut open, append).map(Ok),
        };
        self.open.insert(append.document, open);
        receipts
    }

    fn take(&mut self, append: &Append) -> Result<Open, StoreError> {
        let id = append.document;
        if let Some(open) = self.open.remove(&id) {
            return Ok(open);
        }
        let row = match DocumentRow::find(self.connection, id)? {
            Some(found) => found,
            None => {
                self.store.census.expect_none(self.connection, id, self.first - 1)?;
                DocumentRow { id, key: append.key.clone(), last: 0, count: 0, snapshot: 0, cleared: 0 }
            }
        };
        let mut log = self.store.logs.take(id).unwrap_or_default();
        log.extend(self.connection, &row)?;
        Ok(Open { before: row.last, row, log })
    }

    fn keep(&mut self, open: &mut Open, append: &Append) -> Result<Vec<Receipt>, StoreError> {
        let mut receipts = Vec::with_capacity(append.changes.len());
        for change in &append.changes {
            let row = match open.log.place(&change.hash.0) {
                Some(position) => ChangeRow::at(self.connection, position)?,
                None => self.insert(open, append, change)?,
            };
            receipts.push(row.receipt());
        }
        Ok(receipts)
    }

    fn insert(
        &mut self,
        open: &mut Open,
        append: &Append,
        change: &NewChange,
    ) -> Result<ChangeRow, StoreError> {
        let row = ChangeRow {
            position: self.last + 1,
            document: append.document,
            nth: open.row.count + 1,
            prev: open.row.last,
            account: append.account.map(|account| account.0),
            bound: change.binds && append.account.is_some(),
            at: self.at,
            actor: change.actor.to_bytes().to_vec(),
            hash: change.hash.0,
            body: sum_of(&change.bytes),
        };
        row.put(self.connection, &change.bytes).map_err(fault_at(format_args!("change {}", row.position)))?;
        self.last = row.position;
        (open.row.last, open.row.count) = (row.position, row.nth);
        open.log.push(&row);
        Ok(row)
    }

    /// Writes where the documents stand now: once each, however many changes came.
    pub(super) fn finish(self) -> Result<Kept, StoreError> {
        let mut kept =
            Kept { first: self.first, last: self.last, at: self.at, made: Vec::new(), logs: Vec::new() };
        for (id, open) in self.open {
            if open.row.last > open.before {
                open.row.put(self.connection).map_err(fault_at(format_args!("document {id}")))?;
                if open.before == 0 {
                    kept.made.push((id, open.row.last));
                }
            }
            if open.row.last > 0 {
                kept.logs.push((id, open.log));
            }
        }
        Ok(kept)
    }
}

/// Why the append may not be kept: one of its new changes is by an actor who belongs to somebody else.
fn taken(log: &Log, append: &Append) -> Option<StoreError> {
    let account = append.account?;
    let mut new = append.changes.iter().filter(|change| change.binds && log.place(&change.hash.0).is_none());
    let stranger = new.find(|change| log.owner(&change.actor).is_some_and(|owner| owner != account))?;
    Some(StoreError::ActorTaken { document: append.document, actor: stranger.actor.clone() })
}
