//! `niemyet init`: a data set in, a working folder out; whole or absent.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use automerge::ActorId;
use chrono::Utc;
use serde_json::json;

use super::account;
use super::data;
use super::error::CliError;
use super::terminal::Terminal;
use crate::config;
use crate::document::Document;
use crate::replica::FolderError;
use crate::replica::disk;
use crate::replica::disk::Disk;
use crate::replica::disk::RealDisk;
use crate::replica::documents::DocumentStore;
use crate::replica::documents::STORE;
use crate::replica::folder;
use crate::replica::import;
use crate::replica::import::Importer;
use crate::replica::site_source;

/// Sets up `dir` from the data set `from`.
pub fn run(dir: &Path, from: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    let code = create(dir, from, config::TEMPLATE, terminal)?;
    let (place, next) = (dir.display(), folder::typed(dir));
    let ready = format!(
        "{place} đã sẵn sàng. Tiếp theo: niemyet build --dir {next} / {place} is ready. Next: niemyet build --dir {next}"
    );
    terminal.result(&json!({ "dir": dir, "code": code }), &format!("{ready}\n{}", account::first(&code)))
}

/// Sets up a working folder with these settings: everything is written elsewhere and renamed in at the end. Gives the code of
/// the first administrator.
pub fn create(dir: &Path, from: &Path, settings: &str, terminal: &mut Terminal) -> Result<String, CliError> {
    refuse_occupied(dir)?;
    let laws = data::laws(terminal)?;
    let dataset = data::dataset(from, &laws, terminal)?;
    let importer = Importer { actor: ActorId::random(), at: Utc::now(), by: "niemyet init".to_owned() };
    let mut documents = import::import(&dataset, &importer).map_err(CliError::Import)?;
    let staged = Staged::of(dir);
    let written =
        staged.write(&mut documents, settings).and_then(|code| staged.put_in_place().map(|()| code));
    if written.is_err() {
        // What is left of it is replaced by the next attempt.
        let _ = fs::remove_dir_all(&staged.at);
    }
    written
}

/// What is being written, and where it goes when it is whole.
struct Staged {
    at: PathBuf,
    target: PathBuf,
    exists: bool,
}

impl Staged {
    /// Beside a folder that does not exist. Within one that does: it may be a mounted volume, onto which nothing can be
    /// renamed, and the folder above it may belong to somebody else.
    fn of(dir: &Path) -> Self {
        match fs::canonicalize(dir) {
            Ok(target) => Self { at: target.join(format!("{}init", disk::TEMPORARY)), target, exists: true },
            Err(_) => Self { at: disk::temporary(dir), target: dir.to_owned(), exists: false },
        }
    }

    fn write(&self, documents: &mut [Document], settings: &str) -> Result<String, CliError> {
        match fs::remove_dir_all(&self.at) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(CliError::file("remove", &self.at)(error));
            }
            _ => {}
        }
        RealDisk.create_dir_all(&self.at).map_err(FolderError::io("create", &self.at))?;
        let store = DocumentStore::create(&self.at)?;
        for document in documents {
            store.save(document)?;
        }
        let code = account::open(&store)?.bootstrap(account::act().now)?;
        store.close()?;
        site_source::write(&RealDisk, &self.at.join(folder::SITE), &site_source::default_site())?;
        let path = self.at.join(config::FILE);
        disk::replace(&RealDisk, &path, settings.as_bytes()).map_err(FolderError::io("write", path))?;
        Ok(code.show().to_owned())
    }

    fn put_in_place(&self) -> Result<(), CliError> {
        let failed = || CliError::file("create", &self.target);
        if !self.exists {
            RealDisk.rename(&self.at, &self.target).map_err(failed())?;
            let parent = self.target.parent().filter(|parent| !parent.as_os_str().is_empty());
            return RealDisk.sync_dir(parent.unwrap_or(Path::new("."))).map_err(failed());
        }
        // The settings come last: only they make it a working folder.
        for name in [STORE, folder::SITE, config::FILE] {
            RealDisk.rename(&self.at.join(name), &self.target.join(name)).map_err(failed())?;
        }
        fs::remove_dir(&self.at).map_err(failed())?;
        RealDisk.sync_dir(&self.target).map_err(failed())
    }
}

/// A working folder, or a folder with anything else in it, is never written over.
fn refuse_occupied(dir: &Path) -> Result<(), CliError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(CliError::file("read", dir)(error)),
    };
    if dir.join(config::FILE).exists() {
        return Err(CliError::Occupied {
            dir: dir.to_owned(),
            what: ("đã là thư mục làm việc", "is a working folder already"),
        });
    }
    for entry in entries {
        let name = entry.map_err(CliError::file("read", dir))?.file_name();
        // What a killed `init` left, and what a new file system of Linux always holds.
        if !name.as_encoded_bytes().starts_with(disk::TEMPORARY.as_bytes()) && name != "lost+found" {
            return Err(CliError::Occupied { dir: dir.to_owned(), what: ("không trống", "is not empty") });
        }
    }
    Ok(())
}
