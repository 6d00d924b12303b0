//! `niemyet release`: list, switch, verify and export the kept releases.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use niemyet_sync::audit::Event;
use rayon::prelude::*;
use serde_json::json;

use super::args;
use super::error::CliError;
use super::terminal;
use super::terminal::Terminal;
use super::verify;
use super::workspace;
use crate::rebuild::Decided;
use crate::rebuild::session::UNCONFIRMED;
use crate::release::Kind;
use crate::release::Release;
use crate::release::Store;
use crate::release::changes;
use crate::release::export::Exported;
use crate::release::plain;
use crate::release::wording;
use crate::replica::disk::Disk;
use crate::replica::disk::RealDisk;
use crate::replica::documents::DocumentStore;
use crate::replica::folder;
use crate::replica::lock;
use crate::web::encoding;
use crate::web::encoding::Encoding;

/// Said while nothing is released by itself.
pub const PAUSED: &str = "Đang dừng phát hành tự động vì đã có người quay lại một bản phát hành cũ: quyết định mới chưa ra công khai. Để phát hành tiếp, \
    chạy `niemyet build` hoặc bấm nút dựng ở màn hình Công bố. / Nothing is released by itself, because somebody went back to an older release: new \
    decisions are not public yet. To go on, run `niemyet build`, or press the button on the Publishing screen";

/// In the audit log, of what is done here.
pub const COMMAND_LINE: &str = "command line";

/// Runs one of the commands.
pub fn run(dir: &Path, command: args::Release, terminal: &mut Terminal) -> Result<(), CliError> {
    // Says at once if this is no working folder.
    folder::config(dir)?;
    match command {
        args::Release::List => list(dir, terminal),
        args::Release::Activate { id } => activate(dir, &id, terminal),
        args::Release::Verify { id } => verify::run(dir, id.as_deref(), terminal),
        args::Release::Changes { old, new } => differing(dir, &old, new.as_deref(), terminal),
        args::Release::Export { out, id, compressed } => {
            let store = open(dir);
            let release = chosen(&store, id.as_deref())?;
            let done = match compressed {
                true => write_compressed(&release, &out, terminal)?,
                false => write_files(&release, &out, terminal)?,
            };
            terminal.result(&json!({ "release": release.id(), "export": done }), &summary(&done, &out))
        }
    }
}

/// The releases' folder, for reading.
pub fn open(dir: &Path) -> Store {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    Store::open(&dir.join(folder::RELEASES), disk)
}

/// The release of that id, or the current one.
pub fn chosen(store: &Store, id: Option<&str>) -> Result<Release, CliError> {
    Ok(match id {
        Some(id) => store.load(id)?,
        None => store.require_current()?,
    })
}

fn list(dir: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    let store = open(dir);
    // Those that are kept must be seen just when the current one has to be chosen anew.
    let current = store.current_id().unwrap_or_else(|error| {
        terminal.say(&format!("cảnh báo / warning: {error}"));
        None
    });
    let ids = store.ids()?;
    if ids.is_empty() {
        terminal.say("Chưa có bản phát hành nào; hãy chạy `niemyet build`. / There is no release yet; run `niemyet build`");
    }
    if store.is_paused().unwrap_or(false) {
        terminal.say(PAUSED);
    }
    for id in ids {
        let is_current = current.as_ref() == Some(&id);
        match store.load(&id) {
            Ok(release) => describe(&release, is_current, terminal)?,
            // A damaged release must not hide the others.
            Err(error) => terminal.result(
                &json!({ "id": id, "current": is_current, "damaged": error.to_string() }),
                &format!("{} {id}  hỏng / damaged: {error}", mark(is_current)),
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
        "{} {}  {}  {files} tệp / files  tính đến / as of {}",
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
    let before = store.current_id().ok().flatten();
    let (release, how) = match store.activate(id, &lock) {
        Ok(release) => (release, COMMAND_LINE),
        Err(error) => match store.moved_from(before.as_deref()) {
            Some(release) => {
                terminal.say(&format!("cảnh báo / warning: {error}"));
                (release, UNCONFIRMED)
            }
            None => return Err(error.into()),
        },
    };
    let mut withdrawn = Vec::new();
    match DocumentStore::open(dir, Some(&lock)) {
        Ok(documents) => {
            workspace::note(&documents, Event::ReleaseActivated, release.id(), how);
            withdrawn = Decided::new(&documents).map(|now| now.taken_back(&release)).unwrap_or_default();
        }
        // Releases can be switched also where the documents are damaged.
        Err(error) => tracing::warn!(%error, "the audit log could not be written"),
    }
    let paused = store.is_paused()?;
    if paused {
        terminal.say(PAUSED);
    }
    if !withdrawn.is_empty() {
        let which = withdrawn.join(", ");
        terminal.say(&format!(
            "cảnh báo: bản này lại công khai những nội dung đã thu hồi hoặc giữ lại sau đó: {which}. / warning: this release shows again what was \
             withdrawn or held back since: {which}"
        ));
    }
    let text = format!("{0} đang công khai / {0} is current", release.id());
    let object = json!({ "current": release.id(), "paused": paused, "withdrawn": withdrawn });
    terminal.result(&object, &text)
}

fn differing(dir: &Path, old: &str, new: Option<&str>, terminal: &mut Terminal) -> Result<(), CliError> {
    let store = open(dir);
    let (old, new) = (store.load(old)?, chosen(&store, new)?);
    let (pages, documents) = (changes::between(&old, &new), changes::documents(&old, &new));
    let mut text = format!("{} → {}", old.id(), new.id());
    for (mark, paths) in [('+', &pages.added), ('~', &pages.changed), ('-', &pages.removed)] {
        paths.paths.iter().for_each(|path| text += &format!("\n{mark} {path}"));
        let more = paths.count - paths.paths.len();
        if more > 0 {
            text += &format!("\n{mark} … {more} tệp nữa / more files");
        }
    }
    let told = wording::of_releases(&old, &new, &pages)?;
    for page in &told.wording {
        text += &format!("\n\n{}  {}", page.path, page.title);
        for (mark, lines) in [('-', &page.removed), ('+', &page.added)] {
            lines.lines.iter().for_each(|line| text += &format!("\n  {mark} {line}"));
            if lines.count > lines.lines.len() {
                let more = lines.count - lines.lines.len();
                text += &format!("\n  {mark} … {more} dòng nữa / more lines");
            }
        }
    }
    if told.wording_left_off > 0 {
        text += &format!(
            "\n\n… {} trang nữa không so từng dòng / more pages not compared line by line",
            told.wording_left_off
        );
    }
    documents.keys().for_each(|key| text += &format!("\nvăn bản / document: {key}"));
    let object = json!({ "old": old.id(), "new": new.id(), "pages": pages, "documents": documents, "wording": told.wording, "wording_left_off": told.wording_left_off });
    terminal.result(&object, &text)
}

/// Writes a release as plain files, and each text packed beside it.
fn write_compressed(release: &Release, out: &Path, terminal: &Terminal) -> Result<Exported, CliError> {
    for (path, file) in release.files(Kind::Page) {
        file.check(path)?;
    }
    let bar = terminal.progress("tệp đã nén / files packed");
    terminal::reached(&bar, 0, release.paths(Kind::Page).len());
    let made: Result<Vec<_>, CliError> = release
        .files(Kind::Page)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(path, file)| {
            let bytes = file.read_checked(path)?;
            bar.inc(1);
            packed(path, bytes).map_err(CliError::file("pack", path))
        })
        .collect();
    bar.finish_and_clear();
    let files: BTreeMap<String, Vec<u8>> = made?.into_iter().flatten().collect();
    Ok(plain::write(&RealDisk, out, files.iter().map(|(path, bytes)| (path.as_str(), || Ok(bytes.clone()))))?)
}

/// A file, and its packed forms if they are smaller.
fn packed(path: &str, bytes: Vec<u8>) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    if encoding::is_text(path) {
        for (coding, extension) in [(Encoding::Brotli, "br"), (Encoding::Gzip, "gz")] {
            let small = encoding::compress(coding, &bytes)?;
            if small.len() < bytes.len() {
                files.push((format!("{path}.{extension}"), small));
            }
        }
    }
    files.push((path.to_owned(), bytes));
    Ok(files)
}

/// Writes a release as plain files.
pub fn write_files(release: &Release, out: &Path, terminal: &Terminal) -> Result<Exported, CliError> {
    // All of it first: a damaged release must not leave half an export.
    for (path, file) in release.files(Kind::Page) {
        file.check(path)?;
    }
    let bar = terminal.progress("tệp đã ghi / files written");
    terminal::reached(&bar, 0, release.paths(Kind::Page).len());
    let files = release.files(Kind::Page).map(|(path, file)| {
        let bar = bar.clone();
        (path, move || {
            bar.inc(1);
            file.read_checked(path)
        })
    });
    let done = plain::write(&RealDisk, out, files);
    bar.finish_and_clear();
    Ok(done?)
}

/// One line about an export.
pub fn summary(done: &Exported, out: &Path) -> String {
    let Exported { written, unchanged, removed } = done;
    format!(
        "{}: đã ghi {written}, giữ nguyên {unchanged}, xóa {removed} tệp / {written} written, {unchanged} unchanged, {removed} removed",
        out.display()
    )
}
