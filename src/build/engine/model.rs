//! The library as templates see it: Zola's variables and fields, each read noted.

use serde_json::Value as Json;

use super::entries::SitemapEntry;
use super::functions;
use super::node::Field;
use super::node::Node;
use super::node::NodeId;
use super::pager::PAGINATOR_FIELDS;
use super::pager::Pager;
use super::reads::Recorder;
use super::reads::key;
use super::site::Site;
use crate::build::content::page::ParsedPage;
use crate::build::content::page::ParsedSection;
use crate::build::content::raw::Raw;
use crate::build::content::reading::reading_time;
use crate::build::content::toc::Heading;
use crate::build::template::value::Args;
use crate::build::template::value::Ids;
use crate::build::template::value::Model;
use crate::build::template::value::Object;
use crate::build::template::value::Val;

/// A page with its neighbours.
pub const PAGE: u8 = 0;
/// A page as lists show it: `lower` and `higher` are null.
pub const PAGE_ALONE: u8 = 1;
/// A section with its pages.
pub const SECTION: u8 = 2;
/// A section whose `pages` is empty (`metadata_only`, and in paginated lists).
pub const SECTION_META: u8 = 3;
/// An element of `translations`.
pub const TRANSLATION: u8 = 4;
/// An element of `backlinks`.
pub const BACKLINK: u8 = 5;
/// An element of a sitemap's `entries`.
pub const ENTRY: u8 = 6;
/// `paginator`.
pub const PAGINATOR: u8 = 7;

const PAGE_FIELDS: [&str; 29] = [
    "relative_path",
    "colocated_path",
    "content",
    "permalink",
    "slug",
    "ancestors",
    "title",
    "description",
    "updated",
    "date",
    "year",
    "month",
    "day",
    "taxonomies",
    "authors",
    "extra",
    "path",
    "components",
    "summary",
    "toc",
    "word_count",
    "reading_time",
    "assets",
    "draft",
    "lang",
    "lower",
    "higher",
    "translations",
    "backlinks",
];
const SECTION_FIELDS: [&str; 24] = [
    "relative_path",
    "colocated_path",
    "content",
    "permalink",
    "draft",
    "ancestors",
    "title",
    "description",
    "extra",
    "path",
    "components",
    "toc",
    "word_count",
    "reading_time",
    "lang",
    "assets",
    "pages",
    "subsections",
    "translations",
    "backlinks",
    "generate_feeds",
    "transparent",
    "paginate_by",
    "paginate_reversed",
];

/// The context of one output.
#[derive(Debug)]
pub struct View<'s> {
    /// Everything there is.
    pub site: &'s Site,
    /// What is read.
    pub recorder: Recorder,
    /// Variables of the context.
    pub roots: Vec<(&'static str, Val<'s>)>,
    /// The part of a paginated list that is rendered: section, pages of this part, number of the part from 1.
    pub pager: Option<Pager<'s>>,
}

impl<'s> View<'s> {
    /// A context with nothing in it.
    pub fn new(site: &'s Site) -> Self {
        Self { site, recorder: Recorder::default(), roots: Vec::new(), pager: None }
    }

    pub(super) fn node(&self, id: NodeId) -> &'s Node {
        self.site.library.node(id)
    }

    fn markdown(&self, node: &Node, raw: Raw) -> &'s str {
        self.site.files.get(&*node.source).map_or("", |file| raw.text(file))
    }

    fn page_field(
        &self,
        object: Object,
        page: &'s ParsedPage,
        name: &str,
    ) -> Result<Option<Val<'s>>, String> {
        let node = self.node(object.id);
        let alone = object.kind == PAGE_ALONE;
        let (field, value) = match name {
            "slug" => (Field::Slug, Val::Str(&page.slug)),
            "updated" => (Field::Updated, Val::opt(page.meta.updated.as_deref())),
            "date" => (Field::Date, Val::opt(page.meta.date.as_deref())),
            "year" => (Field::Date, date_part(page, 0)),
            "month" => (Field::Date, date_part(page, 1)),
            "day" => (Field::Date, date_part(page, 2)),
            "taxonomies" => (Field::Taxonomies, Val::Dict([].into())),
            "authors" => (Field::Authors, Val::Strs(&page.meta.authors)),
            "summary" => (Field::Summary, Val::opt(node.rendered.summary.as_deref())),
            "lower" | "higher" if alone => return Ok(Some(Val::Null)),
            "lower" => (Field::Lower, neighbour(node.lower)),
            "higher" => (Field::Higher, neighbour(node.higher)),
            "colocated_path" => (Field::ColocatedPath, Val::opt(page.file.colocated_path.as_deref())),
            "ancestors" => (Field::Ancestors, Val::Strs(&node.home.ancestors)),
            "title" => (Field::Title, Val::opt(page.meta.title.as_deref())),
            "description" => (Field::Description, Val::opt(page.meta.description.as_deref())),
            "extra" => (Field::Extra, Val::Table(&page.meta.extra)),
            "path" => (Field::Path, Val::Str(&page.path)),
            "components" => (Field::Components, Val::Strs(&page.components)),
            "word_count" => (Field::WordCount, Val::count(reading_time(self.markdown(node, page.raw)).0)),
            "reading_time" => (Field::ReadingTime, Val::count(reading_time(self.markdown(node, page.raw)).1)),
            "draft" => (Field::Draft, Val::Bool(page.meta.draft)),
            _ => return Ok(self.common_field(object.id, name)),
        };
        self.recorder.note(object.id, field);
        Ok(Some(value))
    }

    fn section_field(&self, object: Object, section: &'s ParsedSection, name: &str) -> Option<Val<'s>> {
        let node = self.node(object.id);
        let (field, value) = match name {
            "pages" if object.kind == SECTION_META => return Some(Val::Objects(PAGE, Ids::Borrowed(&[]))),
            "pages" => (Field::Pages, Val::Objects(PAGE, Ids::Borrowed(&node.pages))),
            "subsections" => (Field::Subsections, Val::Strs(&node.subsections)),
            "generate_feeds" => (Field::GenerateFeeds, Val::Bool(section.meta.generate_feeds)),
            "transparent" => (Field::Transparent, Val::Bool(section.meta.transparent)),
            "paginate_by" => (Field::PaginateBy, section.meta.paginate_by.map_or(Val::Null, Val::count)),
            "paginate_reversed" => (Field::PaginateReversed, Val::Bool(section.meta.paginate_reversed)),
            "colocated_path" => (Field::ColocatedPath, Val::opt(section.file.colocated_path.as_deref())),
            "ancestors" => (Field::Ancestors, Val::Strs(&node.ancestors)),
            "title" => (Field::Title, Val::opt(section.meta.title.as_deref())),
            "description" => (Field::Description, Val::opt(section.meta.description.as_deref())),
            "extra" => (Field::Extra, Val::Table(&section.meta.extra)),
            "path" => (Field::Path, Val::Str(&section.path)),
            "components" => (Field::Components, Val::Strs(&section.components)),
            "word_count" => (Field::WordCount, Val::count(reading_time(self.markdown(node, section.raw)).0)),
            "reading_time" => {
                (Field::ReadingTime, Val::count(reading_time(self.markdown(node, section.raw)).1))
            }
            "draft" => (Field::Draft, Val::Bool(section.meta.draft)),
            _ => return self.common_field(object.id, name),
        };
        self.recorder.note(object.id, field);
        Some(value)
    }

    fn common_field(&self, id: NodeId, name: &str) -> Option<Val<'s>> {
        let node = self.node(id);
        let (field, value) = match name {
            "relative_path" => (Field::RelativePath, Val::Str(node.relative())),
            "content" => (Field::Content, Val::Str(&node.rendered.body)),
            "permalink" => (Field::Permalink, Val::Str(node.permalink())),
            "toc" => (Field::Toc, headings(&node.rendered.toc)),
            "assets" => (Field::Assets, Val::Strs(&node.assets.addresses)),
            "lang" => (Field::Lang, Val::Str(node.lang())),
            "translations" => {
                (Field::Translations, Val::Objects(TRANSLATION, Ids::Borrowed(&node.translations)))
            }
            "backlinks" => (Field::Backlinks, Val::Objects(BACKLINK, Ids::Borrowed(&node.backlinks))),
            _ => return None,
        };
        self.recorder.note(id, field);
        Some(value)
    }

    fn link_field(&self, id: NodeId, name: &str) -> Option<Val<'s>> {
        let node = self.node(id);
        let (field, value) = match name {
            "permalink" => (Field::Permalink, Val::Str(node.permalink())),
            "title" => (Field::Title, Val::opt(node.title())),
            "lang" => (Field::Lang, Val::Str(node.lang())),
            _ => return None,
        };
        self.recorder.note(id, field);
        Some(value)
    }

    fn entry_field(&self, id: u32, name: &str) -> Option<Val<'s>> {
        match self.site.entries.get(id)? {
            SitemapEntry::Part(permalink) => match name {
                "permalink" => Some(Val::Str(permalink)),
                "updated" | "extra" => Some(Val::Null),
                _ => None,
            },
            SitemapEntry::Node(node_id) => self.node_entry_field(*node_id, name),
        }
    }

    fn node_entry_field(&self, id: NodeId, name: &str) -> Option<Val<'s>> {
        let node = self.node(id);
        match (name, node.page(), node.section()) {
            ("permalink", ..) => self.common_field(id, "permalink"),
            ("updated", Some(page), _) => {
                self.recorder.note_mask(id, Field::Updated.bit() | Field::Date.bit());
                Some(Val::opt(page.meta.updated.as_deref().or(page.meta.date.as_deref())))
            }
            ("updated", ..) => Some(Val::Null),
            ("extra", Some(page), _) => {
                self.recorder.note(id, Field::Extra);
                Some(Val::Table(&page.meta.extra))
            }
            ("extra", _, Some(section)) => {
                self.recorder.note(id, Field::Extra);
                Some(Val::Table(&section.meta.extra))
            }
            _ => None,
        }
    }
}

/// A table of contents as templates see it. Made when asked: kept as JSON it would be most of a page's memory.
fn headings(toc: &[Heading]) -> Val<'_> {
    Val::List(toc.iter().map(heading).collect())
}

fn heading(heading: &Heading) -> Val<'_> {
    let fields = [
        ("level", Val::int(heading.level.into())),
        ("id", Val::Str(&heading.id)),
        ("permalink", Val::Str(&heading.permalink)),
        ("title", Val::Str(&heading.title)),
        ("children", headings(&heading.children)),
    ];
    Val::Dict(fields.map(|(name, value)| (name.into(), value)).into())
}

fn neighbour<'s>(id: Option<NodeId>) -> Val<'s> {
    id.map_or(Val::Null, |id| Val::Object(Object { kind: PAGE_ALONE, id }))
}

fn date_part<'s>(page: &ParsedPage, part: usize) -> Val<'s> {
    match (page.meta.date_parts(), part) {
        (None, _) => Val::Null,
        (Some((year, _, _)), 0) => Val::int(year.into()),
        (Some((_, month, _)), 1) => Val::int(month.into()),
        (Some((_, _, day)), _) => Val::int(day.into()),
    }
}

impl<'s> Model<'s> for View<'s> {
    fn root(&self, name: &str) -> Option<Val<'s>> {
        self.roots.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone())
    }

    fn field(&self, object: Object, name: &str) -> Result<Option<Val<'s>>, String> {
        let node = || self.node(object.id);
        match object.kind {
            PAGE | PAGE_ALONE => match node().page() {
                Some(page) => self.page_field(object, page, name),
                None => Ok(None),
            },
            SECTION | SECTION_META => {
                Ok(node().section().and_then(|section| self.section_field(object, section, name)))
            }
            TRANSLATION if name == "path" => {
                Err("`path` of a translation is a path of the machine that builds \
                 the site; use `permalink`"
                    .to_owned())
            }
            TRANSLATION | BACKLINK => Ok(self.link_field(object.id, name)),
            ENTRY => Ok(self.entry_field(object.id, name)),
            _ => Ok(self.paginator_field(name)),
        }
    }

    fn fields(&self, object: Object) -> &'static [&'static str] {
        match object.kind {
            PAGE | PAGE_ALONE => &PAGE_FIELDS,
            SECTION | SECTION_META => &SECTION_FIELDS,
            TRANSLATION => &["lang", "permalink", "title", "path"],
            BACKLINK => &["permalink", "title"],
            ENTRY => &["permalink", "updated", "extra"],
            _ => &PAGINATOR_FIELDS,
        }
    }

    fn call(&self, name: &str, args: &Args<'s>) -> Option<Result<Val<'s>, String>> {
        functions::call(self, name, args)
    }

    fn filter(&self, name: &str, text: &Val<'s>, args: &Args<'s>) -> Option<Result<Val<'s>, String>> {
        match name {
            "markdown" => Some(functions::markdown(self, text, args)),
            "num_format" => Some(functions::num_format(self, text, args)),
            _ => None,
        }
    }

    fn used_template(&self, name: &str) {
        self.recorder.note_key(key("template", name));
    }
}

/// The configuration in a language, for templates.
pub fn config<'s>(site: &'s Site, lang: &str) -> Val<'s> {
    let value: Option<&'s Json> = site.configs.get(lang);
    value.map_or(Val::Null, Val::from_json)
}
