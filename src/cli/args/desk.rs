//! What can be typed after `niemyet task` and `niemyet report`.

use chrono::NaiveDate;
use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use crate::document::progress;
use crate::timetable::moment::parse_date;

/// The commands under `task`.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// List the tasks in which the body has a part
    List {
        /// The body; without it, the one of niemyet.toml
        #[arg(long, value_name = "BODY")]
        body: Option<String>,
    },
    /// Take a task on, add a note, say where the evidence is
    Set(TaskEdit),
}

/// What to write about a task.
#[derive(Debug, Args)]
pub struct TaskEdit {
    /// Its id, from `task list`
    pub task: String,
    /// What is done to it
    #[arg(long, value_enum)]
    pub action: Option<TaskAction>,
    /// A note; never what belongs on paper (vetting, complaints, security)
    #[arg(long)]
    pub note: Option<String>,
    /// Symbol of a document or number of a paper file
    #[arg(long)]
    pub evidence: Option<String>,
    /// The body; without it, the one of niemyet.toml
    #[arg(long, value_name = "BODY")]
    pub body: Option<String>,
}

/// What can be done to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TaskAction {
    /// Begin
    Start,
    /// Wait for somebody else
    Block,
    /// Go on after waiting
    Resume,
    /// Finish
    Finish,
    /// Take up again what was done
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
    /// The body; without it, the one of niemyet.toml
    #[arg(long, value_name = "BODY")]
    pub body: Option<String>,
}

/// The commands under `report`.
#[derive(Debug, Subcommand)]
pub enum Report {
    /// List the fields of a report
    Fields,
    /// List the reports that are due, and where each stands
    List(Whose),
    /// Show a report
    Show {
        /// Day on which it is due, as 2021-03-04
        #[arg(value_parser = parse_date)]
        due: NaiveDate,
        /// Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Write fields, all in one change
    Set {
        /// Day on which it is due, as 2021-03-04
        #[arg(value_parser = parse_date)]
        due: NaiveDate,
        /// Fields as FIELD=VALUE; with nothing after `=` the field is taken back
        #[arg(required = true, value_name = "FIELD=VALUE", value_parser = pair)]
        values: Vec<(String, String)>,
        /// Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Add a row to a field that holds rows
    AddRow {
        /// Day on which it is due, as 2021-03-04
        #[arg(value_parser = parse_date)]
        due: NaiveDate,
        /// The field
        field: String,
        /// Cells as COLUMN=VALUE
        #[arg(required = true, value_name = "COLUMN=VALUE", value_parser = pair)]
        cells: Vec<(String, String)>,
        /// Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Hand a report in as it stands
    Submit {
        /// Day on which it is due, as 2021-03-04
        #[arg(value_parser = parse_date)]
        due: NaiveDate,
        /// Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Take a report back before it was judged
    Withdraw {
        /// Day on which it is due, as 2021-03-04
        #[arg(value_parser = parse_date)]
        due: NaiveDate,
        /// Whose
        #[command(flatten)]
        whose: Whose,
    },
    /// Start to correct a report that was returned
    Revise {
        /// Day on which it is due, as 2021-03-04
        #[arg(value_parser = parse_date)]
        due: NaiveDate,
        /// Whose
        #[command(flatten)]
        whose: Whose,
    },
}

/// A name and what stands after the first `=`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
