//! Our engine, as a process for full builds (this program starting itself) and warm in this one for single changes.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use niemyet::build::engine::Engine;
use niemyet::build::engine::Sink;
use niemyet::build::source::Changes;
use niemyet::build::source::Edit;
use niemyet::build::source::SourceTree;

use super::Result;
use super::generate;
use super::peers;

/// One kind of change, done several times.
pub struct Change {
    pub name: &'static str,
    /// From the edit to the last file written.
    pub seconds: Vec<f64>,
    /// Files written by the last of them.
    pub files: usize,
    /// Whether the site afterwards is what a full build of the changed source gives.
    pub equals_full: bool,
}

/// The work of the process that a full build is measured on, if these are its arguments.
pub fn child(arguments: &[String]) -> Option<Result<()>> {
    match arguments {
        [mode, project, out] if mode == "--full" => {
            Some(full(Path::new(project), Path::new(out)).map(|_| ()))
        }
        _ => None,
    }
}

fn full(project: &Path, out: &Path) -> Result<Engine> {
    Ok(Engine::build(read(project)?, &Folder(out.to_owned()))?)
}

/// A folder that takes pages as plain files. A file whose bytes are right already is left alone.
struct Folder(PathBuf);

impl Sink for Folder {
    fn write(&self, path: &str, bytes: Vec<u8>) -> io::Result<()> {
        let target = self.0.join(path);
        if fs::read(&target).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        match fs::write(&target, &bytes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(target.parent().unwrap_or(&self.0))?;
                fs::write(&target, &bytes)
            }
            other => other,
        }
    }
}

fn read(project: &Path) -> Result<SourceTree> {
    let mut source = SourceTree::new();
    for (path, bytes) in peers::read(project)? {
        let path = path.to_str().ok_or("a path that is not UTF-8")?.to_owned();
        source.insert(path, bytes.into());
    }
    Ok(source)
}

/// Every kind of change, `rounds` times each, on a site built into `out`.
pub fn changes(project: &Path, out: &Path, rounds: usize) -> Result<Vec<Change>> {
    let mut engine = full(project, out)?;
    let mut measured = Vec::new();
    for (name, edit) in KINDS {
        let mut change = Change { name, seconds: Vec::new(), files: 0, equals_full: false };
        for round in 0..rounds {
            let edits = [edit(engine.source(), round)?];
            let started = Instant::now();
            let changes = engine.apply(&edits)?;
            write(&changes, out)?;
            change.seconds.push(started.elapsed().as_secs_f64());
            change.files = changes.written.len();
        }
        let fresh = out.with_extension("fresh");
        Engine::build(engine.source().clone(), &Folder(fresh.clone()))?;
        change.equals_full = peers::read(out)? == peers::read(&fresh)?;
        fs::remove_dir_all(&fresh)?;
        measured.push(change);
    }
    Ok(measured)
}

fn write(changes: &Changes, out: &Path) -> io::Result<()> {
    let folder = Folder(out.to_owned());
    for path in &changes.removed {
        fs::remove_file(out.join(path))?;
    }
    changes.written.iter().try_for_each(|(path, bytes)| folder.write(path, bytes.to_vec()))
}

/// Makes one edit of its kind; the number varies which page it hits.
type MakeEdit = fn(&SourceTree, usize) -> Result<Edit>;

const KINDS: &[(&str, MakeEdit)] = &[
    ("text of a page", |_, round| {
        Ok(put(
            generate::path("nhiem-vu", 40 + round),
            generate::page("Nhiệm vụ", 41 + round, 500_000 + round, "Đã sửa."),
        ))
    }),
    ("new page", |_, round| {
        Ok(put(
            format!("content/don-vi/nhom-0/moi-{round}.md"),
            generate::page("Đơn vị", 1_000 + round, 600_000 + round, "Mới."),
        ))
    }),
    ("moved weight", |source, round| {
        let path = generate::path("don-vi", 30 + round);
        let text = std::str::from_utf8(source.get(&path).ok_or("the page to move is missing")?)?;
        let moved =
            text.replacen(&format!("weight = {}\n", 31 + round), &format!("weight = {}\n", 2_000 + round), 1);
        Ok(put(path, moved))
    }),
    ("deleted page", |_, round| Ok(Edit { path: generate::path("don-vi", 60 + round), bytes: None })),
    ("title of a section", |source, round| {
        let path = "content/bao-cao/nhom-0/_index.md".to_owned();
        let text = std::str::from_utf8(source.get(&path).ok_or("the section is missing")?)?;
        Ok(put(path.clone(), text.replacen("title = \"", &format!("title = \"{round} "), 1)))
    }),
    ("template of all pages", |source, round| {
        let path = "templates/page.html".to_owned();
        let text = std::str::from_utf8(source.get(&path).ok_or("the template is missing")?)?;
        Ok(put(path.clone(), text.replacen("<article", &format!("<!-- {round} --><article"), 1)))
    }),
];

fn put(path: String, text: String) -> Edit {
    Edit { path, bytes: Some(Arc::from(text.into_bytes())) }
}
