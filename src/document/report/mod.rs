//! The `report/<body>/<due date>` document: one weekly report of one body.

pub mod check;
pub mod edit;
pub mod fields;
mod table;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use automerge::ROOT;
use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::Value;
use serde::Serialize;

use super::error::DocumentError;
use super::open::Document;
use super::read::Node;
use super::read::View;
use super::read::whole_number;
use super::review::Verdict;
use super::status::Status;
use super::status::Submission;
use fields::Field;
use fields::Holds;

pub use check::Fault;
pub use check::faults;
pub use edit::add_row;
pub use edit::revise;
pub use edit::set_cell;
pub use edit::set_fact;
pub use edit::set_figure;
pub use edit::submit;
pub use edit::withdraw;

/// The content of a report. Fields that stand in the document but not in [`fields`] are preserved and not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// True from handing in until the body takes it back; see [`Report::status`].
    pub handed_in: bool,
    /// Every handing-in, in order.
    pub submissions: Vec<Submission>,
    /// Field id → figure; a field that is not here was not reported.
    pub figures: BTreeMap<String, Figure>,
    /// Field id → date, yes or no, choice; a field that is not here was not reported.
    pub facts: BTreeMap<String, Fact>,
    /// Field id → paragraphs; fields without any are left out.
    pub texts: BTreeMap<String, Vec<String>>,
    /// Field id → rows (column → cell); fields without any are left out.
    pub rows: BTreeMap<String, Vec<BTreeMap<String, String>>>,
}

/// A whole number somebody reported. Money is in whole đồng.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// The value that every replica shows first.
    pub value: i64,
    /// All values that devices wrote at once, this one included; empty if there is no conflict. A person of the body
    /// resolves it by writing the figure again.
    pub conflicts: Vec<Rival>,
}

/// One of several values of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rival {
    /// The value.
    pub value: i64,
    /// Hexadecimal hash of the change that wrote it; empty while it is not committed.
    pub change: String,
    /// Actor that wrote it, hexadecimal; the server knows its account.
    pub actor: String,
}

/// A date, a yes or no, a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// `YYYY-MM-DD`; `true` or `false`; the word chosen.
    pub value: String,
    /// True if devices wrote different values at once.
    pub contested: bool,
}

impl Report {
    pub(super) fn read(view: &View<'_>) -> Result<Self, DocumentError> {
        let content = view.content()?;
        let mut report =
            Self { handed_in: handed_in(&content)?, submissions: submissions(&content)?, ..Self::default() };
        for (id, (node, contested)) in content.field("figures").map()? {
            if fields::find(id).is_some_and(|field| field.is_figure()) {
                report.figures.insert(id.to_owned(), figure(view, (id, &node), contested)?);
            }
        }
        for (id, (node, contested)) in content.field("facts").map()? {
            if let Some(field) = fields::find(id) {
                let value = fact(&field, &node)?;
                // The flag is also set while all rivals agree, as with figures.
                let contested = contested && differ(view, id, &value)?;
                report.facts.insert(id.to_owned(), Fact { value, contested });
            }
        }
        for (id, (node, _)) in content.field("texts").map()? {
            report.texts.insert(id.to_owned(), node.texts()?);
        }
        for (id, (node, _)) in content.field("lists").map()? {
            report.rows.insert(id.to_owned(), node.list()?.iter().map(row).collect::<Result<_, _>>()?);
        }
        report.texts.retain(|_, paragraphs| !paragraphs.is_empty());
        report.rows.retain(|_, rows| !rows.is_empty());
        Ok(report)
    }

    /// Where the report stands, given what the standing agency wrote about it in the round's review.
    pub fn status(&self, verdict: Option<&Verdict>) -> Status {
        Status::of(self.handed_in, &self.submissions, verdict)
    }

    /// Ids of the fields that stand otherwise than in an earlier state, in the order of their ids.
    pub fn moved_since(&self, earlier: &Self) -> Vec<String> {
        let mut moved = Vec::new();
        differing(&self.figures, &earlier.figures, &mut moved);
        differing(&self.facts, &earlier.facts, &mut moved);
        differing(&self.texts, &earlier.texts, &mut moved);
        differing(&self.rows, &earlier.rows, &mut moved);
        moved.sort_unstable();
        moved
    }

    /// The value of a figure, if it was reported.
    pub fn figure(&self, field: &str) -> Option<i64> {
        self.figures.get(field).map(|figure| figure.value)
    }

    /// One field as a share of another in hundredths of a percent, rounded down; `None` if one is missing or the
    /// whole is zero.
    pub fn share(&self, field: &str) -> Option<i64> {
        let Holds::Share(part, whole) = fields::find(field)?.holds else { return None };
        let (group, _) = field.rsplit_once('.')?;
        let part = self.figure(&format!("{group}.{part}"))?;
        let whole = self.figure(&format!("{group}.{whole}"))?;
        part.checked_mul(10_000)?.checked_div(whole)
    }

    /// Ids of the figures that conflict and wait for a person.
    pub fn conflicts(&self) -> impl Iterator<Item = &str> {
        self.figures.iter().filter(|(_, figure)| !figure.conflicts.is_empty()).map(|(id, _)| id.as_str())
    }
}

fn differing<T: PartialEq>(
    now: &BTreeMap<String, T>,
    earlier: &BTreeMap<String, T>,
    moved: &mut Vec<String>,
) {
    let all: BTreeSet<&String> = now.keys().chain(earlier.keys()).collect();
    moved.extend(all.into_iter().filter(|id| now.get(*id) != earlier.get(*id)).cloned());
}

/// Whether devices wrote something else than this fact at once.
fn differ(view: &View<'_>, id: &str, value: &str) -> Result<bool, DocumentError> {
    let other = |rival: &ScalarValue| !matches!(rival, ScalarValue::Str(text) if text == value);
    Ok(view.rivals("facts", id)?.iter().any(|rival| rival.value.as_ref().is_none_or(other)))
}

fn figure(view: &View<'_>, (id, node): (&str, &Node<'_>), contested: bool) -> Result<Figure, DocumentError> {
    let number = |value: Option<&ScalarValue>| {
        value.and_then(whole_number).ok_or_else(|| node.wrong("a whole number"))
    };
    // The flag of a conflict is also set while all rivals agree; only values that differ need a person.
    let all = view.rivals("figures", id)?;
    let value = number(all.first().and_then(|rival| rival.value.as_ref()))?;
    if !contested && all.len() < 2 {
        return Ok(Figure { value, conflicts: Vec::new() });
    }
    let rivals = all.into_iter().map(|rival| {
        Ok(Rival { value: number(rival.value.as_ref())?, change: rival.change, actor: rival.actor })
    });
    let conflicts: Vec<Rival> = rivals.collect::<Result<_, DocumentError>>()?;
    let differ = conflicts.iter().any(|rival| rival.value != value);
    Ok(Figure { value, conflicts: if differ { conflicts } else { Vec::new() } })
}

fn fact(field: &Field, node: &Node<'_>) -> Result<String, DocumentError> {
    let text = node.text()?;
    if edit::is_fact(field, &text) { Ok(text) } else { Err(node.wrong("what its form asks for")) }
}

fn row(node: &Node<'_>) -> Result<BTreeMap<String, String>, DocumentError> {
    node.map()?.into_iter().map(|(name, (cell, _))| Ok((name.to_owned(), cell.text()?))).collect()
}

/// Reads whether the body says that it is done.
pub(super) fn handed_in(content: &Node<'_>) -> Result<bool, DocumentError> {
    let state = content.field("status").choice("`draft` or `submitted`", |text| match text {
        "draft" => Some(false),
        "submitted" => Some(true),
        _ => None,
    })?;
    Ok(state.unwrap_or(false))
}

/// Reads every handing-in.
pub(super) fn submissions(content: &Node<'_>) -> Result<Vec<Submission>, DocumentError> {
    let submission = |node: &Node<'_>| {
        Ok(Submission { at: node.field("at").text()?, heads: node.field("heads").texts()? })
    };
    content.field("submissions").list()?.iter().map(submission).collect()
}

/// Refuses to change a report that was handed in.
pub(super) fn editable(document: &Document) -> Result<(), DocumentError> {
    let doc = document.automerge();
    let status =
        doc.get(ROOT, "content").ok().flatten().and_then(|(_, id)| doc.get(&id, "status").ok().flatten());
    match status {
        Some((Value::Scalar(value), _)) if *value == ScalarValue::Str("submitted".into()) => Err(document
            .refused(
                "báo cáo đã nộp; hãy rút về trước, hoặc sửa sau khi cơ quan thường trực trả lại. / It was submitted; withdraw it first, or revise it \
                 once the standing agency returned it",
            )),
        _ => Ok(()),
    }
}
