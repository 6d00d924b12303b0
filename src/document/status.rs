//! The life of a report: draft → submitted → returned → accepted, and who may take it on.
//!
//! The body writes the report, the standing agency writes the review, so no document holds the whole state: it
//! follows from both ([`Status::of`]). A verdict names the heads that it judged; it says nothing about a later
//! submission.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use super::review::Decision;
use super::review::Verdict;

/// Where a report stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The body is writing.
    #[default]
    Draft,
    /// The body says it is done.
    Submitted,
    /// The standing agency asks for a correction.
    Returned,
    /// The standing agency took it into the round.
    Accepted,
}

/// What can be done to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Hand it in.
    Submit,
    /// Take it back before it was judged.
    Withdraw,
    /// Ask for a correction.
    Return,
    /// Take it into the round.
    Accept,
    /// Start to correct what was returned.
    Revise,
    /// Undo an acceptance, because something was found later.
    Reopen,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 6] =
        [Self::Submit, Self::Withdraw, Self::Return, Self::Accept, Self::Revise, Self::Reopen];
}

/// The two sides of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The body whose report it is.
    Reporter,
    /// The standing agency, which receives and aggregates (19/KL-UBBC, section 2.6).
    StandingAgency,
}

/// Why an action was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The other side decides this.
    #[error(
        "{} không được {} báo cáo; việc này do {} làm. / {} may not {action} a report; ask {}",
        side(*.party).0, done(*.action).0, side(other(*.party)).0, side(*.party).1, side(other(*.party)).1
    )]
    NotYours {
        /// What was asked.
        action: Action,
        /// Who asked.
        party: Party,
    },
    /// Not in this state.
    #[error(
        "báo cáo {} nên không {} được; {}. / A report that is {status} cannot be {}; {}",
        stands(*.status), done(*.action).0, remedy(*.status).0, done(*.action).1, remedy(*.status).1
    )]
    NotNow {
        /// What was asked.
        action: Action,
        /// Where the report stands.
        status: Status,
    },
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Submitted, Self::Returned, Self::Accepted];

    /// Takes a report on, or says why not.
    pub fn apply(self, action: Action, by: Party) -> Result<Self, Refusal> {
        let owner = match action {
            Action::Submit | Action::Withdraw | Action::Revise => Party::Reporter,
            Action::Return | Action::Accept | Action::Reopen => Party::StandingAgency,
        };
        if by != owner {
            return Err(Refusal::NotYours { action, party: by });
        }
        match (self, action) {
            (Self::Draft, Action::Submit) => Ok(Self::Submitted),
            (Self::Submitted, Action::Withdraw) | (Self::Returned, Action::Revise) => Ok(Self::Draft),
            (Self::Submitted, Action::Return) | (Self::Accepted, Action::Reopen) => Ok(Self::Returned),
            (Self::Submitted, Action::Accept) => Ok(Self::Accepted),
            (status, action) => Err(Refusal::NotNow { action, status }),
        }
    }

    /// Where a report stands, from what its body wrote and what the standing agency wrote about it.
    ///
    /// A verdict counts only for the submission whose heads it names. An acceptance stands even if the body withdrew
    /// at the same time: what was accepted is still there at those heads.
    pub fn of(handed_in: bool, submissions: &[Submission], verdict: Option<&Verdict>) -> Self {
        let last = submissions.last();
        let decision = verdict.filter(|verdict| last.is_some_and(|s| s.heads == verdict.heads));
        match (handed_in, decision.map(|verdict| verdict.decision)) {
            (_, Some(Decision::Accepted)) => Self::Accepted,
            (true, Some(Decision::Returned)) => Self::Returned,
            (true, None) => Self::Submitted,
            (false, _) => Self::Draft,
        }
    }
}

/// One handing-in of a report: what was handed in is the report at these heads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Submission {
    /// When, as the device claims it: RFC 3339. The server's receipt is the witness.
    pub at: String,
    /// Hashes of changes, hexadecimal, sorted.
    pub heads: Vec<String>,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft => "a draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Accepted => "accepted",
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Submit => "submit",
            Self::Withdraw => "withdraw",
            Self::Return => "return",
            Self::Accept => "accept",
            Self::Revise => "revise",
            Self::Reopen => "reopen",
        })
    }
}

const fn stands(status: Status) -> &'static str {
    match status {
        Status::Draft => "đang soạn",
        Status::Submitted => "đã nộp",
        Status::Returned => "bị trả lại",
        Status::Accepted => "đã được tiếp nhận",
    }
}

/// What is done, in Vietnamese and English.
const fn done(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Submit => ("nộp", "submitted"),
        Action::Withdraw => ("rút", "withdrawn"),
        Action::Return => ("trả lại", "returned"),
        Action::Accept => ("tiếp nhận", "accepted"),
        Action::Revise => ("sửa lại", "revised"),
        Action::Reopen => ("mở lại", "reopened"),
    }
}

const fn side(party: Party) -> (&'static str, &'static str) {
    match party {
        Party::Reporter => ("cơ quan báo cáo", "the reporting body"),
        Party::StandingAgency => ("cơ quan thường trực", "the standing agency"),
    }
}

const fn other(party: Party) -> Party {
    match party {
        Party::Reporter => Party::StandingAgency,
        Party::StandingAgency => Party::Reporter,
    }
}

const fn remedy(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Draft => ("cơ quan báo cáo cần nộp trước", "the body submits it first"),
        Status::Submitted => (
            "cơ quan báo cáo rút về, hoặc cơ quan thường trực xem xét",
            "the body withdraws it, or the standing agency decides",
        ),
        Status::Returned => ("cơ quan báo cáo cần bắt đầu sửa lại trước", "the body revises it first"),
        Status::Accepted => ("cơ quan thường trực cần mở lại trước", "the standing agency reopens it first"),
    }
}
