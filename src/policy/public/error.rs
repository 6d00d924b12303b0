//! Why nothing can be made public.

use thiserror::Error;

use crate::document::DocumentError;
use crate::timetable::TimetableError;

/// The approved documents do not give public records.
#[derive(Debug, Error)]
pub enum PublicError {
    /// `publication` does not name the election.
    #[error(
        "`publication` chưa duyệt phiên bản nào của `election` nên chưa có gì công khai; hãy duyệt `election` rồi dựng lại. / `publication` \
         approves no heads of `election`, so nothing is public; approve `election` and build again"
    )]
    NothingApproved,
    /// An approved document is not in this replica.
    #[error(
        "`{key}` đã được duyệt nhưng không có ở đây; hãy đồng bộ, hoặc thu hồi phê duyệt. / `{key}` is approved in `publication` but is not \
         in this replica; sync it, or take the approval back"
    )]
    Missing {
        /// Key of the document.
        key: String,
    },
    /// A text that has to be a date.
    #[error(
        "`{value}` không phải là ngày; hãy sửa trong `{document}` rồi duyệt lại. / {what} is `{value}`, which is not a date; correct it in \
         `{document}` and approve what is right"
    )]
    NotADate {
        /// Key of the document in which it stands.
        document: &'static str,
        /// Which text.
        what: &'static str,
        /// What stands there.
        value: String,
    },
    /// The day that everything counts from is not known to be true.
    #[error(
        "ngày bầu cử {day} chưa được xác minh; hãy ghi nguồn trong `election`, duyệt lại rồi dựng lại. / The election day {day} is not \
         verified; name its source in `election`, approve the new heads and build again"
    )]
    DayUnverified {
        /// The day.
        day: String,
    },
    /// An approved document cannot be read at its heads.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The timetable cannot be computed.
    #[error(transparent)]
    Timetable(#[from] TimetableError),
}
