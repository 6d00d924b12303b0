//! Accounts of bodies and people: who somebody is, by password, session or device token. What an account may do with documents
//! the application decides; here an account has a body and may or may not manage accounts.
//!
//! Passwords are kept as argon2id hashes, tokens and codes as SHA-256. There is no default password: an account begins without
//! one, and a one-time code lets its person set it.

mod ended;
mod error;
mod examine;
mod limit;
mod login;
mod manage;
mod name;
mod password;
mod row;
mod secret;
mod session;
mod words;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::access::AccountId;
use crate::access::Principal;
use crate::audit;
use crate::audit::Act;
use crate::audit::Event;
use crate::audit::Note;
use crate::chance::Chance;
use crate::database::Database;
use crate::store::StoreError;
use ended::Listeners;
use limit::Limiter;
use password::Hasher;

pub use ended::Ended;
pub use error::AccountError;
pub(crate) use examine::examine;
pub use login::Login;
pub use secret::Secret;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How accounts are kept.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Characters of a password at least. NIST SP 800-63B asks for 8 (revision 3), or for 15 where nothing but the password is
    /// asked (revision 4).
    pub password_shortest: usize,
    /// Passwords hashed at once; each takes 19 MiB.
    pub hashing_at_once: usize,
    /// Logins that may wait for that; further ones are told to come again.
    pub hashing_waiting: usize,
    /// How long a browser session lasts, in milliseconds.
    pub session_lasts: i64,
    /// How long a one-time code can be used, in milliseconds.
    pub code_lasts: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            password_shortest: 12,
            hashing_at_once: 2,
            hashing_waiting: 64,
            session_lasts: 14 * DAY,
            code_lasts: 3 * DAY,
        }
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number, never given again.
    pub id: AccountId,
    /// What its person types.
    pub login: String,
    /// What people call it.
    pub name: String,
    /// The body for which it acts.
    pub body: String,
    /// Whether it may manage accounts.
    pub admin: bool,
    /// Whether it may log in.
    pub active: bool,
    /// Whether a password is set.
    pub has_password: bool,
    /// Unix milliseconds.
    pub created_at: i64,
}

impl Account {
    /// Whose authority a connection of this account has.
    pub fn principal(&self) -> Principal {
        Principal { account: self.id, body: self.body.clone() }
    }
}

/// What a new account is to be.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// What its person will type.
    pub login: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// The body for which it acts.
    pub body: &'a str,
}

/// What an account is to be from now on. Its login stays.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    /// What people call it.
    pub name: &'a str,
    /// The body for which it acts.
    pub body: &'a str,
    /// Whether it may manage accounts.
    pub admin: bool,
}

/// Somebody at the door: when, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// Unix milliseconds.
    pub now: i64,
    /// The client's address: of the connection, or what a trusted proxy says.
    pub from: IpAddr,
}

/// Number of a session, never given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub i64);

/// A browser that is logged in, or a device with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// The device's name; `None` for a browser.
    pub device: Option<String>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds; `None`: until it is revoked.
    pub expires_at: Option<i64>,
    /// Unix milliseconds, if it was ended.
    pub ended_at: Option<i64>,
}

impl Session {
    /// Whether it gives authority at a time.
    pub fn is_valid(&self, now: i64) -> bool {
        self.ended_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The accounts of a database.
pub struct Accounts {
    database: Arc<Database>,
    chance: Arc<dyn Chance>,
    settings: Settings,
    hasher: Hasher,
    limiter: Limiter,
    listeners: Listeners,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").field("database", &self.database).finish_non_exhaustive()
    }
}

impl Accounts {
    /// The accounts of a database.
    ///
    /// # Errors
    /// If the audit log cannot be read, or there is no chance.
    pub fn new(
        database: Arc<Database>,
        chance: Arc<dyn Chance>,
        settings: Settings,
    ) -> Result<Self, AccountError> {
        let hasher = Hasher::new(&*chance, settings.hashing_at_once, settings.hashing_waiting)?;
        let (seen, _) = database.read(audit::head)?;
        let listeners = Listeners::new(seen);
        Ok(Self { database, chance, settings, hasher, limiter: Limiter::default(), listeners })
    }

    /// All accounts, by login.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn list(&self) -> Result<Vec<Account>, AccountError> {
        let rows = self.database.read(row::AccountRow::all)?;
        Ok(rows.into_iter().map(|row| row.account).collect())
    }

    /// The account of a number.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn get(&self, id: AccountId) -> Result<Account, AccountError> {
        self.database.read(|tx| Ok(row::AccountRow::get(tx, id)))?.map(|row| row.account)
    }

    /// The account of a login, if there is one.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn find(&self, login: &str) -> Result<Option<Account>, AccountError> {
        let Ok(login) = name::login(login) else { return Ok(None) };
        Ok(self.database.read(|tx| row::AccountRow::find(tx, &login))?.map(|row| row.account))
    }

    /// Works in one commit. A refusal takes back what was done; so does an error.
    fn write<T>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, AccountError>,
    ) -> Result<T, AccountError> {
        let mut refusal = None;
        let done = self.database.write(|tx| {
            work(tx).map_err(|error| {
                let what = error.to_string();
                refusal = Some(error);
                StoreError::Unavailable { what }
            })
        });
        match refusal {
            Some(error) => Err(error),
            None => Ok(done?),
        }
    }

    fn note(&self, act: Act, event: Event, subject: &str, details: &str) -> Result<(), AccountError> {
        Ok(self.database.write(|tx| audit::write(tx, &Note { act, event, subject, details }))?)
    }
}
