//! Everything that a render may look at.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use ahash::AHashMap;
use serde_json::Value as Json;

use super::entries::Entries;
use super::entries::SitemapEntry;
use super::library::Library;
use super::model::ENTRY;
use super::model::PAGE;
use super::model::PAGE_ALONE;
use super::model::View;
use super::node::Mask;
use super::node::NodeId;
use crate::build::source::SourceTree;
use crate::build::template::eval::Fragments;
use crate::build::template::set::TemplateSet;
use crate::build::template::value::Object;
use crate::build::template::value::Val;

/// The site.
#[derive(Debug)]
pub struct Site {
    /// Pages and sections.
    pub library: Library,
    /// Addresses of the sitemap.
    pub entries: Entries,
    /// `config` of each language.
    pub configs: HashMap<String, Json>,
    /// All source files.
    pub files: SourceTree,
    /// Templates.
    pub templates: TemplateSet,
    /// List node of each language's feed.
    pub feeds: BTreeMap<String, NodeId>,
    /// List node of each sitemap file.
    pub sitemaps: Vec<NodeId>,
    /// List nodes of the parts of each paginated section.
    pub pagers: HashMap<NodeId, Vec<NodeId>>,
    /// Length of each paginated list, and the addresses of its parts in the sitemap.
    pub parts: HashMap<NodeId, (usize, Vec<String>)>,
    /// What `load_data` parsed.
    pub data: RwLock<HashMap<String, Arc<Json>>>,
    /// What loops printed.
    pub fragments: FragmentStore,
}

impl Site {
    /// A data file as parsed; parsed once.
    ///
    /// # Errors
    /// Those of `parse`.
    pub fn loaded<'s>(
        &self,
        name: &str,
        parse: impl FnOnce() -> Result<Json, String>,
    ) -> Result<Val<'s>, String> {
        if let Some(found) = self.data.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(value(Arc::clone(found)));
        }
        let parsed = Arc::new(parse()?);
        let mut data = self.data.write().unwrap_or_else(PoisonError::into_inner);
        data.insert(name.to_owned(), Arc::clone(&parsed));
        Ok(value(parsed))
    }
}

fn value<'s>(json: Arc<Json>) -> Val<'s> {
    match &*json {
        Json::Array(_) | Json::Object(_) => Val::Made(json),
        scalar => Val::from_owned(scalar.clone()),
    }
}

/// Loop, kind and number of the object, escaped or not.
type FragmentKey = (u32, u8, u32, bool);

#[derive(Debug)]
struct Fragment {
    revision: u64,
    mask: Mask,
    text: Box<str>,
}

/// What loops printed for an object, kept until the object changes.
#[derive(Debug, Default)]
pub struct FragmentStore(RwLock<AHashMap<FragmentKey, Fragment>>);

impl FragmentStore {
    /// Forgets everything, for when templates change.
    pub fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The fragments of one render.
#[derive(Debug)]
pub struct ViewFragments<'v, 's> {
    /// Where reads are noted.
    pub view: &'v View<'s>,
    /// Whether the template escapes.
    pub escapes: bool,
}

impl ViewFragments<'_, '_> {
    /// The node behind an object, and how often it has changed.
    fn behind(&self, object: Object) -> Option<(Option<NodeId>, u64)> {
        let site = self.view.site;
        let node = match object.kind {
            PAGE | PAGE_ALONE => object.id,
            ENTRY => match site.entries.get(object.id)? {
                SitemapEntry::Node(id) => *id,
                SitemapEntry::Part(_) => return Some((None, 0)),
            },
            _ => return None,
        };
        Some((Some(node), site.library.node(node).revision))
    }
}

impl Fragments for ViewFragments<'_, '_> {
    fn recall(&self, slot: u32, object: Object, out: &mut String) -> bool {
        let Some((node, revision)) = self.behind(object) else { return false };
        let store = self.view.site.fragments.0.read().unwrap_or_else(PoisonError::into_inner);
        match store.get(&(slot, object.kind, object.id, self.escapes)) {
            Some(fragment) if fragment.revision == revision => {
                out.push_str(&fragment.text);
                if let Some(node) = node {
                    self.view.recorder.note_mask(node, fragment.mask);
                }
                true
            }
            _ => {
                self.view.recorder.start_log();
                false
            }
        }
    }

    fn keep(&self, slot: u32, object: Object, text: &str) {
        let Some((node, revision)) = self.behind(object) else { return };
        let Some(mask) = self.view.recorder.only_of(node) else { return };
        let fragment = Fragment { revision, mask, text: text.into() };
        let mut store = self.view.site.fragments.0.write().unwrap_or_else(PoisonError::into_inner);
        store.insert((slot, object.kind, object.id, self.escapes), fragment);
    }
}
