//! What a document holds, as values: the one way from an Automerge document to the rest of the program.

use serde::Serialize;

use super::directive::Directive;
use super::election::Election;
use super::error::DocumentError;
use super::incident::Incident;
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
    pub(super) fn read(view: &View<'_>) -> Result<Self, DocumentError> {
        Ok(match view.subject().key.kind() {
            Kind::Election => Self::Election(Box::new(records::read(view)?)),
            Kind::Directive => Self::Directive(Box::new(records::read(view)?)),
            Kind::Progress => Self::Progress(Progress::read(view)?),
            Kind::Report => Self::Report(Report::read(view)?),
            Kind::Incident => Self::Incident(Incident::read(view)?),
            Kind::Review => Self::Review(Review::read(view)?),
            Kind::Publication => Self::Publication(Publication::read(view)?),
        })
    }
}
