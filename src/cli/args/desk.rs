//! What can be typed after `niemyet task` and `niemyet report`.

use chrono::NaiveDate;
use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use super::values;
use crate::document::progress;

/// The commands under `task`.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Danh sách nhiệm vụ mà cơ quan chủ trì hoặc phối hợp / List the tasks in which the body has a part
    List {
        /// Mã cơ quan; không ghi thì theo niemyet.toml / The body; without it, the one of niemyet.toml
        #[arg(long, value_name = "BODY")]
        body: Option<String>,
    },
    /// Cập nhật tiến độ, thêm ghi chú, nêu minh chứng / Take a task on, add a note, say where the evidence is
    Set(TaskEdit),
}

/// What to write about a task.
#[derive(Debug, Args)]
pub struct TaskEdit {
    /// Mã nhiệm vụ, xem `task list` / Its id, from `task list`
    pub task: String,
    /// Việc thực hiện / What is done to it
    #[arg(long, value_enum)]
    pub action: Option<TaskAction>,
    /// Ghi chú; không ghi nội dung chỉ lưu trên giấy (thẩm tra, khiếu nại tố cáo, an ninh) / A note; never what belongs on paper (vetting,
    /// complaints, security)
    #[arg(long)]
    pub note: Option<String>,
    /// Ký hiệu văn bản hoặc số hồ sơ giấy / Symbol of a document or number of a paper file
    #[arg(long)]
    pub evidence: Option<String>,
    /// Mã cơ quan; không ghi thì theo niemyet.toml / The body; without it, the one of niemyet.toml
    #[arg(long, value_name = "BODY")]
    pub body: Option<String>,
}

/// What can be done to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TaskAction {
    /// bắt đầu / begin
    Start,
    /// chờ nơi khác / wait for somebody else
    Block,
    /// làm tiếp sau khi chờ / go on after waiting
    Resume,
    /// hoàn thành / finish
    Finish,
    /// làm lại việc đã xong / take up again what was done
    Reopen,
}

impl From<TaskAction> for progress::TaskAction {
    fn from(action: TaskAction) -> Self {
        match action {
            TaskAction::Start => Self::Start,
            TaskAction::Block => Self::Block,
            TaskAction::Resume => Self::Resume,
            TaskAction::Finish => Self::Finish,
            TaskAction::Reopen => Self::Reopen,
        }
    }
}

/// Whose report.
#[derive(Debug, Args)]
pub struct Whose {
    /// Mã cơ quan; không ghi thì theo niemyet.toml / The body; without it, the one of niemyet.toml
    #[arg(long, value_name = "BODY")]
    pub body: Option<String>,
}

/// The commands under `report`.
#[derive(Debug, Subcommand)]
pub enum Report {
    /// Danh sách các mục của báo cáo / List the fields of a report
    Fields,
    /// Danh sách báo cáo đến hạn và tình trạng / List the reports that are due, and where each stands
    List(Whose),
    /// Xem một báo cáo / Show a report
    Show {
        /// Ngày đến hạn, ví dụ 2021-03-04 / Day on which it is due, as 2021-03-04
        #[arg(value_parser = values::date)]
        due: NaiveDate,
        /// Của cơ quan nào / Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Ghi các mục, cùng một lần / Write fields, all in one change
    Set {
        /// Ngày đến hạn, ví dụ 2021-03-04 / Day on which it is due, as 2021-03-04
        #[arg(value_parser = values::date)]
        due: NaiveDate,
        /// Dạng MỤC=GIÁ TRỊ, xem `report fields`; để trống sau `=` là xóa mục đó / Fields as FIELD=VALUE, see `report fields`; with nothing
        /// after `=` the field is taken back
        #[arg(required = true, value_name = "FIELD=VALUE", value_parser = values::pair)]
        values: Vec<(String, String)>,
        /// Của cơ quan nào / Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Thêm một dòng vào mục dạng bảng / Add a row to a field that holds rows
    AddRow {
        /// Ngày đến hạn, ví dụ 2021-03-04 / Day on which it is due, as 2021-03-04
        #[arg(value_parser = values::date)]
        due: NaiveDate,
        /// Mục dạng bảng, xem `report fields` / The field, from `report fields`
        field: String,
        /// Các ô dạng CỘT=GIÁ TRỊ / Cells as COLUMN=VALUE
        #[arg(required = true, value_name = "COLUMN=VALUE", value_parser = values::pair)]
        cells: Vec<(String, String)>,
        /// Của cơ quan nào / Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Nộp báo cáo như hiện có / Hand a report in as it stands
    Submit {
        /// Ngày đến hạn, ví dụ 2021-03-04 / Day on which it is due, as 2021-03-04
        #[arg(value_parser = values::date)]
        due: NaiveDate,
        /// Của cơ quan nào / Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Rút báo cáo khi chưa được xem xét / Take a report back before it was judged
    Withdraw {
        /// Ngày đến hạn, ví dụ 2021-03-04 / Day on which it is due, as 2021-03-04
        #[arg(value_parser = values::date)]
        due: NaiveDate,
        /// Của cơ quan nào / Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Bắt đầu sửa báo cáo bị trả lại / Start to correct a report that was returned
    Revise {
        /// Ngày đến hạn, ví dụ 2021-03-04 / Day on which it is due, as 2021-03-04
        #[arg(value_parser = values::date)]
        due: NaiveDate,
        /// Của cơ quan nào / Whose
        #[command(flatten)]
        whose: Whose,
    },
}
