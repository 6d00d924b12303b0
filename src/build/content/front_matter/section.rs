//! The head of a section.

use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;

use super::InsertAnchor;
use super::SortBy;
use super::extra::with_dates_as_text;
use super::split::Split;
use crate::build::content::error::ContentError;

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

impl SectionFrontMatter {
    /// Reads the head between the `+++`.
    pub(crate) fn parse(path: &str, head: &Split<'_>) -> Result<Self, ContentError> {
        let mut front: Self = toml::from_str(head.front)
            .map_err(|e| ContentError::toml(path, head.front, head.front_line, &e))?;
        front.extra = with_dates_as_text(front.extra);
        Ok(front)
    }
}
