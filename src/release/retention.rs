//! How many releases are kept, and the removal of those that are not.

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;

use super::error::ReleaseError;
use super::store::Store;
use crate::replica::lock::FolderLock;

/// Keeps the current release, the `keep` newest, as many that somebody asked for or went to, and the bases these rest on; returns the
/// names of those removed. On a day with many small changes by rule the newest alone would all be of the last minutes.
///
/// Manifests go first: a crash in between leaves packs without a manifest, which the next call removes, and never a
/// manifest without its packs.
pub fn collect(store: &Store, keep: NonZeroUsize, _lock: &FolderLock) -> Result<Vec<String>, ReleaseError> {
    let ids = store.ids()?;
    let current = store.current_id()?;
    let newest = ids.iter().rev().take(keep.get());
    let mut chosen = store.chosen()?;
    chosen.retain(|id| ids.contains(id));
    // One of long ago that is damaged can be gone to no more.
    chosen.retain(|id| !matches!(store.load(id), Err(ReleaseError::Damaged { .. })));
    let chosen = chosen.iter().rev().take(keep.get());
    let mut kept = BTreeSet::new();
    let mut packs = BTreeSet::new();
    for id in newest.chain(chosen).chain(&current) {
        // A damaged release stops the removal: what it rests on cannot be known.
        for layer in store.load(id)?.layers() {
            packs.extend(layer.packs.keys().cloned());
            kept.insert(layer.id.clone());
        }
    }
    let removed: Vec<String> = ids.into_iter().filter(|id| !kept.contains(id)).collect();
    let disk = store.disk();
    for id in &removed {
        store.forget(id);
        let path = store.manifest_path(id);
        disk.remove(&path).map_err(ReleaseError::io("remove", path))?;
    }
    disk.sync_dir(store.folder()).map_err(ReleaseError::io("sync", store.folder()))?;
    remove_packs(store, &packs)?;
    Ok(removed)
}

fn remove_packs(store: &Store, kept: &BTreeSet<String>) -> Result<(), ReleaseError> {
    let folder = store.folder().join("packs");
    let failed = || ReleaseError::io("list", &folder);
    for entry in fs::read_dir(&folder).map_err(failed())? {
        let path = entry.map_err(failed())?.path();
        let name =
            path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".pack"));
        if name.is_some_and(|name| !kept.contains(name)) {
            store.disk().remove(&path).map_err(ReleaseError::io("remove", &path))?;
        }
    }
    Ok(())
}
