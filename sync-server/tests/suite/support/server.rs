//! A server in one thread: the sessions, shards, commit rounds and reads of the hub, moved by hand, a step at a time.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use niemyet_sync::DocumentId;
use niemyet_sync::access::AccountId;
use niemyet_sync::access::Principal;
use niemyet_sync::access::Refusal;
use niemyet_sync::access::Rules;
use niemyet_sync::committer::Committer;
use niemyet_sync::committer::Job;
use niemyet_sync::document::Content;
use niemyet_sync::document::NotKept;
use niemyet_sync::document::NotRead;
use niemyet_sync::document::Read;
use niemyet_sync::effect::Closing;
use niemyet_sync::effect::ConnectionId;
use niemyet_sync::effect::Effect;
use niemyet_sync::effect::Member;
use niemyet_sync::incoming::Held;
use niemyet_sync::limits::Limits;
use niemyet_sync::limits::Quota;
use niemyet_sync::reader;
use niemyet_sync::reader::Depth;
use niemyet_sync::session::Said;
use niemyet_sync::session::Session;
use niemyet_sync::shard::Input;
use niemyet_sync::shard::Shard;
use niemyet_sync::shard::Terms;
use niemyet_sync::store::Position;
use niemyet_sync::store::Store;
use niemyet_sync::wire::Body;
use niemyet_sync::wire::Message;
use niemyet_sync::wire::Metadata;
use niemyet_sync::wire::VERSION;
use niemyet_sync::witness::Event;

use super::memory::MemoryStore;

/// What is going on with a connection.
struct Link {
    session: Session,
    principal: Principal,
    member: Option<Arc<Member>>,
    outgoing: VecDeque<Vec<u8>>,
    pending: Arc<AtomicUsize>,
}

/// A server.
pub struct Server {
    peer: String,
    limits: Limits,
    store: Arc<MemoryStore>,
    shard: Shard,
    committer: Committer,
    links: BTreeMap<ConnectionId, Link>,
    /// What waits to be made durable.
    pub jobs: Vec<Job>,
    /// What waits to be read.
    pub reads: VecDeque<(DocumentId, Depth)>,
    /// What was read and is not given back yet.
    found: Vec<Input>,
    /// What waits to be compacted.
    pub compactions: VecDeque<DocumentId>,
    /// What happened.
    pub events: Vec<Event>,
    /// Why changes of accounts in documents are not taken.
    pub refusals: HashMap<(AccountId, DocumentId), Refusal>,
    /// Rounds of commits that failed.
    pub failures: usize,
    /// Reads that gave only the bytes of a document.
    pub unread: usize,
    /// Reads that failed.
    pub unreadable: usize,
    /// Deliveries that were judged again.
    pub overtaken: usize,
    seen: Position,
    pub now: i64,
}

impl Server {
    pub fn new(peer: &str, store: Arc<MemoryStore>, rules: Arc<dyn Rules>, limits: Limits) -> Self {
        Self::start(peer, store, rules, (limits, false))
    }

    /// One to which clients bring again what others wrote, after a restore.
    pub fn restoring(peer: &str, store: Arc<MemoryStore>, rules: Arc<dyn Rules>) -> Self {
        Self::start(peer, store, rules, (Limits::default(), true))
    }

    fn start(
        peer: &str,
        store: Arc<MemoryStore>,
        rules: Arc<dyn Rules>,
        (limits, restoring): (Limits, bool),
    ) -> Self {
        let terms = Terms { rules, limits: limits.clone(), server: peer.to_owned(), restoring, shards: 1 };
        Self {
            peer: peer.to_owned(),
            committer: Committer::new(limits.documents_per_account),
            limits,
            store,
            shard: Shard::new(terms),
            links: BTreeMap::new(),
            jobs: Vec::new(),
            reads: VecDeque::new(),
            found: Vec::new(),
            compactions: VecDeque::new(),
            events: Vec::new(),
            refusals: HashMap::new(),
            failures: 0,
            unread: 0,
            unreadable: 0,
            overtaken: 0,
            seen: Position(0),
            now: 0,
        }
    }

    pub fn connect(&mut self, id: ConnectionId, principal: Principal) {
        let quota = Arc::new(Mutex::new(Quota::new(&self.limits, self.now)));
        let session = Session::new(&self.limits, self.now, quota);
        let outgoing = VecDeque::new();
        self.links.insert(id, Link { session, principal, member: None, outgoing, pending: Arc::default() });
    }

    pub fn disconnect(&mut self, id: ConnectionId) {
        if let Some(member) = self.links.remove(&id).and_then(|link| link.member) {
            member.leave();
            self.input(Input::Left(id));
        }
    }

    /// Takes a frame, or says why the connection must be closed.
    pub fn receive(&mut self, id: ConnectionId, frame: &[u8]) -> Result<(), Closing> {
        let Some(link) = self.links.get_mut(&id) else { return Ok(()) };
        match link.session.receive(frame, self.now, &self.limits)? {
            Said::Join(peer) => {
                let member = Arc::new(Member::new(id, peer, link.principal.clone()));
                link.session.joined(Arc::clone(&member));
                let metadata = Metadata { storage: Some("kept"), ephemeral: false };
                let body = Body::Peer { metadata, version: VERSION };
                let answer = Message { sender: &self.peer, target: Some(&member.peer), body };
                link.outgoing.push_back(answer.encode());
                link.member = Some(member);
            }
            Said::Sync(document, mut incoming) => {
                let (pending, bytes) = (Arc::clone(&link.pending), incoming.bytes);
                pending.fetch_add(bytes, Ordering::Relaxed);
                incoming.held = Held::new(move || {
                    pending.fetch_sub(bytes, Ordering::Relaxed);
                });
                let from = Arc::clone(link.member.as_ref().unwrap());
                self.input(Input::Sync { from, document, incoming });
            }
            Said::Ephemeral { document, session, count, data } => {
                let from = Arc::clone(link.member.as_ref().unwrap());
                self.input(Input::Ephemeral { from, document, session, count, data });
            }
            Said::Nothing => {}
        }
        Ok(())
    }

    /// The next frame for a connection.
    pub fn next_frame(&mut self, id: ConnectionId) -> Option<Vec<u8>> {
        self.links.get_mut(&id)?.outgoing.pop_front()
    }

    pub fn input(&mut self, input: Input) {
        let mut effects = Vec::new();
        self.shard.take(self.now, input, &mut effects);
        self.shard.flush(self.now, &mut effects);
        for effect in effects {
            match effect {
                Effect::Send { to, frame } => {
                    if let Some(link) = self.links.get_mut(&to.id) {
                        link.outgoing.push_back(frame);
                    }
                }
                Effect::Look(document) => self.reads.push_back((document, Depth::Bytes)),
                Effect::Load(document) => self.reads.push_back((document, Depth::Whole)),
                Effect::Keep { append, creates } => self.jobs.push(Job { append, creates }),
                Effect::Compact(document) => self.compactions.push_back(document),
                Effect::Known { .. } => {}
                Effect::Note(event) => self.events.push(event),
                Effect::Remember { account, document, refusal } => {
                    match refusal {
                        Some(refusal) => self.refusals.insert((account, document), refusal),
                        None => self.refusals.remove(&(account, document)),
                    };
                }
                Effect::AccessChanged => self.input(Input::AccessChanged),
            }
        }
    }

    /// A round of commits.
    pub fn commit(&mut self) {
        let jobs = std::mem::take(&mut self.jobs);
        let round = self.committer.round(&*self.store, &|| self.now, jobs);
        self.jobs = round.again;
        self.failures += usize::from(round.error.is_some());
        for (document, result) in round.answers {
            self.overtaken += usize::from(matches!(result, Err(NotKept::Overtaken)));
            self.input(Input::Kept { document, result });
        }
    }

    /// One read, given back at once.
    pub fn read(&mut self) {
        self.look();
        self.give_back(self.found.len().saturating_sub(1));
    }

    /// One read of the store. What it found is given back later, perhaps after what was found later.
    pub fn look(&mut self) {
        if let Some((document, depth)) = self.reads.pop_front() {
            let read = reader::read(&*self.store, document, depth)
                .map_err(|error| NotRead::of(&error, &*self.store, document));
            let is_unread = |read: &Read| matches!(read.content, Content::Bytes(_));
            self.unread +=
                usize::from(read.as_ref().is_ok_and(|read| read.as_deref().is_some_and(is_unread)));
            self.unreadable += usize::from(read.is_err());
            self.found.push(Input::Loaded { document, depth, read });
        }
    }

    /// How many reads are not given back.
    pub fn found(&self) -> usize {
        self.found.len()
    }

    /// Gives back one of what was found.
    pub fn give_back(&mut self, place: usize) {
        if place < self.found.len() {
            let found = self.found.remove(place);
            self.input(found);
        }
    }

    /// One snapshot.
    pub fn compact(&mut self) {
        if let Some(document) = self.compactions.pop_front() {
            // A failure leaves the changes where they are.
            let _ = reader::compact(&*self.store, document);
        }
    }

    /// Looks for what others have kept. Says whether there was anything.
    pub fn poll(&mut self) -> bool {
        let listed = self.store.since(self.seen).unwrap();
        let news = !listed.is_empty();
        self.seen = listed.iter().map(|listed| listed.last).max().unwrap_or(self.seen);
        self.input(Input::Foreign(listed));
        news
    }

    /// Whether something waits to be done.
    pub fn is_busy(&self) -> bool {
        !self.jobs.is_empty()
            || !self.reads.is_empty()
            || !self.found.is_empty()
            || self.links.values().any(|link| !link.outgoing.is_empty())
    }

    /// Bytes that connections sent and that are not dealt with; nothing, when all is quiet.
    pub fn pending(&self) -> usize {
        self.links.values().map(|link| link.pending.load(Ordering::Relaxed)).sum()
    }

    /// Documents in memory.
    pub fn loaded(&self) -> usize {
        self.shard.load().0
    }
}
