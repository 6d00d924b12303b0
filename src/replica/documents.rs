//! The documents of a working folder: one file each, named by the document's id, replaced whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use automerge::AutoCommit;
use automerge::ROOT;
use automerge::ReadDoc;

use super::FolderError;
use super::disk;
use super::disk::Disk;
use crate::document::Document;
use crate::document::Key;

const SUFFIX: &str = ".automerge";

/// Documents by key.
pub type Documents = BTreeMap<Key, Document>;

/// Loads and checks every document of the folder `documents`. A file that is no document stops the loading: what is
/// missing must not look as if it had never been there. Nothing is ever deleted.
pub fn load(folder: &Path) -> Result<Documents, FolderError> {
    let mut documents = Documents::new();
    let mut election: Option<String> = None;
    for path in files(folder)? {
        let bytes = fs::read(&path).map_err(FolderError::io("read", &path))?;
        let document = open(&path, &bytes)?;
        let first = election.get_or_insert_with(|| document.election().to_owned());
        if first != document.election() {
            let what = format!("it belongs to election `{}`, the others to `{first}`", document.election());
            return Err(FolderError::Document { path, what });
        }
        documents.insert(document.key().clone(), document);
    }
    Ok(documents)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let mut files = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        Err(error) => return Err(FolderError::io("list", folder)(error)),
    };
    for entry in entries {
        let path = entry.map_err(FolderError::io("list", folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(SUFFIX) && !name.starts_with('.') {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn open(path: &Path, bytes: &[u8]) -> Result<Document, FolderError> {
    let wrong = |what: String| FolderError::Document { path: path.to_owned(), what };
    let (election, key) = identify(bytes).map_err(wrong)?;
    let document = Document::load(bytes, &election, &key).map_err(|error| wrong(error.to_string()))?;
    let expected = format!("{}{SUFFIX}", document.id());
    if path.file_name().and_then(|name| name.to_str()) != Some(expected.as_str()) {
        return Err(wrong(format!("it holds `{key}`, whose file is named {expected}")));
    }
    Ok(document)
}

/// What a document says of itself; whether that is true is checked when it is opened.
fn identify(bytes: &[u8]) -> Result<(String, Key), String> {
    let doc = AutoCommit::load(bytes).map_err(|error| error.to_string())?;
    let text = |name: &str| match doc.get(ROOT, name) {
        Ok(Some((value, _))) => {
            value.as_str().map(str::to_owned).ok_or(format!("its `{name}` is not a text"))
        }
        _ => Err(format!("it does not say its `{name}`")),
    };
    let key = text("key")?;
    Ok((text("election")?, key.parse().map_err(|error| format!("{error}"))?))
}

/// Makes a document durable.
pub fn save(disk: &dyn Disk, folder: &Path, document: &mut Document) -> Result<(), FolderError> {
    let path = folder.join(format!("{}{SUFFIX}", document.id()));
    let bytes = document.save();
    disk::replace(disk, &path, &bytes).map_err(FolderError::io("write", path))
}
