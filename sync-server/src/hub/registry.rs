//! What all threads of the hub share: connections, peer ids, what is an account's, refusals, health.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::RwLock;

use super::Health;
use super::link::Link;
use super::link::Share;
use super::refused::Refused;
use super::totals::Totals;
use crate::DocumentId;
use crate::access::AccountId;
use crate::access::Refusal;
use crate::effect::ConnectionId;
use crate::limits::Limits;

#[derive(Debug, Default)]
pub(super) struct Registry {
    links: RwLock<HashMap<ConnectionId, Arc<Link>>>,
    /// Peer ids in use. They are addresses within an account: whoever claims another's harms nobody.
    peers: Mutex<HashMap<(AccountId, String), Arc<Link>>>,
    /// What the connections of each account share, open or not: who connects again goes on with what is left.
    shares: Mutex<HashMap<AccountId, Arc<Share>>>,
    refused: Mutex<Refused>,
    failing: Mutex<Option<(i64, String)>>,
    /// What all accounts have together.
    pub(super) totals: Arc<Totals>,
}

impl Registry {
    pub(super) fn add(&self, link: Arc<Link>) {
        self.write().insert(link.id, link);
    }

    pub(super) fn remove(&self, link: &Link) {
        self.write().remove(&link.id);
        if let Some(member) = link.member.get() {
            let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
            let key = (link.principal.account, member.peer.clone());
            if peers.get(&key).is_some_and(|claimed| claimed.id == link.id) {
                peers.remove(&key);
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
    pub(super) fn claim(&self, peer: &str, link: &Arc<Link>) -> Option<Arc<Link>> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        peers.insert((link.principal.account, peer.to_owned()), Arc::clone(link))
    }

    /// What the connections of an account share.
    pub(super) fn share(&self, account: AccountId, limits: &Limits, now: i64) -> Arc<Share> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(shares.entry(account).or_insert_with(|| Arc::new(Share::new(limits, now, &self.totals))))
    }

    /// So many of the changes that an account has brought were known already.
    pub(super) fn known(&self, account: AccountId, changes: u64) {
        let shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(&account) {
            share.quota.lock().unwrap_or_else(PoisonError::into_inner).changes.were_known(changes);
        }
    }

    pub(super) fn refusal(&self, account: AccountId, document: DocumentId) -> Option<Refusal> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(account, document).cloned()
    }

    pub(super) fn remember(&self, account: AccountId, document: DocumentId, refusal: Option<Refusal>) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match refusal {
            Some(refusal) => refused.remember(account, document, refusal),
            None => refused.forget(account, document),
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
