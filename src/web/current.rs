//! Follows the release that is current, without a restart and without asking the disk at every request.

use std::collections::VecDeque;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::time::Duration;
use std::time::Instant;

use super::ready::Ready;
use crate::release::Release;
use crate::release::Store;
use crate::release::loaded::File;

/// Releases that readers may still be in the middle of: a page takes its style sheet seconds later, and on a bad line more.
const FORMER: usize = 16;

/// How old an answer may be: a switch is seen by requests that begin this much later.
const STALE: Duration = Duration::from_millis(100);

/// The current release as of at most `STALE` ago.
#[derive(Debug)]
pub struct Current {
    store: Arc<Store>,
    shown: RwLock<Option<Arc<Shown>>>,
    /// Those that were current before, the last one first.
    former: Mutex<VecDeque<Release>>,
    seen: Mutex<Seen>,
}

/// A release, and what readers of it were sent.
#[derive(Debug)]
pub struct Shown {
    /// The release.
    pub release: Release,
    /// Answers from it.
    pub ready: Ready,
}

impl Shown {
    fn new(release: Release) -> Arc<Self> {
        Arc::new(Self { release, ready: Ready::default() })
    }
}

#[derive(Debug, Default)]
struct Seen {
    asked: Option<Instant>,
    loaded: Option<Stamp>,
    failed: Option<Stamp>,
}

/// Tells two files apart that stood under one name: a rename brings another inode.
type Stamp = (u64, i64, i64);

impl Current {
    /// Knows of no release until it is asked.
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, shown: RwLock::default(), former: Mutex::default(), seen: Mutex::default() }
    }

    /// The releases.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Answers from this release from now on; it has just become current, made by this process.
    pub fn put(&self, release: Release) {
        // Nobody who looked before may put the former one back after this.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.loaded = stamp(&self.store);
        self.show(release);
    }

    /// Only whoever has `seen` shows another release.
    fn show(&self, release: Release) {
        if let Some(before) = self.known() {
            // First: whoever is told the new release may ask for something of the former at once.
            let mut former = self.former.lock().unwrap_or_else(PoisonError::into_inner);
            former.retain(|release| release.id() != before.release.id());
            former.push_front(before.release.clone());
            former.truncate(FORMER);
        }
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Some(Shown::new(release));
    }

    /// The file at a path of a release that was current before, if it has this hash.
    pub fn former(&self, path: &str, hash: &str) -> Option<File> {
        let former = self.former.lock().unwrap_or_else(PoisonError::into_inner);
        former.iter().filter_map(|release| release.page(path)).find(|file| file.sha256() == hash)
    }

    /// The release to answer from; a request keeps it until it is answered.
    pub fn shown(&self) -> Option<Arc<Shown>> {
        // One request at a time looks; the others answer from what is known.
        if let Ok(mut seen) = self.seen.try_lock() {
            self.look(&mut seen);
        } else if self.known().is_none() {
            drop(self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        }
        self.known()
    }

    fn known(&self) -> Option<Arc<Shown>> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn look(&self, seen: &mut Seen) {
        if seen.asked.is_some_and(|asked| asked.elapsed() < STALE) {
            return;
        }
        seen.asked = Some(Instant::now());
        let stamp = stamp(&self.store);
        if stamp.is_none() || stamp == seen.loaded {
            return;
        }
        match self.store.require_current() {
            Ok(release) => {
                tracing::info!(release = release.id(), "serving");
                seen.loaded = stamp;
                self.show(release);
            }
            // Tried again at the next look, since retention may have been at work; said once.
            Err(error) if seen.failed != stamp => {
                seen.failed = stamp;
                tracing::error!(%error, "the current release cannot be loaded; the last good one is still served");
            }
            Err(_) => {}
        }
    }
}

fn stamp(store: &Store) -> Option<Stamp> {
    let metadata = fs::metadata(store.current_path()).ok()?;
    Some((metadata.ino(), metadata.mtime(), metadata.mtime_nsec()))
}
