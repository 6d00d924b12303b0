//! The head of a page.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::Datelike;
use chrono::FixedOffset;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use toml::Spanned;

use super::extra::with_dates_as_text;
use super::split::Split;
use crate::build::content::dates;
use crate::build::content::error::ContentError;
use crate::build::content::error::line_of;

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
    /// Reads the head between the `+++`.
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
        if let Some(term) = raw.taxonomies.values().flatten().find(|term| term.get_ref().trim().is_empty()) {
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
