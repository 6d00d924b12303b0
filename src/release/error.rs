//! What can go wrong with a release, each with the file and the next step.

use std::io;
use std::path::PathBuf;

use crate::replica::disk::could_not;
use crate::replica::disk::remedy;
use crate::replica::lock::LockError;

/// Why a release could not be written, read, switched to or exported.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// A file operation failed. What was current before is current still.
    #[error(
        "{} {path}. {}. Bản phát hành tốt gần nhất vẫn được giữ. / {action} {path}: {source}. {}. The last good release stays current",
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
    /// A stored file is not what was written.
    #[error(
        "{place} bị hỏng, chưa có gì bị xóa; hãy chạy `niemyet release list` rồi `niemyet release activate ID` với một bản còn tốt, hoặc `niemyet \
         build --full` để tạo bản mới. / {place} is damaged: {what}. Nothing was deleted. Run `niemyet release list` and `niemyet release \
         activate ID` with an undamaged release, or `niemyet build --full` to make a new one",
        place = format!("{}{}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Line of it, if it has lines.
        line: Option<usize>,
        /// What is wrong with it.
        what: String,
    },
    /// No release of that name is kept.
    #[error(
        "không có bản phát hành `{id}` trong {folder}; xem các bản đang giữ bằng `niemyet release list`. / There is no release `{id}` in \
         {folder}. `niemyet release list` shows those that are kept"
    )]
    Unknown {
        /// The name asked for.
        id: String,
        /// The releases' folder.
        folder: PathBuf,
    },
    /// Nothing was built yet.
    #[error(
        "{folder} chưa có bản phát hành nào đang công khai; hãy chạy `niemyet build` trước. / {folder} holds no current release. Run `niemyet \
         build` first"
    )]
    None {
        /// The releases' folder.
        folder: PathBuf,
    },
    /// A path that must not stand in a release.
    #[error(
        "không công khai được đường dẫn `{path}`; hãy đổi tên tệp nguồn rồi dựng lại. / The path `{path}` {reason}, so it cannot be published. \
         Rename its source and build again"
    )]
    Path {
        /// The path.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// A folder that holds what we did not write.
    #[error(
        "{folder} không trống và không do `niemyet` ghi nên chưa ghi gì vào đó; hãy chọn thư mục trống. / {folder} is not empty and was not written \
         by `niemyet`, so nothing was written there. Choose an empty folder"
    )]
    NotOurs {
        /// The folder.
        folder: PathBuf,
    },
    /// Something that others have put into the export folder cannot be carried along.
    #[error(
        "{path} trong thư mục xuất là của người khác và không mang theo được ({source}), nên bản xuất cũ vẫn giữ nguyên. Hãy cho người dùng đang \
         chạy lệnh quyền đọc, hoặc để nó ở nơi khác và đặt một liên kết tượng trưng thay nó, rồi xuất lại. / {path} in the export folder is \
         somebody else's and cannot be carried along: {source}. The old export stays as it is. Let the user who runs this read it, or keep it \
         elsewhere and put a symbolic link in its place, then export again"
    )]
    Foreign {
        /// What it is.
        path: String,
        /// The reason.
        source: io::Error,
    },
    /// A mount point takes no part in a switch.
    #[error(
        "{out} là điểm gắn ổ đĩa nên không chuyển đổi được; hãy xuất vào một thư mục bên dưới, ví dụ {out}/site, và cho máy chủ web đọc thư mục \
         đó. / {out} is a mount point, which cannot be switched. Export into a folder below it, such as {out}/site, and let the web server read \
         that"
    )]
    Mount {
        /// The folder.
        out: PathBuf,
    },
    /// Nothing can be made beside OUT.
    #[error(
        "không ghi được vào {above}, nơi bản xuất {out} được chuyển đổi ({source}). Hãy cho người dùng đang chạy lệnh quyền ghi ở đó, hoặc xuất \
         vào một thư mục bên dưới, ví dụ {out}/site, và cho máy chủ web đọc thư mục đó. / {above} cannot be written, and {out} is switched there: \
         {source}. Let the user who runs this write there, or export into a folder below, such as {out}/site, and let the web server read that"
    )]
    Above {
        /// The folder in which OUT stands.
        above: PathBuf,
        /// Where the export was to go.
        out: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Another process exports to the same place.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Something in the export folder leads outside.
    #[error(
        "{path} là liên kết tượng trưng nên không ghi qua nó; hãy xóa liên kết rồi xuất lại. / {path} is a symbolic link, so nothing is written \
         through it. Remove the link and export again"
    )]
    Link {
        /// The link.
        path: PathBuf,
    },
}

impl ReleaseError {
    /// Adapter for `map_err`: what was being done to which file.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
