//! A copy of the store, as of one moment, while changes go on being kept.

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
use crate::database::Database;
use crate::database::OpenError;
use crate::database::copy_to;
use crate::database::place;

/// Writes a backup: one file, checked before it gets its name, never over another.
///
/// # Errors
/// If there is something at the place, the disk has no room, or the copy is not whole.
pub fn backup(
    database: &Database,
    act: Act,
    to: &Path,
    chance: &dyn Chance,
) -> Result<Report, MaintenanceError> {
    expect_place(to)?;
    let temporary = place::temporary(to, &draw(chance).map_err(OpenError::from)?);
    let made = write(database, &temporary).and_then(|report| {
        place::publish(&temporary, to)?;
        Ok(report)
    });
    if made.is_err() {
        place::discard(&temporary);
    }
    let report = made?;
    let subject = to.display().to_string();
    let details = format!("{} documents, {} changes", report.documents, report.changes);
    let note = Note { act, event: Event::Backup, subject: &subject, details: &details };
    database.write(|tx| audit::write(tx, &note))?;
    Ok(report)
}

/// A new file in a folder that is there.
fn expect_place(to: &Path) -> Result<(), MaintenanceError> {
    if to.is_dir() {
        return Err(MaintenanceError::IsFolder { path: to.to_owned() });
    }
    if to.exists() {
        return Err(OpenError::Exists { path: to.to_owned() }.into());
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.exists(), folder.is_dir()) {
        (false, _) => Err(MaintenanceError::NoFolder { folder: folder.to_owned() }),
        (true, false) => Err(MaintenanceError::NotAFolder { path: folder.to_owned() }),
        (true, true) => Ok(()),
    }
}

fn write(database: &Database, temporary: &Path) -> Result<Report, MaintenanceError> {
    database.read(|connection| copy_to(connection, temporary))?;
    place::make_durable(temporary)?;
    let report = check_file(temporary)?;
    if report.problems.is_empty() {
        Ok(report)
    } else {
        Err(MaintenanceError::Unsound { problems: report.problems })
    }
}
