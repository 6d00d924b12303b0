//! What can be typed after `niemyet publish`.

use chrono::NaiveDate;
use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use super::values;
use crate::document::Key;

/// The commands under `publish`.
#[derive(Debug, Subcommand)]
pub enum Publish {
    /// Danh sách văn bản có thể công khai và tình trạng / List every document that can be public, and where it stands
    List,
    /// Xem nội dung công khai sẽ thay đổi thế nào, cũ bên mới / Show what the public would see otherwise, old beside new
    Show {
        /// Khóa văn bản: `election` hoặc `directive/<ký hiệu>` / `election` or `directive/<symbol>`
        #[arg(value_parser = values::key)]
        key: Key,
        /// Tất cả thay đổi, dù nhiều đến đâu / All changes, however many there are
        #[arg(long)]
        all: bool,
    },
    /// Duyệt văn bản như hiện có tại đây; phần sửa sau chưa công khai cho đến khi được duyệt / Approve a document as it stands here; later edits
    /// are not public until they are approved
    Approve {
        /// Khóa văn bản: `election` hoặc `directive/<ký hiệu>` / `election` or `directive/<symbol>`
        #[arg(value_parser = values::key)]
        key: Key,
        /// Đúng phiên bản này, như `publish show` ghi, dù sau đó văn bản đã đổi; không ghi thì phiên bản hiện có / Just these heads, as `publish show` prints
        /// them, whatever came since; without it, those that it has
        #[arg(long, value_name = "HEAD", value_delimiter = ',', value_parser = values::head)]
        heads: Vec<String>,
        /// Căn cứ duyệt, ví dụ ký hiệu quyết định / What the approval rests on, such as the symbol of a decision
        #[arg(long, default_value = "")]
        basis: String,
        /// Ai quyết định / Who decides
        #[command(flatten)]
        by: Decider,
    },
    /// Ghi rằng văn bản như hiện có tại đây chưa được công khai / Note that a document is not to be public as it stands here
    Hold {
        /// Khóa văn bản: `election` hoặc `directive/<ký hiệu>` / `election` or `directive/<symbol>`
        #[arg(value_parser = values::key)]
        key: Key,
        /// Lý do / Why
        #[arg(long)]
        reason: String,
        /// Ai quyết định / Who decides
        #[command(flatten)]
        by: Decider,
    },
    /// Thu hồi phê duyệt: bản phát hành sau không có văn bản này / Take an approval back: the next release shows nothing of the document
    Withdraw {
        /// Khóa văn bản: `election` hoặc `directive/<ký hiệu>` / `election` or `directive/<symbol>`
        #[arg(value_parser = values::key)]
        key: Key,
        /// Ai quyết định / Who decides
        #[command(flatten)]
        by: Decider,
    },
    /// Công khai theo quy tắc loại văn bản luật định phải công khai, không cần duyệt từng lần sửa / Show a kind that is public by law at whatever
    /// it says, without an approval of each edit
    Rule {
        /// `election`: lịch, đơn vị, khu vực bầu cử / `election`: timetable, units, constituencies
        kind: String,
        /// Bật hoặc tắt / On or off
        #[arg(value_enum)]
        switch: Switch,
        /// Điều luật làm căn cứ / The article of law that it rests on
        #[arg(long, default_value = "")]
        basis: String,
        /// Ai quyết định / Who decides
        #[command(flatten)]
        by: Decider,
    },
    /// Viết thông báo cho công chúng, mỗi lần một ngôn ngữ, tiếng Việt trước; ngôn ngữ khác giữ nguyên / Write a notice to the public, one
    /// language at a time, Vietnamese first; other languages stay as they are
    Notice(NoticeEdit),
    /// Thu hồi thông báo / Take a notice back
    Unnotice {
        /// Mã thông báo / Its id
        id: String,
        /// Ai quyết định / Who decides
        #[command(flatten)]
        by: Decider,
    },
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// bật / on
    On,
    /// tắt / off
    Off,
}

/// Who decides.
#[derive(Debug, Args)]
pub struct Decider {
    /// Mã cơ quan; không ghi thì theo niemyet.toml / The body; without it, the one of niemyet.toml
    #[arg(long, value_name = "BODY")]
    pub body: Option<String>,
}

/// What to write in a notice.
#[derive(Debug, Args)]
pub struct NoticeEdit {
    /// Mã thông báo, nằm trong địa chỉ trang: a-z, 0-9 và - / Its id, part of its address: a-z, 0-9 and -
    #[arg(value_parser = values::notice)]
    pub id: String,
    /// Ngày thông báo, ví dụ 2021-03-04 / Its date, as 2021-03-04
    #[arg(long, value_parser = values::date)]
    pub date: NaiveDate,
    /// Ngôn ngữ: vi, en, hmn, blt và ngôn ngữ khác, ghi sai sẽ được liệt kê / Its language: vi, en, hmn, blt and others, which a wrong one
    /// names
    #[arg(long, default_value = "vi", value_parser = values::language)]
    pub language: String,
    /// Tiêu đề bằng ngôn ngữ đó / Its title in that language
    #[arg(long)]
    pub title: String,
    /// Một đoạn văn bằng ngôn ngữ đó; ghi một lần cho mỗi đoạn / A paragraph in that language; once for each
    #[arg(long = "text", value_name = "TEXT")]
    pub paragraphs: Vec<String>,
    /// Ai quyết định / Who decides
    #[command(flatten)]
    pub by: Decider,
}
