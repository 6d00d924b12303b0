//! What an administrator does: the first account, adding, disabling, enabling, resetting.

use rusqlite::Connection;
use rusqlite::Transaction;

use super::Account;
use super::AccountError;
use super::Accounts;
use super::Edit;
use super::Ended;
use super::New;
use super::Secret;
use super::Visit;
use super::ended::subject_of_account;
use super::name;
use super::password;
use super::row::AccountRow;
use super::row::CodeRow;
use super::row::SessionRow;
use super::secret;
use crate::access::AccountId;
use crate::audit;
use crate::audit::Act;
use crate::audit::Event;
use crate::audit::Note;

/// The code that makes the first administrator is kept under this number, which no account has.
const NOBODY: i64 = 0;

/// Limits on attempts go by login; this is none.
const BOOTSTRAP: &str = "(bootstrap)";

pub(super) fn note(
    tx: &Transaction<'_>,
    act: Act,
    event: Event,
    account: &Account,
) -> Result<(), AccountError> {
    let subject = subject_of_account(account.id, &account.login);
    let details =
        format!("{}, {}{}", account.name, account.body, if account.admin { ", administrator" } else { "" });
    Ok(audit::write(tx, &Note { act, event, subject: &subject, details: &details })?)
}

fn expect_no_administrator(connection: &Connection) -> Result<(), AccountError> {
    match AccountRow::all(connection)?.iter().any(|row| row.account.admin) {
        true => Err(AccountError::HasAdministrator),
        false => Ok(()),
    }
}

/// Nobody may take the last administrator away.
fn expect_another_administrator(tx: &Transaction<'_>, account: &Account) -> Result<(), AccountError> {
    let other = |row: &AccountRow| row.account.admin && row.account.active && row.account.id != account.id;
    if !account.admin || AccountRow::all(tx)?.iter().any(other) {
        Ok(())
    } else {
        Err(AccountError::LastAdministrator)
    }
}

fn end_sessions(tx: &Transaction<'_>, now: i64, account: AccountId) -> Result<(), AccountError> {
    for row in SessionRow::of_account(tx, account)? {
        row.end(tx, now)?;
    }
    Ok(())
}

fn vacant(new: &New<'_>, admin: bool, now: i64) -> Result<AccountRow, AccountError> {
    let account = Account {
        id: AccountId(NOBODY),
        login: name::login(new.login)?,
        name: name::line(new.name, "name")?,
        body: name::line(new.body, "body")?,
        admin,
        active: true,
        has_password: false,
        created_at: now,
    };
    Ok(AccountRow { account, password: None })
}

fn add_row(tx: &Transaction<'_>, row: AccountRow) -> Result<AccountRow, AccountError> {
    match AccountRow::find(tx, &row.account.login)? {
        Some(_) => Err(AccountError::LoginTaken { login: row.account.login }),
        None => row.add(tx),
    }
}

impl Accounts {
    fn code(&self, tx: &Transaction<'_>, now: i64, account: i64) -> Result<Secret, AccountError> {
        let (secret, hash) = secret::code(&*self.chance)?;
        CodeRow { account, hash, expires_at: now + self.settings.code_lasts }.put(tx)?;
        Ok(secret)
    }

    /// Uses up a code: right or not at all.
    pub(super) fn spend(
        &self,
        tx: &Transaction<'_>,
        now: i64,
        account: i64,
        code: &str,
    ) -> Result<(), AccountError> {
        let given = secret::code_hash(code);
        match CodeRow::get(tx, account)? {
            Some(row) if Some(row.hash) == given && now < row.expires_at => Ok(CodeRow::delete(tx, account)?),
            _ => Err(AccountError::Refused),
        }
    }

    /// Makes the code with which somebody becomes the first administrator. It replaces one that was not used.
    ///
    /// # Errors
    /// If there is an administrator already, or it cannot be kept.
    pub fn bootstrap(&self, now: i64) -> Result<Secret, AccountError> {
        self.write(|tx| {
            expect_no_administrator(tx)?;
            let event = Event::BootstrapCode;
            audit::write(
                tx,
                &Note { act: Act { now, by: None }, event, subject: "first administrator", details: "" },
            )?;
            self.code(tx, now, NOBODY)
        })
    }

    /// Makes the first administrator, with the code.
    ///
    /// # Errors
    /// If the code does not fit, was used or has expired, there were too many attempts, or name or password are not accepted.
    pub fn claim(
        &self,
        visit: Visit,
        code: &str,
        new: New<'_>,
        password: &str,
    ) -> Result<Account, AccountError> {
        let mut row = vacant(&new, true, visit.now)?;
        password::expect_good(password, &row.account.login, self.settings.password_shortest)?;
        let attempt = self.charge(visit, BOOTSTRAP)?;
        row.account.has_password = true;
        let made = self.try_claim(visit, code, row, password);
        self.settle(visit, &attempt, made)
    }

    /// Looks before it hashes: where there is an administrator, nobody makes the server work.
    fn try_claim(
        &self,
        visit: Visit,
        code: &str,
        mut row: AccountRow,
        password: &str,
    ) -> Result<Account, AccountError> {
        self.database.read(|tx| Ok(expect_no_administrator(tx)))??;
        row.password = Some(self.hasher.hash(password, &*self.chance)?);
        self.write(|tx| {
            expect_no_administrator(tx)?;
            self.spend(tx, visit.now, NOBODY, code)?;
            let row = add_row(tx, row)?;
            note(tx, Act { now: visit.now, by: None }, Event::AccountAdded, &row.account)?;
            Ok(row.account)
        })
    }

    /// Adds an account without a password, and makes the code with which its person sets one.
    ///
    /// # Errors
    /// If the login is taken, a name is not accepted, or it cannot be kept.
    pub fn add(&self, act: Act, new: New<'_>, admin: bool) -> Result<(Account, Secret), AccountError> {
        let row = vacant(&new, admin, act.now)?;
        self.write(|tx| {
            let account = add_row(tx, row)?.account;
            note(tx, act, Event::AccountAdded, &account)?;
            let code = self.code(tx, act.now, account.id.0)?;
            Ok((account, code))
        })
    }

    /// Changes what an account is. Its connections are to be closed, since they have the authority that it had.
    ///
    /// # Errors
    /// If there is no such account, a name is not accepted, or nobody could manage accounts any more.
    pub fn edit(&self, act: Act, id: AccountId, edit: Edit<'_>) -> Result<Account, AccountError> {
        let (name, body) = (name::line(edit.name, "name")?, name::line(edit.body, "body")?);
        let account = self.write(|tx| {
            let mut row = AccountRow::get(tx, id)?;
            if !edit.admin {
                expect_another_administrator(tx, &row.account)?;
            }
            (row.account.name, row.account.body, row.account.admin) = (name, body, edit.admin);
            row.put(tx)?;
            note(tx, act, Event::AccountChanged, &row.account)?;
            Ok(row.account)
        })?;
        self.listeners.tell(Ended::Account(id));
        Ok(account)
    }

    /// Disables an account: it cannot log in, its sessions and tokens end, its connections are to be closed.
    ///
    /// # Errors
    /// If there is no such account, or it is the last administrator.
    pub fn disable(&self, act: Act, id: AccountId) -> Result<(), AccountError> {
        self.write(|tx| {
            let mut row = AccountRow::get(tx, id)?;
            expect_another_administrator(tx, &row.account)?;
            row.account.active = false;
            row.put(tx)?;
            end_sessions(tx, act.now, id)?;
            CodeRow::delete(tx, id.0)?;
            note(tx, act, Event::AccountDisabled, &row.account)
        })?;
        self.listeners.tell(Ended::Account(id));
        Ok(())
    }

    /// Lets a disabled account log in again, with the password it had. Its sessions stay ended.
    ///
    /// # Errors
    /// If there is no such account.
    pub fn enable(&self, act: Act, id: AccountId) -> Result<(), AccountError> {
        self.write(|tx| {
            let mut row = AccountRow::get(tx, id)?;
            row.account.active = true;
            row.put(tx)?;
            note(tx, act, Event::AccountEnabled, &row.account)
        })
    }

    /// Takes an account's password away, ends its sessions and tokens (somebody else may have them), and makes the code with
    /// which its person sets a new one.
    ///
    /// # Errors
    /// If there is no such account, or it is disabled.
    pub fn reset(&self, act: Act, id: AccountId) -> Result<Secret, AccountError> {
        let code = self.write(|tx| {
            let mut row = AccountRow::get(tx, id)?;
            if !row.account.active {
                return Err(AccountError::Disabled);
            }
            row.password = None;
            row.put(tx)?;
            end_sessions(tx, act.now, id)?;
            note(tx, act, Event::PasswordReset, &row.account)?;
            self.code(tx, act.now, id.0)
        })?;
        self.listeners.tell(Ended::Account(id));
        Ok(code)
    }
}
