//! `niemyet watch`: a new release after each change; a mistake is told and the last good release stays.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::build;
use super::error::CliError;
use super::serve;
use super::terminal::Terminal;
use super::workspace::Unlocked;
use super::workspace::Workspace;
use crate::rebuild::Session;
use crate::rebuild::session::Files;
use crate::rebuild::session::Wanted;
use crate::release::draft::Committed;
use crate::replica::documents::is_store;
use crate::replica::lock;
use crate::replica::lock::FolderLock;
use crate::replica::lock::LockError;
use crate::watch::Batch;
use crate::watch::Heard;
use crate::watch::Watch;

/// Said instead of undoing what somebody did on purpose.
const WENT_BACK: &str = "đã có người quay lại một bản phát hành cũ, nên không phát hành gì tự động. Khi muốn phát hành tiếp, chạy \
    `niemyet build`, rồi `niemyet watch`. / Somebody went back to an older release, so nothing is released by itself. To release again, \
    run `niemyet build`, then `niemyet watch`";

/// Said once while somebody else writes releases.
const OTHERS: &str = "Một chương trình khác đang ghi bản phát hành; chờ nó xong rồi dựng. / Another program writes releases; the site is built \
    when it is done";

/// Said while the lock file cannot be written.
const NO_LOCK: &str =
    "Chưa khóa được thư mục làm việc; sẽ thử lại. / The working folder cannot be locked; it is tried again";

/// How often it is looked whether what stood in the way of a rebuild is gone.
const AGAIN: Duration = Duration::from_millis(500);

/// Builds, then builds again after each change, until the process is stopped.
pub fn run(dir: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    // Events name resolved paths, so the folder is resolved once and for all.
    let dir = std::fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let workspace = Workspace::open(&dir, terminal)?;
    if workspace.store.is_paused()? {
        return Err(CliError::Refused(WENT_BACK.to_owned()));
    }
    let watch = Watch::new(&dir)?;
    end_when_asked(watch.ender());
    let Workspace { folder, lock } = workspace;
    let mut watching = Watching { folder, session: Session::default(), failed: false, told: None };
    watching.rebuild(&lock, Batch::Everything, terminal)?;
    // Others may switch and make releases while nothing changes here.
    drop(lock);
    let site = watching.folder.site();
    terminal.say("Đang theo dõi; bấm Ctrl+C để dừng. / Watching. Press Ctrl+C to stop.");
    let mut waiting = None;
    loop {
        match watch.next(AGAIN, |path| path.starts_with(&site) || is_store(path)) {
            Heard::End => return Ok(()),
            // What was put off is done as a whole: others may have built meanwhile.
            Heard::Batch(batch) => waiting = Some(if waiting.is_some() { Batch::Everything } else { batch }),
            Heard::Nothing => {}
        }
        if let Some(batch) = waiting.take() {
            waiting = watching.batch(batch, terminal)?;
        }
    }
}

/// Calls `end` at Ctrl+C or SIGTERM: a release under way is finished first, and the command ends well.
fn end_when_asked(end: impl FnOnce() + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::warn!(%error, "signals end the watch at once, without a word");
            return;
        }
    };
    std::thread::spawn(move || {
        runtime.block_on(async { serve::asked_to_stop().await });
        end();
    });
}

/// What is kept between batches.
struct Watching {
    folder: Unlocked,
    session: Session,
    /// The last batch was refused.
    failed: bool,
    /// What stands in the way, as it was told.
    told: Option<&'static str>,
}

impl Watching {
    /// One rebuild, unless somebody went back to an older release or another process writes; gives the batch back if so.
    fn batch(&mut self, batch: Batch, terminal: &mut Terminal) -> Result<Option<Batch>, CliError> {
        // What cannot be read is told by the rebuild.
        let went_back = || self.folder.store.is_paused().unwrap_or(false);
        // Asked before as well: who waits there must not take the lock again and again.
        let lock = if went_back() { Err(WENT_BACK) } else { self.lock(terminal) };
        let lock = lock.and_then(|lock| if went_back() { Err(WENT_BACK) } else { Ok(lock) });
        match lock {
            Ok(lock) => {
                self.told = None;
                self.rebuild(&lock, batch, terminal)?;
                Ok(None)
            }
            Err(why) => {
                if self.told.replace(why) != Some(why) {
                    terminal.say(why);
                }
                Ok(Some(batch))
            }
        }
    }

    fn lock(&self, terminal: &mut Terminal) -> Result<FolderLock, &'static str> {
        lock::lock(&self.folder.dir).map_err(|error| match error {
            LockError::Held { .. } => OTHERS,
            error @ LockError::Io { .. } => {
                if self.told != Some(NO_LOCK) {
                    terminal.error(&error.into());
                }
                NO_LOCK
            }
        })
    }

    /// One rebuild. Only a result that cannot be told ends the watch.
    fn rebuild(&mut self, lock: &FolderLock, batch: Batch, terminal: &mut Terminal) -> Result<(), CliError> {
        let site = match batch {
            Batch::Paths(paths) => Files::Paths(paths),
            Batch::Everything => Files::Whole,
        };
        let wanted = Wanted { site, ..Wanted::default() };
        let cleaned = self.folder.store.clean(lock).map_err(CliError::from);
        let rebuilt = cleaned
            .and_then(|()| build::rebuild((self.folder.place(), lock), &mut self.session, &wanted, terminal));
        let mended = std::mem::replace(&mut self.failed, rebuilt.is_err());
        if let Ok(built) = &rebuilt {
            terminal.warn(&built.warnings);
        }
        match rebuilt.map(|built| (built.committed, built.warnings)) {
            Ok((Committed::Unchanged(release), warnings)) if mended => terminal.result(
                &json!({ "release": release.id(), "new": false, "warnings": warnings }),
                &format!(
                    "đã ổn trở lại, giữ nguyên bản phát hành / in order again; release {} stays current",
                    release.id()
                ),
            ),
            Ok((Committed::Unchanged(_), _)) => Ok(()),
            Ok((Committed::New(release), warnings)) => terminal.result(
                &json!({ "release": release.id(), "warnings": warnings }),
                &format!("bản phát hành đang công khai: / release {} is current", release.id()),
            ),
            Err(CliError::Output(error)) => Err(CliError::Output(error)),
            Err(error) => {
                terminal.error(&error);
                Ok(())
            }
        }
    }
}
