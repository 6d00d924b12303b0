//! What may stand where in a document of each kind: the schema that a delivery is held against, place by place.
//!
//! Words (states, dates, ids, hashes) are values, written as a whole; prose is a value or an Automerge text, in which people
//! write side by side. A record that says who decided what (a submission, a verdict, an approval) is written once, as a
//! whole, and replaced by another.

use std::collections::HashMap;
use std::sync::LazyLock;

use automerge::ObjType;
use automerge::ScalarValue;
use serde_json::Value;

use super::sample;
use crate::document::Key;
use crate::document::Kind;
use crate::document::election::WITHDRAWN;
use crate::document::incident::Trigger;
use crate::document::key::BodyId;
use crate::document::key::IncidentId;
use crate::document::progress::TaskStatus;
use crate::document::report::fields;
use crate::document::report::fields::Cell;
use crate::document::report::fields::Column;
use crate::document::report::fields::Holds;
use crate::timetable::moment::parse_date;
use crate::timetable::moment::parse_time;

/// Characters of a paragraph: more than a whole report has by experience of such texts.
const PARAGRAPH: usize = 20_000;
/// Characters of a long cell or a note.
const LONG: usize = 10_000;
/// Characters of a line.
const LINE: usize = 1_000;
/// Characters of a directing document.
const WHOLE_TEXT: usize = 500_000;

/// A word's own check.
pub(super) type Check = fn(&str) -> bool;

/// A place in a document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Content(Kind),
    Status,
    Submissions,
    Submission,
    Figures,
    Figure,
    Facts,
    Fact(Holds),
    Texts,
    Tables,
    Rows(&'static [Column]),
    Row(&'static [Column]),
    /// A list of paragraphs; those of the skeleton are never replaced.
    Paragraphs {
        fixed: bool,
    },
    /// Letters, at most so many.
    Prose(usize),
    Word(Check),
    /// The same, and never taken away.
    Must(Check),
    /// The same, or nothing.
    Perhaps(Check),
    TaskStatuses,
    TaskStatus,
    Evidence,
    Notes,
    Note,
    Verdicts,
    Verdict,
    Items,
    Approval,
    /// Standing approvals, by kind of documents.
    Standing,
    Rule,
    /// What is held back, by key.
    Held,
    Hold,
    /// The list of heads in a record.
    Heads,
    Notices,
    Notice,
    NoticeTexts,
    NoticeText,
    Anchors,
    /// A part of a record that is written as a whole; the number says how deep below `content`.
    Sample(&'static Value, u8),
}

/// The report's fields by id: they are asked for with every figure.
static FIELDS: LazyLock<HashMap<String, Holds>> =
    LazyLock::new(|| fields::all().map(|field| (field.id, field.holds)).collect());

fn holds(id: &str) -> Option<Holds> {
    // Languages are open, and not all of them stand in the list.
    FIELDS.get(id).copied().or_else(|| fields::find(id).map(|field| field.holds))
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && parse_date(text).is_ok()
}

fn is_clock(text: &str) -> bool {
    parse_time(text).is_ok()
}

/// Beside the limits of the law: the site and the calendar know these, and nobody but the editor what was taken back.
fn is_kind_of_date(text: &str) -> bool {
    matches!(text, "planned" | "actual" | "override" | WITHDRAWN)
}

fn is_body(text: &str) -> bool {
    BodyId::new(text).is_ok()
}

fn is_task(text: &str) -> bool {
    !text.is_empty() && text.len() <= 96
}

fn is_short(text: &str) -> bool {
    text.chars().count() <= LINE
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

fn is_trigger(text: &str) -> bool {
    Trigger::ALL.iter().any(|trigger| trigger.word() == text)
}

fn is_decision(text: &str) -> bool {
    matches!(text, "returned" | "accepted")
}

fn is_notice_id(text: &str) -> bool {
    IncidentId::new(text).is_ok()
}

/// Its form alone; which of them a notice may have is told in words.
fn is_language(text: &str) -> bool {
    (2..=3).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_lowercase())
}

impl Place {
    /// What stands under a name of a map here, if anything may.
    pub fn under(self, name: &str) -> Option<Self> {
        match self {
            Self::Content(kind) => content(kind, name),
            Self::Submission => match name {
                "at" => Some(Self::Word(is_short)),
                "heads" => Some(Self::Heads),
                _ => None,
            },
            Self::Verdict => match name {
                "decision" => Some(Self::Word(is_decision)),
                "reason" | "at" => Some(Self::Word(is_short)),
                "by" => Some(Self::Word(is_body)),
                "heads" => Some(Self::Heads),
                _ => None,
            },
            Self::Approval => match name {
                "basis" | "at" => Some(Self::Word(is_short)),
                "by" => Some(Self::Word(is_body)),
                "heads" => Some(Self::Heads),
                _ => None,
            },
            Self::Verdicts => is_body(name).then_some(Self::Verdict),
            Self::Rule => match name {
                "basis" | "at" => Some(Self::Word(is_short)),
                "by" => Some(Self::Word(is_body)),
                _ => None,
            },
            Self::Hold => match name {
                "reason" | "at" => Some(Self::Word(is_short)),
                "by" => Some(Self::Word(is_body)),
                "heads" => Some(Self::Heads),
                _ => None,
            },
            // Which kinds may have one is told apart in words.
            Self::Standing => Kind::ALL.iter().any(|kind| kind.word() == name).then_some(Self::Rule),
            Self::Held => name.parse::<Key>().is_ok().then_some(Self::Hold),
            Self::Items => name.parse::<Key>().is_ok().then_some(Self::Approval),
            Self::TaskStatuses => is_task(name).then_some(Self::TaskStatus),
            Self::Evidence => is_task(name).then_some(Self::Prose(LINE)),
            Self::Anchors => is_task(name).then_some(Self::Prose(LINE)),
            Self::Sample(Value::Object(fields), depth) => Some(sampled(fields.get(name)?, name, depth + 1)),
            Self::Figures | Self::Facts | Self::Texts | Self::Tables | Self::Row(_) => self.of_report(name),
            Self::Note | Self::Notice | Self::NoticeTexts | Self::NoticeText => self.of_lists(name),
            _ => None,
        }
    }

    fn of_report(self, name: &str) -> Option<Self> {
        match self {
            Self::Figures => matches!(holds(name)?, Holds::Count | Holds::Vnd).then_some(Self::Figure),
            Self::Facts => {
                let holds = holds(name)?;
                matches!(holds, Holds::Date | Holds::Flag | Holds::Choice(_)).then_some(Self::Fact(holds))
            }
            Self::Texts => (holds(name)? == Holds::Text).then_some(Self::Paragraphs { fixed: true }),
            Self::Tables => match holds(name)? {
                Holds::Rows(columns) => Some(Self::Rows(columns)),
                _ => None,
            },
            Self::Row(columns) => {
                let column = columns.iter().find(|column| column.name == name)?;
                Some(match column.cell {
                    Cell::Short => Self::Prose(LINE),
                    Cell::Long => Self::Prose(LONG),
                    Cell::Date => Self::Word(is_date),
                    Cell::Body => Self::Word(is_body),
                })
            }
            _ => None,
        }
    }

    fn of_lists(self, name: &str) -> Option<Self> {
        match (self, name) {
            (Self::Note, "task") => Some(Self::Word(is_task)),
            (Self::Note, "text") => Some(Self::Prose(LONG)),
            (Self::Notice, "id") => Some(Self::Word(is_notice_id)),
            (Self::Notice, "date") => Some(Self::Word(is_date)),
            (Self::Notice, "texts") => Some(Self::NoticeTexts),
            (Self::NoticeTexts, language) => is_language(language).then_some(Self::NoticeText),
            (Self::NoticeText, "title") => Some(Self::Prose(LINE)),
            (Self::NoticeText, "paragraphs") => Some(Self::Paragraphs { fixed: false }),
            _ => None,
        }
    }

    /// What stands in a list here.
    pub fn item(self) -> Option<Self> {
        match self {
            Self::Submissions => Some(Self::Submission),
            Self::Heads => Some(Self::Word(is_hash)),
            Self::Paragraphs { .. } => Some(Self::Prose(PARAGRAPH)),
            Self::Rows(columns) => Some(Self::Row(columns)),
            Self::Notes => Some(Self::Note),
            Self::Notices => Some(Self::Notice),
            Self::Sample(Value::Array(items), depth) => Some(sampled(items.first()?, "", depth + 1)),
            _ => None,
        }
    }

    /// Whether this value may be written here.
    pub fn takes(self, value: &ScalarValue) -> bool {
        match (self, value) {
            (Self::Figure, ScalarValue::Int(number)) => *number >= 0,
            (Self::Figure, ScalarValue::Uint(number)) => i64::try_from(*number).is_ok(),
            (Self::Status, ScalarValue::Str(word)) => matches!(word.as_str(), "draft" | "submitted"),
            (Self::TaskStatus, ScalarValue::Str(word)) => {
                TaskStatus::ALL.iter().any(|status| status.word() == word.as_str())
            }
            (Self::Fact(Holds::Date), ScalarValue::Str(word)) => is_date(word),
            (Self::Fact(Holds::Flag), ScalarValue::Str(word)) => matches!(word.as_str(), "true" | "false"),
            (Self::Fact(Holds::Choice(words)), ScalarValue::Str(word)) => words.contains(&word.as_str()),
            (Self::Word(check) | Self::Must(check) | Self::Perhaps(check), ScalarValue::Str(word)) => {
                check(word)
            }
            (Self::Perhaps(_), ScalarValue::Null) => true,
            (Self::Prose(most), ScalarValue::Str(text)) => text.chars().count() <= most,
            (Self::Prose(_), ScalarValue::Null) => true,
            (Self::Sample(Value::Bool(_), _), ScalarValue::Boolean(_)) => true,
            // Of constituencies and of their seats: both count from one.
            (Self::Sample(Value::Number(_), _), ScalarValue::Int(number)) => *number > 0,
            (Self::Sample(Value::Number(_), _), ScalarValue::Uint(number)) => {
                *number > 0 && i64::try_from(*number).is_ok()
            }
            _ => false,
        }
    }

    /// What kind of object may be made here.
    pub fn makes(self) -> Option<ObjType> {
        match self {
            Self::Submission
            | Self::Verdict
            | Self::Approval
            | Self::Standing
            | Self::Rule
            | Self::Held
            | Self::Hold
            | Self::Row(_)
            | Self::Note
            | Self::Notice
            | Self::NoticeTexts
            | Self::NoticeText => Some(ObjType::Map),
            Self::Heads | Self::Paragraphs { fixed: false } => Some(ObjType::List),
            Self::Prose(_) => Some(ObjType::Text),
            Self::Sample(Value::Object(_), depth) if depth > 1 => Some(ObjType::Map),
            Self::Sample(Value::Array(_), depth) if depth > 1 => Some(ObjType::List),
            _ => None,
        }
    }

    /// Whether what stands here may be taken away.
    pub fn can_go(self) -> bool {
        match self {
            Self::Figure | Self::Fact(_) | Self::Word(_) | Self::Perhaps(_) | Self::Prose(_) => true,
            Self::Row(_) | Self::Note | Self::Approval | Self::Rule | Self::Hold => true,
            Self::Notice | Self::NoticeText => true,
            Self::Sample(value, depth) => depth > 1 || !(value.is_object() || value.is_array()),
            _ => false,
        }
    }

    /// Whether this is a record that is written once.
    pub fn is_record(self) -> bool {
        matches!(self, Self::Submission | Self::Verdict | Self::Approval | Self::Rule | Self::Hold)
    }

    /// How many letters, items or names an object here may hold.
    pub fn most(self) -> usize {
        match self {
            Self::Prose(most) => most,
            Self::Sample(..) => 20_000,
            Self::Notes => 5_000,
            _ => 2_000,
        }
    }
}

fn content(kind: Kind, name: &str) -> Option<Place> {
    Some(match (kind, name) {
        (Kind::Report | Kind::Incident, "status") => Place::Status,
        (Kind::Report | Kind::Incident, "submissions") => Place::Submissions,
        (Kind::Report, "figures") => Place::Figures,
        (Kind::Report, "facts") => Place::Facts,
        (Kind::Report, "texts") => Place::Texts,
        (Kind::Report, "lists") => Place::Tables,
        (Kind::Incident, "text") | (Kind::Review, "aggregate") => Place::Paragraphs { fixed: true },
        (Kind::Incident, "trigger") => Place::Word(is_trigger),
        (Kind::Incident, "occurred_on") => Place::Word(is_date),
        (Kind::Incident, "subject" | "paper_file") => Place::Prose(LINE),
        (Kind::Progress, "status") => Place::TaskStatuses,
        (Kind::Progress, "evidence") => Place::Evidence,
        (Kind::Progress, "notes") => Place::Notes,
        (Kind::Review, "verdicts") => Place::Verdicts,
        (Kind::Publication, "items") => Place::Items,
        (Kind::Publication, "rules") => Place::Standing,
        (Kind::Publication, "held") => Place::Held,
        (Kind::Publication, "notices") => Place::Notices,
        (Kind::Election, "anchors") => Place::Anchors,
        (Kind::Election, _) => sampled(sample::ELECTION.get(name)?, name, 1),
        (Kind::Directive, _) => sampled(sample::DIRECTIVE.get(name)?, name, 1),
        _ => return None,
    })
}

fn sampled(value: &'static Value, name: &str, depth: u8) -> Place {
    match value {
        Value::String(_) if name == "text_vi" => Place::Prose(WHOLE_TEXT),
        // The day of the election: without it nothing could be built.
        Value::String(form) if form == sample::DAY && depth == 1 => Place::Must(is_date),
        Value::String(form) if form == sample::DAY => Place::Word(is_date),
        Value::String(form) if form == sample::CLOCK => Place::Perhaps(is_clock),
        Value::String(form) if form == sample::DATE_KIND => Place::Word(is_kind_of_date),
        Value::String(_) => Place::Prose(PARAGRAPH),
        _ => Place::Sample(value, depth),
    }
}
