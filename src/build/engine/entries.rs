//! The sitemap's entries: one address each, sorted, kept while single ones come and go.

use ahash::AHashMap;

use super::node::NodeId;

/// Most addresses in one sitemap file, as in Zola; more are divided.
pub const SITEMAP_LIMIT: usize = 30_000;

/// From this many changes on, sorting all is cheaper than moving each.
const BULK: usize = 64;

/// What an entry stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SitemapEntry {
    /// A page or section.
    Node(NodeId),
    /// A part of a paginated list, by its address.
    Part(String),
}

/// All entries.
#[derive(Debug, Default)]
pub struct Entries {
    table: Vec<SitemapEntry>,
    of_node: AHashMap<NodeId, u32>,
    of_part: AHashMap<String, u32>,
    /// Address of each entry that is in the sitemap.
    addresses: Vec<Option<String>>,
    order: Vec<u32>,
    pending: Vec<(u32, Option<String>)>,
}

impl Entries {
    /// The entry of that number.
    pub fn get(&self, id: u32) -> Option<&SitemapEntry> {
        self.table.get(id as usize)
    }

    /// All entries, by address; valid after `settle`.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// Sets the address of a node's entry, or takes it out.
    pub fn set_node(&mut self, node: NodeId, address: Option<&str>) {
        let id = match self.of_node.get(&node) {
            Some(id) => *id,
            None => {
                let id = self.add(SitemapEntry::Node(node));
                self.of_node.insert(node, id);
                id
            }
        };
        self.set(id, address);
    }

    /// Puts in or takes out a part of a paginated list.
    pub fn set_part(&mut self, address: &str, present: bool) {
        let id = match self.of_part.get(address) {
            Some(id) => *id,
            None => {
                let id = self.add(SitemapEntry::Part(address.to_owned()));
                self.of_part.insert(address.to_owned(), id);
                id
            }
        };
        self.set(id, present.then_some(address));
    }

    fn set(&mut self, id: u32, address: Option<&str>) {
        if self.addresses[id as usize].as_deref() != address {
            self.pending.push((id, address.map(str::to_owned)));
        }
    }

    fn add(&mut self, entry: SitemapEntry) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "as many entries as addresses, far fewer than 2^32"
        )]
        let id = self.table.len() as u32;
        self.table.push(entry);
        self.addresses.push(None);
        id
    }

    /// Carries out what was set since the last time.
    pub fn settle(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let bulk = pending.len() > BULK;
        for (id, address) in pending {
            if self.addresses[id as usize] == address {
                continue;
            }
            if !bulk && let Ok(at) = self.position(self.addresses[id as usize].as_deref()) {
                self.order.remove(at);
            }
            self.addresses[id as usize] = address;
            let address = self.addresses[id as usize].as_deref();
            if !bulk && let (Some(_), Err(at)) = (address, self.position(address)) {
                self.order.insert(at, id);
            }
        }
        if bulk {
            self.sort();
        }
    }

    fn sort(&mut self) {
        let addresses = &self.addresses;
        let present = (0..).zip(addresses).filter(|(_, address)| address.is_some()).map(|(id, _)| id);
        self.order = present.collect();
        self.order.sort_unstable_by(|a, b| addresses[*a as usize].cmp(&addresses[*b as usize]));
    }

    fn position(&self, address: Option<&str>) -> Result<usize, usize> {
        self.order.binary_search_by(|id| self.addresses[*id as usize].as_deref().cmp(&address))
    }
}
