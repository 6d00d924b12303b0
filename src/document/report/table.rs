//! The lines of the report's table, section by section. See [`super::fields`] for what they mean.
//!
//! Texts and rows have their place in the first change of every report: such a line is never added, removed or
//! renamed here without a step in `document::upgrade`. Figures and facts may be added freely.

use super::fields::Aggregation;
use super::fields::Aggregation::BySource;
use super::fields::Aggregation::Derived;
use super::fields::Aggregation::Latest;
use super::fields::Aggregation::Sum;
use super::fields::Cell;
use super::fields::Column;
use super::fields::Holds;
use super::fields::Holds::Count;
use super::fields::Holds::Date;
use super::fields::Holds::Rows;
use super::fields::Holds::Share;
use super::fields::Holds::Text;
use super::fields::Holds::Vnd;
use super::fields::Line;
use super::fields::Per;

/// Section, first part of the ids, and for what the lines are asked.
struct Group(u8, &'static str, Per);

impl Group {
    /// A line of this group: last part of the id, what it holds, how it is aggregated, labels.
    const fn line(
        &self,
        name: &'static str,
        what: (Holds, Aggregation),
        vi: &'static str,
        en: &'static str,
    ) -> Line {
        Line { section: self.0, group: self.1, per: self.2, name, holds: what.0, aggregation: what.1, vi, en }
    }

    /// A number of things that is added up.
    const fn count(&self, name: &'static str, vi: &'static str, en: &'static str) -> Line {
        self.line(name, (Count, Sum), vi, en)
    }
}

const HEADER: Group = Group(0, "header", Per::One);
const DIRECTION: Group = Group(1, "direction", Per::One);
const COMMITTEES: Group = Group(2, "bodies", Per::Level);
const BODIES: Group = Group(2, "bodies", Per::One);
const CONSTITUENCIES: Group = Group(3, "constituencies", Per::Election);
const AREAS: Group = Group(3, "areas", Per::One);
const SEPARATE: Group = Group(3, "areas", Per::SeparateArea);
const CONSULTATION: Group = Group(4, "consultation", Per::RoundAndLevel);
const CANDIDATES: Group = Group(5, "candidates", Per::Election);
const VOTERS: Group = Group(6, "voters", Per::One);
const LOGISTICS: Group = Group(7, "logistics", Per::One);
const COMMUNICATION: Group = Group(8, "communication", Per::One);
const LANGUAGES: Group = Group(8, "communication", Per::Language);
const SECURITY: Group = Group(9, "security", Per::One);
const PETITIONS: Group = Group(10, "petitions", Per::PetitionAndLevel);
const DIFFICULTIES: Group = Group(11, "difficulties", Per::One);
const NEXT_WEEK: Group = Group(12, "next_week", Per::One);

const fn column(name: &'static str, cell: Cell, vi: &'static str, en: &'static str) -> Column {
    Column { name, cell, vi, en }
}

const ISSUED: &[Column] = &[
    column("number", Cell::Short, "Số", "Number"),
    column("symbol", Cell::Short, "Ký hiệu", "Symbol"),
    column("date", Cell::Date, "Ngày", "Date"),
    column("type", Cell::Short, "Loại", "Type"),
    column("subject", Cell::Short, "Trích yếu", "Subject"),
];
const DIFFICULTY: &[Column] = &[
    column("id", Cell::Short, "Mã", "Id"),
    column("text", Cell::Long, "Khó khăn, kiến nghị", "Difficulty or proposal"),
    column("owner", Cell::Body, "Cơ quan giải quyết", "Owner"),
    column("needed_by", Cell::Date, "Cần trước ngày", "Needed by"),
];
const PLANNED: &[Column] = &[
    column("task", Cell::Long, "Nhiệm vụ", "Task"),
    column("owner", Cell::Body, "Cơ quan thực hiện", "Owner"),
    column("date", Cell::Date, "Ngày", "Date"),
];

/// The report's table.
pub(super) const LINES: &[Line] = &[
    HEADER.line("period_start", (Date, Latest), "Từ ngày", "Period from"),
    HEADER.line("period_end", (Date, Latest), "Đến ngày", "Period to"),
    HEADER.line("nil_report", (Holds::Flag, Latest), "Không phát sinh", "Nothing to report"),
    DIRECTION.line("documents_issued", (Rows(ISSUED), BySource), "Văn bản đã ban hành", "Documents issued"),
    DIRECTION.count("meetings_held", "Số cuộc họp", "Meetings held"),
    DIRECTION.count("inspections", "Số cuộc kiểm tra, giám sát", "Inspections"),
    COMMITTEES.count("ec_planned", "Ủy ban bầu cử phải thành lập", "Election committees planned"),
    COMMITTEES.count("ec_established", "Ủy ban bầu cử đã thành lập", "Election committees established"),
    BODIES.count("boards_na", "Ban bầu cử đại biểu Quốc hội", "National Assembly boards"),
    BODIES.count("boards_pc_province", "Ban bầu cử HĐND cấp tỉnh", "Province council boards"),
    BODIES.count("boards_pc_district", "Ban bầu cử HĐND cấp huyện", "District council boards"),
    BODIES.count("boards_pc_commune", "Ban bầu cử HĐND cấp xã", "Commune council boards"),
    BODIES.count("polling_teams", "Tổ bầu cử", "Polling teams"),
    BODIES.count("members_total", "Tổng số thành viên", "Members in all"),
    BODIES.count("training_classes", "Lớp tập huấn", "Training classes"),
    BODIES.count("trainees", "Người được tập huấn", "Trainees"),
    CONSTITUENCIES.line("number", (Count, Latest), "Số đơn vị bầu cử", "Constituencies"),
    AREAS.count("polling_areas", "Khu vực bỏ phiếu", "Polling areas"),
    SEPARATE.count("separate_areas", "Khu vực bỏ phiếu riêng", "Separate polling areas"),
    CONSULTATION.count("units_due", "Đơn vị phải tổ chức", "Units due"),
    CONSULTATION.count("units_done", "Đơn vị đã tổ chức", "Units done"),
    CONSULTATION.line("date_first", (Date, Latest), "Ngày đầu tiên", "First date"),
    CONSULTATION.line("date_last", (Date, Latest), "Ngày cuối cùng", "Last date"),
    CONSULTATION.line("difficulties", (Text, BySource), "Khó khăn, vướng mắc", "Difficulties"),
    CANDIDATES.count("dossiers_issued", "Hồ sơ đã phát", "Dossiers issued"),
    CANDIDATES.count("received", "Hồ sơ đã nhận", "Dossiers received"),
    CANDIDATES.count("valid", "Hồ sơ hợp lệ", "Dossiers valid"),
    CANDIDATES.count("withdrawn", "Đã rút", "Withdrawn"),
    CANDIDATES.count("women", "Phụ nữ", "Women"),
    CANDIDATES.count("ethnic_minority", "Người dân tộc thiểu số", "Ethnic minority"),
    CANDIDATES.count("under_40", "Dưới 40 tuổi", "Under 40"),
    CANDIDATES.count("non_party", "Ngoài Đảng", "Not Party members"),
    CANDIDATES.count("re_elected", "Tái cử", "Standing for re-election"),
    CANDIDATES.count("self_nominated", "Tự ứng cử", "Self-nominated"),
    CANDIDATES.count("religious", "Tôn giáo", "Religious"),
    CANDIDATES.count("education_below", "Trình độ dưới đại học", "Education below university"),
    CANDIDATES.count("education_uni", "Trình độ đại học", "University education"),
    CANDIDATES.count("education_post", "Trình độ trên đại học", "Postgraduate education"),
    CANDIDATES.line("women_share", (Share("women", "received"), Derived), "Tỷ lệ phụ nữ", "Share of women"),
    CANDIDATES.line(
        "ethnic_minority_share",
        (Share("ethnic_minority", "received"), Derived),
        "Tỷ lệ người dân tộc thiểu số",
        "Share of ethnic minorities",
    ),
    CANDIDATES.line(
        "under_40_share",
        (Share("under_40", "received"), Derived),
        "Tỷ lệ dưới 40 tuổi",
        "Share under 40",
    ),
    CANDIDATES.line(
        "non_party_share",
        (Share("non_party", "received"), Derived),
        "Tỷ lệ ngoài Đảng",
        "Share not Party members",
    ),
    CANDIDATES.line(
        "re_elected_share",
        (Share("re_elected", "received"), Derived),
        "Tỷ lệ tái cử",
        "Share standing for re-election",
    ),
    VOTERS.count("lists_due", "Danh sách cử tri phải niêm yết", "Voter lists due"),
    VOTERS.count("lists_posted", "Danh sách cử tri đã niêm yết", "Voter lists posted"),
    VOTERS.count("voters_total", "Tổng số cử tri", "Voters in all"),
    VOTERS.count("male", "Cử tri nam", "Male voters"),
    VOTERS.count("female", "Cử tri nữ", "Female voters"),
    VOTERS.count("voters_na", "Cử tri bầu đại biểu Quốc hội", "Voters for the National Assembly"),
    VOTERS.count("voters_province", "Cử tri bầu HĐND cấp tỉnh", "Voters for the province council"),
    VOTERS.count("voters_commune", "Cử tri bầu HĐND cấp xã", "Voters for the commune council"),
    VOTERS.count("added", "Bổ sung vào danh sách", "Added to lists"),
    VOTERS.count("removed", "Xóa khỏi danh sách", "Removed from lists"),
    VOTERS.count("vote_elsewhere", "Đăng ký bỏ phiếu nơi khác", "Voting elsewhere"),
    VOTERS.count("list_complaints_received", "Khiếu nại về danh sách đã nhận", "List complaints received"),
    VOTERS.count(
        "list_complaints_resolved",
        "Khiếu nại về danh sách đã giải quyết",
        "List complaints resolved",
    ),
    LOGISTICS.line("budget_approved", (Vnd, Sum), "Kinh phí được duyệt (đồng)", "Budget approved (VND)"),
    LOGISTICS.line("budget_disbursed", (Vnd, Sum), "Kinh phí đã cấp (đồng)", "Budget disbursed (VND)"),
    LOGISTICS.count("seals_needed", "Con dấu cần có", "Seals needed"),
    LOGISTICS.count("seals_delivered", "Con dấu đã bàn giao", "Seals delivered"),
    LOGISTICS.count("ballot_boxes", "Hòm phiếu", "Ballot boxes"),
    LOGISTICS.count("secondary_boxes", "Hòm phiếu phụ", "Secondary ballot boxes"),
    LOGISTICS.count("ballots_printed", "Phiếu bầu đã in", "Ballots printed"),
    LOGISTICS.count("polling_rooms_checked", "Phòng bỏ phiếu đã kiểm tra", "Polling rooms checked"),
    COMMUNICATION.count("broadcasts", "Buổi phát thanh, truyền hình", "Broadcasts"),
    COMMUNICATION.count("articles", "Tin, bài", "Articles"),
    COMMUNICATION.count("posters", "Áp phích, pa-nô", "Posters"),
    COMMUNICATION.count("banners", "Băng rôn, khẩu hiệu", "Banners"),
    COMMUNICATION.count("mobile_sessions", "Buổi tuyên truyền lưu động", "Mobile sessions"),
    COMMUNICATION.count("leaflets", "Tờ rơi", "Leaflets"),
    LANGUAGES.count("by_language", "Buổi tuyên truyền theo ngôn ngữ", "Sessions by language"),
    COMMUNICATION.count("audience", "Lượt người nghe, xem", "Audience"),
    SECURITY.line(
        "situation",
        (Holds::Choice(&["stable", "watch", "incident"]), BySource),
        "Tình hình (ổn định, theo dõi, có vụ việc)",
        "Situation (stable, watch, incident)",
    ),
    SECURITY.count("incident_count", "Số vụ việc", "Incidents"),
    PETITIONS.count("received", "Đơn đã nhận", "Received"),
    PETITIONS.count("in_hand", "Đơn đang giải quyết", "In hand"),
    PETITIONS.count("resolved", "Đơn đã giải quyết", "Resolved"),
    PETITIONS.count("forwarded", "Đơn đã chuyển", "Forwarded"),
    DIFFICULTIES.line(
        "items",
        (Rows(DIFFICULTY), BySource),
        "Khó khăn, kiến nghị",
        "Difficulties and proposals",
    ),
    NEXT_WEEK.line("tasks", (Rows(PLANNED), BySource), "Nhiệm vụ tuần tới", "Tasks of the next week"),
];
