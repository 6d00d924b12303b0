//! What can be typed after `niemyet`.

mod desk;
pub mod publish;

use std::net::SocketAddr;
use std::net::ToSocketAddrs;
use std::path::PathBuf;

use chrono::DateTime;
use chrono::FixedOffset;
use chrono::NaiveDate;
use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::timetable::moment::parse_date;
pub use desk::Report;
pub use desk::Task;
pub use desk::TaskEdit;
pub use desk::Whose;

/// An address to listen on; a host name stands for the first of its addresses, IPv4 before IPv6.
fn address(text: &str) -> Result<SocketAddr, String> {
    let advice = "Write a host and a port, for example 127.0.0.1:8080 or localhost:8080";
    let found = text.to_socket_addrs().map_err(|error| format!("{error}. {advice}"))?;
    found.min_by_key(|address| !address.is_ipv4()).ok_or_else(|| format!("it has no address. {advice}"))
}

/// The information system of an election committee: offline documents in, a public schedule out.
#[derive(Debug, Parser)]
#[command(name = "niemyet", version, propagate_version = true)]
pub struct Arguments {
    /// Working folder: settings, documents, site and releases
    #[arg(long, global = true, env = "NIEMYET_DIR", default_value = "./niemyet", value_name = "DIR")]
    pub dir: PathBuf,
    /// Machine output on stdout: one JSON object, or one a line
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set up Sơn La's election of 2021 in the working folder, build its site and serve it
    Demo {
        /// Address and port; without it, the one of niemyet.toml, else 127.0.0.1:8080
        #[arg(long, value_name = "ADDR", value_parser = address)]
        listen: Option<SocketAddr>,
    },
    /// Set up a working folder from reference data
    Init {
        /// Folder of a data set, or the name of one that the program carries, such as data/sonla-2021
        #[arg(long, value_name = "DATA")]
        from: PathBuf,
    },
    /// Build the site of what is approved into a new release and make it current
    Build(Build),
    /// Build again after each change of the site or the documents
    Watch,
    /// Export the site's source
    #[command(subcommand)]
    Site(Site),
    /// Check the working folder's store, or reference data (folders or law files), and name every problem
    Check {
        /// Folders such as data/sonla-2021, law files, or a folder that holds several; none: the store of --dir
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Print the dates that the law gives for an election day
    Timetable(Timetable),
    /// Serve the current release over HTTP, and the next one as soon as it is current
    Serve {
        /// Address and port; without it, the one of niemyet.toml, else 127.0.0.1:8080
        #[arg(long, value_name = "ADDR", value_parser = address)]
        listen: Option<SocketAddr>,
    },
    /// Keep the working folder in step with a server: what was edited here goes there, what others wrote comes
    Sync(Sync),
    /// The tasks of a body and where they stand; edits go to the server with the next sync
    #[command(subcommand)]
    Task(Task),
    /// The weekly reports of a body; edits go to the server with the next sync
    #[command(subcommand)]
    Report(Report),
    /// What is public: list, approve, hold back, withdraw, notices; goes to the server with the next sync
    #[command(subcommand)]
    Publish(publish::Publish),
    /// List, switch, verify and export the kept releases
    #[command(subcommand)]
    Release(Release),
    /// Who may connect: accounts, codes, device tokens
    #[command(subcommand)]
    Account(Account),
    /// Print the audit log, newest first
    Audit(Audit),
    /// Write documents, accounts and audit log into one file, also while a server runs
    Backup {
        /// A file that does not exist yet
        file: PathBuf,
    },
    /// Put a backup into a folder that has no store
    Restore {
        /// The backup
        file: PathBuf,
        /// Until then clients may bring again what others wrote after the backup, as 2021-05-24T18:00:00+07:00
        #[arg(long, value_name = "TIME")]
        replay_until: Option<DateTime<FixedOffset>>,
    },
}

/// The commands under `account`.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Make a new code for the first administrator, as long as there is none
    First,
    /// Add an account and print the code with which its person chooses a password
    Add {
        /// What its person types to log in
        login: String,
        /// The body for which it acts, by its id in the election
        #[arg(long, value_name = "BODY")]
        body: String,
        /// What people call it; without it, the login
        #[arg(long)]
        name: Option<String>,
        /// May manage accounts
        #[arg(long)]
        admin: bool,
    },
    /// List all accounts
    List,
    /// Disable an account: its sessions and connections end at once
    Disable {
        /// Its login
        login: String,
    },
    /// Enable an account again
    Enable {
        /// Its login
        login: String,
    },
    /// Take its password away, end its sessions, and print a code for a new one
    Reset {
        /// Its login
        login: String,
    },
    /// Make a token for a device of an account, shown once
    Token {
        /// Its login
        login: String,
        /// A name to know the device by
        #[arg(long, value_name = "NAME")]
        device: String,
        /// Days that it lasts; without it, until it is revoked
        #[arg(long)]
        days: Option<u32>,
    },
    /// List sessions and device tokens of an account
    Devices {
        /// Its login
        login: String,
    },
    /// End a session or device token
    Revoke {
        /// Its number, from `account devices`
        number: i64,
    },
}

/// How to keep in step.
#[derive(Debug, Args)]
pub struct Sync {
    /// Address of the server, such as https://example.org
    pub url: String,
    /// File with the token of this device and nothing else; without it, `token` in the working folder
    #[arg(long, value_name = "FILE", env = "NIEMYET_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    /// Stay connected, and connect again whenever the network is back
    #[arg(long)]
    pub follow: bool,
}

/// Which entries of the audit log.
#[derive(Debug, Args)]
pub struct Audit {
    /// Of this kind, such as login-failed or change-refused
    #[arg(long, value_name = "EVENT")]
    pub event: Option<String>,
    /// By this account
    #[arg(long, value_name = "LOGIN")]
    pub login: Option<String>,
    /// Concerning exactly this login, document or file
    #[arg(long)]
    pub subject: Option<String>,
    /// Before the entry with this number: the next page
    #[arg(long, value_name = "NUMBER")]
    pub before: Option<i64>,
    /// How many
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
}

/// How to build.
#[derive(Debug, Args)]
pub struct Build {
    /// Also write the release as plain files into this folder, changing only what differs
    #[arg(long, value_name = "OUT")]
    pub out: Option<PathBuf>,
    /// The program that renders
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,
    /// Render and store everything, resting on nothing that is stored
    #[arg(long)]
    pub full: bool,
}

/// The programs that can render.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// The one inside this program
    #[default]
    Embedded,
    /// An installed Zola, or the one that NIEMYET_ZOLA names
    Zola,
}

/// The commands under `site`.
#[derive(Debug, Subcommand)]
pub enum Site {
    /// Write the complete Zola project: templates, texts, and the pages made from documents
    Export {
        /// An empty folder, or one exported to before
        out: PathBuf,
    },
}

/// What `timetable` is asked for.
#[derive(Debug, Args)]
pub struct Timetable {
    /// Law version: 85/2015 or 83/2025
    #[arg(long, value_name = "LAW")]
    pub law: String,
    /// Election day, a Sunday, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub election_day: NaiveDate,
    /// Form of the output; with --json it is json
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Compute also for a day that is not a Sunday
    #[arg(long)]
    pub force: bool,
}

/// Forms of a timetable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading in a terminal
    #[default]
    Table,
    /// An array of objects
    Json,
    /// For a spreadsheet
    Csv,
    /// iCalendar (RFC 5545), for a calendar program
    Ics,
}

/// The commands under `release`.
#[derive(Debug, Subcommand)]
pub enum Release {
    /// List the kept releases, oldest first
    List,
    /// Make a kept release the current one, at once
    Activate {
        /// Its name, from `release list`
        id: String,
    },
    /// Read every stored byte, build again from the recorded inputs, and compare byte for byte
    Verify {
        /// Its name; without it, the current one
        id: Option<String>,
    },
    /// Write a release as plain files; only what differs is written
    Export {
        /// An empty folder, or one exported to before
        out: PathBuf,
        /// Its name; without it, the current one
        #[arg(long)]
        id: Option<String>,
        /// Beside each text also its `.br` and `.gz`, for a web server that sends what is packed already
        #[arg(long)]
        compressed: bool,
    },
    /// List what differs between two releases
    Changes {
        /// The older one, from `release list`
        old: String,
        /// The newer one; without it, the current one
        new: Option<String>,
    },
}
