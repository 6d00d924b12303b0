//! A real store that lives in memory and fails by plan. It keeps every promise of the trait, and forgets nothing in a crash that it
//! had returned as durable.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use automerge::ActorId;
use automerge::ChangeHash;
use niemyet_sync::DocumentId;
use niemyet_sync::access::AccountId;
use niemyet_sync::store::Append;
use niemyet_sync::store::Clock;
use niemyet_sync::store::Listed;
use niemyet_sync::store::Position;
use niemyet_sync::store::Receipt;
use niemyet_sync::store::Store;
use niemyet_sync::store::StoreError;
use niemyet_sync::store::Stored;

/// What goes wrong in a call that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is kept, and the caller is told.
    Full,
    /// The process dies before anything is kept.
    CrashBefore,
    /// The process dies after everything is kept; the caller never learns.
    CrashAfter,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    key: String,
    snapshot: Vec<u8>,
    changes: Vec<(Position, Vec<u8>)>,
    last: Position,
    receipts: Vec<Receipt>,
}

#[derive(Clone, Debug, Default)]
struct State {
    documents: BTreeMap<DocumentId, Kept>,
    owners: HashMap<(DocumentId, ActorId), AccountId>,
    next: u64,
    clock: i64,
    writes: u64,
    /// By the number of the call that writes, from 1.
    plan: BTreeMap<u64, Fault>,
    /// So many calls that read a document fail.
    unreadable: usize,
    /// Every call that writes fails.
    full: bool,
    /// Documents of which nothing can be kept any more.
    damaged: BTreeSet<DocumentId>,
    /// Documents that cannot be read either.
    spoilt: BTreeSet<DocumentId>,
    /// Calls of `load`.
    loads: usize,
    /// Calls of `append` that have come back.
    commits: usize,
    crashed: bool,
}

/// The store.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<State>, Mutex<()>);

impl MemoryStore {
    /// The `n`th call from now that writes goes wrong.
    pub fn plan(&self, n: u64, fault: Fault) {
        let mut state = self.0.lock().unwrap();
        let call = state.writes + n;
        state.plan.insert(call, fault);
    }

    /// The next calls that read a document fail.
    pub fn fail_reads(&self, count: usize) {
        self.0.lock().unwrap().unreadable = count;
    }

    /// Whether every write fails from now on.
    pub fn set_full(&self, full: bool) {
        self.0.lock().unwrap().full = full;
    }

    /// Whether the process would be dead now. It is alive again afterwards, and no fault is planned any more.
    pub fn take_crash(&self) -> bool {
        let mut state = self.0.lock().unwrap();
        let crashed = std::mem::take(&mut state.crashed);
        if crashed {
            state.plan.clear();
        }
        crashed
    }

    /// Until what is returned is dropped, nothing is kept and nothing fails: `append` takes its time.
    pub fn hold(&self) -> MutexGuard<'_, ()> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many groups were given to it.
    pub fn commits(&self) -> usize {
        self.0.lock().unwrap().commits
    }

    /// Of this document nothing can be kept any more.
    pub fn damage(&self, document: DocumentId) {
        self.0.lock().unwrap().damaged.insert(document);
    }

    /// This document can neither be read nor written any more.
    pub fn spoil(&self, document: DocumentId) {
        self.damage(document);
        self.0.lock().unwrap().spoilt.insert(document);
    }

    /// What was damaged is whole again.
    pub fn mend(&self) {
        let mut state = self.0.lock().unwrap();
        state.damaged.clear();
        state.spoilt.clear();
    }

    /// How often a document was read.
    pub fn loads(&self) -> usize {
        self.0.lock().unwrap().loads
    }

    /// Nothing goes wrong from now on.
    pub fn heal(&self) {
        let mut state = self.0.lock().unwrap();
        state.plan.clear();
        state.full = false;
        state.unreadable = 0;
    }

    /// A backup.
    pub fn copy(&self) -> Self {
        Self(Mutex::new(self.0.lock().unwrap().clone()), Mutex::default())
    }

    /// An actor is an account's, as if it had delivered something.
    pub fn bind(&self, document: DocumentId, actor: ActorId, account: AccountId) {
        self.0.lock().unwrap().owners.insert((document, actor), account);
    }

    /// How many documents have a snapshot.
    pub fn snapshots(&self) -> usize {
        let state = self.0.lock().unwrap();
        state.documents.values().filter(|kept| !kept.snapshot.is_empty()).count()
    }

    /// Hashes of everything that is kept of a document.
    pub fn hashes(&self, document: DocumentId) -> Vec<ChangeHash> {
        let state = self.0.lock().unwrap();
        let kept = state.documents.get(&document);
        kept.map_or_else(Vec::new, |kept| kept.receipts.iter().map(|receipt| receipt.hash).collect())
    }
}

impl State {
    fn begin(&mut self) -> Result<Option<Fault>, StoreError> {
        self.writes += 1;
        let fault = self.plan.remove(&self.writes).or(self.full.then_some(Fault::Full));
        match fault {
            _ if self.crashed => Err(unavailable("crashed")),
            Some(Fault::Full) => Err(unavailable("no space left on device")),
            Some(Fault::CrashBefore) => {
                self.crashed = true;
                Err(unavailable("crashed"))
            }
            fault => Ok(fault),
        }
    }

    fn end(&mut self, fault: Option<Fault>) -> Result<(), StoreError> {
        if fault == Some(Fault::CrashAfter) {
            self.crashed = true;
            return Err(unavailable("crashed"));
        }
        Ok(())
    }

    fn check(&self, append: &Append) -> Result<(), StoreError> {
        if self.damaged.contains(&append.document) {
            return Err(broken());
        }
        if let (Some(kept), Some(judged)) = (self.documents.get(&append.document), append.judged) {
            let later = kept.receipts.iter().filter(|receipt| receipt.position > judged);
            let mut others =
                later.filter(|receipt| !append.changes.iter().any(|change| change.hash == receipt.hash));
            if others.next().is_some() {
                return Err(StoreError::Overtaken { document: append.document });
            }
        }
        let Some(account) = append.account else { return Ok(()) };
        for change in append.changes.iter().filter(|change| change.binds) {
            let (document, actor) = (append.document, change.actor.clone());
            let owner = self.owners.get(&(document, actor.clone()));
            if owner.is_some_and(|owner| *owner != account) {
                return Err(StoreError::ActorTaken { document, actor });
            }
        }
        Ok(())
    }

    fn keep(&mut self, append: &Append) -> Vec<Receipt> {
        let kept = self.documents.entry(append.document).or_default();
        kept.key.clone_from(&append.key);
        let mut receipts = Vec::new();
        for change in &append.changes {
            if let Some(first) = kept.receipts.iter().find(|receipt| receipt.hash == change.hash) {
                receipts.push(first.clone());
                continue;
            }
            self.next += 1;
            let position = Position(self.next);
            let (hash, account, bound, at) = (change.hash, append.account, change.binds, self.clock);
            let receipt = Receipt { hash, position, account, bound, at };
            kept.changes.push((position, change.bytes.clone()));
            kept.last = position;
            kept.receipts.push(receipt.clone());
            receipts.push(receipt);
            if let (true, Some(account)) = (change.binds, append.account) {
                self.owners.entry((append.document, change.actor.clone())).or_insert(account);
            }
        }
        receipts
    }
}

fn broken() -> StoreError {
    StoreError::Damaged { place: "a test".to_owned(), what: "it is broken".to_owned() }
}

fn unavailable(what: &str) -> StoreError {
    StoreError::Unavailable { what: what.to_owned() }
}

fn listed(documents: &BTreeMap<DocumentId, Kept>, after: Position) -> Vec<Listed> {
    let later = documents.iter().filter(|(_, kept)| kept.last > after);
    later.map(|(id, kept)| Listed { id: *id, key: kept.key.clone(), last: kept.last }).collect()
}

impl Store for MemoryStore {
    fn load(&self, document: DocumentId) -> Result<Option<Stored>, StoreError> {
        let mut state = self.0.lock().unwrap();
        if state.unreadable > 0 {
            state.unreadable -= 1;
            return Err(unavailable("input/output error"));
        }
        state.loads += 1;
        if state.spoilt.contains(&document) {
            return Err(broken());
        }
        Ok(state.documents.get(&document).map(|kept| Stored {
            key: kept.key.clone(),
            snapshot: kept.snapshot.clone(),
            changes: kept.changes.iter().map(|(_, bytes)| bytes.clone()).collect(),
            last: kept.last,
        }))
    }

    fn append(
        &self,
        now: Clock<'_>,
        group: &[Append],
    ) -> Result<Vec<Result<Vec<Receipt>, StoreError>>, StoreError> {
        let _held = self.hold();
        let mut state = self.0.lock().unwrap();
        state.commits += 1;
        let fault = state.begin()?;
        state.clock = state.clock.max(now());
        let mut results = Vec::new();
        for append in group {
            let checked = state.check(append);
            results.push(checked.map(|()| state.keep(append)));
        }
        state.end(fault)?;
        Ok(results)
    }

    fn snapshot(&self, document: DocumentId, upto: Position, bytes: &[u8]) -> Result<(), StoreError> {
        let mut state = self.0.lock().unwrap();
        let fault = state.begin()?;
        if let Some(kept) = state.documents.get_mut(&document) {
            kept.snapshot = bytes.to_vec();
            kept.changes.retain(|(position, _)| *position > upto);
        }
        state.end(fault)
    }

    fn owner(&self, document: DocumentId, actor: &ActorId) -> Result<Option<AccountId>, StoreError> {
        Ok(self.0.lock().unwrap().owners.get(&(document, actor.clone())).copied())
    }

    fn created(&self, account: AccountId) -> Result<u64, StoreError> {
        let state = self.0.lock().unwrap();
        let first = state.documents.values().filter_map(|kept| kept.receipts.first());
        Ok(first.filter(|receipt| receipt.account == Some(account)).count() as u64)
    }

    fn key(&self, document: DocumentId) -> Result<Option<String>, StoreError> {
        Ok(self.0.lock().unwrap().documents.get(&document).map(|kept| kept.key.clone()))
    }

    fn receipts(&self, document: DocumentId) -> Result<Vec<Receipt>, StoreError> {
        let state = self.0.lock().unwrap();
        Ok(state.documents.get(&document).map_or_else(Vec::new, |kept| kept.receipts.clone()))
    }

    fn list(&self) -> Result<Vec<Listed>, StoreError> {
        Ok(listed(&self.0.lock().unwrap().documents, Position(0)))
    }

    fn since(&self, after: Position) -> Result<Vec<Listed>, StoreError> {
        Ok(listed(&self.0.lock().unwrap().documents, after))
    }
}
