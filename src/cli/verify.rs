//! `niemyet release verify`: every stored byte against its hash, then the same release built again by the engine that built it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::build;
use super::data;
use super::error::CliError;
use super::release;
use super::terminal::Terminal;
use super::zola;
use crate::build::source::SourceTree;
use crate::rebuild;
use crate::release::Kind;
use crate::release::Release;
use crate::release::verify;
use crate::release::verify::Difference;
use crate::replica::documents::DocumentStore;
use crate::replica::project;
use crate::replica::project::Settings;
use crate::replica::project::VERSION;

type Files = BTreeMap<String, Vec<u8>>;

/// Runs the command.
pub fn run(dir: &Path, id: Option<&str>, terminal: &mut Terminal) -> Result<(), CliError> {
    let store = release::open(dir);
    let release = release::chosen(&store, id)?;
    let damages = verify::stored_bytes(&release);
    for damage in &damages {
        terminal.say(&format!("error: {damage}"));
    }
    if !damages.is_empty() {
        let next = "Activate another release with `niemyet release activate`, or run `niemyet build --full`";
        return Err(failed(&release, format!("{} damaged file(s)", damages.len()), next));
    }
    let rebuilt = rebuild(dir, &release, terminal)?;
    let difference = verify::compare(&release, &rebuilt)?;
    let engine = &release.header().inputs.engine;
    if !difference.is_empty() {
        tell(&difference, terminal);
        let what = format!(
            "{}, but building it again with `{engine}` gives other bytes, listed above",
            intact(&release)
        );
        let next = "Report this with the list; `niemyet build --full` makes a new release";
        return Err(failed(&release, what, next));
    }
    let (files, sources) = counts(&release);
    let object = json!({
        "id": release.id(),
        "files": files,
        "sources": sources,
        "stored": "intact",
        "rebuilt": "equal",
        "engine": engine,
    });
    let text = format!("{}: {}; built again with `{engine}`: the same bytes", release.id(), intact(&release));
    terminal.result(&object, &text)
}

fn failed(release: &Release, what: String, next: &'static str) -> CliError {
    CliError::Verify { id: release.id().to_owned(), what, next }
}

fn counts(release: &Release) -> (usize, usize) {
    (release.paths(Kind::Page).len(), release.paths(Kind::Source).len())
}

/// What is known once the stored bytes have passed.
fn intact(release: &Release) -> String {
    let (files, sources) = counts(release);
    format!("{files} files and {sources} sources have the bytes of their hashes")
}

/// Builds the release again with the engine that built it, or says why not.
fn rebuild(dir: &Path, release: &Release, terminal: &mut Terminal) -> Result<Files, CliError> {
    let inputs = &release.header().inputs;
    let unable = |why: String, next| {
        failed(release, format!("{}, but it was not built again: {why}", intact(release)), next)
    };
    let (engine, niemyet) = (&inputs.engine, &inputs.niemyet);
    if niemyet != VERSION {
        let why = format!("niemyet {niemyet} built it with `{engine}`, and this is niemyet {VERSION}");
        return Err(unable(why, "Verify it with the niemyet that built it"));
    }
    if *engine == rebuild::embedded_name() {
        return build::in_memory(project(dir, release, terminal)?);
    }
    let next = "Name the program of that Zola in NIEMYET_ZOLA and verify again; what is stored needs nothing";
    let program = zola::program();
    match zola::version(&program) {
        Ok(found) if found == *engine => {}
        Ok(found) => {
            let why = format!("`{engine}` built it, and `{}` here is `{found}`", program.display());
            return Err(unable(why, next));
        }
        Err(_) => {
            let why =
                format!("`{engine}` built it, and the program `{}` cannot be run here", program.display());
            return Err(unable(why, next));
        }
    }
    // Not in the working folder: verifying only reads there, also while another process writes.
    let folder = std::env::temp_dir().join(format!("niemyet-verify-{}", std::process::id()));
    let outputs = zola::outputs(&program, &folder, &project(dir, release, terminal)?)?;
    Ok(outputs.into_iter().map(|(path, bytes)| (path, bytes.to_vec())).collect())
}

/// The Zola project of what the release was built from.
fn project(dir: &Path, release: &Release, terminal: &mut Terminal) -> Result<SourceTree, CliError> {
    let inputs = &release.header().inputs;
    let as_of = inputs.as_of.parse().map_err(|_| {
        let what = format!("{}, but its day `{}` is not a date", intact(release), inputs.as_of);
        failed(release, what, "Run `niemyet build --full` for a new release")
    })?;
    let documents = DocumentStore::open(dir, None)?.load()?;
    let site = verify::source(release)?.into_iter().map(|(path, bytes)| (path, bytes.into())).collect();
    let laws = data::laws(terminal)?;
    let base_url = inputs.base_url.as_deref();
    let settings = Settings { laws: &laws, as_of, base_url, engine: &inputs.engine };
    Ok(project::recorded(&documents, inputs, &site, settings)?.tree)
}

fn tell(difference: &Difference, terminal: &mut Terminal) {
    let kinds = [
        ("differs", &difference.changed),
        ("only stored", &difference.only_stored),
        ("only rebuilt", &difference.only_rebuilt),
    ];
    for (kind, paths) in kinds {
        for path in paths {
            terminal.finding(&json!({ "path": path, "difference": kind }), &format!("{kind}: {path}"));
        }
    }
}
