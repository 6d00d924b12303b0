//! `niemyet watch`: a new release after each change; a mistake is told and the last good release stays.

use std::path::Path;

use serde_json::json;

use super::build;
use super::error::CliError;
use super::serve;
use super::terminal::Terminal;
use super::workspace::Workspace;
use crate::rebuild::Session;
use crate::rebuild::session::Files;
use crate::rebuild::session::Wanted;
use crate::release::draft::Committed;
use crate::replica::documents::is_store;
use crate::watch::Batch;
use crate::watch::Watch;

/// Said instead of undoing what somebody did on purpose.
const WENT_BACK: &str = "đã có người quay lại một bản phát hành cũ, nên không phát hành gì tự động. Khi muốn phát hành tiếp, chạy \
    `niemyet build`, rồi `niemyet watch`. / Somebody went back to an older release, so nothing is released by itself. To release again, \
    run `niemyet build`, then `niemyet watch`";

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
    let mut watching = Watching { workspace: &workspace, session: Session::default(), failed: false };
    watching.batch(Batch::Everything, terminal)?;
    let site = workspace.site();
    terminal.say("Watching. Press Ctrl+C to stop.");
    while let Some(batch) = watch.next(|path| path.starts_with(&site) || is_store(path)) {
        watching.batch(batch, terminal)?;
    }
    Ok(())
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
struct Watching<'a> {
    workspace: &'a Workspace,
    session: Session,
    /// The last batch was refused.
    failed: bool,
}

impl Watching<'_> {
    /// One rebuild. Only a result that cannot be told ends the watch.
    fn batch(&mut self, batch: Batch, terminal: &mut Terminal) -> Result<(), CliError> {
        let site = match batch {
            Batch::Paths(paths) => Files::Paths(paths),
            Batch::Everything => Files::Whole,
        };
        let wanted = Wanted { site, ..Wanted::default() };
        let rebuilt = build::rebuild(self.workspace, &mut self.session, &wanted, terminal);
        let mended = std::mem::replace(&mut self.failed, rebuilt.is_err());
        if let Ok(built) = &rebuilt {
            terminal.warn(&built.warnings);
        }
        match rebuilt.map(|built| (built.committed, built.warnings)) {
            Ok((Committed::Unchanged(release), warnings)) if mended => terminal.result(
                &json!({ "release": release.id(), "new": false, "warnings": warnings }),
                &format!("in order again; release {} stays current", release.id()),
            ),
            Ok((Committed::Unchanged(_), _)) => Ok(()),
            Ok((Committed::New(release), warnings)) => terminal.result(
                &json!({ "release": release.id(), "warnings": warnings }),
                &format!("release {} is current", release.id()),
            ),
            Err(CliError::Output(error)) => Err(CliError::Output(error)),
            Err(error) => {
                terminal.error(&error);
                Ok(())
            }
        }
    }
}
