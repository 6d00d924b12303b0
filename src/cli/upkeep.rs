//! `niemyet backup`, `restore`, and `check` of a working folder's store.

use std::path::Path;

use niemyet_sync::chance::SystemChance;
use niemyet_sync::maintenance;
use niemyet_sync::maintenance::Report;
use niemyet_sync::maintenance::Restore;
use serde_json::json;

use super::account;
use super::error::CliError;
use super::terminal::Terminal;
use crate::config;
use crate::replica::FolderError;
use crate::replica::disk;
use crate::replica::disk::Disk;
use crate::replica::disk::RealDisk;
use crate::replica::documents::DocumentStore;
use crate::replica::documents::STORE;
use crate::replica::folder;
use crate::replica::site_source;

/// Writes everything of the store into one file, while others write on.
pub fn backup(dir: &Path, to: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    folder::config(dir)?;
    let store = DocumentStore::open(dir, None)?;
    let bar = terminal.progress("copying and checking the store");
    let made = maintenance::backup(store.database(), account::act(), to, &SystemChance);
    bar.finish_and_clear();
    let report = made?;
    terminal.result(&object(&report, to), &format!("{} holds {}", to.display(), summary(&report)))
}

/// Puts a backup into a folder that has no store; a folder that is none yet becomes one.
pub fn restore(
    dir: &Path,
    from: &Path,
    replay_until: Option<i64>,
    terminal: &mut Terminal,
) -> Result<(), CliError> {
    RealDisk.create_dir_all(dir).map_err(CliError::file("create", dir))?;
    let to = dir.join(STORE);
    let bar = terminal.progress("checking the backup and copying it");
    let restore = Restore { from, to: &to, replay_until };
    let put = maintenance::restore(account::act(), restore, &SystemChance);
    bar.finish_and_clear();
    let report = put?;
    if !dir.join(config::FILE).exists() {
        furnish(dir, config::TEMPLATE)?;
    }
    let next = folder::typed(dir);
    terminal.result(
        &object(&report, dir),
        &format!("{} holds {}. Next: niemyet build --dir {next}", dir.display(), summary(&report)),
    )
}

/// Makes a folder that has a store a working folder.
pub fn furnish(dir: &Path, settings: &str) -> Result<(), FolderError> {
    let site = dir.join(folder::SITE);
    if !site.exists() {
        site_source::write(&RealDisk, &site, &site_source::default_site())?;
    }
    // The settings come last: only they make it a working folder.
    let path = dir.join(config::FILE);
    disk::replace(&RealDisk, &path, settings.as_bytes()).map_err(FolderError::io("write", path))
}

/// Reads everything in the store and holds it against the sums that were written with it.
pub fn check(dir: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    folder::config(dir)?;
    let store = DocumentStore::open(dir, None)?;
    let bar = terminal.progress("reading the store");
    let checked = maintenance::check(store.database()).map_err(store.failed());
    bar.finish_and_clear();
    let report = checked?;
    for problem in &report.problems {
        let object = json!({ "place": problem.place, "what": problem.what });
        terminal.finding(&object, &format!("error: {problem}"));
    }
    if !report.problems.is_empty() {
        return Err(CliError::Unsound { path: store.path().to_owned(), count: report.problems.len() });
    }
    // The sums say that it is what was written; this says that what was written makes sense.
    store.load()?;
    terminal.result(
        &object(&report, dir),
        &format!("{} is in order: {}", store.path().display(), summary(&report)),
    )
}

fn object(report: &Report, place: &Path) -> serde_json::Value {
    json!({
        "place": place,
        "documents": report.documents,
        "changes": report.changes,
        "accounts": report.accounts,
        "audit": report.audit,
    })
}

fn summary(report: &Report) -> String {
    let Report { documents, changes, accounts, audit, .. } = report;
    format!(
        "{documents} documents of {changes} changes, {accounts} accounts, {audit} entries of the audit log"
    )
}
