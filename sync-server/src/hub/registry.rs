//! What all threads of the hub share: connections, peer ids, refusals, health.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::RwLock;

use super::Health;
use super::link::Link;
use crate::DocumentId;
use crate::access::AccountId;
use crate::access::Refusal;
use crate::effect::Closing;
use crate::effect::ConnectionId;

/// Refusals that are remembered; the oldest are forgotten.
const REFUSALS: usize = 20_000;

type Key = (AccountId, DocumentId);

#[derive(Debug, Default)]
struct Refusals {
    by_key: HashMap<Key, Refusal>,
    order: VecDeque<Key>,
}

#[derive(Debug, Default)]
pub(super) struct Registry {
    links: RwLock<HashMap<ConnectionId, Arc<Link>>>,
    /// Peer ids in use.
    peers: Mutex<HashMap<String, Arc<Link>>>,
    refusals: Mutex<Refusals>,
    failing: Mutex<Option<(i64, String)>>,
}

impl Registry {
    pub(super) fn add(&self, link: Arc<Link>) {
        self.write().insert(link.id, link);
    }

    pub(super) fn remove(&self, link: &Link) {
        self.write().remove(&link.id);
        if let Some(member) = link.member.get() {
            let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
            if peers.get(&member.peer).is_some_and(|claimed| claimed.id == link.id) {
                peers.remove(&member.peer);
            }
        }
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<ConnectionId, Arc<Link>>> {
        self.links.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs with all connections at hand.
    pub(super) fn with<T>(&self, step: impl FnOnce(&HashMap<ConnectionId, Arc<Link>>) -> T) -> T {
        step(&self.links.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn links(&self) -> Vec<Arc<Link>> {
        self.with(|links| links.values().cloned().collect())
    }

    pub(super) fn links_of(&self, account: AccountId) -> Vec<Arc<Link>> {
        self.with(|links| links.values().filter(|link| link.principal.account == account).cloned().collect())
    }

    pub(super) fn overdue(&self, now: i64) -> Vec<Arc<Link>> {
        let is_overdue =
            |link: &&Arc<Link>| link.member.get().is_none() && link.with_session(|s| s.is_overdue(now));
        self.with(|links| links.values().filter(is_overdue).cloned().collect())
    }

    pub(super) fn connections(&self) -> usize {
        self.with(HashMap::len)
    }

    /// Gives a peer id to a connection, and says which it takes it from: an older one of the same account.
    pub(super) fn claim(&self, peer: &str, link: &Arc<Link>) -> Result<Option<Arc<Link>>, Closing> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let older = peers.get(peer).cloned();
        if older.as_ref().is_some_and(|older| older.principal.account != link.principal.account) {
            return Err(Closing::PeerTaken);
        }
        peers.insert(peer.to_owned(), Arc::clone(link));
        Ok(older)
    }

    pub(super) fn refusal(&self, account: AccountId, document: DocumentId) -> Option<Refusal> {
        let refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        refusals.by_key.get(&(account, document)).cloned()
    }

    pub(super) fn remember(&self, key: Key, refusal: Option<Refusal>) {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(refusal) = refusal else {
            if refusals.by_key.remove(&key).is_some() {
                refusals.order.retain(|other| *other != key);
            }
            return;
        };
        if refusals.by_key.insert(key, refusal).is_none() {
            refusals.order.push_back(key);
        }
        if refusals.order.len() > REFUSALS
            && let Some(oldest) = refusals.order.pop_front()
        {
            refusals.by_key.remove(&oldest);
        }
    }

    pub(super) fn health(&self) -> Health {
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        match &*failing {
            Some((since, what)) => Health::Failing { since: *since, what: what.clone() },
            None => Health::Well,
        }
    }

    /// Notes that the store fails, or does not. Says whether that is news.
    pub(super) fn set_failing(&self, now: i64, what: Option<String>) -> bool {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let news = failing.is_some() != what.is_some();
        let since = failing.as_ref().map_or(now, |(since, _)| *since);
        *failing = what.map(|what| (since, what));
        news
    }
}
