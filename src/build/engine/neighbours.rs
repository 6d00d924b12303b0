//! The ordered lists of pages of each section, and who is whose neighbour in them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use ahash::AHashSet;

use super::dirty::Dirty;
use super::library::Library;
use super::node::Field;
use super::node::NodeId;
use super::order;
use crate::build::content::front_matter::SortBy;
use crate::build::content::page::ParsedPage;

impl Library {
    /// Makes the lists of pages again and tells neighbours apart.
    pub(super) fn relist(&mut self, dirty: &mut Dirty) {
        let lists = std::mem::take(&mut dirty.lists);
        let mut neighbours: BTreeMap<NodeId, (Option<NodeId>, Option<NodeId>)> = BTreeMap::new();
        let mut changed = Vec::new();
        let mut above = BTreeSet::new();
        for id in lists {
            let now = self.list_of(id);
            let before = std::mem::take(&mut self.node_mut(id).pages);
            let resorted = dirty.resorted.contains(&id);
            let (start, end) = if resorted { (0, 0) } else { common_ends(&before, &now) };
            if resorted || self.tells_neighbours(id) || self.node(id).section().is_none() {
                for page in &before[start.saturating_sub(1)..(before.len() - end + 1).min(before.len())] {
                    neighbours.entry(*page).or_default();
                }
            }
            if resorted && !self.tells_neighbours(id) {
                // Another section may tell them, one whose own list stays as it is.
                above.extend(before.iter().flat_map(|page| &self.node(*page).home.sections).copied());
            }
            changed.push((id, start, end));
            if before != now {
                dirty.mark(id, Field::Pages);
                dirty.outputs.insert(id);
                let gone: AHashSet<NodeId> = before[start..before.len() - end].iter().copied().collect();
                let new: AHashSet<NodeId> = now[start..now.len() - end].iter().copied().collect();
                dirty.outputs.extend(gone.symmetric_difference(&new));
            }
            self.node_mut(id).pages = now;
        }
        let whole = above.into_iter().map(|id| (id, 0, 0));
        for (id, start, end) in changed.into_iter().chain(whole) {
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
        let mut pages: Vec<(NodeId, &ParsedPage)> = places
            .filter_map(|place| self.places.get(place))
            .flat_map(|folder| &folder.pages)
            .filter_map(|page| self.node(*page).page().map(|parsed| (*page, parsed)))
            .filter(|(_, page)| page.meta.render && order::is_sortable(page, sort_by))
            .collect();
        pages.sort_by(|(_, a), (_, b)| order::compare(a, b, sort_by));
        pages.into_iter().map(|(id, _)| id).collect()
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
}

/// How many entries two lists share at their start and at their end.
fn common_ends(a: &[NodeId], b: &[NodeId]) -> (usize, usize) {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(x, y)| x == y).count();
    (start, end)
}
