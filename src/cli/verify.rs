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
        terminal.say(&format!("lỗi / error: {damage}"));
    }
    if !damages.is_empty() {
        let count = damages.len();
        let what = (format!("có {count} tệp hỏng"), format!("{count} damaged file(s)"));
        return Err(failed(&release, what, DAMAGED));
    }
    let rebuilt = rebuild(dir, &release, terminal)?;
    let difference = verify::compare(&release, &rebuilt)?;
    let engine = &release.header().inputs.engine;
    if !difference.is_empty() {
        tell(&difference, terminal);
        let (vi, en) = intact(&release);
        let what = (
            format!("{vi}, nhưng dựng lại bằng `{engine}` cho byte khác, liệt kê ở trên"),
            format!("{en}, but building it again with `{engine}` gives other bytes, listed above"),
        );
        return Err(failed(&release, what, DIFFERENT));
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
    let (vi, en) = intact(&release);
    let text = format!(
        "{id}: {vi}; dựng lại bằng `{engine}`: giống hệt. / {id}: {en}; built again with `{engine}`: the same bytes",
        id = release.id()
    );
    terminal.result(&object, &text)
}

/// What to do next, in both languages.
type Next = (&'static str, &'static str);

const DAMAGED: Next = (
    "Hãy chuyển sang bản khác bằng `niemyet release activate`, hoặc chạy `niemyet build --full`",
    "Activate another release with `niemyet release activate`, or run `niemyet build --full`",
);
const DIFFERENT: Next = (
    "Hãy báo lỗi này kèm danh sách; `niemyet build --full` tạo bản mới",
    "Report this with the list; `niemyet build --full` makes a new release",
);
const OTHER_VERSION: Next =
    ("Hãy kiểm chứng bằng niemyet đã dựng nó", "Verify it with the niemyet that built it");
const OTHER_ZOLA: Next = (
    "Hãy ghi đường dẫn của Zola đó vào NIEMYET_ZOLA rồi kiểm chứng lại; phần đã lưu không cần gì thêm",
    "Name the program of that Zola in NIEMYET_ZOLA and verify again; what is stored needs nothing",
);
const NO_DAY: Next =
    ("Hãy chạy `niemyet build --full` để có bản mới", "Run `niemyet build --full` for a new release");

fn failed(release: &Release, what: (String, String), next: Next) -> CliError {
    CliError::Verify { id: release.id().to_owned(), what, next }
}

fn counts(release: &Release) -> (usize, usize) {
    (release.paths(Kind::Page).len(), release.paths(Kind::Source).len())
}

/// What is known once the stored bytes have passed, in both languages.
fn intact(release: &Release) -> (String, String) {
    let (files, sources) = counts(release);
    (
        format!("{files} tệp và {sources} tệp nguồn đúng với mã băm"),
        format!("{files} files and {sources} sources have the bytes of their hashes"),
    )
}

/// Builds the release again with the engine that built it, or says why not.
fn rebuild(dir: &Path, release: &Release, terminal: &mut Terminal) -> Result<Files, CliError> {
    let inputs = &release.header().inputs;
    let unable = |(why_vi, why_en): (String, String), next| {
        let (vi, en) = intact(release);
        let what = (
            format!("{vi}, nhưng chưa dựng lại: {why_vi}"),
            format!("{en}, but it was not built again: {why_en}"),
        );
        failed(release, what, next)
    };
    let (engine, niemyet) = (&inputs.engine, &inputs.niemyet);
    if niemyet != VERSION {
        let why = (
            format!("bản này do niemyet {niemyet} dựng bằng `{engine}`, còn đây là niemyet {VERSION}"),
            format!("niemyet {niemyet} built it with `{engine}`, and this is niemyet {VERSION}"),
        );
        return Err(unable(why, OTHER_VERSION));
    }
    if *engine == rebuild::embedded_name() {
        return build::in_memory(project(dir, release, terminal)?);
    }
    let program = zola::program();
    let here = program.display();
    match zola::version(&program) {
        Ok(found) if found == *engine => {}
        Ok(found) => {
            let why = (
                format!("bản này do `{engine}` dựng, còn `{here}` ở đây là `{found}`"),
                format!("`{engine}` built it, and `{here}` here is `{found}`"),
            );
            return Err(unable(why, OTHER_ZOLA));
        }
        Err(_) => {
            let why = (
                format!("bản này do `{engine}` dựng, và chương trình `{here}` không chạy được ở đây"),
                format!("`{engine}` built it, and the program `{here}` cannot be run here"),
            );
            return Err(unable(why, OTHER_ZOLA));
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
        let (day, (vi, en)) = (&inputs.as_of, intact(release));
        let what = (
            format!("{vi}, nhưng ngày `{day}` của nó không phải là ngày"),
            format!("{en}, but its day `{day}` is not a date"),
        );
        failed(release, what, NO_DAY)
    })?;
    let store = DocumentStore::open(dir, None)?;
    let documents = store.load()?;
    let site = verify::source(release)?.into_iter().map(|(path, bytes)| (path, bytes.into())).collect();
    let laws = data::laws(terminal)?;
    let base_url = inputs.base_url.as_deref();
    let settings =
        Settings { contents: store.contents(), laws: &laws, as_of, base_url, engine: &inputs.engine };
    Ok(project::recorded(&documents, inputs, &site, settings)?.tree)
}

fn tell(difference: &Difference, terminal: &mut Terminal) {
    let kinds = [
        ("differs", "khác nhau", &difference.changed),
        ("only stored", "chỉ có trong bản lưu", &difference.only_stored),
        ("only rebuilt", "chỉ có khi dựng lại", &difference.only_rebuilt),
    ];
    for (kind, vi, paths) in kinds {
        for path in paths {
            terminal.finding(&json!({ "path": path, "difference": kind }), &format!("{vi} / {kind}: {path}"));
        }
    }
}
