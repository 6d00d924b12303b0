//! `niemyet build`: what is approved, rendered into a release that is whole or absent.

use std::collections::BTreeMap;
use std::path::Path;

use niemyet_sync::audit::Event;
use serde_json::json;

use super::args;
use super::error::CliError;
use super::release as export;
use super::terminal;
use super::terminal::Terminal;
use super::workspace;
use super::workspace::Workspace;
use super::zola;
use crate::build::engine::Engine;
use crate::build::engine::Memory;
use crate::build::engine::warnings::Warning;
use crate::build::source::SourceTree;
use crate::rebuild;
use crate::rebuild::Place;
use crate::rebuild::Session;
use crate::rebuild::session;
use crate::rebuild::session::Step;
use crate::rebuild::session::Wanted;
use crate::release::Draft;
use crate::release::Inputs;
use crate::release::Kind;
use crate::release::Release;
use crate::release::ReleaseError;
use crate::release::draft::Committed;
use crate::release::retention;
use crate::replica::documents::DocumentStore;
use crate::replica::lock::FolderLock;

/// Said when a build ends what going back to an older release began.
const GOES_ON: &str = "Trước đó đã có người quay lại một bản phát hành cũ; từ nay lại phát hành tự động. / Somebody had gone back to an older release; \
    from here on releases are made by themselves again";

/// What a build came to.
#[derive(Debug)]
pub struct Built {
    /// The release.
    pub committed: Committed,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// What the bar counts.
const RENDERED: &str = "tệp đã dựng / files rendered";

/// Runs the command.
pub fn run(dir: &Path, options: &args::Build, terminal: &mut Terminal) -> Result<(), CliError> {
    let workspace = Workspace::open(dir, terminal)?;
    let was_paused = workspace.store.is_paused()?;
    let Built { committed, warnings } = match options.engine {
        args::Engine::Embedded => build(&workspace, options.full, terminal)?,
        args::Engine::Zola => zola::build(&workspace, options.full, terminal)?,
    };
    // Somebody has asked for a release: from here on they are made by themselves again.
    workspace.store.go_on(&workspace.lock)?;
    if was_paused {
        terminal.say(GOES_ON);
    }
    terminal.warn(&warnings);
    let (Committed::New(release) | Committed::Unchanged(release)) = &committed;
    if let Err(error) = workspace.store.choose(release.id(), &workspace.lock) {
        tracing::warn!(%error, "that somebody asked for the release was not noted");
    }
    let new = matches!(committed, Committed::New(_));
    let exported = match &options.out {
        Some(out) => {
            let done = export::write_files(release, out, terminal)?;
            terminal.say(&export::summary(&done, out));
            Some(done)
        }
        None => None,
    };
    let files = release.paths(Kind::Page).len();
    let (vi, en) = match new {
        true => ("đang công khai", "is current"),
        false => ("vẫn công khai, không có gì thay đổi", "stays current, nothing has changed"),
    };
    let id = release.id();
    terminal.result(
        &json!({ "release": release.id(), "new": new, "files": files, "export": exported, "warnings": warnings }),
        &format!("bản phát hành {id} {vi}: {files} tệp / release {id} {en}: {files} files"),
    )
}

/// Builds with the embedded engine, unless the current release was built from exactly these inputs.
pub fn build(workspace: &Workspace, full: bool, terminal: &mut Terminal) -> Result<Built, CliError> {
    let mut session = Session::default();
    let wanted = Wanted { full, once: true, ..Wanted::default() };
    rebuild((workspace.place(), &workspace.lock), &mut session, &wanted, terminal)
}

/// One rebuild of a session, with a bar.
pub fn rebuild(
    (place, lock): (Place<'_>, &FolderLock),
    session: &mut Session,
    wanted: &Wanted,
    terminal: &Terminal,
) -> Result<Built, CliError> {
    let bar = terminal.progress(RENDERED);
    let tell = |step| match step {
        Step::Reading => bar.set_message("đang đọc / reading"),
        Step::Rendering(done, total) => {
            bar.set_message(RENDERED);
            terminal::reached(&bar, done, total);
        }
        Step::Writing => bar.set_message("đã dựng, đang ghi / files rendered, writing"),
    };
    let before = place.releases.current_id().ok().flatten();
    let built = session.rebuild(place, lock, wanted, &tell);
    bar.finish_and_clear();
    let built = match built {
        Ok(built) => built,
        Err(error) => session::Built::unconfirmed(place.releases, before.as_deref(), error)?,
    };
    let how = if built.confirmed { export::COMMAND_LINE } else { session::UNCONFIRMED };
    note(place.documents, (&built.committed, before.as_deref()), how);
    if matches!(built.committed, Committed::New(_)) {
        session.collect(place, lock);
    }
    Ok(Built { committed: built.committed, warnings: built.warnings })
}

/// Notes what became public otherwise than it was `before`: a new release, or one that was there already.
fn note(documents: &DocumentStore, (committed, before): (&Committed, Option<&str>), how: &str) {
    let (release, event) = match committed {
        Committed::New(release) => (release, Event::ReleaseMade),
        Committed::Unchanged(release) => (release, Event::ReleaseActivated),
    };
    if before != Some(release.id()) {
        workspace::note(documents, event, release.id(), how);
    }
}

/// The current release, if it was built from these inputs.
pub fn unchanged(workspace: &Workspace, inputs: &Inputs) -> Result<Option<Release>, CliError> {
    Ok(workspace.store.current()?.filter(|release| release.header().inputs == *inputs))
}

/// A whole release to be written; `full` rests on nothing that is stored, so it also gets past a damaged release.
pub fn draft(workspace: &Workspace, full: bool) -> Result<Draft<'_>, ReleaseError> {
    if full {
        return Ok(Draft::fresh(&workspace.store, &workspace.lock));
    }
    Draft::whole(&workspace.store, &workspace.lock)
}

/// Adds the site's source, commits, and lets go of releases that are not to be kept.
pub fn commit(
    workspace: &Workspace,
    draft: Draft<'_>,
    site: &SourceTree,
    inputs: Inputs,
) -> Result<Committed, CliError> {
    for (path, bytes) in site {
        let put = draft.put(Kind::Source, path, bytes);
        put.map_err(ReleaseError::io("write", workspace.store.folder()))?;
    }
    let before = workspace.store.current_id().ok().flatten();
    let committed = draft.commit(inputs, &rebuild::now())?;
    note(&workspace.documents, (&committed, before.as_deref()), export::COMMAND_LINE);
    collect(workspace);
    Ok(committed)
}

/// Retention. The new release stands already, so its failure is told and not made the command's own.
pub fn collect(workspace: &Workspace) {
    if let Err(error) = retention::collect(&workspace.store, workspace.config.keep_releases, &workspace.lock)
    {
        tracing::warn!(%error, "old releases were not removed");
    }
}

/// What the embedded engine makes of a project, in memory.
pub fn in_memory(tree: SourceTree) -> Result<BTreeMap<String, Vec<u8>>, CliError> {
    let memory = Memory::default();
    Engine::build(tree, &memory)?;
    Ok(memory.into_inner())
}
