//! From a file name or a heading to the part of an address it becomes.

use serde::Deserialize;

/// How names become parts of addresses (`[slugify]` in the configuration).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlugifyStrategy {
    /// Lower-case ASCII words joined by `-`; Vietnamese letters lose their marks.
    #[default]
    On,
    /// Only what file systems and addresses cannot hold is taken out.
    Safe,
    /// The name as it is.
    Off,
}

/// Characters that NTFS forbids in a name; `Safe` takes them out.
const FORBIDDEN: [char; 9] = ['<', '>', ':', '"', '/', '\\', '|', '?', '*'];

/// The part of a page's address made from a file name, a `slug` or a taxonomy term.
#[must_use]
pub fn slugify(text: &str, strategy: SlugifyStrategy) -> String {
    match strategy {
        SlugifyStrategy::On => slug::slugify(text),
        SlugifyStrategy::Safe => {
            text.trim_end_matches([' ', '.']).chars().filter(|c| !FORBIDDEN.contains(c)).collect()
        }
        SlugifyStrategy::Off => text.to_owned(),
    }
}

/// The id of a heading made from its text.
#[must_use]
pub fn slugify_anchor(text: &str, strategy: SlugifyStrategy) -> String {
    match strategy {
        SlugifyStrategy::On => slug::slugify(text),
        SlugifyStrategy::Safe | SlugifyStrategy::Off => {
            text.chars().map(|c| if c.is_ascii_whitespace() { '_' } else { c }).collect()
        }
    }
}
