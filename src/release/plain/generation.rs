//! One release as plain files, with the list of what we wrote: only that is ever removed.

use std::collections::BTreeSet;
use std::fs;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

use rustix::fs::Stat;
use walkdir::DirEntry;
use walkdir::WalkDir;

use crate::release::error::ReleaseError;
use crate::release::export;
use crate::release::export::LIST;
use crate::release::path;
use crate::replica::disk;
use crate::replica::disk::Disk;

/// A numbered folder: `files/`, `list`, and `carried` unless OUT leads there.
#[derive(Debug)]
pub(super) struct Generation(pub(super) PathBuf);

/// What is served before a switch.
#[derive(Debug)]
pub(super) struct Old {
    /// Where its files are.
    pub folder: PathBuf,
    /// Those that we wrote.
    pub list: BTreeSet<String>,
    /// The generation, unless it is a folder of an older version, in the place of OUT itself.
    pub generation: Option<Generation>,
}

impl Generation {
    /// Where its files are.
    pub fn files(&self) -> PathBuf {
        self.0.join("files")
    }

    fn list(&self) -> PathBuf {
        self.0.join("list")
    }

    fn carried(&self) -> PathBuf {
        self.0.join("carried")
    }

    /// Makes its folder, and says what will be ours in it, and what others have elsewhere too, before anything is.
    pub fn begin(
        &self,
        disk: &dyn Disk,
        paths: &BTreeSet<String>,
        foreign: &BTreeSet<String>,
    ) -> Result<(), ReleaseError> {
        let files = self.files();
        disk.create_dir_all(&files).map_err(ReleaseError::io("create", files))?;
        let text: String = paths.iter().flat_map(|path| [path.as_str(), "\n"]).collect();
        let list = self.list();
        disk::replace(disk, &list, text.as_bytes()).map_err(ReleaseError::io("write", list))?;
        self.stands_elsewhere(disk, foreign)
    }

    /// What others have here stands in another generation too, so that it may go from this one.
    pub fn stands_elsewhere(&self, disk: &dyn Disk, foreign: &BTreeSet<String>) -> Result<(), ReleaseError> {
        if foreign.is_empty() {
            return Ok(());
        }
        // Names of others may hold line breaks.
        let text: String = foreign.iter().flat_map(|path| [path.as_str(), "\0"]).collect();
        let carried = self.carried();
        disk::replace(disk, &carried, text.as_bytes()).map_err(ReleaseError::io("write", carried))
    }

    /// From here on this may be the only place where it stands.
    pub fn stands_alone(&self, disk: &dyn Disk) -> Result<(), ReleaseError> {
        let carried = self.carried();
        if !carried.exists() {
            return Ok(());
        }
        gone(disk.remove(&carried)).map_err(ReleaseError::io("remove", carried))?;
        disk.sync_dir(&self.0).map_err(ReleaseError::io("write", &self.0))
    }

    /// Makes durable which names stand in its folders. What was written is so already.
    pub fn sync(&self, disk: &dyn Disk) -> Result<(), ReleaseError> {
        for entry in WalkDir::new(&self.0).contents_first(true) {
            let entry = entry.map_err(|error| ReleaseError::io("read", &self.0)(error.into()))?;
            if entry.file_type().is_dir() {
                disk.sync_dir(entry.path()).map_err(ReleaseError::io("write", entry.path()))?;
            }
        }
        let state = self.0.parent().unwrap_or(&self.0);
        disk.sync_dir(state).map_err(ReleaseError::io("write", state))
    }

    /// The files that we wrote.
    pub fn listed(&self) -> io::Result<BTreeSet<String>> {
        Ok(lines(&fs::read_to_string(self.list())?))
    }

    /// Removes what is ours, and what stands just so in `other` too. The rest stays: it is somebody's. A failure is told, and tried again
    /// by the next export.
    pub fn remove(&self, disk: &dyn Disk, other: Option<&Path>) {
        let mut listed = self.listed().unwrap_or_default();
        let carried = fs::read_to_string(self.carried()).unwrap_or_default();
        listed.extend(carried.split('\0').map(str::to_owned));
        let removed = clear(disk, &self.files(), (&listed, other)).and_then(|()| {
            if self.files().exists() {
                return Ok(());
            }
            for file in [self.carried(), self.list()] {
                gone(disk.remove(&disk::temporary(&file)))?;
                gone(disk.remove(&file))?;
            }
            gone(fs::remove_dir(&self.0))
        });
        if let Err(error) = removed {
            tracing::warn!(%error, folder = %self.0.display(), "an old export was not removed");
        }
    }
}

impl Old {
    /// What stands in a folder of an older version, with its list in it.
    pub fn in_place(folder: PathBuf) -> Result<Self, ReleaseError> {
        let list = export::owned(&folder)?;
        Ok(Self { folder, list, generation: None })
    }
}

/// Removes what we wrote into the folder of an older version, wherever it stands now, and its list.
pub(super) fn remove_in_place(disk: &dyn Disk, folder: &Path, other: &Path) {
    let removed = fs::read_to_string(folder.join(LIST)).map(|text| lines(&text)).or_else(|error| {
        if error.kind() == io::ErrorKind::NotFound { Ok(BTreeSet::new()) } else { Err(error) }
    });
    let removed = removed.and_then(|mut list| {
        clear(disk, folder, (&list, Some(other)))?;
        // Last: whoever is killed before it still knows what is ours.
        list.clear();
        list.insert(LIST.to_owned());
        clear(disk, folder, (&list, None))
    });
    if let Err(error) = removed {
        tracing::warn!(%error, folder = %folder.display(), "an old export was not removed");
    }
}

fn lines(text: &str) -> BTreeSet<String> {
    // The list may come from somebody else: a line that climbs out must not remove their files.
    text.lines().filter(|line| path::refusal(line).is_none()).map(str::to_owned).collect()
}

/// The path of a file or link below a folder; nothing for folders.
fn name_of(folder: &Path, entry: &DirEntry) -> Option<String> {
    if entry.file_type().is_dir() {
        return None;
    }
    Some(entry.path().strip_prefix(folder).ok()?.to_str()?.to_owned())
}

/// Removes the files of a list and those that stand just so in `other`, then folders that are empty.
fn clear(
    disk: &dyn Disk,
    folder: &Path,
    (list, other): (&BTreeSet<String>, Option<&Path>),
) -> io::Result<()> {
    open_folders(folder);
    for entry in WalkDir::new(folder).contents_first(true) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.io_error().is_some_and(|e| e.kind() == io::ErrorKind::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        if entry.file_type().is_dir() {
            // One that is not empty holds what is somebody's.
            let _ = fs::remove_dir(entry.path());
            continue;
        }
        let Some(name) = name_of(folder, &entry) else { continue };
        if list.contains(&name) || other.is_some_and(|other| is_same(entry.path(), &other.join(&name))) {
            gone(disk.remove(entry.path()))?;
        }
    }
    Ok(())
}

/// Lets what is in folders be removed from them; whatever stays closed is told of by the removal.
fn open_folders(folder: &Path) {
    for entry in WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_dir()) {
        let Ok(how) = entry.metadata() else { continue };
        let mode = how.permissions().mode();
        if mode & 0o200 == 0 {
            let _ = fs::set_permissions(entry.path(), Permissions::from_mode(mode | 0o200));
        }
    }
}

/// Whether two paths are one file, or two links to one place.
fn is_same(one: &Path, other: &Path) -> bool {
    if let (Ok(one), Ok(other)) = (fs::read_link(one), fs::read_link(other)) {
        return one == other;
    }
    let of = |path: &Path| rustix::fs::lstat(path).map(|Stat { st_dev, st_ino, .. }| (st_dev, st_ino));
    matches!((of(one), of(other)), (Ok(one), Ok(other)) if one == other)
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
