//! What an older release shows and is not to be public any more: withdrawn, held back or taken back since.

use std::collections::BTreeSet;

use super::RebuildError;
use crate::document::Content;
use crate::document::Document;
use crate::document::Key;
use crate::document::format_heads;
use crate::document::parse_heads;
use crate::document::publication::Publication;
use crate::policy::public::Shown;
use crate::release::Release;
use crate::replica::documents::DocumentStore;
use crate::replica::project::ProjectError;

/// What is decided now.
#[derive(Debug)]
pub struct Decided {
    document: Document,
    publication: Publication,
    shown: Shown,
}

impl Decided {
    /// Reads it.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn new(documents: &DocumentStore) -> Result<Self, RebuildError> {
        let mut read = documents.load_where(|key| matches!(key, Key::Election | Key::Publication))?;
        let election = read.get_mut(&Key::Election).map(|document| format_heads(&document.heads()));
        let document = read.remove(&Key::Publication).ok_or(ProjectError::NoPublication)?;
        let Content::Publication(publication) = document.content().map_err(ProjectError::Document)? else {
            return Err(ProjectError::NoPublication.into());
        };
        let shown = Shown::now(&publication, |key| election.clone().filter(|_| *key == Key::Election));
        Ok(Self { document, publication, shown })
    }

    /// Keys of the documents, and `notice/<id>` of the notices, that this release shows against what was decided since.
    pub fn taken_back(&self, release: &Release) -> Vec<String> {
        let documents = &release.header().inputs.documents;
        let mut back = Vec::new();
        for (text, heads) in documents {
            let Ok(key) = text.parse::<Key>() else { continue };
            let held = self.publication.held.get(&key).is_some_and(|hold| hold.heads == *heads);
            let now = self.shown.items().get(&key).map(|at| &at.heads);
            if key != Key::Publication && (now.is_none() || held && now != Some(heads)) {
                back.push(text.clone());
            }
        }
        let notices = documents.get(&Key::Publication.to_string()).map(|heads| self.notices(heads));
        back.extend(notices.into_iter().flatten());
        back
    }

    /// Notices that stood there at these heads and are gone; none if that cannot be read any more.
    fn notices(&self, heads: &[String]) -> Vec<String> {
        let then = parse_heads(heads).ok().and_then(|heads| self.document.at_heads(&heads).ok());
        let Some(Content::Publication(then)) = then else { return Vec::new() };
        let ids: BTreeSet<&str> = then.notices.iter().map(|notice| notice.id.as_str()).collect();
        let gone = ids.into_iter().filter(|id| self.publication.notice(id).is_none());
        gone.map(|id| format!("notice/{id}")).collect()
    }
}
