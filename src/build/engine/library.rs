//! All pages and sections, who lies in whom, who follows whom, and what of that a change moves.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use ahash::AHashMap;

use super::diff;
use super::dirty::Dirty;
use super::node::Entry;
use super::node::Home;
use super::node::Node;
use super::node::NodeId;
use crate::build::content::config::SiteConfig;

/// Folder and language of pages.
pub(super) type Place = (String, String);

/// The pages of one folder and language, and what their folder means for them.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) pages: BTreeSet<NodeId>,
    pub(super) home: Arc<Home>,
}

/// The library.
#[derive(Debug)]
pub struct Library {
    /// Settings of the site.
    pub config: Arc<SiteConfig>,
    /// By number.
    pub nodes: Vec<Node>,
    /// How often each node has changed; apart from the nodes because long lists ask for nothing else.
    revisions: Vec<u32>,
    pub(super) ids: AHashMap<Arc<str>, NodeId>,
    pub(super) places: BTreeMap<Place, Folder>,
    pub(super) listed: AHashMap<NodeId, BTreeSet<Place>>,
    pub(super) sections: BTreeSet<NodeId>,
    /// Versions of one content in several languages, if the site has several.
    pub(super) canonicals: AHashMap<String, BTreeSet<NodeId>>,
    /// Path from `content/` → nodes that link to it.
    pub links: AHashMap<String, BTreeSet<NodeId>>,
}

impl Library {
    /// An empty library.
    pub fn new(config: Arc<SiteConfig>) -> Self {
        Self {
            config,
            nodes: Vec::new(),
            revisions: Vec::new(),
            ids: AHashMap::new(),
            places: BTreeMap::new(),
            listed: AHashMap::new(),
            sections: BTreeSet::new(),
            canonicals: AHashMap::new(),
            links: AHashMap::new(),
        }
    }

    /// The node of that source path, made if there is none.
    pub fn intern(&mut self, source: &str) -> NodeId {
        if let Some(id) = self.ids.get(source) {
            return *id;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a site has far fewer than 2^32 files")]
        let id = self.nodes.len() as NodeId;
        let source: Arc<str> = source.into();
        self.revisions.push(0);
        self.nodes.push(Node { source: Arc::clone(&source), ..Node::default() });
        self.ids.insert(source, id);
        id
    }

    /// The node of that source path, if it is there.
    pub fn find(&self, source: &str) -> Option<NodeId> {
        self.ids.get(source).copied().filter(|id| self.node(*id).entry.is_some())
    }

    /// The section of that source path, if it is there.
    pub fn find_section(&self, source: &str) -> Option<NodeId> {
        self.find(source).filter(|id| self.node(*id).section().is_some())
    }

    /// The node of that number.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// The node of that number.
    pub fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id as usize]
    }

    /// How often a node has changed.
    pub fn revision(&self, id: NodeId) -> u32 {
        self.revisions[id as usize]
    }

    /// Counts a change of a node: what was printed before no longer holds.
    pub fn revise(&mut self, id: NodeId) {
        let revision = &mut self.revisions[id as usize];
        *revision = revision.wrapping_add(1);
    }

    /// All nodes that are pages or sections.
    pub fn live(&self) -> impl Iterator<Item = NodeId> + '_ {
        (0..).zip(&self.nodes).filter(|(_, node)| node.entry.is_some()).map(|(id, _)| id)
    }

    /// Name of the section files of a language.
    pub fn index_name(&self, lang: &str) -> String {
        if lang == self.config.default_language {
            "_index.md".to_owned()
        } else {
            format!("_index.{lang}.md")
        }
    }

    /// Puts new versions of files in and brings everything that follows from paths and front matter up to date.
    /// Returns the versions they replace.
    pub fn replace(&mut self, new: Vec<(NodeId, Option<Entry>)>, dirty: &mut Dirty) {
        let mut moved_sections = BTreeSet::new();
        let mut canonicals = BTreeSet::new();
        let multilingual = self.config.is_multilingual();
        for (id, entry) in new {
            let difference = diff::between(self.node(id).entry.as_ref(), entry.as_ref());
            dirty.mark_mask(id, difference.fields);
            if difference.markdown {
                dirty.markdown.insert(id);
            }
            if difference.outputs {
                dirty.outputs.insert(id);
            }
            let was_section = self.node(id).section().is_some();
            let is_section = matches!(entry, Some(Entry::Section(_)));
            if (was_section || is_section) && difference.structure {
                moved_sections.insert(id);
            }
            if is_section && difference.order {
                dirty.lists.insert(id);
                dirty.resorted.insert(id);
            }
            if difference.structure && multilingual {
                canonicals.insert(self.node(id).canonical().to_owned());
            }
            self.take_out(id, difference.order, dirty);
            self.node_mut(id).entry = entry;
            self.put_in(id, difference.order, dirty);
            if difference.structure && multilingual {
                canonicals.insert(self.node(id).canonical().to_owned());
            }
        }
        if !moved_sections.is_empty() {
            self.move_sections(&moved_sections, dirty);
        }
        self.relist(dirty);
        self.translate(&canonicals, dirty);
    }

    fn place_of(&self, id: NodeId) -> Option<Place> {
        self.node(id).page().map(|page| (page.file.parent.clone(), page.lang.clone()))
    }

    fn take_out(&mut self, id: NodeId, order: bool, dirty: &mut Dirty) {
        self.sections.remove(&id);
        if self.config.is_multilingual()
            && let Some(set) = self.canonicals.get_mut(self.nodes[id as usize].canonical())
        {
            set.remove(&id);
        }
        let Some(place) = self.place_of(id) else { return };
        if let Some(folder) = self.places.get_mut(&place) {
            folder.pages.remove(&id);
            if order {
                dirty.lists.extend(&folder.home.sections);
            }
        }
    }

    fn put_in(&mut self, id: NodeId, order: bool, dirty: &mut Dirty) {
        if self.node(id).entry.is_none() {
            return;
        }
        if self.config.is_multilingual() {
            let canonical = self.node(id).canonical().to_owned();
            self.canonicals.entry(canonical).or_default().insert(id);
        }
        if self.node(id).section().is_some() {
            self.sections.insert(id);
        }
        let Some(place) = self.place_of(id) else { return };
        if !self.places.contains_key(&place) {
            let home = Arc::new(self.home_of(&place));
            for section in &home.sections {
                self.listed.entry(*section).or_default().insert(place.clone());
            }
            self.places.insert(place.clone(), Folder { pages: BTreeSet::new(), home });
        }
        if let Some(folder) = self.places.get_mut(&place) {
            folder.pages.insert(id);
            if order {
                dirty.lists.extend(&folder.home.sections);
            }
            let home = Arc::clone(&folder.home);
            self.node_mut(id).home = home;
        }
    }
}
