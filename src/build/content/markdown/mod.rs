//! Markdown to HTML, as Zola 0.22 writes it: pulldown-cmark's events, changed where Zola changes them.

mod code;
mod collect;
mod footnotes;
mod headings;
mod links;
mod shortcodes;
mod summary;

use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::html;

use super::config::SiteConfig;
use super::error::ContentError;
use super::front_matter::InsertAnchor;
use super::page::ParsedPage;
use super::page::ParsedSection;
use super::toc;
use super::toc::Heading;
use collect::Collector;

/// Permalink of a content path (`lich/_index.md`), `None` where there is no such file.
pub type Resolve<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Renders the site's own `anchor-link.html` for (id, level of the heading).
pub type AnchorTemplate<'a> = dyn Fn(&str, u32) -> Result<String, String> + 'a;

/// Renders the site's own `summary-cutoff.html` for the summary so far.
pub type CutoffTemplate<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

/// What Markdown is rendered with.
#[derive(Clone, Copy)]
pub struct MarkdownContext<'a> {
    /// The site's configuration.
    pub config: &'a SiteConfig,
    /// File named in errors (`content/…`, or the template that uses the filter).
    pub source: &'a str,
    /// Line of that file on which the text starts.
    pub first_line: usize,
    /// Address of the page; prefixed to links into its own folder.
    pub permalink: &'a str,
    /// The page's path from `content/`; `None` in the filter.
    pub relative: Option<&'a str>,
    /// Where headings get a link to themselves.
    pub insert_anchor: InsertAnchor,
    /// Addresses of other pages.
    pub resolve: &'a Resolve<'a>,
    /// The site's own `anchor-link.html`, if it has one.
    pub anchor_link: Option<&'a AnchorTemplate<'a>>,
    /// The site's own `summary-cutoff.html`, if it has one.
    pub summary_cutoff: Option<&'a CutoffTemplate<'a>>,
}

impl<'a> MarkdownContext<'a> {
    /// The context of the `markdown` filter in the template `source`: no page, no anchors.
    #[must_use]
    pub fn of_filter(config: &'a SiteConfig, source: &'a str, resolve: &'a Resolve<'a>) -> Self {
        Self {
            config,
            source,
            first_line: 1,
            permalink: "",
            relative: None,
            insert_anchor: InsertAnchor::None,
            resolve,
            anchor_link: None,
            summary_cutoff: None,
        }
    }

    /// The context of a page; `insert_anchor` is what its section says, or else the configuration.
    #[must_use]
    pub fn of_page(
        config: &'a SiteConfig,
        page: &'a ParsedPage,
        insert_anchor: InsertAnchor,
        resolve: &'a Resolve<'a>,
    ) -> Self {
        Self {
            first_line: page.raw_line,
            permalink: &page.permalink,
            relative: Some(&page.file.relative),
            insert_anchor,
            ..Self::of_filter(config, &page.file.path, resolve)
        }
    }

    /// The context of a section.
    #[must_use]
    pub fn of_section(config: &'a SiteConfig, section: &'a ParsedSection, resolve: &'a Resolve<'a>) -> Self {
        Self {
            first_line: section.raw_line,
            permalink: &section.permalink,
            relative: Some(&section.file.relative),
            insert_anchor: section.meta.insert_anchor_links.unwrap_or(config.markdown.insert_anchor_links),
            ..Self::of_filter(config, &section.file.path, resolve)
        }
    }
}

/// A rendered text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The HTML.
    pub body: String,
    /// The HTML before `<!-- more -->`, its tags closed; `None` without the mark.
    pub summary: Option<String>,
    /// The headings.
    pub toc: Vec<Heading>,
    /// Links into the site: content path, and the fragment if there is one.
    pub internal_links: Vec<(String, Option<String>)>,
    /// Links that leave the site.
    pub external_links: Vec<String>,
}

/// Renders a text.
///
/// # Errors
/// A broken internal link, a link without address, a shortcode, a failing template.
pub fn render_markdown(raw: &str, ctx: &MarkdownContext<'_>) -> Result<Rendered, ContentError> {
    shortcodes::refuse(raw, ctx)?;
    let mut collector = Collector::new(raw, ctx);
    for (event, range) in Parser::new_ext(raw, options(ctx.config)).into_offset_iter() {
        collector.take(event, range)?;
    }
    let Collector { mut events, internal_links, external_links, has_summary, headings, .. } = collector;
    let headings = headings::finish(&mut events, headings, ctx)?;
    if ctx.config.markdown.bottom_footnotes {
        footnotes::move_to_bottom(&mut events);
    }
    let summary = if has_summary { Some(summary::of(&events, ctx)?) } else { None };
    let mut body = String::with_capacity(raw.len() + raw.len() / 4);
    html::push_html(&mut body, events.into_iter());
    Ok(Rendered { body, summary, toc: toc::nest(headings), internal_links, external_links })
}

/// The `markdown` filter of templates; `inline` takes the paragraph around the text off.
///
/// # Errors
/// As [`render_markdown`].
pub fn markdown_filter(text: &str, inline: bool, ctx: &MarkdownContext<'_>) -> Result<String, ContentError> {
    let body = render_markdown(text, ctx)?.body;
    if !inline {
        return Ok(body);
    }
    // Every repetition goes: two paragraphs lose the outermost tags only, since others stand between.
    Ok(body.trim_start_matches("<p>").trim_end_matches("</p>\n").to_owned())
}

fn options(config: &SiteConfig) -> Options {
    let markdown = &config.markdown;
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    options.set(Options::ENABLE_SMART_PUNCTUATION, markdown.smart_punctuation);
    options.set(Options::ENABLE_DEFINITION_LIST, markdown.definition_list);
    options.set(Options::ENABLE_GFM, markdown.github_alerts);
    options
}
