//! The other engine: an installed Zola, run on the exported project.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use super::build;
use super::build::Built;
use super::error::CliError;
use super::terminal;
use super::terminal::Terminal;
use super::workspace::Workspace;
use crate::build::engine::Engine;
use crate::build::source::SourceTree;
use crate::release::Kind;
use crate::release::ReleaseError;
use crate::release::draft::Committed;
use crate::replica::site_source;

/// The program that `NIEMYET_ZOLA` names, or `zola`.
pub fn program() -> PathBuf {
    std::env::var_os("NIEMYET_ZOLA").unwrap_or_else(|| "zola".into()).into()
}

/// Builds with that program.
pub fn build(workspace: &Workspace, full: bool, terminal: &mut Terminal) -> Result<Built, CliError> {
    let program = program();
    let mut loaded = workspace.load()?;
    let project = workspace.project(&mut loaded, &version(&program)?)?;
    // A site that only Zola can build has no warnings of ours.
    let warnings = Engine::inspect(project.tree.clone()).unwrap_or_default();
    if !full && let Some(current) = build::unchanged(workspace, &project.inputs)? {
        return Ok(Built { committed: Committed::Unchanged(current), warnings });
    }
    let outputs = outputs(&program, &workspace.dir.join(".tmp-zola"), &project.tree)?;
    let draft = build::draft(workspace, full)?;
    let bar = terminal.progress("tệp lấy từ Zola / files taken from Zola");
    terminal::reached(&bar, 0, outputs.len());
    let put = outputs.iter().try_for_each(|(path, bytes)| {
        bar.inc(1);
        draft.put(Kind::Page, path, bytes)
    });
    bar.finish_and_clear();
    if let Err(source) = put {
        // Half a release would take the room that a full disk does not have.
        draft.discard();
        return Err(ReleaseError::io("write", workspace.store.folder())(source).into());
    }
    let committed = build::commit(workspace, draft, &loaded.site, project.inputs)?;
    Ok(Built { committed, warnings })
}

/// What the program makes of a project, by way of a folder that is removed afterwards.
pub fn outputs(program: &Path, folder: &Path, tree: &SourceTree) -> Result<SourceTree, CliError> {
    let made = make(program, folder, tree);
    let outputs = made.and_then(|()| Ok(site_source::read(&folder.join("public"))?));
    // Also after a failure; what cannot be removed now is removed before the next use.
    let _ = fs::remove_dir_all(folder);
    outputs
}

fn make(program: &Path, folder: &Path, tree: &SourceTree) -> Result<(), CliError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(CliError::file("remove", folder)(error));
        }
        _ => {}
    }
    super::site::write_project(folder, tree)?;
    // Zola looks for a compiled style sheet (`get_hash`) at this folder below the root, which a relative one misses.
    let public = std::path::absolute(folder.join("public")).map_err(CliError::file("name", folder))?;
    let mut command = Command::new(program);
    command.arg("--root").arg(folder).args(["build", "--force", "--output-dir"]).arg(public);
    run(command, program).map(drop)
}

/// Name and version that the program gives itself.
pub fn version(program: &Path) -> Result<String, CliError> {
    let mut command = Command::new(program);
    command.arg("--version");
    Ok(run(command, program)?.trim().to_owned())
}

fn run(mut command: Command, program: &Path) -> Result<String, CliError> {
    let failed = |what: String| CliError::Zola { program: program.to_owned(), what };
    let output = command.stdin(Stdio::null()).output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(failed(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim())))
}
