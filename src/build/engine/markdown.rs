//! Markdown of the pages that an edit moves, the links between them, and whether those links lead anywhere.

use std::collections::BTreeSet;

use rayon::prelude::*;
use regex::Regex;

use super::dirty::Dirty;
use super::error::BuildError;
use super::node::Entry;
use super::node::Field;
use super::node::NodeId;
use super::node::Rendered;
use super::reads::key;
use super::site::Site;
use crate::build::content::markdown::MarkdownContext;
use crate::build::content::markdown::render_markdown;
use crate::build::content::toc::has_anchor as has_heading;

/// Renders the Markdown of what changed and of what links to what moved.
///
/// # Errors
/// The first Markdown or link that is refused.
pub fn write(site: &mut Site, dirty: &mut Dirty) -> Result<(), BuildError> {
    let moved = Field::Permalink.bit() | Field::Exists.bit();
    let mut targets = Vec::new();
    for (id, mask) in &dirty.fields {
        if mask & moved != 0
            && let Some(path) = site.library.node(*id).source.strip_prefix("content/")
        {
            targets.push(path.to_owned());
        }
    }
    for path in &targets {
        dirty.keys.insert(key("path", path));
        dirty.markdown.extend(site.library.links.get(path).into_iter().flatten());
    }
    let ids: Vec<NodeId> =
        dirty.markdown.iter().copied().filter(|id| site.library.node(*id).entry.is_some()).collect();
    let rendered: Vec<_> = ids.par_iter().map(|id| render_one(site, *id)).collect();
    let rendered: Vec<Rendered> = rendered.into_iter().collect::<Result<_, BuildError>>()?;
    for id in dirty.markdown.clone() {
        if site.library.node(id).entry.is_none() {
            set_rendered(site, id, Rendered::default(), dirty);
        }
    }
    for (id, rendered) in ids.iter().zip(rendered) {
        set_rendered(site, *id, rendered, dirty);
    }
    for path in targets {
        site.library.backlink(&path, dirty);
    }
    check_anchors(site, &ids)
}

fn set_rendered(site: &mut Site, id: NodeId, rendered: Rendered, dirty: &mut Dirty) {
    let node = site.library.node_mut(id);
    let before = std::mem::replace(&mut node.rendered, rendered);
    let now = &node.rendered;
    let mut mask = 0;
    for (differs, field) in [
        (before.body != now.body, Field::Content),
        (before.summary != now.summary, Field::Summary),
        (before.toc != now.toc, Field::Toc),
    ] {
        if differs {
            mask |= field.bit();
        }
    }
    dirty.mark_mask(id, mask);
    site.library.relink(id, &before.links, dirty);
}

fn render_one(site: &Site, id: NodeId) -> Result<Rendered, BuildError> {
    let library = &site.library;
    let node = library.node(id);
    let config = &library.config;
    let resolve = |path: &str| {
        library.find(&format!("content/{path}")).map(|target| library.node(target).permalink().to_owned())
    };
    let (raw, context) = match &node.entry {
        Some(Entry::Page(page)) => {
            let anchors = node.home.anchors.unwrap_or(config.markdown.insert_anchor_links);
            (page.raw, MarkdownContext::of_page(config, page, anchors, &resolve))
        }
        Some(Entry::Section(section)) => {
            (section.raw, MarkdownContext::of_section(config, section, &resolve))
        }
        None => return Ok(Rendered::default()),
    };
    let text = site.files.get(&*node.source).map_or("", |file| raw.text(file));
    let rendered = render_markdown(text, &context)?;
    Ok(Rendered {
        body: rendered.body,
        summary: rendered.summary,
        toc: rendered.toc,
        links: rendered.internal_links,
    })
}

/// Links with an anchor must find it; Zola refuses to build otherwise.
fn check_anchors(site: &Site, rendered: &[NodeId]) -> Result<(), BuildError> {
    let mut sources: BTreeSet<NodeId> = rendered.iter().copied().collect();
    for id in rendered {
        sources.extend(&site.library.node(*id).backlinks);
    }
    for id in sources {
        let node = site.library.node(id);
        for (path, anchor) in &node.rendered.links {
            let Some(anchor) =
                anchor.as_deref().filter(|anchor| !anchor.is_empty() && !anchor.eq_ignore_ascii_case("top"))
            else {
                continue;
            };
            let target = site.library.find(&format!("content/{path}"));
            if !target.is_some_and(|target| has_anchor(site, target, anchor)) {
                let message =
                    format!("links to `@/{path}#{anchor}`, but nothing there has that id; correct the link");
                let text = site.files.get(&*node.source).map(|bytes| String::from_utf8_lossy(bytes));
                let needle = format!("@/{path}#{anchor}");
                return Err(BuildError::at(&node.source, &text.unwrap_or_default(), &needle, message));
            }
        }
    }
    Ok(())
}

fn has_anchor(site: &Site, target: NodeId, anchor: &str) -> bool {
    let node = site.library.node(target);
    if has_heading(&node.rendered.toc, anchor) {
        return true;
    }
    let pattern = format!("(?i)\\s(?:id|name)\\s*=\\s*[\"']?{}(?:[\"'\\s>])", regex::escape(anchor));
    node.page().is_some() && Regex::new(&pattern).is_ok_and(|regex| regex.is_match(&node.rendered.body))
}
