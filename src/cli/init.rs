//! `niemyet init`: a data set in, a working folder out; whole or absent.

use std::fs;
use std::io;
use std::path::Path;

use automerge::ActorId;
use chrono::Utc;
use serde_json::json;

use super::data;
use super::error::CliError;
use super::terminal::Terminal;
use crate::config;
use crate::replica::FolderError;
use crate::replica::disk;
use crate::replica::disk::Disk;
use crate::replica::disk::RealDisk;
use crate::replica::documents;
use crate::replica::folder;
use crate::replica::import;
use crate::replica::import::Importer;
use crate::replica::site_source;

/// Sets up `dir` from the data set `from`.
pub fn run(dir: &Path, from: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    create(dir, from, config::TEMPLATE, terminal)?;
    terminal.result(
        &json!({ "dir": dir }),
        &format!("{} is ready. Next: niemyet build --dir {}", dir.display(), dir.display()),
    )
}

/// Sets up a working folder with these settings: everything is written beside it and renamed in at the end.
pub fn create(dir: &Path, from: &Path, settings: &str, terminal: &mut Terminal) -> Result<(), CliError> {
    refuse_occupied(dir)?;
    let laws = data::laws(terminal)?;
    let dataset = data::dataset(from, &laws, terminal)?;
    let importer = Importer { actor: ActorId::random(), at: Utc::now(), by: "niemyet init".to_owned() };
    let mut documents = import::import(&dataset, &importer).map_err(CliError::Import)?;
    // `dir/.` has no name to write beside; the resolved path of a folder that exists has.
    let target = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let beside = disk::temporary(&target);
    let written = write(&beside, &mut documents, settings).and_then(|()| put_in_place(&beside, &target));
    if written.is_err() {
        // What is left of it is replaced by the next attempt.
        let _ = fs::remove_dir_all(&beside);
    }
    written
}

/// A working folder, or a folder with anything else in it, is never written over.
fn refuse_occupied(dir: &Path) -> Result<(), CliError> {
    let mut entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(CliError::file("read", dir)(error)),
    };
    if dir.join(config::FILE).exists() {
        return Err(CliError::Occupied { dir: dir.to_owned(), what: "is a working folder already" });
    }
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(CliError::Occupied { dir: dir.to_owned(), what: "is not empty" }),
    }
}

fn write(beside: &Path, documents: &mut [crate::document::Document], settings: &str) -> Result<(), CliError> {
    match fs::remove_dir_all(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(CliError::file("remove", beside)(error));
        }
        _ => {}
    }
    let folder = beside.join(folder::DOCUMENTS);
    RealDisk.create_dir_all(&folder).map_err(FolderError::io("create", &folder))?;
    for document in documents {
        documents::save(&RealDisk, &folder, document)?;
    }
    site_source::write(&RealDisk, &beside.join(folder::SITE), &site_source::default_site())?;
    let path = beside.join(config::FILE);
    Ok(disk::replace(&RealDisk, &path, settings.as_bytes()).map_err(FolderError::io("write", path))?)
}

fn put_in_place(beside: &Path, target: &Path) -> Result<(), CliError> {
    let failed = || CliError::file("create", target);
    RealDisk.rename(beside, target).map_err(failed())?;
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    RealDisk.sync_dir(parent).map_err(failed())
}
