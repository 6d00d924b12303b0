//! What can be wrong with a document: always which one, what, and what to do next.

use std::fmt;

use automerge::AutomergeError;

use super::id::DocumentId;
use super::key::Key;
use super::key::Kind;

/// The document that an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its key.
    pub key: Key,
    /// Its id.
    pub id: DocumentId,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.key, self.id)
    }
}

/// Why a document could not be named, opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// A text that is not a key, or a part of one.
    #[error(
        "`{text}` không phải là khóa văn bản hay một phần của khóa: {}; hãy ghi đúng như `niemyet` in ra. / `{text}` is not part of a document \
         key: {}; write the key as `niemyet` prints it",
        reason.0, reason.1
    )]
    Key {
        /// What was given.
        text: String,
        /// What is wrong with it, in both languages.
        reason: (&'static str, &'static str),
    },
    /// A text that is not a document id.
    #[error(
        "`{text}` không phải là mã văn bản; hãy sao chép lại cho đủ, mã có phần kiểm tra. / `{text}` is not a document id; copy the id again, it \
         carries a checksum"
    )]
    Id {
        /// What was given.
        text: String,
    },
    /// An election id that cannot be one.
    #[error(
        "`{id}` không phải là mã cuộc bầu cử; hãy dùng 1 đến 64 ký tự a-z, 0-9 và -, ví dụ `sonla-2021`. / `{id}` is not an election id; use 1 to \
         64 of a-z, 0-9 and -, for example `sonla-2021`"
    )]
    Election {
        /// What was given.
        id: String,
    },
    /// Bytes that are not an Automerge document, or no longer.
    #[error(
        "văn bản {subject} bị hỏng; hãy giữ tệp lại, và lấy lại văn bản từ máy khác (`niemyet sync`) hoặc bản sao lưu (`niemyet restore`). / \
         Document {subject} is damaged: {source}; keep the file, and restore the document from another machine (`niemyet sync`) or a backup \
         (`niemyet restore`)"
    )]
    Damaged {
        /// Which document.
        subject: Box<Subject>,
        /// What Automerge says.
        source: Box<AutomergeError>,
    },
    /// A whole Automerge document, but not the one that was asked for.
    #[error(
        "cần văn bản {subject} nhưng tệp chứa nội dung khác; hãy chọn đúng tệp, hoặc lấy lại từ máy khác (`niemyet sync`) hoặc bản sao lưu \
         (`niemyet restore`). / Document {subject} was expected, but the bytes hold {found}; give the right file, or restore this one from \
         another machine (`niemyet sync`) or a backup (`niemyet restore`)"
    )]
    Foreign {
        /// Which document was expected.
        subject: Box<Subject>,
        /// What was found instead, in words.
        found: String,
    },
    /// An object that the first change makes was replaced or deleted, so work inside it would be out of sight.
    #[error(
        "văn bản {subject}: phần `{path}` đã bị thay hoặc xóa nên không thấy nội dung người khác ghi ở đó; hãy lấy lại từ máy khác (`niemyet \
         sync`) hoặc bản sao lưu (`niemyet restore`). / Document {subject}: `{path}` was replaced or deleted, and what others wrote there is \
         out of sight; restore the document from another machine (`niemyet sync`) or a backup (`niemyet restore`)"
    )]
    Skeleton {
        /// Which document.
        subject: Box<Subject>,
        /// The object.
        path: String,
    },
    /// Written by a newer niemyet.
    #[error(
        "văn bản {subject} có định dạng {found}, niemyet này chỉ đọc được đến {known}; hãy cài niemyet mới hơn. / Document {subject} has format \
         {found}, this niemyet knows up to {known}; install a newer niemyet"
    )]
    TooNew {
        /// Which document.
        subject: Box<Subject>,
        /// Its schema version.
        found: i64,
        /// The newest known one.
        known: i64,
    },
    /// Of a schema version from which no step leads on.
    #[error(
        "văn bản {subject} có định dạng {found}, không nâng cấp được; hãy phục hồi từ bản sao lưu của niemyet này. / Document {subject} has format \
         {found}, from which there is no upgrade; restore it from a backup of this niemyet"
    )]
    TooOld {
        /// Which document.
        subject: Box<Subject>,
        /// Its schema version.
        found: i64,
    },
    /// Heads that this replica does not have.
    #[error(
        "văn bản {subject} ở đây còn thiếu thay đổi; hãy đồng bộ trước (`niemyet sync`). / Document {subject} has no change {} here; sync first \
         (`niemyet sync`)",
        missing.join(", ")
    )]
    UnknownHeads {
        /// Which document.
        subject: Box<Subject>,
        /// The missing changes, as hexadecimal hashes.
        missing: Vec<String>,
    },
    /// A text that is not the hash of a change.
    #[error(
        "`{text}` không phải là mã phiên bản của văn bản; mỗi mã gồm 64 chữ số thập lục phân, hãy sao chép lại. / `{text}` is not the hash of a \
         change; copy it again, each has 64 hexadecimal digits"
    )]
    Head {
        /// What was given.
        text: String,
    },
    /// A field holds something it cannot hold.
    #[error(
        "văn bản {subject}: mục `{path}` có giá trị sai kiểu; hãy sửa trong trình soạn thảo, hoặc phục hồi văn bản. / Document {subject}: `{path}` \
         should be {expected}; correct the field in the editor, or restore the document"
    )]
    Field {
        /// Which document.
        subject: Box<Subject>,
        /// The field.
        path: String,
        /// What it should hold, in words.
        expected: String,
    },
    /// A value that may not be written.
    #[error("{}: {reason}", subject.key)]
    Refused {
        /// Which document.
        subject: Box<Subject>,
        /// Why, with the remedy, in both languages.
        reason: String,
    },
    /// A value, field or column that documents of this kind do not have: what was given is to be corrected.
    #[error("{}: {reason}", subject.key)]
    Value {
        /// Which document.
        subject: Box<Subject>,
        /// What is wrong, with the remedy, in both languages.
        reason: String,
    },
    /// An operation on a document of another kind.
    #[error(
        "văn bản {subject} không thuộc loại `{expected}`; hãy mở văn bản loại đó. / Document {subject} is not of kind `{expected}`; open the \
         `{expected}` document instead"
    )]
    WrongKind {
        /// Which document.
        subject: Box<Subject>,
        /// The kind that the operation works on.
        expected: Kind,
    },
    /// Automerge refused an operation that should be possible.
    #[error(
        "không đọc hoặc sửa được văn bản {subject}; chưa ghi gì, hãy báo lỗi này. / Document {subject} could not be changed or read: {source}; \
         nothing was written, report this as a fault"
    )]
    Automerge {
        /// Which document.
        subject: Box<Subject>,
        /// What Automerge says.
        source: Box<AutomergeError>,
    },
}

impl DocumentError {
    /// The document that it is about, if it is about one.
    pub fn subject(&self) -> Option<&Subject> {
        match self {
            Self::Key { .. } | Self::Id { .. } | Self::Election { .. } | Self::Head { .. } => None,
            Self::Damaged { subject, .. }
            | Self::Foreign { subject, .. }
            | Self::Skeleton { subject, .. }
            | Self::TooNew { subject, .. }
            | Self::TooOld { subject, .. }
            | Self::UnknownHeads { subject, .. }
            | Self::Field { subject, .. }
            | Self::Refused { subject, .. }
            | Self::Value { subject, .. }
            | Self::WrongKind { subject, .. }
            | Self::Automerge { subject, .. } => Some(subject),
        }
    }

    pub(super) fn key(text: &str, reason: (&'static str, &'static str)) -> Self {
        Self::Key { text: text.to_owned(), reason }
    }
}
