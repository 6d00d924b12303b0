//! Whole documents that stand for the changes they hold.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

use crate::DocumentId;
use crate::database::Sum;
use crate::database::damaged;
use crate::database::fault_at;
use crate::store::StoreError;

use super::id_of;
use super::unfit;

/// A snapshot, without its bytes.
#[derive(Clone, Debug)]
pub(in super::super) struct SnapshotRow {
    pub id: i64,
    pub document: DocumentId,
    pub upto: i64,
    /// How many changes of the document it holds.
    pub nth: i64,
    /// The snapshot before, not yet let go, or 0.
    pub replaces: i64,
}

impl SnapshotRow {
    fn sum(&self, bytes: &[u8]) -> i64 {
        let sum = Sum::of("snapshot").int(self.id).bytes(self.document.as_bytes());
        sum.int(self.upto).int(self.nth).int(self.replaces).bytes(bytes).end()
    }

    /// A snapshot that must be there, with its bytes.
    pub(in super::super) fn find(connection: &Connection, id: i64) -> Result<(Self, Vec<u8>), StoreError> {
        let place = || format!("snapshot {id}");
        let found = (|| {
            let sql = "SELECT id, document, upto, nth, replaces, sum, bytes FROM snapshot WHERE id = ?";
            let mut statement = connection.prepare_cached(sql)?;
            let row = statement.query_row([id], |row| {
                let found = Self {
                    id: row.get(0)?,
                    document: id_of(row, 1)?,
                    upto: row.get(2)?,
                    nth: row.get(3)?,
                    replaces: row.get(4)?,
                };
                Ok((found, row.get::<_, i64>(5)?, row.get::<_, Vec<u8>>(6)?))
            });
            row.optional()
        })();
        match found.map_err(fault_at(place()))? {
            Some((row, sum, bytes)) if row.sum(&bytes) == sum => Ok((row, bytes)),
            Some(_) => Err(unfit(place())),
            None => Err(damaged(place(), "it is missing")),
        }
    }

    /// Place of the last change in a snapshot that must be there. Its sum would need its bytes: whoever relies on this reads the bytes of
    /// the changes after it, which are not there if it says too little.
    pub(in super::super) fn upto(connection: &Connection, id: i64) -> Result<i64, StoreError> {
        let found = connection
            .prepare_cached("SELECT upto FROM snapshot WHERE id = ?")
            .and_then(|mut statement| statement.query_row([id], |row| row.get(0)).optional());
        let found = found.map_err(fault_at(format!("snapshot {id}")))?;
        found.ok_or_else(|| damaged(format!("snapshot {id}"), "it is missing"))
    }

    /// A number that no snapshot has: the newest is never deleted before a newer one is there.
    pub(in super::super) fn next_id(connection: &Connection) -> rusqlite::Result<i64> {
        let mut statement = connection.prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM snapshot")?;
        statement.query_row([], |row| row.get(0))
    }

    pub(in super::super) fn put(&self, connection: &Connection, bytes: &[u8]) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO snapshot (id, document, upto, nth, replaces, sum, bytes) \
            VALUES (?, ?, ?, ?, ?, ?, ?)";
        let row = params![
            self.id,
            self.document.as_bytes(),
            self.upto,
            self.nth,
            self.replaces,
            self.sum(bytes),
            bytes
        ];
        connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    pub(in super::super) fn delete(connection: &Connection, id: i64) -> rusqlite::Result<()> {
        connection.prepare_cached("DELETE FROM snapshot WHERE id = ?")?.execute([id])?;
        Ok(())
    }
}
