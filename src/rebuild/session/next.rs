//! What is to be rendered, what was, and what differs between the two.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::build::engine::Engine;
use crate::build::source::Edit;
use crate::build::source::SourceTree;
use crate::release::Inputs;
use crate::replica::project;
use crate::replica::project::Generated;

/// The site as it was rendered last, and the release that holds it.
#[derive(Debug)]
pub(in crate::rebuild) struct Rendered {
    pub(in crate::rebuild) engine: Engine,
    pub(in crate::rebuild) site: Arc<SourceTree>,
    generated: Arc<Generated>,
    pub(in crate::rebuild) release: String,
}

/// What is to be rendered.
pub(in crate::rebuild) struct Next {
    pub(in crate::rebuild) site: Arc<SourceTree>,
    pub(in crate::rebuild) generated: Arc<Generated>,
    pub(in crate::rebuild) config: Option<Arc<[u8]>>,
    pub(in crate::rebuild) inputs: Inputs,
}

impl Next {
    /// The bytes at a path of the project.
    pub(in crate::rebuild) fn file(&self, path: &str) -> Option<&Arc<[u8]>> {
        let config = self.config.as_ref().filter(|_| path == project::CONFIG);
        config.or_else(|| self.generated.files.get(path)).or_else(|| self.site.get(path))
    }

    /// The whole project.
    pub(in crate::rebuild) fn tree(&self) -> SourceTree {
        let mut tree = (*self.site).clone();
        tree.extend(self.generated.files.iter().map(|(path, bytes)| (path.clone(), Arc::clone(bytes))));
        if let Some(config) = &self.config {
            tree.insert(project::CONFIG.to_owned(), Arc::clone(config));
        }
        tree
    }

    /// What differs from the project that was rendered; looks only at the part, site or generated, that is another one.
    pub(in crate::rebuild) fn edits(&self, rendered: &Rendered) -> Vec<Edit> {
        let site = tree_edits(&rendered.site, &self.site);
        let generated = tree_edits(&rendered.generated.files, &self.generated.files);
        let moved: BTreeSet<String> = site
            .into_iter()
            .chain(generated)
            .map(|edit| edit.path)
            .chain([project::CONFIG.to_owned()])
            .collect();
        let edits = moved.into_iter().map(|path| Edit { bytes: self.file(&path).cloned(), path });
        edits.filter(|edit| rendered.engine.source().get(&edit.path) != edit.bytes.as_ref()).collect()
    }

    pub(super) fn rendered(self, engine: Engine, release: &str) -> Rendered {
        Rendered { engine, site: self.site, generated: self.generated, release: release.to_owned() }
    }
}

/// What differs between two trees; nothing if they are one.
pub(super) fn tree_edits(old: &SourceTree, new: &SourceTree) -> Vec<Edit> {
    if std::ptr::eq(old, new) {
        return Vec::new();
    }
    let same = |old: &Arc<[u8]>, new: &Arc<[u8]>| Arc::ptr_eq(old, new) || old == new;
    let gone = old.keys().filter(|path| !new.contains_key(*path));
    let gone = gone.map(|path| Edit { path: path.clone(), bytes: None });
    let changed = new.iter().filter(|(path, bytes)| !old.get(*path).is_some_and(|old| same(old, bytes)));
    let changed = changed.map(|(path, bytes)| Edit { path: path.clone(), bytes: Some(Arc::clone(bytes)) });
    gone.chain(changed).collect()
}
