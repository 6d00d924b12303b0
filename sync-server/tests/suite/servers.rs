//! Several servers on one store: what is judged on one is judged against what all have kept.

use std::sync::Arc;

use automerge::Automerge;
use automerge::ROOT;
use automerge::ReadDoc;
use niemyet_sync::access::Access;
use niemyet_sync::effect::ConnectionId;
use niemyet_sync::limits::Limits;
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
