//! Is a release what it claims to be: are its stored bytes intact, and does building again from its inputs give them?

use std::collections::BTreeMap;

use super::error::ReleaseError;
use super::loaded::Release;
use super::manifest::Kind;

/// How a rebuilt release differs from the stored one; each list is in order of path.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// Paths whose bytes differ.
    pub changed: Vec<String>,
    /// Paths that only the stored release has.
    pub only_stored: Vec<String>,
    /// Paths that only the rebuilt release has.
    pub only_rebuilt: Vec<String>,
}

impl Difference {
    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.only_stored.is_empty() && self.only_rebuilt.is_empty()
    }
}

/// Reads every stored byte and compares its hash; returns every damage found, with file and path.
pub fn stored_bytes(release: &Release) -> Vec<ReleaseError> {
    let pages = release.files(Kind::Page);
    let sources = release.files(Kind::Source);
    pages.chain(sources).filter_map(|(path, file)| file.read_checked(path).err()).collect()
}

/// The stored source of the site, checked against its hashes.
pub fn source(release: &Release) -> Result<BTreeMap<String, Vec<u8>>, ReleaseError> {
    release.files(Kind::Source).map(|(path, file)| Ok((path.to_owned(), file.read_checked(path)?))).collect()
}

/// Compares byte for byte with what a rebuild gave.
pub fn compare(release: &Release, rebuilt: &BTreeMap<String, Vec<u8>>) -> Result<Difference, ReleaseError> {
    let mut difference = Difference::default();
    for (path, file) in release.files(Kind::Page) {
        match rebuilt.get(path) {
            None => difference.only_stored.push(path.to_owned()),
            Some(bytes) if file.read()? != *bytes => difference.changed.push(path.to_owned()),
            Some(_) => {}
        }
    }
    let stored = release.paths(Kind::Page);
    difference.only_rebuilt =
        rebuilt.keys().filter(|path| !stored.contains(path.as_str())).cloned().collect();
    Ok(difference)
}
