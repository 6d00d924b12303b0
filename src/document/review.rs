//! The `review/<due date>` document: what the standing agency decided on each report of a round, and the aggregate.

use std::collections::BTreeMap;

use automerge::ObjType;
use automerge::transaction::Transactable;
use serde::Deserialize;
use serde::Serialize;

use super::content::Content;
use super::error::DocumentError;
use super::key::Kind;
use super::open::Document;
use super::read::Node;
use super::read::View;
use super::report::Report;
use super::status::Action;
use super::status::Party;
use super::status::Status;
use super::text;

/// The content of a `review/<due date>` document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Review {
    /// Body → the verdict on its report; bodies without one are not judged yet.
    pub verdicts: BTreeMap<String, Verdict>,
    /// Text of the aggregate; paragraphs.
    pub aggregate: Vec<String>,
}

/// What was decided on one submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Returned or accepted.
    pub decision: Decision,
    /// Why; never empty for a return.
    pub reason: String,
    /// The heads that were judged: those of the submission.
    pub heads: Vec<String>,
    /// The body that decided; a body, never a person's name.
    pub by: String,
    /// When, as the device claims it: RFC 3339.
    pub at: String,
    /// True if two devices decided at once and nobody has chosen yet.
    pub contested: bool,
}

/// Returned or accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The body is asked for a correction.
    Returned,
    /// The report counts.
    Accepted,
}

impl Decision {
    const fn word(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Accepted => "accepted",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Returned, Self::Accepted].into_iter().find(|decision| decision.word() == word)
    }
}

impl Review {
    pub(super) fn read(view: &View<'_>) -> Result<Self, DocumentError> {
        let content = view.content()?;
        let verdicts = content.field("verdicts").map()?;
        Ok(Self {
            verdicts: verdicts
                .into_iter()
                .map(|(body, (node, contested))| Ok((body.to_owned(), verdict(&node, contested)?)))
                .collect::<Result<_, DocumentError>>()?,
            aggregate: content.field("aggregate").texts()?,
        })
    }
}

fn verdict(node: &Node<'_>, contested: bool) -> Result<Verdict, DocumentError> {
    let decision = node.field("decision");
    let expected = "`returned` or `accepted`";
    Ok(Verdict {
        decision: decision.choice(expected, Decision::parse)?.ok_or_else(|| decision.wrong(expected))?,
        reason: node.field("reason").text()?,
        heads: node.field("heads").texts()?,
        by: node.field("by").text()?,
        at: node.field("at").text()?,
        contested,
    })
}

/// Decides on a report that was submitted (or reopens one that was accepted), as the standing agency. `report` is the
/// content of the report's document; `by` and `at` say who decides and when; pending until the review's document is
/// committed.
pub fn decide(
    document: &mut Document,
    (body, report): (&str, &Report),
    (action, reason): (Action, &str),
    (by, at): (&str, &str),
) -> Result<Status, DocumentError> {
    document.expect_kind(Kind::Review)?;
    let Content::Review(review) = document.content()? else { return Ok(Status::Draft) };
    let status = report.status(review.verdicts.get(body));
    let next = status
        .apply(action, Party::StandingAgency)
        .map_err(|refusal| document.refused(refusal.to_string()))?;
    let decision = if next == Status::Accepted { Decision::Accepted } else { Decision::Returned };
    if decision == Decision::Returned && reason.trim().is_empty() {
        return Err(document.refused("trả lại báo cáo phải nêu lý do; hãy ghi cần sửa gì. / A report is returned with a reason; say what to correct"));
    }
    let heads = report.submissions.last().map(|submission| submission.heads.clone()).unwrap_or_default();
    let verdicts = text::object(document, &["content", "verdicts"])?;
    document.write(|doc| {
        let verdict = doc.put_object(&verdicts, body, ObjType::Map)?;
        doc.put(&verdict, "decision", decision.word())?;
        doc.put(&verdict, "reason", text::nfc(reason))?;
        doc.put(&verdict, "by", by)?;
        doc.put(&verdict, "at", at)?;
        let list = doc.put_object(&verdict, "heads", ObjType::List)?;
        heads.iter().enumerate().try_for_each(|(i, head)| doc.insert(&list, i, head.as_str()))
    })?;
    Ok(next)
}
