//! Edits of source files in, what they touch out. Nothing is rendered from templates here.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::assets;
use super::dirty::Dirty;
use super::error::BuildError;
use super::lists;
use super::markdown;
use super::node::Entry;
use super::reads::key;
use super::required;
use super::site::Site;
use crate::build::content::config::SiteConfig;
use crate::build::content::page::ParsedPage;
use crate::build::content::page::ParsedSection;
use crate::build::source::Edit;
use crate::build::template::built_in;
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
    assets::own(site, edits, dirty);
    let rendered = markdown::write(site, dirty);
    lists::refresh(site, dirty);
    rendered
}

/// True for a file that is a page or section.
fn is_content(path: &str) -> bool {
    path.starts_with("content/") && path.ends_with(".md") && !file_name(path).starts_with('.')
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Parses the pages and sections among the edits, sections first; otherwise in the order of the edits, which is that of paths.
fn parse(config: &SiteConfig, edits: &[Edit]) -> Result<Vec<(String, Option<Entry>)>, BuildError> {
    let content: Vec<&Edit> = edits.iter().filter(|edit| is_content(&edit.path)).collect();
    let mut parsed = content
        .par_iter()
        .map(|edit| match &edit.bytes {
            Some(bytes) => Ok((edit.path.clone(), parse_one(config, &edit.path, bytes)?)),
            None => Ok((edit.path.clone(), None)),
        })
        // Gathered first: of several bad files the same one is named each time.
        .collect::<Vec<_>>()
        .into_iter()
        .collect::<Result<Vec<_>, BuildError>>()?;
    parsed.sort_by_key(|(path, _)| !file_name(path).starts_with("_index."));
    Ok(parsed)
}

fn parse_one(config: &SiteConfig, path: &str, bytes: &[u8]) -> Result<Option<Entry>, BuildError> {
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| BuildError::not_text(path, bytes))?;
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

/// Templates that Zola reads (`*.html`, `*.xml` and their like, `*.md`, `*.txt`, `*.json`, `*.ics`), and those that it brings.
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
    built_in::complete(&mut sources);
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
