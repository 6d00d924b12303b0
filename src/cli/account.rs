//! `niemyet account`: who may connect, beside a running server, which hears of it within a second.

use std::path::Path;
use std::sync::Arc;

use chrono::DateTime;
use chrono::SecondsFormat;
use chrono::Utc;
use niemyet_sync::account::Account;
use niemyet_sync::account::AccountError;
use niemyet_sync::account::Accounts;
use niemyet_sync::account::New;
use niemyet_sync::account::Session;
use niemyet_sync::account::SessionId;
use niemyet_sync::account::Settings;
use niemyet_sync::audit::Act;
use niemyet_sync::chance::SystemChance;
use serde_json::json;

use super::args;
use super::desk::expect_body;
use super::error::CliError;
use super::terminal::Terminal;
use crate::document::Content;
use crate::document::Key;
use crate::replica::documents::DocumentStore;
use crate::replica::folder;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Runs one of the commands.
pub fn run(dir: &Path, command: args::Account, terminal: &mut Terminal) -> Result<(), CliError> {
    folder::config(dir)?;
    let store = DocumentStore::open(dir, None)?;
    let accounts = open(&store)?;
    let act = act();
    match command {
        args::Account::First => {
            let code = accounts.bootstrap(act.now)?;
            terminal.result(&json!({ "code": code.show() }), &first(code.show()))
        }
        args::Account::Add { login, name, body, admin } => {
            known_body(&store, &body)?;
            let new = New { login: &login, name: name.as_deref().unwrap_or(&login), body: &body };
            let (account, code) = accounts.add(act, new, admin)?;
            let mut object = shown(&account);
            object["code"] = code.show().into();
            terminal.result(&object, &handed("is added", &login, code.show()))
        }
        args::Account::List => list(&accounts, terminal),
        args::Account::Disable { login } => {
            accounts.disable(act, find(&accounts, &login)?.id)?;
            tell(&accounts, &login, "is disabled, its connections are closed", terminal)
        }
        args::Account::Enable { login } => {
            accounts.enable(act, find(&accounts, &login)?.id)?;
            tell(&accounts, &login, "is enabled", terminal)
        }
        args::Account::Reset { login } => {
            let code = accounts.reset(act, find(&accounts, &login)?.id)?;
            let object = json!({ "login": login, "code": code.show() });
            terminal.result(&object, &handed("is reset, its sessions are ended", &login, code.show()))
        }
        args::Account::Token { login, device, days } => {
            let account = find(&accounts, &login)?;
            let (session, token) =
                accounts.token(act, account.id, &device, days.map(|days| i64::from(days) * DAY))?;
            let object = json!({ "number": session.id.0, "device": device, "token": token.show() });
            terminal.say("This is shown once. Put it into a file that only its user can read.");
            terminal.result(&object, token.show())
        }
        args::Account::Devices { login } => devices(&accounts, &login, terminal),
        args::Account::Revoke { number } => {
            accounts.revoke(act, SessionId(number))?;
            terminal.result(&json!({ "number": number, "active": false }), &format!("{number} is ended"))
        }
    }
}

/// The accounts of a folder.
pub fn open(store: &DocumentStore) -> Result<Accounts, AccountError> {
    Accounts::new(Arc::clone(store.database()), Arc::new(SystemChance), Settings::default())
}

/// Now, from the command line.
pub fn act() -> Act {
    Act { now: Utc::now().timestamp_millis(), by: None }
}

/// What to do with the code of the first administrator.
pub fn first(code: &str) -> String {
    format!(
        "The code of the first administrator: {code}\nIt is good for three days and one use: enter it with a login \
         and a password of your own where the server is reached. `niemyet account first` makes another."
    )
}

fn handed(what: &str, login: &str, code: &str) -> String {
    format!(
        "{login} {what}. Its code, for one use within three days: {code}\nHand it over; its person chooses a password with it."
    )
}

/// An account of a body that the election has not could open nothing.
fn known_body(store: &DocumentStore, body: &str) -> Result<(), CliError> {
    let documents = store.load()?;
    let content = documents.get(&Key::Election).map(crate::document::Document::content).transpose();
    let Ok(Some(Content::Election(election))) = content else { return Ok(()) };
    expect_body(&election, body).map(drop)
}

/// The account of a login.
pub fn find(accounts: &Accounts, login: &str) -> Result<Account, CliError> {
    let found = accounts.find(login)?;
    found.ok_or_else(|| {
        CliError::Refused(format!("there is no account `{login}`; `niemyet account list` shows all"))
    })
}

fn shown(account: &Account) -> serde_json::Value {
    json!({
        "id": account.id.0,
        "login": account.login,
        "name": account.name,
        "body": account.body,
        "admin": account.admin,
        "active": account.active,
    })
}

fn line(account: &Account) -> String {
    let state = if account.active { "" } else { "  disabled" };
    let admin = if account.admin { "  administrator" } else { "" };
    format!("{:<24} {:<24} {}{admin}{state}", account.login, account.body, account.name)
}

fn tell(accounts: &Accounts, login: &str, what: &str, terminal: &mut Terminal) -> Result<(), CliError> {
    let account = find(accounts, login)?;
    terminal.result(&shown(&account), &format!("{login} {what}"))
}

fn list(accounts: &Accounts, terminal: &mut Terminal) -> Result<(), CliError> {
    let all = accounts.list()?;
    if all.is_empty() {
        terminal.say(
            "There is no account yet. `niemyet account first` makes the code of the first administrator.",
        );
    }
    all.iter().try_for_each(|account| terminal.result(&shown(account), &line(account)))
}

fn devices(accounts: &Accounts, login: &str, terminal: &mut Terminal) -> Result<(), CliError> {
    let now = act().now;
    for session in accounts.sessions(find(accounts, login)?.id)? {
        let active = session.is_valid(now);
        let object = json!({
            "number": session.id.0,
            "device": session.device,
            "created_at": moment(session.created_at),
            "expires_at": session.expires_at.map(moment),
            "active": active,
        });
        terminal.result(&object, &device(&session, active))?;
    }
    Ok(())
}

fn device(session: &Session, active: bool) -> String {
    let name = session.device.as_deref().unwrap_or("(browser)");
    let state = if active { "" } else { "  ended" };
    format!("{:>6}  {}  {name}{state}", session.id.0, moment(session.created_at))
}

/// A moment of the store as a person reads it.
pub fn moment(millis: i64) -> String {
    let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
