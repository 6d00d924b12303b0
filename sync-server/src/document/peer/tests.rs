//! What is said without a search of the history is what Automerge says after one.

use automerge::ROOT;
use automerge::transaction::Transactable;

use super::*;
use crate::access::AccountId;
use crate::access::Principal;
use crate::effect::ConnectionId;

fn edit(document: &mut Automerge, value: i64) {
    let mut transaction = document.transaction();
    transaction.put(ROOT, "x", value).unwrap();
    transaction.commit();
}

/// A document of some changes, and a peer that has all of them and knows that the server has.
fn level(access: Access) -> (Automerge, Peer) {
    let mut document = Automerge::new();
    (0..5).for_each(|value| edit(&mut document, value));
    let principal = Principal { account: AccountId(1), body: String::new() };
    let member = Arc::new(Member::new(ConnectionId(1), "p".to_owned(), principal));
    let mut peer = Peer::new(member, access);
    let (mut theirs, mut copy) = (sync::State::new(), document.fork());
    for _ in 0..3 {
        if let Some(message) = copy.generate_sync_message(&mut theirs) {
            peer.absorb(&document, message);
        }
        if let Some(bytes) = peer.generate(&document, None) {
            let message = sync::Message::decode(&bytes).unwrap();
            copy.receive_sync_message(&mut theirs, message).unwrap();
        }
    }
    assert!(peer.is_level(&document));
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
            peer.absorb(&document, message);
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
