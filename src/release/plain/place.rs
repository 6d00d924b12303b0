//! OUT, and the folder beside it in which whole releases stand.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

#[cfg(target_os = "linux")]
use rustix::fs::AtFlags;
#[cfg(target_os = "linux")]
use rustix::fs::CWD;
#[cfg(target_os = "linux")]
use rustix::fs::StatxAttributes;
#[cfg(target_os = "linux")]
use rustix::fs::StatxFlags;

use super::generation;
use super::generation::Generation;
use super::generation::Old;
use crate::release::error::ReleaseError;
use crate::release::export::LIST;
use crate::replica::disk::Disk;

/// Links that lead from one to the next at most, as for the system itself.
const LINKS: usize = 40;
/// What the folder's name ends with.
const STATE: &str = ".niemyet";
/// A link on its way to OUT; after an exchange, what stood there.
const SWITCH: &str = "switch";
/// What stood at OUT, where names cannot be exchanged.
const ASIDE: &str = "aside";

/// Where releases are written out.
#[derive(Debug)]
pub(super) struct Place {
    /// The folder in which OUT stands.
    above: PathBuf,
    /// The name of OUT.
    name: String,
}

impl Place {
    /// That of a path: whoever has set a link of his own means the place where it leads. What is not ours is refused.
    pub fn of(out: &Path) -> Result<Self, ReleaseError> {
        let mut out = out.to_owned();
        for _ in 0..LINKS {
            let place = Self::named(&out)?;
            match fs::symlink_metadata(&out) {
                Ok(entry) if entry.is_symlink() => {
                    let target = fs::read_link(&out).map_err(ReleaseError::io("read", &out))?;
                    if place.number_in(&target).is_some() {
                        return Ok(place);
                    }
                    out = place.above.join(target);
                }
                Ok(entry) if entry.is_dir() => {
                    if is_mount(&out, &place.above) {
                        return Err(ReleaseError::Mount { out });
                    }
                    Old::in_place(out)?;
                    return Ok(place);
                }
                Ok(_) => return Err(ReleaseError::NotOurs { folder: out }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(place),
                Err(error) => return Err(ReleaseError::io("read", out)(error)),
            }
        }
        Err(ReleaseError::Link { path: out })
    }

    fn named(out: &Path) -> Result<Self, ReleaseError> {
        // `.` and `..` have a name only once they are resolved.
        let resolved = match out.file_name() {
            Some(_) => out.to_owned(),
            None => fs::canonicalize(out).map_err(ReleaseError::io("read", out))?,
        };
        let name = resolved.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| ReleaseError::NotOurs { folder: out.to_owned() })?.to_owned();
        let above = resolved.parent().filter(|above| !above.as_os_str().is_empty());
        Ok(Self { above: above.unwrap_or(Path::new(".")).to_owned(), name })
    }

    fn out(&self) -> PathBuf {
        self.above.join(&self.name)
    }

    fn state_name(&self) -> String {
        format!(".{}{STATE}", self.name)
    }

    /// The folder of generations.
    pub fn state(&self) -> PathBuf {
        self.above.join(self.state_name())
    }

    fn generation(&self, number: u64) -> Generation {
        Generation(self.state().join(number.to_string()))
    }

    /// The number of the generation to which a link of ours leads.
    fn number_in(&self, target: &Path) -> Option<u64> {
        let rest = target.strip_prefix(self.state_name()).ok()?;
        rest.to_str()?.strip_suffix("/files")?.parse().ok()
    }

    fn current(&self) -> Option<u64> {
        self.number_in(&fs::read_link(self.out()).ok()?)
    }

    fn numbers(&self) -> io::Result<Vec<u64>> {
        let entries = fs::read_dir(self.state())?.collect::<io::Result<Vec<_>>>()?;
        Ok(entries.iter().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
    }

    /// What a failure beside OUT, or with OUT itself, means.
    pub fn failed(&self, action: &'static str, path: &Path, source: io::Error) -> ReleaseError {
        let (above, out) = (self.above.clone(), self.out());
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                ReleaseError::Above { above, out, source }
            }
            io::ErrorKind::ResourceBusy => ReleaseError::Mount { out },
            _ => ReleaseError::io(action, path)(source),
        }
    }

    /// What is served now, if anything is. To be asked once no other export is under way.
    pub fn old(&self, disk: &dyn Disk) -> Result<Option<Old>, ReleaseError> {
        let (out, aside) = (self.out(), self.state().join(ASIDE));
        if !out.exists() && aside.is_dir() {
            // A kill came in the moment between.
            disk.rename(&aside, &out).map_err(ReleaseError::io("rename", &aside))?;
        }
        if let Some(number) = self.current() {
            let generation = self.generation(number);
            let list = match generation.listed() {
                // Deleted by hand: OUT leads nowhere.
                Err(error) if error.kind() == io::ErrorKind::NotFound && !out.exists() => return Ok(None),
                listed => listed.map_err(ReleaseError::io("read", &generation.0))?,
            };
            return Ok(Some(Old { folder: generation.files(), list, generation: Some(generation) }));
        }
        if out.is_dir() { Old::in_place(out).map(Some) } else { Ok(None) }
    }

    /// Whether OUT leads there already.
    pub fn leads_to(&self, old: &Old) -> bool {
        old.generation.is_some()
    }

    /// Removes what exports that failed or were killed left behind; what was served before is left to who reads it. Nothing depends on
    /// it, so a failure is left to the next.
    pub fn clean(&self, disk: &dyn Disk, old: Option<&Old>) {
        let current = old.filter(|old| old.generation.is_some()).and_then(|_| self.current());
        let served = old.map(|old| old.folder.as_path());
        for number in self.numbers().unwrap_or_default().into_iter().filter(|one| Some(*one) > current) {
            self.generation(number).remove(disk, served);
        }
        for left in [SWITCH, ASIDE].map(|name| self.state().join(name)) {
            match fs::symlink_metadata(&left) {
                Ok(entry) if entry.is_dir() => {
                    if let Some(served) = served {
                        generation::remove_in_place(disk, &left, served);
                    }
                }
                Ok(_) => drop(disk.remove(&left)),
                Err(_) => {}
            }
        }
    }

    /// The generation after all that are there.
    pub fn next(&self) -> Result<Generation, ReleaseError> {
        let numbers = self.numbers().map_err(ReleaseError::io("list", self.state()))?;
        // Also after one that is gone, to which OUT may lead still: nothing is to be seen there before it is whole.
        Ok(self.generation(numbers.into_iter().chain(self.current()).max().unwrap_or(0) + 1))
    }

    /// Lets OUT lead there, in one step.
    pub fn switch(&self, disk: &dyn Disk, new: &Generation) -> Result<(), ReleaseError> {
        let (out, switch) = (self.out(), self.state().join(SWITCH));
        let failed = || |error| self.failed("write", &out, error);
        let number = new.0.file_name().unwrap_or_default();
        let target = Path::new(&self.state_name()).join(number).join("files");
        disk.symlink(&target, &switch).map_err(failed())?;
        let is_folder = fs::symlink_metadata(&out).is_ok_and(|entry| entry.is_dir());
        let switched = match is_folder {
            // A folder of an older version, or an empty one: it and the link change places.
            true => disk.exchange(&switch, &out),
            false => disk.rename(&switch, &out),
        };
        let switched = switched.or_else(|error| match error.kind() {
            io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput if is_folder => {
                self.replace_folder(disk, &switch)
            }
            _ => Err(error),
        });
        if switched.is_err() {
            let _ = disk.remove(&switch);
        }
        switched.map_err(failed())?;
        disk.sync_dir(&self.above).map_err(failed())
    }

    /// Where a file system cannot exchange two names: once, at the first export over a folder of an older version, there is nothing at OUT
    /// for a moment.
    fn replace_folder(&self, disk: &dyn Disk, switch: &Path) -> io::Result<()> {
        let (out, aside) = (self.out(), self.state().join(ASIDE));
        disk.rename(&out, &aside)?;
        disk.rename(switch, &out).inspect_err(|_| drop(disk.rename(&aside, &out)))?;
        disk.rename(&aside, switch)
    }

    /// Removes a generation to which OUT could not be led, unless it does lead there.
    pub fn give_up(&self, disk: &dyn Disk, new: &Generation, old: Option<&Old>, foreign: &BTreeSet<String>) {
        if self.current().is_some_and(|number| self.generation(number).0 == new.0) {
            return;
        }
        if new.stands_elsewhere(disk, foreign).is_ok() {
            new.remove(disk, old.map(|old| old.folder.as_path()));
        }
    }

    /// What was served before stays until the next one is, for whoever has entered it; what was before that goes.
    pub fn let_go(&self, disk: &dyn Disk, old: Option<&Old>, foreign: &BTreeSet<String>, new: &Generation) {
        let kept = old.map(|old| match &old.generation {
            Some(generation) => generation.stands_elsewhere(disk, foreign).map(|()| generation.0.clone()),
            None => self.keep_folder(disk, old, foreign, new),
        });
        let kept = kept.transpose().unwrap_or_else(|error| {
            tracing::warn!(%error, "what was served before was not put away");
            old.and_then(|old| old.generation.as_ref()).map(|generation| generation.0.clone())
        });
        for generation in self.numbers().unwrap_or_default().into_iter().map(|one| self.generation(one)) {
            if generation.0 != new.0 && Some(&generation.0) != kept.as_ref() {
                generation.remove(disk, Some(&new.files()));
            }
        }
    }

    /// Makes a folder of an older version the generation before all, and gives that.
    fn keep_folder(
        &self,
        disk: &dyn Disk,
        old: &Old,
        foreign: &BTreeSet<String>,
        new: &Generation,
    ) -> Result<PathBuf, ReleaseError> {
        let (first, switch) = (self.generation(0), self.state().join(SWITCH));
        if first.0.exists() {
            generation::remove_in_place(disk, &switch, &new.files());
            return Ok(first.0);
        }
        let mut list = old.list.clone();
        list.insert(LIST.to_owned());
        first.begin(disk, &list, foreign)?;
        disk.rename(&switch, &first.files()).map_err(ReleaseError::io("rename", switch))?;
        Ok(first.0)
    }
}

/// Whether a folder, which stands in `above`, is a mount point.
fn is_mount(folder: &Path, above: &Path) -> bool {
    #[cfg(target_os = "linux")]
    if let Ok(told) = rustix::fs::statx(CWD, folder, AtFlags::empty(), StatxFlags::empty())
        && told.stx_attributes_mask.contains(StatxAttributes::MOUNT_ROOT)
    {
        return told.stx_attributes.contains(StatxAttributes::MOUNT_ROOT);
    }
    let device = |path: &Path| fs::metadata(path).ok().map(|entry| entry.dev());
    device(folder) != device(above)
}
