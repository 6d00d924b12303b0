//! The election's side of the sync server: which documents are ours, who may do what with them, and which changes are
//! sound. Pure; called for each delivery, so the cost follows what was delivered and not what the document holds.
//!
//! A delivery is admitted if every operation stands where documents of its kind have something (`place`, `ops`), if states
//! and records follow from what their author had seen (`transition`), and if nothing grew too large. The skeleton cannot
//! break, because no operation may stand on it. Records that are read as a whole (the election, a directive, a
//! publication, verdicts) are read once more after it.

mod known;
mod ops;
mod place;
mod publication;
mod sample;
mod transition;
mod words;

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use automerge::ActorId;
use automerge::Automerge;
use automerge::Change;
use automerge::ReadDoc;
use niemyet_sync::access::Access;
use niemyet_sync::access::Delivery;
use niemyet_sync::access::Principal;
use niemyet_sync::access::Refusal;
use niemyet_sync::access::Rules;

use crate::document::Content;
use crate::document::Contents;
use crate::document::DocumentError;
use crate::document::DocumentId;
use crate::document::Key;
use crate::document::Subject;
use crate::document::election::Election;
use crate::document::first_change;
use crate::document::publication::Publication;
use crate::document::skeleton;
use crate::document::upgrade;
use crate::document::upgrade::STEPS;
use crate::policy::access as table;
use crate::policy::access::Account;
use crate::policy::access::Role;
use crate::policy::public::buildable;
use crate::timetable::LawVersion;
use known::Known;
use known::publishers;
pub use known::roles_of;
use ops::Reader;
use transition::Judge;

/// Formats whose actors nobody may use: those that are, and those that the next versions may bring, so that nobody takes
/// the place of a step before it exists.
const FORMATS_AHEAD: i64 = 4;

/// The rules of one election.
#[derive(Debug)]
pub struct ElectionRules {
    election: String,
    laws: Vec<LawVersion>,
    known: RwLock<Known>,
    contents: Arc<Contents>,
}

impl ElectionRules {
    /// Those of the election with this id, under one of these laws; they know of no body yet: see [`ElectionRules::learn`].
    pub fn new(election: &str, laws: Vec<LawVersion>) -> Self {
        let (known, contents) = (RwLock::default(), Arc::default());
        Self { election: election.to_owned(), laws, known, contents }
    }

    /// With what others have read of the same documents, and read by them.
    #[must_use]
    pub fn sharing(self, contents: Arc<Contents>) -> Self {
        Self { contents, ..self }
    }

    /// Takes in what a durable document holds: the election's bodies, what was handed in, what was decided. To be called
    /// for each document at the start. True if access is another now.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn learn(&self, key: &Key, document: &Automerge) -> Result<bool, DocumentError> {
        if !Self::learn_from(key) {
            return Ok(false);
        }
        Ok(self.take_in(key, &*self.content(key, document)?))
    }

    /// The same, of what was read from it.
    pub fn take_in(&self, key: &Key, content: &Content) -> bool {
        self.known.write().unwrap_or_else(PoisonError::into_inner).learn(key, content)
    }

    /// What a document holds. Those that every delivery is judged with are read once for each of their heads.
    fn content(&self, key: &Key, document: &Automerge) -> Result<Arc<Content>, DocumentError> {
        let read = || Content::of(document, &self.election, key);
        match key {
            Key::Election | Key::Directive(_) | Key::Publication => {
                self.contents.at(key, &document.get_heads(), read)
            }
            _ => read().map(Arc::new),
        }
    }

    /// The known law versions.
    pub fn laws(&self) -> &[LawVersion] {
        &self.laws
    }

    /// The election's id.
    pub fn election(&self) -> &str {
        &self.election
    }

    /// What a body does; nothing if the election does not have it.
    pub fn roles(&self, body: &str) -> Vec<Role> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.roles(body).into_iter().flatten().copied().collect()
    }

    /// Whether a document is one to [`ElectionRules::learn`] from.
    pub fn learn_from(key: &Key) -> bool {
        matches!(key, Key::Election | Key::Report(..) | Key::Review(_))
    }

    /// What an account of this body may do with a document.
    pub fn access_of(&self, body: &str, key: &Key) -> Access {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let Some(roles) = known.roles(body) else { return Access::None };
        let account = Account { body: body.to_owned(), roles: roles.clone() };
        match table::access(&account, key) {
            table::Access::None => Access::None,
            table::Access::Read => Access::Read,
            table::Access::ReadWrite => Access::ReadWrite,
        }
    }

    fn id(&self, key: &Key) -> Result<DocumentId, Refusal> {
        DocumentId::derive(&self.election, key).map_err(|_| words::foreign())
    }

    /// The changes that every replica makes alike, if this actor is one of theirs.
    fn common(&self, key: &Key, actor: &ActorId) -> Option<Vec<Change>> {
        let id = DocumentId::derive(&self.election, key).ok()?;
        if *actor == skeleton::first_actor(&id) {
            return Some(first_change(&self.election, key).into_iter().collect());
        }
        let newest = upgrade::newest(STEPS);
        let format = (2..=newest + FORMATS_AHEAD).find(|f| *actor == upgrade::step_actor(&id, *f))?;
        if format > newest {
            return Some(Vec::new());
        }
        let first = first_change(&self.election, key).ok()?;
        let subject = Subject { key: key.clone(), id };
        Some(upgrade::step_changes(&first, &subject, STEPS).unwrap_or_default())
    }

    /// Whether a change is one that every replica makes alike; an error if it pretends to be.
    fn is_alike(&self, key: &Key, change: &Change) -> Result<bool, Refusal> {
        match self.common(key, change.actor_id()) {
            None => Ok(false),
            Some(all) if all.iter().any(|own| own.hash() == change.hash()) => Ok(true),
            Some(_) => Err(words::reserved()),
        }
    }

    fn judge(&self, key: &Key, delivery: &Delivery<'_>) -> Result<bool, Refusal> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut reader = Reader::new(delivery.after, key.kind());
        let judge = Judge::new(delivery, key, &known);
        let mut records = false;
        let mut any = false;
        for (number, change) in delivery.changes.iter().enumerate() {
            if self.is_alike(key, change)? {
                continue;
            }
            if change.deps().is_empty() {
                return Err(words::beginning());
            }
            if !change.extra_bytes().is_empty() {
                return Err(words::unknown_bytes());
            }
            let deeds = reader.read(number, change)?;
            judge.judge(change, &deeds)?;
            records |= !deeds.records.is_empty();
            any = true;
        }
        reader.sizes()?;
        Ok(records || (any && matches!(key, Key::Election | Key::Directive(_) | Key::Publication)))
    }

    /// Reads the whole, and takes in what was handed in or decided.
    fn whole(&self, key: &Key, delivery: &Delivery<'_>) -> Result<(), Refusal> {
        let content = self.content(key, delivery.after);
        let content = content.map_err(|error| words::unreadable(&error.to_string()))?;
        let own = match (&*content, key) {
            (Content::Election(election), _) => election.id == self.election,
            (Content::Directive(directive), Key::Directive(symbol)) => directive.symbol == symbol.as_str(),
            _ => true,
        };
        if !own {
            return Err(words::foreign());
        }
        // What is brought again after a restore was admitted once.
        match &*content {
            Content::Publication(after) if delivery.from.is_some() => {
                publication::sound(&self.publication(delivery.before), after)?;
            }
            Content::Election(after) if delivery.from.is_some() => {
                self.publishers_stay(delivery.before, after)?;
                self.site_stays(delivery.before, after)?;
            }
            _ => {}
        }
        // Not the election: whom it lets in is learned once it is durable.
        if matches!(key, Key::Report(..) | Key::Review(_)) {
            self.take_in(key, &content);
        }
        Ok(())
    }

    /// Refuses to give or take the right to publish: whoever writes the election could give it to itself.
    fn publishers_stay(&self, before: Option<&Automerge>, after: &Election) -> Result<(), Refusal> {
        let Some(Ok(before)) = before.map(|before| self.content(&Key::Election, before)) else {
            return Ok(());
        };
        match &*before {
            Content::Election(before)
                if !before.bodies.is_empty() && publishers(before) != publishers(after) =>
            {
                Err(words::who_publishes())
            }
            _ => Ok(()),
        }
    }

    /// Refuses an election of which no site could be built, if one could before.
    fn site_stays(&self, before: Option<&Automerge>, after: &Election) -> Result<(), Refusal> {
        let Err(why) = buildable(after, &self.laws) else { return Ok(()) };
        let Some(Ok(before)) = before.map(|before| self.content(&Key::Election, before)) else {
            return Ok(());
        };
        match &*before {
            Content::Election(before) if buildable(before, &self.laws).is_ok() => {
                Err(words::no_site(&why.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// What a publication held; nothing if there was none.
    fn publication(&self, before: Option<&Automerge>) -> Publication {
        let content = before.and_then(|before| self.content(&Key::Publication, before).ok());
        match content.as_deref() {
            Some(Content::Publication(publication)) => publication.clone(),
            _ => Publication::default(),
        }
    }
}

impl Rules for ElectionRules {
    fn key(&self, id: niemyet_sync::DocumentId, document: &Automerge) -> Result<String, Refusal> {
        let key = skeleton::root_text(document, "key").ok_or_else(words::foreign)?;
        let election = skeleton::root_text(document, "election").ok_or_else(words::foreign)?;
        let parsed: Key = key.parse().map_err(|_| words::foreign())?;
        if election != self.election || self.id(&parsed)?.as_bytes() != id.as_bytes() {
            return Err(words::foreign());
        }
        let first = first_change(&self.election, &parsed).map_err(|_| words::foreign())?;
        if document.get_change_by_hash(&first.hash()).is_none() {
            return Err(words::beginning());
        }
        Ok(key)
    }

    fn access(&self, principal: &Principal, key: &str) -> Access {
        key.parse().map_or(Access::None, |key| self.access_of(&principal.body, &key))
    }

    /// Who writes; and of what is reported to it the standing agency, which has a copy of all. It writes the election anyway, so
    /// it can do nothing more by this.
    fn may_bring(&self, principal: &Principal, key: &str) -> bool {
        let Ok(key) = key.parse::<Key>() else { return false };
        match self.access_of(&principal.body, &key) {
            Access::ReadWrite => true,
            Access::Read => {
                matches!(key, Key::Report(..) | Key::Incident(..) | Key::Progress(_))
                    && self.roles(&principal.body).contains(&Role::StandingAgency)
            }
            Access::None => false,
        }
    }

    fn is_common(&self, _: niemyet_sync::DocumentId, key: &str, change: &Change) -> bool {
        key.parse().is_ok_and(|key| self.is_alike(&key, change).unwrap_or(false))
    }

    fn kept(&self, key: &str, document: &Automerge) -> bool {
        // Reports and reviews were taken in when they were admitted, so that their order decides.
        key == Key::Election.to_string() && self.read_again(key, document)
    }

    fn read_again(&self, key: &str, document: &Automerge) -> bool {
        // A document that cannot be read says nothing: what was known before stands.
        key.parse().is_ok_and(|key| self.learn(&key, document).unwrap_or(false))
    }

    fn has_body(&self, body: &str) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).roles(body).is_some()
    }

    fn depend_on(&self, key: &str) -> bool {
        key.parse().is_ok_and(|key| Self::learn_from(&key))
    }

    fn admit(&self, delivery: &Delivery<'_>) -> Result<(), Refusal> {
        let key: Key = delivery.key.parse().map_err(|_| words::foreign())?;
        if self.id(&key)?.as_bytes() != delivery.id.as_bytes() {
            return Err(words::foreign());
        }
        if self.judge(&key, delivery)? { self.whole(&key, delivery) } else { Ok(()) }
    }
}
