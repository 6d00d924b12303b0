//! What can go wrong with a release, each with the file and the next step.

use std::io;
use std::path::PathBuf;

use crate::replica::disk::remedy;

/// Why a release could not be written, read, switched to or exported.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// A file operation failed. What was current before is current still.
    #[error("{action} {}: {source}. {}. The last good release stays current", path.display(), remedy(source))]
    Io {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A stored file is not what was written.
    #[error(
        "{}{} is damaged: {what}. Nothing was deleted. Run `niemyet release list` and `niemyet release activate ID` with \
         an undamaged release, or `niemyet build --full` to make a new one",
        path.display(),
        line.map(|line| format!(":{line}")).unwrap_or_default()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Line of it, if it has lines.
        line: Option<usize>,
        /// What is wrong with it.
        what: String,
    },
    /// No release of that name is kept.
    #[error("there is no release `{id}` in {}. `niemyet release list` shows those that are kept", folder.display())]
    Unknown {
        /// The name asked for.
        id: String,
        /// The releases' folder.
        folder: PathBuf,
    },
    /// Nothing was built yet.
    #[error("{} holds no current release. Run `niemyet build` first", folder.display())]
    None {
        /// The releases' folder.
        folder: PathBuf,
    },
    /// A path that must not stand in a release.
    #[error("the path `{path}` {reason}, so it cannot be published. Rename its source and build again")]
    Path {
        /// The path.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// A folder that holds what we did not write.
    #[error(
        "{} is not empty and was not written by `niemyet`, so nothing was written there. Choose an empty folder",
        folder.display()
    )]
    NotOurs {
        /// The folder.
        folder: PathBuf,
    },
    /// Something in the export folder leads outside.
    #[error("{} is a symbolic link, so nothing is written through it. Remove the link and export again", path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
}

impl ReleaseError {
    /// Adapter for `map_err`: what was being done to which file.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
