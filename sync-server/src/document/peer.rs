//! One connection's part in one document: its access, and Automerge's state of sync with it.

use std::collections::HashSet;
use std::sync::Arc;

use automerge::Automerge;
use automerge::Change;
use automerge::ChangeHash;
use automerge::sync;
use automerge::sync::SyncDoc;

use super::body;
use crate::access::Access;
use crate::effect::Member;
use crate::incoming::guarded;

/// A connection that has asked for a document.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) member: Arc<Member>,
    /// What its principal may do; nothing, as long as the document does not exist.
    pub(super) access: Access,
    pub(super) state: sync::State,
    /// Whether changes of this peer were refused; it is served like a reader then.
    pub(super) refused: bool,
    /// Whether a message may have to be made for it.
    pub(super) due: bool,
    /// Changes that came before those they depend on (a Bloom filter erred).
    pub(super) stash: Vec<Change>,
}

impl Peer {
    pub(super) fn new(member: Arc<Member>, access: Access) -> Self {
        let read_only = access == Access::Read;
        let state = sync::State { read_only, ..sync::State::default() };
        Self { member, access, state, refused: false, due: false, stash: Vec::new() }
    }

    /// Whether it is shown the document. To others it does not exist.
    pub(super) fn sees(&self) -> bool {
        self.access >= Access::Read
    }

    /// Begins anew with it, as access or document have changed.
    pub(super) fn restart(&mut self, access: Access) {
        let their_capabilities = self.state.their_capabilities.take();
        self.state = sync::State {
            their_capabilities,
            read_only: access == Access::Read,
            needs_reset: self.state.have_responded,
            ..sync::State::default()
        };
        self.access = access;
        self.refused = false;
        self.stash.clear();
    }

    /// Serves it like a reader, so that neither side sends again and again what the other does not take.
    pub(super) fn refuse(&mut self) {
        self.refused = true;
        self.stash.clear();
        self.state.set_read_only(true);
        self.due = true;
    }

    /// Takes its message into the state. The changes that it carried were taken out; they are in the document by now, or
    /// refused, so the document does not change here.
    pub(super) fn absorb(&mut self, document: &mut Automerge, message: sync::Message) -> bool {
        let sent = self.state.last_sent_heads.clone();
        let emptied = message.heads.is_empty();
        let state = &mut self.state;
        let absorbed = guarded(|| document.receive_sync_message(state, message).ok()).is_some();
        if !emptied {
            // Automerge takes a message without changes and with our heads as one that needs no answer. Here its changes may
            // have been taken out, or those of the message before may only now be durable, and the sender waits for our
            // heads as the acknowledgement: only what was really sent counts.
            self.state.last_sent_heads = sent;
        }
        self.due = true;
        absorbed
    }

    /// The next message for it, if there is any.
    pub(super) fn generate(&mut self, document: &Automerge) -> Option<Vec<u8>> {
        let state = &mut self.state;
        let mut message = guarded(|| document.generate_sync_message(state))?;
        if !self.stash.is_empty() {
            self.ask_for_missing(document, &mut message);
        }
        Some(message.encode())
    }

    /// Names the changes that the stash waits for, which Automerge would do if the stash were in the document's own queue.
    fn ask_for_missing(&self, document: &Automerge, message: &mut sync::Message) {
        let stashed: HashSet<ChangeHash> = self.stash.iter().map(Change::hash).collect();
        let wanted: Vec<ChangeHash> =
            self.stash.iter().flat_map(Change::deps).filter(|dep| !stashed.contains(*dep)).copied().collect();
        let mut need: Vec<ChangeHash> = body::missing(document, &wanted).into_iter().collect();
        need.sort_unstable();
        message.need = need;
        message.have = Vec::new();
    }
}
