//! One document and the connections that have asked for it, as a state machine: messages and results come in, effects go
//! out. A document takes one delivery at a time: it goes ahead, to the store, and only when it is durable there into the
//! document that sync messages are made from. Deliveries that come meanwhile wait in their order.

mod admit;
mod body;
mod flight;
mod peer;
mod unread;
mod view;

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;

use automerge::Automerge;

use crate::DocumentId;
use crate::access::Rules;
use crate::effect::ConnectionId;
use crate::effect::Effect;
use crate::effect::Member;
use crate::incoming::Incoming;
use crate::limits::Limits;
use crate::store::Position;
use body::Loaded;
use flight::Flight;
pub use flight::NotKept;
use peer::Fresh;
use peer::Peer;
pub use unread::Unread;
use view::done;

/// Changes without a snapshot that a document may leave memory with: fewer are not worth two commits.
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
    /// Not in memory; `true` if it has been asked for.
    Away(bool),
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
    /// Whether another process has kept something that could not be merged at once, or that the rules are not told of yet.
    stale: bool,
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
            body: Body::Away(false),
            stale: false,
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
            Body::Away(_) | Body::Unread(_) => !self.waiting.is_empty() || !self.suffices(&member, &incoming),
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
            Body::Away(_) => false,
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

    /// What the store has of the document, asked for or changed by another server.
    pub fn loaded(&mut self, read: Option<Box<Read>>, context: &mut Context<'_>) {
        match (&mut self.body, read) {
            (Body::Away(_), None) => self.body = Body::Absent,
            (Body::Absent, Some(_)) if self.flight.is_some() => self.stale = true,
            (Body::Away(_) | Body::Absent | Body::Unread(_), Some(read)) => self.appear(*read, context),
            (Body::Here(here), Some(read)) => {
                let Content::Whole(document) = read.content else {
                    // Asked for before the document was read for another reason.
                    if read.last > here.last {
                        context.effects.push(Effect::Load(self.id));
                    }
                    return;
                };
                // A delivery on its way was admitted against less. Merging is what Automerge does with both, whichever
                // server has which; only the working copy must be made anew.
                let fresh = body::sort(&here.durable, document.get_changes(&[])).ready;
                here.last = here.last.max(read.last);
                if !fresh.is_empty() {
                    if here.merge(&fresh).is_err() {
                        self.body = Body::Away(false);
                    }
                    self.fresh = None;
                    self.everybody_due();
                    self.overtaken = self.flight.is_some();
                    self.tell(Rules::read_again, context);
                }
            }
            (Body::Absent | Body::Unread(_) | Body::Here(_), None) => {}
        }
        self.resume(context);
    }

    fn appear(&mut self, read: Read, context: &mut Context<'_>) {
        let known = self.key.replace(read.key).is_some();
        self.body = match read.content {
            Content::Bytes(unread) => Body::Unread(Box::new(unread)),
            Content::Whole(document) => {
                let mut here = Loaded::new(*document, read.last);
                here.since_snapshot = read.loose;
                Body::Here(Box::new(here))
            }
        };
        if !known {
            self.access_changed(context);
        }
        // The rules are told once all of it has been read.
        if self.stale && matches!(self.body, Body::Here(_)) {
            self.stale = false;
            self.tell(Rules::read_again, context);
        }
        self.everybody_due();
    }

    /// Tells the rules what the document is now.
    fn tell(&self, how: fn(&dyn Rules, &str, &Automerge) -> bool, context: &mut Context<'_>) {
        if let (Some(key), Body::Here(here)) = (&self.key, &self.body)
            && how(context.rules, key, &here.durable)
        {
            context.effects.push(Effect::AccessChanged);
        }
    }

    /// Takes what waits, until something is on its way again.
    fn resume(&mut self, context: &mut Context<'_>) {
        while self.flight.is_none()
            && let Some((member, incoming)) = self.waiting.pop_front()
        {
            if self.suffices(&member, &incoming) {
                self.take(member, incoming, context);
            } else {
                self.waiting.push_front((member, incoming));
                break;
            }
        }
        if !self.waiting.is_empty() {
            self.call(context);
        }
    }

    /// Another process has changed it, and the rules want to know what it is now.
    pub fn changed_elsewhere(&mut self, context: &mut Context<'_>) {
        self.stale = true;
        match self.body {
            Body::Away(false) => self.call(context),
            // What is being read may be from before; what is read again is merged into it.
            Body::Away(true) | Body::Absent | Body::Unread(_) | Body::Here(_) => {
                context.effects.push(Effect::Load(self.id));
            }
        }
    }

    /// The store could not read it; it is asked again when `retry` is called.
    pub fn not_loaded(&mut self) {
        match &mut self.body {
            Body::Away(asked) => *asked = false,
            Body::Unread(unread) => unread.asked = false,
            Body::Absent | Body::Here(_) => {}
        }
    }

    /// Has it loaded, if something waits for it.
    pub fn retry(&mut self, context: &mut Context<'_>) {
        if self.stale || !self.waiting.is_empty() || self.peers.values().any(|peer| peer.due) {
            self.call(context);
        }
    }

    /// Has it read, if it is not in memory, or not so much of it as is needed.
    fn call(&mut self, context: &mut Context<'_>) {
        let brings = self.waiting.iter().any(|(_, incoming)| incoming.carried);
        match &mut self.body {
            Body::Away(asked @ false) => {
                *asked = true;
                let whole = self.stale || brings;
                context.effects.push(if whole { Effect::Load(self.id) } else { Effect::Look(self.id) });
            }
            Body::Unread(unread) if !unread.asked => {
                unread.asked = true;
                context.effects.push(Effect::Load(self.id));
            }
            Body::Away(true) | Body::Absent | Body::Unread(_) | Body::Here(_) => {}
        }
    }

    /// Deals with a message now.
    fn take(&mut self, member: Arc<Member>, mut incoming: Incoming, context: &mut Context<'_>) {
        if member.is_gone() {
            return done(&member, &incoming, context);
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

    /// When it was last used.
    pub const fn used(&self) -> i64 {
        self.used
    }

    /// Bytes of memory, estimated.
    pub fn weight(&self) -> usize {
        match &self.body {
            Body::Away(_) | Body::Absent => 0,
            Body::Unread(unread) => size_of::<Unread>() + unread.bytes.len(),
            Body::Here(here) => here.weight(),
        }
    }

    /// Whether nothing of it is on its way or waits, so that it can leave memory.
    pub fn is_at_rest(&self) -> bool {
        self.flight.is_none()
            && !self.stale
            && self.waiting.is_empty()
            && self.peers.values().all(|peer| !peer.due)
    }

    /// Lets it leave memory. It is all in the store. A snapshot of many loose changes is asked for then: nobody waits for it,
    /// and the next who wants the document, perhaps after a restart, reads it in a third of the time.
    pub fn unload(&mut self, effects: &mut Vec<Effect>) {
        if self.is_at_rest() && !matches!(self.body, Body::Away(true)) {
            if matches!(&self.body, Body::Here(here) if here.since_snapshot >= LOOSE) {
                effects.push(Effect::Compact(self.id));
            }
            self.body = Body::Away(false);
        }
    }

    /// Whether it can be forgotten altogether.
    pub fn is_forgotten(&self) -> bool {
        self.peers.is_empty() && self.is_at_rest() && matches!(self.body, Body::Away(false) | Body::Absent)
    }

    /// Place of its last change, if it is in memory.
    pub fn last(&self) -> Option<Position> {
        match &self.body {
            Body::Away(_) | Body::Absent => None,
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
