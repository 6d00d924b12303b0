//! What can be typed after `niemyet publish`.

use chrono::NaiveDate;
use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use crate::document::Key;
use crate::timetable::moment::parse_date;

/// The commands under `publish`.
#[derive(Debug, Subcommand)]
pub enum Publish {
    /// List every document that can be public, and where it stands
    List,
    /// Show what the public would see otherwise, old beside new
    Show {
        /// `election` or `directive/<symbol>`
        key: Key,
        /// All changes, however many there are
        #[arg(long)]
        all: bool,
    },
    /// Approve a document as it stands here; later edits are not public until they are approved
    Approve {
        /// `election` or `directive/<symbol>`
        key: Key,
        /// What the approval rests on, such as the symbol of a decision
        #[arg(long, default_value = "")]
        basis: String,
        /// Who decides
        #[command(flatten)]
        by: Decider,
    },
    /// Note that a document is not to be public as it stands here
    Hold {
        /// `election` or `directive/<symbol>`
        key: Key,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides
        #[command(flatten)]
        by: Decider,
    },
    /// Take an approval back: the next release shows nothing of the document
    Withdraw {
        /// `election` or `directive/<symbol>`
        key: Key,
        /// Who decides
        #[command(flatten)]
        by: Decider,
    },
    /// Show a kind that is public by law at whatever it says, without an approval of each edit
    Rule {
        /// `election`: timetable, units, constituencies
        kind: String,
        /// On or off
        #[arg(value_enum)]
        switch: Switch,
        /// The article of law that it rests on
        #[arg(long, default_value = "")]
        basis: String,
        /// Who decides
        #[command(flatten)]
        by: Decider,
    },
    /// Write a notice to the public, one language at a time, Vietnamese first; other languages stay as they are
    Notice(NoticeEdit),
    /// Take a notice back
    Unnotice {
        /// Its id
        id: String,
        /// Who decides
        #[command(flatten)]
        by: Decider,
    },
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On
    On,
    /// Off
    Off,
}

/// Who decides.
#[derive(Debug, Args)]
pub struct Decider {
    /// The body; without it, the one of niemyet.toml
    #[arg(long, value_name = "BODY")]
    pub body: Option<String>,
}

/// What to write in a notice.
#[derive(Debug, Args)]
pub struct NoticeEdit {
    /// Its id, part of its address: a-z, 0-9 and -
    pub id: String,
    /// Its date, as 2021-03-04
    #[arg(long, value_parser = parse_date)]
    pub date: NaiveDate,
    /// Its language: vi, en, hmn, blt and others, which a wrong one names
    #[arg(long, default_value = "vi")]
    pub language: String,
    /// Its title in that language
    #[arg(long)]
    pub title: String,
    /// A paragraph in that language; once for each
    #[arg(long = "text", value_name = "TEXT")]
    pub paragraphs: Vec<String>,
    /// Who decides
    #[command(flatten)]
    pub by: Decider,
}
