//! A project as plain files in a folder, to be worked in: only what differs is written, file by file. What a web server reads is
//! written by [`super::plain`] instead, which switches from one whole folder to another.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use super::error::ReleaseError;
use super::path;
use crate::replica::disk;
use crate::replica::disk::Disk;

/// The list of files that we wrote, one a line; only these are ever replaced or removed.
pub const LIST: &str = ".niemyet-export";

/// What an export did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Exported {
    /// Files written.
    pub written: usize,
    /// Files that were right already.
    pub unchanged: usize,
    /// Files removed because they are no longer there.
    pub removed: usize,
}

/// Makes `folder` hold exactly `files`. A folder that holds anything we did not write is refused untouched.
pub fn export<'a, I, B>(disk: &dyn Disk, folder: &Path, files: I) -> Result<Exported, ReleaseError>
where
    I: IntoIterator<Item = (&'a str, B)>,
    B: FnOnce() -> Result<Vec<u8>, ReleaseError>,
{
    let files: BTreeMap<&str, B> = files.into_iter().collect();
    for path in files.keys() {
        if let Some(reason) = path::refusal(path) {
            return Err(ReleaseError::Path { path: (*path).to_owned(), reason });
        }
    }
    let owned = owned(folder)?;
    disk.create_dir_all(folder).map_err(ReleaseError::io("create", folder))?;
    let now: BTreeSet<String> = files.keys().map(|path| (*path).to_owned()).collect();
    // The list names old and new files while we work: a killed export still owns all that it wrote.
    write_list(disk, folder, &owned.union(&now).cloned().collect())?;
    let mut done = Exported::default();
    let mut checked = BTreeSet::new();
    for stale in owned.difference(&now) {
        refuse_links(folder, stale, &mut checked)?;
        remove(disk, folder, stale)?;
        done.removed += 1;
    }
    for (path, bytes) in files {
        refuse_links(folder, path, &mut checked)?;
        if write_if_different(disk, &folder.join(path), &bytes()?)? {
            done.written += 1;
        } else {
            done.unchanged += 1;
        }
    }
    write_list(disk, folder, &now)?;
    Ok(done)
}

pub(super) fn owned(folder: &Path) -> Result<BTreeSet<String>, ReleaseError> {
    let list = folder.join(LIST);
    match fs::read_to_string(&list) {
        Ok(text) => {
            // The list may come from somebody else: a line that climbs out must not remove their files.
            return Ok(text
                .lines()
                .filter(|line| path::refusal(line).is_none())
                .map(str::to_owned)
                .collect());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(ReleaseError::io("read", list)(error)),
    }
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(BTreeSet::new()),
            Some(_) => Err(ReleaseError::NotOurs { folder: folder.to_owned() }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(ReleaseError::io("read", folder)(error)),
    }
}

fn write_list(disk: &dyn Disk, folder: &Path, paths: &BTreeSet<String>) -> Result<(), ReleaseError> {
    let mut text: String = paths.iter().flat_map(|path| [path.as_str(), "\n"]).collect();
    if text.is_empty() {
        text.push('\n');
    }
    let path = folder.join(LIST);
    if fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    disk::replace(disk, &path, text.as_bytes()).map_err(ReleaseError::io("write", path))
}

/// Refuses a path one of whose folders is a symbolic link, because it would be written somewhere else.
fn refuse_links(folder: &Path, path: &str, checked: &mut BTreeSet<PathBuf>) -> Result<(), ReleaseError> {
    let mut here = folder.to_owned();
    let Some((above, _)) = path.rsplit_once('/') else {
        return Ok(());
    };
    for component in above.split('/') {
        here.push(component);
        if checked.insert(here.clone()) && fs::symlink_metadata(&here).is_ok_and(|entry| entry.is_symlink()) {
            return Err(ReleaseError::Link { path: here });
        }
    }
    Ok(())
}

fn write_if_different(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<bool, ReleaseError> {
    let standing = fs::symlink_metadata(path);
    let same_size = standing.is_ok_and(|entry| entry.is_file() && entry.len() == bytes.len() as u64);
    if same_size && fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let failed = || ReleaseError::io("write", path);
    if let Some(parent) = path.parent() {
        disk.create_dir_all(parent).map_err(failed())?;
    }
    // Renamed in, so that a web server in front never reads half a page; not synced, since it can be exported again.
    let temporary = disk::temporary(path);
    let written = (|| {
        disk.create(&temporary)?.write_all(bytes)?;
        disk.rename(&temporary, path)
    })();
    if written.is_err() {
        let _ = disk.remove(&temporary);
    }
    written.map_err(failed())?;
    Ok(true)
}

fn remove(disk: &dyn Disk, folder: &Path, path: &str) -> Result<(), ReleaseError> {
    let file = folder.join(path);
    match disk.remove(&file) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(ReleaseError::io("remove", file)(error)),
    }
    let mut above = file.parent();
    while let Some(parent) = above.filter(|parent| *parent != folder) {
        if fs::remove_dir(parent).is_err() {
            break;
        }
        above = parent.parent();
    }
    Ok(())
}
