//! `niemyet build`: what is approved, rendered into a release that is whole or absent.

use std::collections::BTreeMap;
use std::path::Path;

use indicatif::ProgressBar;
use serde_json::json;

use super::args;
use super::error::CliError;
use super::release as export;
use super::terminal::Terminal;
use super::workspace;
use super::workspace::Loaded;
use super::workspace::Workspace;
use super::zola;
use crate::build::engine::Engine;
use crate::build::engine::Memory;
use crate::build::engine::Sink;
use crate::build::engine::warnings::Warning;
use crate::build::source::SourceTree;
use crate::release::Draft;
use crate::release::Inputs;
use crate::release::Kind;
use crate::release::Release;
use crate::release::ReleaseError;
use crate::release::draft::Committed;
use crate::release::retention;
use crate::replica::project::Project;
use crate::replica::project::VERSION;

/// What a build came to.
#[derive(Debug)]
pub struct Built {
    /// The release.
    pub committed: Committed,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// Runs the command.
pub fn run(dir: &Path, options: &args::Build, terminal: &mut Terminal) -> Result<(), CliError> {
    let workspace = Workspace::open(dir, terminal)?;
    let Built { committed, warnings } = match options.engine {
        args::Engine::Embedded => build(&workspace, options.full, terminal)?,
        args::Engine::Zola => zola::build(&workspace, options.full, terminal)?,
    };
    terminal.warn(&warnings);
    let (Committed::New(release) | Committed::Unchanged(release)) = &committed;
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
    let text = if new { "is current" } else { "stays current, nothing has changed" };
    terminal.result(
        &json!({ "release": release.id(), "new": new, "files": files, "export": exported, "warnings": warnings }),
        &format!("release {} {text}: {files} files", release.id()),
    )
}

/// Name and version of the embedded engine, for the record of a release.
pub fn embedded_name() -> String {
    format!("embedded {VERSION}")
}

/// Builds with the embedded engine, unless the current release was built from exactly these inputs.
pub fn build(workspace: &Workspace, full: bool, terminal: &mut Terminal) -> Result<Built, CliError> {
    let mut loaded = workspace.load()?;
    let project = workspace.project(&mut loaded, &embedded_name())?;
    if !full && let Some(current) = unchanged(workspace, &project.inputs)? {
        let warnings = Engine::inspect(project.tree)?;
        return Ok(Built { committed: Committed::Unchanged(current), warnings });
    }
    let draft = draft(workspace, full)?;
    let (committed, engine) = render(workspace, (loaded, project), draft, terminal)?;
    Ok(Built { committed, warnings: engine.warnings() })
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

/// Renders everything into the draft and commits it.
pub fn render(
    workspace: &Workspace,
    (loaded, project): (Loaded, Project),
    draft: Draft<'_>,
    terminal: &mut Terminal,
) -> Result<(Committed, Engine), CliError> {
    let bar = terminal.progress("files rendered");
    let built = Engine::build(project.tree, &IntoDraft { draft: &draft, bar: &bar });
    bar.finish_and_clear();
    let engine = match built {
        Ok(engine) => engine,
        Err(error) => {
            draft.discard();
            return Err(error.into());
        }
    };
    let committed = commit(workspace, draft, &loaded.site, project.inputs)?;
    Ok((committed, engine))
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
    let committed = draft.commit(inputs, &workspace::now())?;
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

struct IntoDraft<'a, 'b> {
    draft: &'a Draft<'b>,
    bar: &'a ProgressBar,
}

impl Sink for IntoDraft<'_, '_> {
    fn write(&self, path: &str, bytes: Vec<u8>) -> std::io::Result<()> {
        self.bar.inc(1);
        self.draft.put(Kind::Page, path, &bytes)
    }
}

/// What the embedded engine makes of a project, in memory.
pub fn in_memory(tree: SourceTree) -> Result<BTreeMap<String, Vec<u8>>, CliError> {
    let memory = Memory::default();
    Engine::build(tree, &memory)?;
    Ok(memory.into_inner())
}
