//! A document that the store cannot read: who brings something is told, nobody waits for it, and it is read again ever more seldom.

use std::sync::Arc;

use super::Body;
use super::Context;
use super::Document;
use super::unread::Sight;
use super::view::send;
use crate::DocumentId;
use crate::access::Access;
use crate::effect::Effect;
use crate::effect::Member;
use crate::incoming::Incoming;
use crate::refusals;
use crate::store::Store;
use crate::store::StoreError;
use crate::wire::Body as Says;
use crate::witness::Event;

/// Milliseconds before a damaged document is read again, the first time; twice as long each time after.
const FIRST_PAUSE: i64 = 10_000;
/// And at most.
const LONGEST_PAUSE: i64 = 600_000;

/// Why the store did not read a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRead {
    /// It fails, perhaps for a while; that was noted where it arose.
    Unavailable,
    /// What it has of the document is damaged.
    Damaged {
        /// Its words.
        what: String,
        /// The document's key, if the store can tell that.
        key: Option<String>,
    },
}

impl NotRead {
    /// What an error means for a document.
    pub fn of(error: &StoreError, store: &dyn Store, document: DocumentId) -> Self {
        match error {
            StoreError::Damaged { .. } => {
                Self::Damaged { what: error.to_string(), key: store.key(document).ok().flatten() }
            }
            _ => Self::Unavailable,
        }
    }
}

/// What is known of the damage.
#[derive(Debug)]
pub(super) struct Damage {
    pause: i64,
    until: i64,
}

impl Damage {
    /// Whether it is too early to read the document again.
    pub(super) const fn rests(&self, now: i64) -> bool {
        now < self.until
    }
}

impl Document {
    /// What the store has of it is damaged. That is noted once.
    pub(super) fn damaged(&mut self, what: String, key: Option<String>, context: &mut Context<'_>) {
        let pause = match &self.damage {
            Some(damage) if damage.rests(context.now) => damage.pause,
            Some(damage) => damage.pause.saturating_mul(2).min(LONGEST_PAUSE),
            None => {
                context.effects.push(Effect::Note(Event::Damaged { what }));
                FIRST_PAUSE
            }
        };
        self.damage = Some(Damage { pause, until: context.now.saturating_add(pause) });
        // Bytes that make no whole document are passed on to nobody.
        if matches!(self.body, Body::Unread(_)) {
            self.body = Body::Away;
        }
        self.key = self.key.take().or(key);
        self.call(context);
    }

    /// Answers those who wait for it while it cannot be read.
    pub(super) fn answer_without(&mut self, context: &mut Context<'_>) {
        if matches!(self.body, Body::Away) {
            for (member, incoming) in std::mem::take(&mut self.waiting) {
                self.answer_one_without(&member, incoming, context);
            }
        }
    }

    /// What it brings is refused, once. To who has nothing the document is not to be had; who has a copy is told that nothing is
    /// here, since only then it sends what it has, and can be told why that is not taken.
    fn answer_one_without(&mut self, member: &Arc<Member>, incoming: Incoming, context: &mut Context<'_>) {
        if member.is_gone() {
            return;
        }
        self.open(member, context);
        let hidden = self.is_hidden_from(member, context);
        let brings = incoming.carried && self.peers.get(&member.id).is_some_and(|peer| !peer.state.read_only);
        if brings {
            let refusal = if hidden { refusals::forbidden() } else { refusals::damaged() };
            self.refuse(member, refusal, context);
        }
        let Some(peer) = self.peers.get_mut(&member.id) else { return };
        let asks = incoming.message.as_ref().is_some_and(|message| message.heads.is_empty());
        let only_asks = asks && !incoming.carried;
        if let Some(message) = incoming.message.filter(|_| !only_asks || peer.sees()) {
            peer.absorb(Sight::Whole(context.nothing), message);
        }
        if only_asks {
            send(peer, Says::Unavailable { document: self.id }, context);
        } else if let Some(data) = peer.generate(context.nothing, None) {
            send(peer, Says::Sync { document: self.id, data: &data }, context);
        }
    }

    /// Whether somebody is not to learn that it exists. As long as its key is not known, what is written goes before.
    fn is_hidden_from(&self, member: &Member, context: &Context<'_>) -> bool {
        self.key.as_deref().is_some_and(|key| {
            context.rules.access(&member.principal, key) == Access::None
                && !context.may_bring(&member.principal, key)
        })
    }
}
