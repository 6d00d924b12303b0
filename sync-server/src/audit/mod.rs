//! The audit log: who did what, when. It only grows (triggers in the database forbid the rest), and each entry carries a hash
//! over itself and the one before, so that a change, a gap or a cut end shows.
//!
//! The chain shows decay and clumsy hands. Whoever can write the file can also compute a new chain; what stands in a
//! backup elsewhere is what they cannot reach.

mod event;
mod read;

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Transaction;
use rusqlite::params;
use sha2::Digest;
use sha2::Sha256;

use crate::access::AccountId;
use crate::database::Database;
use crate::database::damaged;
use crate::database::fault_at;
use crate::database::setting;
use crate::store::StoreError;

pub use event::Event;
pub use read::Filter;
pub(crate) use read::following;
pub(crate) use read::verify;

/// Details longer than this are cut: they may come from a peer.
const LONGEST: usize = 1_000;

/// Where the log ends: number and hash of the last entry.
const HEAD: &str = "audit-head";

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub id: i64,
    /// Unix milliseconds of the server's clock.
    pub at: i64,
    /// Who did it; `None` for the server, the command line, or somebody unknown.
    pub account: Option<AccountId>,
    /// What it was.
    pub event: Event,
    /// Whom or what it concerns: a login, a document, a file.
    pub subject: String,
    /// More, in words. No secrets.
    pub details: String,
}

/// Something done: when, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// Unix milliseconds.
    pub now: i64,
    /// Who; `None` for the server, the command line, or somebody unknown.
    pub by: Option<AccountId>,
}

/// What is to be noted, before it has a number.
#[derive(Clone, Debug)]
pub(crate) struct Note<'a> {
    pub(crate) act: Act,
    pub(crate) event: Event,
    pub(crate) subject: &'a str,
    pub(crate) details: &'a str,
}

/// The audit log of a database.
#[derive(Clone, Debug)]
pub struct Audit {
    database: Arc<Database>,
}

impl Audit {
    /// The log of a database.
    pub fn new(database: Arc<Database>) -> Self {
        Self { database }
    }

    /// Notes what happened. Durable when this returns.
    ///
    /// # Errors
    /// If it could not be kept.
    pub fn record(&self, act: Act, event: Event, subject: &str, details: &str) -> Result<(), StoreError> {
        self.database.write(|tx| write(tx, &Note { act, event, subject, details }))
    }
}

fn cut(text: &str) -> &str {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// The hash of an entry that follows one with this hash. Every field is framed by its length.
pub(crate) fn link(before: &[u8; 32], entry: &Entry) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(entry.id.to_le_bytes());
    hash.update(entry.at.to_le_bytes());
    hash.update(entry.account.map_or(-1, |account| account.0).to_le_bytes());
    for text in [entry.event.word(), &entry.subject, &entry.details] {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

/// Number and hash of the last entry, as noted apart from it; before the first entry zeros.
pub(crate) fn head(connection: &Connection) -> Result<(i64, [u8; 32]), StoreError> {
    let Some(bytes) = setting::get(connection, HEAD)? else { return Ok((0, [0; 32])) };
    let parts =
        bytes.split_first_chunk::<8>().and_then(|(id, hash)| Some((*id, <[u8; 32]>::try_from(hash).ok()?)));
    let (id, hash) = parts.ok_or_else(|| damaged("setting audit-head", "it has not 40 bytes"))?;
    Ok((i64::from_le_bytes(id), hash))
}

/// Notes what happened in the commit that does it.
pub(crate) fn write(tx: &Transaction<'_>, note: &Note<'_>) -> Result<(), StoreError> {
    let (last, before) = head(tx)?;
    let entry = Entry {
        id: last + 1,
        at: note.act.now,
        account: note.act.by,
        event: note.event,
        subject: cut(note.subject).to_owned(),
        details: cut(note.details).to_owned(),
    };
    let hash = link(&before, &entry);
    let kept = (|| {
        let there: Option<i64> = tx
            .prepare_cached("SELECT id FROM audit WHERE id >= ? LIMIT 1")?
            .query_row([entry.id], |row| row.get(0))
            .optional()?;
        if there.is_some() {
            return Ok(false);
        }
        let sql =
            "INSERT INTO audit (id, at, account, event, subject, details, hash) VALUES (?, ?, ?, ?, ?, ?, ?)";
        tx.prepare_cached(sql)?.execute(params![
            entry.id,
            entry.at,
            entry.account.map(|account| account.0),
            entry.event.word(),
            entry.subject,
            entry.details,
            hash
        ])?;
        setting::put(tx, HEAD, &[entry.id.to_le_bytes().as_slice(), &hash].concat())?;
        Ok(true)
    })();
    match kept.map_err(fault_at("the audit log"))? {
        true => Ok(()),
        false => Err(damaged("the audit log", format!("entry {} stands beyond its noted end", entry.id))),
    }
}
