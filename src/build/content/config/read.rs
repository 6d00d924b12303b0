//! Reads `config.toml` and refuses, by name and line, what this engine does not implement.

use std::collections::BTreeMap;

use toml::Spanned;

use super::DEFAULT_INDEX_FORMAT;
use super::LanguageConfig;
use super::MarkdownConfig;
use super::SiteConfig;
use super::language;
use super::merge;
use super::raw::Foreign;
use super::raw::Raw;
use super::raw::RawLanguage;
use super::raw::RawMarkdown;
use super::value;
use crate::build::content::error::ContentError;
use crate::build::content::error::line_of;

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

fn is_on(value: &toml::Value) -> bool {
    value.as_bool() == Some(true)
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
    let search_index_format = check_index_format(&file, &raw, &default_language)?;
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
    let search = &raw.search;
    file.refuse("search.include_title", &search.include_title, is_on)?;
    file.refuse("search.include_content", &search.include_content, is_on)?;
    file.refuse("search.truncate_content_length", &search.truncate_content_length, |_| false)?;
    file.refuse("search.include_description", &search.include_description, is_off)?;
    file.refuse("search.include_date", &search.include_date, is_off)?;
    file.refuse("search.include_path", &search.include_path, is_off)?;
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

fn check_index_format(file: &File<'_>, raw: &Raw, default_language: &str) -> Result<String, ContentError> {
    const FORMATS: [&str; 4] = [DEFAULT_INDEX_FORMAT, "elasticlunr_json", "fuse_javascript", "fuse_json"];
    let Some(format) = &raw.search.index_format else { return Ok(DEFAULT_INDEX_FORMAT.to_owned()) };
    let name = format.get_ref().as_str();
    if !FORMATS.contains(&name) {
        let remedy = format!("write one of {}", FORMATS.join(", "));
        return Err(file.invalid(format, format!("`search.index_format` is `{name}`"), &remedy));
    }
    // Zola merges the two places of the default language and takes even an unwritten `search` of the second for a choice.
    if name != DEFAULT_INDEX_FORMAT && raw.languages.keys().any(|code| code.get_ref() == default_language) {
        let remedy = format!("move the other settings of [languages.{default_language}] to the top level");
        return Err(file.invalid(
            format,
            "`search` of the default language is given in two places".into(),
            &remedy,
        ));
    }
    Ok(name.to_owned())
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
