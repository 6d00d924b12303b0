//! Changes of a peer that came before those they depend on (a Bloom filter erred). What an account has in all documents
//! is bounded together, and what is let go makes room.

use std::collections::HashSet;
use std::sync::Arc;

use automerge::Automerge;
use automerge::Change;
use automerge::ChangeHash;

use super::body;
use crate::access::Refusal;
use crate::effect::Member;
use crate::limits::Limits;
use crate::refusals;

/// What is kept here, in the words of a refusal.
pub(super) const LOOSE: &str = "changes without those they depend on";

/// Bytes of memory that a change takes beside its own.
const OVERHEAD: usize = 256;

#[derive(Debug)]
pub(super) struct Stash {
    member: Arc<Member>,
    changes: Vec<Change>,
    bytes: usize,
}

impl Stash {
    pub(super) fn new(member: Arc<Member>) -> Self {
        Self { member, changes: Vec::new(), bytes: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Gives everything out.
    pub(super) fn take(&mut self) -> Vec<Change> {
        self.member.stash(self.bytes, 0);
        self.bytes = 0;
        std::mem::take(&mut self.changes)
    }

    /// Keeps changes in the place of what was there, or says why there is no room for them.
    pub(super) fn put(&mut self, changes: Vec<Change>, limits: &Limits) -> Result<(), Refusal> {
        let bytes = changes.iter().map(|change| OVERHEAD + change.raw_bytes().len()).sum();
        let [own, all] = self.member.stash(self.bytes, bytes);
        (self.changes, self.bytes) = (changes, bytes);
        let refusal = if bytes == 0 {
            None
        } else if own > limits.stashed_bytes {
            Some(refusals::too_large(LOOSE))
        } else {
            (all > limits.total_stashed_bytes).then(refusals::no_room)
        };
        let Some(refusal) = refusal else { return Ok(()) };
        self.take();
        Err(refusal)
    }

    /// The changes that it waits for, in order.
    pub(super) fn missing(&self, document: &Automerge) -> Vec<ChangeHash> {
        let stashed: HashSet<ChangeHash> = self.changes.iter().map(Change::hash).collect();
        let deps = self.changes.iter().flat_map(Change::deps);
        let wanted: Vec<ChangeHash> = deps.filter(|dep| !stashed.contains(*dep)).copied().collect();
        let mut missing: Vec<ChangeHash> = body::missing(document, &wanted).into_iter().collect();
        missing.sort_unstable();
        missing
    }
}

impl Drop for Stash {
    fn drop(&mut self) {
        self.take();
    }
}
