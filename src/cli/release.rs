//! `niemyet release`: list, switch, verify and export the kept releases.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::args;
use super::build;
use super::data;
use super::error::CliError;
use super::terminal::Terminal;
use crate::release::Kind;
use crate::release::Release;
use crate::release::Store;
use crate::release::export;
use crate::release::export::Exported;
use crate::release::verify;
use crate::release::verify::Difference;
use crate::replica::disk::Disk;
use crate::replica::disk::RealDisk;
use crate::replica::documents::DocumentStore;
use crate::replica::folder;
use crate::replica::lock;
use crate::replica::project;
use crate::replica::project::Settings;
use crate::replica::project::VERSION;

type Files = BTreeMap<String, Vec<u8>>;

/// Runs one of the commands.
pub fn run(dir: &Path, command: args::Release, terminal: &mut Terminal) -> Result<(), CliError> {
    // Says at once if this is no working folder.
    folder::config(dir)?;
    match command {
        args::Release::List => list(dir, terminal),
        args::Release::Activate { id } => activate(dir, &id, terminal),
        args::Release::Verify { id } => verify(dir, id.as_deref(), terminal),
        args::Release::Export { out, id } => {
            let store = open(dir);
            let release = chosen(&store, id.as_deref())?;
            let done = write_files(&release, &out, terminal)?;
            terminal.result(&json!({ "release": release.id(), "export": done }), &summary(&done, &out))
        }
    }
}

/// The releases' folder, for reading.
pub fn open(dir: &Path) -> Store {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    Store::open(&dir.join(folder::RELEASES), disk)
}

fn chosen(store: &Store, id: Option<&str>) -> Result<Release, CliError> {
    Ok(match id {
        Some(id) => store.load(id)?,
        None => store.require_current()?,
    })
}

fn list(dir: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    let store = open(dir);
    // Those that are kept must be seen just when the current one has to be chosen anew.
    let current = store.current_id().unwrap_or_else(|error| {
        terminal.say(&format!("warning: {error}"));
        None
    });
    let ids = store.ids()?;
    if ids.is_empty() {
        terminal.say("There is no release yet. Run `niemyet build`.");
    }
    for id in ids {
        let is_current = current.as_ref() == Some(&id);
        match store.load(&id) {
            Ok(release) => describe(&release, is_current, terminal)?,
            // A damaged release must not hide the others.
            Err(error) => terminal.result(
                &json!({ "id": id, "current": is_current, "damaged": error.to_string() }),
                &format!("{} {id}  damaged: {error}", mark(is_current)),
            )?,
        }
    }
    Ok(())
}

fn mark(is_current: bool) -> char {
    if is_current { '*' } else { ' ' }
}

fn describe(release: &Release, is_current: bool, terminal: &mut Terminal) -> Result<(), CliError> {
    let header = release.header();
    let files = release.paths(Kind::Page).len();
    let object = json!({
        "id": release.id(),
        "current": is_current,
        "created": header.created,
        "files": files,
        "base": header.base,
        "inputs": header.inputs,
    });
    let text = format!(
        "{} {}  {}  {files} files  as of {}",
        mark(is_current),
        release.id(),
        header.created,
        header.inputs.as_of
    );
    terminal.result(&object, &text)
}

fn activate(dir: &Path, id: &str, terminal: &mut Terminal) -> Result<(), CliError> {
    let lock = lock::lock(dir)?;
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let store = Store::open_for_writing(&dir.join(folder::RELEASES), disk, &lock)?;
    let release = store.activate(id, &lock)?;
    terminal.result(&json!({ "current": release.id() }), &format!("{} is current", release.id()))
}

/// Writes a release as plain files.
pub fn write_files(release: &Release, out: &Path, terminal: &Terminal) -> Result<Exported, CliError> {
    // All of it first: a damaged release must not leave half an export.
    for (path, file) in release.files(Kind::Page) {
        file.check(path)?;
    }
    let bar = terminal.progress("files written");
    let files = release.files(Kind::Page).map(|(path, file)| {
        let bar = bar.clone();
        (path, move || {
            bar.inc(1);
            file.read_checked(path)
        })
    });
    let done = export::export(&RealDisk, out, files);
    bar.finish_and_clear();
    Ok(done?)
}

/// One line about an export.
pub fn summary(done: &Exported, out: &Path) -> String {
    let Exported { written, unchanged, removed } = done;
    format!("{}: {written} written, {unchanged} unchanged, {removed} removed", out.display())
}

fn verify(dir: &Path, id: Option<&str>, terminal: &mut Terminal) -> Result<(), CliError> {
    let store = open(dir);
    let release = chosen(&store, id)?;
    let damages = verify::stored_bytes(&release);
    for damage in &damages {
        terminal.say(&format!("error: {damage}"));
    }
    if !damages.is_empty() {
        return Err(CliError::Verify {
            id: release.id().to_owned(),
            what: format!("{} damaged file(s)", damages.len()),
            next: "Activate another release with `niemyet release activate`, or run `niemyet build --full`",
        });
    }
    let rebuilt = rebuild(dir, &release, terminal)?;
    let difference = verify::compare(&release, &rebuilt)?;
    if !difference.is_empty() {
        tell(&difference, terminal);
        return Err(CliError::Verify {
            id: release.id().to_owned(),
            what: "building again gives other bytes, listed above".to_owned(),
            next: "Report this with the list; `niemyet build --full` makes a new release",
        });
    }
    let files = release.paths(Kind::Page).len();
    terminal.result(
        &json!({ "id": release.id(), "files": files, "stored": "intact", "rebuilt": "equal" }),
        &format!("{}: {files} files, stored bytes intact, building again gives the same bytes", release.id()),
    )
}

fn rebuild(dir: &Path, release: &Release, terminal: &mut Terminal) -> Result<Files, CliError> {
    let inputs = &release.header().inputs;
    let unable = |what: String| CliError::Verify {
        id: release.id().to_owned(),
        what: format!("its stored bytes are intact, but it cannot be built again: {what}"),
        next: "Use the niemyet that built it",
    };
    if inputs.niemyet != VERSION || inputs.engine != build::embedded_name() {
        let (engine, niemyet) = (&inputs.engine, &inputs.niemyet);
        return Err(unable(format!("it was built by niemyet {niemyet} with the engine `{engine}`")));
    }
    let as_of = inputs.as_of.parse().map_err(|_| unable(format!("`{}` is not a date", inputs.as_of)))?;
    let documents = DocumentStore::open(dir, None)?.load()?;
    let site = verify::source(release)?.into_iter().map(|(path, bytes)| (path, bytes.into())).collect();
    let laws = data::laws(terminal)?;
    let base_url = inputs.base_url.as_deref();
    let settings = Settings { laws: &laws, as_of, base_url, engine: &inputs.engine };
    let heads = inputs.documents.get("publication").map(Vec::as_slice).unwrap_or_default();
    build::in_memory(project::at(&documents, heads, &site, settings)?.tree)
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
