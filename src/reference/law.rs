//! `laws/*.toml`: one version of the election law with the rules of its timetable.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::problem::Kind;
use super::problem::Problems;
use super::tables::Entry;
use super::tables::Tables;
use super::tables::Text;
use super::text::Source;
use super::text::check_id;
use super::words::Fields;
use super::words::Link;
use super::words::Once;
use crate::timetable::Anchor;
use crate::timetable::Bound;
use crate::timetable::LawVersion;
use crate::timetable::Publish;
use crate::timetable::Rule;

const LEVELS: [&str; 3] = ["province", "district", "commune"];
const RULE_LEVELS: [&str; 8] =
    ["national", "province", "district", "commune", "constituency", "polling area", "by-election", "all"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLaw {
    id: Text,
    name_vi: Text,
    name_en: Text,
    levels: Vec<Text>,
    source: Text,
    verified: bool,
    note: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: Text,
    name_vi: Text,
    name_en: Text,
    anchor: Text,
    offset: Option<Text>,
    end_anchor: Option<Text>,
    end_offset: Option<Text>,
    bound: Text,
    time: Option<Text>,
    responsible_vi: Text,
    responsible_en: Text,
    levels: Vec<Text>,
    article: Option<Text>,
    words_vi: Option<Text>,
    words_en: Option<Text>,
    publish: Text,
    source: Text,
    verified: bool,
    note: Option<Text>,
}

/// Reads one law file.
///
/// # Errors
/// Every problem of the file.
pub fn parse_law(file: &str, bytes: &[u8]) -> Result<LawVersion, Problems> {
    let mut problems = Problems::default();
    let law = Source::read(file, bytes, &mut problems).and_then(|source| read(&source, &mut problems));
    problems.or(law)
}

fn read(source: &Source<'_>, problems: &mut Problems) -> Option<LawVersion> {
    let mut tables = Tables::read(source, &["law", "latest", "rule"], problems)?;
    let head: Option<Entry<RawLaw>> = tables.one("law", problems);
    let latest: Option<Entry<BTreeMap<Spanned<String>, Text>>> = tables.one("latest", problems);
    let raw: Vec<Entry<RawRule>> = tables.many("rule", problems);
    if raw.is_empty() {
        problems.push(source.whole().problem(Kind::Field, "there is no rule", "Add one under [[rule]]"));
    }
    let mut once = Once::default();
    let mut rules = Vec::new();
    for entry in &raw {
        once.check(tables.at(&entry.value.id), "id", entry.value.id.get_ref(), problems);
        rules.extend(rule(&tables, &entry.value, problems));
    }
    let latest = latest_rules(&tables, &latest?.value, &rules, problems);
    circles(source, &latest, &rules, problems);
    let (head, fields) = (head?.value, Fields { tables: &tables });
    Some(LawVersion {
        id: fields.name("id", &head.id, problems),
        name_vi: fields.name("name_vi", &head.name_vi, problems),
        name_en: fields.name("name_en", &head.name_en, problems),
        levels: head.levels.iter().map(|level| fields.word("levels", level, &LEVELS, problems)).collect(),
        latest,
        rules,
        provenance: fields.provenance(&head.source, head.verified, head.note.as_ref(), problems),
    })
}

fn rule(tables: &Tables<'_, '_>, raw: &RawRule, problems: &mut Problems) -> Option<Rule> {
    let fields = Fields { tables };
    check_id(tables.at(&raw.id), "id", raw.id.get_ref(), problems);
    shape(tables, raw, problems);
    let anchor = parse::<Anchor>(tables, "anchor", Some(&raw.anchor), problems);
    let end_anchor = parse::<Anchor>(tables, "end_anchor", raw.end_anchor.as_ref(), problems);
    let publish = fields.word("publish", &raw.publish, &["public", "internal", "never"], problems);
    let levels =
        raw.levels.iter().map(|level| fields.word("levels", level, &RULE_LEVELS, problems)).collect();
    Some(Rule {
        id: raw.id.get_ref().clone(),
        name_vi: fields.name("name_vi", &raw.name_vi, problems),
        name_en: fields.name("name_en", &raw.name_en, problems),
        anchor: anchor?,
        offset: parse(tables, "offset", raw.offset.as_ref(), problems),
        end_anchor: end_anchor.or(anchor)?,
        end_offset: parse(tables, "end_offset", raw.end_offset.as_ref(), problems),
        bound: raw.bound.get_ref().parse().ok()?,
        time: parse(tables, "time", raw.time.as_ref(), problems),
        responsible_vi: fields.name("responsible_vi", &raw.responsible_vi, problems),
        responsible_en: fields.name("responsible_en", &raw.responsible_en, problems),
        levels,
        article: fields.optional("article", raw.article.as_ref(), problems),
        publish: publish.parse::<Publish>().ok()?,
        words_vi: fields.optional("words_vi", raw.words_vi.as_ref(), problems),
        words_en: fields.optional("words_en", raw.words_en.as_ref(), problems),
        provenance: fields.provenance(&raw.source, raw.verified, raw.note.as_ref(), problems),
    })
}

/// Reads an optional text as `T`, whose error carries its own remedy.
fn parse<T>(tables: &Tables<'_, '_>, field: &str, text: Option<&Text>, problems: &mut Problems) -> Option<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let text = text?;
    match text.get_ref().parse() {
        Ok(value) => Some(value),
        Err(error) => {
            let whole = error.to_string();
            let (what, remedy) = whole.split_once(". ").unwrap_or((&whole, "Correct it"));
            problems.push(tables.at(text).problem(Kind::Value, format!("`{field}`: {what}"), remedy));
            None
        }
    }
}

/// Which fields a bound needs, and that a window does not end before it starts.
fn shape(tables: &Tables<'_, '_>, raw: &RawRule, problems: &mut Problems) {
    let place = tables.at(&raw.bound);
    let Ok(bound) = raw.bound.get_ref().parse::<Bound>() else {
        let known: Vec<&str> = Bound::ALL.iter().map(|(_, word)| *word).collect();
        let what = format!("`bound` is \"{}\"", raw.bound.get_ref().escape_debug());
        problems.push(place.problem(Kind::Value, what, format!("Write one of: {}", known.join(", "))));
        return;
    };
    let needs_offset = !matches!(bound, Bound::Decision | Bound::After);
    if needs_offset && raw.offset.is_none() {
        problems.push(place.problem(
            Kind::Field,
            format!("bound {bound} needs an `offset`"),
            "Add it, for example -80d",
        ));
    }
    if (bound == Bound::Window) != raw.end_offset.is_some() {
        let what = format!("bound {bound} and `end_offset` do not fit");
        problems.push(place.problem(Kind::Field, what, "Give `end_offset` to a window and to nothing else"));
    }
    if raw.article.is_none() && raw.verified {
        let what = format!("rule \"{}\" is verified but cites no article", raw.id.get_ref().escape_debug());
        problems.push(place.problem(Kind::Field, what, "Add `article`, or write verified = false"));
    }
    let count = |text: Option<&Text>| {
        text.and_then(|text| text.get_ref().parse().ok()).map(crate::timetable::Offset::count)
    };
    if let (Some(start), Some(end), None) =
        (count(raw.offset.as_ref()), count(raw.end_offset.as_ref()), &raw.end_anchor)
        && end < start
    {
        let what =
            format!("the window of rule \"{}\" ends before it starts", raw.id.get_ref().escape_debug());
        problems.push(place.problem(Kind::Date, what, "Exchange `offset` and `end_offset`"));
    }
}

fn latest_rules(
    tables: &Tables<'_, '_>,
    raw: &BTreeMap<Spanned<String>, Text>,
    rules: &[Rule],
    problems: &mut Problems,
) -> BTreeMap<Anchor, String> {
    let link = Link { field: "latest", what: "rule", list: "this file" };
    let mut latest = BTreeMap::new();
    for (name, rule) in raw {
        link.check(
            tables.at(rule),
            rule.get_ref(),
            rules.iter().any(|known| known.id == *rule.get_ref()),
            problems,
        );
        if let Some(anchor) = parse(tables, "latest", Some(name), problems) {
            latest.insert(anchor, rule.get_ref().clone());
        }
    }
    latest
}

/// An anchor whose latest instant is the limit of a rule that counts from the same anchor never gets a date.
fn circles(source: &Source<'_>, latest: &BTreeMap<Anchor, String>, rules: &[Rule], problems: &mut Problems) {
    for start in latest.keys() {
        let next = |anchor: &Anchor| {
            let id = latest.get(anchor)?;
            rules.iter().find(|rule| rule.id == *id).map(|rule| rule.anchor)
        };
        let reached =
            std::iter::successors(next(start), next).take(latest.len() + 1).any(|anchor| anchor == *start);
        if reached {
            let what = format!("{start} in [latest] leans on itself");
            problems.push(source.whole().problem(
                Kind::Reference,
                what,
                "Name a rule that counts from election day",
            ));
        }
    }
}
