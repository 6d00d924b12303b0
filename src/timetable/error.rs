//! What can be wrong with a request for a timetable.

use chrono::NaiveDate;
use thiserror::Error;

use super::anchor::Anchor;

/// A request for a timetable that cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TimetableError {
    /// Article 5: election day is a Sunday.
    #[error(
        "{day} không phải là chủ nhật; ngày bầu cử phải là chủ nhật (Luật số 85/2015/QH13, Điều 5). Hãy ghi một chủ nhật (gần nhất là {next}), hoặc \
         thêm --force để vẫn tính cho ngày này. / {day} is a {weekday}; election day must be a Sunday (law 85/2015, article 5). \
         Give a Sunday (the next one is {next}), or use --force to compute for this day anyway"
    )]
    NotSunday {
        /// The day asked for.
        day: NaiveDate,
        /// Its weekday in English.
        weekday: String,
        /// The Sunday after it.
        next: NaiveDate,
    },
    /// A year for which no rule of these laws can hold.
    #[error(
        "năm của {day} nằm ngoài khoảng {first}–{last} mà các luật này có thể áp dụng; hãy kiểm tra lại năm. / The year of {day} is outside \
         {first} to {last}, for which these laws can hold. Check the year"
    )]
    AbsurdYear {
        /// The day asked for, as it was written.
        day: String,
        /// First year accepted.
        first: i32,
        /// Last year accepted.
        last: i32,
    },
    /// Not a calendar date.
    #[error(
        "`{value}` không phải là ngày; hãy ghi một ngày có thật, dạng YYYY-MM-DD, ví dụ 2021-05-23. / `{value}` is not a date. Write a date that \
         exists as YYYY-MM-DD, for example 2021-05-23"
    )]
    NotADate {
        /// The text given.
        value: String,
    },
    /// Not a time of day.
    #[error(
        "`{value}` không phải là giờ; hãy ghi HH:MM từ 00:00 đến 23:59, ví dụ 17:00. / `{value}` is not a time of day. Write HH:MM from 00:00 to \
         23:59, for example 17:00"
    )]
    NotATime {
        /// The text given.
        value: String,
    },
    /// Not an offset.
    #[error(
        "`{value}` không phải là khoảng cách; hãy ghi số ngày hoặc số giờ tính từ mốc, ví dụ -115d, 0d hoặc -24h. / `{value}` is not an offset. \
         Write a number of days or hours from the anchor, for example -115d, 0d or -24h"
    )]
    NotAnOffset {
        /// The text given.
        value: String,
    },
    /// No such law version.
    #[error(
        "không có phiên bản luật `{law}`; hãy ghi một trong các phiên bản: {known}. / Law version `{law}` is not known. Known versions: {known}"
    )]
    UnknownLaw {
        /// The version asked for.
        law: String,
        /// The known ones, separated by commas.
        known: String,
    },
    /// No such rule under this law version.
    #[error(
        "luật {law} không có quy tắc `{rule}`; hãy dùng mã quy tắc có trong tệp của phiên bản luật đó. / Law {law} has no rule `{rule}`. Use the id \
         of a rule in the file of that law version"
    )]
    UnknownRule {
        /// The rule asked for.
        rule: String,
        /// The law version.
        law: String,
    },
    /// No such anchor.
    #[error(
        "`{anchor}` không phải là mốc; hãy dùng một trong: {all}. / `{anchor}` is not an anchor. Use one of {all}",
        all = Anchor::ALL.map(Anchor::name).join(", ")
    )]
    UnknownAnchor {
        /// The name given.
        anchor: String,
    },
    /// The instant of an anchor cannot be read.
    #[error(
        "thời điểm `{value}` của {anchor} không phải là ngày; hãy ghi YYYY-MM-DD hoặc YYYY-MM-DDTHH:MM, giờ địa phương. / The instant `{value}` of \
         {anchor} is not a date. Write YYYY-MM-DD or YYYY-MM-DDTHH:MM, local time"
    )]
    AnchorNotADate {
        /// Name of the anchor.
        anchor: String,
        /// The text given.
        value: String,
    },
    /// Election day given a second time.
    #[error(
        "không ghi ELECTION_DAY làm mốc; hãy bỏ nó, ngày bầu cử đã nói điều đó. / ELECTION_DAY cannot be given as an anchor. Remove it; the election \
         day itself says it"
    )]
    ElectionDayAsAnchor,
    /// A reporting regime that yields no due dates.
    #[error(
        "chế độ báo cáo `{regime}` không cho hạn nào; hãy sửa trong văn bản bầu cử. / Correct the reporting regime `{regime}` in the election: {reason}"
    )]
    Regime {
        /// Id of the regime.
        regime: String,
        /// What is wrong and the remedy.
        reason: String,
    },
    /// The calendar could not be written.
    #[error(
        "không ghi được lịch dạng {format}; hãy báo lỗi này kèm dữ liệu đã dùng. / The {format} form of the timetable could not be written: {reason}. \
         Report this with the data used"
    )]
    Write {
        /// The form: `csv`, `json` or `ics`.
        format: &'static str,
        /// What the writer said.
        reason: String,
    },
}
