//! The releases' folder: which releases are kept, which is current, and the switch between them.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::Weak;

use super::error::ReleaseError;
use super::loaded::Layer;
use super::loaded::Release;
use super::manifest;
use super::pack::Pack;
use crate::replica::disk;
use crate::replica::disk::Disk;
use crate::replica::lock::FolderLock;

/// Bases that may stand below a release; the next one after that stores all rows again.
pub const MAX_DEPTH: u32 = 16;

const SUFFIX: &str = ".manifest";

/// A releases' folder.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    layers: Mutex<HashMap<String, Weak<Layer>>>,
    packs: Mutex<HashMap<String, Weak<Pack>>>,
}

impl Store {
    /// Opens the folder for reading. Writing needs the lock of the working folder, see `open_for_writing`.
    pub fn open(folder: &Path, disk: Arc<dyn Disk>) -> Self {
        Self { folder: folder.to_owned(), disk, layers: Mutex::default(), packs: Mutex::default() }
    }

    /// Opens the folder and removes what a killed process left half-written. The lock proves that no other process writes.
    pub fn open_for_writing(
        folder: &Path,
        disk: Arc<dyn Disk>,
        lock: &FolderLock,
    ) -> Result<Self, ReleaseError> {
        let store = Self::open(folder, disk);
        store.clean(lock)?;
        Ok(store)
    }

    /// Removes what a killed process left half-written; makes the folders that are missing.
    pub fn clean(&self, _lock: &FolderLock) -> Result<(), ReleaseError> {
        let packs = self.folder.join("packs");
        self.disk.create_dir_all(&packs).map_err(ReleaseError::io("create", &packs))?;
        for folder in [&self.folder, &packs] {
            disk::clean(self.disk.as_ref(), folder).map_err(ReleaseError::io("clean", folder))?;
        }
        Ok(())
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    pub(super) fn manifest_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}{SUFFIX}"))
    }

    /// The small file that names the current release.
    pub fn current_path(&self) -> PathBuf {
        self.folder.join("current")
    }

    /// Names of all kept releases, oldest first.
    pub fn ids(&self) -> Result<Vec<String>, ReleaseError> {
        let mut ids = Vec::new();
        let failed = || ReleaseError::io("list", &self.folder);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ids),
            Err(error) => return Err(failed()(error)),
        };
        for entry in entries {
            let name = entry.map_err(failed())?.file_name();
            if let Some(id) = name.to_str().and_then(|name| name.strip_suffix(SUFFIX))
                && is_id(id)
            {
                ids.push(id.to_owned());
            }
        }
        ids.sort_by_key(|id| (sequence_of(id), id.clone()));
        Ok(ids)
    }

    /// The number in a release's name: a newer one has a greater.
    pub fn number_of(id: &str) -> u64 {
        sequence_of(id)
    }

    /// Name of the current release, if there is one.
    pub fn current_id(&self) -> Result<Option<String>, ReleaseError> {
        let path = self.current_path();
        match fs::read_to_string(&path) {
            Ok(text) => match text.strip_suffix('\n') {
                Some(id) if is_id(id) => Ok(Some(id.to_owned())),
                _ => {
                    let what = "it does not hold the name of a release".to_owned();
                    Err(ReleaseError::Damaged { path, line: Some(1), what })
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ReleaseError::io("read", path)(error)),
        }
    }

    /// The current release, if there is one.
    pub fn current(&self) -> Result<Option<Release>, ReleaseError> {
        let load = |id: String| self.load(&id).map_err(|error| names_nothing(error, self.current_path()));
        self.current_id()?.map(load).transpose()
    }

    /// The current release, or the advice to build one.
    pub fn require_current(&self) -> Result<Release, ReleaseError> {
        self.current()?.ok_or_else(|| ReleaseError::None { folder: self.folder.clone() })
    }

    /// Loads a kept release, checking its manifests and that its packs are there.
    pub fn load(&self, id: &str) -> Result<Release, ReleaseError> {
        let newest = self.layer(id)?;
        let mut below: Vec<Arc<Layer>> = Vec::new();
        let mut base = newest.header.base.clone();
        while let Some(id) = base {
            if below.len() as u64 > u64::from(MAX_DEPTH) {
                let what = "its chain of bases does not end".to_owned();
                return Err(ReleaseError::Damaged { path: self.manifest_path(&id), line: Some(1), what });
            }
            let above = below.last().map_or(newest.id.as_str(), |layer| layer.id.as_str());
            let layer = self.layer(&id).map_err(|error| names_nothing(error, self.manifest_path(above)))?;
            base = layer.header.base.clone();
            below.push(layer);
        }
        Ok(Release::new(newest, &below))
    }

    fn layer(&self, id: &str) -> Result<Arc<Layer>, ReleaseError> {
        let cached =
            self.layers.lock().unwrap_or_else(PoisonError::into_inner).get(id).and_then(Weak::upgrade);
        if let Some(layer) = cached {
            return Ok(layer);
        }
        let path = self.manifest_path(id);
        let unknown = || ReleaseError::Unknown { id: id.to_owned(), folder: self.folder.clone() };
        if !is_id(id) {
            return Err(unknown());
        }
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(unknown()),
            Err(error) => return Err(ReleaseError::io("read", path)(error)),
        };
        let (header, rows) = manifest::read(&path, id, &bytes)?;
        self.remember(id, header, rows)
    }

    pub(super) fn remember(
        &self,
        id: &str,
        header: manifest::Header,
        rows: manifest::Rows,
    ) -> Result<Arc<Layer>, ReleaseError> {
        let mut packs = HashMap::new();
        for location in rows.values().flatten() {
            if !packs.contains_key(&location.pack) {
                packs.insert(location.pack.clone(), self.pack(&location.pack)?);
            }
        }
        let layer = Arc::new(Layer { id: id.to_owned(), header, rows, packs });
        let mut cache = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        cache.retain(|_, layer| layer.strong_count() > 0);
        cache.insert(id.to_owned(), Arc::downgrade(&layer));
        Ok(layer)
    }

    /// A removed release is not to be found again, though a reader may still hold its layer.
    pub(super) fn forget(&self, id: &str) {
        self.layers.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn pack(&self, name: &str) -> Result<Arc<Pack>, ReleaseError> {
        let mut cache = self.packs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pack) = cache.get(name).and_then(Weak::upgrade).filter(|pack| pack.stands()) {
            return Ok(pack);
        }
        let pack = Arc::new(Pack::open(&self.folder, name)?);
        cache.retain(|_, pack| pack.strong_count() > 0);
        cache.insert(name.to_owned(), Arc::downgrade(&pack));
        Ok(pack)
    }

    /// The small file that names the releases that somebody asked for or went to, the last choice last.
    fn chosen_path(&self) -> PathBuf {
        self.folder.join("chosen")
    }

    /// The releases that somebody chose; some may be gone.
    pub(super) fn chosen(&self) -> Result<Vec<String>, ReleaseError> {
        let path = self.chosen_path();
        match fs::read(&path) {
            // What is damaged in it names no release.
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                Ok(text.lines().filter(|line| is_id(line)).map(str::to_owned).collect())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(ReleaseError::io("read", path)(error)),
        }
    }

    /// Notes that somebody asked for this release, or went to it: those that follow by themselves do not push it out
    /// ([`super::retention`]).
    pub fn choose(&self, id: &str, _lock: &FolderLock) -> Result<(), ReleaseError> {
        let mut chosen = self.chosen()?;
        if chosen.last().map(String::as_str) == Some(id) {
            return Ok(());
        }
        let kept = self.ids()?;
        chosen.retain(|other| other != id && kept.contains(other));
        chosen.push(id.to_owned());
        let (path, text) = (self.chosen_path(), chosen.join("\n") + "\n");
        disk::replace(self.disk.as_ref(), &path, text.as_bytes()).map_err(ReleaseError::io("write", &path))
    }

    /// Makes a kept release the current one, in one step. Going back to an older one is noted before: as long as it is current,
    /// nothing is released by itself.
    pub fn activate(&self, id: &str, lock: &FolderLock) -> Result<Release, ReleaseError> {
        let release = self.load(id)?;
        // As long as it is current it is kept anyway.
        if let Err(error) = self.choose(id, lock) {
            tracing::warn!(%error, release = id, "that somebody went to it is not noted");
        }
        if self.ids()?.last().map(String::as_str) != Some(id) {
            let path = self.pause_path();
            let text = format!("{id}\n");
            disk::replace(self.disk.as_ref(), &path, text.as_bytes())
                .map_err(ReleaseError::io("write", &path))?;
        }
        self.switch(id)?;
        Ok(release)
    }

    /// The small file that names the release to which somebody went back.
    fn pause_path(&self) -> PathBuf {
        self.folder.join("went-back-to")
    }

    /// Whether somebody went back to an older release, and it is current still.
    pub fn is_paused(&self) -> Result<bool, ReleaseError> {
        let path = self.pause_path();
        match fs::read_to_string(&path) {
            Ok(text) => {
                let current = self.current_id()?;
                Ok(current.as_deref() == Some(text.trim_end()) && self.ids()?.last() != current.as_ref())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(ReleaseError::io("read", path)(error)),
        }
    }

    /// Ends what [`Self::is_paused`] says: somebody asked for the release that is current.
    pub fn go_on(&self, _lock: &FolderLock) -> Result<(), ReleaseError> {
        let path = self.pause_path();
        match self.disk.remove(&path) {
            Ok(()) => self.disk.sync_dir(&self.folder).map_err(ReleaseError::io("write", &self.folder)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(ReleaseError::io("remove", path)(error)),
        }
    }

    /// The current release, if it is another than `before`: what a failed operation has made public all the same.
    pub fn moved_from(&self, before: Option<&str>) -> Option<Release> {
        self.current().ok().flatten().filter(|current| Some(current.id()) != before)
    }

    pub(super) fn switch(&self, id: &str) -> Result<(), ReleaseError> {
        let path = self.current_path();
        disk::replace(self.disk.as_ref(), &path, format!("{id}\n").as_bytes())
            .map_err(ReleaseError::io("write", &path))
    }
}

/// A file of ours that names a release which is not there is damaged: nobody asked for that name.
fn names_nothing(error: ReleaseError, path: PathBuf) -> ReleaseError {
    match error {
        ReleaseError::Unknown { id, .. } => ReleaseError::Damaged {
            path,
            line: Some(1),
            what: format!("it names release `{id}`, which is not there"),
        },
        other => other,
    }
}

/// The sequence number in a release's name.
pub(super) fn sequence_of(id: &str) -> u64 {
    id.split_once('-').and_then(|(sequence, _)| sequence.parse().ok()).unwrap_or(0)
}

fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(sequence, hash)| {
        sequence.len() >= 6
            && sequence.bytes().all(|byte| byte.is_ascii_digit())
            && hash.len() == 12
            && manifest::is_hex(hash)
    })
}
