//! Keeping a group of appends in one commit.

use std::collections::HashMap;
use std::collections::HashSet;

use automerge::ActorId;
use rusqlite::Connection;

use super::SqliteStore;
use super::log::Log;
use super::log::seek;
use super::row::ChangeRow;
use super::row::DocumentRow;
use crate::DocumentId;
use crate::database::damaged;
use crate::database::fault_at;
use crate::database::sum_of;
use crate::store::Append;
use crate::store::NewChange;
use crate::store::Position;
use crate::store::Receipt;
use crate::store::StoreError;

/// Receipts of changes that are kept.
type Kept = HashMap<[u8; 32], Receipt>;

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
pub(super) struct Done {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) at: i64,
    pub(super) made: Vec<DocumentRow>,
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
        // What the document's own rows say is looked at before anything is written, so that damage there stays with it.
        let mut open = match self.take(append) {
            Err(damaged @ StoreError::Damaged { .. }) => return Ok(Err(damaged)),
            taken => taken?,
        };
        let receipts = match self.judge(&open, append) {
            Err(damaged @ StoreError::Damaged { .. }) => Ok(Err(damaged)),
            judged => match judged? {
                Ok(kept) => self.keep(&mut open, append, kept).map(Ok),
                Err(refusal) => Ok(Err(refusal)),
            },
        };
        self.open.insert(append.document, open);
        receipts
    }

    /// Those of the changes that are kept already, or why the others may not be kept.
    fn judge(&self, open: &Open, append: &Append) -> Result<Result<Kept, StoreError>, StoreError> {
        if self.is_overtaken(open, append)? {
            return Ok(Err(StoreError::Overtaken { document: append.document }));
        }
        let kept = self.kept_already(open, append)?;
        Ok(match refusal(&open.log, append, &kept) {
            Some(refusal) => Err(refusal),
            None => Ok(kept),
        })
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
                {
                    let (key, creator) = (append.key.clone(), append.account.map(|account| account.0));
                    DocumentRow { id, key, creator, last: 0, count: 0, snapshot: 0, cleared: 0 }
                }
            }
        };
        let mut log = self.store.logs.take(id).unwrap_or_default();
        log.extend(self.connection, &row)?;
        Ok(Open { before: row.last, row, log })
    }

    /// Whether the document has other changes after those that the append was judged with. Its own may be there: a commit can
    /// succeed and be reported as failed.
    fn is_overtaken(&self, open: &Open, append: &Append) -> Result<bool, StoreError> {
        let Some(Position(judged)) = append.judged else { return Ok(false) };
        let judged = judged.cast_signed();
        if open.row.last <= judged {
            return Ok(false);
        }
        let own: HashSet<&[u8; 32]> = append.changes.iter().map(|change| &change.hash.0).collect();
        let mut overtaken = false;
        seek(self.connection, &open.row, |row| {
            overtaken = row.position > judged && !own.contains(&row.hash);
            overtaken || row.position <= judged
        })?;
        Ok(overtaken)
    }

    /// Those of the changes that may be kept already, if they are: with a number that their actor has passed. Rare, so they are
    /// looked for in the chain.
    fn kept_already(&self, open: &Open, append: &Append) -> Result<Kept, StoreError> {
        let passed = |change: &&NewChange| seq_of(change) <= open.log.seq(&change.actor);
        let mut sought: HashSet<[u8; 32]> =
            append.changes.iter().filter(passed).map(|change| change.hash.0).collect();
        let mut kept = Kept::new();
        if sought.is_empty() {
            return Ok(kept);
        }
        seek(self.connection, &open.row, |row| {
            if sought.remove(&row.hash) {
                kept.insert(row.hash, row.receipt());
            }
            sought.is_empty()
        })?;
        Ok(kept)
    }

    fn keep(&mut self, open: &mut Open, append: &Append, mut kept: Kept) -> Result<Vec<Receipt>, StoreError> {
        let mut receipts = Vec::with_capacity(append.changes.len());
        for change in &append.changes {
            let receipt = match kept.get(&change.hash.0) {
                Some(receipt) => receipt.clone(),
                None => self.insert(open, append, change)?.receipt(),
            };
            kept.insert(change.hash.0, receipt.clone());
            receipts.push(receipt);
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
            seq: seq_of(change),
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
    pub(super) fn finish(self) -> Result<Done, StoreError> {
        let mut kept =
            Done { first: self.first, last: self.last, at: self.at, made: Vec::new(), logs: Vec::new() };
        for (id, open) in self.open {
            if open.row.last > open.before {
                open.row.put(self.connection).map_err(fault_at(format_args!("document {id}")))?;
                if open.before == 0 {
                    kept.made.push(open.row.clone());
                }
            }
            if open.row.last > 0 {
                kept.logs.push((id, open.log));
            }
        }
        Ok(kept)
    }
}

fn seq_of(change: &NewChange) -> i64 {
    i64::try_from(change.seq).unwrap_or(i64::MAX)
}

/// Why the append may not be kept: one of its new changes is by an actor who belongs to somebody else, or is not the actor's
/// next.
fn refusal(log: &Log, append: &Append, kept: &Kept) -> Option<StoreError> {
    let document = append.document;
    let mut come: HashMap<&ActorId, i64> = HashMap::new();
    let mut seen: HashSet<&[u8; 32]> = HashSet::new();
    for change in append.changes.iter().filter(|change| !kept.contains_key(&change.hash.0)) {
        if !seen.insert(&change.hash.0) {
            continue;
        }
        let owner = log.owner(&change.actor).filter(|_| change.binds);
        if owner.is_some_and(|owner| append.account.is_some_and(|account| account != owner)) {
            return Some(StoreError::ActorTaken { document, actor: change.actor.clone() });
        }
        let last = come.entry(&change.actor).or_insert_with(|| log.seq(&change.actor));
        if seq_of(change) != *last + 1 {
            let (seq, kept) = (change.seq, last.cast_unsigned());
            return Some(StoreError::OutOfOrder { document, actor: change.actor.clone(), seq, kept });
        }
        *last += 1;
    }
    None
}
