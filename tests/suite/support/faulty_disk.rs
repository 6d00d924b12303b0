//! A disk that stops working at a chosen operation, as a full disk or a killed process would make it.

use std::io;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use niemyet::replica::disk::Disk;
use niemyet::replica::disk::DiskFile;
use niemyet::replica::disk::RealDisk;

/// How a failed operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full: this and every later write fails, removals and renames work.
    Full,
    /// The process is dead: nothing from here on has any effect, and half of this write has.
    Killed,
    /// This one write fails and later ones work: somebody has made room.
    Once,
}

/// The real disk up to operation number `at`, counted from 0.
#[derive(Clone, Debug)]
pub struct FaultyDisk {
    at: usize,
    fault: Fault,
    done: Arc<AtomicUsize>,
}

impl FaultyDisk {
    /// A disk that fails at that operation.
    pub fn new(at: usize, fault: Fault) -> Self {
        Self { at, fault, done: Arc::default() }
    }

    /// How many operations were asked for.
    pub fn operations(&self) -> usize {
        self.done.load(Ordering::SeqCst)
    }

    /// True if the operation that asks is the failing one or, unless it fails once, a later one.
    fn fails(&self) -> bool {
        let asked = self.done.fetch_add(1, Ordering::SeqCst);
        if self.fault == Fault::Once { asked == self.at } else { asked >= self.at }
    }

    fn error(&self) -> io::Error {
        match self.fault {
            Fault::Full | Fault::Once => io::Error::from(io::ErrorKind::StorageFull),
            Fault::Killed => io::Error::other("killed"),
        }
    }

    fn freeing(&self) -> io::Result<()> {
        if self.fails() && self.fault == Fault::Killed { Err(self.error()) } else { Ok(()) }
    }

    fn taking(&self) -> io::Result<()> {
        if self.fails() { Err(self.error()) } else { Ok(()) }
    }
}

struct FaultyFile {
    disk: FaultyDisk,
    file: Box<dyn DiskFile>,
}

impl Write for FaultyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.disk.fails() {
            self.file.write_all(&bytes[..bytes.len() / 2]).unwrap();
            return Err(self.disk.error());
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl DiskFile for FaultyFile {
    fn sync(&mut self) -> io::Result<()> {
        self.disk.taking()?;
        self.file.sync()
    }
}

impl Disk for FaultyDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.taking()?;
        Ok(Box::new(FaultyFile { disk: self.clone(), file: RealDisk.create(path)? }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.freeing()?;
        RealDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.freeing()?;
        RealDisk.remove(path)
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.taking()?;
        RealDisk.create_dir_all(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.taking()?;
        RealDisk.sync_dir(path)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.taking()?;
        RealDisk.link(from, to)
    }

    fn symlink(&self, target: &Path, at: &Path) -> io::Result<()> {
        self.taking()?;
        RealDisk.symlink(target, at)
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        self.freeing()?;
        RealDisk.exchange(one, other)
    }
}
