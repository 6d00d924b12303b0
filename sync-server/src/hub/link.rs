//! A connection as the hub's threads see it.

use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use tokio::sync::Notify;

use super::arrived::Arrived;
use super::outbox::Outbox;
use super::outbox::Waiting;
use super::totals::Totals;
use crate::access::Principal;
use crate::effect::Closing;
use crate::effect::ConnectionId;
use crate::effect::Member;
use crate::incoming::Held;
use crate::limits::Limits;
use crate::limits::Quota;
use crate::session::Session;
use crate::wire::Body;
use crate::wire::Message;

/// What the connections of one account have in common.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) quota: Arc<Mutex<Quota>>,
    pub(super) waiting: Arc<Waiting>,
    /// Bytes of changes that lack what they depend on.
    stashed: Arc<AtomicUsize>,
    /// Bytes that they have sent and that are not dealt with.
    pending: AtomicUsize,
    /// Told when these become fewer.
    room: Notify,
    totals: Arc<Totals>,
}

impl Share {
    pub(super) fn new(limits: &Limits, now: i64, totals: &Arc<Totals>) -> Self {
        Self {
            quota: Arc::new(Mutex::new(Quota::new(limits, now))),
            waiting: Arc::new(Waiting::new(totals)),
            stashed: Arc::default(),
            pending: AtomicUsize::new(0),
            room: Notify::new(),
            totals: Arc::clone(totals),
        }
    }

    fn add(&self, bytes: usize) {
        self.pending.fetch_add(bytes, Ordering::AcqRel);
        self.totals.incoming.fetch_add(bytes, Ordering::AcqRel);
    }

    fn less(&self, bytes: usize) {
        self.pending.fetch_sub(bytes, Ordering::AcqRel);
        self.totals.incoming.fetch_sub(bytes, Ordering::AcqRel);
        self.room.notify_waiters();
    }
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) id: ConnectionId,
    pub(super) principal: Principal,
    pub(super) outbox: Outbox,
    share: Arc<Share>,
    pub(super) member: OnceLock<Arc<Member>>,
    session: Mutex<Session>,
    /// Bytes that it has sent and that are not dealt with.
    pending: AtomicUsize,
    room: Notify,
    arrived: Arc<Arrived>,
}

impl Link {
    pub(super) fn new(
        id: ConnectionId,
        principal: Principal,
        session: Session,
        share: Arc<Share>,
        arrived: Arc<Arrived>,
    ) -> Self {
        Self {
            id,
            principal,
            outbox: Outbox::new(Arc::clone(&share.waiting)),
            share,
            member: OnceLock::new(),
            session: Mutex::new(session),
            pending: AtomicUsize::new(0),
            room: Notify::new(),
            arrived,
        }
    }

    pub(super) fn with_session<T>(&self, step: impl FnOnce(&mut Session) -> T) -> T {
        step(&mut self.session.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who has joined by it, with this peer id.
    pub(super) fn joins_as(&self, peer: String) -> Member {
        Member::new(self.id, peer, self.principal.clone())
            .counted([&self.share.stashed, &self.share.totals.stashed].map(Arc::clone))
    }

    pub(super) fn is_gone(&self) -> bool {
        self.member.get().is_some_and(|member| member.is_gone())
    }

    /// Ends it with words to the peer. Says whether it was open.
    pub(super) fn close(&self, server: &str, why: Closing) -> bool {
        if let Some(member) = self.member.get() {
            member.leave();
        }
        let words = why.to_string();
        let target = self.member.get().map_or("", |member| member.peer.as_str());
        let error = Message { sender: server, target: Some(target), body: Body::Error { message: &words } };
        let told = (why != Closing::Left).then(|| error.encode());
        // What waits for a peer that is let go takes memory for nothing; it asks again for what it lacks.
        let dropped = why != Closing::Stopping;
        self.room.notify_one();
        let was_open = self.outbox.close(why, told, dropped);
        // It may have joined meanwhile; whoever joins later sees that it is closed.
        if let Some(member) = self.member.get() {
            member.leave();
        }
        was_open
    }

    /// Bytes that it has sent are in memory until what is returned is dropped.
    pub(super) fn holds(self: &Arc<Self>, bytes: usize) -> Held {
        self.pending.fetch_add(bytes, Ordering::AcqRel);
        self.share.add(bytes);
        let link = Arc::clone(self);
        Held::new(move || {
            link.pending.fetch_sub(bytes, Ordering::AcqRel);
            link.share.less(bytes);
            link.wake();
        })
    }

    /// Bytes of a message of which the rest has not arrived.
    pub(super) fn unfinished(&self) -> u64 {
        self.arrived.unfinished()
    }

    /// Has it look again whether it may go on.
    pub(super) fn wake(&self) {
        self.room.notify_one();
    }

    /// Waits until no more is pending than may be and the account has not brought too much, or it is closed. Whoever waits for
    /// what others have sent looks again after a tick.
    pub(super) async fn until_room(&self, limits: &Limits, clock: fn() -> i64) {
        loop {
            let mut others = pin!(self.share.room.notified());
            // Before looking, so that nothing is missed between the two.
            others.as_mut().enable();
            if !self.waits(limits, clock()) || self.is_gone() {
                return;
            }
            tokio::select! {
                () = self.room.notified() => {}
                () = others => {}
            }
        }
    }

    /// Who has not joined has brought nothing, and may always do so.
    pub(super) fn waits(&self, limits: &Limits, now: i64) -> bool {
        let too_much = || {
            let overdrawn = self.with_session(|session| session.is_overdrawn(now));
            let all = self.share.totals.incoming.load(Ordering::Acquire);
            let own = self.share.pending.load(Ordering::Acquire);
            overdrawn || own > limits.account_incoming_bytes || all > limits.total_incoming_bytes
        };
        self.pending.load(Ordering::Acquire) > limits.incoming_bytes
            || self.member.get().is_some() && too_much()
    }
}
