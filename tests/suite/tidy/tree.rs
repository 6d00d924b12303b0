//! The repository as text: its files by path, and findings in them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use regex::Regex;

use super::rust::RustFile;

/// One place to mend.
#[derive(Clone, Debug)]
pub struct Finding {
    path: String,
    pub line: usize,
    what: String,
}

impl Finding {
    pub fn new(path: &str, line: usize, what: &str) -> Self {
        Self { path: path.to_owned(), line, what: what.to_owned() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// A finding for every line in which a pattern begins to match.
pub fn matches(path: &str, text: &str, pattern: &Regex, what: &str) -> Vec<Finding> {
    let mut lines: Vec<usize> =
        pattern.find_iter(text).map(|found| 1 + text[..found.start()].matches('\n').count()).collect();
    lines.dedup();
    lines.into_iter().map(|line| Finding::new(path, line, what)).collect()
}

/// Every file of the repository, without what git ignores.
pub struct Repository {
    /// Names at the top, ignored ones too.
    pub top: Vec<String>,
    /// `None` for files that are not UTF-8.
    files: BTreeMap<String, Option<String>>,
}

impl Repository {
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut repository = Self { top: Vec::new(), files: BTreeMap::new() };
        // `.git` is a file where the repository has several work trees.
        let ignored = |name: &str| [".git", "target", "node_modules", "niemyet"].contains(&name);
        let walk = walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name().into_iter();
        for entry in fs::read_dir(root).expect("the repository's folder") {
            repository.top.push(entry.expect("an entry").file_name().to_string_lossy().into_owned());
        }
        for entry in walk.filter_entry(|entry| !ignored(&entry.file_name().to_string_lossy())) {
            let entry = entry.expect("a readable entry");
            if entry.file_type().is_file() {
                let path = entry
                    .path()
                    .strip_prefix(root)
                    .expect("below the root")
                    .to_string_lossy()
                    .replace('\\', "/");
                let text = String::from_utf8(fs::read(entry.path()).expect("a readable file")).ok();
                repository.files.insert(path, text);
            }
        }
        repository
    }

    pub fn paths<'a>(&'a self, below: &'a str) -> impl Iterator<Item = &'a str> {
        self.files.keys().map(String::as_str).filter(move |path| path.starts_with(below))
    }

    pub fn texts<'a>(&'a self, below: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let texts = self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)));
        texts.filter(move |(path, _)| path.starts_with(below))
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    pub fn rust<'a>(&'a self, below: &'a str) -> Vec<RustFile<'a>> {
        self.texts(below)
            .filter(|(path, _)| path.ends_with(".rs"))
            .map(|(path, text)| RustFile::new(path, text))
            .collect()
    }
}
