//! Edits of source files in, what they touch out. Nothing is rendered from templates here.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use regex::Regex;

use super::dirty::Dirty;
use super::error::BuildError;
use super::lists;
use super::node::Assets;
use super::node::Entry;
use super::node::Field;
use super::node::NodeId;
use super::node::Rendered;
use super::reads::key;
use super::required;
use super::site::Site;
use crate::build::content::config::SiteConfig;
use crate::build::content::markdown::MarkdownContext;
use crate::build::content::markdown::render_markdown;
use crate::build::content::page::ParsedPage;
use crate::build::content::page::ParsedSection;
use crate::build::content::toc::has_anchor as has_heading;
use crate::build::source::Edit;
use crate::build::template::set::TemplateSet;

/// Applies edits. The files are replaced first, so that the inverse edits restore the state before, also after an error.
///
/// # Errors
/// The first source that cannot be used.
pub fn apply(site: &mut Site, edits: &[Edit]) -> Result<Dirty, BuildError> {
    let mut dirty = Dirty::default();
    for edit in edits {
        dirty.keys.insert(key("file", &edit.path));
        match &edit.bytes {
            Some(bytes) => site.files.insert(edit.path.clone(), Arc::clone(bytes)),
            None => site.files.remove(&edit.path),
        };
        if let Ok(data) = site.data.get_mut() {
            data.retain(|name, _| !name.ends_with(&edit.path));
        }
    }
    let templates = templates_changed(site, edits, &mut dirty);
    required::check(&site.library.config, &site.files)?;
    let parsed = parse(&site.library.config, edits);
    // Everything that restores must run even if one step fails: errors are kept until the end.
    let entries = match parsed {
        Ok(entries) => entries,
        Err(error) => {
            templates?;
            return Err(error);
        }
    };
    let result = refresh(site, entries, edits, &mut dirty);
    for id in dirty.fields.keys() {
        site.library.revise(*id);
    }
    templates?;
    result?;
    Ok(dirty)
}

fn refresh(
    site: &mut Site,
    entries: Vec<(String, Option<Entry>)>,
    edits: &[Edit],
    dirty: &mut Dirty,
) -> Result<(), BuildError> {
    let mut new = Vec::with_capacity(entries.len());
    for (path, entry) in entries {
        new.push((site.library.intern(&path), entry));
    }
    site.library.replace(new, dirty);
    own_assets(site, edits, dirty);
    let rendered = write_markdown(site, dirty);
    lists::refresh(site, dirty);
    rendered
}

/// True for a file that is a page or section.
fn is_content(path: &str) -> bool {
    path.starts_with("content/") && path.ends_with(".md") && !file_name(path).starts_with('.')
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Parses the pages and sections among the edits, sections first.
fn parse(config: &SiteConfig, edits: &[Edit]) -> Result<Vec<(String, Option<Entry>)>, BuildError> {
    let content: Vec<&Edit> = edits.iter().filter(|edit| is_content(&edit.path)).collect();
    let mut parsed = content
        .par_iter()
        .map(|edit| match &edit.bytes {
            Some(bytes) => Ok((edit.path.clone(), parse_one(config, &edit.path, bytes)?)),
            None => Ok((edit.path.clone(), None)),
        })
        .collect::<Result<Vec<_>, BuildError>>()?;
    parsed.sort_by_cached_key(|(path, _)| (!file_name(path).starts_with("_index."), path.clone()));
    Ok(parsed)
}

fn parse_one(config: &SiteConfig, path: &str, bytes: &[u8]) -> Result<Option<Entry>, BuildError> {
    let text = std::str::from_utf8(bytes).map_err(|_| BuildError::not_text(path, bytes))?;
    if file_name(path).starts_with("_index.") {
        let section = ParsedSection::parse(path, text, config)?;
        if section.meta.draft {
            let message = "`draft` of a section is not implemented by niemyet's engine; move the folder away, or \
                           mark its pages";
            return Err(BuildError::at(path, text, "draft", message));
        }
        return Ok(Some(Entry::Section(Arc::new(section))));
    }
    let page = ParsedPage::parse(path, text, config)?;
    if !page.meta.taxonomies.is_empty() {
        let message =
            "taxonomies are not implemented by niemyet's engine; list the pages in a section instead";
        return Err(BuildError::at(path, text, "taxonomies", message));
    }
    Ok((!page.meta.draft).then(|| Entry::Page(Arc::new(page))))
}

/// Templates that Zola reads: `*.html`, `*.xml` and their like, `*.md`, `*.txt`, `*.json`, `*.ics`.
pub fn template_sources(site: &Site) -> Result<BTreeMap<String, String>, BuildError> {
    let mut sources = BTreeMap::new();
    for (path, bytes) in site.files.range("templates/".to_owned()..) {
        let Some(name) = path.strip_prefix("templates/") else { break };
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if !(extension.ends_with("ml") || ["md", "txt", "json", "ics"].contains(&extension)) {
            continue;
        }
        if name.starts_with("shortcodes/") || ["anchor-link.html", "summary-cutoff.html"].contains(&name) {
            let message = "a template of this name is not implemented by niemyet's engine; remove it or build with \
                           `--engine zola`";
            return Err(BuildError::source(path, message));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BuildError::not_text(path, bytes))?;
        sources.insert(name.to_owned(), text.to_owned());
    }
    Ok(sources)
}

fn templates_changed(site: &mut Site, edits: &[Edit], dirty: &mut Dirty) -> Result<(), BuildError> {
    let names: Vec<&str> = edits.iter().filter_map(|edit| edit.path.strip_prefix("templates/")).collect();
    if names.is_empty() {
        return Ok(());
    }
    dirty.keys.extend(names.iter().map(|name| key("template", name)));
    site.templates = TemplateSet::new(&template_sources(site)?)?;
    site.fragments.clear();
    Ok(())
}

/// Tells nodes which files beside them are theirs.
fn own_assets(site: &mut Site, edits: &[Edit], dirty: &mut Dirty) {
    let mut owners: BTreeSet<NodeId> =
        dirty.fields.iter().filter(|(_, mask)| **mask & Field::Path.bit() != 0).map(|(id, _)| *id).collect();
    for edit in edits {
        if !edit.path.starts_with("content/") || edit.path.ends_with(".md") {
            continue;
        }
        let mut folder = edit.path.as_str();
        let mut direct = true;
        while let Some((above, _)) = folder.rsplit_once('/') {
            folder = above;
            for lang in site.library.config.languages.keys() {
                let index = site.library.index_name(lang);
                let page = site.library.find(&format!("{folder}/{}", &index[1..]));
                let section = direct.then(|| site.library.find(&format!("{folder}/{index}"))).flatten();
                owners.extend(page.into_iter().chain(section));
            }
            direct = false;
        }
    }
    for id in owners {
        let assets = assets_of(site, id);
        if site.library.node(id).assets != assets {
            site.library.node_mut(id).assets = assets;
            dirty.mark(id, Field::Assets);
            dirty.outputs.insert(id);
        }
    }
}

fn assets_of(site: &Site, id: NodeId) -> Assets {
    let node = site.library.node(id);
    let name = file_name(&node.source);
    let recursive = match (node.page(), node.section()) {
        (Some(_), _) if name.starts_with("index.") => true,
        (_, Some(_)) => false,
        _ => return Assets::default(),
    };
    let folder = node.source.strip_suffix(name).unwrap_or_default();
    let mut sources: Vec<String> = Vec::new();
    for path in site.files.range(folder.to_owned()..).map(|(path, _)| path) {
        let Some(inside) = path.strip_prefix(folder) else { break };
        let extension = file_name(inside).rsplit_once('.').map_or("", |(_, extension)| extension);
        if extension != "md" && (recursive || !inside.contains('/')) {
            sources.push(path.clone());
        }
    }
    sources.sort_by_key(|path| path.to_ascii_lowercase());
    // Zola gives a page's files by their place in `content/`, a section's by the section's address.
    let prefix = match node.section() {
        Some(section) => section.path.clone(),
        None => format!("/{}", folder.strip_prefix("content/").unwrap_or(folder)),
    };
    let addresses = sources.iter().map(|path| format!("{prefix}{}", &path[folder.len()..])).collect();
    Assets { sources, addresses }
}

/// Renders the Markdown of what changed and of what links to what moved.
fn write_markdown(site: &mut Site, dirty: &mut Dirty) -> Result<(), BuildError> {
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
    let rendered: Vec<Rendered> =
        ids.par_iter().map(|id| render_one(site, *id)).collect::<Result<_, BuildError>>()?;
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
            (&page.raw, MarkdownContext::of_page(config, page, anchors, &resolve))
        }
        Some(Entry::Section(section)) => {
            (&section.raw, MarkdownContext::of_section(config, section, &resolve))
        }
        None => return Ok(Rendered::default()),
    };
    let rendered = render_markdown(raw, &context)?;
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
