//! Our engine, as a process for full builds (this program starting itself) and warm in this one for single changes.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use niemyet::build::engine::Engine;
use niemyet::build::engine::Sink;
use niemyet::build::source::Changes;
use niemyet::build::source::Edit;
use niemyet::build::source::SourceTree;
use niemyet::replica::site_source;
use rayon::prelude::*;

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
            // The process ends here: giving the memory back piece by piece would only take time.
            Some(full(Path::new(project), Path::new(out)).map(std::mem::forget))
        }
        [mode, project, out, rounds] if mode == "--changes" => {
            Some(rounds.parse().map_err(Into::into).and_then(|rounds| {
                let changes = changes(Path::new(project), Path::new(out), rounds)?;
                Ok(super::table::print_changes(&mut io::stdout(), &changes, &[])?)
            }))
        }
        _ => None,
    }
}

fn full(project: &Path, out: &Path) -> Result<Engine> {
    Ok(Engine::build(site_source::read(project)?, &Folder::new(out))?)
}

/// A folder that takes pages as plain files. A file whose bytes are right already is left alone.
struct Folder {
    root: PathBuf,
    /// Nothing can stand in it already.
    fresh: bool,
}

impl Folder {
    fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), fresh: !root.exists() }
    }

    /// Writes a file over the old one, whose room is taken again rather than given back first.
    fn put(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let target = self.root.join(path);
        if self.fresh {
            make_parent(&target)?;
        }
        let open = || File::options().write(true).create(true).truncate(false).open(&target);
        let mut file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_parent(&target)?;
                open()?
            }
            other => other?,
        };
        file.write_all(bytes)?;
        if self.fresh { Ok(()) } else { file.set_len(bytes.len() as u64) }
    }
}

fn make_parent(target: &Path) -> io::Result<()> {
    let Some(parent) = target.parent() else { return Ok(()) };
    match fs::create_dir(parent) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(parent),
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

impl Sink for Folder {
    fn write(&self, path: &str, bytes: Vec<u8>) -> io::Result<()> {
        if !self.fresh && fs::read(self.root.join(path)).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        self.put(path, &bytes)
    }
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
        Engine::build(engine.source().clone(), &Folder::new(&fresh))?;
        change.equals_full = peers::read(out)? == peers::read(&fresh)?;
        fs::remove_dir_all(&fresh)?;
        measured.push(change);
    }
    Ok(measured)
}

fn write(changes: &Changes, out: &Path) -> io::Result<()> {
    let folder = Folder::new(out);
    for path in &changes.removed {
        fs::remove_file(out.join(path))?;
    }
    changes.written.par_iter().try_for_each(|(path, bytes)| folder.put(path, bytes))
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
