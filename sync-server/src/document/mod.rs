//! One document and the connections that have asked for it, as a state machine: messages and results come in, effects go
//! out. A document takes one delivery at a time: it goes ahead, to the store, and only when it is durable there into the
//! document that sync messages are made from. Deliveries that come meanwhile wait in their order.

mod admit;
mod body;
mod damage;
mod flight;
mod peer;
mod reading;
mod stash;
mod unread;
mod view;

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;

use automerge::Automerge;

use crate::DocumentId;
use crate::access::Principal;
use crate::access::Rules;
use crate::effect::ConnectionId;
use crate::effect::Effect;
use crate::effect::Member;
use crate::incoming::Incoming;
use crate::limits::Limits;
use crate::reader::Depth;
use crate::store::Position;
use body::Loaded;
use damage::Damage;
pub use damage::NotRead;
use flight::Flight;
pub use flight::NotKept;
use peer::Fresh;
use peer::Peer;
pub use unread::Unread;

/// Changes without a snapshot that a document may leave memory with, and that are passed on one by one: fewer are not worth two
/// commits, more are several times as many bytes as a document that Automerge saves.
const LOOSE: usize = 16;

/// What a document needs from around it for one step.
pub struct Context<'a> {
    /// The application's rules.
    pub rules: &'a dyn Rules,
    /// The limits.
    pub limits: &'a Limits,
    /// The server's peer id.
    pub server: &'a str,
    /// Unix milliseconds.
    pub now: i64,
    /// Whether clients bring again what others wrote, after a restore.
    pub restoring: bool,
    /// Stands for every document that does not exist.
    pub nothing: &'a Automerge,
    /// What is to be done.
    pub effects: &'a mut Vec<Effect>,
}

impl Context<'_> {
    /// Whether somebody may bring what others wrote, also without writing otherwise.
    fn may_bring(&self, principal: &Principal, key: &str) -> bool {
        self.restoring && self.rules.may_bring(principal, key)
    }
}

/// A document that was read from the store.
#[derive(Debug)]
pub struct Read {
    /// Its key.
    pub key: String,
    /// It.
    pub content: Content,
    /// Place of its last change.
    pub last: Position,
    /// Changes that no snapshot holds.
    pub loose: usize,
}

/// As much of a document as was read.
#[derive(Debug)]
pub enum Content {
    /// Its bytes.
    Bytes(Unread),
    /// All of it.
    Whole(Box<Automerge>),
}

#[derive(Debug)]
enum Body {
    /// Not in memory.
    Away,
    /// The store has nothing of it.
    Absent,
    Unread(Box<Unread>),
    Here(Box<Loaded>),
}

/// One document.
#[derive(Debug)]
pub struct Document {
    id: DocumentId,
    /// Known from when it was first in memory.
    key: Option<String>,
    body: Body,
    /// What has been asked of the store and not answered.
    asked: Option<Depth>,
    /// Whether the store could not answer. It is not asked again before time has passed.
    failed: bool,
    /// Whether what the store has of it is damaged.
    damage: Option<Damage>,
    /// Up to which place another process has kept something that is not in what is in memory.
    behind: Option<Position>,
    /// Up to which place the rules were told what it is.
    told: Position,
    /// Whether they must be told anew.
    untold: bool,
    /// Whether another process's changes were merged while a delivery was on its way.
    overtaken: bool,
    peers: HashMap<ConnectionId, Peer>,
    waiting: VecDeque<(Arc<Member>, Incoming)>,
    flight: Option<Flight>,
    fresh: Option<Fresh>,
    used: i64,
}

impl Document {
    /// A document of which nothing is known yet.
    pub fn new(id: DocumentId, now: i64) -> Self {
        Self {
            id,
            key: None,
            body: Body::Away,
            asked: None,
            failed: false,
            damage: None,
            behind: None,
            told: Position::default(),
            untold: false,
            overtaken: false,
            peers: HashMap::new(),
            waiting: VecDeque::new(),
            flight: None,
            fresh: None,
            used: now,
        }
    }

    /// A message of a connection.
    pub fn receive(&mut self, member: Arc<Member>, incoming: Incoming, context: &mut Context<'_>) {
        self.used = context.now;
        // What one connection says is dealt with in its order.
        let waits = match &self.body {
            Body::Away => true,
            Body::Unread(_) => !self.suffices(&member, &incoming) || self.is_behind(member.id),
            Body::Absent | Body::Here(_) => {
                self.flight.is_some() && (incoming.carried || self.is_behind(member.id))
            }
        };
        if waits {
            self.waiting.push_back((member, incoming));
            self.call(context);
        } else {
            self.take(member, incoming, context);
        }
    }

    /// Whether as much of the document is in memory as a message needs.
    fn suffices(&self, member: &Member, incoming: &Incoming) -> bool {
        match &self.body {
            Body::Away => false,
            Body::Unread(unread) => {
                unread.answers(incoming) && self.peers.get(&member.id).is_none_or(Peer::is_plain)
            }
            Body::Absent | Body::Here(_) => true,
        }
    }

    fn is_behind(&self, connection: ConnectionId) -> bool {
        let flies = self.flight.as_ref().is_some_and(|flight| flight.member.id == connection);
        flies || self.waiting.iter().any(|(member, _)| member.id == connection)
    }

    /// Deals with a message now.
    fn take(&mut self, member: Arc<Member>, mut incoming: Incoming, context: &mut Context<'_>) {
        if member.is_gone() {
            return;
        }
        self.open(&member, context);
        let Some(peer) = self.peers.get_mut(&member.id) else { return };
        if incoming.carried && !peer.state.read_only {
            match std::mem::replace(&mut incoming.changes, Ok(Vec::new())) {
                Ok(changes) => return self.deliver(member, changes, incoming, context),
                Err(refusal) => self.refuse(&member, refusal, context),
            }
        }
        self.absorb(&member, incoming, context);
    }

    /// Takes what waits, as far as it is in memory what each needs, until something is on its way again. What is needed beyond that
    /// shows when the messages are made that have come due.
    fn resume(&mut self, context: &mut Context<'_>) {
        if matches!(self.body, Body::Unread(_)) {
            // Whoever needs only the bytes does not wait for those who need all.
            for (member, incoming) in std::mem::take(&mut self.waiting) {
                if self.suffices(&member, &incoming) && !self.is_behind(member.id) {
                    self.take(member, incoming, context);
                } else {
                    self.waiting.push_back((member, incoming));
                }
            }
        }
        while self.flight.is_none()
            && matches!(self.body, Body::Absent | Body::Here(_))
            && let Some((member, incoming)) = self.waiting.pop_front()
        {
            self.take(member, incoming, context);
        }
    }

    /// When it was last used.
    pub const fn used(&self) -> i64 {
        self.used
    }

    /// Bytes of memory, estimated.
    pub fn weight(&self) -> usize {
        match &self.body {
            Body::Away | Body::Absent => 0,
            Body::Unread(unread) => size_of::<Unread>() + unread.bytes.len(),
            Body::Here(here) => here.weight(),
        }
    }

    /// Whether nothing of it is on its way or waits, so that it can leave memory.
    pub fn is_at_rest(&self) -> bool {
        self.flight.is_none()
            && self.asked.is_none()
            && self.behind.is_none()
            && !self.untold
            && self.waiting.is_empty()
            && self.peers.values().all(|peer| !peer.due)
    }

    /// Lets it leave memory. It is all in the store. A snapshot of many loose changes is asked for then: nobody waits for it,
    /// and the next who wants the document, perhaps after a restart, reads it in a third of the time.
    pub fn unload(&mut self, effects: &mut Vec<Effect>) {
        if self.is_at_rest() {
            if matches!(&self.body, Body::Here(here) if here.since_snapshot >= LOOSE) {
                effects.push(Effect::Compact(self.id));
            }
            self.body = Body::Away;
        }
    }

    /// Whether it can be forgotten altogether. That it is damaged is not, or it would be read for each who comes.
    pub fn is_forgotten(&self) -> bool {
        self.damage.is_none()
            && self.peers.is_empty()
            && self.is_at_rest()
            && matches!(self.body, Body::Away | Body::Absent)
    }

    /// Place of its last change, if it is in memory.
    pub fn last(&self) -> Option<Position> {
        match &self.body {
            Body::Away | Body::Absent => None,
            Body::Unread(unread) => Some(unread.last),
            Body::Here(here) => Some(here.last),
        }
    }
}

/// A change, for the tests of the parts.
#[cfg(test)]
fn edit(document: &mut Automerge, value: i64) {
    use automerge::transaction::Transactable;

    let mut transaction = document.transaction();
    transaction.put(automerge::ROOT, "x", value).unwrap();
    transaction.commit();
}
