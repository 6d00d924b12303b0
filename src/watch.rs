//! Changes of a folder, gathered into batches: an editor's flurry of events becomes one rebuild.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::Sender;
use std::time::Duration;
use std::time::Instant;

use notify::EventKind;
use notify::RecommendedWatcher;
use notify::RecursiveMode;
use notify::Watcher;

/// A batch ends when nothing has happened for this long …
const QUIET: Duration = Duration::from_millis(100);
/// … or when it has been open for this long, so that endless writing does not hold it open.
const LONGEST: Duration = Duration::from_secs(1);

/// What has changed since the last batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// These paths, which may be gone by now, or be folders.
    Paths(BTreeSet<PathBuf>),
    /// Something that the system did not keep count of: read everything again.
    Everything,
}

/// What a wait came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Something has changed.
    Batch(Batch),
    /// Nothing has, in the time that was given.
    Nothing,
    /// The watch is over.
    End,
}

/// Why a folder cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error(
    "không theo dõi được {path}; hãy kiểm tra thư mục còn ở đó; trên Linux, tăng fs.inotify.max_user_watches. / Watch {path}: {source}. Check \
     that the folder is there; on Linux, raise fs.inotify.max_user_watches"
)]
pub struct WatchError {
    /// The folder.
    path: PathBuf,
    /// The system's reason.
    source: notify::Error,
}

/// What a watch hears.
#[derive(Debug)]
enum Message {
    Event(notify::Result<notify::Event>),
    End,
}

/// A watch on folders and all below them.
#[derive(Debug)]
pub struct Watch {
    messages: Receiver<Message>,
    sender: Sender<Message>,
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Watches a folder. Watch the folder above those of interest: a folder that is deleted and made again is then seen.
    pub fn new(folder: &Path) -> Result<Self, WatchError> {
        let failed = |source| WatchError { path: folder.to_owned(), source };
        let (sender, messages) = mpsc::channel();
        let events = sender.clone();
        let handler = move |event| {
            // It fails once the watch is dropped, and then nobody is left to be told.
            let _ = events.send(Message::Event(event));
        };
        let mut watcher = notify::recommended_watcher(handler).map_err(failed)?;
        watcher.watch(folder, RecursiveMode::Recursive).map_err(failed)?;
        Ok(Self { messages, sender, _watcher: watcher })
    }

    /// A call that ends the watch, from whichever thread.
    pub fn ender(&self) -> impl FnOnce() + Send + 'static {
        let sender = self.sender.clone();
        move || {
            let _ = sender.send(Message::End);
        }
    }

    /// Waits for the next batch of paths that `interesting` accepts, for `at_most` so long as none begins.
    pub fn next(&self, at_most: Duration, interesting: impl Fn(&Path) -> bool) -> Heard {
        let until = Instant::now() + at_most;
        let mut batch = loop {
            let mut batch = Batch::Paths(BTreeSet::new());
            match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Message::Event(event)) => {
                    if add(&mut batch, event, &interesting) {
                        break batch;
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Heard::Nothing,
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return Heard::End,
            }
        };
        let opened = Instant::now();
        while let Some(left) = LONGEST.checked_sub(opened.elapsed()) {
            match self.messages.recv_timeout(QUIET.min(left)) {
                Ok(Message::End) => return Heard::End,
                Ok(Message::Event(event)) => {
                    add(&mut batch, event, &interesting);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        Heard::Batch(batch)
    }
}

/// Adds an event; true if it says that something may have changed.
fn add(batch: &mut Batch, event: notify::Result<notify::Event>, interesting: impl Fn(&Path) -> bool) -> bool {
    let Ok(event) = event else {
        *batch = Batch::Everything;
        return true;
    };
    if event.need_rescan() {
        *batch = Batch::Everything;
        return true;
    }
    if matches!(event.kind, EventKind::Access(_)) {
        return false;
    }
    let mut any = false;
    for path in event.paths.into_iter().filter(|path| interesting(path)) {
        any = true;
        if let Batch::Paths(paths) = batch {
            paths.insert(path);
        }
    }
    any
}
