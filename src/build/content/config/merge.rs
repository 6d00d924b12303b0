//! The default language may be set at the top level, under `[languages.<code>]`, or partly in both places.

use super::LanguageConfig;

/// Puts the two places together; the error is the key that both give.
pub(super) fn with_top_level(
    base: LanguageConfig,
    own: LanguageConfig,
) -> Result<LanguageConfig, &'static str> {
    if base == LanguageConfig::default() {
        return Ok(own);
    }
    let default_feeds = LanguageConfig::default().feed_filenames;
    let keeps_default_feeds = base.feed_filenames.is_empty() || base.feed_filenames == default_feeds;
    // Zola counts its own default as given, too: a top level that names feeds needs an empty list in the section.
    let feed_filenames = match (keeps_default_feeds, own.feed_filenames.is_empty()) {
        (true, _) => own.feed_filenames,
        (false, true) => base.feed_filenames,
        (false, false) => return Err("feed_filenames"),
    };
    Ok(LanguageConfig {
        title: one_of(base.title, own.title).ok_or("title")?,
        description: one_of(base.description, own.description).ok_or("description")?,
        generate_feeds: base.generate_feeds || own.generate_feeds,
        feed_filenames,
        taxonomies: filled(base.taxonomies, own.taxonomies, Vec::is_empty).ok_or("taxonomies")?,
        translations: filled(base.translations, own.translations, |map| map.is_empty())
            .ok_or("translations")?,
    })
}

/// `None` where both are given.
fn one_of<T>(base: Option<T>, own: Option<T>) -> Option<Option<T>> {
    match (base, own) {
        (Some(_), Some(_)) => None,
        (base, own) => Some(base.or(own)),
    }
}

/// `None` where both hold something.
fn filled<T>(base: T, own: T, is_empty: impl Fn(&T) -> bool) -> Option<T> {
    match (is_empty(&base), is_empty(&own)) {
        (true, _) => Some(own),
        (false, true) => Some(base),
        (false, false) => None,
    }
}
