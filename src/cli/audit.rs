//! `niemyet audit`: who did what, newest first.

use std::path::Path;
use std::sync::Arc;

use niemyet_sync::access::AccountId;
use niemyet_sync::audit::Audit;
use niemyet_sync::audit::Entry;
use niemyet_sync::audit::Event;
use niemyet_sync::audit::Filter;
use serde_json::json;

use super::account;
use super::args;
use super::error::CliError;
use super::terminal::Terminal;
use crate::replica::documents::DocumentStore;
use crate::replica::folder;

/// Runs the command.
pub fn run(dir: &Path, wanted: &args::Audit, terminal: &mut Terminal) -> Result<(), CliError> {
    folder::config(dir)?;
    let store = DocumentStore::open(dir, None)?;
    let accounts = account::open(&store)?;
    let account = wanted.login.as_deref().map(|login| account::find(&accounts, login)).transpose()?;
    let filter = Filter {
        account: account.map(|account| account.id),
        event: wanted.event.as_deref().map(event).transpose()?,
        subject: wanted.subject.clone(),
        ..Filter::default()
    };
    let logins = accounts.list()?;
    let name = |id: AccountId| logins.iter().find(|account| account.id == id).map(|account| &account.login);
    let audit = Audit::new(Arc::clone(store.database()));
    let entries = audit.latest(&filter, wanted.before, wanted.limit);
    for entry in entries.map_err(store.failed())? {
        show(&entry, entry.account.and_then(name).map(String::as_str), terminal)?;
    }
    Ok(())
}

fn event(word: &str) -> Result<Event, CliError> {
    Event::of(word).ok_or_else(|| {
        let known: Vec<&str> = Event::ALL.iter().map(|(_, word)| *word).collect();
        CliError::Usage(format!(
            "không có loại việc `{word}`; hãy ghi một trong các loại sau. / There is no event `{word}`. Give one of these: {}",
            known.join(", ")
        ))
    })
}

fn show(entry: &Entry, login: Option<&str>, terminal: &mut Terminal) -> Result<(), CliError> {
    let at = account::moment(entry.at);
    let object = json!({
        "id": entry.id,
        "at": at,
        "account": login,
        "event": entry.event.word(),
        "subject": entry.subject,
        "details": entry.details,
    });
    let (event, who) = (entry.event.word(), login.unwrap_or("-"));
    let text = format!("{:>6}  {at}  {event:<16} {who}  {}  {}", entry.id, entry.subject, entry.details);
    terminal.result(&object, text.trim_end())
}
