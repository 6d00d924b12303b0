//! A working folder opened for writing: locked, its settings read, its releases at hand.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use chrono::SecondsFormat;
use chrono::Utc;
use chrono_tz::Asia::Ho_Chi_Minh;

use super::data;
use super::error::CliError;
use super::terminal::Terminal;
use crate::build::source::SourceTree;
use crate::config::Config;
use crate::release::Store;
use crate::replica::disk::RealDisk;
use crate::replica::documents::DocumentStore;
use crate::replica::documents::Documents;
use crate::replica::folder;
use crate::replica::lock;
use crate::replica::lock::FolderLock;
use crate::replica::project;
use crate::replica::project::Project;
use crate::replica::project::Settings;
use crate::replica::site_source;
use crate::timetable::LawVersion;

/// An open working folder.
#[derive(Debug)]
pub struct Workspace {
    /// Where it is.
    pub dir: PathBuf,
    /// Its settings.
    pub config: Config,
    /// Held as long as the folder is open.
    pub lock: FolderLock,
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
        Ok(Self { dir: dir.to_owned(), config, lock, documents, store, laws: data::laws(terminal)? })
    }

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

    /// The project of what is approved now.
    pub fn project(&self, loaded: &mut Loaded, engine: &str) -> Result<Project, CliError> {
        let settings = Settings {
            laws: &self.laws,
            as_of: self.config.as_of.unwrap_or_else(today),
            base_url: self.config.base_url.as_deref(),
            engine,
        };
        Ok(project::current(&mut loaded.documents, &loaded.site, settings)?)
    }
}

/// Today where the election is held.
fn today() -> NaiveDate {
    Utc::now().with_timezone(&Ho_Chi_Minh).date_naive()
}

/// The present moment as manifests hold it.
pub fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}
