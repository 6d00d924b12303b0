//! A delivery from its arrival until it is durable: sorted, judged, on its way to the store, and answered.

use std::sync::Arc;

use automerge::Automerge;
use automerge::Change;

use super::Body;
use super::Context;
use super::Document;
use super::admit::Claim;
use super::admit::Created;
use super::body;
use super::body::Loaded;
use super::peer::Fresh;
use super::peer::Peer;
use super::stash::LOOSE;
use crate::access::Refusal;
use crate::access::Rules;
use crate::effect::Effect;
use crate::effect::Member;
use crate::incoming::Incoming;
use crate::refusals;
use crate::store::Receipt;
use crate::witness::Event;

/// Why the store kept nothing of a delivery, and will not as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// An actor is another account's.
    ActorTaken,
    /// A change is not its actor's next.
    OutOfOrder,
    /// The account has created as many documents as it may.
    TooManyDocuments,
    /// What the store has of the document is damaged.
    Damaged,
    /// Another server was faster: the delivery must be judged again.
    Overtaken,
}

impl NotKept {
    /// What its author is told, unless it is judged again.
    fn refusal(self) -> Option<Refusal> {
        match self {
            Self::ActorTaken => Some(refusals::actor_taken()),
            Self::OutOfOrder => Some(refusals::actor_sequence()),
            Self::TooManyDocuments => Some(refusals::too_many_documents()),
            Self::Damaged => Some(refusals::damaged()),
            Self::Overtaken => None,
        }
    }
}

/// A delivery on its way to the store.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) member: Arc<Member>,
    incoming: Incoming,
    changes: Vec<Change>,
    created: Option<Box<Created>>,
}

impl Document {
    /// The store has kept the delivery that was on its way, or never will.
    pub fn kept(&mut self, result: Result<Vec<Receipt>, NotKept>, context: &mut Context<'_>) {
        let Some(flight) = self.flight.take() else { return };
        self.used = context.now;
        match result {
            Ok(receipts) => self.durable(flight, &receipts, context),
            Err(why) => match why.refusal() {
                Some(refusal) => self.not_durable(flight, refusal, context),
                None => self.again(flight),
            },
        }
        self.resume(context);
    }

    fn not_durable(&mut self, flight: Flight, refusal: Refusal, context: &mut Context<'_>) {
        if let Body::Here(here) = &mut self.body {
            here.fall_back();
        }
        self.overtaken = false;
        self.tell(Rules::read_again, context);
        self.refuse(&flight.member, refusal, context);
        self.absorb(&flight.member, flight.incoming, context);
    }

    /// Has the document read once more, and the delivery judged with what is found.
    fn again(&mut self, flight: Flight) {
        let Flight { member, mut incoming, changes, .. } = flight;
        incoming.changes = Ok(changes);
        self.waiting.push_front((member, incoming));
        self.body = Body::Away;
        self.fresh = None;
        (self.overtaken, self.untold) = (false, true);
    }

    fn durable(&mut self, flight: Flight, receipts: &[Receipt], context: &mut Context<'_>) {
        let Flight { member, incoming, changes, created } = flight;
        let last = receipts.iter().map(|receipt| receipt.position).max().unwrap_or_default();
        context.effects.push(Effect::Note(Event::Kept {
            document: self.id,
            account: member.principal.account,
            changes: changes.len(),
            last,
            created: created.is_some(),
        }));
        self.remember(member.principal.account, context);
        match (&mut self.body, created) {
            (Body::Here(here), _) => {
                here.since_snapshot += changes.len();
                here.last = here.last.max(last);
                self.fresh.get_or_insert_with(|| Fresh::new(here.durable.get_heads())).add(&changes);
                if here.advance(&changes).is_err() {
                    self.body = Body::Away;
                } else if here.since_snapshot >= context.limits.snapshot_after {
                    here.since_snapshot = 0;
                    context.effects.push(Effect::Compact(self.id));
                }
            }
            (body, Some(created)) => {
                let Created { key, document } = *created;
                let mut here = Loaded::new(document, last);
                here.since_snapshot = changes.len();
                *body = Body::Here(Box::new(here));
                self.key = Some(key);
                self.appeared(context);
            }
            (Body::Away | Body::Absent | Body::Unread(_), None) => {}
        }
        // What the rules were told meanwhile was without this delivery.
        let overtaken = std::mem::take(&mut self.overtaken);
        self.tell(if overtaken { Rules::read_again } else { Rules::kept }, context);
        self.everybody_due();
        self.absorb(&member, incoming, context);
    }

    pub(super) fn deliver(
        &mut self,
        member: Arc<Member>,
        changes: Vec<Change>,
        mut incoming: Incoming,
        context: &mut Context<'_>,
    ) {
        let Some(peer) = self.peers.get_mut(&member.id) else { return };
        let mut changes = changes;
        let stashed = !peer.stash.is_empty();
        changes.append(&mut peer.stash.take());
        let all = changes.len();
        let base = match &self.body {
            Body::Here(here) if peer.sees() => &here.durable,
            _ => context.nothing,
        };
        let sorted = body::sort(base, changes);
        let known = (all - sorted.ready.len() - sorted.orphans.len()) as u64;
        if known > 0 {
            let account = member.principal.account;
            context.effects.push(Effect::Known { account, changes: known });
        }
        let few = sorted.orphans.len() as u64 <= context.limits.changes_per_message;
        let stashing = match few {
            true => peer.stash.put(sorted.orphans, context.limits),
            false => Err(refusals::too_large(LOOSE)),
        };
        if let Err(refusal) = stashing {
            self.refuse(&member, refusal, context);
            return self.absorb(&member, incoming, context);
        }
        let whole = incoming.whole.take().filter(|_| !stashed && peer.stash.is_empty());
        if sorted.ready.is_empty() {
            return self.absorb(&member, incoming, context);
        }
        match self.admit(&member, &sorted.ready, whole, context) {
            Ok(created) => {
                self.flight = Some(Flight { member, incoming, changes: sorted.ready, created });
            }
            Err(refusal) => {
                self.refuse(&member, refusal, context);
                self.absorb(&member, incoming, context);
            }
        }
    }

    fn admit(
        &mut self,
        member: &Member,
        changes: &[Change],
        whole: Option<Box<Automerge>>,
        context: &mut Context<'_>,
    ) -> Result<Option<Box<Created>>, Refusal> {
        let key = self.key.as_deref().unwrap_or_default();
        let last = self.last().unwrap_or_default();
        let claim = Claim { id: self.id, key, principal: &member.principal, last };
        let sees = self.peers.get(&member.id).is_some_and(Peer::sees);
        let (append, created) = match &mut self.body {
            Body::Here(here) if sees => (claim.extend(here, changes, context)?, None),
            Body::Absent => {
                let (append, created) = claim.create(changes, whole, context)?;
                (append, Some(Box::new(created)))
            }
            _ => {
                // It exists and is hidden: whoever may not create it learns that, and nobody who may is here.
                claim.create(changes, whole, context)?;
                return Err(refusals::forbidden());
            }
        };
        context.effects.push(Effect::Keep { append, creates: created.is_some() });
        Ok(created)
    }
}
