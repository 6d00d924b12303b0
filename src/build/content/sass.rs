//! Style sheets: `sass/` in, CSS out, without touching a disk.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

use grass::Fs;
use grass::Options;
use grass::OutputStyle;

use super::error::ContentError;
use super::error::line_of;

/// One compiled style sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompiledSass {
    /// Path in the output: `sass/a/b.scss` gives `a/b.css`.
    pub css_path: String,
    /// The CSS, compressed.
    pub bytes: Vec<u8>,
    /// Source files that it was made from, its own first.
    pub read: BTreeSet<String>,
}

/// Compiles every style sheet under `sass/` whose name, and whose folders' names, do not start with `_`. `files` are source
/// paths (`sass/…`) and bytes; other files are ignored.
///
/// # Errors
/// A style sheet that does not compile, imports what is not there or not below `sass/`, or uses random values; two that give
/// one CSS file.
pub fn compile_sass(files: &BTreeMap<String, Arc<[u8]>>) -> Result<Vec<CompiledSass>, ContentError> {
    let mut compiled: BTreeMap<String, (String, CompiledSass)> = BTreeMap::new();
    for path in files.keys().filter(|path| is_stylesheet(path)) {
        let done = compile(path, files)?;
        if let Some((other, _)) = compiled.get(&done.css_path) {
            let problem = format!("`{other}` gives the same {}", done.css_path);
            return Err(ContentError::Stylesheet { path: path.clone(), problem });
        }
        compiled.insert(done.css_path.clone(), (path.clone(), done));
    }
    Ok(compiled.into_values().map(|(_, done)| done).collect())
}

fn is_stylesheet(path: &str) -> bool {
    path.strip_prefix("sass/").is_some_and(|inside| {
        (inside.ends_with(".scss") || inside.ends_with(".sass"))
            && inside.split('/').all(|part| !part.starts_with('_'))
    })
}

fn compile(path: &str, files: &BTreeMap<String, Arc<[u8]>>) -> Result<CompiledSass, ContentError> {
    let fs = SourceFs { files, read: Mutex::default(), climbed: Mutex::default() };
    let options = Options::default().style(OutputStyle::Compressed).fs(&fs);
    let result = grass::from_path(path, &options);
    if let Some(climbed) = taken(&fs.climbed).into_iter().next() {
        let problem = format!("it imports `{climbed}`, which is outside sass/");
        return Err(ContentError::Stylesheet { path: path.to_owned(), problem });
    }
    let css = result
        .map_err(|error| ContentError::Stylesheet { path: path.to_owned(), problem: error.to_string() })?;
    let read = taken(&fs.read);
    for file in &read {
        refuse_random(file, &files[file])?;
    }
    let stem =
        path.strip_prefix("sass/").and_then(|inside| inside.rsplit_once('.')).map_or(path, |(stem, _)| stem);
    Ok(CompiledSass { css_path: format!("{stem}.css"), bytes: css.into_bytes(), read })
}

/// A build is a function of its sources, so a style sheet may not draw numbers.
fn refuse_random(path: &str, bytes: &[u8]) -> Result<(), ContentError> {
    for call in ["random(", "unique-id("] {
        if let Some(at) = memchr::memmem::find(bytes, call.as_bytes()) {
            let line = line_of(&String::from_utf8_lossy(bytes), at);
            return Err(ContentError::not_implemented(path, line, format!("the Sass function `{call}…)`")));
        }
    }
    Ok(())
}

/// The source tree as the compiler's file system. It asks through shared references, hence the locks.
#[derive(Debug)]
struct SourceFs<'a> {
    files: &'a BTreeMap<String, Arc<[u8]>>,
    read: Mutex<BTreeSet<String>>,
    climbed: Mutex<BTreeSet<String>>,
}

impl SourceFs<'_> {
    /// The path in the source tree; `None`, and a note, for one that is not below `sass/`.
    fn inside(&self, path: &Path) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        for component in path.components() {
            match component {
                Component::CurDir => {}
                Component::Normal(part) => parts.push(part.to_str()?),
                Component::ParentDir if parts.len() > 1 => {
                    parts.pop();
                }
                _ => {
                    note(&self.climbed, path.display().to_string());
                    return None;
                }
            }
        }
        (parts.first() == Some(&"sass")).then(|| parts.join("/"))
    }
}

impl Fs for SourceFs<'_> {
    fn is_dir(&self, path: &Path) -> bool {
        self.inside(path).is_some_and(|folder| {
            let prefix = format!("{folder}/");
            self.files.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix))
        })
    }

    fn is_file(&self, path: &Path) -> bool {
        self.inside(path).is_some_and(|path| self.files.contains_key(&path))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let inside = self.inside(path).ok_or(io::ErrorKind::NotFound)?;
        let bytes = self.files.get(&inside).ok_or(io::ErrorKind::NotFound)?;
        note(&self.read, inside);
        Ok(bytes.to_vec())
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        let inside = self.inside(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(PathBuf::from(inside))
    }
}

/// A poisoned lock means that another thread panicked; there is none here, and what it holds is still the list.
fn note(list: &Mutex<BTreeSet<String>>, path: String) {
    list.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(path);
}

fn taken(list: &Mutex<BTreeSet<String>>) -> BTreeSet<String> {
    std::mem::take(&mut *list.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}
