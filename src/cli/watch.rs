//! `niemyet watch`: a new release after each change; a mistake is told and the last good release stays.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use niemyet_sync::store::Position;
use serde_json::json;

use super::build;
use super::build::Built;
use super::error::CliError;
use super::serve;
use super::terminal::Terminal;
use super::workspace;
use super::workspace::Loaded;
use super::workspace::Workspace;
use crate::build::engine::Engine;
use crate::build::source::Edit;
use crate::build::source::SourceTree;
use crate::release::Draft;
use crate::release::Inputs;
use crate::release::Kind;
use crate::release::ReleaseError;
use crate::release::draft::Committed;
use crate::replica::documents::is_store;
use crate::replica::site_source;
use crate::watch::Batch;
use crate::watch::Watch;

/// Builds, then builds again after each change, until the process is stopped.
pub fn run(dir: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    // Events name resolved paths, so the folder is resolved once and for all.
    let dir = std::fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let workspace = Workspace::open(&dir, terminal)?;
    let watch = Watch::new(&dir)?;
    end_when_asked(watch.ender());
    let mut session = Session {
        loaded: None,
        engine: None,
        stored: None,
        failed: false,
        seen: Position(0),
        workspace: &workspace,
    };
    session.batch(&Batch::Everything, terminal)?;
    let site = workspace.site();
    terminal.say("Watching. Press Ctrl+C to stop.");
    while let Some(batch) = watch.next(|path| path.starts_with(&site) || is_store(path)) {
        session.batch(&batch, terminal)?;
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

struct Session<'a> {
    workspace: &'a Workspace,
    /// What was read last, if all of it could be read.
    loaded: Option<Loaded>,
    /// The rendered site, as it stands in the current release; none after a failure that left the two apart.
    engine: Option<Engine>,
    /// The site's source as it stands in the current release.
    stored: Option<SourceTree>,
    /// The last batch was refused.
    failed: bool,
    /// The place of the last change that was read.
    seen: Position,
}

impl Session<'_> {
    /// One rebuild. Only a result that cannot be told ends the watch.
    fn batch(&mut self, batch: &Batch, terminal: &mut Terminal) -> Result<(), CliError> {
        let rebuilt = self.rebuild(batch, terminal);
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

    fn rebuild(&mut self, batch: &Batch, terminal: &mut Terminal) -> Result<Built, CliError> {
        let mut loaded = self.read(batch)?;
        let project = self.workspace.project(&mut loaded, &build::embedded_name());
        let site = loaded.site.clone();
        self.loaded = Some(loaded);
        let project = project?;
        // Taken out: an error below leaves none, and the next batch renders the whole site.
        let (committed, warnings) = match (self.engine.take(), self.stored.take()) {
            (Some(mut engine), Some(stored)) => {
                let moved = edits(engine.source(), &project.tree);
                let changes = match engine.apply(&moved) {
                    Ok(changes) => changes,
                    Err(error) => {
                        // The engine keeps its previous state, which is that of the current release.
                        (self.engine, self.stored) = (Some(engine), Some(stored));
                        return Err(error.into());
                    }
                };
                let committed = self.commit(&changes, &edits(&stored, &site), project.inputs)?;
                let warnings = engine.warnings_of(&moved);
                self.engine = Some(engine);
                (committed, warnings)
            }
            _ => {
                let draft = build::draft(self.workspace, false)?;
                let loaded = Loaded { documents: Default::default(), site: site.clone() };
                let (committed, engine) = build::render(self.workspace, (loaded, project), draft, terminal)?;
                let warnings = engine.warnings();
                self.engine = Some(engine);
                (committed, warnings)
            }
        };
        self.stored = Some(site);
        Ok(Built { committed, warnings })
    }

    fn read(&mut self, batch: &Batch) -> Result<Loaded, CliError> {
        let store = &self.workspace.documents;
        match (batch, self.loaded.take()) {
            (Batch::Paths(paths), Some(mut loaded)) => {
                update(&mut loaded.site, &self.workspace.site(), paths)?;
                // The file also moves when nothing new is in it.
                if paths.iter().any(|path| is_store(path)) && store.has_since(self.seen)? {
                    self.seen = store.last()?;
                    loaded.documents = store.load()?;
                }
                Ok(loaded)
            }
            _ => {
                self.seen = store.last()?;
                self.workspace.load()
            }
        }
    }

    fn commit(
        &self,
        changes: &crate::build::source::Changes,
        source: &[Edit],
        inputs: Inputs,
    ) -> Result<Committed, CliError> {
        let workspace = self.workspace;
        let draft = Draft::change(&workspace.store, &workspace.lock)?;
        let failed = || ReleaseError::io("write", workspace.store.folder());
        for (path, bytes) in &changes.written {
            draft.put(Kind::Page, path, bytes).map_err(failed())?;
        }
        for path in &changes.removed {
            draft.remove(Kind::Page, path);
        }
        for edit in source {
            match &edit.bytes {
                Some(bytes) => draft.put(Kind::Source, &edit.path, bytes).map_err(failed())?,
                None => draft.remove(Kind::Source, &edit.path),
            }
        }
        let committed = draft.commit(inputs, &workspace::now())?;
        build::collect(workspace);
        Ok(committed)
    }
}

/// Reads again what the paths name: files, or folders that came or went as a whole.
fn update(site: &mut SourceTree, folder: &Path, paths: &BTreeSet<PathBuf>) -> Result<(), CliError> {
    for path in paths.iter().filter(|path| path.starts_with(folder)) {
        if path == folder || path.is_dir() {
            *site = site_source::read(folder)?;
            return Ok(());
        }
        let Some(name) = site_source::name_of(folder, path)? else {
            continue;
        };
        if let Some(bytes) = site_source::read_file(path)? {
            site.insert(name, bytes);
        } else {
            let below = format!("{name}/");
            site.retain(|path, _| *path != name && !path.starts_with(&below));
        }
    }
    Ok(())
}

fn edits(old: &SourceTree, new: &SourceTree) -> Vec<Edit> {
    let gone = old.keys().filter(|path| !new.contains_key(*path));
    let gone = gone.map(|path| Edit { path: path.clone(), bytes: None });
    let changed = new.iter().filter(|(path, bytes)| old.get(*path) != Some(bytes));
    let changed = changed.map(|(path, bytes)| Edit { path: path.clone(), bytes: Some(bytes.clone()) });
    gone.chain(changed).collect()
}
