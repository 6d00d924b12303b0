//! One connection's part in one document: its access, and Automerge's state of sync with it.

use std::sync::Arc;

use automerge::Automerge;
use automerge::Change;
use automerge::ChangeHash;
use automerge::sync;
use automerge::sync::BloomFilter;
use automerge::sync::Capability;
use automerge::sync::Have;
use automerge::sync::MessageFlags;
use automerge::sync::SyncDoc;
use xxhash_rust::xxh3::Xxh3;

use super::stash::Stash;
use super::unread::Sight;
use super::unread::Unread;
use crate::access::Access;
use crate::access::Refusal;
use crate::effect::Member;
use crate::incoming::guarded;

/// Changes that have become durable since messages were last made.
#[derive(Debug)]
pub(super) struct Fresh {
    /// Heads of the document without them, in order.
    pub(super) before: Vec<ChangeHash>,
    pub(super) hashes: Vec<ChangeHash>,
    /// One after the other.
    pub(super) bytes: Vec<u8>,
}

impl Fresh {
    pub(super) fn new(before: Vec<ChangeHash>) -> Self {
        Self { before, hashes: Vec::new(), bytes: Vec::new() }
    }

    pub(super) fn add(&mut self, changes: &[Change]) {
        for change in changes {
            self.hashes.push(change.hash());
            self.bytes.extend_from_slice(change.raw_bytes());
        }
    }
}

/// A document's bytes do not suffice for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotEnough;

/// Stands for having been asked for nothing.
const NOTHING: u64 = 0;

fn sum_of(hashes: &[ChangeHash]) -> u64 {
    let mut sum = Xxh3::new();
    hashes.iter().for_each(|hash| sum.update(&hash.0));
    sum.digest()
}

/// A connection that has asked for a document.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) member: Arc<Member>,
    /// What its principal may do; nothing, as long as the document does not exist.
    pub(super) access: Access,
    pub(super) state: sync::State,
    /// Why changes of this peer were refused; it is served like a reader then.
    pub(super) refused: Option<Refusal>,
    /// Whether a message may have to be made for it.
    pub(super) due: bool,
    pub(super) stash: Stash,
    /// Whether it was sent a document's bytes. If it has nothing even then, Automerge finds out what to send.
    fed: bool,
    /// A sum of what it was last asked for, and how often again in vain.
    asked: (u64, u8),
}

impl Peer {
    /// `brings`: whether it may bring again what others wrote, though it may only read.
    pub(super) fn new(member: Arc<Member>, access: Access, brings: bool) -> Self {
        let read_only = access == Access::Read && !brings;
        let state = sync::State { read_only, ..sync::State::default() };
        let stash = Stash::new(Arc::clone(&member));
        Self { member, access, state, refused: None, due: false, stash, fed: false, asked: (NOTHING, 0) }
    }

    /// Whether it is shown the document. To others it does not exist.
    pub(super) fn sees(&self) -> bool {
        self.access >= Access::Read
    }

    /// Begins anew with it, as access or document have changed.
    pub(super) fn restart(&mut self, access: Access, brings: bool) {
        let their_capabilities = self.state.their_capabilities.take();
        self.state = sync::State {
            their_capabilities,
            read_only: access == Access::Read && !brings,
            needs_reset: self.state.needs_reset || self.state.have_responded,
            ..sync::State::default()
        };
        self.access = access;
        self.refused = None;
        self.stash.take();
        self.fed = false;
        self.asked = (NOTHING, 0);
    }

    /// Serves it like a reader, so that neither side sends again and again what the other does not take.
    pub(super) fn refuse(&mut self, why: Refusal) {
        self.refused = Some(why);
        self.stash.take();
        self.state.set_read_only(true);
        self.due = true;
    }

    /// Takes its message into the state. The changes that it carried were taken out; they are in the document by now, or
    /// refused. This is what receiving does in Automerge's sync protocol, but for two things: `last_sent_heads` stays what
    /// was really sent, since the sender of a change that has only now become durable waits for our heads as the
    /// acknowledgement; and `sent_hashes` is not searched for all ancestors of the heads, which costs time that grows
    /// with the document.
    pub(super) fn absorb(&mut self, document: Sight<'_>, message: sync::Message) {
        let state = &mut self.state;
        state.in_flight = false;
        if let Some(flags) = message.flags {
            let resets = flags.contains(MessageFlags::SUPPORTS_SYNC_RESET).then_some(Capability::SyncReset);
            state.their_capabilities = Some([Capability::MessageV2].into_iter().chain(resets).collect());
            state.peer_read_only = flags.contains(MessageFlags::READ_ONLY);
            if flags.contains(MessageFlags::SYNC_RESET) {
                state.sent_hashes.clear();
            }
        }
        let unknown = document.missing(&message.heads);
        if unknown.is_empty() {
            state.shared_heads.clone_from(&message.heads);
        } else {
            let known = message.heads.iter().filter(|head| !unknown.contains(*head));
            state.shared_heads.extend(known);
            state.shared_heads.sort_unstable();
            state.shared_heads.dedup();
        }
        if message.heads.is_empty() {
            // It has lost everything, or never had anything.
            state.last_sent_heads.clear();
            state.sent_hashes.clear();
        } else if message.heads == document.heads() {
            state.sent_hashes.clear();
        }
        state.their_have = Some(message.have);
        state.their_heads = Some(message.heads);
        state.their_need = Some(message.need);
        self.due = true;
    }

    /// The next message for it, if there is any.
    pub(super) fn generate(&mut self, document: &Automerge, fresh: Option<&Fresh>) -> Option<Vec<u8>> {
        let heads = document.get_heads();
        if self.is_level(&heads) || self.awaits_answer(&heads) {
            return None;
        }
        let sent = self.state.last_sent_heads.clone();
        let mut message = match fresh.filter(|fresh| self.lacks_only(fresh)) {
            Some(fresh) => self.pass_on(document, heads, fresh)?,
            None if self.has_all(&heads) => self.say(heads, &[]),
            None => {
                let state = &mut self.state;
                guarded(|| document.generate_sync_message(state))?
            }
        };
        if !self.stash.is_empty() {
            // Automerge would ask for them if the stash were in the document's own queue.
            message.need = self.stash.missing(document);
            message.have = Vec::new();
        }
        let only_asks = message.changes.is_empty() && message.heads == sent;
        if !self.sees() {
            self.forget_said();
        }
        self.may_ask(&mut message, only_asks).then(|| message.encode())
    }

    /// Nothing that it says of a document that is not shown to it is of use once it is answered.
    fn forget_said(&mut self) {
        let state = &mut self.state;
        (state.their_heads, state.their_need, state.their_have) = (None, None, None);
    }

    /// The next message for it out of a document's bytes, if there is any.
    ///
    /// # Errors
    /// If the bytes do not suffice: the document must be read.
    pub(super) fn answer(&mut self, unread: &Unread) -> Result<Option<Vec<u8>>, NotEnough> {
        let heads = &unread.heads;
        if self.is_level(heads) {
            return Ok(None);
        }
        if self.has_all(heads) {
            return Ok(Some(self.say(heads.clone(), &[]).encode()));
        }
        if self.awaits_answer(heads) {
            return Ok(None);
        }
        if self.fed || !self.has_nothing() {
            return Err(NotEnough);
        }
        self.fed = true;
        let mut message = self.say(heads.clone(), &[]);
        // It will have these when it reads the message, so that what it sends then is what came after.
        message.have = vec![Have { last_sync: heads.clone(), bloom: BloomFilter::default() }];
        message.changes = unread.bytes.clone().into();
        Ok(Some(message.encode()))
    }

    /// Whether it has nothing of the document, wants it, and takes whole documents.
    fn has_nothing(&self) -> bool {
        let state = &self.state;
        self.is_plain()
            && !state.peer_read_only
            && state.their_heads.as_ref().is_some_and(Vec::is_empty)
            && state.their_need.as_ref().is_some_and(Vec::is_empty)
            && state.their_capabilities.as_ref().is_some_and(|all| all.contains(&Capability::MessageV2))
    }

    /// Whether nothing of it is held back, and nothing of it was refused.
    pub(super) fn is_plain(&self) -> bool {
        self.refused.is_none() && self.stash.is_empty() && !self.state.needs_reset
    }

    /// A peer that has been asked for changes and answered without them believes that it has sent them. It is told to forget
    /// what it has sent; if that does not help either, it is not asked for ever.
    fn may_ask(&mut self, message: &mut sync::Message, only_asks: bool) -> bool {
        let need = sum_of(&message.need);
        if message.need.is_empty() || self.asked.0 != need {
            self.asked = (need, 0);
        } else if only_asks {
            self.asked.1 = self.asked.1.saturating_add(1);
        }
        if let (1, Some(flags)) = (self.asked.1, &mut message.flags) {
            flags.set(MessageFlags::SYNC_RESET);
        }
        self.asked.1 < 2 || !only_asks
    }

    /// Whether both have the same, and both know.
    fn is_level(&self, heads: &[ChangeHash]) -> bool {
        let state = &self.state;
        let nothing_needed = state.their_need.as_ref().is_some_and(Vec::is_empty);
        state.have_responded
            && nothing_needed
            && state.last_sent_heads == heads
            && state.their_heads.as_deref() == Some(heads)
    }

    /// Whether it was told of these heads and has not answered. Automerge finds out what it would send before it sends nothing.
    fn awaits_answer(&self, heads: &[ChangeHash]) -> bool {
        let state = &self.state;
        state.in_flight && state.have_responded && state.last_sent_heads == heads
    }

    /// Whether it was sent all that was there before, and has not got what is fresh.
    fn lacks_only(&self, fresh: &Fresh) -> bool {
        let state = &self.state;
        state.have_responded
            && !state.peer_read_only
            && !state.needs_reset
            && state.last_sent_heads == fresh.before
            && state.their_need.as_ref().is_some_and(Vec::is_empty)
            && state.their_capabilities.as_ref().is_some_and(|all| all.contains(&Capability::MessageV2))
            && state.their_heads.as_ref().is_some_and(|heads| {
                !heads.is_empty() && !heads.iter().any(|head| fresh.hashes.contains(head))
            })
    }

    /// Whether it has all that is here and wants nothing, so that it is only to be told so.
    fn has_all(&self, heads: &[ChangeHash]) -> bool {
        let state = &self.state;
        !heads.is_empty()
            && !state.needs_reset
            && state.shared_heads == heads
            && state.their_heads.as_deref() == Some(heads)
            && state.their_need.as_ref().is_some_and(Vec::is_empty)
    }

    /// A message with what is fresh, whose bytes are at hand. Automerge would build them again from its columns.
    fn pass_on(
        &mut self,
        document: &Automerge,
        heads: Vec<ChangeHash>,
        fresh: &Fresh,
    ) -> Option<sync::Message> {
        let state = &mut self.state;
        let had_all = state.shared_heads == fresh.before && state.their_heads.as_ref() == Some(&fresh.before);
        let mut message = if had_all {
            self.say(heads, &fresh.hashes)
        } else {
            // As long as it is not known what they have, nothing is searched for that they lack.
            let their_have = state.their_have.take();
            let message = guarded(|| document.generate_sync_message(state));
            state.their_have = their_have;
            message?
        };
        message.changes = fresh.bytes.clone().into();
        message.version = sync::MessageVersion::V2;
        self.state.sent_hashes.extend(&fresh.hashes);
        Some(message)
    }

    /// The message that Automerge makes when nothing is asked for and `since` is what the shared heads lack. Automerge finds that
    /// out by a search of the document's history, for the filter and for what the peer may lack; here it is known.
    fn say(&mut self, heads: Vec<ChangeHash>, since: &[ChangeHash]) -> sync::Message {
        let state = &mut self.state;
        state.have_responded = true;
        state.in_flight = true;
        state.last_sent_heads.clone_from(&heads);
        let mut flags = MessageFlags::new();
        flags.set(MessageFlags::SUPPORTS_SYNC_RESET);
        if state.read_only {
            flags.set(MessageFlags::READ_ONLY);
        }
        let bloom = BloomFilter::from_hashes(since.iter());
        let newer = state.their_capabilities.as_ref().is_some_and(|all| all.contains(&Capability::MessageV2));
        sync::Message {
            heads,
            need: Vec::new(),
            have: vec![Have { last_sync: state.shared_heads.clone(), bloom }],
            changes: sync::ChunkList::empty(),
            flags: Some(flags),
            version: if newer { sync::MessageVersion::V2 } else { sync::MessageVersion::V1 },
        }
    }
}

/// What is said without a search of the history is what Automerge says after one.
#[cfg(test)]
mod tests {
    use super::super::edit;
    use super::*;
    use crate::access::AccountId;
    use crate::access::Principal;
    use crate::effect::ConnectionId;
    use crate::store::Position;

    /// A peer that has just connected.
    fn stranger(access: Access) -> Peer {
        let principal = Principal { account: AccountId(1), body: String::new() };
        Peer::new(Arc::new(Member::new(ConnectionId(1), "p".to_owned(), principal)), access, false)
    }

    /// A document of some changes, and a peer that has all of them and knows that the server has.
    fn level(access: Access) -> (Automerge, Peer) {
        let mut document = Automerge::new();
        (0..5).for_each(|value| edit(&mut document, value));
        let mut peer = stranger(access);
        let (mut theirs, mut copy) = (sync::State::new(), document.fork());
        for _ in 0..3 {
            if let Some(message) = copy.generate_sync_message(&mut theirs) {
                peer.absorb(Sight::Whole(&document), message);
            }
            if let Some(bytes) = peer.generate(&document, None) {
                let message = sync::Message::decode(&bytes).unwrap();
                copy.receive_sync_message(&mut theirs, message).unwrap();
            }
        }
        assert!(peer.is_level(&document.get_heads()));
        (document, peer)
    }

    /// A change that was made elsewhere, and what is fresh by it.
    fn change(document: &mut Automerge, value: i64) -> Fresh {
        let mut fresh = Fresh::new(document.get_heads());
        edit(document, value);
        fresh.add(&document.get_changes(&fresh.before));
        fresh
    }

    #[test]
    fn an_acknowledgement_is_what_automerge_says() {
        for access in [Access::Read, Access::ReadWrite] {
            let (mut document, mut peer) = level(access);
            for value in 10..13 {
                change(&mut document, value);
                let heads = document.get_heads();
                let message = sync::Message {
                    heads: heads.clone(),
                    need: Vec::new(),
                    have: Vec::new(),
                    changes: sync::ChunkList::empty(),
                    flags: peer_flags(),
                    version: sync::MessageVersion::V2,
                };
                peer.absorb(Sight::Whole(&document), message);
                assert!(peer.has_all(&heads), "it has all");
                let mut state = peer.state.clone();
                let expected = document.generate_sync_message(&mut state).unwrap().encode();
                assert_eq!(peer.generate(&document, None), Some(expected), "{access:?}");
                assert_eq!(peer.state, state, "{access:?}");
                assert_eq!(peer.generate(&document, None), None, "once is enough");
            }
        }
    }

    #[test]
    fn what_is_fresh_is_passed_on_as_automerge_does() {
        for access in [Access::Read, Access::ReadWrite] {
            let (mut document, mut peer) = level(access);
            let fresh = change(&mut document, 20);
            assert!(peer.lacks_only(&fresh), "it lacks what is fresh");
            let mut state = peer.state.clone();
            let expected = document.generate_sync_message(&mut state).unwrap().encode();
            assert_eq!(peer.generate(&document, Some(&fresh)), Some(expected), "{access:?}");
            assert_eq!(peer.state, state, "{access:?}");
        }
    }

    /// A newcomer is sent the bytes; what it writes then comes in its next message, and it is sent nothing twice.
    #[test]
    fn a_document_that_was_not_read_is_answered_from_its_bytes() {
        for access in [Access::Read, Access::ReadWrite] {
            let (mut document, _) = level(access);
            let snapshot = document.save();
            let later = change(&mut document, 40).bytes;
            let unread = Unread::new(&snapshot, &[later], Position(1)).unwrap();
            let mut peer = stranger(access);
            let (mut theirs, mut copy) = (sync::State::new(), Automerge::new());
            assert_eq!(peer.answer(&unread), Err(NotEnough), "nothing is known of it");
            let first = copy.generate_sync_message(&mut theirs).unwrap();
            peer.absorb(Sight::Unread(&unread), first);
            let answer = peer.answer(&unread).unwrap().expect("it has nothing");
            assert_eq!(peer.answer(&unread), Ok(None), "once is enough");
            copy.receive_sync_message(&mut theirs, sync::Message::decode(&answer).unwrap()).unwrap();
            assert_eq!(copy.save(), document.save());
            let reply = copy.generate_sync_message(&mut theirs).unwrap();
            peer.absorb(Sight::Unread(&unread), reply);
            assert_eq!(peer.answer(&unread), Ok(None), "both have the same");
            assert_eq!(peer.generate(&document, None), None, "and Automerge agrees");
            edit(&mut copy, 50);
            let written = copy.generate_sync_message(&mut theirs).unwrap();
            let carried = if access == Access::Read { 0 } else { 1 };
            assert_eq!(written.changes.iter().count(), carried, "{access:?}");
            let mut level = stranger(access);
            let mut theirs = sync::State::new();
            level.absorb(Sight::Unread(&unread), document.generate_sync_message(&mut theirs).unwrap());
            let told = level.answer(&unread).unwrap().expect("it is told what is here");
            document.receive_sync_message(&mut theirs, sync::Message::decode(&told).unwrap()).unwrap();
            assert_eq!(theirs.their_heads, Some(document.get_heads()));
        }
    }

    #[test]
    fn what_a_peer_says_of_a_document_that_it_does_not_see_is_not_kept() {
        let nothing = Automerge::new();
        let mut peer = stranger(Access::None);
        let hashes: Vec<ChangeHash> = (0..100).map(|number| ChangeHash([number; 32])).collect();
        for round in 0..4 {
            let message = sync::Message {
                heads: hashes.clone(),
                need: hashes.clone(),
                have: vec![Have { last_sync: Vec::new(), bloom: BloomFilter::from_hashes(hashes.iter()) }],
                changes: sync::ChunkList::empty(),
                flags: peer_flags(),
                version: sync::MessageVersion::V2,
            };
            peer.absorb(Sight::Whole(&nothing), message);
            assert_eq!(peer.generate(&nothing, None).is_some(), round < 2, "it is not asked for ever");
            let state = &peer.state;
            assert!(state.their_heads.is_none() && state.their_need.is_none(), "it is kept");
            assert!(state.their_have.is_none() && state.shared_heads.is_empty(), "it is kept");
        }
    }

    #[test]
    fn who_must_be_reset_or_asks_is_answered_by_automerge() {
        let (mut document, mut peer) = level(Access::ReadWrite);
        change(&mut document, 30);
        let heads = document.get_heads();
        peer.state.shared_heads.clone_from(&heads);
        peer.state.their_heads = Some(heads.clone());
        assert!(peer.has_all(&heads));
        peer.state.needs_reset = true;
        assert!(!peer.has_all(&heads));
        peer.state.needs_reset = false;
        peer.state.their_need = Some(heads.clone());
        assert!(!peer.has_all(&heads));
    }

    fn peer_flags() -> Option<MessageFlags> {
        let mut flags = MessageFlags::new();
        flags.set(MessageFlags::SUPPORTS_SYNC_RESET);
        Some(flags)
    }
}
