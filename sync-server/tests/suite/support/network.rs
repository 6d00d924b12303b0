//! A network of clients and servers in one thread. What happens next is drawn from a seed; within a connection frames keep their
//! order, as TCP keeps it, across connections nothing does.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;

use automerge::ChangeHash;
use niemyet_sync::DocumentId;
use niemyet_sync::access::Access;
use niemyet_sync::effect::ConnectionId;
use niemyet_sync::limits::Limits;
use niemyet_sync::shard::Input;
use niemyet_sync::store::Store;
use niemyet_sync::witness::Event;

use super::client::Client;
use super::memory::Fault;
use super::memory::MemoryStore;
use super::random::Random;
use super::rules;
use super::rules::LEARNT;
use super::rules::Learning;
use super::rules::TestRules;
use super::server::Server;

const KEYS: [&str; 4] = ["a", "b", "c", "d"];
const BODIES: [&str; 3] = ["north", "south", "guest"];
/// Frames after which everybody should have agreed long ago.
const ENDLESS: usize = 20_000;

/// A connection that is open.
struct Wire {
    id: ConnectionId,
    server: usize,
    up: VecDeque<Vec<u8>>,
}

/// How often what happened in runs, so that a test can see that they were worth running.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub kept: usize,
    pub acknowledged: usize,
    pub refused: usize,
    pub taken_actors: usize,
    pub crashes: usize,
    pub failures: usize,
    pub snapshots: usize,
    pub unread: usize,
    pub unreadable: usize,
    pub overtaken: usize,
    pub frames: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.kept += other.kept;
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.taken_actors += other.taken_actors;
        self.crashes += other.crashes;
        self.failures += other.failures;
        self.snapshots += other.snapshots;
        self.unread += other.unread;
        self.unreadable += other.unreadable;
        self.overtaken += other.overtaken;
        self.frames += other.frames;
    }
}

/// The network.
pub struct Network {
    pub tally: Tally,
    random: Random,
    pub clients: Vec<Client>,
    wires: Vec<Option<Wire>>,
    pub servers: Vec<Server>,
    pub store: Arc<MemoryStore>,
    rules: Arc<TestRules>,
    /// What the rules of each server have learnt.
    learning: Vec<Arc<Learning>>,
    limits: Limits,
    /// Changes that break a rule, or follow from one that does.
    pub bad: BTreeSet<(DocumentId, ChangeHash)>,
    connections: u64,
    now: i64,
}

impl Network {
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let rules = Arc::new(TestRules::new(Access::ReadWrite));
        for key in KEYS {
            let access = [Access::None, Access::Read, Access::ReadWrite];
            rules.say("guest", key, access[random.below(3)]);
        }
        let limits = Limits { snapshot_after: 3, idle: 50, join_within: i64::MAX, ..Limits::default() };
        let store = Arc::new(MemoryStore::default());
        let clients: Vec<Client> = (0..2 + random.below(4))
            .map(|place| {
                let body = BODIES[place % BODIES.len()];
                // Two devices may share an account.
                let account = i64::try_from(place % 4).unwrap();
                Client::new(&format!("client-{place}"), rules::principal(account, body))
            })
            .collect();
        let servers = 1 + random.below(2);
        let mut network = Self {
            tally: Tally::default(),
            wires: clients.iter().map(|_| None).collect(),
            clients,
            servers: Vec::new(),
            store,
            learning: (0..servers).map(|_| Arc::new(Learning::new(Arc::clone(&rules)))).collect(),
            rules,
            limits,
            bad: BTreeSet::new(),
            connections: 0,
            now: 1,
            random,
        };
        network.servers = (0..servers).map(|place| network.server(place)).collect();
        network
    }

    fn server(&self, place: usize) -> Server {
        let (store, rules) = (Arc::clone(&self.store), Arc::clone(&self.learning[place]));
        Server::new(&format!("server-{place}"), store, rules, self.limits.clone())
    }

    /// Something happens.
    pub fn step(&mut self) {
        self.now += 1;
        let place = self.random.below(self.clients.len());
        match self.random.below(100) {
            0..15 => self.edit(place),
            15..41 => self.carry_up(place),
            41..63 => self.carry_down(place),
            63..83 => self.serve(),
            83..89 => self.reconnect(place),
            89..91 => self.cut(place),
            91 => self.restart(),
            92..94 => self.plan_fault(),
            94 => self.regrade(),
            _ => self.forge(),
        }
        self.notice_crash();
    }

    fn edit(&mut self, place: usize) {
        let key = *self.random.pick(&KEYS).unwrap();
        let actor = self.random.bytes();
        let value = self.random.next().to_string();
        let field = if self.random.percent(4) { "bad" } else { ["x", "y", "z"][self.random.below(3)] };
        let client = &mut self.clients[place];
        match client.copies.get(&rules::id_of(key)) {
            None if self.random.percent(50) => client.begin(key, actor),
            None => client.want(key, actor),
            Some(copy) if copy.tainted && self.random.percent(30) => client.want(key, actor),
            Some(copy) if !copy.tainted && field != "bad" && self.random.percent(10) => {
                let all = copy.document.get_changes_meta(&[]);
                if let Some(change) = self.random.pick(&all).map(|change| change.hash) {
                    client.edit_at(key, &[change], field, &value);
                }
            }
            Some(_) => client.edit(key, field, &value),
        }
        self.note_bad(place, key);
    }

    /// Marks what a client may not write, and what it writes on top of that.
    fn note_bad(&mut self, place: usize, key: &str) {
        let client = &mut self.clients[place];
        let id = rules::id_of(key);
        let Some(copy) = client.copies.get_mut(&id) else { return };
        let actor = copy.document.get_actor().clone();
        if copy.tainted {
            let mut own = copy.document.get_changes_meta(&[]).into_iter().filter(|c| *c.actor == actor);
            // The last one is bad, and those before it may have been taken.
            self.bad.extend(own.next_back().map(|change| (id, change.hash)));
        }
    }

    /// Somebody writes in the name of an actor that it has seen.
    pub fn forge(&mut self) {
        let mut strangers = Vec::new();
        for (place, client) in self.clients.iter().enumerate() {
            for (id, copy) in client.copies.iter().filter(|(_, copy)| !copy.tainted) {
                for change in copy.document.get_changes_meta(&[]) {
                    let owner = self.store.owner(*id, &change.actor).unwrap();
                    if owner.is_some_and(|owner| owner != client.principal.account) {
                        strangers.push((place, *id, change.actor.into_owned()));
                    }
                }
            }
        }
        let Some((place, id, stranger)) = self.random.pick(&strangers).cloned() else { return };
        let client = &mut self.clients[place];
        let copy = client.copies.get_mut(&id).unwrap();
        copy.document.set_actor(stranger);
        (copy.tainted, copy.forged) = (true, true);
        let key = copy.key.clone();
        client.edit(&key, "x", "forged");
        self.note_bad(place, &key);
    }

    fn carry_up(&mut self, place: usize) {
        let Some(wire) = &mut self.wires[place] else { return };
        wire.up.extend(self.clients[place].outgoing.drain(..));
        let (id, server) = (wire.id, wire.server);
        if let Some(frame) = wire.up.pop_front() {
            let twice = self.random.percent(2) && self.clients[place].server.is_some();
            for _ in 0..=usize::from(twice) {
                self.servers[server].now = self.now;
                if let Err(why) = self.servers[server].receive(id, &frame) {
                    panic!("an honest connection was closed: {why}");
                }
            }
        }
    }

    fn carry_down(&mut self, place: usize) {
        let Some(wire) = &self.wires[place] else { return };
        if let Some(frame) = self.servers[wire.server].next_frame(wire.id) {
            self.clients[place].receive(&frame);
        }
    }

    fn serve(&mut self) {
        let place = self.random.below(self.servers.len());
        let server = &mut self.servers[place];
        server.now = self.now;
        match self.random.below(10) {
            0..3 => server.commit(),
            3..5 => server.look(),
            5..7 => server.give_back(self.random.below(server.found().max(1))),
            7 => server.compact(),
            8 => drop(server.poll()),
            _ => server.input(Input::Tick),
        }
    }

    fn reconnect(&mut self, place: usize) {
        if self.wires[place].is_some() {
            return;
        }
        self.connections += 1;
        let (id, server) = (ConnectionId(self.connections), self.random.below(self.servers.len()));
        self.servers[server].connect(id, self.clients[place].principal.clone());
        self.wires[place] = Some(Wire { id, server, up: VecDeque::new() });
        self.clients[place].connected();
    }

    /// The connection breaks; what was on its way is lost.
    fn cut(&mut self, place: usize) {
        if let Some(wire) = self.wires[place].take() {
            self.servers[wire.server].disconnect(wire.id);
            self.clients[place].disconnected();
        }
    }

    fn restart(&mut self) {
        let place = self.random.below(self.servers.len());
        self.kill(place);
    }

    /// A server dies and another begins with what is durable.
    fn kill(&mut self, server: usize) {
        for place in 0..self.wires.len() {
            if self.wires[place].as_ref().is_some_and(|wire| wire.server == server) {
                self.wires[place] = None;
                self.clients[place].disconnected();
            }
        }
        self.count_events(server);
        self.learning[server] = Arc::new(Learning::new(Arc::clone(&self.rules)));
        self.servers[server] = self.server(server);
    }

    fn count_events(&mut self, server: usize) {
        for event in std::mem::take(&mut self.servers[server].events) {
            if let Event::Refused { refusal, .. } = event {
                self.tally.refused += 1;
                self.tally.taken_actors += usize::from(refusal.code == "actor-taken");
            }
        }
        self.tally.failures += self.servers[server].failures;
        self.tally.unread += self.servers[server].unread;
        self.tally.unreadable += self.servers[server].unreadable;
        self.tally.overtaken += self.servers[server].overtaken;
    }

    /// What this run came to.
    pub fn tally(&mut self) -> Tally {
        (0..self.servers.len()).for_each(|server| self.count_events(server));
        self.tally.kept += KEYS.iter().map(|key| self.store.hashes(rules::id_of(key)).len()).sum::<usize>();
        self.tally.acknowledged += self.clients.iter().map(|client| client.acknowledged.len()).sum::<usize>();
        self.tally.snapshots += self.store.snapshots();
        self.tally
    }

    fn plan_fault(&mut self) {
        let fault = [Fault::Full, Fault::CrashBefore, Fault::CrashAfter][self.random.below(3)];
        self.store.plan(1 + self.random.below(5) as u64, fault);
        self.store.fail_reads(self.random.below(2));
    }

    fn notice_crash(&mut self) {
        if self.store.take_crash() {
            self.tally.crashes += 1;
            // They share the machine.
            (0..self.servers.len()).for_each(|server| self.kill(server));
        }
    }

    /// The guests' access changes.
    pub fn regrade(&mut self) {
        let key = *self.random.pick(&KEYS).unwrap();
        let access = [Access::None, Access::Read, Access::ReadWrite][self.random.below(3)];
        self.rules.say("guest", key, access);
        for server in &mut self.servers {
            server.input(Input::AccessChanged);
        }
    }

    /// Everything works again, everybody connects, and all that is to be said is said.
    pub fn settle(&mut self) {
        self.store.heal();
        self.notice_crash();
        (0..self.clients.len()).for_each(|place| self.reconnect(place));
        let mut frames = 0;
        loop {
            let mut busy = false;
            self.now += 1;
            for place in 0..self.clients.len() {
                let before = frames;
                frames += self.clients[place].outgoing.len();
                let up = self.wires[place].as_ref().map_or(0, |wire| wire.up.len());
                (0..up + frames - before).for_each(|_| self.carry_up(place));
                busy |= up + frames > before;
            }
            for server in &mut self.servers {
                server.now = self.now;
                server.commit();
                (0..server.found()).for_each(|_| server.give_back(0));
                (0..server.reads.len()).for_each(|_| server.read());
                server.compact();
                busy |= server.poll();
                server.input(Input::Tick);
                busy |= server.is_busy();
            }
            for place in 0..self.clients.len() {
                let Some(wire) = &self.wires[place] else { continue };
                while let Some(frame) = self.servers[wire.server].next_frame(wire.id) {
                    self.clients[place].receive(&frame);
                    frames += 1;
                }
            }
            self.tally.frames = self.tally.frames.max(frames);
            assert!(frames < ENDLESS, "the network never comes to rest");
            if !busy {
                return;
            }
        }
    }

    /// What must hold when all is quiet.
    pub fn check(&self) {
        let mut kept: BTreeMap<DocumentId, BTreeSet<ChangeHash>> = BTreeMap::new();
        for id in KEYS.map(rules::id_of) {
            kept.insert(id, self.store.hashes(id).into_iter().collect());
        }
        for (id, hash) in &self.bad {
            assert!(!kept[id].contains(hash), "a refused change was kept");
        }
        for (server, rules) in self.servers.iter().zip(&self.learning) {
            assert_eq!(server.pending(), 0, "a delivery is still waiting");
            let learnt: BTreeSet<ChangeHash> = rules.learnt().into_iter().collect();
            assert_eq!(learnt, kept[&rules::id_of(LEARNT)], "the rules of a server know another document");
        }
        for client in &self.clients {
            for (id, hash) in &client.acknowledged {
                assert!(kept[id].contains(hash), "an acknowledged change is missing");
            }
            for (id, copy) in &client.copies {
                self.check_copy(client, (*id, copy), &kept[id]);
            }
        }
    }

    fn check_copy(
        &self,
        client: &Client,
        (id, copy): (DocumentId, &super::client::Copy),
        kept: &BTreeSet<ChangeHash>,
    ) {
        use niemyet_sync::access::Rules;
        let has: BTreeSet<ChangeHash> =
            copy.document.get_changes_meta(&[]).iter().map(|change| change.hash).collect();
        let access = self.rules.access(&client.principal, &copy.key);
        let who = format!("{} ({access:?}) of {}", client.peer, copy.key);
        if access >= Access::Read && !copy.forged {
            assert!(kept.is_subset(&has), "{who} lacks {} of {}", kept.difference(&has).count(), kept.len());
        }
        if access == Access::ReadWrite && !copy.tainted {
            assert!(has.is_subset(kept), "{who} has {} that are not kept", has.difference(kept).count());
        }
        if access >= Access::Read && !copy.tainted && has.is_subset(kept) {
            // What `handle.getSyncInfo(storageId).lastHeads` of automerge-repo shows.
            let heads = Some(copy.document.get_heads());
            let quiet = has.is_empty() || copy.state.their_heads == heads;
            assert!(quiet, "{who} was not acknowledged");
        }
        let strange = has.iter().filter(|hash| self.bad.contains(&(id, **hash))).count();
        assert!(copy.tainted || strange == 0, "{who} was given a refused change");
    }
}
