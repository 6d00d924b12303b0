//! The site's source in the working folder: read as a value, and written once from the default that the binary carries.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use rust_embed::RustEmbed;
use walkdir::WalkDir;

use super::FolderError;
use super::disk;
use super::disk::Disk;
use crate::build::source::SourceTree;

#[derive(RustEmbed)]
#[folder = "site"]
#[exclude = "public/*"]
struct Default;

/// A file larger than this is not read: every source is held in memory and copied into the first release.
const MAX_FILE: u64 = 64 << 20;

/// The site that the binary carries.
pub fn default_site() -> SourceTree {
    let file = |path: std::borrow::Cow<'static, str>| {
        let bytes = Default::get(&path)?.data;
        Some((path.into_owned(), Arc::from(bytes.as_ref())))
    };
    Default::iter().filter_map(file).collect()
}

/// Reads a site's source. Hidden files and editors' leavings are not part of it; symbolic links are not followed.
pub fn read(folder: &Path) -> Result<SourceTree, FolderError> {
    let mut files = Vec::new();
    let walk = WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !ignored(entry.file_name()));
    for entry in walk {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            FolderError::io("read", path)(error.into())
        })?;
        if entry.file_type().is_file()
            && let Some(name) = name_of(folder, entry.path())?
        {
            files.push((name, entry.into_path()));
        }
    }
    // Gathered first: of several files that cannot be read the same one is named each time.
    let read: Vec<_> =
        files.into_par_iter().map(|(name, path)| Ok((name, read_file(&path)?))).collect::<Vec<_>>();
    read.into_iter().filter_map(|file| file.map(|(name, bytes)| Some((name, bytes?))).transpose()).collect()
}

/// One source file, or `None` if it is gone.
pub fn read_file(path: &Path) -> Result<Option<Arc<[u8]>>, FolderError> {
    let failed = || FolderError::io("read", path);
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed()(error)),
    };
    let expected = file.metadata().map_or(0, |about| about.len().min(MAX_FILE));
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    file.by_ref().take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed())?;
    if bytes.len() as u64 > MAX_FILE {
        let what = format!("it is larger than {} MiB", MAX_FILE >> 20);
        return Err(FolderError::Source { path: path.to_owned(), what });
    }
    Ok(Some(bytes.into()))
}

/// Path of a file in the source tree, or `None` if it is not part of the site.
pub fn name_of(folder: &Path, path: &Path) -> Result<Option<String>, FolderError> {
    let Ok(relative) = path.strip_prefix(folder) else {
        return Ok(None);
    };
    let mut name = String::new();
    for component in relative.components() {
        if ignored(component.as_os_str()) {
            return Ok(None);
        }
        let Some(component) = component.as_os_str().to_str() else {
            let what = "its name is not UTF-8".to_owned();
            return Err(FolderError::Source { path: path.to_owned(), what });
        };
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(component);
    }
    Ok(Some(name).filter(|name| !name.is_empty()))
}

fn ignored(name: &std::ffi::OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b".") || name.starts_with(b"#") || name.ends_with(b"~") || name.ends_with(b".swp")
}

/// Writes a tree into an empty or missing folder.
pub fn write(disk: &dyn Disk, folder: &Path, tree: &SourceTree) -> Result<(), FolderError> {
    for (name, bytes) in tree {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            disk.create_dir_all(parent).map_err(FolderError::io("create", parent))?;
        }
        disk::replace(disk, &path, bytes).map_err(FolderError::io("write", &path))?;
    }
    Ok(())
}
