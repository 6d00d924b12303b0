//! `publication.toml`: what is public from the start, and by which article.

use serde::Deserialize;

use super::PublicItem;
use super::problem::Problems;
use super::tables::Entry;
use super::tables::Tables;
use super::tables::Text;
use super::text::Source;
use super::words::Fields;
use super::words::Link;
use super::words::Once;
use crate::document::directive::Directive;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    key: Text,
    basis: Text,
    source: Text,
    verified: bool,
    note: Option<Text>,
}

/// Reads the items; each names the election or one of `directives`.
pub(super) fn read(
    source: &Source<'_>,
    directives: &[Directive],
    problems: &mut Problems,
) -> Vec<PublicItem> {
    let Some(mut tables) = Tables::read(source, &["item"], problems) else {
        return Vec::new();
    };
    let entries: Vec<Entry<RawItem>> = tables.many("item", problems);
    let (fields, mut once) = (Fields { tables: &tables }, Once::default());
    let link =
        Link { field: "key", what: "document", list: "this data set (`election` or `directive/<symbol>`)" };
    let mut items = Vec::new();
    for Entry { value: raw, .. } in &entries {
        let (place, key) = (tables.at(&raw.key), raw.key.get_ref());
        once.check(place, "key", key, problems);
        let symbol = key.strip_prefix("directive/");
        let found = key == "election" || directives.iter().any(|known| Some(known.symbol.as_str()) == symbol);
        link.check(place, key, found, problems);
        items.push(PublicItem {
            key: key.clone(),
            basis: fields.name("basis", &raw.basis, problems),
            provenance: fields.provenance(&raw.source, raw.verified, raw.note.as_ref(), problems),
        });
    }
    items
}
