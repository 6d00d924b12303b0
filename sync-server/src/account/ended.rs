//! Telling those who hold connections that an account or a session was ended, here or by another process on the store.

use std::fmt;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use super::AccountError;
use super::Accounts;
use super::SessionId;
use crate::access::AccountId;
use crate::audit;
use crate::audit::Entry;
use crate::audit::Event;

/// What gives no authority any more, or another one: its connections are to be closed, and may come back if their session
/// still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// An account: all its connections.
    Account(AccountId),
    /// One session.
    Session(SessionId),
}

type Listener = Box<dyn Fn(Ended) + Send + Sync>;

/// Those who want to know, and up to where the audit log was followed.
pub(super) struct Listeners {
    list: Mutex<Vec<Listener>>,
    seen: AtomicI64,
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listeners").field("seen", &self.seen).finish_non_exhaustive()
    }
}

impl Listeners {
    pub(super) fn new(seen: i64) -> Self {
        Self { list: Mutex::default(), seen: seen.into() }
    }

    pub(super) fn tell(&self, ended: Ended) {
        for listener in self.list.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            listener(ended);
        }
    }
}

/// Whom an entry of the audit log concerns, as it is written there.
pub(super) fn subject_of_account(id: AccountId, login: &str) -> String {
    format!("account {} {login}", id.0)
}

pub(super) fn subject_of_session(id: SessionId) -> String {
    format!("session {}", id.0)
}

fn ended(entry: &Entry) -> Option<Ended> {
    let mut words = entry.subject.split(' ');
    let (kind, number) = (words.next()?, words.next()?.parse().ok()?);
    match (entry.event, kind) {
        (Event::AccountDisabled | Event::PasswordReset | Event::AccountChanged, "account") => {
            Some(Ended::Account(AccountId(number)))
        }
        (Event::TokenRevoked | Event::Logout, "session") => Some(Ended::Session(SessionId(number))),
        _ => None,
    }
}

impl Accounts {
    /// Calls a listener whenever an account or a session is ended. It must be quick, and must not call back.
    pub fn on_ended(&self, listener: impl Fn(Ended) + Send + Sync + 'static) {
        self.listeners.list.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }

    /// Tells the listeners what other processes ended since the last call (an administrator's command line, another server on
    /// this store). To be called about each second; costs one row if nothing happened. What this process ended itself is
    /// told once more.
    ///
    /// # Errors
    /// If the audit log cannot be read; the next call begins at the same place.
    pub fn catch_up(&self) -> Result<(), AccountError> {
        loop {
            let seen = self.listeners.seen.load(Ordering::Acquire);
            let entries = self.database.read(|tx| {
                if audit::head(tx)?.0 <= seen { Ok(Vec::new()) } else { audit::following(tx, seen) }
            })?;
            let Some(last) = entries.last() else { return Ok(()) };
            entries.iter().filter_map(ended).for_each(|ended| self.listeners.tell(ended));
            self.listeners.seen.fetch_max(last.id, Ordering::AcqRel);
        }
    }
}
