//! Which sections stand above a page or section, what they mean for it, and what a section that comes, goes or changes moves.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::dirty::Dirty;
use super::library::Library;
use super::library::Place;
use super::node::Field;
use super::node::Home;
use super::node::NodeId;

impl Library {
    /// What a folder means for the pages in it.
    pub(super) fn home_of(&self, place: &Place) -> Home {
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
    pub(super) fn move_sections(&mut self, moved: &BTreeSet<NodeId>, dirty: &mut Dirty) {
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
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
