//! Packs: the new bytes of one release in one file, written once and never changed.

use std::collections::HashMap;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use sha2::Digest;
use sha2::Sha256;

use super::error::ReleaseError;
use super::manifest;
use super::manifest::Location;
use crate::replica::disk;
use crate::replica::disk::Disk;
use crate::replica::disk::DiskFile;

/// Bytes gathered before a write: not one system call per page. What is longer is written as it is.
const BUFFER: usize = 1 << 16;

/// An open pack. The file stays readable through it after retention has removed its name.
#[derive(Debug)]
pub struct Pack {
    path: PathBuf,
    file: fs::File,
    /// Hashes of the objects that were read once and found whole.
    sound: Mutex<HashSet<[u8; 32]>>,
}

impl Pack {
    /// Opens the pack `name` of a releases' folder.
    pub fn open(folder: &Path, name: &str) -> Result<Self, ReleaseError> {
        let path = path_of(folder, name);
        match fs::File::open(&path) {
            Ok(file) => Ok(Self { path, file, sound: Mutex::default() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(ReleaseError::Damaged { path, line: None, what: "the file is missing".to_owned() })
            }
            Err(error) => Err(ReleaseError::io("open", path)(error)),
        }
    }

    /// Reads `length` bytes from `offset`.
    pub fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, ReleaseError> {
        let end = offset.checked_add(length);
        let size = self.file.metadata().map_err(ReleaseError::io("read", &self.path))?.len();
        // Asked first, so that a damaged length cannot make us reserve more memory than the file holds.
        if end.is_none_or(|end| end > size) {
            let what = format!("it ends at byte {size}, before the {length} bytes at {offset}");
            return Err(ReleaseError::Damaged { path: self.path.clone(), line: None, what });
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.file.read_exact_at(&mut bytes, offset).map_err(ReleaseError::io("read", &self.path))?;
        Ok(bytes)
    }

    /// Its length in bytes, 0 if it cannot be told.
    pub fn size(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }

    /// False if another file has taken its name, as after a new build of the same bytes over a damaged pack.
    pub fn stands(&self) -> bool {
        match (self.file.metadata(), fs::metadata(&self.path)) {
            (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
            _ => true,
        }
    }

    /// True if the object of that hash was found whole before.
    pub fn is_sound(&self, sha256: &[u8; 32]) -> bool {
        self.sound.lock().unwrap_or_else(PoisonError::into_inner).contains(sha256)
    }

    /// Remembers that the object of that hash is whole.
    pub fn found_sound(&self, sha256: [u8; 32]) {
        self.sound.lock().unwrap_or_else(PoisonError::into_inner).insert(sha256);
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Path of the pack `name`.
pub fn path_of(folder: &Path, name: &str) -> PathBuf {
    folder.join("packs").join(format!("{name}.pack"))
}

/// A pack being written; equal bytes are stored once.
pub struct PackWriter {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    file: Option<Box<dyn DiskFile>>,
    buffer: Vec<u8>,
    offset: u64,
    names: Sha256,
    stored: HashMap<[u8; 32], (u64, u64)>,
}

impl PackWriter {
    /// A writer that creates no file before the first byte.
    pub fn new(disk: Arc<dyn Disk>, folder: &Path) -> Self {
        Self {
            disk,
            folder: folder.to_owned(),
            file: None,
            buffer: Vec::new(),
            offset: 0,
            names: Sha256::new(),
            stored: HashMap::new(),
        }
    }

    /// Stores bytes whose hash is known.
    pub fn append(&mut self, sha256: [u8; 32], bytes: &[u8]) -> io::Result<()> {
        if self.stored.contains_key(&sha256) {
            return Ok(());
        }
        if self.file.is_none() {
            self.file = Some(self.disk.create(&self.temporary())?);
        }
        let size = bytes.len() as u64;
        self.stored.insert(sha256, (self.offset, size));
        self.names.update(sha256);
        self.offset += size;
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        match &mut self.file {
            Some(file) if bytes.len() > BUFFER => file.write_all(bytes)?,
            _ => self.buffer.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(&self.buffer)?;
        }
        self.buffer.clear();
        Ok(())
    }

    /// Where it is written until it is complete.
    pub(super) fn temporary(&self) -> PathBuf {
        self.folder.join("packs").join(format!("{}pack", disk::TEMPORARY))
    }

    /// Makes the pack durable under its name, which is the hash of the hashes of what it holds, in order. After a
    /// failure nothing of it is left.
    pub fn finish(mut self) -> io::Result<HashMap<[u8; 32], Location>> {
        let name = manifest::hex(&self.names.clone().finalize().into());
        if let Err(error) = self.put_in_place(&name) {
            self.discard();
            return Err(error);
        }
        let located = self.stored.iter().map(|(sha256, (offset, size))| {
            (*sha256, Location { sha256: *sha256, size: *size, pack: name.clone(), offset: *offset })
        });
        Ok(located.collect())
    }

    fn put_in_place(&mut self, name: &str) -> io::Result<()> {
        self.flush()?;
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.sync()?;
        self.disk.rename(&self.temporary(), &path_of(&self.folder, name))?;
        self.disk.sync_dir(&self.folder.join("packs"))
    }

    /// Removes what was written.
    pub fn discard(self) {
        if self.file.is_some() {
            // Only rubbish is left behind if this fails, and the next opening removes it.
            let _ = self.disk.remove(&self.temporary());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_long_as_the_buffer_or_longer_stands_in_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("packs")).unwrap();
        let mut writer = PackWriter::new(Arc::new(disk::RealDisk), folder.path());
        let sizes = [1, BUFFER - 1, 1, BUFFER, 7, BUFFER + 1, 3 * BUFFER, BUFFER - 7, 7, 2];
        let bodies = sizes.iter().zip(1_u8..).map(|(size, byte)| vec![byte; *size]);
        let bodies: Vec<([u8; 32], Vec<u8>)> =
            bodies.map(|body| (Sha256::digest(&body).into(), body)).collect();
        for (hash, body) in &bodies {
            writer.append(*hash, body).unwrap();
        }
        let located = writer.finish().unwrap();
        for (hash, body) in &bodies {
            let at = &located[hash];
            let pack = Pack::open(folder.path(), &at.pack).unwrap();
            assert!(pack.read(at.offset, at.size).unwrap() == *body, "{} bytes", body.len());
        }
    }
}
