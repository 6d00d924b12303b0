//! What a change has touched, gathered step by step.

use std::collections::BTreeSet;

use ahash::AHashMap;
use ahash::AHashSet;

use super::node::Field;
use super::node::Mask;
use super::node::NodeId;
use super::reads::Key;

/// Nodes, fields and things that changed.
#[derive(Debug, Default)]
pub struct Dirty {
    /// Fields that changed, by node.
    pub fields: AHashMap<NodeId, Mask>,
    /// Templates, data files and paths that changed.
    pub keys: AHashSet<Key>,
    /// Nodes whose Markdown must be rendered again.
    pub markdown: BTreeSet<NodeId>,
    /// Sections whose list of pages must be made again.
    pub lists: BTreeSet<NodeId>,
    /// Sections that order their pages in another way than before.
    pub resorted: BTreeSet<NodeId>,
    /// Nodes whose set of outputs may have changed.
    pub outputs: BTreeSet<NodeId>,
}

impl Dirty {
    /// Notes that a field changed.
    pub fn mark(&mut self, node: NodeId, field: Field) {
        self.mark_mask(node, field.bit());
    }

    /// Notes that fields changed.
    pub fn mark_mask(&mut self, node: NodeId, mask: Mask) {
        if mask != 0 {
            *self.fields.entry(node).or_insert(0) |= mask;
        }
    }

    /// Which fields of that node changed.
    pub fn mask(&self, node: NodeId) -> Mask {
        self.fields.get(&node).copied().unwrap_or(0)
    }
}
