//! Templates that Zola brings with it and a site may leave out. Ours print what Zola's print, byte for byte.

use std::collections::BTreeMap;

/// Name and text of each.
const TEMPLATES: [(&str, &str); 2] = [
    ("sitemap.xml", include_str!("built_in/sitemap.xml")),
    ("split_sitemap_index.xml", include_str!("built_in/split_sitemap_index.xml")),
];

/// Adds those that a site does not have itself.
pub fn complete(sources: &mut BTreeMap<String, String>) {
    for (name, text) in TEMPLATES {
        sources.entry(name.to_owned()).or_insert_with(|| text.to_owned());
    }
}
