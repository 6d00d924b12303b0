//! Whether changes may enter a document. Nothing here keeps them: what comes out goes to the store first.

use automerge::Automerge;
use automerge::Change;

use super::Context;
use super::body;
use super::body::Loaded;
use super::body::Misfit;
use crate::DocumentId;
use crate::access::Access;
use crate::access::Delivery;
use crate::access::Principal;
use crate::access::Refusal;
use crate::incoming::guarded;
use crate::refusals;
use crate::store::Append;
use crate::store::NewChange;
use crate::store::Position;

/// Where changes want to go, and whose they are.
pub(super) struct Claim<'a> {
    pub(super) id: DocumentId,
    /// Its key, if it exists.
    pub(super) key: &'a str,
    pub(super) principal: &'a Principal,
    /// Place of its last change here.
    pub(super) last: Position,
}

/// A document that does not exist yet, as its first delivery makes it.
#[derive(Debug)]
pub(super) struct Created {
    pub(super) key: String,
    pub(super) document: Automerge,
}

impl Claim<'_> {
    /// May these changes follow what the document has?
    pub(super) fn extend(
        &self,
        loaded: &mut Loaded,
        changes: &[Change],
        context: &Context<'_>,
    ) -> Result<Append, Refusal> {
        let admitted = loaded.try_ahead(changes).map_err(misfit).and_then(|(before, after)| {
            self.admit(self.key, (Some(before), after), changes, context)?;
            Ok(self.append(self.key, changes, context))
        });
        if admitted.is_err() {
            loaded.fall_back();
        }
        admitted
    }

    /// May these changes begin the document? Whoever may not gets the same answer when it exists and is hidden.
    pub(super) fn create(
        &self,
        changes: &[Change],
        whole: Option<Box<Automerge>>,
        context: &Context<'_>,
    ) -> Result<(Append, Created), Refusal> {
        let document = body::begin(changes, whole.map(|whole| *whole)).map_err(misfit)?;
        let key = ruled(|| context.rules.key(self.id, &document))?;
        let writes = context.rules.access(self.principal, &key) == Access::ReadWrite;
        if !writes && !context.may_bring(self.principal, &key) {
            return Err(refusals::forbidden());
        }
        self.admit(&key, (None, &document), changes, context)?;
        let append = self.append(&key, changes, context);
        Ok((append, Created { key, document }))
    }

    fn admit(
        &self,
        key: &str,
        (before, after): (Option<&Automerge>, &Automerge),
        changes: &[Change],
        context: &Context<'_>,
    ) -> Result<(), Refusal> {
        let from = (!context.restoring).then_some(self.principal);
        let delivery = Delivery { id: self.id, key, from, before, after, changes };
        ruled(|| context.rules.admit(&delivery))
    }

    fn append(&self, key: &str, changes: &[Change], context: &Context<'_>) -> Append {
        let kept = changes.iter().map(|change| NewChange {
            hash: change.hash(),
            actor: change.actor_id().clone(),
            seq: change.seq(),
            bytes: change.raw_bytes().to_vec(),
            binds: !context.restoring && !context.rules.is_common(self.id, key, change),
        });
        Append {
            document: self.id,
            key: key.to_owned(),
            account: Some(self.principal.account),
            judged: Some(self.last),
            changes: kept.collect(),
        }
    }
}

/// Asks the application. Should it panic over a delivery, that delivery is refused and the server goes on.
fn ruled<T>(ask: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    guarded(|| Some(ask())).unwrap_or_else(|| Err(refusals::unreadable()))
}

fn misfit(misfit: Misfit) -> Refusal {
    match misfit {
        Misfit::Sequence => refusals::actor_sequence(),
        Misfit::Operations => refusals::operation_numbers(),
        Misfit::Unreadable => refusals::unreadable(),
    }
}
