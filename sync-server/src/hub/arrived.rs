//! How much of a message has arrived that has not come to its end.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// Bytes that have arrived on a connection, counted where they are read from the network.
#[derive(Debug, Default)]
pub struct Arrived {
    all: AtomicU64,
    /// As many as there were when the last message was complete.
    taken: AtomicU64,
}

impl Arrived {
    /// So many more.
    pub fn add(&self, bytes: usize) {
        self.all.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// A message has come to its end.
    pub fn message(&self) {
        self.taken.store(self.all.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// A control frame with so many bytes has come, perhaps in the middle of a message (RFC 6455, 5.4). Its head takes six.
    pub fn control(&self, bytes: usize) {
        self.taken.fetch_add(bytes as u64 + 6, Ordering::Relaxed);
    }

    /// Bytes of a message of which the rest has not arrived.
    pub(super) fn unfinished(&self) -> u64 {
        self.all.load(Ordering::Relaxed).saturating_sub(self.taken.load(Ordering::Relaxed))
    }
}
