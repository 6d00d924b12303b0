//! Several servers on one store: what is judged on one is judged against what all have kept.

use std::sync::Arc;

use automerge::Automerge;
use automerge::ROOT;
use automerge::ReadDoc;
use niemyet_sync::access::Access;
use niemyet_sync::effect::ConnectionId;
use niemyet_sync::limits::Limits;
use niemyet_sync::reader::Depth;
use niemyet_sync::shard::Input;
use niemyet_sync::store::Store;
use niemyet_sync::witness::Event;

use crate::support::client::Client;
use crate::support::memory::MemoryStore;
use crate::support::rules::TestRules;
use crate::support::rules::id_of;
use crate::support::rules::principal;
use crate::support::server::Server;

const ONLY: ConnectionId = ConnectionId(1);

/// Two servers on one store, each with a client of its own, and nothing moves by itself.
struct Pair {
    store: Arc<MemoryStore>,
    sides: [(Server, Client); 2],
}

impl Pair {
    fn new() -> Self {
        let (store, rules) = (Arc::new(MemoryStore::default()), Arc::new(TestRules::new(Access::ReadWrite)));
        let side = |account, body: &str| {
            let rules = Arc::<TestRules>::clone(&rules);
            let mut server = Server::new(body, Arc::clone(&store), rules, Limits::default());
            let mut client = Client::new(body, principal(account, body));
            server.connect(ONLY, client.principal.clone());
            client.connected();
            (server, client)
        };
        Self { sides: [side(1, "north"), side(2, "south")], store }
    }

    /// Carries what the client of a side has to say to its server, which has nothing kept by that.
    fn deliver(&mut self, side: usize) {
        let (server, client) = &mut self.sides[side];
        for frame in std::mem::take(&mut client.outgoing) {
            server.receive(ONLY, &frame).unwrap();
        }
    }

    /// Carries everything, until nobody has anything to say.
    fn settle(&mut self) {
        for _ in 0..200 {
            let mut quiet = true;
            for side in 0..2 {
                quiet &= self.sides[side].1.outgoing.is_empty();
                self.deliver(side);
                let (server, client) = &mut self.sides[side];
                server.commit();
                server.poll();
                (0..server.reads.len()).for_each(|_| server.read());
                while let Some(frame) = server.next_frame(ONLY) {
                    quiet = false;
                    client.receive(&frame);
                }
                quiet &= !server.is_busy();
            }
            if quiet {
                return;
            }
        }
        panic!("the servers never come to rest");
    }

    fn stored(&self, key: &str) -> Automerge {
        let stored = self.store.load(id_of(key)).unwrap().unwrap();
        Automerge::load(&[stored.snapshot, stored.changes.concat()].concat()).unwrap()
    }

    fn refusals(&self) -> Vec<&'static str> {
        let events = self.sides.iter().flat_map(|(server, _)| &server.events);
        let codes = events.filter_map(|event| match event {
            Event::Refused { refusal, .. } => Some(refusal.code),
            _ => None,
        });
        codes.collect()
    }
}

#[test]
fn of_two_changes_that_exclude_each_other_one_server_refuses_its_own() {
    for first in [0, 1] {
        let mut pair = Pair::new();
        pair.sides[0].1.begin("k", [1; 16]);
        pair.sides[1].1.want("k", [2; 16]);
        pair.settle();
        for side in [0, 1] {
            pair.sides[side].1.edit("k", "once", ["north", "south"][side]);
            pair.deliver(side);
        }
        // Both were judged; now both are kept, one after the other.
        pair.sides[first].0.commit();
        pair.sides[1 - first].0.commit();
        pair.settle();
        let stored = pair.stored("k");
        let said: Vec<String> =
            stored.get_all(ROOT, "once").unwrap().iter().map(|(value, _)| value.to_string()).collect();
        assert_eq!(said, [format!("\"{}\"", ["north", "south"][first])]);
        assert_eq!(pair.refusals(), ["said-before"]);
    }
}

#[test]
fn what_was_read_later_is_not_replaced_by_what_was_read_before() {
    let mut pair = Pair::new();
    pair.sides[0].1.begin("k", [1; 16]);
    pair.sides[1].1.want("k", [2; 16]);
    pair.settle();
    let writes = |pair: &mut Pair, value: &str| {
        pair.sides[0].1.edit("k", "x", value);
        pair.deliver(0);
        pair.sides[0].0.commit();
    };
    let (server, _) = &mut pair.sides[1];
    server.now += Limits::default().idle + 1;
    server.input(Input::Tick);
    // Somebody who has nothing asks for the bytes, and all is asked for because another server has kept something.
    let newcomer = ConnectionId(2);
    let mut client = Client::new("newcomer", principal(3, "south"));
    server.connect(newcomer, client.principal.clone());
    client.connected();
    client.want("k", [3; 16]);
    while !client.outgoing.is_empty() {
        for frame in std::mem::take(&mut client.outgoing) {
            server.receive(newcomer, &frame).unwrap();
        }
        while let Some(frame) = server.next_frame(newcomer) {
            client.receive(&frame);
        }
    }
    writes(&mut pair, "1");
    let (server, _) = &mut pair.sides[1];
    server.poll();
    assert_eq!(
        server.reads.iter().map(|(_, depth)| *depth).collect::<Vec<_>>(),
        [Depth::Bytes, Depth::Whole]
    );
    // What was asked last is read first, and given back last.
    server.reads.swap(0, 1);
    server.look();
    writes(&mut pair, "2");
    let (server, _) = &mut pair.sides[1];
    server.look();
    server.give_back(1);
    server.poll();
    server.give_back(0);
    server.disconnect(newcomer);
    pair.settle();
    let has = pair.sides[1].1.copies[&id_of("k")].document.get_heads();
    assert_eq!(has, pair.stored("k").get_heads());
}

#[test]
fn what_does_not_exclude_each_other_is_kept_by_both() {
    let mut pair = Pair::new();
    pair.sides[0].1.begin("k", [1; 16]);
    pair.sides[1].1.begin("k", [2; 16]);
    // Both begin the document, and each server believes that it is the first.
    (0..2).for_each(|side| pair.deliver(side));
    pair.settle();
    for round in 0..5 {
        for side in [0, 1] {
            pair.sides[side].1.edit("k", ["x", "y"][side], &round.to_string());
            pair.deliver(side);
        }
        pair.settle();
    }
    assert_eq!(pair.refusals(), [""; 0]);
    let stored = pair.stored("k");
    assert_eq!(stored.get_changes(&[]).len(), 11);
    for (_, client) in &pair.sides {
        assert_eq!(client.copies[&id_of("k")].document.get_heads(), stored.get_heads());
    }
}
