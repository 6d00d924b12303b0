//! Who somebody is: by password, or by a one-time code that sets one. Attempts are counted before they are made.

use super::Account;
use super::AccountError;
use super::Accounts;
use super::Ended;
use super::Secret;
use super::Session;
use super::Visit;
use super::ended::subject_of_account;
use super::limit::Attempt;
use super::manage::note;
use super::name;
use super::password;
use super::row::AccountRow;
use super::row::SessionRow;
use crate::access::AccountId;
use crate::audit;
use crate::audit::Act;
use crate::audit::Event;
use crate::audit::Note;

/// Somebody who logged in.
#[derive(Clone, Debug)]
pub struct Login {
    /// Who.
    pub account: Account,
    /// The browser's session.
    pub session: Session,
    /// Its token: for the cookie, and nowhere else.
    pub token: Secret,
}

impl Visit {
    fn by(self, account: AccountId) -> Act {
        Act { now: self.now, by: Some(account) }
    }

    fn unknown(self) -> Act {
        Act { now: self.now, by: None }
    }

    fn words(self) -> String {
        format!("from {}", self.from)
    }
}

impl Accounts {
    /// Counts an attempt; refused if there were too many.
    pub(super) fn charge(&self, visit: Visit, login: &str) -> Result<Attempt, AccountError> {
        let attempt = self.limiter.attempt(login, visit.from);
        match self.limiter.charge(visit.now, &attempt) {
            Ok(()) => Ok(attempt),
            Err(wait) => {
                if self.limiter.first_refusal(visit.now, &attempt) {
                    self.note(visit.unknown(), Event::LoginBlocked, login, &visit.words())?;
                }
                Err(AccountError::TooMany { wait })
            }
        }
    }

    /// Takes the count back if the attempt was right, and notes it if it was not.
    pub(super) fn settle<T>(
        &self,
        visit: Visit,
        attempt: &Attempt,
        made: Result<T, AccountError>,
    ) -> Result<T, AccountError> {
        match &made {
            Err(AccountError::Refused) => {
                self.note(visit.unknown(), Event::LoginFailed, &attempt.login, &visit.words())?;
            }
            // It can never succeed.
            Err(AccountError::HasAdministrator) => {}
            // Neither right nor wrong: the password was not looked at.
            Ok(_) | Err(_) => self.limiter.forgive(visit.now, attempt, made.is_ok()),
        }
        made
    }

    /// Logs a browser in.
    ///
    /// # Errors
    /// [`AccountError::Refused`] if login and password do not fit, the account is disabled or has no password: the same words,
    /// after the same work. [`AccountError::TooMany`] after too many attempts.
    pub fn login(&self, visit: Visit, login: &str, password: &str) -> Result<Login, AccountError> {
        // A text that no login can be still counts and still costs.
        let name = name::login(login).unwrap_or_else(|_| "(no login)".to_owned());
        let attempt = self.charge(visit, &name)?;
        let made = self.try_login(visit, &name, password);
        self.settle(visit, &attempt, made)
    }

    fn try_login(&self, visit: Visit, login: &str, password: &str) -> Result<Login, AccountError> {
        let found = self.database.read(|tx| AccountRow::find(tx, login))?;
        let usable = found.as_ref().filter(|row| row.account.active);
        let kept = usable.and_then(|row| row.password.as_deref());
        if !self.hasher.fits(password, kept)? {
            return Err(AccountError::Refused);
        }
        let (secret, token) = super::secret::token(&*self.chance)?;
        self.write(|tx| {
            // It may have been disabled or reset while the password was being hashed.
            let row = AccountRow::find(tx, login)?
                .filter(|row| row.account.active && row.password.as_deref() == kept);
            let account = row.ok_or(AccountError::Refused)?.account;
            let session = Session {
                id: super::SessionId(0),
                account: account.id,
                device: None,
                created_at: visit.now,
                expires_at: Some(visit.now + self.settings.session_lasts),
                ended_at: None,
            };
            let session = SessionRow { session, token }.add(tx)?.session;
            let subject = subject_of_account(account.id, &account.login);
            let details = visit.words();
            let event = Event::Login;
            let note = Note { act: visit.by(account.id), event, subject: &subject, details: &details };
            audit::write(tx, &note)?;
            Ok(Login { account, session, token: secret })
        })
    }

    /// Sets a password with a one-time code.
    ///
    /// # Errors
    /// [`AccountError::Refused`] if login and code do not fit, or the code was used or has expired; or why the password is not
    /// accepted.
    pub fn set_password(
        &self,
        visit: Visit,
        login: &str,
        code: &str,
        password: &str,
    ) -> Result<Account, AccountError> {
        let name = name::login(login).unwrap_or_else(|_| "(no login)".to_owned());
        password::expect_good(password, &name, self.settings.password_shortest)?;
        let attempt = self.charge(visit, &name)?;
        let made = self.hasher.hash(password, &*self.chance).and_then(|hash| {
            self.write(|tx| {
                let row = AccountRow::find(tx, &name)?.filter(|row| row.account.active);
                let mut row = row.ok_or(AccountError::Refused)?;
                self.spend(tx, visit.now, row.account.id.0, code)?;
                row.password = Some(hash);
                row.account.has_password = true;
                row.put(tx)?;
                note(tx, visit.by(row.account.id), Event::PasswordSet, &row.account)?;
                Ok(row.account)
            })
        });
        self.settle(visit, &attempt, made)
    }

    /// Changes the password of somebody who is logged in. Their other browsers are logged out; devices keep their tokens.
    ///
    /// # Errors
    /// As for [`Accounts::login`], or why the new password is not accepted.
    pub fn change_password(
        &self,
        visit: Visit,
        session: &Session,
        old: &str,
        new: &str,
    ) -> Result<(), AccountError> {
        let account = self.get(session.account)?;
        password::expect_good(new, &account.login, self.settings.password_shortest)?;
        let attempt = self.charge(visit, &account.login)?;
        let made = self.try_change(visit, session, &account, (old, new));
        let ended = self.settle(visit, &attempt, made)?;
        ended.into_iter().for_each(|id| self.listeners.tell(Ended::Session(id)));
        Ok(())
    }

    fn try_change(
        &self,
        visit: Visit,
        session: &Session,
        account: &Account,
        (old, new): (&str, &str),
    ) -> Result<Vec<super::SessionId>, AccountError> {
        let row = self.database.read(|tx| AccountRow::find(tx, &account.login))?;
        let kept = row.filter(|row| row.account.active).and_then(|row| row.password);
        if !self.hasher.fits(old, kept.as_deref())? {
            return Err(AccountError::Refused);
        }
        let hash = self.hasher.hash(new, &*self.chance)?;
        self.write(|tx| {
            let mut row = AccountRow::get(tx, account.id)?;
            if !row.account.active || row.password != kept {
                return Err(AccountError::Refused);
            }
            row.password = Some(hash);
            row.put(tx)?;
            let mut ended = Vec::new();
            for other in SessionRow::of_account(tx, account.id)? {
                let open = other.session.is_valid(visit.now) && other.session.device.is_none();
                if open && other.session.id != session.id {
                    ended.push(other.session.id);
                    super::session::revoke_row(tx, visit.by(account.id), other)?;
                }
            }
            note(tx, visit.by(account.id), Event::PasswordSet, &row.account)?;
            Ok(ended)
        })
    }
}
