//! `config.toml`: the settings of the site that this engine honours.

mod language;
mod merge;
mod raw;
mod read;
mod value;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::error::ContentError;
use super::front_matter::InsertAnchor;
use super::slug::SlugifyStrategy;
use super::slug::slugify;

/// Zola's own choice of a search index's format.
const DEFAULT_INDEX_FORMAT: &str = "elasticlunr_javascript";

/// What a language of the site sets for itself.
#[derive(Clone, Debug, PartialEq)]
pub struct LanguageConfig {
    /// Title of the site in this language.
    pub title: Option<String>,
    /// Description of the site in this language.
    pub description: Option<String>,
    /// Whether feeds of this language are written.
    pub generate_feeds: bool,
    /// Names of the feed files, which are also the names of their templates.
    pub feed_filenames: Vec<String>,
    /// Taxonomies of this language.
    pub taxonomies: Vec<TaxonomyConfig>,
    /// Texts for `trans(key=…)`.
    pub translations: BTreeMap<String, String>,
}

impl Default for LanguageConfig {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            generate_feeds: false,
            feed_filenames: vec!["atom.xml".to_owned()],
            taxonomies: Vec::new(),
            translations: BTreeMap::new(),
        }
    }
}

/// A taxonomy, for example subjects or teams.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaxonomyConfig {
    /// Its name in front matter.
    pub name: String,
    /// Its part of the address, made from the name.
    #[serde(skip_deserializing)]
    pub slug: String,
    /// Pages on one page of a term's list; none or 0: all.
    pub paginate_by: Option<usize>,
    /// The part of the address before the page number; `page` unless told.
    pub paginate_path: Option<String>,
    /// Whether its pages are written.
    pub render: bool,
    /// Whether each term has a feed.
    pub feed: bool,
}

impl Default for TaxonomyConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            slug: String::new(),
            paginate_by: None,
            paginate_path: None,
            render: true,
            feed: false,
        }
    }
}

/// `[slugify]`: how names become addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SlugifyConfig {
    /// File names and slugs.
    pub paths: SlugifyStrategy,
    /// Whether the date of a dated file name stays in the address.
    pub paths_keep_dates: bool,
    /// Taxonomies and their terms.
    pub taxonomies: SlugifyStrategy,
    /// Ids of headings.
    pub anchors: SlugifyStrategy,
}

/// `[markdown]`: how Markdown is read and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkdownConfig {
    /// Class of links that leave the site.
    pub external_links_class: Option<String>,
    /// Whether they open in a new tab.
    pub external_links_target_blank: bool,
    /// Whether they carry `rel="nofollow"`.
    pub external_links_no_follow: bool,
    /// Whether they carry `rel="noreferrer"`.
    pub external_links_no_referrer: bool,
    /// Whether they carry `rel="external"`; on unless switched off.
    pub external_links_external: bool,
    /// Whether quotes, dashes and dots become typographic.
    pub smart_punctuation: bool,
    /// Whether definition lists are read.
    pub definition_list: bool,
    /// Whether footnotes go to the bottom as a numbered list with links back.
    pub bottom_footnotes: bool,
    /// Whether images load lazily.
    pub lazy_async_image: bool,
    /// Where headings get a link to themselves, unless the section says otherwise.
    pub insert_anchor_links: InsertAnchor,
    /// Whether `> [!NOTE]` makes an alert.
    pub github_alerts: bool,
}

impl MarkdownConfig {
    /// Whether a link that leaves the site is written otherwise than any link.
    #[must_use]
    pub fn marks_external_links(&self) -> bool {
        self.external_links_target_blank
            || self.external_links_no_follow
            || self.external_links_no_referrer
            || self.external_links_external
            || self.external_links_class.is_some()
    }
}

/// The configuration of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteConfig {
    /// Address of the site; a trailing slash is allowed.
    pub base_url: String,
    /// Title of the default language as the top level gives it; templates see `languages`.
    pub title: Option<String>,
    /// Description, likewise.
    pub description: Option<String>,
    /// Code of the language at the root of the site.
    pub default_language: String,
    /// Every language, the default one included.
    pub languages: BTreeMap<String, LanguageConfig>,
    /// Feeds of the default language as the top level gives it.
    pub generate_feeds: bool,
    /// Names of feed files as the top level gives them; addresses ending so get no slash.
    pub feed_filenames: Vec<String>,
    /// Entries in a feed; none: all.
    pub feed_limit: Option<usize>,
    /// Folder above the taxonomies' addresses.
    pub taxonomy_root: Option<String>,
    /// Author of pages that name none.
    pub author: Option<String>,
    /// Whether `sass/` is compiled.
    pub compile_sass: bool,
    /// `[slugify]`.
    pub slugify: SlugifyConfig,
    /// `[markdown]`.
    pub markdown: MarkdownConfig,
    /// `search.index_format`: templates can see it even where no index is built.
    pub search_index_format: String,
    /// `[extra]`, keys sorted; dates as Zola hands them to templates (an object with one private key).
    pub extra: serde_json::Map<String, Value>,
    /// Whether `sitemap.xml` is written.
    pub generate_sitemap: bool,
    /// Whether `robots.txt` is written.
    pub generate_robots_txt: bool,
    /// `exclude_paginated_pages_in_sitemap = "all"`.
    pub exclude_paginated_pages_in_sitemap: bool,
}

impl SiteConfig {
    /// Reads `config.toml`.
    ///
    /// # Errors
    /// What is not TOML, not Zola's, or Zola's and not implemented here, with its line.
    pub fn parse(path: &str, text: &str) -> Result<Self, ContentError> {
        read::read(path, text.trim_start_matches('\u{feff}'))
    }

    /// Whether there is a language beside the default one.
    #[must_use]
    pub fn is_multilingual(&self) -> bool {
        self.languages.keys().any(|code| *code != self.default_language)
    }

    /// The settings of a language; of the default one where the code is unknown.
    #[must_use]
    pub fn language(&self, code: &str) -> Option<&LanguageConfig> {
        self.languages.get(code).or_else(|| self.languages.get(&self.default_language))
    }

    /// The absolute address of a path of the site, with a trailing slash unless it is a feed or has a fragment.
    #[must_use]
    pub fn make_permalink(&self, path: &str) -> String {
        let base = self.base_url.strip_suffix('/').unwrap_or(&self.base_url);
        let is_file = self.feed_filenames.iter().any(|name| path.ends_with(name.as_str()));
        let slash =
            if path.ends_with('/') || is_file || path.is_empty() || path.contains('#') { "" } else { "/" };
        format!("{base}/{}{slash}", path.strip_prefix('/').unwrap_or(path))
    }

    /// `config` as templates of that language see it: Zola's fields in Zola's order.
    #[must_use]
    pub fn to_value(&self, lang: &str) -> Value {
        value::of(self, lang)
    }

    /// Fills in the addresses of the taxonomies.
    pub(super) fn slugify_taxonomies(&mut self) {
        let strategy = self.slugify.taxonomies;
        for taxonomy in self.languages.values_mut().flat_map(|language| &mut language.taxonomies) {
            taxonomy.slug = slugify(&taxonomy.name, strategy);
        }
    }
}
