//! Valid frames, sync messages and documents, damaged by chance that can be replayed, given to a server. It may refuse, close or
//! accept; it must not panic, not grow beyond its limits, and serve others as before. `NIEMYET_SYNC_FUZZ` sets how many hundreds.

use std::sync::Arc;

use automerge::sync;
use niemyet_sync::access::Access;
use niemyet_sync::effect::ConnectionId;
use niemyet_sync::limits::Limits;
use niemyet_sync::wire::Body;
use niemyet_sync::wire::Message;
use niemyet_sync::wire::Metadata;
use niemyet_sync::witness::Event;

use crate::MEMORY;
use crate::support::client::Client;
use crate::support::memory::MemoryStore;
use crate::support::random::Random;
use crate::support::rules;
use crate::support::rules::TestRules;
use crate::support::rules::principal;
use crate::support::server::Server;

/// What the messages of one siege may cost, other tests that run meanwhile included. A length that is believed costs gigabytes.
const MOST_MIB: usize = 512;
const HONEST: ConnectionId = ConnectionId(0);

fn limits() -> Limits {
    Limits { inflated_bytes: 1 << 20, operations: 10_000, open_documents: 1_000, ..Limits::default() }
}

/// Changes some bytes, cuts, repeats or inserts.
fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        let place = random.below(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(place),
            1 => bytes.insert(place, random.bytes::<1>()[0]),
            2 => bytes.extend_from_within(place..),
            3 if !bytes.is_empty() => bytes[place] = [0, 0x7f, 0x80, 0xff][random.below(4)],
            _ if !bytes.is_empty() => bytes[place] ^= 1 << random.below(8),
            _ => {}
        }
    }
}

/// Puts the checksum of each chunk right, as somebody who means harm would.
fn mend(chunk: &mut [u8]) {
    if chunk.len() < 9 {
        return;
    }
    let body = &chunk[8..];
    let hash = sha256(body);
    chunk[4..8].copy_from_slice(&hash[..4]);
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).to_vec()
}

/// A message of a client with a good document, damaged at some layer.
fn frame(random: &mut Random, seed: u64) -> Vec<u8> {
    let key = ["k", "l", "m"][random.below(3)];
    let mut document = rules::begin(key).with_actor(automerge::ActorId::from(random.bytes::<16>()));
    for round in 0..random.below(6) {
        rules::put(&mut document, "x", &format!("{seed} {round} {}", "x".repeat(random.below(400))));
    }
    let mut chunks = if random.percent(50) {
        vec![document.save()]
    } else {
        document.get_changes(&[]).into_iter().map(|mut change| change.bytes().into_owned()).collect()
    };
    let layer = random.below(4);
    if layer == 0 {
        let place = random.below(chunks.len());
        damage(random, &mut chunks[place]);
        if random.percent(80) {
            mend(&mut chunks[place]);
        }
    }
    let message = sync::Message {
        heads: document.get_heads(),
        need: vec![],
        have: vec![sync::Have::default()],
        changes: chunks.into(),
        flags: Some(sync::MessageFlags::new()),
        version: sync::MessageVersion::V2,
    };
    let mut data = message.encode();
    if layer == 1 {
        damage(random, &mut data);
    }
    let body = Body::Sync { document: rules::id_of(key), data: &data };
    let mut frame = Message { sender: "evil", target: Some("server"), body }.encode();
    if layer == 2 {
        damage(random, &mut frame);
    }
    frame
}

fn carry(server: &mut Server, client: &mut Client) {
    for _ in 0..20 {
        for frame in std::mem::take(&mut client.outgoing) {
            server.receive(HONEST, &frame).unwrap();
        }
        server.commit();
        (0..server.reads.len()).for_each(|_| server.read());
        while let Some(frame) = server.next_frame(HONEST) {
            client.receive(&frame);
        }
    }
}

/// One server, an honest client and an evil one, for a while. Returns how often the evil one was closed or refused.
fn siege(first: u64, rounds: u64) -> usize {
    let store = Arc::new(MemoryStore::default());
    let rules = Arc::new(TestRules::new(Access::ReadWrite));
    let mut server = Server::new("server", Arc::clone(&store), rules, limits());
    let mut honest = Client::new("honest", principal(1, "north"));
    server.connect(HONEST, honest.principal.clone());
    honest.connected();
    honest.begin("k", [1; 16]);
    carry(&mut server, &mut honest);
    let (mut closed, mut connection) = (0, 1);
    let mut evil = None;
    for seed in first..first + rounds {
        let mut random = Random::new(seed);
        let id = *evil.get_or_insert_with(|| {
            connection += 1;
            let id = ConnectionId(connection);
            server.connect(id, principal(2, "north"));
            let body = Body::Join { metadata: Metadata::default(), versions: vec!["1"] };
            let join = Message { sender: "evil", target: None, body };
            server.receive(id, &join.encode()).unwrap();
            id
        });
        server.now += 10;
        if server.receive(id, &frame(&mut random, seed)).is_err() || random.percent(20) {
            server.disconnect(id);
            closed += 1;
            evil = None;
        }
        server.commit();
        (0..server.reads.len()).for_each(|_| server.read());
        while server.next_frame(id).is_some() {}
    }
    honest.edit("k", "y", "last");
    carry(&mut server, &mut honest);
    let copy = &honest.copies[&rules::id_of("k")];
    assert_eq!(copy.state.their_heads, Some(copy.document.get_heads()), "the honest client is not served");
    assert!(server.loaded() <= 3, "documents came out of nothing");
    let refused = server.events.iter().filter(|event| matches!(event, Event::Refused { .. }));
    closed + refused.count()
}

#[test]
fn damaged_messages_harm_nobody() {
    let sieges = std::env::var("NIEMYET_SYNC_FUZZ").map_or(40, |text| text.parse().expect("a whole number"));
    let hurt: usize = (0..sieges)
        .map(|place| {
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            let hurt = siege(place * 100, 100);
            let cost = MEMORY.peak_usage().saturating_sub(before) >> 20;
            assert!(cost < MOST_MIB, "the messages from {} on cost {cost} MiB", place * 100);
            hurt
        })
        .sum();
    assert!(hurt > 500, "nothing was tried: {hurt}");
}
