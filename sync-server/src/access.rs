//! What the application decides: who may do what with a document, and which changes are sound.

use std::fmt;
use std::sync::Arc;

use automerge::Automerge;
use automerge::Change;

use crate::DocumentId;
use crate::incoming::guarded;
use crate::refusals;

/// Number of an account, given by the account store and never given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub i64);

/// Who stands behind a connection. Authority comes from here and never from the peer id, which anybody can claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The account.
    pub account: AccountId,
    /// The body that it acts for; what this means the application knows.
    pub body: String,
}

/// What a principal may do with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Nothing; not even to learn that it exists.
    None,
    /// Receive it.
    Read,
    /// Receive it and deliver changes.
    ReadWrite,
}

/// Why something was not accepted, for a person: what is wrong, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A stable word for programs, for example `forbidden-transition`.
    pub code: &'static str,
    /// Vietnamese: what is wrong and what to do next.
    pub vi: String,
    /// English: the same.
    pub en: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.en)
    }
}

/// Changes that somebody delivered, before anything of them is kept.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// The document.
    pub id: DocumentId,
    /// Its key, as [`Rules::key`] gave it.
    pub key: &'a str,
    /// Who delivers. `None` while changes of others are brought back after a restore.
    pub from: Option<&'a Principal>,
    /// The document without the changes; `None` if it does not exist yet.
    pub before: Option<&'a Automerge>,
    /// The document with them: a scratch copy.
    pub after: &'a Automerge,
    /// The changes, each after those it depends on.
    pub changes: &'a [Change],
}

/// The application's side of the server. Pure and quick: called for each delivery.
pub trait Rules: Send + Sync + 'static {
    /// The key that this document states, if it is a document of this application and hashes to `id`.
    ///
    /// # Errors
    /// A refusal if it does not.
    fn key(&self, id: DocumentId, document: &Automerge) -> Result<String, Refusal>;

    /// What a principal may do with the document of a key. May change while connections are open: see
    /// the hub's `access_changed`.
    fn access(&self, principal: &Principal, key: &str) -> Access;

    /// Whether a principal may, after a restore, bring again what others wrote in the document of a key. `admit` is not told who
    /// delivers then, so whoever may do this can write as anybody: those who may write anyway, if nothing else is said.
    fn may_bring(&self, principal: &Principal, key: &str) -> bool {
        self.access(principal, key) == Access::ReadWrite
    }

    /// Whether that change is one which every replica makes alike (a deterministic first change, a step of a schema),
    /// so that its actor belongs to nobody and anybody who may write may deliver it.
    fn is_common(&self, id: DocumentId, key: &str, change: &Change) -> bool;

    /// Whether the document may become `after`: fields, states, transitions.
    ///
    /// # Errors
    /// A refusal that says what is wrong and what to do.
    fn admit(&self, delivery: &Delivery<'_>) -> Result<(), Refusal>;

    /// A delivery that was admitted is durable, and this is the document now. Says whether `access` answers otherwise from
    /// now on: then open connections are shown more, or less, at once.
    fn kept(&self, _key: &str, _document: &Automerge) -> bool {
        false
    }

    /// This is what the store has of a document, after the store kept nothing of a delivery that was admitted, or after
    /// another process on the store kept something. Says the same as `kept`.
    fn read_again(&self, _key: &str, _document: &Automerge) -> bool {
        false
    }

    /// Whether the rules for other documents depend on what this one holds, so that it is to be read again whenever another
    /// process on the store has changed it, also while nobody has it open here.
    fn depend_on(&self, _key: &str) -> bool {
        false
    }

    /// Whether there is such a body: an account of another could open nothing.
    fn has_body(&self, _body: &str) -> bool {
        true
    }
}

/// Rules whose panics stay with the question that caused them: it is answered with no, and everything else goes on.
pub(crate) struct Guarded(pub(crate) Arc<dyn Rules>);

impl Rules for Guarded {
    fn key(&self, id: DocumentId, document: &Automerge) -> Result<String, Refusal> {
        guarded(|| Some(self.0.key(id, document))).unwrap_or_else(|| Err(refusals::unreadable()))
    }

    fn access(&self, principal: &Principal, key: &str) -> Access {
        guarded(|| Some(self.0.access(principal, key))).unwrap_or(Access::None)
    }

    fn may_bring(&self, principal: &Principal, key: &str) -> bool {
        guarded(|| Some(self.0.may_bring(principal, key))).unwrap_or(false)
    }

    fn is_common(&self, id: DocumentId, key: &str, change: &Change) -> bool {
        guarded(|| Some(self.0.is_common(id, key, change))).unwrap_or(false)
    }

    fn admit(&self, delivery: &Delivery<'_>) -> Result<(), Refusal> {
        guarded(|| Some(self.0.admit(delivery))).unwrap_or_else(|| Err(refusals::unreadable()))
    }

    fn kept(&self, key: &str, document: &Automerge) -> bool {
        guarded(|| Some(self.0.kept(key, document))).unwrap_or(false)
    }

    fn read_again(&self, key: &str, document: &Automerge) -> bool {
        guarded(|| Some(self.0.read_again(key, document))).unwrap_or(false)
    }

    fn depend_on(&self, key: &str) -> bool {
        guarded(|| Some(self.0.depend_on(key))).unwrap_or(false)
    }
}
