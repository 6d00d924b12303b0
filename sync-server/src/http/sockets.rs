//! The open sockets: how many there may be, and which must close when a session ends.
//!
//! Between the moment at which a caller is looked up and the one at which its socket is listed here, its session may end. So
//! endings are counted: who finds another number than at the look-up looks again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::Weak;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::time::Instant;

use super::Caller;
use super::Problem;
use crate::access::AccountId;
use crate::account::Ended;
use crate::account::SessionId;
use crate::effect::Closing;
use crate::effect::ConnectionId;
use crate::hub::Connection;

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// In all.
    pub total: usize,
    /// Of one account.
    pub per_account: usize,
    /// That have not joined yet.
    pub waiting: usize,
}

impl Default for Places {
    fn default() -> Self {
        Self { total: 4_096, per_account: 64, waiting: 512 }
    }
}

struct Open {
    account: AccountId,
    session: SessionId,
    expires_at: Option<i64>,
    connection: Weak<Connection>,
}

#[derive(Default)]
struct State {
    open: HashMap<ConnectionId, Open>,
    by_account: HashMap<AccountId, usize>,
    total: usize,
    waiting: usize,
}

/// All of them.
pub(super) struct Sockets {
    places: Places,
    state: Mutex<State>,
    generation: AtomicU64,
}

impl Sockets {
    pub(super) fn new(places: Places) -> Self {
        Self { places, state: Mutex::default(), generation: AtomicU64::new(0) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often sessions have ended.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Takes a place for a connection that is about to be opened.
    pub(super) fn reserve(self: &Arc<Self>, account: AccountId) -> Result<Place, Problem> {
        let mut state = self.state();
        if state.total >= self.places.total || state.waiting >= self.places.waiting {
            return Err(full());
        }
        let own = state.by_account.entry(account).or_default();
        if *own >= self.places.per_account {
            return Err(too_many());
        }
        *own += 1;
        state.total += 1;
        state.waiting += 1;
        drop(state);
        Ok(Place { sockets: Arc::clone(self), account, waiting: true, open: None })
    }

    fn close(&self, which: impl Fn(&Open) -> bool) {
        let state = self.state();
        let found = state.open.values().filter(|open| which(open));
        let found: Vec<Arc<Connection>> = found.filter_map(|open| open.connection.upgrade()).collect();
        drop(state);
        found.iter().for_each(|connection| connection.close(Closing::Disabled));
    }

    /// An account or a session gives no authority any more.
    pub(super) fn ended(&self, ended: Ended) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.close(|open| match ended {
            Ended::Account(account) => open.account == account,
            Ended::Session(session) => open.session == session,
        });
    }

    /// Closes those whose session has run out.
    pub(super) fn expire(&self, now: i64) {
        self.close(|open| open.expires_at.is_some_and(|end| end <= now));
    }

    /// Waits until all are gone.
    pub(super) async fn drained(&self, until: Instant) -> bool {
        loop {
            if self.state().total == 0 {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The place of one connection; given back when it is dropped.
pub(super) struct Place {
    sockets: Arc<Sockets>,
    account: AccountId,
    waiting: bool,
    open: Option<ConnectionId>,
}

impl Place {
    /// The connection is open.
    pub(super) fn open(&mut self, connection: &Arc<Connection>, caller: &Caller) {
        self.open = Some(connection.id());
        let open = Open {
            account: caller.account.id,
            session: caller.session.id,
            expires_at: caller.session.expires_at,
            connection: Arc::downgrade(connection),
        };
        self.sockets.state().open.insert(connection.id(), open);
    }

    /// The peer has joined, or has not yet.
    pub(super) fn has_joined(&mut self, joined: bool) {
        if joined && std::mem::take(&mut self.waiting) {
            self.sockets.state().waiting -= 1;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.has_joined(true);
        let mut state = self.sockets.state();
        state.total -= 1;
        if let Some(id) = self.open {
            state.open.remove(&id);
        }
        let own = state.by_account.entry(self.account).or_default();
        *own = own.saturating_sub(1);
        if *own == 0 {
            state.by_account.remove(&self.account);
        }
    }
}

fn full() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "full",
        "The server has as many connections as it takes; try again in a minute.",
        "Máy chủ đã đủ số kết nối; hãy thử lại sau một phút.",
    )
    .retry_after(60_000)
}

fn too_many() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-connections",
        "Your account has as many connections as it may; close some, then try again.",
        "Tài khoản của bạn đã mở đủ số kết nối cho phép; hãy đóng bớt rồi thử lại.",
    )
    .retry_after(60_000)
}
