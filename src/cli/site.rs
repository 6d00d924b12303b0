//! `niemyet site export`: the complete Zola project, so that anyone can build the same pages with Zola itself.

use std::path::Path;

use serde_json::json;

use super::error::CliError;
use super::release;
use super::terminal::Terminal;
use super::workspace::Workspace;
use crate::build::source::SourceTree;
use crate::rebuild;
use crate::release::ReleaseError;
use crate::release::export;
use crate::release::export::Exported;
use crate::replica::disk::RealDisk;

/// Writes the project of what is approved now.
pub fn run(dir: &Path, out: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    let workspace = Workspace::open(dir, terminal)?;
    let mut loaded = workspace.load()?;
    let project = workspace.project(&mut loaded, &rebuild::embedded_name())?;
    let done = write_project(out, &project.tree)?;
    terminal.result(&json!({ "project": out, "export": done }), &release::summary(&done, out))
}

/// Makes a folder hold exactly this project.
pub fn write_project(out: &Path, tree: &SourceTree) -> Result<Exported, ReleaseError> {
    let files = tree.iter().map(|(path, bytes)| (path.as_str(), || Ok(bytes.to_vec())));
    export::export(&RealDisk, out, files)
}
