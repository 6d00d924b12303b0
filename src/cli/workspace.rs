//! A working folder opened for writing: locked, its settings read, its releases at hand.

use std::ops::Deref;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::Utc;
use niemyet_sync::audit::Act;
use niemyet_sync::audit::Audit;
use niemyet_sync::audit::Event;

use super::data;
use super::error::CliError;
use super::terminal::Terminal;
use crate::build::source::SourceTree;
use crate::config::Config;
use crate::rebuild::Place;
use crate::release::Store;
use crate::replica::disk::RealDisk;
use crate::replica::documents::DocumentStore;
use crate::replica::documents::Documents;
use crate::replica::folder;
use crate::replica::lock;
use crate::replica::lock::FolderLock;
use crate::replica::project;
use crate::replica::project::Project;
use crate::replica::site_source;
use crate::timetable::LawVersion;

/// A working folder that nobody else writes releases of.
#[derive(Debug)]
pub struct Workspace {
    /// Held as long as the folder is open.
    pub lock: FolderLock,
    /// All else of it.
    pub folder: Unlocked,
}

impl Deref for Workspace {
    type Target = Unlocked;

    fn deref(&self) -> &Unlocked {
        &self.folder
    }
}

/// A working folder whose lock is for others too.
#[derive(Debug)]
pub struct Unlocked {
    /// Where it is.
    pub dir: PathBuf,
    /// Its settings.
    pub config: Config,
    /// Its documents.
    pub documents: DocumentStore,
    /// Its releases.
    pub store: Store,
    /// The known law versions.
    pub laws: Vec<LawVersion>,
}

/// What a build reads from the folder.
#[derive(Debug)]
pub struct Loaded {
    /// Its documents.
    pub documents: Documents,
    /// Its site.
    pub site: SourceTree,
}

impl Workspace {
    /// Opens the folder, or says what is missing or who has it.
    pub fn open(dir: &Path, terminal: &mut Terminal) -> Result<Self, CliError> {
        let config = folder::config(dir)?;
        let lock = lock::lock(dir)?;
        let store = Store::open_for_writing(&dir.join(folder::RELEASES), Arc::new(RealDisk), &lock)?;
        let documents = DocumentStore::open(dir, Some(&lock))?;
        let laws = data::laws(terminal)?;
        Ok(Self { lock, folder: Unlocked { dir: dir.to_owned(), config, documents, store, laws } })
    }
}

impl Unlocked {
    /// Reads documents and site.
    pub fn load(&self) -> Result<Loaded, CliError> {
        Ok(Loaded { documents: self.documents()?, site: site_source::read(&self.site())? })
    }

    /// Reads the documents.
    pub fn documents(&self) -> Result<Documents, CliError> {
        Ok(self.documents.load()?)
    }

    /// Folder of the site's source.
    pub fn site(&self) -> PathBuf {
        self.dir.join(folder::SITE)
    }

    /// What a rebuild needs of it.
    pub fn place(&self) -> Place<'_> {
        Place {
            dir: &self.dir,
            config: &self.config,
            documents: &self.documents,
            releases: &self.store,
            laws: &self.laws,
        }
    }

    /// The project of what is approved now.
    pub fn project(&self, loaded: &mut Loaded, engine: &str) -> Result<Project, CliError> {
        Ok(project::current(&mut loaded.documents, &loaded.site, self.place().settings(engine))?)
    }
}

/// Notes something in the audit log. What was done stands already, so a failure is told and not made the command's own.
pub fn note(documents: &DocumentStore, event: Event, subject: &str, details: &str) {
    let audit = Audit::new(Arc::clone(documents.database()));
    let act = Act { now: Utc::now().timestamp_millis(), by: None };
    if let Err(error) = audit.record(act, event, subject, details) {
        tracing::warn!(%error, "the audit log could not be written");
    }
}
