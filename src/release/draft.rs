//! A release being written. Nothing of it can be seen before `commit`, and after a failure nothing of it stays.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use sha2::Digest;
use sha2::Sha256;

use super::compaction;
use super::error::ReleaseError;
use super::loaded::Release;
use super::manifest;
use super::manifest::Header;
use super::manifest::Inputs;
use super::manifest::Kind;
use super::manifest::Location;
use super::manifest::Rows;
use super::pack::PackWriter;
use super::path;
use super::store;
use super::store::Store;
use super::verify;
use crate::replica::disk;
use crate::replica::lock::FolderLock;

/// What `commit` did.
#[derive(Clone, Debug)]
pub enum Committed {
    /// A new release is current.
    New(Release),
    /// Every byte and every input equals the current release's, so that one stays.
    Unchanged(Release),
}

/// A release being written; pages may come from many threads at once.
pub struct Draft<'a> {
    store: &'a Store,
    base: Option<Release>,
    whole: bool,
    known: HashMap<[u8; 32], Location>,
    state: Mutex<State>,
}

struct State {
    pack: PackWriter,
    rows: Hashes,
}

impl<'a> Draft<'a> {
    /// A release that holds exactly what will be put into it.
    pub fn whole(store: &'a Store, lock: &FolderLock) -> Result<Self, ReleaseError> {
        let mut draft = Self::change(store, lock)?;
        draft.whole = true;
        if let Some(base) = &draft.base {
            for kind in [Kind::Page, Kind::Source] {
                for (_, file) in base.files(kind) {
                    draft.known.insert(file.location().sha256, file.location().clone());
                }
            }
        }
        Ok(draft)
    }

    /// A release that holds exactly what will be put into it and rests on nothing that is stored; unless the current one is found to
    /// be just that, and sound.
    pub fn fresh(store: &'a Store, _lock: &FolderLock) -> Self {
        let pack = PackWriter::new(store.disk().clone(), store.folder());
        let state = Mutex::new(State { pack, rows: BTreeMap::new() });
        Self { store, base: None, whole: true, known: HashMap::new(), state }
    }

    /// A release that holds what the current one holds, except what will be put or removed.
    pub fn change(store: &'a Store, lock: &FolderLock) -> Result<Self, ReleaseError> {
        Ok(Self { base: store.current()?, whole: false, ..Self::fresh(store, lock) })
    }

    /// A release that holds what `base` holds, current or not, except what will be put or removed.
    pub fn upon(store: &'a Store, lock: &FolderLock, base: Release) -> Self {
        Self { base: Some(base), whole: false, ..Self::fresh(store, lock) }
    }

    /// Puts a file. The error kind is `InvalidInput` for a path that must not stand in a release.
    pub fn put(&self, kind: Kind, path: &str, bytes: &[u8]) -> io::Result<()> {
        if let Some(reason) = path::refusal(path) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("the path `{path}` {reason}")));
        }
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        let stored = self.known.contains_key(&sha256) || self.base_location(kind, path, &sha256).is_some();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !stored {
            state.pack.append(sha256, bytes)?;
        }
        state.rows.insert((kind, path.to_owned()), Some(sha256));
        Ok(())
    }

    /// Removes a file of the current release.
    pub fn remove(&self, kind: Kind, path: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.rows.insert((kind, path.to_owned()), None);
    }

    fn base_location(&self, kind: Kind, path: &str, sha256: &[u8; 32]) -> Option<Location> {
        let location = self.base.as_ref()?.location(kind, path)?;
        (location.sha256 == *sha256).then_some(location)
    }

    /// Makes the release durable, commits it and makes it current. `created` is RFC 3339.
    ///
    /// A pack that is written before a failure is rubbish without a manifest; retention removes it.
    pub fn commit(self, inputs: Inputs, created: &str) -> Result<Committed, ReleaseError> {
        let Self { store, base, whole, mut known, state } = self;
        let State { mut pack, mut rows } = state.into_inner().unwrap_or_else(PoisonError::into_inner);
        if base.is_none()
            && let Some(current) = alike(store, &rows, &inputs)
        {
            pack.discard();
            return Ok(Committed::Unchanged(current));
        }
        if whole && let Some(base) = &base {
            for (key, _) in base.rows() {
                rows.entry(key).or_insert(None);
            }
        }
        if let Some(base) = &base {
            rows.retain(|(kind, path), sha256| base.location(*kind, path).map(|at| at.sha256) != *sha256);
            if rows.is_empty() && base.header().inputs == inputs {
                pack.discard();
                if store.current_id()?.as_deref() != Some(base.id()) {
                    store.switch(base.id())?;
                }
                return Ok(Committed::Unchanged(base.clone()));
            }
        }
        let chained = match &base {
            Some(base) => chained(base, &mut rows, (&mut known, &mut pack))?,
            None => None,
        };
        if chained.is_none()
            && let Some(base) = &base
        {
            for (key, location) in base.rows() {
                rows.entry(key).or_insert(Some(location.sha256));
                known.insert(location.sha256, location);
            }
            let keep = |kind: Kind, path: &str, sha256: &[u8; 32]| {
                rows.get(&(kind, path.to_owned())).is_some_and(|row| row.as_ref() == Some(sha256))
            };
            compaction::copy_scattered(base, keep, &mut pack)?;
            rows.retain(|_, sha256| sha256.is_some());
        }
        let folder = store.folder().join("packs");
        let new = pack.finish().map_err(ReleaseError::io("write the pack in", folder))?;
        let locate = |sha256| new.get(&sha256).or_else(|| known.get(&sha256)).cloned();
        let rows = rows.into_iter().map(|(key, sha256)| (key, sha256.and_then(locate))).collect();
        write_manifest(store, chained.as_ref(), rows, (inputs, created)).map(Committed::New)
    }

    /// Gives the release up and removes what was written of it.
    pub fn discard(self) {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).pack.discard();
    }
}

/// The rows of one release: `None` says that the file is gone.
type Hashes = BTreeMap<(Kind, String), Option<[u8; 32]>>;

/// The current release, if it holds just these files, was made of just these inputs, and every byte of it is sound.
fn alike(store: &Store, rows: &Hashes, inputs: &Inputs) -> Option<Release> {
    let current = store.current().ok().flatten().filter(|current| current.header().inputs == *inputs)?;
    let stored: Hashes = current.rows().into_iter().map(|(key, at)| (key, Some(at.sha256))).collect();
    (stored == *rows && verify::stored_bytes(&current).is_empty()).then_some(current)
}

/// The release on which a small change rests. Where the chain would become too long, what stands between its lowest layer, which
/// holds nearly all, and the change goes into the change: so that its cost follows what has moved and not what the site holds.
/// None if the change is better stored whole.
fn chained(
    base: &Release,
    rows: &mut Hashes,
    (known, pack): (&mut HashMap<[u8; 32], Location>, &mut PackWriter),
) -> Result<Option<Release>, ReleaseError> {
    if base.header().depth < store::MAX_DEPTH {
        return Ok((rows.len() < base.rows_in_layers() / 2).then(|| base.clone()));
    }
    let Some((lowest, above)) = base.layers().split_last() else { return Ok(None) };
    let folded: usize = above.iter().map(|layer| layer.rows.len()).sum();
    if folded + rows.len() >= lowest.rows.len() / 2 {
        return Ok(None);
    }
    let mut locations: BTreeMap<(Kind, String), Option<Location>> = BTreeMap::new();
    for layer in above.iter().rev() {
        locations.extend(layer.rows.iter().map(|(key, location)| (key.clone(), location.clone())));
    }
    locations.retain(|key, _| !rows.contains_key(key));
    for ((kind, path), location) in locations {
        if let Some(location) = &location {
            known.insert(location.sha256, location.clone());
            // Their packs are small and many: what is live of them goes into one.
            let bytes = base.read(kind, &path)?;
            pack.append(location.sha256, &bytes).map_err(ReleaseError::io("write", pack.temporary()))?;
        }
        rows.insert((kind, path), location.map(|location| location.sha256));
    }
    Ok(Some(Release::new(Arc::clone(lowest), &[])))
}

fn write_manifest(
    store: &Store,
    chained: Option<&Release>,
    rows: Rows,
    (inputs, created): (Inputs, &str),
) -> Result<Release, ReleaseError> {
    let header = Header {
        niemyet_release: manifest::FORMAT,
        sequence: store.ids()?.last().map_or(0, |id| store::sequence_of(id)) + 1,
        base: chained.map(|base| base.id().to_owned()),
        depth: chained.map_or(0, |base| base.header().depth + 1),
        created: created.to_owned(),
        inputs,
    };
    let (id, bytes) = manifest::write(&header, &rows)
        .map_err(|error| ReleaseError::io("write", store.manifest_path("new"))(error.into()))?;
    let path = store.manifest_path(&id);
    disk::replace(store.disk().as_ref(), &path, &bytes).map_err(ReleaseError::io("write", &path))?;
    let newest = store.remember(&id, header, rows)?;
    store.switch(&id)?;
    Ok(Release::new(newest, chained.map_or(&[], Release::layers)))
}
