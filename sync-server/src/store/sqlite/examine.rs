//! A check of documents: every change in its place, every chain complete, every document loads and holds what was kept.

use automerge::Automerge;
use automerge::Change;
use automerge::ChangeHash;
use rusqlite::Connection;

use super::census;
use super::log::walk;
use super::row::ChangeRow;
use super::row::DocumentRow;
use super::stored;
use crate::DocumentId;
use crate::database::damaged;
use crate::database::fault_at;
use crate::maintenance::Report;
use crate::store::StoreError;
use crate::store::Stored;

pub(crate) fn examine(connection: &Connection, report: &mut Report) {
    report.take(census::all(connection));
    changes(connection, report);
    for id in report.take(ids(connection)).unwrap_or_default() {
        if report.take(document(connection, id)).is_some() {
            report.documents += 1;
        }
    }
}

/// Each change by itself, and the time, which never goes back.
fn changes(connection: &Connection, report: &mut Report) {
    let last = report.take(ChangeRow::last(connection)).unwrap_or(0);
    report.changes = last;
    let mut before = i64::MIN;
    for position in 1..=last {
        let Some(row) = report.take(ChangeRow::at(connection, position)) else { continue };
        if row.at < before {
            report.add(format!("change {position}"), "its receipt is earlier than the one before");
        }
        before = row.at;
    }
}

fn ids(connection: &Connection) -> Result<Vec<DocumentId>, StoreError> {
    let ids = (|| {
        let mut statement = connection.prepare("SELECT id FROM document ORDER BY id")?;
        let ids = statement.query_map([], |row| row.get::<_, [u8; 16]>(0).map(DocumentId::new))?;
        ids.collect::<rusqlite::Result<Vec<_>>>()
    })();
    ids.map_err(fault_at("the list of documents"))
}

/// The document loads, its snapshot and changes fit together, and it holds every change that has a receipt and no other.
fn document(connection: &Connection, id: DocumentId) -> Result<(), StoreError> {
    let place = || format!("document {id}");
    let row = DocumentRow::find(connection, id)?.ok_or_else(|| damaged(place(), "its row is missing"))?;
    let mut hashes = Vec::new();
    walk(&row, 0, |position| {
        let change = ChangeRow::at(connection, position)?;
        hashes.push(ChangeHash(change.hash));
        Ok(change)
    })?;
    let loaded = load(&stored(connection, row)?).map_err(|what| damaged(place(), what))?;
    if let Some(hash) = hashes.iter().find(|hash| loaded.get_change_meta_by_hash(hash).is_none()) {
        return Err(damaged(place(), format!("change {hash} has a receipt but is not in it")));
    }
    let holds = loaded.get_changes_meta(&[]).len();
    if holds == hashes.len() {
        Ok(())
    } else {
        Err(damaged(place(), format!("it holds {holds} changes, but {} have receipts", hashes.len())))
    }
}

fn load(stored: &Stored) -> Result<Automerge, String> {
    let mut loaded = match stored.snapshot.as_slice() {
        [] => Automerge::new(),
        bytes => Automerge::load(bytes).map_err(|error| format!("its snapshot does not load: {error}"))?,
    };
    let changes: Result<Vec<Change>, _> = stored.changes.iter().cloned().map(Change::from_bytes).collect();
    let changes = changes.map_err(|error| format!("a change cannot be read: {error}"))?;
    loaded.apply_changes(changes).map_err(|error| format!("its changes do not apply: {error}"))?;
    Ok(loaded)
}
