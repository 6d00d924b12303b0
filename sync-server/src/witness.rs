//! What happens, for whoever keeps an audit log or counts. The server calls it from its threads, so it must be quick.

use crate::DocumentId;
use crate::access::AccountId;
use crate::access::Refusal;
use crate::effect::Closing;
use crate::store::Position;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A connection joined.
    Joined {
        /// Of which account.
        account: AccountId,
        /// The peer id that it claims.
        peer: String,
    },
    /// A connection ended.
    Closed {
        /// Of which account.
        account: AccountId,
        /// Why.
        why: Closing,
    },
    /// Changes are durable.
    Kept {
        /// The document.
        document: DocumentId,
        /// Who delivered them.
        account: AccountId,
        /// How many.
        changes: usize,
        /// Place of the last.
        last: Position,
        /// Whether they began the document.
        created: bool,
    },
    /// Changes were refused.
    Refused {
        /// The document.
        document: DocumentId,
        /// Who delivered them.
        account: AccountId,
        /// Why.
        refusal: Refusal,
    },
    /// The store failed; nothing is acknowledged until it recovers.
    StoreFailed {
        /// Its words.
        what: String,
    },
    /// A document is damaged in the store: nothing more can be kept of it, or it cannot be read. Others go on.
    Damaged {
        /// The store's words.
        what: String,
    },
    /// The store works again.
    StoreRecovered,
}

/// Is told everything.
pub trait Witness: Send + Sync + 'static {
    /// Something happened.
    fn note(&self, event: &Event);
}

/// Nobody.
impl Witness for () {
    fn note(&self, _event: &Event) {}
}
