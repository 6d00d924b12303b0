//! Which documents there are, by a second way. A page that lost its place in the tree makes a search say "nothing
//! there"; without a witness the server would start the document anew.

use std::collections::HashMap;
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
}

#[derive(Debug)]
pub(super) struct Census(Mutex<Seen>);

impl Census {
    /// Counts all documents and holds the number of their changes against the number of all changes.
    pub(super) fn take(connection: &Connection) -> Result<Self, StoreError> {
        let documents = all(connection)?;
        let upto = documents.iter().map(|document| document.last).max().unwrap_or(0);
        let since = documents.into_iter().map(|document| (document.id, document.last)).collect();
        Ok(Self(Mutex::new(Seen { upto, since })))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a document that was just made. Others may have kept changes in between; [`Census::find`] catches up.
    pub(super) fn note(&self, first: i64, last: i64, made: impl Iterator<Item = (DocumentId, i64)>) {
        let mut seen = self.seen();
        for (document, position) in made {
            seen.since.entry(document).or_insert(position);
        }
        if seen.upto + 1 == first {
            seen.upto = last;
        }
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
        let upto = seen.upto;
        if upto < view {
            ChangeRow::after(connection, upto, view, |row| {
                seen.since.entry(row.document).or_insert(row.position);
            })?;
            seen.upto = view;
        }
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
