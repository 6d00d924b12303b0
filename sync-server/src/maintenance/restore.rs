//! Putting a backup in the place of a store that is gone.
//!
//! What was kept after the backup is lost to the server, not to the clients. While the replay that [`Restore::replay_until`]
//! allows lasts, the server keeps changes that somebody brings who did not make them: with that account as the one who
//! delivered, `binds: false` and so [`crate::store::Receipt::bound`] false. The receipt then says what is known (who brought
//! it, when it was durable again) and no more; the actor is bound when its owner next delivers a change of their own after
//! the replay. The alternative, binding it to whoever brings it first, would shut the author out of their own document.
//!
//! The store gets a new storage id, since to its peers it is another store than the one that acknowledged what it now lacks.

use std::fs::File;
use std::io;
use std::io::Read;
use std::path::Path;

use super::MaintenanceError;
use super::Report;
use super::check::check_file;
use crate::audit;
use crate::audit::Act;
use crate::audit::Event;
use crate::audit::Note;
use crate::chance::Chance;
use crate::chance::draw;
use crate::database::OpenError;
use crate::database::at_rest;
use crate::database::copy_to;
use crate::database::place;
use crate::database::rewrite;
use crate::database::setting;
use crate::database::upgrade;

/// How to restore.
#[derive(Clone, Copy, Debug)]
pub struct Restore<'a> {
    /// The backup.
    pub from: &'a Path,
    /// Where the store is to be; nothing may be there.
    pub to: &'a Path,
    /// Until when clients may bring again what others wrote after the backup (Unix milliseconds).
    pub replay_until: Option<i64>,
}

/// Puts a backup in the place of a store, after checking all of it.
///
/// # Errors
/// If something is at the place, the backup is not whole, or the disk has no room. Nothing is left behind then.
pub fn restore(act: Act, restore: Restore<'_>, chance: &dyn Chance) -> Result<Report, MaintenanceError> {
    place::expect_vacant(restore.to)?;
    expect_backup(restore.from)?;
    let temporary = place::temporary(restore.to, &draw(chance).map_err(OpenError::from)?);
    let storage_id = draw::<16>(chance).map_err(OpenError::from)?;
    let put = write(act, restore, &temporary, storage_id).and_then(|report| {
        place::publish(&temporary, restore.to)?;
        Ok(report)
    });
    if put.is_err() {
        place::discard(&temporary);
    }
    put
}

/// What SQLite writes first into each of its files (its file format, 1.3.1).
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Other files are told from backups before anybody speaks of damage.
fn expect_backup(from: &Path) -> Result<(), MaintenanceError> {
    if !from.exists() {
        return Err(MaintenanceError::NoBackup { path: from.to_owned() });
    }
    let other = || MaintenanceError::NotABackup { path: from.to_owned() };
    if from.is_dir() {
        return Err(other());
    }
    let mut head = [0; MAGIC.len()];
    let read = File::open(from).and_then(|mut file| file.read_exact(&mut head));
    match read {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            Err(OpenError::Unreadable { path: from.to_owned(), what: error.to_string() }.into())
        }
        Ok(()) if head == MAGIC => match at_rest(from) {
            Err(OpenError::Foreign { .. }) => Err(other()),
            _ => Ok(()),
        },
        _ => Err(other()),
    }
}

/// The copy is checked, not the backup: what is put in place is then what was checked.
fn write(
    act: Act,
    restore: Restore<'_>,
    temporary: &Path,
    storage_id: [u8; 16],
) -> Result<Report, MaintenanceError> {
    copy_to(&at_rest(restore.from)?, temporary)?;
    upgrade(temporary)?;
    let report = check_file(temporary)?;
    if !report.problems.is_empty() {
        return Err(MaintenanceError::Unsound { problems: report.problems });
    }
    rewrite(temporary, |tx| {
        setting::store(tx, setting::STORAGE_ID, &storage_id)?;
        let until = restore.replay_until.unwrap_or(i64::MIN);
        setting::store(tx, setting::REPLAY_UNTIL, &until.to_le_bytes())?;
        let subject = restore.from.display().to_string();
        let details = match restore.replay_until {
            Some(until) => {
                format!("changes of others may be brought again until {until} (Unix milliseconds)")
            }
            None => String::new(),
        };
        let event = Event::Restore;
        audit::write(tx, &Note { act, event, subject: &subject, details: &details })
    })?;
    place::make_durable(temporary)?;
    Ok(report)
}
