//! A document of which only the bytes are in memory, as the store has them. They suffice for a peer that has nothing of it,
//! who is sent them as they are, and for one that has all of it. After a restart those are nearly all.

use std::collections::HashSet;

use automerge::Automerge;
use automerge::Change;
use automerge::ChangeHash;
use automerge::sync::Have;

use super::LOOSE;
use super::body;
use crate::incoming::Incoming;
use crate::incoming::guarded;
use crate::inspect;
use crate::store::Position;

/// Most bytes of loose changes that are passed on, if the snapshot is not longer.
const LOOSE_BYTES: usize = 64 << 10;

/// A document's bytes.
#[derive(Debug)]
pub struct Unread {
    /// In their order.
    pub(super) heads: Vec<ChangeHash>,
    /// A snapshot, if there is any, and changes after it.
    pub(super) bytes: Vec<u8>,
    /// Up to which place they were read from the store.
    pub(super) last: Position,
}

impl Unread {
    /// What the store has, if its heads can be told without reading it.
    pub fn new(snapshot: &[u8], changes: &[Vec<u8>], last: Position) -> Option<Self> {
        if changes.len() > LOOSE {
            return None;
        }
        let first = if snapshot.is_empty() { Vec::new() } else { inspect::heads(snapshot).ok()? };
        let mut heads: HashSet<ChangeHash> = first.into_iter().collect();
        let mut bytes = snapshot.to_vec();
        for change in changes {
            let mut change = guarded(|| Change::try_from(&change[..]).ok())?;
            for dep in change.deps() {
                heads.remove(dep);
            }
            heads.insert(change.hash());
            bytes.extend_from_slice(&change.bytes());
        }
        if bytes.len() - snapshot.len() > LOOSE_BYTES.max(snapshot.len()) {
            return None;
        }
        let mut heads: Vec<ChangeHash> = heads.into_iter().collect();
        heads.sort_unstable();
        (!heads.is_empty()).then_some(Self { heads, bytes, last })
    }

    /// Whether a message can be answered: its peer has nothing, or all, brings nothing and asks for nothing.
    pub fn answers(&self, incoming: &Incoming) -> bool {
        let Some(message) = &incoming.message else { return false };
        let is_known = |have: &Have| have.last_sync.iter().all(|hash| self.heads.contains(hash));
        !incoming.carried
            && message.need.is_empty()
            && message.have.iter().all(is_known)
            && (message.heads.is_empty() || message.heads == self.heads)
    }
}

/// A document, as far as it is in memory.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sight<'a> {
    Whole(&'a Automerge),
    Unread(&'a Unread),
}

impl Sight<'_> {
    pub(super) fn heads(self) -> Vec<ChangeHash> {
        match self {
            Self::Whole(document) => document.get_heads(),
            Self::Unread(unread) => unread.heads.clone(),
        }
    }

    /// Those of the hashes that the document has not got. Of an unread one only the heads are known, and whoever bears others
    /// is not answered from it.
    pub(super) fn missing(self, hashes: &[ChangeHash]) -> HashSet<ChangeHash> {
        match self {
            Self::Whole(document) => body::missing(document, hashes),
            Self::Unread(unread) => {
                hashes.iter().filter(|hash| !unread.heads.contains(hash)).copied().collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::edit;
    use super::*;

    /// Two authors who edit side by side and meet now and then: 40 changes.
    fn history() -> Vec<Automerge> {
        let mut document = Automerge::new();
        edit(&mut document, 0);
        let mut other = document.fork();
        let mut states = vec![document.clone()];
        for value in 1..40 {
            edit(if value % 3 == 0 { &mut document } else { &mut other }, value);
            if value % 4 == 0 {
                document.merge(&mut other).unwrap();
                other.merge(&mut document).unwrap();
            }
            let mut both = document.clone();
            both.merge(&mut other.clone()).unwrap();
            states.push(both);
        }
        states
    }

    fn bytes_since(document: &Automerge, since: &[ChangeHash]) -> Vec<Vec<u8>> {
        document.get_changes(since).iter().map(|change| change.raw_bytes().to_vec()).collect()
    }

    #[test]
    fn heads_are_those_that_automerge_finds_when_it_reads_the_bytes() {
        let states = history();
        let mut several = 0;
        for (place, state) in states.iter().enumerate() {
            several += usize::from(state.get_heads().len() > 1);
            for (before, snapshot) in states.iter().take(place + 1).enumerate() {
                let changes = bytes_since(state, &snapshot.get_heads());
                let unread = Unread::new(&snapshot.save(), &changes, Position(1));
                let few = changes.len() <= LOOSE;
                assert_eq!(unread.is_some(), few, "{before} of {place}");
                if let Some(unread) = unread {
                    assert_eq!(unread.heads, state.get_heads(), "{before} of {place}");
                    assert_eq!(Automerge::load(&unread.bytes).unwrap().get_heads(), unread.heads);
                }
            }
        }
        assert!(several > 10, "histories with several heads: {several}");
        let few = &states[LOOSE / 2];
        let unread = Unread::new(&[], &bytes_since(few, &[]), Position(1)).unwrap();
        assert_eq!(unread.heads, few.get_heads());
    }

    #[test]
    fn what_is_no_document_is_not_passed_on() {
        let document = history().pop().unwrap();
        let (saved, change) = (document.save(), bytes_since(&document, &[]).pop().unwrap());
        let cut = &saved[..saved.len() - 1];
        let long = [&saved[..], &[0]].concat();
        for snapshot in [cut, &long, &change, b"rubbish"] {
            assert!(Unread::new(snapshot, &[], Position(1)).is_none(), "{snapshot:?}");
        }
        assert!(Unread::new(&saved, std::slice::from_ref(&saved), Position(1)).is_none());
        assert!(Unread::new(&[], &[], Position(1)).is_none());
    }
}
