//! What ties content together besides its place: versions in other languages, and links from page to page.

use std::collections::BTreeSet;

use super::dirty::Dirty;
use super::library::Library;
use super::node::Field;
use super::node::NodeId;

impl Library {
    /// Groups the versions of one content in several languages.
    pub(super) fn translate(&mut self, canonicals: &BTreeSet<String>, dirty: &mut Dirty) {
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

    /// Replaces the links of a node and brings the backlinks of their targets up to date.
    pub fn relink(&mut self, id: NodeId, before: &[(String, Option<String>)], dirty: &mut Dirty) {
        if before.is_empty() && self.node(id).rendered.links.is_empty() {
            return;
        }
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
        // A path that was never linked to has no backlinks to take away either.
        let Some(sources) = self.links.get(target) else { return };
        let Some(id) = self.find(&format!("content/{target}")) else { return };
        let mut sources: Vec<NodeId> = sources.iter().copied().collect();
        sources.retain(|source| self.node(*source).entry.is_some());
        sources.sort_by(|a, b| self.node(*a).permalink().cmp(self.node(*b).permalink()));
        if self.node(id).backlinks != sources {
            self.node_mut(id).backlinks = sources;
            dirty.mark(id, Field::Backlinks);
        }
    }
}
