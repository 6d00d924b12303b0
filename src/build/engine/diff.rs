//! Which fields differ between two versions of one source file.

use super::node::EVERYTHING;
use super::node::Entry;
use super::node::Field;
use super::node::Mask;
use crate::build::content::page::ParsedPage;
use crate::build::content::page::ParsedSection;

/// What a new version of a file means for the rest of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Fields that changed.
    pub fields: Mask,
    /// The page's place in a list may have changed, or the way a section lists its pages.
    pub order: bool,
    /// The section may have other pages, ancestors or subsections.
    pub structure: bool,
    /// The Markdown must be rendered again.
    pub markdown: bool,
    /// Outputs may come or go.
    pub outputs: bool,
}

/// Compares two versions; `None` is a file that is not there.
pub fn between(old: Option<&Entry>, new: Option<&Entry>) -> Difference {
    match (old, new) {
        (Some(Entry::Page(old)), Some(Entry::Page(new))) => pages(old, new),
        (Some(Entry::Section(old)), Some(Entry::Section(new))) => sections(old, new),
        (None, None) => Difference::default(),
        _ => Difference { fields: EVERYTHING, order: true, structure: true, markdown: true, outputs: true },
    }
}

fn bits(checks: &[(bool, Field)]) -> Mask {
    checks.iter().filter(|(differs, _)| *differs).fold(0, |mask, (_, field)| mask | field.bit())
}

fn pages(old: &ParsedPage, new: &ParsedPage) -> Difference {
    let (a, b) = (&old.meta, &new.meta);
    let address = old.permalink != new.permalink || old.path != new.path;
    let fields = bits(&[
        (address, Field::Permalink),
        (address, Field::Path),
        (address, Field::Components),
        (address, Field::Assets),
        (old.slug != new.slug, Field::Slug),
        (a.title != b.title, Field::Title),
        (a.description != b.description, Field::Description),
        (a.updated != b.updated, Field::Updated),
        (a.date != b.date, Field::Date),
        (a.taxonomies != b.taxonomies, Field::Taxonomies),
        (a.authors != b.authors, Field::Authors),
        (a.extra != b.extra, Field::Extra),
        (a.draft != b.draft, Field::Draft),
        (a.template != b.template, Field::Template),
        (old.raw != new.raw, Field::WordCount),
        (old.raw != new.raw, Field::ReadingTime),
    ]);
    Difference {
        fields,
        order: address
            || old.slug != new.slug
            || a.title != b.title
            || a.weight != b.weight
            || a.datetime != b.datetime
            || a.updated_datetime != b.updated_datetime
            || a.render != b.render,
        structure: a.render != b.render,
        markdown: address || old.raw != new.raw || old.raw_line != new.raw_line,
        outputs: address || a.render != b.render || a.aliases != b.aliases,
    }
}

fn sections(old: &ParsedSection, new: &ParsedSection) -> Difference {
    let (a, b) = (&old.meta, &new.meta);
    let address = old.permalink != new.permalink || old.path != new.path;
    let fields = bits(&[
        (address, Field::Permalink),
        (address, Field::Path),
        (address, Field::Components),
        (a.title != b.title, Field::Title),
        (a.description != b.description, Field::Description),
        (a.extra != b.extra, Field::Extra),
        (a.draft != b.draft, Field::Draft),
        (a.template != b.template, Field::Template),
        (a.generate_feeds != b.generate_feeds, Field::GenerateFeeds),
        (a.transparent != b.transparent, Field::Transparent),
        (a.paginate_by != b.paginate_by, Field::PaginateBy),
        (a.paginate_by != b.paginate_by, Field::Pagers),
        (a.paginate_path != b.paginate_path, Field::Pagers),
        (a.paginate_reversed != b.paginate_reversed, Field::PaginateReversed),
        (old.raw != new.raw, Field::WordCount),
        (old.raw != new.raw, Field::ReadingTime),
    ]);
    Difference {
        fields,
        order: a.sort_by != b.sort_by || a.transparent != b.transparent,
        structure: a.transparent != b.transparent
            || a.page_template != b.page_template
            || a.insert_anchor_links != b.insert_anchor_links
            || a.weight != b.weight
            || address,
        markdown: address
            || old.raw != new.raw
            || old.raw_line != new.raw_line
            || a.insert_anchor_links != b.insert_anchor_links,
        outputs: address
            || a.render != b.render
            || a.aliases != b.aliases
            || a.redirect_to != b.redirect_to
            || a.paginate_by != b.paginate_by
            || a.paginate_path != b.paginate_path
            || a.generate_feeds != b.generate_feeds,
    }
}
