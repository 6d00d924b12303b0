//! The hub: connections on one side, the store on the other, shards of documents between. It has threads of its own for the
//! shards, the commits and the reads; a connection is driven from any thread or task.
//!
//! ```text
//! Connection::receive ─► session ─► shard (by document id) ─► committer ─► Store::append ─► shard ─► Connection::next
//!                                     └─► reader ─► Store::load ─► shard
//! ```

mod arrived;
mod link;
mod outbox;
mod refused;
mod registry;
mod totals;
mod workers;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use crate::DocumentId;
use crate::access::AccountId;
use crate::access::Guarded;
use crate::access::Principal;
use crate::access::Refusal;
use crate::access::Rules;
use crate::effect::Closing;
use crate::effect::ConnectionId;
use crate::limits::Limits;
use crate::session::Said;
use crate::session::Session;
use crate::shard::Input;
use crate::store::Position;
use crate::store::Store;
use crate::store::StoreError;
use crate::wire::Body;
use crate::wire::Message;
use crate::wire::Metadata;
use crate::wire::VERSION;
use crate::witness::Event;
use crate::witness::Witness;
pub use arrived::Arrived;
use link::Link;
pub use outbox::Outgoing;
use registry::Registry;
use workers::Senders;
use workers::Workers;

/// How a hub is set up.
pub struct Config {
    /// The server's peer id.
    pub peer: String,
    /// The id of its storage; clients look acknowledgements up by it, so it must stay the same for ever.
    pub storage: String,
    /// The limits.
    pub limits: Limits,
    /// Threads for documents; one for each core is enough.
    pub shards: usize,
    /// Whether clients bring again what others wrote, after a restore.
    pub restoring: bool,
    /// Unix milliseconds.
    pub clock: fn() -> i64,
}

/// What the hub is built on.
pub struct Parts {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The application's rules.
    pub rules: Arc<dyn Rules>,
    /// Who is told what happens.
    pub witness: Arc<dyn Witness>,
}

/// Whether changes are being kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// They are.
    Well,
    /// The store fails: nothing is acknowledged, everything is tried again.
    Failing {
        /// Since when, Unix milliseconds.
        since: i64,
        /// The store's words.
        what: String,
    },
    /// The hub is stopping or has stopped.
    Stopped,
}

/// Numbers for `/metrics`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open connections.
    pub connections: usize,
    /// Documents in memory.
    pub documents: usize,
    /// Bytes of them, estimated.
    pub document_bytes: usize,
    /// Bytes that wait to be sent.
    pub outgoing_bytes: usize,
    /// Bytes that were sent and are not dealt with.
    pub incoming_bytes: usize,
    /// Bytes of changes that lack what they depend on.
    pub stashed_bytes: usize,
    /// Deliveries on their way to the store.
    pub in_flight: usize,
}

struct Inner {
    config: Config,
    parts: Parts,
    registry: Registry,
    senders: Senders,
    next: AtomicU64,
    /// Up to which place of the store other servers' changes were looked for.
    seen: AtomicU64,
    stopping: AtomicBool,
    in_flight: AtomicUsize,
}

/// The hub. A clone is the same hub.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
    workers: Arc<Workers>,
}

impl Hub {
    /// Starts its threads.
    ///
    /// # Errors
    /// If a thread cannot be started.
    pub fn start(config: Config, parts: Parts) -> std::io::Result<Self> {
        let parts = Parts { rules: Arc::new(Guarded(parts.rules)), ..parts };
        let shards = config.shards.max(1);
        let (senders, receivers) = workers::channels(shards);
        let inner = Arc::new(Inner {
            config,
            parts,
            registry: Registry::default(),
            senders,
            next: AtomicU64::new(1),
            seen: AtomicU64::new(0),
            stopping: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
        });
        let workers = Arc::new(Workers::start(&inner, receivers)?);
        Ok(Self { inner, workers })
    }

    /// A connection was opened for somebody who is known.
    ///
    /// # Errors
    /// If the hub is stopping.
    pub fn connect(&self, principal: Principal) -> Result<Connection, Closing> {
        self.connect_counted(principal, Arc::default())
    }

    /// The same for a connection of which is counted what arrives, so that messages of which the rest does not come are bounded too.
    ///
    /// # Errors
    /// If the hub is stopping.
    pub fn connect_counted(
        &self,
        principal: Principal,
        arrived: Arc<Arrived>,
    ) -> Result<Connection, Closing> {
        if self.inner.stopping.load(Ordering::Acquire) {
            return Err(Closing::Stopping);
        }
        let id = ConnectionId(self.inner.next.fetch_add(1, Ordering::Relaxed));
        let (limits, now) = (&self.inner.config.limits, self.inner.now());
        let share = self.inner.registry.share(principal.account, limits, now);
        let session = Session::new(limits, now, Arc::clone(&share.quota));
        let link = Arc::new(Link::new(id, principal, session, share, arrived));
        self.inner.registry.add(Arc::clone(&link));
        Ok(Connection { inner: Arc::clone(&self.inner), link })
    }

    /// Whether the server's memory has room for one more connection.
    pub fn has_room(&self) -> bool {
        let (_, documents) = self.workers.loads();
        self.inner.registry.totals.have_room(documents, &self.inner.config.limits)
    }

    /// Why changes of an account in a document are not taken, if they are not.
    pub fn refusal(&self, account: AccountId, document: DocumentId) -> Option<Refusal> {
        self.inner.registry.refusal(account, document)
    }

    /// The rules answer otherwise from now on: open connections are shown more, or less, at once.
    pub fn access_changed(&self) {
        self.inner.senders.every_shard(|| Input::AccessChanged);
    }

    /// From now on changes are taken from their own authors only, if it was otherwise after a restore.
    pub fn end_restoring(&self) {
        self.inner.senders.every_shard(|| Input::RestoringEnds);
    }

    /// Closes every connection of an account at once. What it sent and is not on its way to the store is not taken.
    pub fn disable(&self, account: AccountId) {
        for link in self.inner.registry.links_of(account) {
            self.inner.close(&link, Closing::Disabled);
        }
    }

    /// Time passes: to be called about once a second. Late handshakes end, idle documents leave memory, who brought too much is
    /// read again.
    pub fn tick(&self) {
        let now = self.inner.now();
        self.inner.registry.with(|links| links.values().for_each(|link| link.wake()));
        for link in self.inner.registry.overdue(now) {
            self.inner.close(&link, Closing::NoJoin);
        }
        self.bound_unfinished();
        self.inner.senders.every_shard(|| Input::Tick);
    }

    /// Has room for messages of which the rest has not arrived: while they are too many bytes, the longest of the account that has most
    /// of them is closed.
    fn bound_unfinished(&self) {
        let mut parts: HashMap<AccountId, Vec<(u64, Arc<Link>)>> = HashMap::new();
        self.inner.registry.with(|links| {
            let unfinished = links.values().map(|link| (link.unfinished(), link)).filter(|(own, _)| *own > 0);
            for (own, link) in unfinished {
                parts.entry(link.principal.account).or_default().push((own, Arc::clone(link)));
            }
        });
        let sum = |of: &[(u64, Arc<Link>)]| of.iter().map(|(own, _)| own).sum::<u64>();
        while parts.values().map(|of| sum(of)).sum::<u64>()
            > self.inner.config.limits.total_unfinished_bytes as u64
        {
            let Some(most) = parts.values_mut().max_by_key(|of| sum(of)) else { return };
            most.sort_unstable_by_key(|(own, _)| *own);
            let Some((bytes, link)) = most.pop() else { return };
            tracing::warn!(
                account = link.principal.account.0,
                bytes,
                "too much memory is taken by messages that have not come to their end"
            );
            self.inner.close(&link, Closing::NoRoom);
        }
    }

    /// What was kept up to this place is known already.
    pub fn follow_from(&self, seen: Position) {
        self.inner.seen.fetch_max(seen.0, Ordering::AcqRel);
    }

    /// Looks for what other servers have kept in the same store. To be called now and then, from a thread that may block,
    /// if there are any.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn poll_store(&self) -> Result<(), StoreError> {
        let seen = Position(self.inner.seen.load(Ordering::Acquire));
        let listed = self.inner.parts.store.since(seen)?;
        if let Some(last) = listed.iter().map(|listed| listed.last).max() {
            self.inner.seen.fetch_max(last.0, Ordering::AcqRel);
            self.inner.senders.foreign(listed);
        }
        Ok(())
    }

    /// Whether changes are being kept.
    pub fn health(&self) -> Health {
        if self.inner.stopping.load(Ordering::Acquire) {
            return Health::Stopped;
        }
        self.inner.registry.health()
    }

    /// Numbers for metrics; those of documents are as of the last tick.
    pub fn counts(&self) -> Counts {
        let (documents, document_bytes) = self.workers.loads();
        let totals = &self.inner.registry.totals;
        Counts {
            connections: self.inner.registry.connections(),
            documents,
            document_bytes,
            outgoing_bytes: totals.outgoing.load(Ordering::Relaxed),
            incoming_bytes: totals.incoming.load(Ordering::Relaxed),
            stashed_bytes: totals.stashed.load(Ordering::Relaxed),
            in_flight: self.inner.in_flight.load(Ordering::Acquire),
        }
    }

    /// Takes nothing more, waits for what is on its way to be durable and acknowledged, closes all connections and ends the
    /// threads. Says whether everything was kept within the time. Blocks.
    pub fn stop(&self, within: Duration) -> bool {
        self.inner.stopping.store(true, Ordering::Release);
        let until = Instant::now() + within;
        self.inner.senders.settle();
        while self.inner.in_flight.load(Ordering::Acquire) > 0 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        let kept = self.inner.in_flight.load(Ordering::Acquire) == 0;
        self.inner.senders.settle();
        for link in self.inner.registry.links() {
            self.inner.close(&link, Closing::Stopping);
        }
        self.workers.stop(&self.inner);
        kept
    }
}

impl Inner {
    fn now(&self) -> i64 {
        (self.config.clock)()
    }

    fn close(&self, link: &Link, why: Closing) {
        if link.close(&self.config.peer, why.clone()) {
            self.parts.witness.note(&Event::Closed { account: link.principal.account, why });
            self.registry.remove(link);
            self.senders.every_shard(|| Input::Left(link.id));
        }
    }

    fn join(&self, link: &Arc<Link>, peer: String) -> Result<(), Closing> {
        let member = Arc::new(link.joins_as(peer));
        // First, so that whoever closes the connection meanwhile finds the peer id to give back.
        let _ = link.member.set(Arc::clone(&member));
        if link.outbox.is_closed() {
            return Err(Closing::Left);
        }
        if let Some(older) = self.registry.claim(&member.peer, link) {
            self.close(&older, Closing::Replaced);
        }
        if member.is_gone() || link.outbox.is_closed() {
            member.leave();
            self.registry.remove(link);
            return Err(Closing::Left);
        }
        link.with_session(|session| session.joined(Arc::clone(&member)));
        let metadata = Metadata { storage: Some(&self.config.storage), ephemeral: false };
        let body = Body::Peer { metadata, version: VERSION };
        let answer = Message { sender: &self.config.peer, target: Some(&member.peer), body };
        link.outbox.push(answer.encode(), self.config.limits.outgoing_bytes);
        let (account, peer) = (link.principal.account, member.peer.clone());
        self.parts.witness.note(&Event::Joined { account, peer });
        Ok(())
    }

    fn receive(&self, link: &Arc<Link>, frame: &[u8]) -> Result<(), Closing> {
        if self.stopping.load(Ordering::Acquire) {
            // Nothing new is taken; the line stays for the acknowledgement of what was.
            return Ok(());
        }
        let (limits, now) = (&self.config.limits, self.now());
        let said = link.with_session(|session| session.receive(frame, now, limits))?;
        if let Said::Join(peer) = said {
            return self.join(link, peer);
        }
        let Some(from) = link.member.get().filter(|member| !member.is_gone()).cloned() else {
            return Err(Closing::Left);
        };
        match said {
            Said::Sync(document, mut incoming) => {
                incoming.held = link.holds(incoming.bytes);
                self.senders.shard(document, Input::Sync { from, document, incoming });
            }
            Said::Ephemeral { document, session, count, data } => {
                self.senders.shard(document, Input::Ephemeral { from, document, session, count, data });
            }
            Said::Join(_) | Said::Nothing => {}
        }
        Ok(())
    }
}

/// One connection. When it is dropped, the peer has left.
pub struct Connection {
    inner: Arc<Inner>,
    link: Arc<Link>,
}

impl Connection {
    /// Its number.
    pub fn id(&self) -> ConnectionId {
        self.link.id
    }

    /// Whether its handshake is done.
    pub fn has_joined(&self) -> bool {
        self.link.member.get().is_some()
    }

    /// Takes a binary frame of the socket. Reads and measures what is in it, so it costs time that grows with the frame.
    ///
    /// # Errors
    /// If the connection is closed by it. `next` gives the rest of what is to be sent, with the reason as its end.
    pub fn receive(&self, frame: &[u8]) -> Result<(), Closing> {
        let taken = self.inner.receive(&self.link, frame);
        if let Err(why) = &taken {
            self.inner.close(&self.link, why.clone());
        }
        taken
    }

    /// Waits until the server has dealt with enough of what this connection sent, and its account has not brought too many changes
    /// (after a `tick`, for that). To be awaited before each frame is read from
    /// the socket: so a fast sender waits, and nothing of it is dropped.
    pub async fn ready(&self) {
        let config = &self.inner.config;
        self.link.until_room(&config.limits, config.clock).await;
    }

    /// Whether it would not have to wait in `ready` now. One that is closed waits for nothing.
    pub fn has_room(&self) -> bool {
        let config = &self.inner.config;
        self.link.is_gone() || !self.link.waits(&config.limits, (config.clock)())
    }

    /// Done when it is closed so that nothing more of what waits is sent. For the one who writes to the socket.
    pub async fn let_go(&self) {
        self.link.outbox.let_go().await;
    }

    /// What was given to send has left the memory. Until it is said it counts as waiting.
    pub fn sent(&self) {
        self.link.outbox.sent();
    }

    /// The next thing to do with the socket.
    pub async fn next(&self) -> Outgoing {
        self.link.outbox.next().await
    }

    /// The same, if there is something now.
    pub fn try_next(&self) -> Option<Outgoing> {
        self.link.outbox.try_next()
    }

    /// Closes it from this side, for example because its session has ended.
    pub fn close(&self, why: Closing) {
        self.inner.close(&self.link, why);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.inner.close(&self.link, Closing::Left);
    }
}
