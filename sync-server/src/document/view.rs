//! What each connection is shown of a document: by access, by refusal, and by what has changed.

use std::collections::HashSet;
use std::sync::Arc;

use super::Body;
use super::Context;
use super::Document;
use super::peer::NotEnough;
use super::peer::Peer;
use super::unread::Sight;
use crate::access::Access;
use crate::access::AccountId;
use crate::access::Refusal;
use crate::effect::ConnectionId;
use crate::effect::Effect;
use crate::effect::Member;
use crate::incoming::Incoming;
use crate::refusals;
use crate::wire::Body as Says;
use crate::wire::Message;
use crate::witness::Event;

impl Document {
    /// The connection has asked for the document from now on.
    pub(super) fn open(&mut self, member: &Arc<Member>, context: &Context<'_>) {
        if self.peers.contains_key(&member.id) {
            return;
        }
        let key = self.key.as_deref();
        let access = key.map_or(Access::None, |key| context.rules.access(&member.principal, key));
        let brings = key.is_some_and(|key| context.may_bring(&member.principal, key));
        self.peers.insert(member.id, Peer::new(Arc::clone(member), access, brings));
    }

    /// Takes a message without its changes.
    pub(super) fn absorb(&mut self, member: &Arc<Member>, incoming: Incoming, context: &mut Context<'_>) {
        let Some(message) = incoming.message else { return };
        let brings = self.key.as_deref().is_some_and(|key| context.may_bring(&member.principal, key));
        let Some(peer) = self.peers.get_mut(&member.id) else { return };
        let document = match &self.body {
            Body::Here(here) if peer.sees() => Sight::Whole(&here.durable),
            Body::Unread(unread) if peer.sees() => Sight::Unread(unread),
            _ => Sight::Whole(context.nothing),
        };
        let unknown = peer.state.read_only && !document.missing(&message.heads).is_empty();
        let over = peer.refused.is_some() && !unknown && !incoming.carried;
        if over {
            // What was refused is gone from the peer's copy.
            if peer.access == Access::Read && !brings {
                peer.refused = None;
            } else {
                peer.restart(peer.access, brings);
            }
        }
        if !peer.sees() && message.heads.is_empty() && !incoming.carried {
            send(peer, Says::Unavailable { document: self.id }, context);
        } else {
            peer.absorb(document, message);
            if unknown && peer.refused.is_none() && peer.access == Access::Read {
                self.refuse(member, refusals::read_only(), context);
            }
        }
        if over {
            self.remember(member.principal.account, context);
        }
    }

    pub(super) fn refuse(&mut self, member: &Member, refusal: Refusal, context: &mut Context<'_>) {
        if let Some(peer) = self.peers.get_mut(&member.id) {
            peer.refuse(refusal.clone());
        }
        let account = member.principal.account;
        context.effects.push(Effect::Remember { account, document: self.id, refusal: Some(refusal.clone()) });
        context.effects.push(Effect::Note(Event::Refused { document: self.id, account, refusal }));
    }

    /// Has it remembered why changes of an account are not taken: of any of its devices, or of none any more.
    pub(super) fn remember(&self, account: AccountId, context: &mut Context<'_>) {
        let own = self.peers.values().filter(|peer| peer.member.principal.account == account);
        let refusal = own.filter_map(|peer| peer.refused.clone()).next();
        context.effects.push(Effect::Remember { account, document: self.id, refusal });
    }

    pub(super) fn everybody_due(&mut self) {
        for peer in self.peers.values_mut().filter(|peer| peer.sees()) {
            peer.due = true;
        }
    }

    /// What the rules say of the connections may have changed. Who was refused is asked again for what it holds, even if there is
    /// nothing for it to see.
    pub fn access_changed(&mut self, context: &mut Context<'_>) {
        self.regrade(|_| true, context);
    }

    /// The document is there. To those who still may not see it nothing has happened.
    pub(super) fn appeared(&mut self, context: &mut Context<'_>) {
        self.regrade(|access| access != Access::None, context);
    }

    /// Serves each connection by its access from now on. `anew` says with which access those are asked again who were refused.
    fn regrade(&mut self, anew: fn(Access) -> bool, context: &mut Context<'_>) {
        let key = self.key.as_deref();
        let mut over = HashSet::new();
        for peer in self.peers.values_mut() {
            let access = key.map_or(Access::None, |key| context.rules.access(&peer.member.principal, key));
            let brings = key.is_some_and(|key| context.may_bring(&peer.member.principal, key));
            let refused = peer.refused.is_some();
            if access == peer.access && !(refused && anew(access)) {
                continue;
            }
            let withdrawn = peer.sees() && access == Access::None;
            if refused {
                over.insert(peer.member.principal.account);
            }
            if peer.access == Access::ReadWrite && access == Access::Read && !refused {
                peer.access = access;
                if !brings {
                    peer.state.set_read_only(true);
                }
                peer.due = true;
                continue;
            }
            peer.due = access >= Access::Read || refused && !withdrawn;
            peer.restart(access, brings);
            if withdrawn {
                send(peer, Says::Unavailable { document: self.id }, context);
            }
        }
        for account in over {
            self.remember(account, context);
        }
    }

    /// Readers no longer bring what others wrote.
    pub fn restoring_ended(&mut self, _context: &mut Context<'_>) {
        for peer in self.peers.values_mut() {
            if peer.access == Access::Read && !peer.state.read_only {
                peer.state.set_read_only(true);
                peer.due = true;
            }
        }
    }

    /// Makes the messages that have come due.
    pub fn flush(&mut self, context: &mut Context<'_>) {
        for peer in self.peers.values_mut().filter(|peer| peer.due) {
            let fresh = self.fresh.as_ref().filter(|_| peer.sees());
            let message = match &self.body {
                Body::Here(here) if peer.sees() => peer.generate(&here.durable, fresh),
                Body::Unread(unread) if peer.sees() => match peer.answer(unread) {
                    Ok(message) => message,
                    Err(NotEnough) => continue,
                },
                Body::Away if peer.sees() => continue,
                _ => peer.generate(context.nothing, fresh),
            };
            peer.due = false;
            if let Some(data) = message {
                send(peer, Says::Sync { document: self.id, data: &data }, context);
            }
        }
        self.fresh = None;
        self.call(context);
    }

    /// A connection is gone.
    pub fn leave(&mut self, connection: ConnectionId) {
        self.peers.remove(&connection);
    }

    /// Those with the document open who may see it, and may be shown what `from` says of it.
    pub fn audience(&self, from: ConnectionId) -> Vec<Arc<Member>> {
        if !self.peers.get(&from).is_some_and(Peer::sees) {
            return Vec::new();
        }
        let others = self.peers.values().filter(|peer| peer.sees() && peer.member.id != from);
        others.map(|peer| Arc::clone(&peer.member)).collect()
    }
}

pub(super) fn send(peer: &Peer, body: Says<'_>, context: &mut Context<'_>) {
    let message = Message { sender: context.server, target: Some(&peer.member.peer), body };
    context.effects.push(Effect::Send { to: Arc::clone(&peer.member), frame: message.encode() });
}
