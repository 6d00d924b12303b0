//! Lists that follow from the library: parts of paginated sections, feeds, the sitemap. Each is a node of its own, so
//! that an output that shows one part depends on that part only.

use std::collections::BTreeSet;

use super::dirty::Dirty;
use super::entries::SITEMAP_LIMIT;
use super::node::Field;
use super::node::Mask;
use super::node::NodeId;
use super::plan::paginate_by;
use super::render;
use super::site::Site;

/// From this many changed pages on, a feed is sorted as a whole.
const BULK: usize = 64;

/// Brings all lists up to date.
pub fn refresh(site: &mut Site, dirty: &mut Dirty) {
    let changed: Vec<(NodeId, Mask)> = dirty.fields.iter().map(|(id, mask)| (*id, *mask)).collect();
    let mut ids: Vec<NodeId> = changed.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    let relisted =
        Field::Pages.bit() | Field::Pagers.bit() | Field::PaginateReversed.bit() | Field::Exists.bit();
    for id in &ids {
        if dirty.mask(*id) & relisted != 0 {
            refresh_parts(site, *id, dirty);
        }
    }
    for id in ids.iter().chain(&dirty.outputs.iter().copied().collect::<Vec<_>>()) {
        let node = site.library.node(*id);
        let rendered = node.is_listed_page() || node.section().is_some_and(|section| section.meta.render);
        site.entries.set_node(*id, rendered.then(|| node.permalink()));
    }
    site.entries.settle();
    refresh_sitemaps(site, dirty);
    let dated = Field::Date.bit() | Field::Updated.bit() | Field::Permalink.bit() | Field::Exists.bit();
    let changed: BTreeSet<NodeId> = ids.iter().copied().filter(|id| dirty.mask(*id) & dated != 0).collect();
    refresh_feeds(site, &changed, dirty);
}

fn refresh_parts(site: &mut Site, id: NodeId, dirty: &mut Dirty) {
    let node = site.library.node(id);
    let section = node.section();
    let by = section.and_then(paginate_by);
    let mut pages = if by.is_some() { node.pages.clone() } else { Vec::new() };
    if section.is_some_and(|section| section.meta.paginate_reversed) {
        pages.reverse();
    }
    let source = node.source.to_string();
    let mut parts: Vec<Vec<NodeId>> = match by {
        Some(by) => pages.chunks(by).map(<[NodeId]>::to_vec).collect(),
        None => Vec::new(),
    };
    let addresses: Vec<String> = match section {
        Some(section) if !site.library.config.exclude_paginated_pages_in_sitemap => {
            // Zola joins with a slash even where the path of the parts is empty.
            (1..=parts.len())
                .map(|at| format!("{}{}/{at}/", section.permalink, section.meta.paginate_path))
                .collect()
        }
        _ => Vec::new(),
    };
    if parts.is_empty() && by.is_some() {
        parts.push(Vec::new());
    }
    let before = site.parts.insert(id, (pages.len(), addresses.clone())).unwrap_or_default();
    for gone in before.1.iter().filter(|address| !addresses.contains(address)) {
        site.entries.set_part(gone, false);
    }
    for address in addresses.iter().filter(|address| !before.1.contains(address)) {
        site.entries.set_part(address, true);
    }
    if before.0 != pages.len() {
        dirty.mark(id, Field::Entries);
    }
    let mut lists = site.pagers.remove(&id).unwrap_or_default();
    if lists.len() != parts.len() {
        dirty.mark(id, Field::Pagers);
        dirty.outputs.insert(id);
    }
    for (at, part) in parts.iter_mut().enumerate() {
        if at == lists.len() {
            lists.push(site.library.intern(&format!("@part/{source}/{at}")));
        }
        set_pages(site, lists[at], std::mem::take(part), dirty);
    }
    for gone in lists.drain(parts.len().min(lists.len())..) {
        set_pages(site, gone, Vec::new(), dirty);
    }
    site.pagers.insert(id, lists);
}

fn set_pages(site: &mut Site, list: NodeId, pages: Vec<NodeId>, dirty: &mut Dirty) {
    let node = site.library.node_mut(list);
    if node.pages != pages {
        node.pages = pages;
        dirty.mark(list, Field::Pages);
    }
}

fn refresh_sitemaps(site: &mut Site, dirty: &mut Dirty) {
    if !site.library.config.generate_sitemap {
        return;
    }
    let total = site.entries.order().len();
    let files = if total < SITEMAP_LIMIT { 1 } else { total.div_ceil(SITEMAP_LIMIT) };
    site.sitemaps.truncate(files);
    for at in 0..files {
        let list = site.library.intern(&format!("@sitemap/{at}"));
        if at == site.sitemaps.len() {
            site.sitemaps.push(list);
        }
        let start = at * SITEMAP_LIMIT;
        let end = if files == 1 { total } else { (start + SITEMAP_LIMIT).min(total) };
        if site.library.node(list).pages != site.entries.order()[start..end] {
            let pages = site.entries.order()[start..end].to_vec();
            set_pages(site, list, pages, dirty);
        }
    }
}

fn refresh_feeds(site: &mut Site, changed: &BTreeSet<NodeId>, dirty: &mut Dirty) {
    if changed.is_empty() {
        return;
    }
    let config = std::sync::Arc::clone(&site.library.config);
    for (lang, language) in &config.languages {
        let default = *lang == config.default_language;
        if !(if default { config.generate_feeds } else { language.generate_feeds }) {
            continue;
        }
        let list = site.library.intern(&format!("@feed/{lang}"));
        site.feeds.insert(lang.clone(), list);
        let shown = |site: &Site, id: NodeId| {
            render::is_dated(site, id) && (!config.is_multilingual() || site.library.node(id).lang() == lang)
        };
        let before = std::mem::take(&mut site.library.node_mut(list).pages);
        let mut updates = site.updates.remove(lang).unwrap_or_default();
        for id in changed {
            let page = site.library.node(*id).page().filter(|_| shown(site, *id));
            updates.set(*id, page.and_then(|page| page.meta.updated.as_deref()));
        }
        let mut pages: Vec<NodeId>;
        if changed.len() > BULK {
            pages = site.library.live().filter(|id| shown(site, *id)).collect();
            pages.sort_unstable_by(|a, b| render::feed_order(site, *a, *b));
        } else {
            pages = before.clone();
            for id in changed {
                if let Some(at) = pages.iter().position(|other| other == id) {
                    pages.remove(at);
                }
            }
            for id in changed.iter().filter(|id| shown(site, **id)) {
                super::order::insert(&mut pages, *id, |other| render::feed_order(site, *other, *id));
            }
        }
        let updated = updates.newest().max(render::first_date(site, &pages)).map(str::to_owned);
        site.updates.insert(lang.clone(), updates);
        if pages != before {
            dirty.mark(list, Field::Pages);
        }
        let node = site.library.node_mut(list);
        node.pages = pages;
        if node.last_updated != updated {
            node.last_updated = updated;
            dirty.mark(list, Field::Updated);
        }
    }
}
