//! The edge: every failure of a command with its exit code, its stable code, and words that end with the next step.

use std::io;
use std::path::PathBuf;

use niemyet_sync::account::AccountError;
use niemyet_sync::maintenance::MaintenanceError;

use crate::build::engine::BuildError;
use crate::document::DocumentError;
use crate::rebuild::RebuildError;
use crate::release::ReleaseError;
use crate::replica::FolderError;
use crate::replica::disk::could_not;
use crate::replica::disk::remedy;
use crate::replica::lock::LockError;
use crate::replica::peer::PeerError;
use crate::replica::peer::link::LinkError;
use crate::replica::project::ProjectError;
use crate::timetable::TimetableError;
use crate::watch::WatchError;
use crate::web::sync::SyncError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Stdout cannot be written.
    #[error(
        "không ghi được kết quả; hãy kiểm tra nơi nhận rồi chạy lại. / Write the result: {0}. Check where the output goes, then repeat the command"
    )]
    Output(io::Error),
    /// A file that the command was given.
    #[error(
        "{} {path}. {}. / {action} {path}: {source}. {}",
        could_not(action), remedy(source.kind()).vi, remedy(source.kind()).en
    )]
    File {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Reference data with problems, which have been told.
    #[error(
        "có {count} chỗ sai; hãy sửa rồi chạy lại lệnh này. / {count} problem(s) found. Correct them and run the same command again"
    )]
    Problems {
        /// How many.
        count: usize,
    },
    /// A command whose arguments make no sense together.
    #[error("{0}")]
    Usage(String),
    /// Something that is not there, or may not be done.
    #[error("{0}")]
    Refused(String),
    /// A store with problems, which have been told.
    #[error(
        "{path}: có {count} chỗ hỏng, chưa có gì bị xóa; hãy dừng máy chủ, chuyển tệp này đi nơi khác rồi chạy `niemyet restore`. / {path}: \
         {count} problem(s) found. Nothing was deleted; stop the server, move the file away, and run `niemyet restore`"
    )]
    Unsound {
        /// The store.
        path: PathBuf,
        /// How many.
        count: usize,
    },
    /// An account.
    #[error("{}", account_words(.0))]
    Account(#[from] AccountError),
    /// A backup.
    #[error(transparent)]
    Maintenance(#[from] MaintenanceError),
    /// A release that is not what its inputs give, or whose bytes are damaged; details have been told.
    #[error("bản phát hành {id} không đạt: {}. {}. / Release {id} does not pass: {}. {}", what.0, next.0, what.1, next.1)]
    Verify {
        /// The release.
        id: String,
        /// What differs, in both languages.
        what: (String, String),
        /// What to do.
        next: (&'static str, &'static str),
    },
    /// The address cannot be listened on.
    #[error(
        "không mở được địa chỉ {address}; hãy dừng chương trình đang dùng nó, hoặc chọn địa chỉ khác bằng --listen. / Listen on {address}: \
         {source}. Stop what uses it, or choose another with --listen"
    )]
    Listen {
        /// The address.
        address: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The documents cannot be served.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The server ended before everything was kept.
    #[error(
        "máy chủ dừng khi nội dung vừa nhận chưa ghi hết; phần đó chưa được xác nhận nên các cơ quan vẫn giữ và sẽ gửi lại. Hãy xem nhật ký và \
         ổ đĩa trước khi chạy lại. / The server was stopped before everything that had come was on the disk. Nothing of it was acknowledged: offices \
         still have it and send it again. Look at the log and the disk before starting it"
    )]
    NotKept,
    /// A document cannot be read, or may not be written so.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The replica.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// Somebody stopped the command.
    #[error(
        "đã dừng khi chưa gửi và nhận xong; nội dung đã nhận và đã soạn vẫn còn, hãy chạy lại để tiếp tục. / Stopped before everything was sent \
         and fetched. What came and what was edited is kept; repeat the command to go on"
    )]
    Interrupted,
    /// Documents that the server does not have as they are here; which ones has been told.
    #[error(
        "còn {count} văn bản mà máy chủ chưa có như ở đây; nội dung đã soạn vẫn còn, xem hướng dẫn bên dưới mỗi văn bản. / {count} document(s) \
         are not on the server as they are here. What was edited is kept; see what is said beside each"
    )]
    NotInStep {
        /// How many.
        count: usize,
    },
    /// The folder to be set up is in use.
    #[error(
        "{dir} {}, nên chưa ghi gì; hãy dùng nó với các lệnh khác, hoặc chọn thư mục trống. / {dir} {}, so nothing was written. Use it with \
         the other commands, or give an empty folder",
        what.0, what.1
    )]
    Occupied {
        /// The folder.
        dir: PathBuf,
        /// In what way, in both languages.
        what: (&'static str, &'static str),
    },
    /// Reference data that cannot be made into documents.
    #[error(
        "không tạo được văn bản từ dữ liệu này. / Import: no document can be made of this data.\n{0}\nHãy sửa bộ dữ liệu rồi chạy `niemyet \
         check`. / Correct the data set, then run `niemyet check` on it"
    )]
    Import(DocumentError),
    /// There is no new release.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    /// Zola could not be run, or refused the project.
    #[error(
        "{program} không chạy được; hãy cài Zola, hoặc ghi đường dẫn của nó vào NIEMYET_ZOLA, hoặc bỏ --engine zola. / {program} failed: {what}. \
         Install Zola, or name its program in NIEMYET_ZOLA, or build without --engine zola"
    )]
    Zola {
        /// The program.
        program: PathBuf,
        /// What it said.
        what: String,
    },
    /// The folder cannot be watched.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// The working folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The folder is opened by another process.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The releases.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The timetable.
    #[error(transparent)]
    Timetable(#[from] TimetableError),
}

fn account_words(error: &AccountError) -> String {
    match error {
        // What lies below has both languages itself.
        AccountError::Chance(_) | AccountError::Store(_) => error.to_string(),
        error => format!("{} / {error}", error.vietnamese()),
    }
}

impl From<BuildError> for CliError {
    fn from(error: BuildError) -> Self {
        RebuildError::from(error).into()
    }
}

impl From<ProjectError> for CliError {
    fn from(error: ProjectError) -> Self {
        RebuildError::from(error).into()
    }
}

/// Stable name for programs of why there is no new release.
fn rebuild_code(error: &RebuildError) -> &'static str {
    match error {
        RebuildError::Project(_) => "project",
        RebuildError::Build(_) | RebuildError::Made { .. } => "build",
        RebuildError::Store { .. } => "store",
        RebuildError::Folder(error) => folder_code(error),
        RebuildError::Lock(_) => "locked",
        RebuildError::Release(_) => "release",
        RebuildError::Broken(_) => "refused",
    }
}

fn folder_code(error: &FolderError) -> &'static str {
    match error {
        FolderError::Config(_) => "config",
        FolderError::Lock(_) => "locked",
        _ => "folder",
    }
}

impl CliError {
    /// Adapter for `map_err`: what was being done to which file.
    pub fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// 2: what was typed is to be corrected, also a name that nothing here has; 1: it was understood, and refused or failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_)
            | Self::Peer(PeerError::Link(LinkError::Address))
            | Self::Account(
                AccountError::BadLogin
                | AccountError::BadName { .. }
                | AccountError::Unknown { .. }
                | AccountError::UnknownSession,
            )
            | Self::Release(ReleaseError::Unknown { .. })
            | Self::Document(DocumentError::Value { .. })
            | Self::Timetable(TimetableError::UnknownLaw { .. } | TimetableError::NotADate { .. }) => 2,
            _ => 1,
        }
    }

    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Output(_) => "output",
            Self::File { .. } => "file",
            Self::Problems { .. } => "problems",
            Self::Usage(_) => "usage",
            Self::Refused(_) => "refused",
            Self::Unsound { .. } => "unsound",
            Self::Account(_) => "account",
            Self::Maintenance(_) => "maintenance",
            Self::Verify { .. } => "verify",
            Self::Listen { .. } => "listen",
            Self::Sync(_) => "sync",
            Self::Document(_) => "document",
            Self::Peer(_) => "sync",
            Self::Interrupted => "interrupted",
            Self::NotInStep { .. } => "not_in_step",
            Self::NotKept => "not_kept",
            Self::Occupied { .. } => "occupied",
            Self::Import(_) => "import",
            Self::Rebuild(error) => rebuild_code(error),
            Self::Zola { .. } => "zola",
            Self::Watch(_) => "watch",
            Self::Folder(error) => folder_code(error),
            Self::Lock(_) => "locked",
            Self::Release(_) => "release",
            Self::Timetable(_) => "timetable",
        }
    }
}
