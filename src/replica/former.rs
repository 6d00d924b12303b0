//! The former layout of a working folder: a file for each document in `documents/`. It is brought into the store when the
//! folder is first opened: copied, compared, and only then set aside as `documents.before`. Nothing is deleted, and a process
//! killed at any moment leaves a folder that the next one brings over.

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
use super::disk::RealDisk;
use super::documents::DocumentStore;
use super::documents::Documents;
use super::documents::STORE;
use super::lock::FolderLock;
use crate::document::Document;
use crate::document::Key;

const SUFFIX: &str = ".automerge";

/// Folder of the documents, in the former layout.
const DOCUMENTS: &str = "documents";
/// Its name once everything of it is in the store.
const BEFORE: &str = "documents.before";

/// Whether there is anything to bring over.
pub fn is_there(dir: &Path) -> bool {
    dir.join(DOCUMENTS).is_dir()
}

/// Brings the documents of the former layout into the store, which is made whole elsewhere and renamed in.
pub fn bring_over(dir: &Path, _lock: &FolderLock) -> Result<(), FolderError> {
    let folder = dir.join(DOCUMENTS);
    let mut documents = load(&folder)?;
    let target = dir.join(STORE);
    if !target.exists() {
        let staged = dir.join(format!("{}documents", disk::TEMPORARY));
        match fs::remove_dir_all(&staged) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(FolderError::io("remove", staged)(error));
            }
            _ => {}
        }
        RealDisk.create_dir_all(&staged).map_err(FolderError::io("create", &staged))?;
        let store = DocumentStore::create(&staged)?;
        for document in documents.values_mut() {
            store.save(document)?;
        }
        expect_all(&store, &mut documents)?;
        store.close()?;
        RealDisk.rename(&staged.join(STORE), &target).map_err(FolderError::io("rename", &staged))?;
        RealDisk.sync_dir(dir).map_err(FolderError::io("sync", dir))?;
        fs::remove_dir(&staged).map_err(FolderError::io("remove", staged))?;
    }
    expect_all(&DocumentStore::open_there(dir)?, &mut documents)?;
    let aside = (1..).map(|n| dir.join(if n == 1 { BEFORE.to_owned() } else { format!("{BEFORE}-{n}") }));
    for aside in aside.take(1_000) {
        if !aside.exists() {
            RealDisk.rename(&folder, &aside).map_err(FolderError::io("rename", &folder))?;
            return RealDisk.sync_dir(dir).map_err(FolderError::io("sync", dir));
        }
    }
    Ok(())
}

/// Every change of the files must be in the store before they are set aside.
fn expect_all(store: &DocumentStore, documents: &mut Documents) -> Result<(), FolderError> {
    let kept = store.load()?;
    for document in documents.values_mut() {
        let heads = document.heads();
        let whole = kept.get(document.key()).is_some_and(|kept| kept.at_heads(&heads).is_ok());
        if !whole {
            let what = format!("`{}` is not whole in the store that was made of it", document.key());
            return Err(FolderError::Document { path: store.path().to_owned(), what });
        }
    }
    Ok(())
}

/// Loads and checks every document of the folder `documents`. A file that is no document stops the loading: what is
/// missing must not look as if it had never been there. Nothing is ever deleted.
fn load(folder: &Path) -> Result<Documents, FolderError> {
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
    let document =
        Document::load(bytes, &election, &key).map_err(|error| FolderError::unread(path, error, wrong))?;
    let expected = format!("{}{SUFFIX}", document.id());
    if path.file_name().and_then(|name| name.to_str()) != Some(expected.as_str()) {
        return Err(wrong(format!("it holds `{key}`, whose file is named {expected}")));
    }
    Ok(document)
}

/// What a document says of itself; whether that is true is checked when it is opened.
pub(super) fn identify(bytes: &[u8]) -> Result<(String, Key), String> {
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
