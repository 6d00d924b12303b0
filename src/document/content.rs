//! What a document holds, as values: the one way from an Automerge document to the rest of the program.

use automerge::Automerge;
use serde::Serialize;

use super::directive::Directive;
use super::election::Election;
use super::election::WITHDRAWN;
use super::error::DocumentError;
use super::error::Subject;
use super::id::DocumentId;
use super::incident::Incident;
use super::key::Key;
use super::key::Kind;
use super::progress::Progress;
use super::publication::Publication;
use super::read::View;
use super::records;
use super::report::Report;
use super::review::Review;

/// The content of a document of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// Of `election`.
    Election(Box<Election>),
    /// Of `directive/<symbol>`.
    Directive(Box<Directive>),
    /// Of `progress/<body>`.
    Progress(Progress),
    /// Of `report/<body>/<due date>`.
    Report(Report),
    /// Of `incident/<body>/<id>`.
    Incident(Incident),
    /// Of `review/<due date>`.
    Review(Review),
    /// Of `publication`.
    Publication(Publication),
}

impl Content {
    /// What a document of this key holds, read from what Automerge has: for whoever keeps documents in that form, as a sync
    /// server does. That it is the document of this key is for the caller to know.
    pub fn of(doc: &Automerge, election: &str, key: &Key) -> Result<Self, DocumentError> {
        let subject = Subject { key: key.clone(), id: DocumentId::derive(election, key)? };
        Self::read(&View::new(doc, None, &subject))
    }

    pub(super) fn read(view: &View<'_>) -> Result<Self, DocumentError> {
        Ok(match view.subject().key.kind() {
            Kind::Election => Self::Election(Box::new(election(view)?)),
            Kind::Directive => Self::Directive(Box::new(records::read(view)?)),
            Kind::Progress => Self::Progress(Progress::read(view)?),
            Kind::Report => Self::Report(Report::read(view)?),
            Kind::Incident => Self::Incident(Incident::read(view)?),
            Kind::Review => Self::Review(Review::read(view)?),
            Kind::Publication => Self::Publication(Publication::read(view)?),
        })
    }
}

fn election(view: &View<'_>) -> Result<Election, DocumentError> {
    let mut election: Election = records::read(view)?;
    election.dates.retain(|date| date.kind != WITHDRAWN);
    Ok(election)
}
