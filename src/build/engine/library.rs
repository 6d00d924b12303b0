//! All pages and sections, who lies in whom, who follows whom, and what of that a change moves.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use ahash::AHashMap;

use super::diff;
use super::dirty::Dirty;
use super::node::Entry;
use super::node::Field;
use super::node::Home;
use super::node::Node;
use super::node::NodeId;
use super::order;
use crate::build::content::config::SiteConfig;
use crate::build::content::front_matter::SortBy;

/// Folder and language of pages.
type Place = (String, String);

/// The pages of one folder and language, and what their folder means for them.
#[derive(Debug, Default)]
struct Folder {
    pages: BTreeSet<NodeId>,
    home: Arc<Home>,
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
    ids: AHashMap<Arc<str>, NodeId>,
    places: BTreeMap<Place, Folder>,
    listed: AHashMap<NodeId, BTreeSet<Place>>,
    sections: BTreeSet<NodeId>,
    canonicals: AHashMap<String, BTreeSet<NodeId>>,
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
            if difference.structure {
                canonicals.insert(self.node(id).canonical().to_owned());
            }
            self.take_out(id, difference.order, dirty);
            self.node_mut(id).entry = entry;
            self.put_in(id, difference.order, dirty);
            if difference.structure {
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
        if let Some(set) = self.canonicals.get_mut(self.nodes[id as usize].canonical()) {
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
        let canonical = self.node(id).canonical().to_owned();
        self.canonicals.entry(canonical).or_default().insert(id);
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

    /// What a folder means for the pages in it.
    fn home_of(&self, place: &Place) -> Home {
        let (folder, lang) = place;
        let name = self.index_name(lang);
        let mut home = Home::default();
        let mut folder = folder.as_str();
        while let Some(id) = self.find_section(&format!("{folder}/{name}")) {
            let Some(section) = self.node(id).section() else { break };
            if home.sections.is_empty() {
                home.anchors = section.meta.insert_anchor_links;
            }
            home.sections.push(id);
            home.ancestors = self.ancestors_of(id);
            home.ancestors.push(section.file.relative.clone());
            if home.template.is_none() {
                home.template = home.ancestors.iter().rev().find_map(|ancestor| {
                    let above = self.find_section(&format!("content/{ancestor}"))?;
                    self.node(above).section()?.meta.page_template.clone()
                });
            }
            if !section.meta.transparent {
                break;
            }
            let Some((above, _)) = folder.rsplit_once('/') else { break };
            folder = above;
        }
        home
    }

    /// Paths of the sections above a section, from the top; the home page is always first.
    fn ancestors_of(&self, id: NodeId) -> Vec<String> {
        let Some(section) = self.node(id).section() else { return Vec::new() };
        if section.is_index() {
            return Vec::new();
        }
        let filename = &section.file.filename;
        let mut ancestors = vec![filename.clone()];
        let mut folder = String::new();
        let above = section.file.components.len() - 1;
        for component in &section.file.components[..above] {
            folder.push_str(component);
            folder.push('/');
            let path = format!("{folder}{filename}");
            if self.find_section(&format!("content/{path}")).is_some() {
                ancestors.push(path);
            }
        }
        ancestors
    }

    /// Sections came, went, or changed what they mean for others.
    fn move_sections(&mut self, moved: &BTreeSet<NodeId>, dirty: &mut Dirty) {
        let folders: BTreeSet<String> =
            moved.iter().map(|id| folder_of(&self.node(*id).source).to_owned()).collect();
        let is_below = |folder: &str| {
            std::iter::successors(Some(folder), |path| path.rsplit_once('/').map(|(above, _)| above))
                .any(|path| folders.contains(path))
        };
        let below: Vec<NodeId> =
            self.sections.iter().copied().filter(|id| is_below(folder_of(&self.node(*id).source))).collect();
        for id in below {
            let ancestors = self.ancestors_of(id);
            if self.node(id).ancestors != ancestors {
                dirty.mark(id, Field::Ancestors);
                self.node_mut(id).ancestors = ancestors;
            }
        }
        self.subsections(moved, dirty);
        let places: Vec<Place> = self.places.keys().filter(|(folder, _)| is_below(folder)).cloned().collect();
        for place in places {
            self.rehome(&place, dirty);
        }
    }

    /// Makes the lists of subsections of the moved sections and of those above them.
    fn subsections(&mut self, moved: &BTreeSet<NodeId>, dirty: &mut Dirty) {
        let mut parents: BTreeSet<NodeId> =
            moved.iter().copied().filter(|id| self.sections.contains(id)).collect();
        for id in moved {
            let source = &self.node(*id).source;
            let (folder, name) = source.rsplit_once('/').unwrap_or(("", source));
            let above = folder.rsplit_once('/').map(|(above, _)| format!("{above}/{name}"));
            parents.extend(above.and_then(|path| self.find_section(&path)));
        }
        if parents.is_empty() {
            return;
        }
        let mut children: BTreeMap<NodeId, Vec<NodeId>> =
            parents.iter().map(|id| (*id, Vec::new())).collect();
        for id in &self.sections {
            let Some(file) = self.node(*id).section().map(|section| &section.file) else { continue };
            let Some(above) = &file.grand_parent else { continue };
            if let Some(parent) = self.find_section(&format!("{above}/{}", file.filename))
                && let Some(list) = children.get_mut(&parent)
            {
                list.push(*id);
            }
        }
        for (parent, mut list) in children {
            let weight = |id: &NodeId| self.node(*id).section().map(|section| section.meta.weight);
            list.sort_by(|a, b| {
                weight(a).cmp(&weight(b)).then_with(|| self.node(*a).source.cmp(&self.node(*b).source))
            });
            let paths: Vec<String> = list.iter().map(|id| self.node(*id).relative().to_owned()).collect();
            if self.node(parent).subsections != paths {
                dirty.mark(parent, Field::Subsections);
                self.node_mut(parent).subsections = paths;
            }
        }
    }

    fn rehome(&mut self, place: &Place, dirty: &mut Dirty) {
        let home = self.home_of(place);
        let Some(folder) = self.places.get_mut(place) else { return };
        if *folder.home == home {
            return;
        }
        let before = Arc::clone(&folder.home);
        let home = Arc::new(home);
        folder.home = Arc::clone(&home);
        let pages: Vec<NodeId> = folder.pages.iter().copied().collect();
        for section in &before.sections {
            if let Some(places) = self.listed.get_mut(section) {
                places.remove(place);
            }
        }
        for section in &home.sections {
            self.listed.entry(*section).or_default().insert(place.clone());
        }
        if before.sections != home.sections {
            dirty.lists.extend(before.sections.iter().chain(&home.sections));
            dirty.outputs.extend(&pages);
        }
        for page in pages {
            if before.ancestors != home.ancestors {
                dirty.mark(page, Field::Ancestors);
            }
            if before.template != home.template {
                dirty.mark(page, Field::Template);
            }
            if before.anchors != home.anchors {
                dirty.markdown.insert(page);
            }
            self.node_mut(page).home = Arc::clone(&home);
        }
    }

    /// Makes the lists of pages again and tells neighbours apart.
    fn relist(&mut self, dirty: &mut Dirty) {
        let lists = std::mem::take(&mut dirty.lists);
        let mut neighbours: BTreeMap<NodeId, (Option<NodeId>, Option<NodeId>)> = BTreeMap::new();
        let mut changed = Vec::new();
        for id in lists {
            let now = self.list_of(id);
            let before = std::mem::take(&mut self.node_mut(id).pages);
            let resorted = dirty.resorted.contains(&id);
            let (start, end) = if resorted { (0, 0) } else { order::common_ends(&before, &now) };
            if resorted || self.tells_neighbours(id) || self.node(id).section().is_none() {
                for page in &before[start.saturating_sub(1)..(before.len() - end + 1).min(before.len())] {
                    neighbours.entry(*page).or_default();
                }
            }
            changed.push((id, start, end));
            if before != now {
                dirty.mark(id, Field::Pages);
                dirty.outputs.insert(id);
                let gone_or_new =
                    before[start..before.len() - end].iter().chain(&now[start..now.len() - end]);
                dirty.outputs.extend(gone_or_new);
            }
            self.node_mut(id).pages = now;
        }
        for (id, start, end) in changed {
            if !self.tells_neighbours(id) {
                continue;
            }
            let pages = &self.node(id).pages;
            for at in start.saturating_sub(1)..(pages.len() - end + 1).min(pages.len()) {
                let lower = at.checked_sub(1).map(|before| pages[before]);
                neighbours.insert(pages[at], (lower, pages.get(at + 1).copied()));
            }
        }
        for (page, (lower, higher)) in neighbours {
            let node = self.node_mut(page);
            if node.lower != lower {
                node.lower = lower;
                dirty.mark(page, Field::Lower);
            }
            if node.higher != higher {
                node.higher = higher;
                dirty.mark(page, Field::Higher);
            }
        }
    }

    /// A section gives its pages a lower and a higher neighbour unless it is transparent or unordered.
    fn tells_neighbours(&self, id: NodeId) -> bool {
        let section = self.node(id).section();
        section.is_some_and(|section| !section.meta.transparent && section.meta.sort_by != SortBy::None)
    }

    fn list_of(&self, id: NodeId) -> Vec<NodeId> {
        let Some(section) = self.node(id).section() else { return Vec::new() };
        let sort_by = section.meta.sort_by;
        let places = self.listed.get(&id).into_iter().flatten();
        let mut pages: Vec<(NodeId, &crate::build::content::page::ParsedPage)> = places
            .filter_map(|place| self.places.get(place))
            .flat_map(|folder| &folder.pages)
            .filter_map(|page| self.node(*page).page().map(|parsed| (*page, parsed)))
            .filter(|(_, page)| page.meta.render && order::is_sortable(page, sort_by))
            .collect();
        pages.sort_by(|(_, a), (_, b)| order::compare(a, b, sort_by));
        pages.into_iter().map(|(id, _)| id).collect()
    }

    /// Groups the versions of one content in several languages.
    fn translate(&mut self, canonicals: &BTreeSet<String>, dirty: &mut Dirty) {
        if !self.config.is_multilingual() {
            return;
        }
        for canonical in canonicals {
            let Some(members) = self.canonicals.get(canonical) else { continue };
            let members: Vec<NodeId> = members.iter().copied().collect();
            let mut listed: Vec<NodeId> = members
                .iter()
                .copied()
                .filter(|id| self.node(*id).is_listed_page() || self.node(*id).section().is_some())
                .collect();
            listed.sort_by(|a, b| self.node(*a).source.cmp(&self.node(*b).source));
            for member in members {
                if self.node(member).translations != listed {
                    self.node_mut(member).translations.clone_from(&listed);
                    dirty.mark(member, Field::Translations);
                }
            }
        }
    }

    /// True if Zola would write the page: it lies in no section, or one of its sections can place it.
    pub fn is_written(&self, id: NodeId) -> bool {
        let node = self.node(id);
        let Some(page) = node.page() else { return false };
        page.meta.render
            && (node.home.sections.is_empty()
                || node.home.sections.iter().any(|section| {
                    self.node(*section)
                        .section()
                        .is_some_and(|section| order::is_sortable(page, section.meta.sort_by))
                }))
    }

    /// Replaces the links of a node and brings the backlinks of their targets up to date.
    pub fn relink(&mut self, id: NodeId, before: &[(String, Option<String>)], dirty: &mut Dirty) {
        let now: BTreeSet<String> =
            self.node(id).rendered.links.iter().map(|(target, _)| target.clone()).collect();
        let before: BTreeSet<String> = before.iter().map(|(target, _)| target.clone()).collect();
        for target in before.difference(&now) {
            if let Some(sources) = self.links.get_mut(target) {
                sources.remove(&id);
            }
        }
        for target in now.difference(&before) {
            self.links.entry(target.clone()).or_default().insert(id);
        }
        let moved = dirty.mask(id) & Field::Permalink.bit() != 0;
        let touched: Vec<String> = if moved {
            before.union(&now).cloned().collect()
        } else {
            before.symmetric_difference(&now).cloned().collect()
        };
        for target in touched {
            self.backlink(&target, dirty);
        }
    }

    /// Lists the nodes that link to a path, by address.
    pub fn backlink(&mut self, target: &str, dirty: &mut Dirty) {
        let Some(id) = self.find(&format!("content/{target}")) else { return };
        let mut sources: Vec<NodeId> = self.links.get(target).into_iter().flatten().copied().collect();
        sources.retain(|source| self.node(*source).entry.is_some());
        sources.sort_by(|a, b| self.node(*a).permalink().cmp(self.node(*b).permalink()));
        if self.node(id).backlinks != sources {
            self.node_mut(id).backlinks = sources;
            dirty.mark(id, Field::Backlinks);
        }
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
