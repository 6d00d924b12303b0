//! Which documents there are, by a second way. A page that lost its place in the tree makes a search say "nothing
//! there"; without a witness the server would start the document anew.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use rusqlite::Connection;

use super::row::ChangeRow;
use super::row::DocumentRow;
use crate::DocumentId;
use crate::database::damaged;
use crate::store::StoreError;

#[derive(Debug, Default)]
struct Seen {
    upto: i64,
    /// Documents with the place of a change by which they must be there.
    since: HashMap<DocumentId, i64>,
    /// How many of them each account began.
    begun: HashMap<i64, u64>,
}

impl Seen {
    fn add(&mut self, document: DocumentId, position: i64, creator: Option<i64>) {
        if let Entry::Vacant(place) = self.since.entry(document) {
            place.insert(position);
            if let Some(creator) = creator {
                *self.begun.entry(creator).or_default() += 1;
            }
        }
    }

    /// Learns of the changes up to a place, which others may have kept.
    fn catch_up(&mut self, connection: &Connection, view: i64) -> Result<(), StoreError> {
        if self.upto < view {
            // The first change of a document comes before its others: who delivered it is the creator.
            ChangeRow::after(connection, self.upto, view, |row| {
                self.add(row.document, row.position, row.account)
            })?;
            self.upto = view;
        }
        Ok(())
    }
}

#[derive(Debug)]
pub(super) struct Census(Mutex<Seen>);

impl Census {
    /// Counts all documents and holds the number of their changes against the number of all changes.
    pub(super) fn take(connection: &Connection) -> Result<Self, StoreError> {
        let documents = all(connection)?;
        let mut seen =
            Seen { upto: documents.iter().map(|one| one.last).max().unwrap_or(0), ..Seen::default() };
        documents.into_iter().for_each(|one| seen.add(one.id, one.last, one.creator));
        Ok(Self(Mutex::new(seen)))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a document that was just made. Others may have kept changes in between; [`Census::find`] catches up.
    pub(super) fn note(&self, first: i64, last: i64, made: &[DocumentRow]) {
        let mut seen = self.seen();
        made.iter().for_each(|row| seen.add(row.id, row.last, row.creator));
        if seen.upto + 1 == first {
            seen.upto = last;
        }
    }

    /// How many documents an account began.
    pub(super) fn begun(&self, connection: &Connection, account: i64) -> Result<u64, StoreError> {
        let mut seen = self.seen();
        seen.catch_up(connection, ChangeRow::last(connection)?)?;
        Ok(seen.begun.get(&account).copied().unwrap_or(0))
    }

    /// A document; if the search finds none, there must be none.
    pub(super) fn find(
        &self,
        connection: &Connection,
        id: DocumentId,
    ) -> Result<Option<DocumentRow>, StoreError> {
        match DocumentRow::find(connection, id)? {
            Some(found) => Ok(Some(found)),
            None => self.expect_none(connection, id, ChangeRow::last(connection)?).map(|()| None),
        }
    }

    /// There must be no such document among the changes up to the last that this view has for certain (what is not yet
    /// committed may still be taken back).
    pub(super) fn expect_none(
        &self,
        connection: &Connection,
        id: DocumentId,
        view: i64,
    ) -> Result<(), StoreError> {
        let mut seen = self.seen();
        seen.catch_up(connection, view)?;
        // The view may be older than the count: what was made after it is not missing from it.
        match seen.since.get(&id) {
            Some(&since) if since <= view => Err(damaged(format!("document {id}"), "its row is missing")),
            _ => Ok(()),
        }
    }
}

/// All documents, with as many changes between them as there are.
pub(super) fn all(connection: &Connection) -> Result<Vec<DocumentRow>, StoreError> {
    let documents = DocumentRow::all(connection)?;
    let counted: i64 = documents.iter().map(|document| document.count).sum();
    let last = ChangeRow::last(connection)?;
    if counted == last {
        return Ok(documents);
    }
    let what = format!("the documents have {counted} changes, but the last change is {last}");
    Err(damaged("the list of documents", what))
}
