//! The head of a content file between two `+++` lines.

mod extra;
mod page;
mod section;
mod split;

use serde::Deserialize;

pub(crate) use extra::with_dates_as_text;
pub use page::PageFrontMatter;
pub use section::SectionFrontMatter;
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
