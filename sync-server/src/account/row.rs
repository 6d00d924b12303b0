//! Rows of accounts, sessions and codes: written with a sum, read only if the sum fits.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;

use super::Account;
use super::AccountError;
use super::Session;
use super::SessionId;
use crate::access::AccountId;
use crate::database::Sum;
use crate::database::damaged;
use crate::database::fault_at;
use crate::store::StoreError;

/// An account with what is kept of its password.
#[derive(Clone, Debug)]
pub(crate) struct AccountRow {
    pub(super) account: Account,
    pub(super) password: Option<String>,
}

/// A session with what is kept of its token.
#[derive(Clone, Debug)]
pub(crate) struct SessionRow {
    pub(super) session: Session,
    pub(super) token: [u8; 32],
}

/// A one-time code that was not used yet. Account 0: it makes the first administrator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeRow {
    pub(super) account: i64,
    pub(super) hash: [u8; 32],
    pub(super) expires_at: i64,
}

const UNFIT: &str = "the checksum does not fit";

macro_rules! account {
    ($rest:literal) => {
        concat!("SELECT id, login, name, body, admin, active, password, created_at, sum FROM account", $rest)
    };
}

macro_rules! session {
    ($rest:literal) => {
        concat!(
            "SELECT id, token, account, device, created_at, expires_at, ended_at, sum FROM session",
            $rest
        )
    };
}

impl AccountRow {
    fn sum(&self) -> i64 {
        let account = &self.account;
        let sum = Sum::of("account").int(account.id.0).bytes(account.login.as_bytes());
        let sum = sum.bytes(account.name.as_bytes()).bytes(account.body.as_bytes());
        let sum = sum.int(account.admin.into()).int(account.active.into()).int(account.created_at);
        let password = self.password.as_deref().unwrap_or_default();
        sum.int(self.password.is_some().into()).bytes(password.as_bytes()).end()
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<(Self, i64)> {
        let password: Option<String> = row.get(6)?;
        let account = Account {
            id: AccountId(row.get(0)?),
            login: row.get(1)?,
            name: row.get(2)?,
            body: row.get(3)?,
            admin: row.get(4)?,
            active: row.get(5)?,
            has_password: password.is_some(),
            created_at: row.get(7)?,
        };
        Ok((Self { account, password }, row.get(8)?))
    }

    fn checked((row, sum): (Self, i64)) -> Result<Self, StoreError> {
        let fits = row.sum() == sum;
        if fits { Ok(row) } else { Err(damaged(format!("account {}", row.account.id.0), UNFIT)) }
    }

    pub(crate) fn all(connection: &Connection) -> Result<Vec<Self>, StoreError> {
        let place = "the accounts";
        let mut statement =
            connection.prepare_cached(account!(" ORDER BY login")).map_err(fault_at(place))?;
        let rows = statement.query_map([], Self::of).map_err(fault_at(place))?;
        rows.map(|row| Self::checked(row.map_err(fault_at(place))?)).collect()
    }

    pub(super) fn get(connection: &Connection, id: AccountId) -> Result<Self, AccountError> {
        let found = (|| {
            let mut statement = connection.prepare_cached(account!(" WHERE id = ?"))?;
            statement.query_row([id.0], Self::of).optional()
        })();
        match found.map_err(fault_at(format_args!("account {}", id.0)))? {
            Some(row) => Ok(Self::checked(row)?),
            None => Err(AccountError::Unknown { id }),
        }
    }

    pub(super) fn find(connection: &Connection, login: &str) -> Result<Option<Self>, StoreError> {
        let found = (|| {
            let mut statement = connection.prepare_cached(account!(" WHERE login = ?"))?;
            statement.query_row([login], Self::of).optional()
        })();
        found.map_err(fault_at("the accounts"))?.map(Self::checked).transpose()
    }

    /// Adds the account and gives it its number.
    pub(super) fn add(mut self, connection: &Connection) -> Result<Self, AccountError> {
        let next = connection.query_row(
            "SELECT 1 + max(coalesce((SELECT max(id) FROM account), 0), \
             coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'account'), 0))",
            [],
            |row| row.get(0),
        );
        self.account.id = AccountId(next.map_err(fault_at("the accounts"))?);
        self.put(connection)?;
        Ok(self)
    }

    pub(super) fn put(&self, connection: &Connection) -> Result<(), StoreError> {
        let account = &self.account;
        let put = (|| {
            let sql = "INSERT INTO account (id, login, name, body, admin, active, password, created_at, sum) \
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO UPDATE SET \
                name = ?3, body = ?4, admin = ?5, active = ?6, password = ?7, sum = ?9";
            connection.prepare_cached(sql)?.execute(params![
                account.id.0,
                account.login,
                account.name,
                account.body,
                account.admin,
                account.active,
                self.password,
                account.created_at,
                self.sum()
            ])
        })();
        put.map(drop).map_err(fault_at(format_args!("account {}", account.id.0)))
    }
}

impl SessionRow {
    fn sum(&self) -> i64 {
        let session = &self.session;
        let sum = Sum::of("session").int(session.id.0).bytes(&self.token).int(session.account.0);
        let device = session.device.as_deref().unwrap_or_default();
        let sum = sum.int(session.device.is_some().into()).bytes(device.as_bytes()).int(session.created_at);
        sum.optional(session.expires_at).optional(session.ended_at).end()
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<(Self, i64)> {
        let session = Session {
            id: SessionId(row.get(0)?),
            account: AccountId(row.get(2)?),
            device: row.get(3)?,
            created_at: row.get(4)?,
            expires_at: row.get(5)?,
            ended_at: row.get(6)?,
        };
        Ok((Self { session, token: row.get(1)? }, row.get(7)?))
    }

    fn checked((row, sum): (Self, i64)) -> Result<Self, StoreError> {
        let fits = row.sum() == sum;
        if fits { Ok(row) } else { Err(damaged(format!("session {}", row.session.id.0), UNFIT)) }
    }

    fn one(
        connection: &Connection,
        sql: &str,
        key: impl rusqlite::ToSql,
    ) -> Result<Option<Self>, StoreError> {
        let found = (|| connection.prepare_cached(sql)?.query_row([key], Self::of).optional())();
        found.map_err(fault_at("the sessions"))?.map(Self::checked).transpose()
    }

    pub(super) fn get(connection: &Connection, id: SessionId) -> Result<Option<Self>, StoreError> {
        Self::one(connection, session!(" WHERE id = ?"), id.0)
    }

    pub(super) fn find(connection: &Connection, token: &[u8; 32]) -> Result<Option<Self>, StoreError> {
        Self::one(connection, session!(" WHERE token = ?"), token)
    }

    pub(super) fn of_account(connection: &Connection, account: AccountId) -> Result<Vec<Self>, StoreError> {
        Self::many(connection, session!(" WHERE account = ?1 ORDER BY id"), Some(account.0))
    }

    pub(crate) fn all(connection: &Connection) -> Result<Vec<Self>, StoreError> {
        Self::many(connection, session!(" WHERE ?1 IS NULL ORDER BY id"), None)
    }

    fn many(connection: &Connection, sql: &str, key: Option<i64>) -> Result<Vec<Self>, StoreError> {
        let place = "the sessions";
        let mut statement = connection.prepare_cached(sql).map_err(fault_at(place))?;
        let rows = statement.query_map([key], Self::of).map_err(fault_at(place))?;
        rows.map(|row| Self::checked(row.map_err(fault_at(place))?)).collect()
    }

    /// Adds the session and gives it its number.
    pub(super) fn add(mut self, connection: &Connection) -> Result<Self, StoreError> {
        let place = "the sessions";
        let next = connection.query_row(
            "SELECT 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'session'), 0)",
            [],
            |row| row.get(0),
        );
        self.session.id = SessionId(next.map_err(fault_at(place))?);
        let (sum, session) = (self.sum(), &self.session);
        let sql = "INSERT INTO session (id, token, account, device, created_at, expires_at, ended_at, sum) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let put = connection.execute(
            sql,
            params![
                session.id.0,
                self.token,
                session.account.0,
                session.device,
                session.created_at,
                session.expires_at,
                session.ended_at,
                sum
            ],
        );
        put.map_err(fault_at(place))?;
        Ok(self)
    }

    /// Ends it; what ended already stays as it ended.
    pub(super) fn end(mut self, connection: &Connection, now: i64) -> Result<(), StoreError> {
        if self.session.ended_at.is_some() {
            return Ok(());
        }
        self.session.ended_at = Some(now);
        let values = params![self.session.ended_at, self.sum(), self.session.id.0];
        let put = connection.execute("UPDATE session SET ended_at = ?, sum = ? WHERE id = ?", values);
        put.map(drop).map_err(fault_at("the sessions"))
    }

    /// Forgets sessions that ended or expired before a time.
    pub(super) fn purge(connection: &Connection, before: i64) -> Result<usize, StoreError> {
        let sql = "DELETE FROM session WHERE ended_at < ?1 OR expires_at < ?1";
        connection.execute(sql, [before]).map_err(fault_at("the sessions"))
    }
}

impl CodeRow {
    fn sum(&self) -> i64 {
        Sum::of("code").int(self.account).bytes(&self.hash).int(self.expires_at).end()
    }

    pub(super) fn get(connection: &Connection, account: i64) -> Result<Option<Self>, StoreError> {
        let place = "the one-time codes";
        let found = (|| {
            let mut statement = connection
                .prepare_cached("SELECT account, hash, expires_at, sum FROM code WHERE account = ?")?;
            let row = statement.query_row([account], |row| {
                let found = Self { account: row.get(0)?, hash: row.get(1)?, expires_at: row.get(2)? };
                Ok((found, row.get::<_, i64>(3)?))
            });
            row.optional()
        })();
        match found.map_err(fault_at(place))? {
            Some((row, sum)) if row.sum() == sum => Ok(Some(row)),
            Some(_) => Err(damaged(place, UNFIT)),
            None => Ok(None),
        }
    }

    /// Keeps it in place of an earlier one for the same account.
    pub(super) fn put(&self, connection: &Connection) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO code (account, hash, expires_at, sum) VALUES (?, ?, ?, ?)";
        let put = connection.execute(sql, params![self.account, self.hash, self.expires_at, self.sum()]);
        put.map(drop).map_err(fault_at("the one-time codes"))
    }

    pub(super) fn delete(connection: &Connection, account: i64) -> Result<(), StoreError> {
        let gone = connection.execute("DELETE FROM code WHERE account = ?", [account]);
        gone.map(drop).map_err(fault_at("the one-time codes"))
    }
}
