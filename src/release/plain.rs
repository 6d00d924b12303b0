//! A release as plain files, for a web server or a mirror: behind OUT there is always one whole release, and another one takes its
//! place in one step.
//!
//! ```text
//! OUT                  a symbolic link, replaced by rename
//! .OUT.niemyet/        beside it, ours alone, never below what is served
//!   7/files/           where OUT leads
//!   7/list             the files that we wrote there; all others are somebody else's, and go along
//!   7/carried          of them, those that stand in another generation too
//!   6/                 what was served before, until the next one is: whoever has entered it reads on
//! ```
//!
//! Files that stay as they were are hard links, so they keep their modification time, and a mirror copies only what moved.

mod foreign;
mod generation;
mod place;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::error::ReleaseError;
use super::export::Exported;
use super::path;
use crate::replica::disk::Disk;
use crate::replica::lock;
use foreign::Foreign;
use generation::Generation;
use generation::Old;
use place::Place;

/// Makes `out` lead to exactly `files`, and to what others have put beside them. What holds anything else is refused untouched; after
/// an error, or a kill at any moment, `out` leads to the one or the other, whole.
///
/// # Errors
/// A path that must not stand there, a folder that is not ours, another export into it; what cannot be read or written.
pub fn write<'a, I, B>(disk: &dyn Disk, out: &Path, files: I) -> Result<Exported, ReleaseError>
where
    I: IntoIterator<Item = (&'a str, B)>,
    B: FnOnce() -> Result<Vec<u8>, ReleaseError> + Send,
{
    let files: BTreeMap<&str, B> = files.into_iter().collect();
    for path in files.keys() {
        if let Some(reason) = path::refusal(path) {
            return Err(ReleaseError::Path { path: (*path).to_owned(), reason });
        }
    }
    let place = Place::of(out)?;
    let state = place.state();
    disk.create_dir_all(&state).map_err(|error| place.failed("create", &state, error))?;
    let _lock = lock::lock(&state)?;
    let old = place.old(disk)?;
    place.clean(disk, old.as_ref());
    let now: BTreeSet<String> = files.keys().map(|path| (*path).to_owned()).collect();
    let foreign = old.as_ref().map(|old| Foreign::of(old, &now)).transpose()?.unwrap_or_default();
    let new = place.next()?;
    let made = new.begin(disk, &now, &foreign.files);
    let done = match made.and_then(|()| fill(disk, &new, (old.as_ref(), &foreign), files)) {
        Ok(done) => done,
        Err(error) => {
            new.remove(disk, old.as_ref().map(|old| old.folder.as_path()));
            return Err(error);
        }
    };
    let nothing = done.written == 0 && done.removed == 0;
    if let Some(old) = old.as_ref().filter(|old| nothing && place.leads_to(old)) {
        new.remove(disk, Some(&old.folder));
        return Ok(done);
    }
    if let Err(error) = new.stands_alone(disk).and_then(|()| place.switch(disk, &new)) {
        place.give_up(disk, &new, old.as_ref(), &foreign.files);
        return Err(error);
    }
    place.let_go(disk, old.as_ref(), &foreign.files, &new);
    Ok(done)
}

/// Writes a generation whole; nothing leads there yet.
fn fill<B>(
    disk: &dyn Disk,
    new: &Generation,
    (old, foreign): (Option<&Old>, &Foreign),
    files: BTreeMap<&str, B>,
) -> Result<Exported, ReleaseError>
where
    B: FnOnce() -> Result<Vec<u8>, ReleaseError> + Send,
{
    let all = files.len();
    let removed =
        old.map_or(0, |old| old.list.iter().filter(|path| !files.contains_key(path.as_str())).count());
    let names = files.keys().copied().chain(foreign.files.iter().map(String::as_str));
    let folders = names.filter_map(|path| path.rsplit_once('/')).map(|(folder, _)| folder);
    let folders = folders.chain(foreign.folders.iter().map(String::as_str));
    for folder in folders.collect::<BTreeSet<&str>>() {
        let folder = new.files().join(folder);
        disk.create_dir_all(&folder).map_err(ReleaseError::io("create", folder))?;
    }
    let written = AtomicUsize::new(0);
    files.into_par_iter().try_for_each(|(path, bytes)| {
        let before = old.map(|old| old.folder.join(path));
        if put(disk, before.as_deref(), &new.files().join(path), &bytes()?)? {
            written.fetch_add(1, Ordering::Relaxed);
        }
        Ok::<_, ReleaseError>(())
    })?;
    if let Some(old) = old {
        foreign.carry(disk, &old.folder, &new.files())?;
    }
    new.sync(disk)?;
    let written = written.into_inner();
    Ok(Exported { written, unchanged: all - written, removed })
}

/// Puts a file; false if it is as it was `before`.
fn put(disk: &dyn Disk, before: Option<&Path>, path: &Path, bytes: &[u8]) -> Result<bool, ReleaseError> {
    let same = before.filter(|before| {
        let standing = fs::symlink_metadata(before);
        let same_size = standing.is_ok_and(|entry| entry.is_file() && entry.len() == bytes.len() as u64);
        same_size && fs::read(before).is_ok_and(|old| old == bytes)
    });
    // Where a file system has no hard links the file is written again.
    if same.is_some_and(|before| disk.link(before, path).is_ok()) {
        return Ok(false);
    }
    let written = disk.create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync()
    });
    written.map_err(ReleaseError::io("write", path))?;
    Ok(same.is_none())
}
