//! One process at a time opens a working folder for writing.

use std::fs;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use super::disk::remedy;

/// Name of the lock file; it stays when the lock is gone, because removing it would let two processes lock two files.
pub const LOCK_FILE: &str = "niemyet.lock";

/// Holds the folder until dropped; the operating system lets go of it also when the process is killed.
#[derive(Debug)]
pub struct FolderLock {
    file: fs::File,
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Said to the system, not left to the closing of the file: a child that is being started has the file open for a moment as well.
        let _ = self.file.unlock();
    }
}

/// Why the folder could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error(
        "thư mục {path} đang được tiến trình {process} dùng; hãy đợi nó xong, hoặc dừng nó, rồi chạy lại. / {path} is opened by process {process}. \
         Wait until it ends, or stop that process, then repeat the command"
    )]
    Held {
        /// The working folder.
        path: PathBuf,
        /// Process id as that process wrote it, or `?`.
        process: String,
    },
    /// The lock file cannot be written.
    #[error(
        "không khóa được {path}. {}. / lock {path}: {source}. {}",
        remedy(source.kind()).vi, remedy(source.kind()).en
    )]
    Io {
        /// The lock file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Takes the lock of the working folder `dir`, or says who has it.
pub fn lock(dir: &Path) -> Result<FolderLock, LockError> {
    let path = dir.join(LOCK_FILE);
    let failed = |source| LockError::Io { path: path.clone(), source };
    let mut file = fs::File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            return Err(LockError::Held { path: dir.to_owned(), process: holder(&mut file) });
        }
        Err(fs::TryLockError::Error(source)) => return Err(failed(source)),
    }
    write_process_id(&mut file).map_err(failed)?;
    Ok(FolderLock { file })
}

fn holder(file: &mut fs::File) -> String {
    let mut text = String::new();
    match file.take(20).read_to_string(&mut text) {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "?".to_owned(),
    }
}

fn write_process_id(file: &mut fs::File) -> io::Result<()> {
    // Fixed width: a shorter id must not leave the tail of a longer one, and no truncation means no moment without.
    file.rewind()?;
    file.write_all(format!("{:>10}\n", std::process::id()).as_bytes())
}
