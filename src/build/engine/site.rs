//! Everything that a render may look at.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use ahash::AHashMap;
use ahash::AHashSet;
use serde_json::Value as Json;

use super::entries::Entries;
use super::entries::SitemapEntry;
use super::library::Library;
use super::model::ENTRY;
use super::model::PAGE;
use super::model::PAGE_ALONE;
use super::model::View;
use super::node::NodeId;
use super::reads::Shared;
use crate::build::source::SourceTree;
use crate::build::template::eval::Fragments;
use crate::build::template::eval::Stretch;
use crate::build::template::set::TemplateSet;
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
    /// Compiled style sheets, by output.
    pub css: BTreeMap<String, Vec<u8>>,
    /// Templates.
    pub templates: TemplateSet,
    /// List node of each language's feed.
    pub feeds: BTreeMap<String, NodeId>,
    /// `updated` of the pages of each language's feed.
    pub updates: BTreeMap<String, Updates>,
    /// List node of each sitemap file.
    pub sitemaps: Vec<NodeId>,
    /// List nodes of the parts of each paginated section.
    pub pagers: HashMap<NodeId, Vec<NodeId>>,
    /// Length of each paginated list, and the addresses of its parts in the sitemap.
    pub parts: HashMap<NodeId, (usize, Vec<String>)>,
    /// What `load_data` parsed and `get_hash` counted.
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

/// The dates of one feed's pages that have an `updated`, so that the newest is known without asking every page.
#[derive(Debug, Default)]
pub struct Updates {
    of_page: AHashMap<NodeId, String>,
    /// How many pages have each.
    counts: BTreeMap<String, usize>,
}

impl Updates {
    /// Sets a page's `updated`; `None` if it has none or is not shown.
    pub fn set(&mut self, page: NodeId, updated: Option<&str>) {
        let before = match updated {
            Some(updated) => self.of_page.insert(page, updated.to_owned()),
            None => self.of_page.remove(&page),
        };
        if let Some(before) = before
            && let Some(count) = self.counts.get_mut(&before)
        {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&before);
            }
        }
        if let Some(updated) = updated {
            *self.counts.entry(updated.to_owned()).or_insert(0) += 1;
        }
    }

    /// The greatest, compared as text.
    pub fn newest(&self) -> Option<&str> {
        self.counts.last_key_value().map(|(updated, _)| updated.as_str())
    }
}

fn value<'s>(json: Arc<Json>) -> Val<'s> {
    match &*json {
        Json::Array(_) | Json::Object(_) => Val::Made(json),
        scalar => Val::from_owned(scalar.clone()),
    }
}

/// Loop, kind of the objects, escaped or not, hash of their numbers.
type FragmentKey = (u32, u8, bool, u64);

/// More stretches than a site's lists have; what lies about beyond that is of lists long changed.
const FRAGMENT_LIMIT: usize = 16_384;

#[derive(Debug)]
struct Fragment {
    /// The objects' numbers.
    ids: Box<[u32]>,
    /// The node behind each object, and how often it had changed.
    stamps: Box<[Stamp]>,
    /// What was read.
    reads: Shared,
    text: Box<str>,
}

type Stamp = (Option<NodeId>, u32);

/// What long loops printed, stretch by stretch, kept until one of its objects changes.
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
    fn key(&self, slot: u32, (kind, ids): Stretch<'_>) -> FragmentKey {
        let hash = ids.iter().fold(0_u64, |hash, id| {
            (hash ^ u64::from(*id)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23)
        });
        (slot, kind, self.escapes, hash)
    }

    /// The node behind an object, and how often it has changed; `None` for kinds that are not kept.
    fn stamp(&self, kind: u8, id: u32) -> Option<Stamp> {
        let site = self.view.site;
        let node = match kind {
            PAGE | PAGE_ALONE => id,
            ENTRY => match site.entries.get(id)? {
                SitemapEntry::Node(id) => *id,
                SitemapEntry::Part(_) => return Some((None, 0)),
            },
            _ => return None,
        };
        Some((Some(node), site.library.revision(node)))
    }
}

impl Fragments for ViewFragments<'_, '_> {
    fn recall(&self, slot: u32, (kind, ids): Stretch<'_>, out: &mut String) -> bool {
        let store = self.view.site.fragments.0.read().unwrap_or_else(PoisonError::into_inner);
        let kept = store.get(&self.key(slot, (kind, ids))).filter(|kept| {
            *kept.ids == *ids
                && ids.iter().zip(&kept.stamps).all(|(id, stamp)| self.stamp(kind, *id) == Some(*stamp))
        });
        let Some(kept) = kept else {
            self.view.recorder.start_log();
            return false;
        };
        out.push_str(&kept.text);
        self.view.recorder.note_shared(&kept.reads);
        true
    }

    fn keep(&self, slot: u32, (kind, ids): Stretch<'_>, text: &str) {
        let stamps: Option<Box<[Stamp]>> = ids.iter().map(|id| self.stamp(kind, *id)).collect();
        let nodes: AHashSet<NodeId> = stamps.iter().flatten().filter_map(|(node, _)| *node).collect();
        let reads = self.view.recorder.share_log(|node| nodes.contains(&node));
        let (Some(stamps), Some(reads)) = (stamps, reads) else { return };
        let fragment = Fragment { ids: ids.into(), stamps, reads, text: text.into() };
        let mut store = self.view.site.fragments.0.write().unwrap_or_else(PoisonError::into_inner);
        if store.len() > FRAGMENT_LIMIT {
            store.clear();
        }
        store.insert(self.key(slot, (kind, ids)), fragment);
    }
}
