//! Copies of the file, and work on a file that nobody has open.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::Transaction;
use rusqlite::backup::Backup;
use rusqlite::backup::StepResult;

use super::fault;
use super::open::OpenError;
use super::open::connect_at_rest;
use super::open::version;
use super::schema;
use crate::store::StoreError;

/// A file of ours at rest, for reading. Nothing is written beside it.
pub(crate) fn at_rest(path: &Path) -> Result<Connection, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    let connection = connect_at_rest(path).map_err(fault::at("the file's head"))?;
    version(&connection, path)?;
    Ok(connection)
}

/// Copies what the connection sees into a new file, page by page. One step: a step that ends early would begin anew
/// whenever somebody writes; a reader holds up nobody here.
pub(crate) fn copy_to(from: &Connection, to: &Path) -> Result<(), StoreError> {
    let place = || format!("a copy at {}", to.display());
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copied = (|| {
        let mut copy = Connection::open_with_flags(to, flags)?;
        let step = Backup::new(from, &mut copy)?.step(-1)?;
        // One file: the copy needs no log.
        copy.pragma_update(None, "journal_mode", "DELETE")?;
        Ok(step)
    })();
    match copied.map_err(fault::at(place()))? {
        StepResult::Done => Ok(()),
        _ => Err(StoreError::Unavailable { what: format!("{}: the store is busy", place()) }),
    }
}

/// Brings a file that nobody has open to the newest version.
pub(crate) fn upgrade(path: &Path) -> Result<(), OpenError> {
    let mut connection = super::open::connect(path).map_err(fault::at("a store at rest"))?;
    if version(&connection, path)? < schema::newest() {
        super::open::bring_up(&mut connection)?;
    }
    Ok(())
}

/// Writes in a file that nobody has open.
pub(crate) fn rewrite(
    path: &Path,
    work: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let place = "a store at rest";
    let mut connection = super::open::connect(path).map_err(fault::at(place))?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(fault::at(place))?;
    let tx = connection.transaction().map_err(fault::at(place))?;
    work(&tx)?;
    tx.commit().map_err(fault::at(place))
}
