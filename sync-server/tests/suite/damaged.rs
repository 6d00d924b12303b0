//! Documents that the store cannot read any more: who is told, who is not held up, and what comes back when they are whole.

use std::sync::Arc;

use automerge::ActorId;
use automerge::Automerge;
use futures_util::FutureExt;
use niemyet_sync::access::Access;
use niemyet_sync::access::AccountId;
use niemyet_sync::access::Principal;
use niemyet_sync::effect::ConnectionId;
use niemyet_sync::hub::Health;
use niemyet_sync::limits::Limits;
use niemyet_sync::shard::Input;
use niemyet_sync::witness::Event;

use crate::support::client::Client;
use crate::support::memory::MemoryStore;
use crate::support::rules;
use crate::support::rules::TestRules;
use crate::support::rules::id_of;
use crate::support::rules::principal;
use crate::support::server::Server;
use crate::support::socket::Socket;
use crate::support::socket::Stage;
use crate::support::socket::is_acknowledged;
use crate::support::socket::wait;

const SECOND: i64 = 1_000;

fn is_damage(event: &Event) -> bool {
    matches!(event, Event::Damaged { .. })
}

fn learns_that_nothing_is_taken(socket: &mut Socket, key: &str) {
    socket.until("it learns that it is not written to", |client| {
        client.copies[&id_of(key)].state.is_peer_read_only()
    });
}

#[test]
fn who_writes_in_a_document_that_cannot_be_read_is_told_and_not_held_up() {
    let stage = Stage::new(Limits::default());
    let mut writer = stage.join("w", principal(1, "north"));
    for (key, actor) in [("broken", 1), ("whole", 2)] {
        writer.client.begin(key, [actor; 16]);
        writer.until_acknowledged(key);
    }
    let client = std::mem::replace(&mut writer.client, Client::new("w", principal(1, "north")));
    stage.store.spoil(id_of("broken"));
    // Another process, which has read nothing yet.
    let stage = Stage::on(Arc::clone(&stage.store), Limits { incoming_bytes: 64, ..Limits::default() });
    let mut writer = Socket::open(&stage.hub, client);
    writer.until("it has joined", |client| client.server.is_some());
    writer.client.edit("broken", "x", &"dài ".repeat(100));
    let code = |account| stage.hub.refusal(AccountId(account), id_of("broken")).map(|refusal| refusal.code);
    assert!(wait(|| {
        writer.carry();
        stage.hub.tick();
        code(1) == Some("damaged")
    }));
    learns_that_nothing_is_taken(&mut writer, "broken");
    assert!(wait(|| writer.connection.ready().now_or_never().is_some()), "its next frame is never read");
    writer.client.edit("whole", "x", "1");
    writer.until_acknowledged("whole");
    assert!(!is_acknowledged(&writer.client, "broken"));
    let mut newcomer = stage.join("n", principal(2, "south"));
    newcomer.client.want("broken", [3; 16]);
    newcomer
        .until("it is told that it is not to be had", |client| client.copies[&id_of("broken")].unavailable);
    for _ in 0..50 {
        stage.hub.tick();
        writer.client.edit("broken", "x", "again");
        writer.carry();
    }
    writer.client.edit("whole", "x", "2");
    writer.until_acknowledged("whole");
    assert_eq!(stage.notes.count(is_damage), 1, "it is noted once");
    let refused = |event: &Event| matches!(event, Event::Refused { .. });
    assert_eq!(stage.notes.count(refused), 1, "the author is told once");
    assert_eq!((code(2), stage.hub.health()), (None, Health::Well));
    assert!(stage.hub.counts().in_flight == 0 && writer.closed.is_none());
}

/// A server in one thread, and its time.
struct House {
    server: Server,
    clients: Vec<Client>,
    frames: usize,
}

impl House {
    fn new(store: &Arc<MemoryStore>, rules: &Arc<TestRules>) -> Self {
        let (store, rules) = (Arc::clone(store), Arc::<TestRules>::clone(rules));
        let server = Server::new("server", store, rules, Limits::default());
        Self { server, clients: Vec::new(), frames: 0 }
    }

    fn join(&mut self, peer: &str, principal: Principal, copy: Option<Automerge>) -> usize {
        let place = self.clients.len();
        self.server.connect(ConnectionId(place as u64), principal.clone());
        let mut client = Client::new(peer, principal);
        match copy {
            Some(copy) => client.bring("k", copy),
            None => client.want("k", [9; 16]),
        }
        client.connected();
        self.clients.push(client);
        self.carry();
        place
    }

    fn carry(&mut self) {
        for _ in 0..20 {
            for (place, client) in self.clients.iter_mut().enumerate() {
                let id = ConnectionId(place as u64);
                for frame in std::mem::take(&mut client.outgoing) {
                    self.server.receive(id, &frame).unwrap();
                    self.frames += 1;
                }
                self.server.commit();
                (0..self.server.reads.len()).for_each(|_| self.server.read());
                while let Some(frame) = self.server.next_frame(id) {
                    client.receive(&frame);
                    self.frames += 1;
                }
            }
        }
    }

    fn pass(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.server.now += SECOND;
            self.server.input(Input::Tick);
            self.carry();
        }
    }

    fn code(&self, account: i64) -> Option<&'static str> {
        self.server.refusals.get(&(AccountId(account), id_of("k"))).map(|refusal| refusal.code)
    }
}

/// What the store has of `k`, and it with a change more.
fn kept() -> (Arc<MemoryStore>, Arc<TestRules>, Automerge) {
    let (store, rules) = (Arc::new(MemoryStore::default()), Arc::new(TestRules::new(Access::ReadWrite)));
    let mut house = House::new(&store, &rules);
    house.join("w", principal(1, "north"), Some(rules::begin("k")));
    assert_eq!(store.hashes(id_of("k")).len(), 1);
    let mut more = rules::begin("k").with_actor(ActorId::from([1; 16]));
    rules::put(&mut more, "x", "1");
    (store, rules, more)
}

#[test]
fn a_damaged_document_is_read_again_ever_more_seldom_and_served_when_it_is_whole() {
    let (store, rules, more) = kept();
    rules.say("guest", "k", Access::None);
    rules.say("reader", "k", Access::Read);
    store.spoil(id_of("k"));
    let mut house = House::new(&store, &rules);
    let before = store.loads();
    let writer = house.join("w", principal(1, "north"), Some(more.clone()));
    let newcomer = house.join("n", principal(2, "south"), None);
    let guest = house.join("g", principal(3, "guest"), None);
    let stranger = house.join("s", principal(4, "guest"), Some(more.clone()));
    let reader = house.join("r", principal(5, "reader"), Some(more));
    assert_eq!(house.server.pending(), 0, "what was sent is not dealt with");
    let told = [1, 2, 3, 4, 5].map(|account| house.code(account));
    assert_eq!(told, [Some("damaged"), None, None, Some("forbidden"), None]);
    let id = id_of("k");
    let nothing = [newcomer, guest].map(|place| house.clients[place].copies[&id].unavailable);
    assert_eq!(nothing, [true; 2]);
    assert!(house.clients[writer].copies[&id].state.is_peer_read_only());
    house.pass(1);
    let quiet = house.frames;
    house.pass(3_600);
    let loads = store.loads() - before;
    assert!((3..40).contains(&loads), "it was read {loads} times");
    assert_eq!(house.server.events.iter().filter(|event| is_damage(event)).count(), 1);
    assert_eq!(house.frames, quiet, "nobody goes on talking");
    // Who comes meanwhile is answered without another look.
    let late = house.join("l", principal(6, "north"), None);
    assert!(house.clients[late].copies[&id].unavailable && store.loads() - before <= loads + 1);
    store.mend();
    house.pass(1_000);
    assert_eq!(store.hashes(id).len(), 2, "what was refused is not sent again");
    assert_eq!([1, 2, 3, 4, 5, 6].map(|account| house.code(account))[..3], [None; 3]);
    for place in [writer, newcomer, reader, late] {
        let heads = house.clients[place].copies[&id].document.get_heads();
        assert_eq!(heads, house.clients[writer].copies[&id].document.get_heads());
        assert_eq!(house.clients[place].copies[&id].state.their_heads.as_ref(), Some(&heads));
    }
    let shown = [guest, stranger].map(|place| house.clients[place].copies[&id].state.their_heads.clone());
    assert!(shown.iter().all(|heads| heads.as_ref().is_none_or(Vec::is_empty)), "{shown:?}");
}

/// The bytes of a document may be there when all of it makes no whole any more.
#[test]
fn a_document_that_is_damaged_once_it_was_shown_is_refused_as_well() {
    let (store, rules, more) = kept();
    let mut house = House::new(&store, &rules);
    let newcomer = house.join("n", principal(2, "south"), None);
    assert!(!house.clients[newcomer].copies[&id_of("k")].document.is_empty());
    assert_eq!(
        (store.loads(), house.server.unread),
        (2, 1),
        "all of it was read for somebody who has nothing"
    );
    store.spoil(id_of("k"));
    house.join("w", principal(1, "north"), Some(more));
    assert_eq!((house.code(1), house.server.pending()), (Some("damaged"), 0));
    store.mend();
    house.pass(1_000);
    assert_eq!((house.code(1), store.hashes(id_of("k")).len()), (None, 2));
    house.clients[newcomer].edit("k", "y", "1");
    house.carry();
    assert_eq!(store.hashes(id_of("k")).len(), 3);
}
