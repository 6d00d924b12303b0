//! The tables, version by version. A file of an older version is brought up in one transaction; a newer one is refused.

use rusqlite::Connection;
use rusqlite::Transaction;

/// Marks the file as ours (`PRAGMA application_id`): "nymt".
pub(crate) const APPLICATION: i64 = 0x6e79_6d74;

/// Version 1: documents. Positions are dense, so that a missing row shows; `prev` and `nth` chain the changes of a
/// document, so that no index has to be kept in step and none can be wrong.
const DOCUMENTS: &str = "
CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL, sum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE document (
  id BLOB PRIMARY KEY NOT NULL,
  key TEXT NOT NULL,
  creator INTEGER,
  last INTEGER NOT NULL,
  count INTEGER NOT NULL,
  snapshot INTEGER NOT NULL,
  cleared INTEGER NOT NULL,
  sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE change (
  position INTEGER PRIMARY KEY,
  document BLOB NOT NULL,
  nth INTEGER NOT NULL,
  prev INTEGER NOT NULL,
  account INTEGER,
  bound INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  body INTEGER NOT NULL,
  sum INTEGER NOT NULL,
  bytes BLOB
) STRICT;
CREATE TABLE snapshot (
  id INTEGER PRIMARY KEY,
  document BLOB NOT NULL,
  upto INTEGER NOT NULL,
  nth INTEGER NOT NULL,
  replaces INTEGER NOT NULL,
  sum INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
";

/// Version 2: accounts and the audit log. Numbers of accounts and sessions are never given again.
const ACCOUNTS: &str = "
CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  admin INTEGER NOT NULL,
  active INTEGER NOT NULL,
  password TEXT,
  created_at INTEGER NOT NULL,
  sum INTEGER NOT NULL
) STRICT;
CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token BLOB NOT NULL UNIQUE,
  account INTEGER NOT NULL,
  device TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  ended_at INTEGER,
  sum INTEGER NOT NULL
) STRICT;
CREATE INDEX session_account ON session (account);
CREATE TABLE code (
  account INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  sum INTEGER NOT NULL
) STRICT;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  account INTEGER,
  event TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
";

/// Version 3: an entry of the audit log is not written over either. `REPLACE` deletes without asking the trigger of version 2.
const AUDIT: &str = "
CREATE TRIGGER audit_is_once BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
";

/// What each version adds to the one before.
const VERSIONS: &[&str] = &[DOCUMENTS, ACCOUNTS, AUDIT];

/// The version that this program writes.
pub(crate) const fn newest() -> i64 {
    VERSIONS.len() as i64
}

/// Brings a file from its version to the newest.
pub(crate) fn upgrade(tx: &Transaction<'_>, from: i64) -> rusqlite::Result<()> {
    let from = usize::try_from(from).unwrap_or_default();
    for version in VERSIONS.iter().skip(from) {
        tx.execute_batch(version)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION)?;
    tx.pragma_update(None, "user_version", newest())
}

/// The words of all tables and triggers, as the file states them.
pub(crate) fn words(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")?;
    let rows = statement.query_map([], |row| {
        let sql: Option<String> = row.get(3)?;
        Ok(format!(
            "{} {} {} {}",
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            sql.unwrap_or_default()
        ))
    })?;
    rows.collect()
}

/// The words that a file of the newest version must state.
pub(crate) fn expected_words() -> rusqlite::Result<Vec<String>> {
    let mut connection = Connection::open_in_memory()?;
    let tx = connection.transaction()?;
    upgrade(&tx, 0)?;
    words(&tx)
}
