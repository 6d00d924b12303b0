//! Which outputs a node makes.

use super::error::BuildError;
use super::node::NodeId;
use super::pager::section_part;
use super::site::Site;
use crate::build::content::page::ParsedPage;
use crate::build::content::page::ParsedSection;

/// What an output shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A page.
    Page(NodeId),
    /// A section's whole list.
    Section(NodeId),
    /// A part of a section's list, from 1.
    Pager(NodeId, usize),
    /// A redirect to an address.
    Redirect(String),
    /// A section's feed: number among the language's feeds.
    SectionFeed(NodeId, usize),
    /// A language's feed: language, number.
    Feed(String, usize),
    /// A sitemap file, by its list.
    Sitemap(usize),
    /// The list of sitemap files: how many there are.
    SitemapIndex(usize),
    /// `404.html`
    NotFound,
    /// `robots.txt`
    Robots,
    /// A source file, unchanged.
    Copy(String),
    /// A compiled style sheet.
    Css,
}

/// An output to be: path and what it shows.
pub type Planned = (String, Target);

/// The outputs of a node; none if it is gone.
///
/// # Errors
/// If a path climbs out of the site.
pub fn of_node(site: &Site, id: NodeId) -> Result<Vec<Planned>, BuildError> {
    let node = site.library.node(id);
    let mut planned = Vec::new();
    if let Some(page) = node.page() {
        of_page(site, id, page, &mut planned);
    }
    if let Some(section) = node.section() {
        of_section(site, id, section, &mut planned);
    }
    for (path, _) in &planned {
        if path.split('/').any(|part| part == ".." || part == ".") || path.contains(['\\', '\0']) {
            let message =
                format!("its output `{path}` would lie outside the site; correct path, slug or alias");
            return Err(BuildError::source(&node.source, message));
        }
    }
    Ok(planned)
}

fn of_page(site: &Site, id: NodeId, page: &ParsedPage, planned: &mut Vec<Planned>) {
    for alias in &page.meta.aliases {
        planned.push((alias_path(alias), Target::Redirect(page.permalink.clone())));
    }
    if !site.library.is_written(id) {
        return;
    }
    planned.push((inside(&page.path, "index.html"), Target::Page(id)));
    let folder = page.file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    copies(site, id, folder, &page.path, planned);
}

fn copies(site: &Site, id: NodeId, folder: &str, path: &str, planned: &mut Vec<Planned>) {
    for source in &site.library.node(id).assets.sources {
        let name = source.strip_prefix(folder).unwrap_or(source).trim_start_matches('/');
        planned.push((inside(path, name), Target::Copy(source.clone())));
    }
}

fn of_section(site: &Site, id: NodeId, section: &ParsedSection, planned: &mut Vec<Planned>) {
    let path = section.path.as_str();
    for alias in &section.meta.aliases {
        planned.push((alias_path(alias), Target::Redirect(section.permalink.clone())));
    }
    if section.meta.generate_feeds {
        let names = site.library.config.languages.get(&section.lang).map(|language| &language.feed_filenames);
        for (at, name) in names.into_iter().flatten().enumerate() {
            planned.push((inside(path, name), Target::SectionFeed(id, at)));
        }
    }
    copies(site, id, &section.file.parent, path, planned);
    if !section.meta.render {
        return;
    }
    if let Some(to) = &section.meta.redirect_to {
        let external = to.starts_with("http://") || to.starts_with("https://");
        let address = if external { to.clone() } else { site.library.config.make_permalink(to) };
        planned.push((inside(path, "index.html"), Target::Redirect(address)));
        return;
    }
    let Some(parts) = parts_of(site, id) else {
        planned.push((inside(path, "index.html"), Target::Section(id)));
        return;
    };
    let numbered = |index: usize| {
        let folder = inside(path, &section.meta.paginate_path);
        inside(&format!("{folder}/{index}/"), "index.html")
    };
    planned.push((inside(path, "index.html"), Target::Pager(id, 1)));
    planned.push((numbered(1), Target::Redirect(section_part(section, 1))));
    for index in 2..=parts {
        planned.push((numbered(index), Target::Pager(id, index)));
    }
}

/// Pages in one part of a section's list, if it is divided.
pub fn paginate_by(section: &ParsedSection) -> Option<usize> {
    section.meta.paginate_by.filter(|by| *by > 0)
}

/// Number of parts of a section's list, if it is divided; at least one.
pub fn parts_of(site: &Site, id: NodeId) -> Option<usize> {
    let node = site.library.node(id);
    let by = paginate_by(node.section()?)?;
    Some(node.pages.len().div_ceil(by).max(1))
}

/// Where an alias leads: `…/index.html` unless it names a file.
fn alias_path(alias: &str) -> String {
    match alias.rsplit_once('/') {
        Some((folder, name)) if name.ends_with(".html") => inside(folder, name),
        None if alias.ends_with(".html") => alias.to_owned(),
        _ => inside(alias, "index.html"),
    }
}

/// A file in a folder of the output; empty parts of the path count for nothing.
pub fn inside(folder: &str, name: &str) -> String {
    let mut path = String::with_capacity(folder.len() + name.len() + 1);
    for part in folder.split('/').chain(name.split('/')).filter(|part| !part.is_empty()) {
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(part);
    }
    path
}

/// The outputs that no single node makes: feeds, sitemap, `404.html`, `robots.txt`.
pub fn of_site(site: &Site) -> Vec<Planned> {
    let config = &site.library.config;
    let mut planned = vec![("404.html".to_owned(), Target::NotFound)];
    if config.generate_robots_txt {
        planned.push(("robots.txt".to_owned(), Target::Robots));
    }
    for (lang, language) in &config.languages {
        let default = *lang == config.default_language;
        if if default { config.generate_feeds } else { language.generate_feeds } {
            let folder = if default { "" } else { lang.as_str() };
            for (at, name) in language.feed_filenames.iter().enumerate() {
                planned.push((inside(folder, name), Target::Feed(lang.clone(), at)));
            }
        }
    }
    if config.generate_sitemap {
        match site.sitemaps.len() {
            0 | 1 => planned.push(("sitemap.xml".to_owned(), Target::Sitemap(0))),
            files => {
                planned.push(("sitemap.xml".to_owned(), Target::SitemapIndex(files)));
                planned.extend((0..files).map(|at| (format!("sitemap{}.xml", at + 1), Target::Sitemap(at))));
            }
        }
    }
    planned
}
