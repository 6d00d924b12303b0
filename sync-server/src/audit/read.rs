//! Reading the audit log, page by page.

use rusqlite::Connection;
use rusqlite::Row;
use rusqlite::ToSql;

use super::Audit;
use super::Entry;
use super::Event;
use super::head;
use super::link;
use crate::access::AccountId;
use crate::database::damaged;
use crate::database::fault_at;
use crate::store::StoreError;

/// Entries of one page at most.
const PAGE: usize = 1_000;

/// Which entries to read; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// By this account.
    pub account: Option<AccountId>,
    /// Of this kind.
    pub event: Option<Event>,
    /// Concerning exactly this.
    pub subject: Option<String>,
    /// Not before (Unix milliseconds).
    pub from: Option<i64>,
    /// Before (Unix milliseconds).
    pub until: Option<i64>,
}

/// A row as it stands, with its event's word and its hash.
struct Raw {
    entry: Entry,
    word: String,
    hash: [u8; 32],
}

const COLUMNS: &str = "id, at, account, event, subject, details, hash";

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let word: String = row.get(3)?;
    let entry = Entry {
        id: row.get(0)?,
        at: row.get(1)?,
        account: row.get::<_, Option<i64>>(2)?.map(AccountId),
        event: Event::of(&word).unwrap_or(Event::Stopped),
        subject: row.get(4)?,
        details: row.get(5)?,
    };
    Ok(Raw { entry, word, hash: row.get(6)? })
}

impl Raw {
    /// The entry, if it fits to the one before.
    fn follows(self, before: &[u8; 32]) -> Result<(Entry, [u8; 32]), StoreError> {
        let fits = self.word == self.entry.event.word() && link(before, &self.entry) == self.hash;
        if fits { Ok((self.entry, self.hash)) } else { Err(broken(self.entry.id)) }
    }
}

fn broken(id: i64) -> StoreError {
    damaged(format!("entry {id} of the audit log"), "its hash does not fit to it and the one before")
}

/// Whether the whole log is as it was written, to its end. Gives the number of its entries.
pub(crate) fn verify(connection: &Connection) -> Result<i64, StoreError> {
    let place = "the audit log";
    let (last, end) = head(connection)?;
    let sql = format!("SELECT {COLUMNS} FROM audit ORDER BY id");
    let mut statement = connection.prepare_cached(&sql).map_err(fault_at(place))?;
    let (mut count, mut before) = (0, [0; 32]);
    for row in statement.query_map([], raw).map_err(fault_at(place))? {
        let row = row.map_err(fault_at(place))?;
        if row.entry.id != count + 1 {
            return Err(damaged(format!("entry {} of the audit log", count + 1), "it is missing"));
        }
        (count, before) = (row.entry.id, row.follows(&before)?.1);
    }
    if (count, before) == (last, end) {
        Ok(count)
    } else {
        Err(damaged(place, format!("it ends at entry {count}, but {last} were written")))
    }
}

impl Audit {
    /// The latest entries that pass, newest first, before one of them: the next page is asked for with the last number of
    /// this one.
    ///
    /// # Errors
    /// If they cannot be read, or are not what was written.
    pub fn latest(
        &self,
        filter: &Filter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let range = (0, before.unwrap_or(i64::MAX));
        self.database.read(|connection| select(connection, filter, range, (limit, "DESC")))
    }

    /// Entries after a number, oldest first: for followers.
    ///
    /// # Errors
    /// If they cannot be read, or are not what was written.
    pub fn after(&self, id: i64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.database
            .read(|connection| select(connection, &Filter::default(), (id, i64::MAX), (limit, "ASC")))
    }
}

/// A page of entries after a number, oldest first.
pub(crate) fn following(connection: &Connection, id: i64) -> Result<Vec<Entry>, StoreError> {
    select(connection, &Filter::default(), (id, i64::MAX), (PAGE, "ASC"))
}

/// Entries between two numbers, both left out.
fn select(
    connection: &Connection,
    filter: &Filter,
    between: (i64, i64),
    page: (usize, &str),
) -> Result<Vec<Entry>, StoreError> {
    let place = "the audit log";
    let account = filter.account.map(|account| account.0);
    let event = filter.event.map(Event::word);
    let (limit, order) = (i64::try_from(page.0.min(PAGE)).unwrap_or(1), page.1);
    let sql = format!(
        "SELECT {COLUMNS}, (SELECT hash FROM audit AS earlier WHERE earlier.id = audit.id - 1) FROM audit \
         WHERE id > ?1 AND id < ?2 AND (?3 IS NULL OR account = ?3) AND (?4 IS NULL OR event = ?4) \
         AND (?5 IS NULL OR subject = ?5) AND (?6 IS NULL OR at >= ?6) AND (?7 IS NULL OR at < ?7) \
         ORDER BY id {order} LIMIT ?8"
    );
    let values: [&dyn ToSql; 8] =
        [&between.0, &between.1, &account, &event, &filter.subject, &filter.from, &filter.until, &limit];
    let mut statement = connection.prepare_cached(&sql).map_err(fault_at(place))?;
    let rows = statement.query_map(values, |row| Ok((raw(row)?, row.get::<_, Option<[u8; 32]>>(7)?)));
    let mut entries = Vec::new();
    for row in rows.map_err(fault_at(place))? {
        let (row, before) = row.map_err(fault_at(place))?;
        let before = before.or((row.entry.id == 1).then_some([0; 32])).ok_or_else(|| broken(row.entry.id))?;
        entries.push(row.follows(&before)?.0);
    }
    Ok(entries)
}
