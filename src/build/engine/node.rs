//! Pages and sections as the engine keeps them, and the names of their fields.

use std::sync::Arc;

use crate::build::content::front_matter::InsertAnchor;
use crate::build::content::page::ParsedPage;
use crate::build::content::page::ParsedSection;
use crate::build::content::toc::Heading;

/// Number of a node. A source path keeps its number for the life of an engine, deleted and restored included.
pub type NodeId = u32;

/// A set of fields, one bit each.
pub type Mask = u64;

/// Fields that can be read and can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are Zola's own")]
pub enum Field {
    RelativePath,
    ColocatedPath,
    Content,
    Permalink,
    Slug,
    Ancestors,
    Title,
    Description,
    Updated,
    Date,
    Taxonomies,
    Authors,
    Extra,
    Path,
    Components,
    Summary,
    Toc,
    WordCount,
    ReadingTime,
    Assets,
    Draft,
    Lang,
    Lower,
    Higher,
    Translations,
    Backlinks,
    Pages,
    Subsections,
    GenerateFeeds,
    Transparent,
    PaginateBy,
    PaginateReversed,
    /// Whether the node is there at all, and whether it is a page or a section.
    Exists,
    /// Name of the template that renders it.
    Template,
    /// How many pages its list is divided into.
    Pagers,
    /// What the whole list is made of: for feeds and sitemaps.
    Entries,
}

impl Field {
    /// Its bit.
    pub const fn bit(self) -> Mask {
        1 << self as u8
    }
}

/// All fields.
pub const EVERYTHING: Mask = Mask::MAX;

/// A page or a section as parsed.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// `x.md`
    Page(Arc<ParsedPage>),
    /// `_index.md`
    Section(Arc<ParsedSection>),
}

/// What Markdown became.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    /// HTML.
    pub body: String,
    /// HTML above `<!-- more -->`.
    pub summary: Option<String>,
    /// Table of contents.
    pub toc: Vec<Heading>,
    /// Links to other sources: path below `content/`, anchor.
    pub links: Vec<(String, Option<String>)>,
}

/// What follows from the folder a page lies in, shared by all pages of that folder and language.
#[derive(Debug, Default, PartialEq)]
pub struct Home {
    /// Sections that list the page: its own, and those above while they are transparent.
    pub sections: Vec<NodeId>,
    /// Paths of all sections above, from the top.
    pub ancestors: Vec<String>,
    /// Template that a section above sets for its pages.
    pub template: Option<String>,
    /// Anchor links of the section itself.
    pub anchors: Option<InsertAnchor>,
}

/// One node.
#[derive(Debug, Default)]
pub struct Node {
    /// Path in the source tree.
    pub source: Arc<str>,
    /// Page or section; `None` if the file is gone, is a draft, or the node only groups others.
    pub entry: Option<Entry>,
    /// Its Markdown, rendered.
    pub rendered: Rendered,
    /// The page before it in its section.
    pub lower: Option<NodeId>,
    /// The page after it in its section.
    pub higher: Option<NodeId>,
    /// Where it lies, if it is a page.
    pub home: Arc<Home>,
    /// Paths of all sections above, if it is a section.
    pub ancestors: Vec<String>,
    /// Pages in order, if it is a section, feed or sitemap.
    pub pages: Vec<NodeId>,
    /// Sections below, by path from `content/`, in order.
    pub subsections: Vec<String>,
    /// The same content in all languages, this one included.
    pub translations: Vec<NodeId>,
    /// Nodes that link here, by address.
    pub backlinks: Vec<NodeId>,
    /// Source paths of files that belong to it, and their addresses.
    pub assets: Assets,
    /// Newest `updated` of a feed's pages.
    pub last_updated: Option<String>,
}

/// Files beside a page or section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// Paths in the source tree.
    pub sources: Vec<String>,
    /// Addresses as templates see them.
    pub addresses: Vec<String>,
}

impl Node {
    /// The page, if it is one.
    pub fn page(&self) -> Option<&ParsedPage> {
        match &self.entry {
            Some(Entry::Page(page)) => Some(page),
            _ => None,
        }
    }

    /// The section, if it is one.
    pub fn section(&self) -> Option<&ParsedSection> {
        match &self.entry {
            Some(Entry::Section(section)) => Some(section),
            _ => None,
        }
    }

    /// Its absolute address; empty if it is gone.
    pub fn permalink(&self) -> &str {
        match &self.entry {
            Some(Entry::Page(page)) => &page.permalink,
            Some(Entry::Section(section)) => &section.permalink,
            None => "",
        }
    }

    /// Its path from `content/`.
    pub fn relative(&self) -> &str {
        match &self.entry {
            Some(Entry::Page(page)) => &page.file.relative,
            Some(Entry::Section(section)) => &section.file.relative,
            None => "",
        }
    }

    /// Its language.
    pub fn lang(&self) -> &str {
        match &self.entry {
            Some(Entry::Page(page)) => &page.lang,
            Some(Entry::Section(section)) => &section.lang,
            None => "",
        }
    }

    /// Its title.
    pub fn title(&self) -> Option<&str> {
        match &self.entry {
            Some(Entry::Page(page)) => page.meta.title.as_deref(),
            Some(Entry::Section(section)) => section.meta.title.as_deref(),
            None => None,
        }
    }

    /// What versions in other languages share.
    pub fn canonical(&self) -> &str {
        match &self.entry {
            Some(Entry::Page(page)) => &page.file.canonical,
            Some(Entry::Section(section)) => &section.file.canonical,
            None => "",
        }
    }

    /// True for a page that has an output and is listed.
    pub fn is_listed_page(&self) -> bool {
        self.page().is_some_and(|page| page.meta.render)
    }
}
