//! What all connections together hold of the server's memory.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use crate::limits::Limits;

/// Bytes, over all accounts.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// That wait to be sent.
    pub(super) outgoing: AtomicUsize,
    /// That were sent and are not dealt with.
    pub(super) incoming: AtomicUsize,
    /// Of changes that lack what they depend on.
    pub(super) stashed: Arc<AtomicUsize>,
}

impl Totals {
    /// Whether there is room for one more connection beside documents of so many bytes.
    pub(super) fn have_room(&self, documents: usize, limits: &Limits) -> bool {
        self.outgoing.load(Ordering::Acquire) <= limits.total_outgoing_bytes
            && self.incoming.load(Ordering::Acquire) <= limits.total_incoming_bytes
            && documents <= limits.loaded_bytes
    }
}
