//! What each output read, and which outputs read a thing that changed.

use std::cell::Cell;
use std::cell::RefCell;
use std::sync::Arc;

use ahash::AHashMap;
use ahash::AHashSet;
use xxhash_rust::xxh3::xxh3_64;

use super::node::Field;
use super::node::Mask;
use super::node::NodeId;

/// Number of an output.
pub type OutputId = u32;

/// A thing that is not a node: a template, a data file, a path looked up. Hash of its kind and name.
pub type Key = u64;

/// The key of a thing of that kind (`template`, `file`, `path`).
pub fn key(kind: &str, name: &str) -> Key {
    xxh3_64(name.as_bytes()) ^ xxh3_64(kind.as_bytes()).rotate_left(17)
}

/// From this many nodes on, an output's reads are kept as one mask per node of the site.
const WIDE: usize = 2048;

/// Nodes and fields that a stretch of a loop read, by node; shared by all outputs that print it.
pub type Shared = Arc<[(NodeId, Mask)]>;

/// What one output read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    nodes: Nodes,
    shared: Box<[Shared]>,
    /// Sorted.
    keys: Box<[Key]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Nodes {
    Few(Box<[(NodeId, Mask)]>),
    Wide(Box<[Mask]>),
}

impl Default for Reads {
    fn default() -> Self {
        Self { nodes: Nodes::Few(Box::default()), shared: Box::default(), keys: Box::default() }
    }
}

impl Reads {
    /// Which fields of that node were read.
    pub fn mask(&self, node: NodeId) -> Mask {
        self.shared.iter().fold(self.own_mask(node), |mask, stretch| mask | find(stretch, node))
    }

    /// Which were read outside the shared stretches.
    fn own_mask(&self, node: NodeId) -> Mask {
        match &self.nodes {
            Nodes::Few(list) => find(list, node),
            Nodes::Wide(masks) => masks.get(node as usize).copied().unwrap_or(0),
        }
    }

    /// Was that thing used?
    pub fn has_key(&self, key: Key) -> bool {
        self.keys.binary_search(&key).is_ok()
    }

    /// Nodes that were read outside the shared stretches.
    fn each_own_node(&self, mut visit: impl FnMut(NodeId)) {
        match &self.nodes {
            Nodes::Few(list) => list.iter().for_each(|(id, _)| visit(*id)),
            Nodes::Wide(masks) => {
                for (at, mask) in masks.iter().enumerate() {
                    #[expect(
                        clippy::cast_possible_truncation,
                        reason = "as many masks as nodes, which are u32"
                    )]
                    if *mask != 0 {
                        visit(at as NodeId);
                    }
                }
            }
        }
    }
}

fn find(list: &[(NodeId, Mask)], node: NodeId) -> Mask {
    match list {
        [(first, _), .., (last, _)] if node < *first || node > *last => 0,
        _ => list.binary_search_by_key(&node, |(id, _)| *id).map_or(0, |at| list[at].1),
    }
}

/// Notes reads while one output is rendered.
#[derive(Debug, Default)]
pub struct Recorder {
    last: Cell<(NodeId, Mask)>,
    few: RefCell<AHashMap<NodeId, Mask>>,
    wide: RefCell<Vec<Mask>>,
    keys: RefCell<Vec<Key>>,
    shared: RefCell<Vec<Shared>>,
    /// Nodes and fields read since `start_log`, instead of in `few` or `wide`.
    log: RefCell<Vec<(NodeId, Mask)>>,
    logging: Cell<bool>,
}

impl Recorder {
    /// Notes that a field was read.
    pub fn note(&self, node: NodeId, field: Field) {
        self.note_mask(node, field.bit());
    }

    /// Notes that fields were read.
    pub fn note_mask(&self, node: NodeId, mask: Mask) {
        if self.logging.get() {
            self.log.borrow_mut().push((node, mask));
            return;
        }
        let (last, seen) = self.last.get();
        if last == node && seen & mask == mask {
            return;
        }
        let all = self.merge(node, mask);
        self.last.set((node, all));
    }

    fn merge(&self, node: NodeId, mask: Mask) -> Mask {
        let mut wide = self.wide.borrow_mut();
        if wide.is_empty() {
            let mut few = self.few.borrow_mut();
            let slot = few.entry(node).or_insert(0);
            *slot |= mask;
            let all = *slot;
            if few.len() > WIDE {
                for (id, mask) in few.drain() {
                    widen(&mut wide, id, mask);
                }
            }
            return all;
        }
        widen(&mut wide, node, mask)
    }

    /// Notes that a thing was used.
    pub fn note_key(&self, key: Key) {
        let mut keys = self.keys.borrow_mut();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }

    /// Starts to gather the reads of a stretch.
    pub fn start_log(&self) {
        self.end_log();
        self.logging.set(true);
    }

    /// Ends the gathering: what was read counts for the output alone.
    fn end_log(&self) {
        self.logging.set(false);
        for (node, mask) in self.log.take() {
            self.note_mask(node, mask);
        }
    }

    /// Notes what a stretch read that others share.
    pub fn note_shared(&self, reads: &Shared) {
        self.shared.borrow_mut().push(Arc::clone(reads));
    }

    /// Ends the gathering: what was read since `start_log`, once each and by node, to be shared. `None`, and the reads count
    /// for the output alone, if one is of a node that `is_inside` denies.
    pub fn share_log(&self, is_inside: impl Fn(NodeId) -> bool) -> Option<Shared> {
        if !self.log.borrow().iter().all(|(node, _)| is_inside(*node)) {
            self.end_log();
            return None;
        }
        self.logging.set(false);
        let mut log = self.log.take();
        log.sort_unstable_by_key(|(node, _)| *node);
        log.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 |= later.1;
            }
            same
        });
        let shared = Shared::from(log);
        self.note_shared(&shared);
        Some(shared)
    }

    /// All that was noted.
    pub fn finish(self) -> Reads {
        self.end_log();
        let mut keys = self.keys.into_inner();
        keys.sort_unstable();
        let wide = self.wide.into_inner();
        let nodes = if wide.is_empty() {
            let mut few: Vec<(NodeId, Mask)> = self.few.into_inner().into_iter().collect();
            few.sort_unstable_by_key(|(id, _)| *id);
            Nodes::Few(few.into())
        } else {
            Nodes::Wide(wide.into())
        };
        Reads { nodes, shared: self.shared.into_inner().into(), keys: keys.into() }
    }
}

fn widen(wide: &mut Vec<Mask>, node: NodeId, mask: Mask) -> Mask {
    let at = node as usize;
    if at >= wide.len() {
        wide.resize((at + 1).next_power_of_two(), 0);
    }
    wide[at] |= mask;
    wide[at]
}

/// Who read what. Entries may outlive what they say; whoever asks looks into the output's own reads.
#[derive(Debug, Default)]
pub struct Readers {
    of_node: Vec<Vec<OutputId>>,
    of_key: AHashMap<Key, Vec<OutputId>>,
}

impl Readers {
    /// Takes note of what an output read, given what it had read before.
    pub fn update(&mut self, output: OutputId, before: &Reads, now: &Reads) {
        now.each_own_node(|node| {
            if before.mask(node) == 0 {
                self.add(output, node);
            }
        });
        self.update_shared(output, before, now);
        for key in &now.keys {
            if !before.has_key(*key) {
                self.of_key.entry(*key).or_default().push(output);
            }
        }
    }

    /// The stretches that were not there before: their nodes, unless stretches that are gone held them.
    fn update_shared(&mut self, output: OutputId, before: &Reads, now: &Reads) {
        let addresses = |reads: &Reads| reads.shared.iter().map(Arc::as_ptr).collect::<AHashSet<_>>();
        let (stood, stands) = (addresses(before), addresses(now));
        let gone = before.shared.iter().filter(|stretch| !stands.contains(&Arc::as_ptr(stretch)));
        let known: AHashSet<NodeId> =
            gone.flat_map(|stretch| stretch.iter().map(|(node, _)| *node)).collect();
        for stretch in now.shared.iter().filter(|stretch| !stood.contains(&Arc::as_ptr(stretch))) {
            for (node, _) in stretch.iter() {
                if !known.contains(node) && before.own_mask(*node) == 0 {
                    self.add(output, *node);
                }
            }
        }
    }

    fn add(&mut self, output: OutputId, node: NodeId) {
        let at = node as usize;
        if at >= self.of_node.len() {
            self.of_node.resize_with(at + 1, Vec::new);
        }
        self.of_node[at].push(output);
    }

    /// Outputs that may have read the node.
    pub fn of_node(&self, node: NodeId) -> &[OutputId] {
        self.of_node.get(node as usize).map_or(&[], Vec::as_slice)
    }

    /// Outputs that may have used the thing.
    pub fn of_key(&self, key: Key) -> &[OutputId] {
        self.of_key.get(&key).map_or(&[], Vec::as_slice)
    }
}
