//! What waits for the communications team: each document that can be public, as the public sees it now and as it would.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::Place;
use super::RebuildError;
use super::reading::is_shown;
use crate::document::Content;
use crate::document::Document;
use crate::document::Key;
use crate::document::Kind;
use crate::document::format_heads;
use crate::document::parse_heads;
use crate::document::publication::Publication;
use crate::document::publication::by_law;
use crate::policy::public::PublicError;
use crate::policy::public::Shown;
use crate::policy::public::facts::Words;
use crate::policy::public::part::Change;
use crate::policy::public::part::Ground;
use crate::policy::public::part::Part;
use crate::release::Release;
use crate::replica::documents::Documents;
use crate::replica::project::ProjectError;
use crate::replica::project::Settings;

/// Changes that are listed of all documents and the notices together.
const LISTED: usize = 2_000;

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The public has not seen it, and nobody has decided.
    New,
    /// The public sees it otherwise than it stands, and nobody has decided.
    Changed,
    /// It is approved as it stands, or by rule, and the next release shows it so.
    Approved,
    /// The public sees it as it stands.
    Shown,
    /// It is held back as it stands.
    Held,
    /// The public sees it still; the next release does not show it.
    Withdrawn,
}

/// A decision: heads, by whom, when, and on what it rests or why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The heads that it names.
    pub heads: Vec<String>,
    /// The body.
    pub by: String,
    /// When.
    pub at: String,
    /// What it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A document that can be public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Its key.
    pub key: String,
    /// Its kind.
    pub kind: Kind,
    /// What people call it.
    pub title: Words,
    /// Where it stands.
    pub state: State,
    /// The heads that it has.
    pub heads: Vec<String>,
    /// The heads that the current release shows; none if it does not.
    pub shown: Option<Vec<String>>,
    /// Its approval.
    pub approved: Option<Decision>,
    /// Its holding back, also if it has moved on since.
    pub held: Option<Decision>,
    /// Whether it is shown by rule.
    pub by_rule: bool,
    /// Whether a rule for it may be set.
    pub may_be_by_rule: bool,
    /// What the public would see otherwise than in the current release.
    pub changes: Vec<Change>,
    /// Changes beyond those that are listed.
    pub changes_left_off: usize,
    /// Why it could not be made public as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A standing approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleRow {
    /// Of this kind.
    pub kind: Kind,
    /// The body.
    pub by: String,
    /// When.
    pub at: String,
    /// What it rests on.
    pub basis: String,
}

/// A release by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its name.
    pub id: String,
    /// When it was made.
    pub at: String,
}

/// How the notices differ from those that the public sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notices {
    /// What the public would see otherwise.
    pub changes: Vec<Change>,
    /// Changes beyond those that are listed.
    pub changes_left_off: usize,
}

/// Everything that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// The current release.
    pub release: Option<Named>,
    /// Whether nothing is released by itself.
    pub paused: bool,
    /// The standing approvals.
    pub rules: Vec<RuleRow>,
    /// The documents.
    pub items: Vec<Item>,
    /// The notices.
    pub notices: Notices,
}

/// What waits in a working folder. Reads its documents anew.
///
/// # Errors
/// What cannot be read.
pub fn pending(place: Place<'_>) -> Result<Pending, RebuildError> {
    let mut documents = place.documents.load_where(is_shown)?;
    let release = place.releases.current()?;
    let publication = match documents.get(&Key::Publication).map(Document::content).transpose() {
        Ok(Some(Content::Publication(publication))) => publication,
        Ok(_) => return Err(ProjectError::NoPublication.into()),
        Err(error) => return Err(ProjectError::Document(error).into()),
    };
    let heads = documents.iter_mut().map(|(key, document)| (key.clone(), format_heads(&document.heads())));
    let heads: BTreeMap<Key, Vec<String>> = heads.collect();
    let engine = super::embedded_name();
    let desk = Desk {
        documents: &documents,
        publication: &publication,
        settings: place.settings(&engine),
        public: Shown::now(&publication, |key| heads.get(key).cloned()),
        heads,
        release: release.as_ref(),
        grounds: Grounds::default(),
    };
    let mut left = LISTED;
    let items = documents.keys().filter(|key| **key != Key::Publication).map(|key| desk.item(key, &mut left));
    let items: Vec<Item> = items.collect();
    let rules = publication.rules.iter().map(|(kind, rule)| RuleRow {
        kind: *kind,
        by: rule.by.clone(),
        at: rule.at.clone(),
        basis: rule.basis.clone(),
    });
    Ok(Pending {
        release: release.as_ref().map(|r| Named { id: r.id().to_owned(), at: r.header().created.clone() }),
        paused: place.releases.is_paused()?,
        rules: rules.collect(),
        items,
        notices: desk.notices(left),
    })
}

struct Desk<'a> {
    documents: &'a Documents,
    publication: &'a Publication,
    settings: Settings<'a>,
    /// What the next release shows.
    public: Shown,
    heads: BTreeMap<Key, Vec<String>>,
    release: Option<&'a Release>,
    grounds: Grounds,
}

/// The election, each way read once for all documents that rest on it.
#[derive(Default)]
struct Grounds {
    /// As the next release shows it.
    now: OnceCell<Result<Ground, Arc<PublicError>>>,
    /// As the current release shows it.
    seen: OnceCell<Result<Ground, Arc<PublicError>>>,
}

impl Desk<'_> {
    fn shown(&self, key: &Key) -> Option<&Vec<String>> {
        self.release?.header().inputs.documents.get(&key.to_string())
    }

    fn item(&self, key: &Key, left: &mut usize) -> Item {
        let heads = self.heads.get(key).cloned().unwrap_or_default();
        let shown = self.shown(key).cloned();
        let now = self.part(key, None);
        let seen = shown.as_deref().and_then(|heads| self.part(key, Some(heads)).ok());
        let approved = self.publication.items.get(key).map(|approval| Decision {
            heads: approval.heads.clone(),
            by: approval.by.clone(),
            at: approval.at.clone(),
            basis: Some(approval.basis.clone()),
            reason: None,
        });
        let held = self.publication.held.get(key).map(|hold| Decision {
            heads: hold.heads.clone(),
            by: hold.by.clone(),
            at: hold.at.clone(),
            basis: None,
            reason: Some(hold.reason.clone()),
        });
        let by_rule = self.publication.is_by_rule(key);
        let suspended =
            held.is_some() && by_law(key.kind()) && self.publication.rules.contains_key(&key.kind());
        let (changes, changes_left_off) = Part::changes(seen.as_ref(), now.as_ref().ok(), *left);
        *left -= changes.len();
        let is =
            |decision: &Option<Decision>| decision.as_ref().is_some_and(|decision| decision.heads == heads);
        let state =
            match (is(&held) || suspended, is(&approved) || by_rule, approved.is_some(), shown.as_ref()) {
                (true, ..) => State::Held,
                (_, true, _, Some(shown)) if *shown == heads => State::Shown,
                (_, true, ..) => State::Approved,
                (_, _, false, Some(_)) => State::Withdrawn,
                (_, _, false, None) => State::New,
                // What moved is not for the public.
                (_, _, true, Some(_)) if changes.is_empty() && changes_left_off == 0 && now.is_ok() => {
                    State::Shown
                }
                (_, _, true, _) => State::Changed,
            };
        let title = now.as_ref().map(|part| part.title.clone()).unwrap_or_default();
        Item {
            title: if title.vi.is_empty() {
                Words { vi: key.to_string(), en: key.to_string() }
            } else {
                title
            },
            problem: now.err().map(|error| error.to_string()),
            key: key.to_string(),
            kind: key.kind(),
            may_be_by_rule: by_law(key.kind()),
            state,
            heads,
            shown,
            approved,
            held,
            by_rule,
            changes,
            changes_left_off,
        }
    }

    /// The public part of a document as it stands, or stood at these heads.
    fn part(&self, key: &Key, at: Option<&[String]>) -> Result<Part, Arc<PublicError>> {
        let Settings { laws, as_of, .. } = self.settings;
        match self.content(key, at)? {
            Content::Election(election) => Ok(Part::of_election(&election, laws, as_of)?),
            Content::Directive(directive) => {
                // Named by the election of the same moment, which a release shows with it.
                let (grounds, shown) = match at {
                    Some(_) => (&self.grounds.seen, self.shown(&Key::Election)),
                    None => {
                        (&self.grounds.now, self.public.items().get(&Key::Election).map(|one| &one.heads))
                    }
                };
                let ground = grounds.get_or_init(|| self.ground(shown.map(Vec::as_slice)));
                Ok(Part::of_directive(&directive, ground.as_ref().map_err(Clone::clone)?))
            }
            _ => Err(PublicError::NothingApproved.into()),
        }
    }

    fn ground(&self, at: Option<&[String]>) -> Result<Ground, Arc<PublicError>> {
        let Settings { laws, as_of, .. } = self.settings;
        match self.content(&Key::Election, at)? {
            Content::Election(election) => Ok(Ground::new(*election, laws, as_of)?),
            _ => Err(PublicError::NothingApproved.into()),
        }
    }

    fn content(&self, key: &Key, at: Option<&[String]>) -> Result<Content, PublicError> {
        let document =
            self.documents.get(key).ok_or_else(|| PublicError::Missing { key: key.to_string() })?;
        Ok(match at {
            Some(heads) => document.at_heads(&parse_heads(heads)?)?,
            None => document.content()?,
        })
    }

    fn notices(&self, left: usize) -> Notices {
        let seen = || {
            let heads = self.shown(&Key::Publication)?;
            match self.content(&Key::Publication, Some(heads)).ok()? {
                Content::Publication(publication) => Part::of_notices(&publication).ok(),
                _ => None,
            }
        };
        let now = Part::of_notices(self.publication).ok();
        let (changes, changes_left_off) = Part::changes(seen().as_ref(), now.as_ref(), left);
        Notices { changes, changes_left_off }
    }
}
