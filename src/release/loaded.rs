//! A release in memory: where the bytes of each path lie. Cheap to make after a small change, safe to hold for ever.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use sha2::Digest;
use sha2::Sha256;

use super::error::ReleaseError;
use super::manifest;
use super::manifest::Header;
use super::manifest::Kind;
use super::manifest::Location;
use super::manifest::Rows;
use super::pack::Pack;

/// One manifest and the packs that its rows name.
#[derive(Debug)]
pub struct Layer {
    /// Name of the release whose manifest this is.
    pub id: String,
    /// Its first line.
    pub header: Header,
    /// Its rows.
    pub rows: Rows,
    /// Packs by name.
    pub packs: HashMap<String, Arc<Pack>>,
}

/// A release: its own layer first, then its base's, and so on.
#[derive(Clone, Debug)]
pub struct Release {
    layers: Vec<Arc<Layer>>,
    newest: Arc<Layer>,
}

/// A file of a release.
#[derive(Clone, Debug)]
pub struct File {
    location: Location,
    pack: Arc<Pack>,
}

impl Release {
    /// A release of a layer and those below it.
    pub fn new(newest: Arc<Layer>, below: &[Arc<Layer>]) -> Self {
        let mut layers = vec![Arc::clone(&newest)];
        layers.extend(below.iter().cloned());
        Self { layers, newest }
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.newest.id
    }

    /// First line of its manifest.
    pub fn header(&self) -> &Header {
        &self.newest.header
    }

    /// Its layers, newest first.
    pub fn layers(&self) -> &[Arc<Layer>] {
        &self.layers
    }

    /// The public file at `path`.
    pub fn page(&self, path: &str) -> Option<File> {
        self.file(Kind::Page, path)
    }

    fn file(&self, kind: Kind, path: &str) -> Option<File> {
        let key = (kind, path.to_owned());
        let (layer, row) = self.layers.iter().find_map(|layer| Some((layer, layer.rows.get(&key)?)))?;
        let location = row.clone()?;
        let pack = Arc::clone(layer.packs.get(&location.pack)?);
        Some(File { location, pack })
    }

    /// All bytes of a file, refused if they are not those that were written; nothing if there is no such file.
    pub fn read(&self, kind: Kind, path: &str) -> Result<Vec<u8>, ReleaseError> {
        self.file(kind, path).map_or(Ok(Vec::new()), |file| file.read_checked(path))
    }

    /// Where the bytes of a file lie.
    pub(super) fn location(&self, kind: Kind, path: &str) -> Option<Location> {
        self.file(kind, path).map(|file| file.location)
    }

    /// How many rows its manifests hold; a change that touches many of them is better stored whole.
    pub(super) fn rows_in_layers(&self) -> usize {
        self.layers.iter().map(|layer| layer.rows.len()).sum()
    }

    /// All its rows, in order, without those that only say that a file is gone.
    pub(super) fn rows(&self) -> BTreeMap<(Kind, String), Location> {
        let mut rows = Rows::new();
        for layer in self.layers.iter().rev() {
            rows.extend(layer.rows.clone());
        }
        rows.into_iter().filter_map(|(key, location)| Some((key, location?))).collect()
    }

    /// Paths of its files of a kind, in order.
    pub fn paths(&self, kind: Kind) -> BTreeSet<&str> {
        let mut newest: BTreeMap<&str, bool> = BTreeMap::new();
        for layer in &self.layers {
            for ((of, path), row) in &layer.rows {
                if *of == kind {
                    newest.entry(path).or_insert(row.is_some());
                }
            }
        }
        newest.into_iter().filter(|(_, stands)| *stands).map(|(path, _)| path).collect()
    }

    /// Its files of a kind, in order of path.
    pub fn files(&self, kind: Kind) -> impl Iterator<Item = (&str, File)> {
        self.paths(kind).into_iter().filter_map(move |path| Some((path, self.file(kind, path)?)))
    }
}

impl File {
    /// Where its bytes lie.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Number of bytes.
    pub fn size(&self) -> u64 {
        self.location.size
    }

    /// Number of bytes of the pack that holds it.
    pub(super) fn pack_size(&self) -> u64 {
        self.pack.size()
    }

    /// SHA-256 in hex.
    pub fn sha256(&self) -> String {
        manifest::hex(&self.location.sha256)
    }

    /// All its bytes, as they lie on the disk.
    pub fn read(&self) -> Result<Vec<u8>, ReleaseError> {
        self.pack.read(self.location.offset, self.location.size)
    }

    /// `length` bytes from `start`, both within the file.
    pub fn read_range(&self, start: u64, length: u64) -> Result<Vec<u8>, ReleaseError> {
        let start = start.min(self.location.size);
        self.pack.read(self.location.offset + start, length.min(self.location.size - start))
    }

    /// True if its bytes were found whole since the pack was opened.
    pub fn is_sound(&self) -> bool {
        self.pack.is_sound(&self.location.sha256)
    }

    /// Refuses damaged bytes; what was found whole once is not read again.
    pub fn check(&self, path: &str) -> Result<(), ReleaseError> {
        if !self.is_sound() {
            self.read_checked(path)?;
            self.pack.found_sound(self.location.sha256);
        }
        Ok(())
    }

    /// All its bytes, refused if they are not those that were written.
    pub fn read_checked(&self, path: &str) -> Result<Vec<u8>, ReleaseError> {
        let bytes = self.read()?;
        if <[u8; 32]>::from(Sha256::digest(&bytes)) == self.location.sha256 {
            return Ok(bytes);
        }
        let what = format!("the bytes of `{path}` at {} do not match their hash", self.location.offset);
        Err(ReleaseError::Damaged { path: self.pack.path().to_owned(), line: None, what })
    }
}
