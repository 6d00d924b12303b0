//! `niemyet backup`, `restore`, and `check` of a working folder's store.

use std::path::Path;

use chrono::DateTime;
use chrono::FixedOffset;
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
    let bar = terminal.progress("đang sao lưu và kiểm tra / copying and checking");
    let made = maintenance::backup(store.database(), account::act(), to, &SystemChance);
    bar.finish_and_clear();
    let report = made?;
    terminal.result(&object(&report, to), &format!("{}: {}", to.display(), summary(&report)))
}

/// Puts a backup into a folder that has no store; a folder that is none yet becomes one.
pub fn restore(
    dir: &Path,
    from: &Path,
    replay_until: Option<DateTime<FixedOffset>>,
    terminal: &mut Terminal,
) -> Result<(), CliError> {
    let act = account::act();
    if let Some(until) = replay_until.filter(|until| until.timestamp_millis() <= act.now) {
        let until = until.to_rfc3339();
        return Err(CliError::Usage(format!(
            "--replay-until: {until} đã qua; hãy ghi một thời điểm sắp tới, hoặc bỏ tùy chọn này. / {until} is over; give a time to come, or \
             leave the option out"
        )));
    }
    let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let made: Vec<&Path> = dir.ancestors().take_while(missing).collect();
    RealDisk.create_dir_all(dir).map_err(CliError::file("create", dir))?;
    let to = dir.join(STORE);
    let bar = terminal.progress("đang kiểm tra và sao chép / checking and copying");
    let replay_until = replay_until.map(|until| until.timestamp_millis());
    let put = maintenance::restore(act, Restore { from, to: &to, replay_until }, &SystemChance);
    bar.finish_and_clear();
    if put.is_err() {
        // Only what was made here, and only as long as it is empty.
        let _ = made.iter().try_for_each(std::fs::remove_dir);
    }
    let report = put?;
    if !dir.join(config::FILE).exists() {
        furnish(dir, config::TEMPLATE)?;
    }
    let next = folder::typed(dir);
    terminal.result(
        &object(&report, dir),
        &format!("{}: {}. Tiếp theo / Next: niemyet build --dir {next}", dir.display(), summary(&report)),
    )
}

/// Makes a folder that has a store a working folder.
pub fn furnish(dir: &Path, settings: &str) -> Result<(), FolderError> {
    let site = dir.join(folder::SITE);
    if !site.exists() {
        // Whole or not at all: a command that was killed leaves none, and the next one writes it.
        let staged = dir.join(format!("{}site", disk::TEMPORARY));
        match std::fs::remove_dir_all(&staged) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(FolderError::io("remove", staged)(error));
            }
            _ => {}
        }
        site_source::write(&RealDisk, &staged, &site_source::default_site())?;
        RealDisk.rename(&staged, &site).map_err(FolderError::io("rename", &staged))?;
        RealDisk.sync_dir(dir).map_err(FolderError::io("sync", dir))?;
    }
    // The settings come last: only they make it a working folder.
    let path = dir.join(config::FILE);
    disk::replace(&RealDisk, &path, settings.as_bytes()).map_err(FolderError::io("write", path))
}

/// Reads everything in the store and holds it against the sums that were written with it.
pub fn check(dir: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    folder::config(dir)?;
    let store = DocumentStore::open(dir, None)?;
    let bar = terminal.progress("đang đọc kho dữ liệu / reading the store");
    let checked = maintenance::check(store.database()).map_err(store.failed());
    bar.finish_and_clear();
    let report = checked?;
    for problem in &report.problems {
        let object = json!({ "place": problem.place, "what": problem.what });
        terminal.finding(&object, &format!("lỗi / error: {problem}"));
    }
    if !report.problems.is_empty() {
        return Err(CliError::Unsound { path: store.path().to_owned(), count: report.problems.len() });
    }
    // The sums say that it is what was written; this says that what was written makes sense.
    store.load()?;
    terminal.result(
        &object(&report, dir),
        &format!("{}: nguyên vẹn / in order: {}", store.path().display(), summary(&report)),
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
        "{documents} văn bản với {changes} thay đổi, {accounts} tài khoản, {audit} mục nhật ký / {documents} documents of {changes} changes, \
         {accounts} accounts, {audit} entries of the audit log"
    )
}
