//! The documents of a folder as the desk looks at them: each as the public sees it now and as it would.

use std::cell::Cell;
use std::cell::OnceCell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::Decision;
use super::Item;
use super::Named;
use super::Notices;
use super::RuleRow;
use super::State;
use crate::document::Content;
use crate::document::Document;
use crate::document::Key;
use crate::document::directive::Directive;
use crate::document::format_heads;
use crate::document::parse_heads;
use crate::document::publication::Publication;
use crate::document::publication::by_law;
use crate::policy::public::PublicError;
use crate::policy::public::Shown;
use crate::policy::public::facts::Words;
use crate::policy::public::part::Ground;
use crate::policy::public::part::Part;
use crate::rebuild::Place;
use crate::rebuild::RebuildError;
use crate::rebuild::is_shown;
use crate::release::Release;
use crate::replica::documents::Documents;
use crate::replica::project::ProjectError;
use crate::replica::project::Settings;

/// What is read of a folder.
pub(super) struct Read {
    documents: Documents,
    heads: BTreeMap<Key, Vec<String>>,
    publication: Publication,
    release: Option<Release>,
}

impl Read {
    /// Reads it.
    pub fn new(place: Place<'_>) -> Result<Self, RebuildError> {
        let mut documents = place.documents.load_where(is_shown)?;
        let publication = match documents.get(&Key::Publication).map(Document::content).transpose() {
            Ok(Some(Content::Publication(publication))) => publication,
            Ok(_) => return Err(ProjectError::NoPublication.into()),
            Err(error) => return Err(ProjectError::Document(error).into()),
        };
        let heads = documents.iter_mut();
        let heads = heads.map(|(key, document)| (key.clone(), format_heads(&document.heads()))).collect();
        Ok(Self { documents, heads, publication, release: place.releases.current()? })
    }

    /// The current release.
    pub fn release(&self) -> Option<Named> {
        let release = self.release.as_ref()?;
        Some(Named { id: release.id().to_owned(), at: release.header().created.clone() })
    }

    /// The desk on which it lies.
    pub fn desk<'a>(&'a self, settings: Settings<'a>) -> Desk<'a> {
        Desk {
            public: Shown::now(&self.publication, |key| self.heads.get(key).cloned()),
            read: self,
            settings,
            grounds: RefCell::default(),
            directives: RefCell::default(),
            named: OnceCell::new(),
            reads: Cell::default(),
        }
    }
}

/// By the heads of the election.
type Grounds = BTreeMap<Vec<String>, Result<Rc<Ground>, Arc<PublicError>>>;

/// By their keys and heads.
type Directives = BTreeMap<(Key, Vec<String>), Result<Rc<Directive>, Arc<PublicError>>>;

/// The desk.
pub(super) struct Desk<'a> {
    read: &'a Read,
    settings: Settings<'a>,
    /// What the next release shows.
    public: Shown,
    /// The election by its heads: read once for all documents that rest on it.
    grounds: RefCell<Grounds>,
    /// Directing documents by their heads, each read once.
    directives: RefCell<Directives>,
    /// The bodies that public tasks name.
    named: OnceCell<BTreeSet<String>>,
    reads: Cell<usize>,
}

impl Desk<'_> {
    /// The documents that can be public.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.read.documents.keys().filter(|key| **key != Key::Publication)
    }

    /// How often a content was read so far.
    pub fn reads(&self) -> usize {
        self.reads.get()
    }

    /// The standing approvals.
    pub fn rules(&self) -> Vec<RuleRow> {
        let rules = self.read.publication.rules.iter().map(|(kind, rule)| RuleRow {
            kind: *kind,
            by: rule.by.clone(),
            at: rule.at.clone(),
            basis: rule.basis.clone(),
        });
        rules.collect()
    }

    /// Where a document stands, with at most so many changes.
    pub fn item(&self, key: &Key, most: usize) -> Item {
        let heads = self.read.heads.get(key).cloned().unwrap_or_default();
        let shown = self.shown(key).cloned();
        let now = self.part(key, &heads, self.election_to_come());
        let seen = shown.as_deref();
        let seen = seen.and_then(|heads| self.part(key, heads, self.shown(&Key::Election)).ok());
        let (approved, held) = self.decisions(key);
        let by_rule = self.read.publication.is_by_rule(key);
        let (changes, changes_left_off) = Part::changes(seen.as_ref(), now.as_ref().ok(), most);
        let looks_alike = now.is_ok() && changes.is_empty() && changes_left_off == 0;
        let title = now.as_ref().map(|part| part.title.clone()).unwrap_or_default();
        let named = Words { vi: key.to_string(), en: key.to_string() };
        Item {
            state: self.state(key, (&heads, shown.as_ref()), (approved.as_ref(), held.as_ref()), looks_alike),
            title: if title.vi.is_empty() { named } else { title },
            problem: now.err().map(|error| error.to_string()),
            key: key.to_string(),
            kind: key.kind(),
            may_be_by_rule: by_law(key.kind()),
            may_be_held: self.read.publication.may_hold(key, &heads),
            may_be_withdrawn: self.read.publication.may_withdraw(key),
            heads,
            shown,
            approved,
            held,
            by_rule,
            changes,
            changes_left_off,
        }
    }

    fn decisions(&self, key: &Key) -> (Option<Decision>, Option<Decision>) {
        let approved = self.read.publication.items.get(key).map(|approval| Decision {
            heads: approval.heads.clone(),
            by: approval.by.clone(),
            at: approval.at.clone(),
            basis: Some(approval.basis.clone()),
            reason: None,
            contested: approval.contested,
        });
        let held = self.read.publication.held.get(key).map(|hold| Decision {
            heads: hold.heads.clone(),
            by: hold.by.clone(),
            at: hold.at.clone(),
            basis: None,
            reason: Some(hold.reason.clone()),
            contested: false,
        });
        (approved, held)
    }

    /// `looks_alike`: the public sees it just as it would.
    fn state(
        &self,
        key: &Key,
        (heads, shown): (&Vec<String>, Option<&Vec<String>>),
        (approved, held): (Option<&Decision>, Option<&Decision>),
        looks_alike: bool,
    ) -> State {
        let publication = &self.read.publication;
        let by_rule = publication.is_by_rule(key);
        let is_held = publication.is_held_back(key);
        let suspended = is_held && publication.rules.contains_key(&key.kind());
        let is = |decision: Option<&Decision>| decision.is_some_and(|decision| decision.heads == *heads);
        match ((is_held && is(held)) || suspended, is(approved) || by_rule, approved.is_some(), shown) {
            (true, ..) => State::Held,
            (_, true, _, Some(shown)) if shown == heads => State::Shown,
            (_, true, ..) => State::Approved,
            (_, _, false, Some(_)) => State::Withdrawn,
            (_, _, false, None) => State::New,
            // What moved is not for the public.
            (_, _, true, Some(_)) if looks_alike => State::Shown,
            (_, _, true, _) => State::Changed,
        }
    }

    /// The heads at which the current release shows a document.
    fn shown(&self, key: &Key) -> Option<&Vec<String>> {
        self.read.release.as_ref()?.header().inputs.documents.get(&key.to_string())
    }

    /// The heads at which the next release shows the election; those that it has, if it would not.
    fn election_to_come(&self) -> Option<&Vec<String>> {
        let shown = self.public.items().get(&Key::Election).map(|at| &at.heads);
        shown.or_else(|| self.read.heads.get(&Key::Election))
    }

    /// The public part of a document as it stood at these heads, named by the election as it stood at those.
    fn part(
        &self,
        key: &Key,
        heads: &[String],
        election: Option<&Vec<String>>,
    ) -> Result<Part, Arc<PublicError>> {
        let Settings { laws, as_of, .. } = self.settings;
        if *key == Key::Election {
            let ground = self.ground(heads)?;
            return Ok(Part::of_election((ground.election(), self.named()), laws, as_of)?);
        }
        let directive = self.directive(key, heads)?;
        let election = election.ok_or_else(|| PublicError::Missing { key: Key::Election.to_string() })?;
        Ok(Part::of_directive(&directive, &*self.ground(election)?))
    }

    fn directive(&self, key: &Key, heads: &[String]) -> Result<Rc<Directive>, Arc<PublicError>> {
        let at = (key.clone(), heads.to_vec());
        if let Some(known) = self.directives.borrow().get(&at) {
            return known.clone();
        }
        let read = match self.content(key, heads) {
            Ok(Content::Directive(directive)) => Ok(Rc::new(*directive)),
            Ok(_) => Err(Arc::new(PublicError::NothingApproved)),
            Err(error) => Err(Arc::new(error)),
        };
        self.directives.borrow_mut().insert(at, read.clone());
        read
    }

    /// The bodies that public tasks name: as the directing documents stand, and as the public sees them or will.
    fn named(&self) -> &BTreeSet<String> {
        self.named.get_or_init(|| {
            let mut named = BTreeSet::new();
            for key in self.keys().filter(|key| matches!(key, Key::Directive(_))) {
                let now = self.read.heads.get(key);
                let to_come = self.public.items().get(key).map(|at| &at.heads);
                let ways: BTreeSet<_> = [now, to_come, self.shown(key)].into_iter().flatten().collect();
                // What cannot be read is told where it is listed itself.
                for directive in ways.into_iter().filter_map(|heads| self.directive(key, heads).ok()) {
                    named.extend(Part::bodies_of(std::slice::from_ref(&*directive)));
                }
            }
            named
        })
    }

    fn ground(&self, heads: &[String]) -> Result<Rc<Ground>, Arc<PublicError>> {
        if let Some(known) = self.grounds.borrow().get(heads) {
            return known.clone();
        }
        let Settings { laws, as_of, .. } = self.settings;
        let read = match self.content(&Key::Election, heads) {
            Ok(Content::Election(election)) => Ground::new(*election, laws, as_of),
            Ok(_) => Err(PublicError::NothingApproved),
            Err(error) => Err(error),
        };
        let ground = read.map(Rc::new).map_err(Arc::new);
        self.grounds.borrow_mut().insert(heads.to_vec(), ground.clone());
        ground
    }

    fn content(&self, key: &Key, heads: &[String]) -> Result<Content, PublicError> {
        let missing = || PublicError::Missing { key: key.to_string() };
        let document = self.read.documents.get(key).ok_or_else(missing)?;
        self.reads.set(self.reads.get() + 1);
        let now = self.read.heads.get(key).is_some_and(|now| now == heads);
        // As it stands it is read without a look into its history.
        Ok(if now { document.content()? } else { document.at_heads(&parse_heads(heads)?)? })
    }

    /// How the notices differ, with at most so many changes.
    pub fn notices(&self, most: usize) -> Notices {
        let seen = || match self.content(&Key::Publication, self.shown(&Key::Publication)?).ok()? {
            Content::Publication(publication) => Part::of_notices(&publication).ok(),
            _ => None,
        };
        let now = Part::of_notices(&self.read.publication).ok();
        let (changes, changes_left_off) = Part::changes(seen().as_ref(), now.as_ref(), most);
        Notices { changes, changes_left_off }
    }
}
