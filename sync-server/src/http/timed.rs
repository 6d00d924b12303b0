//! A store whose commits are timed.

use std::sync::Arc;
use std::time::Instant;

use automerge::ActorId;

use super::metrics::Meters;
use crate::DocumentId;
use crate::access::AccountId;
use crate::store::Append;
use crate::store::Clock;
use crate::store::Listed;
use crate::store::Position;
use crate::store::Receipt;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Stored;

pub(super) struct Timed {
    store: Arc<dyn Store>,
    meters: Arc<Meters>,
}

impl Timed {
    pub(super) fn new(store: Arc<dyn Store>, meters: Arc<Meters>) -> Self {
        Self { store, meters }
    }
}

impl Store for Timed {
    fn load(&self, document: DocumentId) -> Result<Option<Stored>, StoreError> {
        self.store.load(document)
    }

    fn append(
        &self,
        now: Clock<'_>,
        group: &[Append],
    ) -> Result<Vec<Result<Vec<Receipt>, StoreError>>, StoreError> {
        let begin = Instant::now();
        let result = self.store.append(now, group);
        self.meters.commit(begin.elapsed(), result.is_ok());
        result
    }

    fn snapshot(&self, document: DocumentId, upto: Position, bytes: &[u8]) -> Result<(), StoreError> {
        self.store.snapshot(document, upto, bytes)
    }

    fn owner(&self, document: DocumentId, actor: &ActorId) -> Result<Option<AccountId>, StoreError> {
        self.store.owner(document, actor)
    }

    fn created(&self, account: AccountId) -> Result<u64, StoreError> {
        self.store.created(account)
    }

    fn key(&self, document: DocumentId) -> Result<Option<String>, StoreError> {
        self.store.key(document)
    }

    fn receipts(&self, document: DocumentId) -> Result<Vec<Receipt>, StoreError> {
        self.store.receipts(document)
    }

    fn list(&self) -> Result<Vec<Listed>, StoreError> {
        self.store.list()
    }

    fn since(&self, after: Position) -> Result<Vec<Listed>, StoreError> {
        self.store.since(after)
    }
}
