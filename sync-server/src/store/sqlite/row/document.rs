//! Where each document stands.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;

use crate::DocumentId;
use crate::database::Sum;
use crate::database::damaged;
use crate::database::fault_at;
use crate::store::Listed;
use crate::store::Position;
use crate::store::StoreError;

use super::id_of;
use super::unfit;

/// Where a document stands.
#[derive(Clone, Debug)]
pub(in super::super) struct DocumentRow {
    pub id: DocumentId,
    pub key: String,
    /// The account that delivered its first change.
    pub creator: Option<i64>,
    /// Position of its last change.
    pub last: i64,
    /// How many changes it has.
    pub count: i64,
    /// Its snapshot, or 0.
    pub snapshot: i64,
    /// Up to this position the bytes of its changes were let go.
    pub cleared: i64,
}

const COLUMNS: &str = "id, key, creator, last, count, snapshot, cleared, sum";

impl DocumentRow {
    fn sum(&self) -> i64 {
        let sum =
            Sum::of("document").bytes(self.id.as_bytes()).bytes(self.key.as_bytes()).optional(self.creator);
        sum.int(self.last).int(self.count).int(self.snapshot).int(self.cleared).end()
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<(Self, i64)> {
        let found = Self {
            id: id_of(row, 0)?,
            key: row.get(1)?,
            creator: row.get(2)?,
            last: row.get(3)?,
            count: row.get(4)?,
            snapshot: row.get(5)?,
            cleared: row.get(6)?,
        };
        Ok((found, row.get(7)?))
    }

    fn checked((found, sum): (Self, i64)) -> Result<Self, StoreError> {
        if found.sum() == sum { Ok(found) } else { Err(unfit(format!("document {}", found.id))) }
    }

    pub(in super::super) fn find(
        connection: &Connection,
        id: DocumentId,
    ) -> Result<Option<Self>, StoreError> {
        let found = (|| {
            let sql = format!("SELECT {COLUMNS} FROM document WHERE id = ?");
            connection.prepare_cached(&sql)?.query_row([id.as_bytes()], Self::of).optional()
        })();
        found.map_err(fault_at(format_args!("document {id}")))?.map(Self::checked).transpose()
    }

    /// Every document, by id; the order of the ids shows a page that was changed for another.
    pub(in super::super) fn all(connection: &Connection) -> Result<Vec<Self>, StoreError> {
        let place = "the list of documents";
        let sql = format!("SELECT {COLUMNS} FROM document ORDER BY id");
        let mut statement = connection.prepare_cached(&sql).map_err(fault_at(place))?;
        let rows = statement.query_map([], Self::of).map_err(fault_at(place))?;
        let mut all: Vec<Self> = Vec::new();
        for row in rows {
            let row = Self::checked(row.map_err(fault_at(place))?)?;
            if all.last().is_some_and(|last| last.id >= row.id) {
                return Err(damaged(place, format!("document {} is out of order", row.id)));
            }
            all.push(row);
        }
        Ok(all)
    }

    pub(in super::super) fn put(&self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = format!("INSERT OR REPLACE INTO document ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        let row = params![
            self.id.as_bytes(),
            self.key,
            self.creator,
            self.last,
            self.count,
            self.snapshot,
            self.cleared,
            self.sum()
        ];
        connection.prepare_cached(&sql)?.execute(row)?;
        Ok(())
    }

    pub(in super::super) fn listed(self) -> Listed {
        Listed { id: self.id, key: self.key, last: Position(self.last.cast_unsigned()) }
    }
}
