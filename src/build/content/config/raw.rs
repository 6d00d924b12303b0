//! `config.toml` as TOML gives it: every key that Zola 0.22 has, so that a wrong key is told from a foreign one.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::LanguageConfig;
use super::SlugifyConfig;
use super::TaxonomyConfig;
use crate::build::content::front_matter::InsertAnchor;

/// A key that Zola has: kept with its place, so that a value other than Zola's default can be refused by line.
pub(super) type Foreign = Option<Spanned<toml::Value>>;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    pub base_url: Option<Spanned<String>>,
    pub theme: Foreign,
    pub title: Option<String>,
    pub description: Option<String>,
    pub default_language: Option<Spanned<String>>,
    pub languages: BTreeMap<Spanned<String>, RawLanguage>,
    pub translations: BTreeMap<String, String>,
    pub generate_feeds: bool,
    pub feed_limit: Option<usize>,
    pub feed_filenames: Option<Vec<String>>,
    pub taxonomies: Vec<TaxonomyConfig>,
    pub taxonomy_root: Option<String>,
    pub author: Option<String>,
    pub compile_sass: bool,
    pub minify_html: Foreign,
    pub build_search_index: Foreign,
    pub ignored_content: Foreign,
    pub ignored_static: Foreign,
    pub link_checker: RawLinkChecker,
    pub slugify: SlugifyConfig,
    pub search: RawSearch,
    pub markdown: RawMarkdown,
    pub extra: BTreeMap<String, toml::Value>,
    pub generate_sitemap: Option<bool>,
    pub generate_robots_txt: Option<bool>,
    pub exclude_paginated_pages_in_sitemap: Option<Spanned<String>>,
    #[serde(rename = "hard_link_static")]
    _hard_link_static: bool,
    #[serde(rename = "output_dir")]
    _output_dir: Option<String>,
    #[serde(rename = "preserve_dotfiles_in_output")]
    _preserve_dotfiles_in_output: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLanguage {
    pub title: Option<String>,
    pub description: Option<String>,
    pub generate_feeds: bool,
    pub feed_filenames: Option<Vec<String>>,
    pub taxonomies: Vec<TaxonomyConfig>,
    pub build_search_index: Foreign,
    pub search: Foreign,
    pub translations: BTreeMap<String, String>,
}

/// What concerns only `zola check` is read and passed over.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLinkChecker {
    pub internal_level: Foreign,
    pub ignored_files: Foreign,
    #[serde(rename = "skip_prefixes")]
    _skip_prefixes: Vec<String>,
    #[serde(rename = "skip_anchor_prefixes")]
    _skip_anchor_prefixes: Vec<String>,
    #[serde(rename = "external_level")]
    _external_level: Option<String>,
}

/// Without an index only the format reaches the templates of the same language.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawSearch {
    pub index_format: Option<Spanned<String>>,
    pub include_title: Foreign,
    pub include_content: Foreign,
    pub truncate_content_length: Foreign,
    pub include_description: Foreign,
    pub include_date: Foreign,
    pub include_path: Foreign,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawMarkdown {
    pub highlighting: Foreign,
    pub render_emoji: Foreign,
    pub external_links_class: Option<Spanned<String>>,
    pub external_links_target_blank: bool,
    pub external_links_no_follow: bool,
    pub external_links_no_referrer: bool,
    pub external_links_external: Option<bool>,
    pub smart_punctuation: bool,
    pub definition_list: bool,
    pub bottom_footnotes: bool,
    pub lazy_async_image: bool,
    pub insert_anchor_links: InsertAnchor,
    pub github_alerts: bool,
}

impl From<RawLanguage> for LanguageConfig {
    fn from(raw: RawLanguage) -> Self {
        Self {
            title: raw.title,
            description: raw.description,
            generate_feeds: raw.generate_feeds,
            feed_filenames: raw.feed_filenames.unwrap_or_else(|| Self::default().feed_filenames),
            taxonomies: raw.taxonomies,
            translations: raw.translations,
        }
    }
}
