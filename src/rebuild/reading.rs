//! What a rebuild reads: the documents that can be public, again only those that moved, and the site's source.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use niemyet_sync::store::Position;

use super::Place;
use super::RebuildError;
use crate::build::source::SourceTree;
use crate::document::Key;
use crate::release::Release;
use crate::release::ReleaseError;
use crate::release::verify;
use crate::replica::FolderError;
use crate::replica::documents::DocumentStore;
use crate::replica::documents::Documents;
use crate::replica::folder;
use crate::replica::project;
use crate::replica::site_source;

/// Which files of the site are read again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Files {
    /// None: documents have moved.
    #[default]
    AsRead,
    /// These, which may be gone by now, or be folders.
    Paths(BTreeSet<PathBuf>),
    /// All.
    Whole,
    /// None: the site is the one of the current release, which somebody asked for. Without a release, all.
    Released,
}

/// What was read last.
#[derive(Debug)]
pub struct Reading {
    /// The documents that can be public.
    pub documents: Documents,
    /// The site's source.
    pub site: Arc<SourceTree>,
    /// Its hash.
    pub site_hash: String,
    seen: Position,
}

impl Reading {
    /// Reads all documents, and the site as it was released or as it stands.
    pub fn new(place: Place<'_>, files: &Files) -> Result<Self, RebuildError> {
        // Asked before: what comes between is read twice, and not missed.
        let seen = place.documents.last()?;
        let documents = place.documents.load_where(is_shown)?;
        let released = if *files == Files::Released { released(place)? } else { None };
        let site = Arc::new(match released {
            Some(site) => site,
            None => site_source::read(&site_of(place.dir))?,
        });
        Ok(Self { documents, site_hash: project::hash(&site), site, seen })
    }

    /// Reads again what moved.
    pub fn again(&mut self, place: Place<'_>, files: &Files) -> Result<(), RebuildError> {
        self.documents_again(place.documents)?;
        let folder = site_of(place.dir);
        let site = match files {
            Files::AsRead => return Ok(()),
            Files::Released => match place.releases.current()? {
                Some(current) if current.header().inputs.site == self.site_hash => return Ok(()),
                Some(current) => source_of(&current)?,
                None => site_source::read(&folder)?,
            },
            Files::Whole => site_source::read(&folder)?,
            Files::Paths(paths) if !paths.iter().any(|path| path.starts_with(&folder)) => return Ok(()),
            Files::Paths(paths) => {
                let mut site = (*self.site).clone();
                update(&mut site, &folder, paths)?;
                site
            }
        };
        if site != *self.site {
            self.site_hash = project::hash(&site);
            self.site = Arc::new(site);
        }
        Ok(())
    }

    fn documents_again(&mut self, store: &DocumentStore) -> Result<(), FolderError> {
        let moved = store.since(self.seen)?;
        let election = self.documents.values().next().map(|document| document.election().to_owned());
        let mut read = Vec::new();
        for listed in &moved {
            let Some(key) = listed.key.parse().ok().filter(is_shown) else { continue };
            read.push(match self.documents.get(&key) {
                Some(before) => store.read_on(listed, before, self.seen)?,
                None => store.read(listed, election.as_deref())?,
            });
        }
        // Only now: after a failure the same is read again.
        self.documents.extend(read.into_iter().map(|document| (document.key().clone(), document)));
        self.seen = moved.iter().map(|listed| listed.last).chain([self.seen]).max().unwrap_or_default();
        Ok(())
    }
}

/// Documents of other kinds never reach a page, so they are not even read.
pub fn is_shown(key: &Key) -> bool {
    matches!(key, Key::Election | Key::Directive(_) | Key::Publication)
}

/// The site of the current release, if there is one.
fn released(place: Place<'_>) -> Result<Option<SourceTree>, ReleaseError> {
    place.releases.current()?.map(|current| source_of(&current)).transpose()
}

fn source_of(release: &Release) -> Result<SourceTree, ReleaseError> {
    let source = verify::source(release)?;
    Ok(source.into_iter().map(|(path, bytes)| (path, Arc::from(bytes))).collect())
}

fn site_of(dir: &Path) -> PathBuf {
    dir.join(folder::SITE)
}

/// Reads again what the paths name: files, or folders that came or went as a whole.
pub fn update(site: &mut SourceTree, folder: &Path, paths: &BTreeSet<PathBuf>) -> Result<(), FolderError> {
    for path in paths.iter().filter(|path| path.starts_with(folder)) {
        if path == folder || path.is_dir() {
            *site = site_source::read(folder)?;
            return Ok(());
        }
        let Some(name) = site_source::name_of(folder, path)? else {
            continue;
        };
        if let Some(bytes) = site_source::read_file(path)? {
            site.insert(name, bytes);
        } else {
            let below = format!("{name}/");
            site.retain(|path, _| *path != name && !path.starts_with(&below));
        }
    }
    Ok(())
}
