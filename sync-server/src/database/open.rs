//! Opening and creating the file: the lock, the version, the settings of the engine, and a first look at what it holds.

use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::TransactionBehavior;

use super::Database;
use super::fault;
use super::lock;
use super::place;
use super::pool::Readers;
use super::schema;
use super::setting;
use super::wal;
use crate::chance::Chance;
use crate::chance::NoChance;
use crate::chance::draw;
use crate::store::StoreError;

/// Why a store was not opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none.
    #[error(
        "không có kho dữ liệu `{path}`; hãy tạo bằng `niemyet init`, hoặc phục hồi bản sao lưu bằng `niemyet restore`. / There is no store \
         at `{path}`; make one with `niemyet init`, or restore a backup with `niemyet restore`"
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is one already.
    #[error(
        "`{path}` đã có và không bị ghi đè; hãy chuyển nó đi trước, hoặc chọn nơi khác. / `{path}` is there already and is not written \
         over; move it away first, or choose another place"
    )]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// Another process has it.
    #[error(
        "kho dữ liệu `{path}` đang được một chương trình khác mở, ví dụ `niemyet serve`; hãy dừng chương trình đó (Ctrl+C) rồi chạy lại. / \
         The store `{path}` is open in another process, such as `niemyet serve`; stop that one (Ctrl+C), then repeat the command"
    )]
    InUse {
        /// The store.
        path: PathBuf,
    },
    /// A newer program wrote it.
    #[error(
        "kho dữ liệu `{path}` có phiên bản {found}, chương trình này chỉ đọc được đến phiên bản {known}; hãy dùng niemyet mới hơn. / The \
         store `{path}` has version {found}, this program knows versions up to {known}; use a newer niemyet"
    )]
    Newer {
        /// The store.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest known here.
        known: i64,
    },
    /// It is a database of something else.
    #[error(
        "`{path}` không phải là kho dữ liệu của niemyet; hãy chọn đúng tệp. / `{path}` is not a store of niemyet; name the right file"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The system does not let us.
    #[error(
        "không mở được kho dữ liệu `{path}`; hãy kiểm tra chủ sở hữu, quyền của tệp và ổ đĩa. / This program cannot open the store \
         `{path}`: {what}; look at its owner, its rights and the disk"
    )]
    Unreadable {
        /// The store.
        path: PathBuf,
        /// The system's own words.
        what: String,
    },
    /// It can be opened, and what is in it is wrong, or cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No storage id could be drawn.
    #[error(transparent)]
    Chance(#[from] NoChance),
}

/// Who else may have the store open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Nobody: this is the store's only server.
    #[default]
    Alone,
    /// Other servers on the same machine, each opened so.
    Shared,
    /// Whoever has it: for short work of an administrator's command line beside a running server. SQLite's own locks order
    /// what both write.
    Beside,
}

/// How to open a store.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Who else may have it open.
    pub mode: Mode,
    /// Connections for reading at most.
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { mode: Mode::Alone, readers: 4 }
    }
}

impl Database {
    /// Makes an empty store. It is there whole or not at all.
    ///
    /// # Errors
    /// If something is there already, or it cannot be written.
    pub fn create(path: &Path, chance: &dyn Chance) -> Result<(), OpenError> {
        let id = draw::<16>(chance)?;
        place::expect_vacant(path)?;
        let temporary = place::temporary(path, &id);
        let made = create_at(&temporary, &id).and_then(|()| place::publish(&temporary, path));
        if made.is_err() {
            place::discard(&temporary);
        }
        made
    }

    /// Opens a store, takes its lock, brings it to the newest version and looks whether it is whole.
    ///
    /// # Errors
    /// If it is missing, in use, of another program or version, or damaged.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        if !path.exists() {
            return Err(OpenError::Missing { path: path.to_owned() });
        }
        let mut lock = lock::lock(path, options.mode)?;
        if options.mode == Mode::Alone {
            wal::examine(path)?;
        }
        let unreadable = fault::at("the file's head");
        let mut writer = connect(path).map_err(unreadable)?;
        let from = version(&writer, path)?;
        configure(&writer).map_err(fault::at("settings of the engine"))?;
        if from < schema::newest() {
            // Not while a server of the older version runs.
            if options.mode == Mode::Beside {
                lock = lock::lock(path, Mode::Alone)?;
            }
            bring_up(&mut writer)?;
        }
        expect_schema(&writer)?;
        expect_sound(&writer)?;
        let readers = Readers::new(path, options.readers);
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            version: Mutex::default(),
            readers,
            _lock: lock,
        })
    }
}

/// A connection with what every one needs.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(64);
    // What SQLite keeps of the file beside what the system keeps: 2 MiB (a negative number counts KiB).
    connection.pragma_update(None, "cache_size", -2_048)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// A connection that reads a file at rest (a backup) and leaves nothing beside it.
pub(super) fn connect_at_rest(path: &Path) -> rusqlite::Result<Connection> {
    let escaped: String = path.to_string_lossy().chars().fold(String::new(), |mut out, c| {
        match c {
            '%' => out.push_str("%25"),
            '?' => out.push_str("%3f"),
            '#' => out.push_str("%23"),
            other => out.push(other),
        }
        out
    });
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// Durable before acknowledged: with `synchronous=FULL` every commit waits for the log to be on the disk.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 2_000)?;
    // Whoever writes comes back to the same pages of indices again and again: 8 MiB.
    connection.pragma_update(None, "cache_size", -8_192)?;
    // The log shrinks to 16 MiB after a checkpoint that emptied it.
    connection.pragma_update(None, "journal_size_limit", 16 << 20)
}

/// The version of a store of ours.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<i64, OpenError> {
    let read = |name: &str| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(fault::at("the file's head"))
    };
    if read("application_id")? != schema::APPLICATION {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    let found = read("user_version")?;
    let known = schema::newest();
    if found > known { Err(OpenError::Newer { path: path.to_owned(), found, known }) } else { Ok(found) }
}

/// Brings the tables to the newest version.
pub(super) fn bring_up(connection: &mut Connection) -> Result<(), StoreError> {
    let place = "upgrade of the tables";
    let tx =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault::at(place))?;
    // Read again inside: another server may have done it meanwhile.
    let from = tx.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(fault::at(place))?;
    schema::upgrade(&tx, from).map_err(fault::at(place))?;
    tx.commit().map_err(fault::at(place))
}

/// The tables must be word for word those that this program made.
pub(crate) fn expect_schema(connection: &Connection) -> Result<(), StoreError> {
    let place = "the list of tables";
    let found = schema::words(connection).map_err(fault::at(place))?;
    if found == schema::expected_words().map_err(fault::at(place))? {
        Ok(())
    } else {
        Err(fault::damaged(place, "the tables are not those that this program makes"))
    }
}

/// The structure of all pages. What rows say has sums of its own.
fn expect_sound(connection: &Connection) -> Result<(), StoreError> {
    let place = "the file's pages";
    let first: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(fault::at(place))?;
    if first == "ok" { Ok(()) } else { Err(fault::damaged(place, first)) }
}

fn create_at(path: &Path, id: &[u8; 16]) -> Result<(), OpenError> {
    let unreadable =
        |source: io::Error| OpenError::Unreadable { path: path.to_owned(), what: source.to_string() };
    File::create_new(path).map_err(unreadable)?;
    let mut connection = connect(path).map_err(fault::at("a new store"))?;
    let made = (|| {
        let tx = connection.transaction()?;
        schema::upgrade(&tx, 0)?;
        setting::put(&tx, setting::STORAGE_ID, id)?;
        tx.commit()
    })();
    made.map_err(fault::at("a new store"))?;
    drop(connection);
    place::make_durable(path)
}
