//! What others have put beside ours: it goes along, as it is, or nothing is exported.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::fs::Metadata;
use std::fs::Permissions;
use std::io;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::chown;
use std::path::Path;

use walkdir::DirEntry;
use walkdir::WalkDir;

use super::generation::Old;
use crate::release::error::ReleaseError;
use crate::release::export::LIST;
use crate::replica::disk::Disk;

/// Of the folder that is served.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    /// Files, links and whatever else is no folder, but for those whose place is taken by a page.
    pub files: BTreeSet<String>,
    /// Folders in which nothing is ours.
    pub folders: BTreeSet<String>,
    /// All folders, how they are; the first is the whole.
    all: BTreeMap<String, Metadata>,
}

impl Foreign {
    /// Looks for it; `now` is what will be ours.
    pub fn of(old: &Old, now: &BTreeSet<String>) -> Result<Self, ReleaseError> {
        let mut foreign = Self::default();
        let ours: BTreeSet<&str> = old.list.iter().flat_map(|path| above(path)).collect();
        for entry in WalkDir::new(&old.folder) {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(&old.folder);
                let path = path.strip_prefix(&old.folder).unwrap_or(path).display().to_string();
                ReleaseError::Foreign { path, source: error.into() }
            })?;
            let name = name_of(&old.folder, &entry)?;
            if entry.file_type().is_dir() {
                let is_ours = name.is_empty() || ours.contains(name.as_str());
                if !is_ours {
                    refuse_below_a_page(&name, now)?;
                    foreign.folders.insert(name.clone());
                }
                let how = entry.metadata().map_err(|error| failed(&name)(error.into()))?;
                foreign.all.insert(name, how);
            } else if name != LIST && !old.list.contains(&name) {
                if now.contains(&name) {
                    tracing::warn!(file = %name, "what somebody else had put there is replaced by a page");
                    continue;
                }
                refuse_above_a_page(&name, &entry, now)?;
                refuse_below_a_page(&name, now)?;
                foreign.files.insert(name);
            }
        }
        Ok(foreign)
    }

    /// Puts it into a folder in which ours stands already, with the folders that it needs.
    pub fn carry(&self, disk: &dyn Disk, old: &Path, new: &Path) -> Result<(), ReleaseError> {
        self.files.iter().try_for_each(|name| carry(disk, name, &old.join(name), &new.join(name)))?;
        // The innermost first: one above may be closed by its mode.
        for (name, how) in self.all.iter().rev() {
            let folder = new.join(name);
            if fs::symlink_metadata(&folder).is_ok_and(|entry| entry.is_dir()) {
                keep(&folder, how, self.folders.contains(name)).map_err(failed(name))?;
            }
        }
        Ok(())
    }
}

/// The folders above a path.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

fn failed(name: &str) -> impl FnOnce(io::Error) -> ReleaseError {
    let path = name.to_owned();
    |source| ReleaseError::Foreign { path, source }
}

/// The path below a folder.
fn name_of(folder: &Path, entry: &DirEntry) -> Result<String, ReleaseError> {
    let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
    let name = path.to_str().ok_or_else(|| {
        failed(&path.to_string_lossy())(io::Error::new(
            io::ErrorKind::InvalidFilename,
            "its name is not UTF-8",
        ))
    })?;
    Ok(name.to_owned())
}

/// Pages would be written through it, or in its place.
fn refuse_above_a_page(name: &str, entry: &DirEntry, now: &BTreeSet<String>) -> Result<(), ReleaseError> {
    let below = format!("{name}/");
    if now.range(below.clone()..).next().is_none_or(|path| !path.starts_with(&below)) {
        return Ok(());
    }
    if entry.file_type().is_symlink() {
        return Err(ReleaseError::Link { path: entry.path().to_owned() });
    }
    Err(failed(name)(io::Error::new(io::ErrorKind::AlreadyExists, "pages are to stand below it")))
}

/// A page is to be where it stands, or where a folder above it does.
fn refuse_below_a_page(name: &str, now: &BTreeSet<String>) -> Result<(), ReleaseError> {
    if above(name).chain([name]).any(|path| now.contains(path)) {
        return Err(failed(name)(io::Error::new(io::ErrorKind::AlreadyExists, "a page is to stand there")));
    }
    Ok(())
}

/// One of them: a link stays what it is, all else is the same file under another name, or where that cannot be a copy.
fn carry(disk: &dyn Disk, name: &str, from: &Path, to: &Path) -> Result<(), ReleaseError> {
    let how = match fs::symlink_metadata(from) {
        // Taken away meanwhile.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        how => how.map_err(failed(name))?,
    };
    if how.is_symlink() {
        let target = fs::read_link(from).map_err(failed(name))?;
        return disk.symlink(&target, to).map_err(ReleaseError::io("write", to));
    }
    match disk.link(from, to) {
        Ok(()) => Ok(()),
        Err(_) if how.is_file() => copy(disk, (name, &how), from, to),
        Err(error) => Err(failed(name)(error)),
    }
}

fn copy(disk: &dyn Disk, (name, how): (&str, &Metadata), from: &Path, to: &Path) -> Result<(), ReleaseError> {
    let bytes = fs::read(from).map_err(failed(name))?;
    let written = disk.create(to).and_then(|mut file| {
        // It may be a secret.
        fs::set_permissions(to, Permissions::from_mode(0o600))?;
        file.write_all(&bytes)?;
        file.sync()
    });
    written.map_err(ReleaseError::io("write", to))?;
    if let Ok(modified) = how.modified() {
        // Else a mirror copies it again, no more.
        let _ = fs::File::options().append(true).open(to).and_then(|file| file.set_modified(modified));
    }
    keep(to, how, true).map_err(failed(name))
}

/// Gives it mode and group, and `theirs` the owner; who it belongs to may be beyond our rights, who may read it may not.
fn keep(path: &Path, how: &Metadata, theirs: bool) -> io::Result<()> {
    let now = fs::symlink_metadata(path)?;
    let of_group = (how.mode() >> 3) & 7 != how.mode() & 7;
    if now.gid() != how.gid() && (theirs || of_group) {
        let given = chown(path, None, Some(how.gid()));
        if of_group {
            given.map_err(|error| io::Error::new(error.kind(), "its group cannot be kept"))?;
        }
    }
    if theirs && now.uid() != how.uid() && chown(path, Some(how.uid()), None).is_err() {
        tracing::warn!(path = %path.display(), "its owner could not be kept; it belongs to who exports now");
    }
    // Last: a change of the owner takes from the mode.
    let mode = how.mode() & 0o7777;
    if fs::symlink_metadata(path)?.mode() & 0o7777 != mode {
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(())
}
