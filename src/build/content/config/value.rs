//! `config` as templates see it: the fields of Zola 0.22 in their order.

use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::DEFAULT_INDEX_FORMAT;
use super::LanguageConfig;
use super::MarkdownConfig;
use super::SiteConfig;
use super::TaxonomyConfig;

/// `[extra]` as JSON. Zola turns dates into text in front matter but not here: they stay one-key objects.
pub(super) fn of_extra(extra: BTreeMap<String, toml::Value>) -> Map<String, Value> {
    extra.into_iter().map(|(key, value)| (key, serde_json::to_value(value).unwrap_or_default())).collect()
}

/// The whole configuration, seen from one language.
pub(super) fn of(config: &SiteConfig, lang: &str) -> Value {
    let fallback = LanguageConfig::default();
    let own = config.language(lang).unwrap_or(&fallback);
    let others: Map<String, Value> = config
        .languages
        .iter()
        .filter(|(code, _)| *code != lang)
        .map(|(code, language)| (code.clone(), language_value(language, search_format(config, code))))
        .collect();
    json!({
        "base_url": config.base_url,
        "mode": "build",
        "title": own.title,
        "description": own.description,
        "languages": others,
        "default_language": config.default_language,
        "generate_feed": own.generate_feeds,
        "generate_feeds": own.generate_feeds,
        "feed_filenames": own.feed_filenames,
        "taxonomies": taxonomies_value(&own.taxonomies),
        "author": config.author,
        "build_search_index": false,
        "extra": config.extra,
        "markdown": markdown_value(&config.markdown),
        "search": { "index_format": config.search_index_format },
        "generate_sitemap": config.generate_sitemap,
        "generate_robots_txt": config.generate_robots_txt,
        "exclude_paginated_pages_in_sitemap":
            if config.exclude_paginated_pages_in_sitemap { "all" } else { "none" },
    })
}

/// Only the default language's search is set (at the top level); the others have Zola's default.
fn search_format<'a>(config: &'a SiteConfig, code: &str) -> &'a str {
    if code == config.default_language { &config.search_index_format } else { DEFAULT_INDEX_FORMAT }
}

fn language_value(language: &LanguageConfig, search_format: &str) -> Value {
    json!({
        "title": language.title,
        "description": language.description,
        "generate_feeds": language.generate_feeds,
        "feed_filenames": language.feed_filenames,
        "taxonomies": taxonomies_value(&language.taxonomies),
        "build_search_index": false,
        "search": {
            "include_title": true,
            "include_content": true,
            "truncate_content_length": null,
            "include_description": false,
            "include_date": false,
            "include_path": false,
            "index_format": search_format,
        },
        "translations": language.translations,
    })
}

fn taxonomies_value(taxonomies: &[TaxonomyConfig]) -> Value {
    taxonomies
        .iter()
        .map(|taxonomy| {
            json!({
                "name": taxonomy.name,
                "slug": taxonomy.slug,
                "paginate_by": taxonomy.paginate_by,
                "paginate_path": taxonomy.paginate_path,
                "render": taxonomy.render,
                "feed": taxonomy.feed,
            })
        })
        .collect()
}

fn markdown_value(markdown: &MarkdownConfig) -> Value {
    json!({
        "highlighting": null,
        "render_emoji": false,
        "external_links_class": markdown.external_links_class,
        "external_links_target_blank": markdown.external_links_target_blank,
        "external_links_no_follow": markdown.external_links_no_follow,
        "external_links_no_referrer": markdown.external_links_no_referrer,
        "external_links_external": markdown.external_links_external,
        "smart_punctuation": markdown.smart_punctuation,
        "definition_list": markdown.definition_list,
        "bottom_footnotes": markdown.bottom_footnotes,
        "lazy_async_image": markdown.lazy_async_image,
        "insert_anchor_links": markdown.insert_anchor_links.name(),
        "github_alerts": markdown.github_alerts,
    })
}
