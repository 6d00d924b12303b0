//! One output: its context, its template, its bytes, and what it read.

use std::cmp::Ordering;

use super::model;
use super::model::ENTRY;
use super::model::PAGE;
use super::model::PAGE_ALONE;
use super::model::PAGINATOR;
use super::model::SECTION;
use super::model::SECTION_META;
use super::model::View;
use super::node::Field;
use super::node::NodeId;
use super::pager::Pager;
use super::plan::Target;
use super::reads::Reads;
use super::site::Site;
use super::site::ViewFragments;
use crate::build::template::eval;
use crate::build::template::eval::text;
use crate::build::template::set::TemplateError;
use crate::build::template::value::Ids;
use crate::build::template::value::Object;
use crate::build::template::value::Val;

/// What Zola 0.22.0 tells the templates of pages about itself.
const ZOLA_VERSION: &str = "0.21.0";

/// Room for a page that was never rendered before, in bytes.
const TYPICAL_SIZE: usize = 8192;

/// What was rendered: bytes and reads.
pub type Output = (Vec<u8>, Reads);

/// Renders an output that has a template. `before` is its size the last time, if there was one.
///
/// # Errors
/// If the template fails.
pub fn render(site: &Site, target: &Target, before: Option<usize>) -> Result<Output, TemplateError> {
    let mut view = View::new(site);
    let template = match target {
        Target::Page(id) => page(&mut view, *id),
        Target::Section(id) => section(&mut view, *id),
        Target::Pager(id, index) => pager(&mut view, *id, *index),
        Target::Redirect(to) => {
            view.roots.push(("url", text(to.as_str())));
            "internal/alias.html"
        }
        Target::SectionFeed(id, at) => section_feed(&mut view, *id, *at),
        Target::Feed(lang, at) => feed(&mut view, lang, *at),
        Target::Sitemap(at) => sitemap(&mut view, *at),
        Target::SitemapIndex(files) => {
            let address = |at: usize| {
                let url = site.library.config.make_permalink(&format!("sitemap{}.xml", at + 1));
                text(url.trim_end_matches('/'))
            };
            view.roots.push(("sitemaps", Val::List((0..*files).map(address).collect())));
            "split_sitemap_index.xml"
        }
        Target::NotFound => general(&mut view, "404.html"),
        Target::Robots => "robots.txt",
        Target::Copy(_) | Target::Css => return Ok((Vec::new(), Reads::default())),
    };
    if matches!(target, Target::Robots) {
        let config = model::config(site, &site.library.config.default_language);
        view.roots.push(("config", config));
    }
    let escapes = site.templates.get(template).is_some_and(|found| found.escapes);
    let mut printed = String::with_capacity(before.map_or(TYPICAL_SIZE, |size| size + size / 64));
    {
        let fragments = ViewFragments { view: &view, escapes };
        eval::render(&mut printed, &site.templates, template, (&view, Some(&fragments)))?;
    }
    Ok((printed.into_bytes(), view.recorder.finish()))
}

fn general<'s>(view: &mut View<'s>, template: &'s str) -> &'s str {
    let lang = view.site.library.config.default_language.as_str();
    view.roots.push(("config", model::config(view.site, lang)));
    view.roots.push(("lang", Val::Str(lang)));
    template
}

fn located<'s>(view: &mut View<'s>, lang: &'s str, url: Val<'s>, path: Val<'s>) {
    view.roots.push(("config", model::config(view.site, lang)));
    view.roots.push(("current_url", url));
    view.roots.push(("current_path", path));
    view.roots.push(("lang", Val::Str(lang)));
}

fn page<'s>(view: &mut View<'s>, id: NodeId) -> &'s str {
    let node = view.site.library.node(id);
    let Some(page) = node.page() else { return "page.html" };
    view.recorder.note_mask(id, Field::Template.bit() | Field::Permalink.bit());
    view.roots.push(("page", Val::Object(Object { kind: PAGE, id })));
    view.roots.push(("zola_version", Val::Str(ZOLA_VERSION)));
    located(view, &page.lang, Val::Str(&page.permalink), Val::Str(&page.path));
    page.meta.template.as_deref().or(node.home.template.as_deref()).unwrap_or("page.html")
}

fn section_template<'s>(view: &View<'s>, id: NodeId) -> &'s str {
    view.recorder.note_mask(id, Field::Template.bit() | Field::Permalink.bit());
    match view.site.library.node(id).section() {
        Some(section) => match &section.meta.template {
            Some(template) => template,
            None if section.is_index() => "index.html",
            None => "section.html",
        },
        None => "section.html",
    }
}

fn section<'s>(view: &mut View<'s>, id: NodeId) -> &'s str {
    if let Some(section) = view.site.library.node(id).section() {
        view.roots.push(("section", Val::Object(Object { kind: SECTION, id })));
        located(view, &section.lang, Val::Str(&section.permalink), Val::Str(&section.path));
    }
    section_template(view, id)
}

fn pager<'s>(view: &mut View<'s>, id: NodeId, index: usize) -> &'s str {
    let site = view.site;
    let node = site.library.node(id);
    let Some(section) = node.section() else { return "section.html" };
    let parts = site.pagers.get(&id).map_or(&[][..], Vec::as_slice);
    let list = parts.get(index - 1).copied();
    let pages = list.map_or(&[][..], |list| &site.library.node(list).pages);
    view.pager = Some(Pager {
        section: id,
        list,
        pages: Ids::Borrowed(pages),
        index,
        total: node.pages.len(),
        count: parts.len().max(1),
    });
    let part = super::pager::section_part(section, index);
    let path = match index {
        1 => section.path.clone(),
        _ => {
            let tail = part.strip_prefix(section.permalink.as_str()).unwrap_or_default();
            // Zola forgets the language of a home page here.
            if section.is_index() { format!("/{tail}") } else { format!("{}{tail}", section.path) }
        }
    };
    view.roots.push(("section", Val::Object(Object { kind: SECTION_META, id })));
    view.roots.push(("paginator", Val::Object(Object { kind: PAGINATOR, id })));
    located(view, &section.lang, text(part), text(path));
    section_template(view, id)
}

fn section_feed<'s>(view: &mut View<'s>, id: NodeId, at: usize) -> &'s str {
    let site = view.site;
    let node = site.library.node(id);
    let Some(section) = node.section() else { return "atom.xml" };
    view.recorder.note_mask(id, Field::Pages.bit() | Field::Permalink.bit());
    let mut pages = node.pages.clone();
    for page in &pages {
        view.recorder.note_mask(*page, Field::Date.bit() | Field::Updated.bit() | Field::Permalink.bit());
    }
    pages.retain(|page| is_dated(site, *page));
    pages.sort_unstable_by(|a, b| feed_order(site, *a, *b));
    let updated = last_updated(site, &pages);
    view.roots.push(("section", Val::Object(Object { kind: SECTION, id })));
    entries(view, &section.lang, (Ids::Owned(pages.into()), updated), (&section.path[1..], at))
}

fn feed<'s>(view: &mut View<'s>, lang: &'s str, at: usize) -> &'s str {
    let site = view.site;
    let Some(list) = site.feeds.get(lang) else { return "atom.xml" };
    view.recorder.note_mask(*list, Field::Pages.bit() | Field::Updated.bit());
    let node = site.library.node(*list);
    let folder = if lang == site.library.config.default_language { "" } else { lang };
    entries(view, lang, (Ids::Borrowed(&node.pages), node.last_updated.clone()), (folder, at))
}

/// Fills the context of a feed; returns its template, which has the name of its file.
fn entries<'s>(
    view: &mut View<'s>,
    lang: &str,
    (pages, updated): (Ids<'s>, Option<String>),
    (folder, at): (&str, usize),
) -> &'s str {
    let site = view.site;
    let config = &site.library.config;
    let Some((lang, language)) = config.languages.get_key_value(lang) else { return "atom.xml" };
    let Some(name) = language.feed_filenames.get(at) else { return "atom.xml" };
    let pages = match (pages, config.feed_limit) {
        (Ids::Borrowed(pages), Some(limit)) => Ids::Borrowed(&pages[..limit.min(pages.len())]),
        (Ids::Owned(pages), Some(limit)) => Ids::Owned(pages[..limit.min(pages.len())].into()),
        (pages, None) => pages,
    };
    if let Some(updated) = updated {
        view.roots.push(("last_updated", text(updated)));
    }
    let folder = folder.trim_end_matches('/');
    let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
    view.roots.push(("pages", Val::Objects(PAGE_ALONE, pages)));
    view.roots.push(("config", model::config(site, lang)));
    view.roots.push(("lang", Val::Str(lang)));
    view.roots.push(("feed_url", text(config.make_permalink(&path))));
    name
}

fn sitemap<'s>(view: &mut View<'s>, at: usize) -> &'s str {
    if let Some(list) = view.site.sitemaps.get(at) {
        view.recorder.note(*list, Field::Pages);
        let pages = &view.site.library.node(*list).pages;
        view.roots.push(("entries", Val::Objects(ENTRY, Ids::Borrowed(pages))));
    }
    "sitemap.xml"
}

/// True for a page that feeds can show.
pub fn is_dated(site: &Site, id: NodeId) -> bool {
    site.library.node(id).page().is_some_and(|page| page.meta.datetime.is_some())
}

/// Newest first, then by address.
pub fn feed_order(site: &Site, a: NodeId, b: NodeId) -> Ordering {
    let date = |id| site.library.node(id).page().and_then(|page| page.meta.datetime);
    date(b).cmp(&date(a)).then_with(|| site.library.node(a).permalink().cmp(site.library.node(b).permalink()))
}

/// The greatest of all `updated` and the first page's `date`, compared as text, as Zola does.
fn last_updated(site: &Site, pages: &[NodeId]) -> Option<String> {
    let updated = pages.iter().filter_map(|id| site.library.node(*id).page()?.meta.updated.as_deref());
    updated.chain(first_date(site, pages)).max().map(str::to_owned)
}

/// `date` of the first of these pages.
pub fn first_date<'s>(site: &'s Site, pages: &[NodeId]) -> Option<&'s str> {
    site.library.node(*pages.first()?).page()?.meta.date.as_deref()
}
