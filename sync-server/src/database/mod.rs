//! The file in which everything lies that must survive: documents, accounts, audit log. SQLite, write-ahead log,
//! every commit on the disk before it is reported.
//!
//! One connection writes, a bounded number read. What is read is checked against a sum kept in its row.

mod copy;
mod fault;
mod lock;
mod open;
pub(crate) mod place;
mod pool;
mod schema;
pub(crate) mod setting;
mod sum;
mod wal;

use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

use rusqlite::Connection;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;

use crate::audit;
use crate::audit::Act;
use crate::audit::Event;
use crate::audit::Note;
use crate::store::StoreError;

pub use open::Mode;
pub use open::OpenError;
pub use open::Options;

pub(crate) use copy::at_rest;
pub(crate) use copy::copy_to;
pub(crate) use copy::rewrite;
pub(crate) use copy::upgrade;
pub(crate) use fault::at as fault_at;
pub(crate) use fault::damaged;
pub(crate) use open::expect_schema;
pub(crate) use sum::Sum;
pub(crate) use sum::sum_of;

/// An open store file. Shared by the stores of documents, accounts and the audit log.
pub struct Database {
    path: PathBuf,
    writer: Mutex<Connection>,
    /// SQLite's own number for "another connection has committed", as last seen by the writing one.
    version: Mutex<Option<i64>>,
    readers: pool::Readers,
    _lock: lock::Lock,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Database {
    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// 16 random bytes that name this store to its peers. A store restored from a backup has others than before, since
    /// it lacks what was kept after the backup.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn storage_id(&self) -> Result<[u8; 16], StoreError> {
        let id = self.read(|tx| setting::get(tx, setting::STORAGE_ID))?;
        let id = id.and_then(|bytes| bytes.try_into().ok());
        id.ok_or_else(|| damaged("setting storage-id", "it is missing or has not 16 bytes"))
    }

    /// Until when clients may bring again what others wrote after the backup from which this store was restored (Unix
    /// milliseconds), if it was and that was allowed.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn replay_until(&self) -> Result<Option<i64>, StoreError> {
        let Some(bytes) = self.read(|tx| setting::get(tx, setting::REPLAY_UNTIL))? else { return Ok(None) };
        let until = bytes.try_into().map(i64::from_le_bytes);
        let until = until.map_err(|_| damaged("setting replay-until", "it has not 8 bytes"))?;
        Ok((until != i64::MIN).then_some(until))
    }

    /// Writes a few bytes durably: whether the store can be written at all.
    ///
    /// # Errors
    /// If it cannot.
    pub fn touch(&self, now: i64) -> Result<(), StoreError> {
        self.write(|tx| setting::store(tx, setting::TOUCHED, &now.to_le_bytes()))
    }

    /// Whether anything but this object has committed to the file since this was last asked (`PRAGMA data_version`); the first
    /// answer is yes.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn was_changed_elsewhere(&self) -> Result<bool, StoreError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let read = writer.pragma_query_value(None, "data_version", |row| row.get(0));
        let version: i64 = read.map_err(fault_at("data_version"))?;
        drop(writer);
        let mut seen = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(seen.replace(version) != Some(version))
    }

    /// Answers yes at the next question.
    pub fn forget_version(&self) {
        *self.version.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Sets until when that is allowed; `None` ends it.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn allow_replay(&self, act: Act, until: Option<i64>) -> Result<(), StoreError> {
        self.write(|tx| {
            setting::store(tx, setting::REPLAY_UNTIL, &until.unwrap_or(i64::MIN).to_le_bytes())?;
            let details =
                until.map_or("ended".to_owned(), |until| format!("until {until} (Unix milliseconds)"));
            let event = Event::ReplayChanged;
            audit::write(tx, &Note { act, event, subject: "replay", details: &details })
        })
    }

    /// Reads in one view of the store: what others commit meanwhile is not seen.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let reader = self.readers.take().map_err(fault_at("a connection for reading"))?;
        let connection =
            reader.connection().ok_or_else(|| StoreError::Unavailable { what: "no reader".into() })?;
        let tx = connection.unchecked_transaction().map_err(fault_at("begin of a read"))?;
        work(&tx)
    }

    /// Writes in one commit. When this returns `Ok`, it is on the disk; otherwise nothing was changed.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = writer.transaction_with_behavior(TransactionBehavior::Immediate);
        let tx = begun.map_err(fault_at("begin of a write"))?;
        let done = work(&tx)?;
        tx.commit().map_err(fault_at("commit"))?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::SystemChance;

    /// Without these a commit that was reported may be lost with the power.
    #[test]
    fn the_connection_that_writes_waits_for_the_disk() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("store.sqlite");
        Database::create(&path, &SystemChance).unwrap();
        for mode in [Mode::Alone, Mode::Shared, Mode::Beside] {
            let database = Database::open(&path, Options { mode, readers: 1 }).unwrap();
            database.touch(1).unwrap();
            let writer = database.writer.lock().unwrap();
            let journal: String = writer.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
            let synchronous: i64 = writer.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
            // 2 is FULL.
            assert_eq!((journal.as_str(), synchronous), ("wal", 2), "{mode:?}");
        }
    }
}
