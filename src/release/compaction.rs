//! Keeps the number of packs of a release small: after thousands of small changes a release would otherwise rest on
//! thousands of files that are mostly dead bytes.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::error::ReleaseError;
use super::loaded::File;
use super::loaded::Release;
use super::manifest::Kind;
use super::pack::PackWriter;

/// Packs that a release stored whole may rest on besides its own.
const MAX_PACKS: usize = 16;

/// Copies into `pack` what `keep` accepts and what lies in packs that are mostly dead, or beyond the largest ones.
pub(super) fn copy_scattered(
    base: &Release,
    keep: impl Fn(Kind, &str, &[u8; 32]) -> bool,
    pack: &mut PackWriter,
) -> Result<(), ReleaseError> {
    let mut live: BTreeMap<String, Vec<(String, File)>> = BTreeMap::new();
    for kind in [Kind::Page, Kind::Source] {
        for (path, file) in base.files(kind) {
            if keep(kind, path, &file.location().sha256) {
                let name = file.location().pack.clone();
                live.entry(name).or_default().push((path.to_owned(), file));
            }
        }
    }
    let mut by_size: Vec<(Reverse<u64>, &String)> = Vec::new();
    for (name, files) in &live {
        let mut counted = BTreeSet::new();
        let distinct = files.iter().filter(|(_, file)| counted.insert(file.location().offset));
        let bytes: u64 = distinct.map(|(_, file)| file.size()).sum();
        let mostly_dead = files.first().is_some_and(|(_, file)| 2 * bytes < file.pack_size());
        by_size.push((Reverse(if mostly_dead { 0 } else { bytes }), name));
    }
    by_size.sort();
    let good = by_size.iter().take(MAX_PACKS).filter(|(Reverse(bytes), _)| *bytes > 0);
    let good: BTreeSet<&String> = good.map(|(_, name)| *name).collect();
    for (_, files) in live.iter().filter(|(name, _)| !good.contains(name)) {
        for (path, file) in files {
            let bytes = file.read_checked(path)?;
            let stored = pack.append(file.location().sha256, &bytes);
            stored.map_err(ReleaseError::io("write", pack.temporary()))?;
        }
    }
    Ok(())
}
