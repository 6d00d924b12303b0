//! Some of the documents, and who has which of them open. One shard is one queue: events come in, effects go out, and nothing
//! else is shared. Which shard a document belongs to follows from its id, so that any number of them can work side by
//! side, in one process or in several.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use automerge::Automerge;

use crate::DocumentId;
use crate::access::Rules;
use crate::document::Context;
use crate::document::Document;
use crate::document::NotKept;
use crate::document::NotRead;
use crate::document::Read;
use crate::effect::ConnectionId;
use crate::effect::Effect;
use crate::effect::Member;
use crate::incoming::Incoming;
use crate::limits::Limits;
use crate::reader::Depth;
use crate::store::Listed;
use crate::store::Receipt;
use crate::wire::Body;
use crate::wire::Message;

/// What stays the same for the life of a shard.
pub struct Terms {
    /// The application's rules.
    pub rules: Arc<dyn Rules>,
    /// The limits.
    pub limits: Limits,
    /// The server's peer id.
    pub server: String,
    /// Whether clients bring again what others wrote, after a restore.
    pub restoring: bool,
    /// How many shards share the limit of loaded bytes.
    pub shards: usize,
}

/// Something that happens to a shard.
#[derive(Debug)]
pub enum Input {
    /// A connection sent a sync message.
    Sync {
        /// Which connection.
        from: Arc<Member>,
        /// About which document.
        document: DocumentId,
        /// The message.
        incoming: Box<Incoming>,
    },
    /// A connection sent an ephemeral message, which nobody has seen yet.
    Ephemeral {
        /// Which connection.
        from: Arc<Member>,
        /// About which document.
        document: DocumentId,
        /// Its session.
        session: String,
        /// Its number.
        count: u64,
        /// What it says.
        data: Vec<u8>,
    },
    /// A connection is gone.
    Left(ConnectionId),
    /// The store has read a document, or has nothing of it.
    Loaded {
        /// Which.
        document: DocumentId,
        /// How much of it was asked for.
        depth: Depth,
        /// What it has.
        read: Result<Option<Box<Read>>, NotRead>,
    },
    /// The store has answered a `Keep`.
    Kept {
        /// Of which document.
        document: DocumentId,
        /// What it kept.
        result: Result<Vec<Receipt>, NotKept>,
    },
    /// The rules may answer otherwise from now on.
    AccessChanged,
    /// Documents in which something was kept, perhaps by another server.
    Foreign(Vec<Listed>),
    /// Clients no longer bring again what others wrote.
    RestoringEnds,
    /// Time passes.
    Tick,
}

/// A shard.
pub struct Shard {
    terms: Terms,
    documents: HashMap<DocumentId, Document>,
    opened: HashMap<ConnectionId, HashSet<DocumentId>>,
    touched: HashSet<DocumentId>,
    nothing: Automerge,
}

impl Shard {
    /// A shard with nothing in it.
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            documents: HashMap::new(),
            opened: HashMap::new(),
            touched: HashSet::new(),
            nothing: Automerge::new(),
        }
    }

    /// Takes an input. Messages to peers that follow from it are made by `flush`, once for many inputs.
    pub fn take(&mut self, now: i64, input: Input, effects: &mut Vec<Effect>) {
        match input {
            Input::Sync { from, document, incoming } => {
                self.opened.entry(from.id).or_default().insert(document);
                self.documents.entry(document).or_insert_with(|| Document::new(document, now));
                self.with(now, document, effects, |document, context| {
                    document.receive(from, *incoming, context);
                });
            }
            Input::Ephemeral { from, document, session, count, data } => {
                let says = Body::Ephemeral { document, count, session: &session, data: &data };
                self.relay(&from, document, &says, effects);
            }
            Input::Left(connection) => self.left(connection),
            Input::Loaded { document, depth, read } => {
                self.with(now, document, effects, |document, context| match read {
                    Ok(read) => document.loaded(depth, read, context),
                    Err(why) => document.not_loaded(depth, why, context),
                });
            }
            Input::Kept { document, result } => {
                self.with(now, document, effects, |document, context| document.kept(result, context));
            }
            Input::AccessChanged => {
                self.with_each(now, effects, Document::access_changed);
            }
            Input::Foreign(listed) => self.foreign(now, &listed, effects),
            Input::RestoringEnds => {
                self.terms.restoring = false;
                self.with_each(now, effects, Document::restoring_ended);
            }
            Input::Tick => self.tick(now, effects),
        }
    }

    /// Makes the messages that have come due.
    pub fn flush(&mut self, now: i64, effects: &mut Vec<Effect>) {
        for id in std::mem::take(&mut self.touched) {
            self.with(now, id, effects, Document::flush);
        }
        self.touched.clear();
    }

    fn with(
        &mut self,
        now: i64,
        id: DocumentId,
        effects: &mut Vec<Effect>,
        step: impl FnOnce(&mut Document, &mut Context<'_>),
    ) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let mut context = Context {
            rules: &*self.terms.rules,
            limits: &self.terms.limits,
            server: &self.terms.server,
            now,
            restoring: self.terms.restoring,
            nothing: &self.nothing,
            effects,
        };
        step(document, &mut context);
        self.touched.insert(id);
    }

    fn with_each(&mut self, now: i64, effects: &mut Vec<Effect>, step: fn(&mut Document, &mut Context<'_>)) {
        for id in self.documents.keys().copied().collect::<Vec<_>>() {
            self.with(now, id, effects, step);
        }
    }

    fn relay(&self, from: &Member, document: DocumentId, says: &Body<'_>, effects: &mut Vec<Effect>) {
        let Some(document) = self.documents.get(&document) else { return };
        for to in document.audience(from.id) {
            let message = Message { sender: &from.peer, target: Some(&to.peer), body: says.clone() };
            let frame = message.encode();
            effects.push(Effect::Send { to, frame });
        }
    }

    fn left(&mut self, connection: ConnectionId) {
        for id in self.opened.remove(&connection).unwrap_or_default() {
            let Some(document) = self.documents.get_mut(&id) else { continue };
            document.leave(connection);
            if document.is_forgotten() {
                self.documents.remove(&id);
            }
        }
    }

    fn foreign(&mut self, now: i64, listed: &[Listed], effects: &mut Vec<Effect>) {
        for listed in listed {
            let matters = self.terms.rules.depend_on(&listed.key);
            if matters {
                self.documents.entry(listed.id).or_insert_with(|| Document::new(listed.id, now));
            }
            self.with(now, listed.id, effects, |document, context| {
                document.changed_elsewhere(listed.last, matters, context);
            });
        }
    }

    fn tick(&mut self, now: i64, effects: &mut Vec<Effect>) {
        self.with_each(now, effects, Document::tick);
        let idle = now.saturating_sub(self.terms.limits.idle);
        self.unload(|document| document.used() <= idle, effects);
        self.lighten(effects);
        self.documents.retain(|_, document| !document.is_forgotten());
    }

    /// Lets the longest idle documents leave memory until what is left has room.
    fn lighten(&mut self, effects: &mut Vec<Effect>) {
        let room = self.terms.limits.loaded_bytes / self.terms.shards.max(1);
        let mut weight = 0_usize;
        let mut by_use: Vec<(i64, usize)> =
            self.documents.values().map(|document| (document.used(), document.weight())).collect();
        by_use.sort_unstable_by_key(|(used, _)| std::cmp::Reverse(*used));
        let last = by_use.iter().find(|(_, own)| {
            weight = weight.saturating_add(*own);
            weight > room
        });
        if let Some(&(used, _)) = last {
            self.unload(|document| document.used() <= used, effects);
        }
    }

    fn unload(&mut self, which: impl Fn(&Document) -> bool, effects: &mut Vec<Effect>) {
        for document in self.documents.values_mut().filter(|document| which(document)) {
            document.unload(effects);
        }
    }

    /// Documents in memory and bytes of them, estimated.
    pub fn load(&self) -> (usize, usize) {
        let weights = self.documents.values().map(Document::weight).filter(|weight| *weight > 0);
        weights.fold((0, 0), |(count, bytes), weight| (count + 1, bytes + weight))
    }
}
