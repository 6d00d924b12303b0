//! What can be typed after `niemyet`.

mod desk;
mod layout;
pub mod publish;
mod values;

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::DateTime;
use chrono::FixedOffset;
use chrono::NaiveDate;
use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

pub use desk::Report;
pub use desk::Task;
pub use desk::TaskEdit;
pub use desk::Whose;
pub use layout::tree;

/// Hệ thống thông tin của ủy ban bầu cử: văn bản soạn cả khi không có mạng, lịch bầu cử được niêm yết công khai. / The information system
/// of an election committee: offline documents in, a public schedule out.
#[derive(Debug, Parser)]
#[command(name = "niemyet", version, propagate_version = true)]
pub struct Arguments {
    /// Thư mục làm việc: cấu hình, văn bản, trang, bản phát hành / Working folder: settings, documents, site, releases
    #[arg(long, global = true, env = "NIEMYET_DIR", default_value = "./niemyet", value_name = "DIR")]
    pub dir: PathBuf,
    /// Kết quả là JSON trên stdout, mỗi dòng một đối tượng / Results as JSON on stdout, one object a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Việc cần làm / What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Chạy thử với cuộc bầu cử năm 2021 của Sơn La / Set up, build and serve Sơn La's election of 2021, to look at
    Demo {
        /// Địa chỉ và cổng; nếu không ghi thì theo niemyet.toml, không có nữa thì 127.0.0.1:8080 / Address and port; without it, the one of
        /// niemyet.toml, else 127.0.0.1:8080
        #[arg(long, value_name = "ADDR", value_parser = values::address)]
        listen: Option<SocketAddr>,
    },
    /// Tạo thư mục làm việc từ dữ liệu gốc / Set up a working folder from reference data
    Init {
        /// Thư mục dữ liệu, hoặc tên bộ dữ liệu có sẵn trong chương trình, ví dụ data/sonla-2021 / Folder of a data set, or the name of one
        /// that the program carries, such as data/sonla-2021
        #[arg(long, value_name = "DATA")]
        from: PathBuf,
    },
    /// Dựng nội dung đã duyệt thành bản phát hành mới, đưa lên công khai / Build what is approved into a new release and make it current
    Build(Build),
    /// Tự dựng lại sau mỗi lần trang hoặc văn bản thay đổi / Build again after each change of the site or the documents
    Watch,
    /// Xuất mã nguồn của trang / Export the site's source
    #[command(subcommand)]
    Site(Site),
    /// Kiểm tra kho dữ liệu, hoặc dữ liệu gốc; chỉ ra từng chỗ sai / Check the folder's store, or reference data; name every problem
    Check {
        /// Thư mục như data/sonla-2021, tệp luật, hoặc thư mục chứa chúng; không ghi: kho dữ liệu của --dir / Folders such as data/sonla-2021,
        /// law files, or a folder that holds several; none: the store of --dir
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// In các mốc thời gian theo luật cho một ngày bầu cử / Print the dates that the law gives for an election day
    Timetable(Timetable),
    /// Mở máy chủ: trang công khai, trình soạn thảo, đồng bộ / Serve the public site, the editor and the documents
    Serve {
        /// Địa chỉ và cổng; nếu không ghi thì theo niemyet.toml, không có nữa thì 127.0.0.1:8080 / Address and port; without it, the one of
        /// niemyet.toml, else 127.0.0.1:8080
        #[arg(long, value_name = "ADDR", value_parser = values::address)]
        listen: Option<SocketAddr>,
    },
    /// Đồng bộ với máy chủ: gửi nội dung soạn ở đây, nhận của nơi khác / Exchange with a server: what was edited here, what others wrote
    Sync(Sync),
    /// Nhiệm vụ của một cơ quan và tiến độ; gửi đi khi đồng bộ / A body's tasks and where they stand; the next sync sends edits
    #[command(subcommand)]
    Task(Task),
    /// Báo cáo tuần của một cơ quan; gửi đi khi đồng bộ / A body's weekly reports; the next sync sends edits
    #[command(subcommand)]
    Report(Report),
    /// Công khai nội dung: xem, duyệt, giữ lại, thu hồi, thông báo / What is public: list, approve, hold back, withdraw, notices
    #[command(subcommand)]
    Publish(publish::Publish),
    /// Xem, chuyển, kiểm chứng và xuất các bản phát hành / List, switch, verify and export the kept releases
    #[command(subcommand)]
    Release(Release),
    /// Ai được kết nối: tài khoản, mã đặt mật khẩu, mã thiết bị / Who may connect: accounts, codes, device tokens
    #[command(subcommand)]
    Account(Account),
    /// In nhật ký, mới nhất trước / Print the audit log, newest first
    Audit(Audit),
    /// Sao lưu văn bản, tài khoản, nhật ký, cả khi máy chủ đang chạy / Back up documents, accounts, audit log, also beside a server
    Backup {
        /// Một tệp chưa có / A file that does not exist yet
        file: PathBuf,
    },
    /// Phục hồi bản sao lưu vào thư mục chưa có kho dữ liệu / Put a backup into a folder that has no store
    Restore {
        /// Tệp sao lưu / The backup
        file: PathBuf,
        /// Đến lúc này các máy được gửi lại nội dung của người khác có sau bản sao lưu, ví dụ 2021-05-24T18:00:00+07:00 / Until then clients
        /// may bring again what others wrote after the backup, as 2021-05-24T18:00:00+07:00
        #[arg(long, value_name = "TIME", value_parser = values::time)]
        replay_until: Option<DateTime<FixedOffset>>,
    },
}

/// The commands under `account`.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Cấp mã mới cho người quản trị đầu tiên, khi chưa có ai / Make a new code for the first administrator, as long as there is none
    First,
    /// Thêm tài khoản và in mã để người dùng tự đặt mật khẩu / Add an account and print the code with which its person chooses a password
    Add {
        /// Tên dùng để đăng nhập / What its person types to log in
        login: String,
        /// Cơ quan mà tài khoản thay mặt, theo mã trong văn bản bầu cử, ví dụ team_security / The body for which it acts, by its id in the
        /// election, such as team_security
        #[arg(long, value_name = "BODY")]
        body: String,
        /// Tên gọi; không ghi thì lấy tên đăng nhập / What people call it; without it, the login
        #[arg(long)]
        name: Option<String>,
        /// Được quản lý tài khoản / May manage accounts
        #[arg(long)]
        admin: bool,
    },
    /// Danh sách tài khoản / List all accounts
    List,
    /// Khóa tài khoản: các phiên, mã thiết bị và kết nối kết thúc ngay / Disable an account: its sessions, device tokens and connections end at
    /// once
    Disable {
        /// Tên đăng nhập / Its login
        login: String,
    },
    /// Mở khóa tài khoản / Enable an account again
    Enable {
        /// Tên đăng nhập / Its login
        login: String,
    },
    /// Bỏ mật khẩu, kết thúc các phiên và mã thiết bị, in mã để đặt mật khẩu mới / Take its password away, end its sessions and device tokens,
    /// and print a code for a new one
    Reset {
        /// Tên đăng nhập / Its login
        login: String,
    },
    /// Cấp mã cho một thiết bị của tài khoản, chỉ hiện một lần / Make a token for a device of an account, shown once
    Token {
        /// Tên đăng nhập / Its login
        login: String,
        /// Tên để nhận ra thiết bị / A name to know the device by
        #[arg(long, value_name = "NAME")]
        device: String,
        /// Số ngày có hiệu lực; không ghi thì đến khi bị thu hồi / Days that it lasts; without it, until it is revoked
        #[arg(long)]
        days: Option<u32>,
    },
    /// Danh sách phiên và mã thiết bị của tài khoản / List sessions and device tokens of an account
    Devices {
        /// Tên đăng nhập / Its login
        login: String,
    },
    /// Thu hồi một phiên hoặc mã thiết bị / End a session or device token
    Revoke {
        /// Số của nó, xem `account devices` / Its number, from `account devices`
        #[arg(value_parser = values::number)]
        number: i64,
    },
}

/// How to keep in step.
#[derive(Debug, Args)]
pub struct Sync {
    /// Địa chỉ máy chủ, ví dụ https://example.org / Address of the server, such as https://example.org
    pub url: String,
    /// Tệp chỉ chứa mã của thiết bị này; không ghi thì lấy tệp `token` trong thư mục làm việc / File with the token of this device and nothing
    /// else; without it, `token` in the working folder
    #[arg(long, value_name = "FILE", env = "NIEMYET_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    /// Giữ kết nối, tự kết nối lại khi có mạng / Stay connected, and connect again whenever the network is back
    #[arg(long)]
    pub follow: bool,
}

/// Which entries of the audit log.
#[derive(Debug, Args)]
pub struct Audit {
    /// Loại việc, ví dụ login-failed, change-refused / Of this kind, such as login-failed or change-refused
    #[arg(long, value_name = "EVENT")]
    pub event: Option<String>,
    /// Do tài khoản này làm / By this account
    #[arg(long, value_name = "LOGIN")]
    pub login: Option<String>,
    /// Về đúng tên đăng nhập, văn bản hoặc tệp này / Concerning exactly this login, document or file
    #[arg(long)]
    pub subject: Option<String>,
    /// Trước mục có số này: trang tiếp theo / Before the entry with this number: the next page
    #[arg(long, value_name = "NUMBER")]
    pub before: Option<i64>,
    /// Số mục tối đa / How many
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
}

/// How to build.
#[derive(Debug, Args)]
pub struct Build {
    /// Ghi thêm bản phát hành thành tệp thường ở đây, như `release export` / Also write the release as plain files there, as `release export`
    /// does
    #[arg(long, value_name = "OUT")]
    pub out: Option<PathBuf>,
    /// Chương trình dựng trang / The program that renders
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,
    /// Dựng lại toàn bộ, không dùng lại gì đã lưu; chỉ lưu bản mới nếu khác bản đang công khai hoặc bản đó bị hỏng / Render everything, resting
    /// on nothing that is stored; a new release is stored unless the current one holds just that and is sound
    #[arg(long)]
    pub full: bool,
}

/// The programs that can render.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// có sẵn trong chương trình này / the one inside this program
    #[default]
    Embedded,
    /// Zola đã cài trên máy, hoặc chương trình ghi ở NIEMYET_ZOLA / an installed Zola, or the one that NIEMYET_ZOLA names
    Zola,
}

/// The commands under `site`.
#[derive(Debug, Subcommand)]
pub enum Site {
    /// Ghi trọn dự án Zola: mẫu trang, bài viết, trang sinh từ văn bản / Write the complete Zola project: templates, texts, and the pages made
    /// from documents
    Export {
        /// Thư mục trống, hoặc thư mục đã từng xuất vào / An empty folder, or one exported to before
        out: PathBuf,
    },
}

/// What `timetable` is asked for.
#[derive(Debug, Args)]
pub struct Timetable {
    /// Phiên bản luật: 85/2015 hoặc 83/2025 / Law version: 85/2015 or 83/2025
    #[arg(long, value_name = "LAW")]
    pub law: String,
    /// Ngày bầu cử, là chủ nhật, dạng YYYY-MM-DD / Election day, a Sunday, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub election_day: NaiveDate,
    /// Dạng kết quả; với --json là json / Form of the output; with --json it is json
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Vẫn tính cho ngày không phải chủ nhật / Compute also for a day that is not a Sunday
    #[arg(long)]
    pub force: bool,
}

/// Forms of a timetable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// để đọc trên màn hình / for reading in a terminal
    #[default]
    Table,
    /// một mảng đối tượng / an array of objects
    Json,
    /// cho bảng tính / for a spreadsheet
    Csv,
    /// iCalendar (RFC 5545), cho ứng dụng lịch / iCalendar (RFC 5545), for a calendar program
    Ics,
}

/// The commands under `release`.
#[derive(Debug, Subcommand)]
pub enum Release {
    /// Danh sách bản phát hành đang giữ, cũ nhất trước / List the kept releases, oldest first
    List,
    /// Đưa một bản đang giữ lên công khai ngay / Make a kept release the current one, at once
    Activate {
        /// Tên bản, xem `release list` / Its name, from `release list`
        id: String,
    },
    /// Đọc mọi byte đã lưu, dựng lại từ đầu vào đã ghi và so từng byte / Read every stored byte, build again from the recorded inputs, and
    /// compare byte for byte
    Verify {
        /// Tên bản; không ghi thì bản đang công khai / Its name; without it, the current one
        id: Option<String>,
    },
    /// Ghi một bản phát hành thành tệp thường; chỉ ghi phần khác / Write a release as plain files; only what differs is written
    Export {
        /// Nơi máy chủ web đọc: chưa có, trống, hoặc đã từng xuất vào; trở thành liên kết tượng trưng, chuyển sang bản mới trong một bước / Where a web
        /// server reads: nothing yet, an empty folder, or one exported to before; becomes a symbolic link that is switched in one step
        out: PathBuf,
        /// Tên bản; không ghi thì bản đang công khai / Its name; without it, the current one
        #[arg(long)]
        id: Option<String>,
        /// Kèm bản nén `.br` và `.gz` của mỗi tệp văn bản, cho máy chủ web gửi tệp nén sẵn / Beside each text also its `.br` and `.gz`, for a
        /// web server that sends what is packed already
        #[arg(long)]
        compressed: bool,
    },
    /// Liệt kê chỗ khác nhau giữa hai bản phát hành / List what differs between two releases
    Changes {
        /// Bản cũ hơn, xem `release list` / The older one, from `release list`
        old: String,
        /// Bản mới hơn; không ghi thì bản đang công khai / The newer one; without it, the current one
        new: Option<String>,
    },
}
