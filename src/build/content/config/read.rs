//! Reads `config.toml` and refuses, by name and line, what this engine does not implement.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::super::error::ContentError;
use super::super::error::line_of;
use super::super::front_matter::InsertAnchor;
use super::LanguageConfig;
use super::MarkdownConfig;
use super::SiteConfig;
use super::SlugifyConfig;
use super::TaxonomyConfig;
use super::language;
use super::merge;
use super::value;

/// A key that Zola has: kept with its place, so that a value other than Zola's default can be refused by line.
type Foreign = Option<Spanned<toml::Value>>;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Raw {
    base_url: Option<Spanned<String>>,
    theme: Foreign,
    title: Option<String>,
    description: Option<String>,
    default_language: Option<Spanned<String>>,
    languages: BTreeMap<Spanned<String>, RawLanguage>,
    translations: BTreeMap<String, String>,
    generate_feeds: bool,
    feed_limit: Option<usize>,
    feed_filenames: Option<Vec<String>>,
    taxonomies: Vec<TaxonomyConfig>,
    taxonomy_root: Option<String>,
    author: Option<String>,
    compile_sass: bool,
    minify_html: Foreign,
    build_search_index: Foreign,
    ignored_content: Foreign,
    ignored_static: Foreign,
    link_checker: RawLinkChecker,
    slugify: SlugifyConfig,
    search: RawSearch,
    markdown: RawMarkdown,
    extra: BTreeMap<String, toml::Value>,
    generate_sitemap: Option<bool>,
    generate_robots_txt: Option<bool>,
    exclude_paginated_pages_in_sitemap: Option<Spanned<String>>,
    #[serde(rename = "hard_link_static")]
    _hard_link_static: bool,
    #[serde(rename = "output_dir")]
    _output_dir: Option<String>,
    #[serde(rename = "preserve_dotfiles_in_output")]
    _preserve_dotfiles_in_output: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawLanguage {
    title: Option<String>,
    description: Option<String>,
    generate_feeds: bool,
    feed_filenames: Option<Vec<String>>,
    taxonomies: Vec<TaxonomyConfig>,
    build_search_index: Foreign,
    search: Foreign,
    translations: BTreeMap<String, String>,
}

/// What concerns only `zola check` is read and passed over.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawLinkChecker {
    internal_level: Foreign,
    ignored_files: Foreign,
    #[serde(rename = "skip_prefixes")]
    _skip_prefixes: Vec<String>,
    #[serde(rename = "skip_anchor_prefixes")]
    _skip_anchor_prefixes: Vec<String>,
    #[serde(rename = "external_level")]
    _external_level: Option<String>,
}

/// Without an index only the format reaches templates.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RawSearch {
    index_format: Option<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawMarkdown {
    highlighting: Foreign,
    render_emoji: Foreign,
    external_links_class: Option<Spanned<String>>,
    external_links_target_blank: bool,
    external_links_no_follow: bool,
    external_links_no_referrer: bool,
    external_links_external: Option<bool>,
    smart_punctuation: bool,
    definition_list: bool,
    bottom_footnotes: bool,
    lazy_async_image: bool,
    insert_anchor_links: InsertAnchor,
    github_alerts: bool,
}

/// The file being read, for errors.
struct File<'a> {
    path: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn invalid<T>(&self, at: &Spanned<T>, problem: String, remedy: &str) -> ContentError {
        ContentError::invalid(self.path, line_of(self.text, at.span().start), problem, remedy)
    }

    /// Refuses a value that is not one of those that change nothing.
    fn refuse(
        &self,
        key: &str,
        value: &Foreign,
        harmless: impl Fn(&toml::Value) -> bool,
    ) -> Result<(), ContentError> {
        match value {
            Some(value) if !harmless(value.get_ref()) => {
                let line = line_of(self.text, value.span().start);
                Err(ContentError::not_implemented(self.path, line, format!("`{key}`")))
            }
            _ => Ok(()),
        }
    }
}

fn is_off(value: &toml::Value) -> bool {
    value.as_bool() == Some(false)
}

fn is_empty_list(value: &toml::Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

/// Reads the file.
pub(super) fn read(path: &str, text: &str) -> Result<SiteConfig, ContentError> {
    let raw: Raw = toml::from_str(text).map_err(|e| ContentError::toml(path, text, 1, &e))?;
    let file = File { path, text };
    refuse_foreign(&file, &raw)?;
    let base_url = check_base_url(&file, raw.base_url.as_ref())?;
    let default_language = check_languages(&file, &raw)?;
    let exclude_paginated_pages_in_sitemap =
        check_exclusion(&file, raw.exclude_paginated_pages_in_sitemap.as_ref())?;
    let search_index_format = check_index_format(&file, raw.search.index_format.as_ref())?;
    let markdown = read_markdown(&file, raw.markdown)?;
    let feed_filenames = raw.feed_filenames.unwrap_or_else(|| LanguageConfig::default().feed_filenames);
    let base = LanguageConfig {
        title: raw.title.clone(),
        description: raw.description.clone(),
        generate_feeds: raw.generate_feeds,
        feed_filenames: feed_filenames.clone(),
        taxonomies: raw.taxonomies,
        translations: raw.translations,
    };
    let languages = read_languages(&file, raw.languages, &default_language, base)?;
    let mut config = SiteConfig {
        base_url,
        title: raw.title,
        description: raw.description,
        default_language,
        languages,
        generate_feeds: raw.generate_feeds,
        feed_filenames,
        feed_limit: raw.feed_limit,
        taxonomy_root: raw.taxonomy_root,
        author: raw.author,
        compile_sass: raw.compile_sass,
        slugify: raw.slugify,
        markdown,
        search_index_format,
        extra: value::of_extra(raw.extra),
        generate_sitemap: raw.generate_sitemap.unwrap_or(true),
        generate_robots_txt: raw.generate_robots_txt.unwrap_or(true),
        exclude_paginated_pages_in_sitemap,
    };
    config.slugify_taxonomies();
    Ok(config)
}

fn refuse_foreign(file: &File<'_>, raw: &Raw) -> Result<(), ContentError> {
    file.refuse("theme", &raw.theme, |_| false)?;
    file.refuse("minify_html", &raw.minify_html, is_off)?;
    file.refuse("build_search_index", &raw.build_search_index, is_off)?;
    file.refuse("ignored_content", &raw.ignored_content, is_empty_list)?;
    file.refuse("ignored_static", &raw.ignored_static, is_empty_list)?;
    let is_error = |value: &toml::Value| value.as_str() == Some("error");
    file.refuse("link_checker.internal_level", &raw.link_checker.internal_level, is_error)?;
    file.refuse("link_checker.ignored_files", &raw.link_checker.ignored_files, is_empty_list)?;
    file.refuse("markdown.highlighting", &raw.markdown.highlighting, |_| false)?;
    file.refuse("markdown.render_emoji", &raw.markdown.render_emoji, is_off)?;
    for (code, language) in &raw.languages {
        let key = |name: &str| format!("languages.{}.{name}", code.get_ref());
        file.refuse(&key("build_search_index"), &language.build_search_index, is_off)?;
        file.refuse(&key("search"), &language.search, |_| false)?;
    }
    Ok(())
}

fn check_base_url(file: &File<'_>, base_url: Option<&Spanned<String>>) -> Result<String, ContentError> {
    match base_url {
        Some(url) if !url.get_ref().is_empty() => Ok(url.get_ref().clone()),
        _ => Err(ContentError::invalid(
            file.path,
            1,
            "`base_url` is missing",
            "write the public address of the site, for example base_url = \"https://bau-cu.example\"",
        )),
    }
}

fn check_languages(file: &File<'_>, raw: &Raw) -> Result<String, ContentError> {
    let remedy = "write a code such as `vi` or `en-GB`";
    for code in raw.default_language.iter().chain(raw.languages.keys()) {
        if !language::is_identifier(code.get_ref()) {
            return Err(file.invalid(code, format!("`{}` is not a language code", code.get_ref()), remedy));
        }
    }
    Ok(raw.default_language.as_ref().map_or_else(|| "en".to_owned(), |code| code.get_ref().clone()))
}

fn check_exclusion(file: &File<'_>, value: Option<&Spanned<String>>) -> Result<bool, ContentError> {
    match value {
        None => Ok(false),
        Some(text) => match text.get_ref().as_str() {
            "none" => Ok(false),
            "all" => Ok(true),
            other => {
                let problem = format!("`exclude_paginated_pages_in_sitemap` is `{other}`");
                Err(file.invalid(text, problem, "write \"none\" or \"all\""))
            }
        },
    }
}

fn check_index_format(file: &File<'_>, value: Option<&Spanned<String>>) -> Result<String, ContentError> {
    const FORMATS: [&str; 4] = ["elasticlunr_javascript", "elasticlunr_json", "fuse_javascript", "fuse_json"];
    match value {
        None => Ok(FORMATS[0].to_owned()),
        Some(text) if FORMATS.contains(&text.get_ref().as_str()) => Ok(text.get_ref().clone()),
        Some(text) => {
            let problem = format!("`search.index_format` is `{}`", text.get_ref());
            Err(file.invalid(text, problem, &format!("write one of {}", FORMATS.join(", "))))
        }
    }
}

fn read_markdown(file: &File<'_>, raw: RawMarkdown) -> Result<MarkdownConfig, ContentError> {
    if let Some(class) =
        raw.external_links_class.as_ref().filter(|class| class.get_ref().contains(['"', '\'']))
    {
        let problem = "`markdown.external_links_class` contains a quote".to_owned();
        return Err(file.invalid(class, problem, "write class names without quotes"));
    }
    Ok(MarkdownConfig {
        external_links_class: raw.external_links_class.map(Spanned::into_inner),
        external_links_target_blank: raw.external_links_target_blank,
        external_links_no_follow: raw.external_links_no_follow,
        external_links_no_referrer: raw.external_links_no_referrer,
        external_links_external: raw.external_links_external.unwrap_or(true),
        smart_punctuation: raw.smart_punctuation,
        definition_list: raw.definition_list,
        bottom_footnotes: raw.bottom_footnotes,
        lazy_async_image: raw.lazy_async_image,
        insert_anchor_links: raw.insert_anchor_links,
        github_alerts: raw.github_alerts,
    })
}

/// Every language, the default one with what the top level gives it.
fn read_languages(
    file: &File<'_>,
    raw: BTreeMap<Spanned<String>, RawLanguage>,
    default: &str,
    base: LanguageConfig,
) -> Result<BTreeMap<String, LanguageConfig>, ContentError> {
    let mut languages = BTreeMap::from([(default.to_owned(), base)]);
    for (code, raw) in raw {
        let own = LanguageConfig::from(raw);
        let merged = match languages.remove(code.get_ref()) {
            None => own,
            Some(base) => merge::with_top_level(base, own).map_err(|key| {
                let problem = format!("`{key}` of the default language is given here and at the top level");
                file.invalid(&code, problem, "keep one of the two")
            })?,
        };
        languages.insert(code.into_inner(), merged);
    }
    Ok(languages)
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
