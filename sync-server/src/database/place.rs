//! Files that appear whole or not at all: written under another name, made durable, then renamed without replacing.

use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use rustix::fs::CWD;
use rustix::fs::RenameFlags;
use rustix::fs::renameat_with;
use rustix::io::Errno;

use super::open::OpenError;

/// A name beside the path that nothing else has.
pub(crate) fn temporary(path: &Path, random: &[u8; 16]) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.partial", bs58::encode(random).into_string()));
    name.into()
}

/// What SQLite may have left beside a database, and the database.
pub(crate) fn discard(temporary: &Path) {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let mut name = temporary.as_os_str().to_owned();
        name.push(suffix);
        let path = PathBuf::from(name);
        if path.exists()
            && let Err(error) = std::fs::remove_file(&path)
        {
            tracing::warn!(path = %path.display(), %error, "a partial file could not be removed");
        }
    }
}

/// Neither a store nor a log that belongs to one may be there: SQLite would take an old log for the new file's.
pub(crate) fn expect_vacant(path: &Path) -> Result<(), OpenError> {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        if Path::new(&name).exists() {
            return Err(OpenError::Exists { path: name.into() });
        }
    }
    Ok(())
}

/// Waits until a file is on the disk.
pub(crate) fn make_durable(path: &Path) -> Result<(), OpenError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| unreadable(path, &error))
}

/// Gives a durable file its name. What has the name already stays.
pub(crate) fn publish(temporary: &Path, path: &Path) -> Result<(), OpenError> {
    match renameat_with(CWD, temporary, CWD, path, RenameFlags::NOREPLACE) {
        Ok(()) => {}
        Err(Errno::EXIST) => return Err(OpenError::Exists { path: path.to_owned() }),
        // Some file systems know no such rename; then the look before it has to do.
        Err(Errno::INVAL | Errno::NOSYS) if !path.exists() => {
            std::fs::rename(temporary, path).map_err(|error| unreadable(path, &error))?;
        }
        Err(error) => return Err(unreadable(path, &error.into())),
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent).and_then(|folder| folder.sync_all()).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> OpenError {
    OpenError::Unreadable { path: path.to_owned(), what: error.to_string() }
}
