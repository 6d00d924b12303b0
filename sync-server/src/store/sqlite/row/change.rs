//! Changes in the order in which they were kept, chained by document.

use automerge::ActorId;
use automerge::ChangeHash;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;

use crate::DocumentId;
use crate::access::AccountId;
use crate::database::Sum;
use crate::database::damaged;
use crate::database::fault_at;
use crate::database::sum_of;
use crate::store::Position;
use crate::store::Receipt;
use crate::store::StoreError;

use super::id_of;
use super::unfit;

/// A change, without its bytes.
#[derive(Clone, Debug)]
pub(in super::super) struct ChangeRow {
    pub position: i64,
    pub document: DocumentId,
    /// Its number among the changes of its document, from 1.
    pub nth: i64,
    /// Position of the one before, or 0.
    pub prev: i64,
    pub account: Option<i64>,
    /// Whether its actor belongs to that account since, or already before.
    pub bound: bool,
    pub at: i64,
    pub actor: Vec<u8>,
    /// Its number among the changes of its actor, from 1.
    pub seq: i64,
    pub hash: [u8; 32],
    /// Sum of its bytes.
    pub body: i64,
}

/// Text of a query that must be there in full before it runs: the cache of statements goes by it.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT position, document, nth, prev, account, bound, at, actor, seq, hash, body, sum",
            $rest
        )
    };
}

impl ChangeRow {
    fn sum(&self) -> i64 {
        let sum = Sum::of("change").int(self.position).bytes(self.document.as_bytes()).int(self.nth);
        let sum = sum.int(self.prev).optional(self.account).int(self.bound.into()).int(self.at);
        sum.bytes(&self.actor).int(self.seq).bytes(&self.hash).int(self.body).end()
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<(Self, i64)> {
        let found = Self {
            position: row.get(0)?,
            document: id_of(row, 1)?,
            nth: row.get(2)?,
            prev: row.get(3)?,
            account: row.get(4)?,
            bound: row.get(5)?,
            at: row.get(6)?,
            actor: row.get(7)?,
            seq: row.get(8)?,
            hash: row.get(9)?,
            body: row.get(10)?,
        };
        Ok((found, row.get(11)?))
    }

    fn checked((found, sum): (Self, i64), place: impl Fn() -> String) -> Result<Self, StoreError> {
        if found.sum() == sum { Ok(found) } else { Err(unfit(place())) }
    }

    /// The change at a place where one must be.
    pub(in super::super) fn at(connection: &Connection, position: i64) -> Result<Self, StoreError> {
        let place = || format!("change {position}");
        let found = (|| {
            let sql = select!(" FROM change WHERE position = ?");
            connection.prepare_cached(sql)?.query_row([position], Self::of).optional()
        })();
        match found.map_err(fault_at(format_args!("change {position}")))? {
            Some(row) => Self::checked(row, place),
            None => Err(damaged(place(), "it is missing")),
        }
    }

    /// The change at a place, with its bytes, which must be there.
    pub(in super::super) fn whole(
        connection: &Connection,
        position: i64,
    ) -> Result<(Self, Vec<u8>), StoreError> {
        let place = || format!("change {position}");
        let found = (|| {
            let mut statement =
                connection.prepare_cached(select!(", bytes FROM change WHERE position = ?"))?;
            let row = statement
                .query_row([position], |row| Ok((Self::of(row)?, row.get::<_, Option<Vec<u8>>>(12)?)));
            row.optional()
        })();
        let Some((row, bytes)) = found.map_err(fault_at(format_args!("change {position}")))? else {
            return Err(damaged(place(), "it is missing"));
        };
        let row = Self::checked(row, place)?;
        match bytes {
            Some(bytes) if sum_of(&bytes) == row.body => Ok((row, bytes)),
            Some(_) => Err(unfit(format!("bytes of change {position}"))),
            None => Err(damaged(place(), "its bytes are missing and no snapshot holds them")),
        }
    }

    /// Changes after a place and up to another, in order, none left out.
    pub(in super::super) fn after(
        connection: &Connection,
        after: i64,
        upto: i64,
        mut each: impl FnMut(Self),
    ) -> Result<(), StoreError> {
        let place = || format!("changes after {after}");
        let sql = select!(" FROM change WHERE position > ? AND position <= ? ORDER BY position");
        let mut statement = connection.prepare_cached(sql).map_err(fault_at(place()))?;
        let rows = statement.query_map([after, upto], Self::of).map_err(fault_at(place()))?;
        let mut last = after;
        for row in rows {
            let row = row.map_err(fault_at(format_args!("changes after {last}")))?;
            let row = Self::checked(row, || format!("change {}", last + 1))?;
            if row.position != last + 1 {
                return Err(damaged(format!("change {}", last + 1), "it is missing"));
            }
            last = row.position;
            each(row);
        }
        if last < upto { Err(damaged(format!("change {}", last + 1), "it is missing")) } else { Ok(()) }
    }

    /// The place of the last change of all, or 0.
    pub(in super::super) fn last(connection: &Connection) -> Result<i64, StoreError> {
        let last = (|| {
            let mut statement = connection.prepare_cached("SELECT max(position) FROM change")?;
            statement.query_row([], |row| row.get::<_, Option<i64>>(0))
        })();
        Ok(last.map_err(fault_at("the last change"))?.unwrap_or(0))
    }

    pub(in super::super) fn put(&self, connection: &Connection, bytes: &[u8]) -> rusqlite::Result<()> {
        let sql = "INSERT INTO change (position, document, nth, prev, account, bound, at, actor, seq, hash, body, sum, bytes) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let row = params![
            self.position,
            self.document.as_bytes(),
            self.nth,
            self.prev,
            self.account,
            self.bound,
            self.at,
            self.actor,
            self.seq,
            self.hash,
            self.body,
            self.sum(),
            bytes
        ];
        connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    pub(in super::super) fn let_go(connection: &Connection, position: i64) -> rusqlite::Result<()> {
        connection
            .prepare_cached("UPDATE change SET bytes = NULL WHERE position = ?")?
            .execute([position])?;
        Ok(())
    }

    pub(in super::super) fn actor(&self) -> ActorId {
        ActorId::from(self.actor.as_slice())
    }

    pub(in super::super) fn receipt(&self) -> Receipt {
        Receipt {
            hash: ChangeHash(self.hash),
            position: Position(self.position.cast_unsigned()),
            account: self.account.map(AccountId),
            bound: self.bound,
            at: self.at,
        }
    }
}
