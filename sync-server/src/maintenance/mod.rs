//! Keeping the store: backup while the server runs, a check of everything in it, and putting a backup in its place.

mod backup;
mod check;
mod restore;

use std::fmt;
use std::path::PathBuf;

use crate::database::OpenError;
use crate::store::StoreError;

pub use backup::backup;
pub use check::check;
pub use check::check_file;
pub use restore::Restore;
pub use restore::restore;

/// Something in the store that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Table, document or page.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Documents that were read whole.
    pub documents: usize,
    /// Changes that stand in the store.
    pub changes: i64,
    /// Accounts.
    pub accounts: usize,
    /// Entries of the audit log.
    pub audit: i64,
    /// What is wrong, at most [`Report::MOST`] of it.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Problems that are told one by one.
    pub const MOST: usize = 100;

    pub(crate) fn add(&mut self, place: impl Into<String>, what: impl Into<String>) {
        if self.problems.len() < Self::MOST {
            self.problems.push(Problem { place: place.into(), what: what.into() });
        }
    }

    /// The value, or a problem.
    pub(crate) fn take<T>(&mut self, result: Result<T, StoreError>) -> Option<T> {
        match result {
            Ok(value) => return Some(value),
            Err(StoreError::Damaged { place, what }) => self.add(place, what),
            Err(other) => self.add("the store", other.to_string()),
        }
        None
    }
}

/// Why a backup was not made or not put in its place.
#[derive(Debug, thiserror::Error)]
pub enum MaintenanceError {
    /// Opening or naming a file failed.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Reading or writing failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such folder for the backup.
    #[error(
        "không có thư mục `{folder}` để ghi bản sao lưu; hãy tạo bằng `mkdir -p {folder}`, hoặc chọn nơi khác. / There is no folder \
         `{folder}` for the backup; make it with `mkdir -p {folder}`, or choose another place"
    )]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// What should be a folder is a file.
    #[error(
        "`{path}` không phải là thư mục; hãy ghi bản sao lưu vào một thư mục. / `{path}` is not a folder; write the backup into a folder"
    )]
    NotAFolder {
        /// What is there.
        path: PathBuf,
    },
    /// A folder where a file should be made.
    #[error(
        "`{path}` là thư mục; hãy ghi thêm tên tệp, ví dụ `{path}/backup.sqlite`. / `{path}` is a folder; name a file, for example \
         `{path}/backup.sqlite`"
    )]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// There is no such backup.
    #[error(
        "không có tệp sao lưu `{path}`; hãy kiểm tra đường dẫn (tệp sao lưu do `niemyet backup` tạo ra). / There is no backup `{path}`; \
         check the path (`niemyet backup` makes backups)"
    )]
    NoBackup {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file that no backup command wrote.
    #[error(
        "`{path}` không phải là bản sao lưu; hãy chọn tệp do `niemyet backup` tạo ra. / `{path}` is not a backup; name a file that \
         `niemyet backup` made"
    )]
    NotABackup {
        /// The file.
        path: PathBuf,
    },
    /// The copy is not whole.
    #[error(
        "bản sao lưu không nguyên vẹn nên không được dùng; hãy dùng bản khác. / The backup is not whole, and was not used; take another \
         one: {}",
        list(problems)
    )]
    Unsound {
        /// What is wrong with it.
        problems: Vec<Problem>,
    },
}

fn list(problems: &[Problem]) -> String {
    let more = problems.len().saturating_sub(3);
    let first: Vec<String> = problems.iter().take(3).map(ToString::to_string).collect();
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{rest}", first.join("; "))
}
