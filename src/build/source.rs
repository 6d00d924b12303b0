//! A Zola project as a value: every file of it, by path.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The files of a Zola project, path (always `/`-separated, relative, for example `content/lich/_index.md`) → bytes.
pub type SourceTree = BTreeMap<String, Arc<[u8]>>;

/// A change of one source file: `None` deletes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Path in the source tree.
    pub path: String,
    /// New bytes, or `None` if the file is gone.
    pub bytes: Option<Arc<[u8]>>,
}

/// What a build or rebuild changed in the output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Output path (`lich/index.html`) and new bytes, in order of path.
    pub written: Vec<(String, Vec<u8>)>,
    /// Output paths that no longer exist, in order.
    pub removed: Vec<String>,
}
