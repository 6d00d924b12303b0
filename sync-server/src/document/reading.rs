//! What is in memory of a document, and what is asked of the store: its bytes or all of it, when nobody here has it, when somebody
//! brings changes, and when another process on the store has kept something.

use automerge::Automerge;

use super::Body;
use super::Content;
use super::Context;
use super::Document;
use super::Loaded;
use super::Read;
use super::body;
use super::damage::NotRead;
use crate::access::Rules;
use crate::effect::Effect;
use crate::reader::Depth;
use crate::store::Position;

impl Document {
    /// What the store has of the document. Two reads can be on their way, and the later one be here first.
    pub fn loaded(&mut self, depth: Depth, read: Option<Box<Read>>, context: &mut Context<'_>) {
        self.answered(depth);
        // Of a damaged document bytes alone are given to nobody.
        let whole = read.as_ref().is_none_or(|read| matches!(read.content, Content::Whole(_)));
        if self.damage.is_some() && !whole {
            return self.call(context);
        }
        let healed = self.damage.take().is_some();
        match (&mut self.body, read) {
            (Body::Away, None) => self.body = Body::Absent,
            (Body::Absent, Some(read)) if self.flight.is_some() => self.behind = Some(read.last),
            (Body::Unread(unread), Some(read)) if read.last < unread.last => {}
            (Body::Away | Body::Absent | Body::Unread(_), Some(read)) => self.appear(*read, context),
            (Body::Here(here), Some(read)) => match read.content {
                Content::Whole(document) => self.merge(&document, read.last, context),
                Content::Bytes(_) if read.last > here.last => self.behind = Some(read.last),
                Content::Bytes(_) => {}
            },
            (Body::Absent | Body::Unread(_) | Body::Here(_), None) => {}
        }
        if healed {
            self.access_changed(context);
        }
        self.catch_up(context);
        self.resume(context);
    }

    fn appear(&mut self, read: Read, context: &mut Context<'_>) {
        let known = self.key.replace(read.key).is_some();
        // Bytes that are replaced by later ones were never shown to the rules.
        self.untold |= self.last().is_some_and(|last| last < read.last);
        self.body = match read.content {
            Content::Bytes(unread) => Body::Unread(Box::new(unread)),
            Content::Whole(document) => {
                let mut here = Loaded::new(*document, read.last);
                here.since_snapshot = read.loose;
                Body::Here(Box::new(here))
            }
        };
        self.fresh = None;
        if !known {
            self.appeared(context);
        }
        self.everybody_due();
    }

    /// A delivery on its way was admitted against less. Merging is what Automerge does with both, whichever server has which;
    /// only the working copy must be made anew.
    fn merge(&mut self, document: &Automerge, last: Position, context: &mut Context<'_>) {
        let Body::Here(here) = &mut self.body else { return };
        let fresh = body::sort(&here.durable, document.get_changes(&[])).ready;
        here.last = here.last.max(last);
        if fresh.is_empty() {
            return;
        }
        if here.merge(&fresh).is_err() {
            self.body = Body::Away;
        }
        self.fresh = None;
        self.everybody_due();
        self.overtaken = self.flight.is_some();
        self.tell(Rules::read_again, context);
    }

    /// Another process has kept something up to a place. `matters` says whether the rules want to know of it even if nobody has
    /// the document open here.
    pub fn changed_elsewhere(&mut self, upto: Position, matters: bool, context: &mut Context<'_>) {
        self.untold |= matters && self.told < upto;
        if self.last().is_none_or(|last| last < upto) {
            self.behind = self.behind.max(Some(upto));
        }
        self.catch_up(context);
        self.call(context);
    }

    /// Notes what has been reached, and tells the rules if all of it is there.
    fn catch_up(&mut self, context: &mut Context<'_>) {
        if self.last().is_some() && self.last() >= self.behind {
            self.behind = None;
        }
        if self.untold && self.behind.is_none() && matches!(self.body, Body::Here(_)) {
            self.tell(Rules::read_again, context);
        }
    }

    /// Tells the rules what the document is now.
    pub(super) fn tell(&mut self, how: fn(&dyn Rules, &str, &Automerge) -> bool, context: &mut Context<'_>) {
        let (Some(key), Body::Here(here)) = (&self.key, &self.body) else { return };
        if how(context.rules, key, &here.durable) {
            context.effects.push(Effect::AccessChanged);
        }
        (self.told, self.untold) = (here.last, false);
    }

    /// The store could not read it; it is asked again when time has passed.
    pub fn not_loaded(&mut self, depth: Depth, why: NotRead, context: &mut Context<'_>) {
        self.answered(depth);
        match why {
            NotRead::Unavailable => self.failed = true,
            NotRead::Damaged { what, key } => self.damaged(what, key, context),
        }
    }

    fn answered(&mut self, depth: Depth) {
        if self.asked == Some(depth) {
            self.asked = None;
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, context: &mut Context<'_>) {
        self.failed = false;
        self.call(context);
    }

    /// Has it read, as far as it is not in memory and something needs it.
    pub(super) fn call(&mut self, context: &mut Context<'_>) {
        let Some(depth) = self.needed() else { return };
        if self.damage.as_ref().is_some_and(|damage| damage.rests(context.now)) {
            return self.answer_without(context);
        }
        let is_more = self.asked.is_none() || self.asked == Some(Depth::Bytes) && depth == Depth::Whole;
        if is_more && !self.failed {
            self.asked = Some(depth);
            context.effects.push(match depth {
                Depth::Bytes => Effect::Look(self.id),
                Depth::Whole => Effect::Load(self.id),
            });
        }
    }

    /// As how much of it something needs it that is not in memory.
    fn needed(&self) -> Option<Depth> {
        let lags = self.behind.is_some() || self.untold;
        let brings = || self.waiting.iter().any(|(_, incoming)| incoming.carried);
        let is_due = || self.peers.values().any(|peer| peer.due && peer.sees());
        match &self.body {
            Body::Away if lags || brings() => Some(Depth::Whole),
            Body::Away if self.damage.is_some() && (!self.waiting.is_empty() || is_due()) => {
                Some(Depth::Whole)
            }
            Body::Away if !self.waiting.is_empty() || is_due() => Some(Depth::Bytes),
            Body::Unread(_) if lags || !self.waiting.is_empty() || is_due() => Some(Depth::Whole),
            Body::Absent if self.behind.is_some() && self.flight.is_none() => Some(Depth::Whole),
            Body::Here(_) if self.behind.is_some() => Some(Depth::Whole),
            Body::Away | Body::Absent | Body::Unread(_) | Body::Here(_) => None,
        }
    }
}
