//! Who may open a store: one process that has it alone, or several that share it.

use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use super::open::Mode;
use super::open::OpenError;

/// The lock; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(Option<File>);

impl Drop for Lock {
    /// Closing would do, but for a child process that is just being started and still has a copy of the handle.
    fn drop(&mut self) {
        if let Some(file) = &self.0
            && let Err(error) = file.unlock()
        {
            tracing::warn!(%error, "the store's lock could not be let go");
        }
    }
}

/// The file beside the store that carries the lock. SQLite's own file cannot: closing any handle of it in this
/// process would drop SQLite's POSIX locks (sqlite.org, "How To Corrupt", section 2.2).
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

pub(super) fn lock(path: &Path, mode: Mode) -> Result<Lock, OpenError> {
    let unreadable =
        |source: io::Error| OpenError::Unreadable { path: path.to_owned(), what: source.to_string() };
    if mode == Mode::Beside {
        return Ok(Lock(None));
    }
    let beside = beside(path);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&beside)
        .map_err(unreadable)?;
    let taken = match mode {
        Mode::Alone => file.try_lock(),
        Mode::Shared | Mode::Beside => file.try_lock_shared(),
    };
    match taken {
        Ok(()) => Ok(Lock(Some(file))),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(unreadable(source)),
    }
}
