//! The `incident/<body>/<id>` document: an ad-hoc report, beside the weekly ones.

use automerge::transaction::Transactable;
use serde::Deserialize;
use serde::Serialize;

use super::error::DocumentError;
use super::key::Kind;
use super::key::date;
use super::open::Document;
use super::read::View;
use super::report;
use super::status::Submission;
use super::text;

/// The content of an `incident/<body>/<id>` document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// True from handing in until the body takes it back.
    pub handed_in: bool,
    /// Every handing-in, in order.
    pub submissions: Vec<Submission>,
    /// Why it is reported; absent until chosen.
    pub trigger: Option<Trigger>,
    /// The day it happened, `YYYY-MM-DD`.
    pub occurred_on: Option<String>,
    /// What it is about, in a few words. Could take what belongs on paper: the form warns beside it.
    pub subject: Option<String>,
    /// Number of the paper file that holds what may not stand in a networked system (law on the protection of state
    /// secrets 2018, article 5.5): security, complaints, names.
    pub paper_file: Option<String>,
    /// What is asked of the committee; paragraphs. Could take what belongs on paper: the form warns beside it.
    pub text: Vec<String>,
}

/// Why a body reports outside the weekly rhythm (19/KL-UBBC, section 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// `nội dung phát sinh`
    MatterArising,
    /// `tình huống phức tạp cấp bách`
    UrgentAndComplex,
    /// `theo yêu cầu của cấp có thẩm quyền`
    OnRequest,
}

impl Trigger {
    /// Every trigger.
    pub const ALL: [Self; 3] = [Self::MatterArising, Self::UrgentAndComplex, Self::OnRequest];

    /// The word that stands in the document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::MatterArising => "matter_arising",
            Self::UrgentAndComplex => "urgent_and_complex",
            Self::OnRequest => "on_request",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trigger| trigger.word() == word)
    }
}

impl Incident {
    pub(super) fn read(view: &View<'_>) -> Result<Self, DocumentError> {
        let content = view.content()?;
        Ok(Self {
            handed_in: report::handed_in(&content)?,
            submissions: report::submissions(&content)?,
            trigger: content.field("trigger").choice("a trigger of an incident report", Trigger::parse)?,
            occurred_on: content.field("occurred_on").opt_text()?,
            subject: content.field("subject").opt_text()?,
            paper_file: content.field("paper_file").opt_text()?,
            text: content.field("text").texts()?,
        })
    }
}

/// The short fields of an incident report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short<'a> {
    /// See [`Incident::trigger`].
    Trigger(Trigger),
    /// See [`Incident::occurred_on`].
    OccurredOn(&'a str),
    /// See [`Incident::subject`].
    Subject(&'a str),
    /// See [`Incident::paper_file`].
    PaperFile(&'a str),
}

/// Writes a short field; pending until the document is committed. Handing in and taking back are as for weekly
/// reports ([`report::submit`], [`report::withdraw`]); the text is written through [`super::text`].
pub fn set(document: &mut Document, field: Short<'_>) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Incident)?;
    report::editable(document)?;
    let (name, value) = match field {
        Short::Trigger(trigger) => ("trigger", trigger.word().to_owned()),
        Short::OccurredOn(day) => ("occurred_on", date(day)?.to_string()),
        Short::Subject(words) => ("subject", text::nfc(words)),
        Short::PaperFile(number) => ("paper_file", text::nfc(number)),
    };
    let content = text::object(document, &["content"])?;
    document.write(|doc| doc.put(&content, name, value))
}
