//! What differs between two releases: pages, and the documents they were made from.

use std::collections::BTreeMap;

use serde::Serialize;

use super::loaded::Release;
use super::manifest::Kind;

/// Paths that are listed of each sort; the counts say how many there are.
pub const LISTED: usize = 2_000;

/// How the paths of pages that people read end.
pub const PAGE: &str = ".html";

/// Some of the paths, in order, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Paths {
    /// How many.
    pub count: usize,
    /// The first of them.
    pub paths: Vec<String>,
    /// How many are pages to be read (`.html`), listed or not.
    #[serde(skip)]
    pub pages: usize,
}

impl Paths {
    /// Adds one.
    pub fn push(&mut self, path: &str) {
        self.count += 1;
        self.pages += usize::from(path.ends_with(PAGE));
        if self.paths.len() < LISTED {
            self.paths.push(path.to_owned());
        }
    }
}

/// How the pages of two releases differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Only the newer one has them.
    pub added: Paths,
    /// Both have them, with other bytes.
    pub changed: Paths,
    /// Only the older one has them.
    pub removed: Paths,
}

impl Difference {
    /// Pages to be read that differ, listed or not.
    pub const fn pages(&self) -> usize {
        self.added.pages + self.changed.pages + self.removed.pages
    }
}

/// How two releases differ, from their manifests alone.
pub fn between(old: &Release, new: &Release) -> Difference {
    let hashes = |release: &Release| -> BTreeMap<String, [u8; 32]> {
        release.files(Kind::Page).map(|(path, file)| (path.to_owned(), file.location().sha256)).collect()
    };
    compare(&hashes(old), &hashes(new))
}

/// The same of any two sets of pages, by their hashes.
pub fn compare(old: &BTreeMap<String, [u8; 32]>, new: &BTreeMap<String, [u8; 32]>) -> Difference {
    let mut difference = Difference::default();
    for (path, hash) in new {
        match old.get(path) {
            None => difference.added.push(path),
            Some(before) if before != hash => difference.changed.push(path),
            Some(_) => {}
        }
    }
    old.keys().filter(|path| !new.contains_key(*path)).for_each(|path| difference.removed.push(path));
    difference
}

/// The heads of a document in two releases; `null` where it is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Heads {
    /// In the older one.
    pub old: Option<Vec<String>>,
    /// In the newer one.
    pub new: Option<Vec<String>>,
}

/// The documents that two releases show as they stood at other heads, by key.
pub fn documents(old: &Release, new: &Release) -> BTreeMap<String, Heads> {
    let (old, new) = (&old.header().inputs.documents, &new.header().inputs.documents);
    let keys = old.keys().chain(new.keys()).filter(|key| old.get(*key) != new.get(*key));
    keys.map(|key| (key.clone(), Heads { old: old.get(key).cloned(), new: new.get(key).cloned() })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_beyond_those_that_are_listed() {
        let files = (0..LISTED + 7).flat_map(|n| [format!("{n:05}/index.html"), format!("{n:05}/data.json")]);
        let new: BTreeMap<String, [u8; 32]> = files.map(|path| (path, [0; 32])).collect();
        let difference = compare(&BTreeMap::new(), &new);
        assert_eq!((difference.added.count, difference.added.paths.len()), (2 * (LISTED + 7), LISTED));
        assert_eq!(difference.pages(), LISTED + 7);
    }
}
