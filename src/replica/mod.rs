//! The working folder of an office: its settings, documents, site source and releases, opened by one process at a time.

pub mod disk;
pub mod documents;
pub mod folder;
mod former;
pub mod import;
pub mod lock;
pub mod peer;
pub mod project;
pub mod site_source;

use std::io;
use std::path::Path;
use std::path::PathBuf;

use niemyet_sync::database::OpenError;
use niemyet_sync::store::StoreError;

use crate::config::ConfigError;
use crate::document::DocumentError;
use disk::could_not;
use disk::remedy;
use lock::LockError;

/// Why a working folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It was never set up.
    #[error(
        "{dir} không phải là thư mục làm việc; hãy chạy `niemyet init --from data/sonla-2021 --dir {typed}` trước, hoặc `niemyet demo`. / {dir} \
         is not a working folder. Run `niemyet init --from data/sonla-2021 --dir {typed}` first, or `niemyet demo`",
        typed = folder::typed(dir)
    )]
    NotAFolder {
        /// The folder.
        dir: PathBuf,
    },
    /// A file operation failed.
    #[error(
        "{} {path}. {}. / {action} {path}: {source}. {}",
        could_not(action), remedy(source.kind()).vi, remedy(source.kind()).en
    )]
    Io {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is not the document that it should be.
    #[error(
        "{path} không phải là văn bản nguyên vẹn, chưa có gì bị xóa; hãy lấy lại bản tốt của tệp này từ bản sao lưu hoặc từ máy khác rồi chạy \
         lại. / {path} is not a sound document: {what}. Nothing was deleted. Put back a good copy of this file from a backup or from another \
         machine, then repeat the command"
    )]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A document was brought to a format that this version does not know: nothing is damaged.
    #[error("{path}: {source}")]
    Newer {
        /// The store, or the file.
        path: PathBuf,
        /// Which document, and what to do.
        source: Box<DocumentError>,
    },
    /// The store cannot be read or written, or is damaged.
    #[error("{path}: {source}")]
    Store {
        /// The store.
        path: PathBuf,
        /// Why, and what to do.
        source: StoreError,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file of the site cannot be used.
    #[error(
        "{path}: tệp này không dùng được trong trang; hãy đổi tên hoặc bỏ ra khỏi thư mục site rồi chạy lại. / {path}: {what}. Rename it or take \
         it out of the site, then repeat the command"
    )]
    Source {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Another process has it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A setting.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl FolderError {
    /// Why a document in this file cannot be read; `damaged` says so of one that is not what it should be.
    fn unread(path: &Path, error: DocumentError, damaged: impl FnOnce(String) -> Self) -> Self {
        match error {
            DocumentError::TooNew { .. } => Self::Newer { path: path.to_owned(), source: Box::new(error) },
            _ => damaged(error.to_string()),
        }
    }

    /// Adapter for `map_err`: what was being done to which file.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
