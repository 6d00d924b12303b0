//! Who is shown what, and whose changes are taken. One thread, so that what is sent can be compared frame by frame.

use std::sync::Arc;

use automerge::ActorId;
use automerge::Automerge;
use automerge::sync;
use niemyet_sync::access::Access;
use niemyet_sync::access::AccountId;
use niemyet_sync::access::Principal;
use niemyet_sync::effect::ConnectionId;
use niemyet_sync::limits::Limits;
use niemyet_sync::shard::Input;
use niemyet_sync::store::Store;
use niemyet_sync::wire::Body;
use niemyet_sync::wire::Message;
use niemyet_sync::witness::Event;

use crate::support::client::Client;
use crate::support::memory::MemoryStore;
use crate::support::rules;
use crate::support::rules::TestRules;
use crate::support::rules::id_of;
use crate::support::rules::principal;
use crate::support::server::Server;

/// A server and clients, each connected, the place being its connection.
struct House {
    server: Server,
    store: Arc<MemoryStore>,
    rules: Arc<TestRules>,
    clients: Vec<Client>,
    /// What was sent to each.
    sent: Vec<Vec<Vec<u8>>>,
}

impl House {
    fn new(limits: Limits) -> Self {
        let (store, rules) = (Arc::new(MemoryStore::default()), Arc::new(TestRules::new(Access::ReadWrite)));
        let server = Server::new("server", Arc::clone(&store), Arc::<TestRules>::clone(&rules), limits);
        Self { server, store, rules, clients: Vec::new(), sent: Vec::new() }
    }

    fn join(&mut self, peer: &str, principal: Principal) -> usize {
        let mut client = Client::new(peer, principal.clone());
        self.server.connect(ConnectionId(self.clients.len() as u64), principal);
        client.connected();
        self.clients.push(client);
        self.sent.push(Vec::new());
        self.settle();
        self.clients.len() - 1
    }

    /// Carries everything until nobody has anything to say.
    fn settle(&mut self) {
        for _ in 0..1_000 {
            let mut quiet = true;
            for (place, client) in self.clients.iter_mut().enumerate() {
                let id = ConnectionId(place as u64);
                for frame in std::mem::take(&mut client.outgoing) {
                    quiet = false;
                    self.server.receive(id, &frame).unwrap();
                }
                self.server.commit();
                (0..self.server.reads.len()).for_each(|_| self.server.read());
                while let Some(frame) = self.server.next_frame(id) {
                    quiet = false;
                    client.receive(&frame);
                    self.sent[place].push(frame);
                }
            }
            if quiet && !self.server.is_busy() {
                return;
            }
        }
        panic!("the house never comes to rest");
    }

    fn access(&mut self, body: &str, key: &str, access: Access) {
        self.rules.say(body, key, access);
        self.server.input(Input::AccessChanged);
        self.settle();
    }

    fn codes(&self) -> Vec<&'static str> {
        let codes = self.server.events.iter().filter_map(|event| match event {
            Event::Refused { refusal, .. } => Some(refusal.code),
            _ => None,
        });
        codes.collect()
    }

    /// Why changes of an account in a document are not taken.
    fn refusal(&self, account: i64, key: &str) -> Option<&'static str> {
        self.server.refusals.get(&(AccountId(account), id_of(key))).map(|refusal| refusal.code)
    }

    fn changes(&self, place: usize, key: &str) -> usize {
        self.clients[place].copies[&id_of(key)].document.get_changes(&[]).len()
    }
}

/// What a guest does with a document that it may not know, beside somebody who has it.
fn guest_meets(key: &str, act: impl Fn(&mut Client, &str), field: &str) -> (Vec<Vec<u8>>, Vec<&'static str>) {
    let mut house = House::new(Limits::default());
    house.rules.say("guest", "hidden", Access::None);
    let owner = house.join("owner", principal(1, "north"));
    if key == "exists" {
        house.clients[owner].begin("hidden", [1; 16]);
        house.clients[owner].edit("hidden", "x", "secret");
    }
    house.settle();
    let guest = house.join("guest", principal(2, "guest"));
    act(&mut house.clients[guest], "hidden");
    house.settle();
    house.clients[guest].edit("hidden", field, "again");
    house.clients[guest].say("hidden", b"hello");
    house.settle();
    assert_eq!(house.store.hashes(id_of("hidden")).len(), if key == "exists" { 2 } else { 0 });
    assert!(house.clients[owner].heard.is_empty());
    (house.sent.swap_remove(guest), house.codes())
}

#[test]
fn a_hidden_document_is_in_every_respect_one_that_does_not_exist() {
    type Act = fn(&mut Client, &str);
    let acts: [(&str, Act, &str); 3] = [
        ("asks for it", |client, key| client.want(key, [2; 16]), "y"),
        ("brings it", |client, key| client.begin(key, [2; 16]), "y"),
        ("brings it against the rules", |client, key| client.begin(key, [2; 16]), "bad"),
    ];
    for (what, act, field) in acts {
        let (exists, does_not) = (guest_meets("exists", act, field), guest_meets("absent", act, field));
        assert_eq!(exists, does_not, "a guest that {what} can tell whether it exists");
        assert!(!exists.0.is_empty());
    }
}

#[test]
fn access_decides_what_is_shown_and_taken_and_its_change_takes_effect_at_once() {
    // (access before, access after, what the guest has then of 3 changes, whether its own change is kept)
    let table = [
        (Access::None, Access::Read, 3, false),
        (Access::None, Access::ReadWrite, 3, true),
        (Access::Read, Access::ReadWrite, 3, true),
        (Access::ReadWrite, Access::Read, 3, false),
        (Access::Read, Access::None, 2, false),
        (Access::ReadWrite, Access::None, 2, false),
    ];
    for (before, after, shown, taken) in table {
        let mut house = House::new(Limits::default());
        house.rules.say("guest", "k", before);
        let owner = house.join("owner", principal(1, "north"));
        house.clients[owner].begin("k", [1; 16]);
        house.clients[owner].edit("k", "x", "1");
        house.settle();
        let guest = house.join("guest", principal(2, "guest"));
        house.clients[guest].want("k", [2; 16]);
        house.settle();
        let seen = if before == Access::None { 0 } else { 2 };
        assert_eq!(house.changes(guest, "k"), seen, "{before:?}");
        house.access("guest", "k", after);
        house.clients[owner].edit("k", "x", "2");
        house.settle();
        assert_eq!(house.changes(guest, "k"), shown, "{before:?} → {after:?}");
        house.clients[guest].edit("k", "y", "mine");
        house.settle();
        let kept = house.store.hashes(id_of("k")).len();
        assert_eq!(kept == 4, taken, "{before:?} → {after:?}: {kept} kept");
        assert_eq!(house.codes().is_empty(), taken, "{before:?} → {after:?}: {:?}", house.codes());
        // What it holds is asked for as soon as it may be taken.
        house.access("guest", "k", Access::ReadWrite);
        assert_eq!(house.store.hashes(id_of("k")).len(), 4, "{before:?} → {after:?} → ReadWrite");
        assert_eq!(house.changes(owner, "k"), 4);
    }
}

#[test]
fn a_new_document_must_state_the_key_that_its_id_is_made_of() {
    let mut house = House::new(Limits::default());
    let liar = house.join("liar", principal(1, "north"));
    house.clients[liar].begin("k", [1; 16]);
    house.clients[liar].edit("k", "key", "another");
    house.settle();
    assert_eq!(house.codes(), ["foreign-document"]);
    assert!(house.store.hashes(id_of("k")).is_empty());
}

#[test]
fn a_forged_change_is_refused_and_its_victim_goes_on() {
    let mut house = House::new(Limits::default());
    let victim = house.join("victim", principal(1, "north"));
    let forger = house.join("forger", principal(2, "north"));
    house.clients[victim].begin("k", [7; 16]);
    house.clients[victim].edit("k", "x", "1");
    house.settle();
    house.clients[forger].want("k", [2; 16]);
    house.settle();
    let copy = house.clients[forger].copies.get_mut(&id_of("k")).unwrap();
    copy.document.set_actor(ActorId::from([7; 16]));
    copy.forged = true;
    house.clients[forger].edit("k", "x", "forged");
    house.settle();
    assert_eq!(house.codes(), ["actor-taken"]);
    house.clients[victim].edit("k", "x", "2");
    house.settle();
    assert_eq!(house.store.hashes(id_of("k")).len(), 3);
    let third = house.join("third", principal(3, "north"));
    house.clients[third].want("k", [3; 16]);
    house.settle();
    assert_eq!(house.changes(third, "k"), 3);
}

#[test]
fn an_account_may_begin_so_many_documents() {
    let mut house = House::new(Limits { documents_per_account: 2, ..Limits::default() });
    let one = house.join("one", principal(1, "north"));
    for (place, key) in ["a", "b", "c"].into_iter().enumerate() {
        house.clients[one].begin(key, [u8::try_from(place).unwrap() + 1; 16]);
        house.settle();
    }
    assert_eq!(house.codes(), ["too-many-documents"]);
    assert!(house.store.hashes(id_of("c")).is_empty());
    let two = house.join("two", principal(2, "north"));
    house.clients[two].begin("c", [9; 16]);
    house.settle();
    assert_eq!(house.store.hashes(id_of("c")).len(), 1);
}

#[test]
fn what_nobody_keeps_passes_between_those_who_may_see_the_document() {
    let mut house = House::new(Limits { ephemeral_bytes: 10, ..Limits::default() });
    house.rules.say("guest", "k", Access::None);
    house.rules.say("south", "k", Access::Read);
    let speaker = house.join("speaker", principal(1, "north"));
    let reader = house.join("reader", principal(2, "south"));
    let guest = house.join("guest", principal(3, "guest"));
    let elsewhere = house.join("elsewhere", principal(4, "north"));
    house.clients[speaker].begin("k", [1; 16]);
    house.settle();
    house.clients[reader].want("k", [2; 16]);
    house.clients[guest].want("k", [3; 16]);
    house.settle();
    house.clients[speaker].say("k", b"one");
    house.clients[guest].say("k", b"psst");
    house.clients[speaker].say("k", b"far too long");
    let said = house.clients[speaker].outgoing[0].clone();
    // It comes again, from its sender and, as clients pass on what they hear, from another.
    house.clients[speaker].outgoing.push(said.clone());
    house.clients[reader].outgoing.push(said);
    house.settle();
    let heard = |place: usize| house.clients[place].heard.clone();
    assert_eq!(heard(reader), [(id_of("k"), "speaker".to_owned(), b"one".to_vec())]);
    for silent in [speaker, guest, elsewhere] {
        assert_eq!(heard(silent), []);
    }
}

#[test]
fn after_a_restore_clients_bring_again_what_others_wrote() {
    let mut house = House::new(Limits::default());
    let (author, reader) = (house.join("a", principal(1, "north")), house.join("r", principal(2, "north")));
    house.clients[author].begin("k", [1; 16]);
    house.settle();
    house.clients[reader].want("k", [2; 16]);
    house.settle();
    // The backup has what is kept now; a later change is lost with the disk.
    let backup = house.store.copy();
    backup.bind(id_of("k"), ActorId::from([1; 16]), AccountId(1));
    house.clients[author].edit("k", "x", "1");
    house.clients[author].edit("k", "x", "2");
    house.settle();
    for restoring in [false, true] {
        let store = Arc::new(backup.copy());
        let rules = Arc::<TestRules>::clone(&house.rules);
        let mut again = House::new(Limits::default());
        again.server = if restoring {
            Server::restoring("server", Arc::clone(&store), rules)
        } else {
            Server::new("server", Arc::clone(&store), rules, Limits::default())
        };
        again.store = store;
        let place = again.join("r", principal(2, "north"));
        let copy = house.clients[reader].copies[&id_of("k")].document.clone();
        again.clients[place].bring("k", copy);
        again.settle();
        let (kept, codes) = (again.store.hashes(id_of("k")).len(), again.codes());
        if restoring {
            assert_eq!((kept, codes), (3, vec![]));
            let receipts = again.store.receipts(id_of("k")).unwrap();
            let receipt = (receipts[2].account, receipts[2].bound);
            assert_eq!(
                receipt,
                (Some(AccountId(2)), false),
                "whoever brings it is named and is not its author"
            );
        } else {
            assert_eq!((kept, codes), (1, vec!["actor-taken"]));
        }
    }
}

#[test]
fn two_devices_begin_one_document_and_both_are_right() {
    let mut house = House::new(Limits::default());
    let (one, two) = (house.join("one", principal(1, "north")), house.join("two", principal(2, "north")));
    for (place, actor) in [(one, [1; 16]), (two, [2; 16])] {
        house.clients[place].begin("k", actor);
        house.clients[place].edit("k", "x", "offline");
    }
    house.settle();
    assert_eq!(house.store.hashes(id_of("k")).len(), 3);
    assert_eq!((house.changes(one, "k"), house.changes(two, "k")), (3, 3));
    assert!(house.codes().is_empty());
}

#[test]
fn whoever_was_refused_sees_nothing_of_a_document_that_begins() {
    for act in ["brings it", "brings it against the rules"] {
        let mut house = House::new(Limits::default());
        house.rules.say("guest", "hidden", Access::None);
        let owner = house.join("owner", principal(1, "north"));
        let guest = house.join("guest", principal(2, "guest"));
        house.clients[guest].begin("hidden", [2; 16]);
        if act != "brings it" {
            house.clients[guest].edit("hidden", "bad", "1");
        }
        house.settle();
        assert_eq!(house.refusal(2, "hidden"), Some("forbidden"));
        let before = house.sent[guest].len();
        house.clients[owner].begin("hidden", [1; 16]);
        house.clients[owner].edit("hidden", "x", "secret");
        house.settle();
        assert_eq!(house.store.hashes(id_of("hidden")).len(), 2);
        assert_eq!(house.sent[guest].len(), before, "a guest that {act} was told something");
        assert_eq!(house.refusal(2, "hidden"), Some("forbidden"), "a guest that {act} is no longer told why");
        // It is asked again for what it holds when the rules may say otherwise, whether there is anything or not.
        house.access("guest", "other", Access::Read);
        assert_ne!(house.sent[guest].len(), before);
        assert_eq!(house.refusal(2, "hidden"), Some("forbidden"));
    }
}

#[test]
fn one_device_of_an_account_is_told_why_it_is_refused_though_another_is_not() {
    let mut house = House::new(Limits::default());
    let (one, two) = (house.join("one", principal(1, "north")), house.join("two", principal(1, "north")));
    house.clients[one].begin("k", [1; 16]);
    house.settle();
    house.clients[two].want("k", [2; 16]);
    house.settle();
    house.clients[one].edit("k", "bad", "1");
    house.settle();
    for round in 0..3 {
        house.clients[two].edit("k", "x", &round.to_string());
        house.settle();
        assert_eq!(house.refusal(1, "k"), Some("bad-field"));
    }
    house.access("guest", "k", Access::Read);
    assert_eq!(house.refusal(1, "k"), Some("bad-field"));
    // It begins anew with what the server has.
    house.clients[one].want("k", [3; 16]);
    house.settle();
    assert_eq!(house.refusal(1, "k"), None);
}

/// A frame that brings a change of so many bytes and not the one it depends on.
fn orphan(peer: &str, key: &str, bytes: usize) -> Vec<u8> {
    let mut document = rules::begin(key);
    rules::put(&mut document, "x", "missing");
    rules::put(&mut document, "x", &"x".repeat(bytes));
    let last = document.get_changes(&[]).pop().unwrap().raw_bytes().to_vec();
    let (heads, need, have) = (Vec::new(), Vec::new(), Vec::new());
    let version = sync::MessageVersion::V2;
    let data = sync::Message { heads, need, have, changes: vec![last].into(), flags: None, version }.encode();
    Message { sender: peer, target: None, body: Body::Sync { document: id_of(key), data: &data } }.encode()
}

#[test]
fn what_lacks_what_it_depends_on_is_kept_up_to_a_bound() {
    let mut house = House::new(Limits { stashed_bytes: 25_000, ..Limits::default() });
    house.rules.say("guest", "hidden", Access::None);
    let owner = house.join("owner", principal(1, "north"));
    house.clients[owner].begin("hidden", [1; 16]);
    house.clients[owner].begin("open", [1; 16]);
    let guest = house.join("guest", principal(2, "guest"));
    let keys = ["hidden", "absent", "open", "small"];
    for (key, bytes) in keys.into_iter().zip([10_000, 10_000, 10_000, 1_000]) {
        house.clients[guest].want(key, [2; 16]);
        house.settle();
        house.clients[guest].outgoing.push(orphan("guest", key, bytes));
        house.settle();
        let refused = ["small", "open"].contains(&key);
        assert_eq!(house.codes(), if refused { vec!["too-large"] } else { vec![] }, "{key}");
    }
    // What was refused is not kept, and others have room of their own.
    house.clients[owner].outgoing.push(orphan("owner", "open", 20_000));
    house.settle();
    assert_eq!(house.codes(), ["too-large"]);
    // What is complete makes room.
    house.clients[owner].begin("absent", [3; 16]);
    house.clients[owner].edit("absent", "x", "missing");
    house.settle();
    assert_eq!(house.server.pending(), 0);
}

/// A store as a backup has it, and copies of two documents as a reader has them: one that has gone on since, and one that began later.
fn lost() -> (MemoryStore, [(&'static str, Automerge); 2]) {
    let mut house = House::new(Limits::default());
    let (author, reader) = (house.join("a", principal(1, "north")), house.join("r", principal(2, "south")));
    house.clients[author].begin("old", [1; 16]);
    house.settle();
    house.clients[reader].want("old", [2; 16]);
    house.settle();
    let backup = house.store.copy();
    house.clients[author].edit("old", "x", "1");
    house.clients[author].begin("new", [3; 16]);
    house.clients[author].edit("new", "x", "1");
    house.settle();
    house.clients[reader].want("new", [4; 16]);
    house.settle();
    (backup, ["old", "new"].map(|key| (key, house.clients[reader].copies[&id_of(key)].document.clone())))
}

/// A house on a backup, where two who may only read bring what they have; the rules let only the first.
fn brought(restoring: bool) -> (House, usize) {
    let (backup, copies) = lost();
    let mut house = House::new(Limits::default());
    house.store = Arc::new(backup);
    let rules = Arc::<TestRules>::clone(&house.rules);
    house.server = if restoring {
        Server::restoring("server", Arc::clone(&house.store), rules)
    } else {
        Server::new("server", Arc::clone(&house.store), rules, Limits::default())
    };
    for (key, _) in &copies {
        house.rules.say("south", key, Access::Read);
        house.rules.say("guest", key, Access::Read);
    }
    let (guest, reader) = (house.join("g", principal(3, "guest")), house.join("r", principal(2, "south")));
    for place in [guest, reader] {
        assert_eq!(kept(&house), [1, 0], "not every reader brings");
        for (key, copy) in &copies {
            house.clients[place].bring(key, copy.clone());
        }
        house.settle();
        if place == guest {
            house.server.events.clear();
        }
    }
    (house, reader)
}

fn kept(house: &House) -> [usize; 2] {
    ["old", "new"].map(|key| house.store.hashes(id_of(key)).len())
}

#[test]
fn after_a_restore_a_reader_brings_what_its_author_has_lost() {
    let (house, _) = brought(false);
    assert_eq!(kept(&house), [1, 0]);
    let (mut house, reader) = brought(true);
    assert_eq!((kept(&house), house.codes()), ([2, 2], vec![]));
    for key in ["old", "new"] {
        let receipts = house.store.receipts(id_of(key)).unwrap();
        let last = receipts.last().unwrap();
        assert_eq!((last.account, last.bound), (Some(AccountId(2)), false), "{key}");
    }
    // The rules are asked as ever, and readers are readers again when it ends.
    house.clients[reader].edit("old", "bad", "1");
    house.settle();
    assert_eq!(house.codes(), ["bad-field"]);
    house.clients[reader].edit("new", "x", "2");
    house.settle();
    house.server.input(Input::RestoringEnds);
    house.settle();
    house.clients[reader].edit("new", "x", "3");
    house.settle();
    assert_eq!(kept(&house), [2, 3]);
    assert_eq!(house.codes(), ["bad-field", "read-only"]);
}
