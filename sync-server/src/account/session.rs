//! Sessions: what a browser or a device shows instead of a password.

use rusqlite::Transaction;

use super::Account;
use super::AccountError;
use super::Accounts;
use super::DAY;
use super::Ended;
use super::Secret;
use super::Session;
use super::SessionId;
use super::ended::subject_of_session;
use super::name;
use super::row::AccountRow;
use super::row::SessionRow;
use super::secret;
use crate::access::AccountId;
use crate::audit;
use crate::audit::Act;
use crate::audit::Event;
use crate::audit::Note;
use crate::store::StoreError;

/// How long ended sessions are shown in lists.
const REMEMBERED: i64 = 90 * DAY;

fn note(tx: &Transaction<'_>, act: Act, event: Event, session: &Session) -> Result<(), StoreError> {
    let subject = subject_of_session(session.id);
    let kind = session.device.as_deref().map_or("browser".to_owned(), |name| format!("device {name}"));
    let details = format!("of account {}: {kind}", session.account.0);
    audit::write(tx, &Note { act, event, subject: &subject, details: &details })
}

/// Ends a session and notes it, in the commit of the caller.
pub(super) fn revoke_row(tx: &Transaction<'_>, act: Act, row: SessionRow) -> Result<(), AccountError> {
    note(tx, act, Event::TokenRevoked, &row.session)?;
    Ok(row.end(tx, act.now)?)
}

/// Two tokens of one name could not be told apart when one of the devices is lost.
fn expect_no_token(
    tx: &Transaction<'_>,
    now: i64,
    account: AccountId,
    device: &str,
) -> Result<(), AccountError> {
    let sessions = SessionRow::of_account(tx, account)?.into_iter().map(|row| row.session);
    let mut same =
        sessions.filter(|session| session.is_valid(now) && session.device.as_deref() == Some(device));
    match same.next() {
        Some(there) => Err(AccountError::DeviceTaken { device: device.to_owned(), number: there.id.0 }),
        None => Ok(()),
    }
}

impl Accounts {
    /// Whose a token is, if it gives authority now: cookie of a browser or token of a device.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn authenticate(&self, now: i64, token: &str) -> Result<Option<(Account, Session)>, AccountError> {
        let Some(hash) = secret::token_hash(token) else { return Ok(None) };
        let found = self.database.read(|tx| {
            let Some(row) = SessionRow::find(tx, &hash)? else { return Ok(None) };
            Ok(Some((AccountRow::get(tx, row.session.account), row.session)))
        })?;
        let Some((account, session)) = found else { return Ok(None) };
        let account = account?.account;
        Ok((account.active && session.is_valid(now)).then_some((account, session)))
    }

    /// Ends a session at the wish of its holder.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn logout(&self, now: i64, session: &Session) -> Result<(), AccountError> {
        self.write(|tx| {
            let row = SessionRow::get(tx, session.id)?.ok_or(AccountError::UnknownSession)?;
            if row.session.ended_at.is_none() {
                note(tx, Act { now, by: Some(session.account) }, Event::Logout, &row.session)?;
            }
            Ok(row.end(tx, now)?)
        })?;
        self.listeners.tell(Ended::Session(session.id));
        Ok(())
    }

    /// Makes a token for a device of an account. The token is in the answer and nowhere else.
    ///
    /// # Errors
    /// If there is no such account, it is disabled, or the name is not accepted.
    pub fn token(
        &self,
        act: Act,
        account: AccountId,
        device: &str,
        lasts: Option<i64>,
    ) -> Result<(Session, Secret), AccountError> {
        let device = name::line(device, "device's name")?;
        let (secret, token) = secret::token(&*self.chance)?;
        self.write(|tx| {
            if !AccountRow::get(tx, account)?.account.active {
                return Err(AccountError::Disabled);
            }
            SessionRow::purge(tx, act.now - REMEMBERED)?;
            expect_no_token(tx, act.now, account, &device)?;
            let session = Session {
                id: SessionId(0),
                account,
                device: Some(device),
                created_at: act.now,
                expires_at: lasts.map(|lasts| act.now.saturating_add(lasts)),
                ended_at: None,
            };
            let session = SessionRow { session, token }.add(tx)?.session;
            note(tx, act, Event::TokenMade, &session)?;
            Ok((session, secret))
        })
    }

    /// The sessions and devices of an account, also those that ended lately.
    ///
    /// # Errors
    /// If there is no such account, or they cannot be read.
    pub fn sessions(&self, account: AccountId) -> Result<Vec<Session>, AccountError> {
        self.get(account)?;
        let rows = self.database.read(|tx| SessionRow::of_account(tx, account))?;
        Ok(rows.into_iter().map(|row| row.session).collect())
    }

    /// Ends a session or a device's token at the wish of somebody else.
    ///
    /// # Errors
    /// If there is none, or it cannot be kept.
    pub fn revoke(&self, act: Act, id: SessionId) -> Result<(), AccountError> {
        self.write(|tx| {
            let row = SessionRow::get(tx, id)?.ok_or(AccountError::UnknownSession)?;
            if row.session.ended_at.is_some() { Ok(()) } else { revoke_row(tx, act, row) }
        })?;
        self.listeners.tell(Ended::Session(id));
        Ok(())
    }
}
