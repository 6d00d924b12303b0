//! The head of a content file between two `+++` lines.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::Datelike;
use chrono::FixedOffset;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use toml::Spanned;

use super::dates;
use super::error::ContentError;
use super::error::line_of;

mod extra;
mod split;

pub(crate) use extra::with_dates_as_text;
pub(crate) use split::Split;
pub(crate) use split::split;

/// Where a heading gets a link to itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InsertAnchor {
    /// Before its text.
    Left,
    /// After its text.
    Right,
    /// Around its text.
    Heading,
    /// Nowhere.
    #[default]
    None,
}

impl InsertAnchor {
    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Heading => "heading",
            Self::None => "none",
        }
    }
}

/// How a section orders its pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    /// Newest first.
    Date,
    /// Last updated first.
    UpdateDate,
    /// By title, as a reader would (numbers by value, marks folded).
    Title,
    /// By the bytes of the title.
    TitleBytes,
    /// Lightest first.
    Weight,
    /// By slug.
    Slug,
    /// By address.
    Permalink,
    /// Not at all.
    #[default]
    None,
}

/// The head of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageFrontMatter {
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// When it was last changed, as templates print it.
    pub updated: Option<String>,
    /// The instant of `updated`.
    pub updated_datetime: Option<DateTime<FixedOffset>>,
    /// Its date, as templates print it; also from a dated file name.
    pub date: Option<String>,
    /// The instant of `date`.
    pub datetime: Option<DateTime<FixedOffset>>,
    /// Whether it is left out of a normal build.
    pub draft: bool,
    /// Whether it has a page of its own.
    pub render: bool,
    /// Last part of its address, instead of the file name.
    pub slug: Option<String>,
    /// Its whole path, instead of section and slug.
    pub path: Option<String>,
    /// Terms per taxonomy.
    pub taxonomies: BTreeMap<String, Vec<String>>,
    /// For sorting by weight.
    pub weight: Option<usize>,
    /// Authors.
    pub authors: Vec<String>,
    /// Paths that redirect to it.
    pub aliases: Vec<String>,
    /// Template, instead of `page.html`.
    pub template: Option<String>,
    /// Whether a search index takes it in.
    pub in_search_index: bool,
    /// `[extra]`, keys sorted, dates as text.
    pub extra: Map<String, Value>,
}

/// The head of a section.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SectionFrontMatter {
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Order of its pages.
    pub sort_by: SortBy,
    /// Its place among its sisters.
    pub weight: usize,
    /// Whether it is left out of a normal build.
    pub draft: bool,
    /// Template, instead of `section.html` or `index.html`.
    pub template: Option<String>,
    /// Pages on one page of its list; none or 0: all.
    pub paginate_by: Option<usize>,
    /// Whether the list runs backwards.
    pub paginate_reversed: bool,
    /// The part of the address before the page number.
    pub paginate_path: String,
    /// Anchors of headings, instead of the configuration's.
    pub insert_anchor_links: Option<InsertAnchor>,
    /// Whether it has a page of its own.
    pub render: bool,
    /// Where its address leads instead.
    pub redirect_to: Option<String>,
    /// Whether a search index takes it in.
    pub in_search_index: bool,
    /// Whether its pages count as its parent's.
    pub transparent: bool,
    /// Template of its pages.
    pub page_template: Option<String>,
    /// Paths that redirect to it.
    pub aliases: Vec<String>,
    /// Whether it has a feed of its own.
    pub generate_feeds: bool,
    /// `[extra]`, keys sorted, dates as text.
    pub extra: Map<String, Value>,
}

impl Default for SectionFrontMatter {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            sort_by: SortBy::None,
            weight: 0,
            draft: false,
            template: None,
            paginate_by: None,
            paginate_reversed: false,
            paginate_path: "page".to_owned(),
            insert_anchor_links: None,
            render: true,
            redirect_to: None,
            in_search_index: true,
            transparent: false,
            page_template: None,
            aliases: Vec::new(),
            generate_feeds: false,
            extra: Map::new(),
        }
    }
}

/// A page's head as TOML gives it, before its dates are read.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawPage {
    title: Option<String>,
    description: Option<String>,
    updated: Option<Spanned<toml::Value>>,
    date: Option<Spanned<toml::Value>>,
    draft: bool,
    render: bool,
    slug: Option<Spanned<String>>,
    path: Option<Spanned<String>>,
    taxonomies: BTreeMap<String, Vec<Spanned<String>>>,
    weight: Option<usize>,
    authors: Vec<String>,
    aliases: Vec<String>,
    template: Option<String>,
    in_search_index: bool,
    extra: Map<String, Value>,
}

impl Default for RawPage {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            updated: None,
            date: None,
            draft: false,
            render: true,
            slug: None,
            path: None,
            taxonomies: BTreeMap::new(),
            weight: None,
            authors: Vec::new(),
            aliases: Vec::new(),
            template: None,
            in_search_index: true,
            extra: Map::new(),
        }
    }
}

impl PageFrontMatter {
    /// Reads the head that [`split`] cut out.
    pub(crate) fn parse(path: &str, head: &Split<'_>) -> Result<Self, ContentError> {
        let raw: RawPage = toml::from_str(head.front)
            .map_err(|e| ContentError::toml(path, head.front, head.front_line, &e))?;
        let place = Place { path, head };
        let date = place.date("date", raw.date.as_ref())?;
        let updated = place.date("updated", raw.updated.as_ref())?;
        let datetime = date.as_deref().and_then(dates::instant);
        if let (Some(at), None) = (&raw.date, datetime) {
            return Err(place.invalid(at, "`date` is not a day of the calendar".to_owned(), WRITE_A_DATE));
        }
        place.refuse_empty("slug", raw.slug.as_ref())?;
        place.refuse_empty("path", raw.path.as_ref())?;
        for term in raw.taxonomies.values().flatten().filter(|term| term.get_ref().trim().is_empty()) {
            return Err(place.invalid(term, "a taxonomy term is empty".to_owned(), "write it or remove it"));
        }
        Ok(Self {
            title: raw.title,
            description: raw.description,
            updated_datetime: updated.as_deref().and_then(dates::instant),
            updated,
            date,
            datetime,
            draft: raw.draft,
            render: raw.render,
            slug: raw.slug.map(Spanned::into_inner),
            path: raw.path.map(Spanned::into_inner),
            taxonomies: raw
                .taxonomies
                .into_iter()
                .map(|(name, terms)| (name, terms.into_iter().map(Spanned::into_inner).collect()))
                .collect(),
            weight: raw.weight,
            authors: raw.authors,
            aliases: raw.aliases,
            template: raw.template,
            in_search_index: raw.in_search_index,
            extra: with_dates_as_text(raw.extra),
        })
    }

    /// Takes the date of a dated file name, unless the head has one.
    pub(crate) fn take_file_date(&mut self, date: &str) {
        if self.date.is_none() {
            self.datetime = dates::instant(date);
            self.date = Some(date.to_owned());
        }
    }

    /// Year, month and day of `date`, as its own offset counts them.
    #[must_use]
    pub fn date_parts(&self) -> Option<(i32, u32, u32)> {
        self.datetime.map(|date| (date.year(), date.month(), date.day()))
    }
}

impl SectionFrontMatter {
    /// Reads the head that [`split`] cut out.
    pub(crate) fn parse(path: &str, head: &Split<'_>) -> Result<Self, ContentError> {
        let mut front: Self = toml::from_str(head.front)
            .map_err(|e| ContentError::toml(path, head.front, head.front_line, &e))?;
        front.extra = with_dates_as_text(front.extra);
        Ok(front)
    }
}

const WRITE_A_DATE: &str = "write a TOML date, for example 2021-05-23 or 2021-05-23T07:00:00+07:00";

/// The head being read, for errors.
struct Place<'a> {
    path: &'a str,
    head: &'a Split<'a>,
}

impl Place<'_> {
    fn invalid<T>(&self, at: &Spanned<T>, problem: String, remedy: &str) -> ContentError {
        let line = self.head.front_line + line_of(self.head.front, at.span().start) - 1;
        ContentError::invalid(self.path, line, problem, remedy)
    }

    fn date(&self, key: &str, value: Option<&Spanned<toml::Value>>) -> Result<Option<String>, ContentError> {
        let Some(value) = value else { return Ok(None) };
        let text = dates::text_of(value.get_ref())
            .ok_or_else(|| self.invalid(value, format!("`{key}` is not a date"), WRITE_A_DATE))?;
        Ok(Some(text))
    }

    fn refuse_empty(&self, key: &str, value: Option<&Spanned<String>>) -> Result<(), ContentError> {
        match value {
            Some(value) if value.get_ref().is_empty() => {
                Err(self.invalid(value, format!("`{key}` is empty"), "write it or remove it"))
            }
            _ => Ok(()),
        }
    }
}
