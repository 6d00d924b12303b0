//! Reading everything that is in the store, and naming each thing that is not as it was written.

use std::path::Path;

use rusqlite::Connection;

use super::MaintenanceError;
use super::Report;
use crate::account;
use crate::audit;
use crate::database::Database;
use crate::database::at_rest;
use crate::database::expect_schema;
use crate::database::fault_at;
use crate::store::StoreError;
use crate::store::sqlite;

/// Checks an open store, in one view of it, while the server goes on.
///
/// # Errors
/// If it cannot be read at all.
pub fn check(database: &Database) -> Result<Report, StoreError> {
    database.read(|connection| Ok(examine(connection)))
}

/// Checks a file that nobody has open: a backup.
///
/// # Errors
/// If it is missing, of another program or version, or cannot be read at all.
pub fn check_file(path: &Path) -> Result<Report, MaintenanceError> {
    let connection = at_rest(path)?;
    // A copy of an older version has not all tables; restoring brings it up.
    Ok(examine(&connection))
}

pub(super) fn examine(connection: &Connection) -> Report {
    let mut report = Report::default();
    let schema = expect_schema(connection);
    report.take(schema);
    if let Some(lines) = report.take(pages(connection)) {
        lines.into_iter().for_each(|line| report.add("the file's pages", line));
    }
    sqlite::examine(connection, &mut report);
    account::examine(connection, &mut report);
    let entries = audit::verify(connection);
    report.audit = report.take(entries).unwrap_or(0);
    report
}

/// What SQLite finds wrong with its pages and indexes.
fn pages(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let lines = (|| {
        let mut statement = connection.prepare("PRAGMA integrity_check")?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
        lines.collect::<rusqlite::Result<Vec<_>>>()
    })();
    let lines = lines.map_err(fault_at("the file's pages"))?;
    Ok(if lines == ["ok"] { Vec::new() } else { lines })
}
