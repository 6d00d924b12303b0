//! Small facts about the store itself, by name.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

use super::fault;
use super::sum::Sum;
use crate::store::StoreError;

/// 16 random bytes that name this store to its peers; drawn anew when a backup is put in place.
pub(crate) const STORAGE_ID: &str = "storage-id";

/// Until when changes of others may be brought again: Unix milliseconds, 8 bytes.
pub(crate) const REPLAY_UNTIL: &str = "replay-until";

/// When the store was last asked whether it can be written: Unix milliseconds, 8 bytes.
pub(crate) const TOUCHED: &str = "touched";

fn sum(name: &str, value: &[u8]) -> i64 {
    Sum::of("setting").bytes(name.as_bytes()).bytes(value).end()
}

pub(crate) fn put(connection: &Connection, name: &str, value: &[u8]) -> rusqlite::Result<()> {
    let statement = "INSERT OR REPLACE INTO setting (name, value, sum) VALUES (?, ?, ?)";
    connection.prepare_cached(statement)?.execute(params![name, value, sum(name, value)])?;
    Ok(())
}

pub(crate) fn store(connection: &Connection, name: &str, value: &[u8]) -> Result<(), StoreError> {
    put(connection, name, value).map_err(fault::at(format_args!("setting {name}")))
}

pub(crate) fn get(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let place = || format!("setting {name}");
    let read = (|| {
        let mut statement = connection.prepare_cached("SELECT value, sum FROM setting WHERE name = ?")?;
        let row = statement.query_row([name], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)));
        row.optional()
    })();
    match read.map_err(fault::at(&place()))? {
        Some((value, stated)) if stated == sum(name, &value) => Ok(Some(value)),
        Some(_) => Err(fault::damaged(place(), "the checksum does not fit")),
        None => Ok(None),
    }
}
