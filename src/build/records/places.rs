//! Pages of the units: one for each unit that has units under it, with the constituency it belongs to.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::text;
use super::words::Lang;
use crate::policy::public::facts::ConstituencyFacts;
use crate::policy::public::facts::Facts;
use crate::policy::public::facts::UnitFacts;

/// `content/don-vi/<unit>.md` and its English twin, for every unit below the province that has units below it.
pub fn pages(facts: &Facts) -> Vec<(String, String)> {
    let units = paged(facts).enumerate();
    let pages = units.flat_map(|(index, unit)| {
        Lang::BOTH.into_iter().map(move |lang| {
            let path = format!("content/don-vi/{}{}.md", stem(unit), lang.suffix());
            (path, text::page(&front(unit, facts, index, lang), ""))
        })
    });
    pages.collect()
}

fn paged(facts: &Facts) -> impl Iterator<Item = &UnitFacts> {
    facts.units.iter().filter(|unit| unit.parent.is_some() && children(unit, facts).next().is_some())
}

fn children<'a>(unit: &'a UnitFacts, facts: &'a Facts) -> impl Iterator<Item = &'a UnitFacts> {
    facts.units.iter().filter(|child| child.parent.as_deref() == Some(unit.code.as_str()))
}

fn stem(unit: &UnitFacts) -> String {
    text::named_stem(&unit.name, &unit.code)
}

fn front(unit: &UnitFacts, facts: &Facts, index: usize, lang: Lang) -> Map<String, Value> {
    let communes: Vec<_> = children(unit, facts).map(|child| row(child, facts, lang)).collect();
    let constituency = facts.constituencies.iter().find(|c| c.units.contains(&unit.code));
    let description = match lang {
        Lang::Vi => format!("{}: {} đơn vị hành chính cấp xã.", unit.name, communes.len()),
        Lang::En => format!("{}: {} commune-level units.", unit.name, communes.len()),
    };
    let mut front = Map::new();
    front.insert("title".into(), json!(unit.name));
    front.insert("description".into(), json!(description));
    front.insert("weight".into(), json!(index + 1));
    let extra = json!({
        "title_lang": (lang == Lang::En).then_some("vi"),
        "code": unit.code,
        "kind": lang.of(&unit.kind),
        "verified": unit.verified,
        "source": unit.source,
        "count": communes.len(),
        "counts": counts(unit, facts, lang),
        "communes": communes,
        "constituency": constituency.map(|c| constituency_entry(c, facts, lang)),
    });
    front.insert("extra".into(), extra);
    front
}

fn row(unit: &UnitFacts, facts: &Facts, lang: Lang) -> Value {
    json!({
        "code": unit.code,
        "name": unit.name,
        "kind": lang.of(&unit.kind),
        "verified": unit.verified,
        "path": path(unit, facts, lang),
        "anchor": anchor(unit),
        "count": children(unit, facts).count(),
    })
}

/// Address of the unit's page, if it has one.
fn path(unit: &UnitFacts, facts: &Facts, lang: Lang) -> Option<String> {
    let has_page = unit.parent.is_some() && children(unit, facts).next().is_some();
    has_page.then(|| format!("{}/don-vi/{}/", lang.say("", "/en"), stem(unit)))
}

/// Address of the section.
pub fn section(lang: Lang) -> &'static str {
    lang.say("/don-vi/", "/en/don-vi/")
}

/// Where a unit stands on the page of the unit above it.
fn anchor(unit: &UnitFacts) -> String {
    format!("dv-{}", text::stem(&unit.code))
}

/// Where a constituency stands on the page of the section.
pub fn constituency_anchor(constituency: &ConstituencyFacts) -> String {
    format!("bau-cu-{}", text::stem(&constituency.id))
}

/// Address of what the site says of a unit: its own page, or its line on the page of the unit above it.
pub fn place(unit: &UnitFacts, facts: &Facts, lang: Lang) -> String {
    if let Some(own) = path(unit, facts, lang) {
        return own;
    }
    let above = facts.units.iter().find(|other| Some(&other.code) == unit.parent.as_ref());
    let page = above.map(|above| path(above, facts, lang).unwrap_or_else(|| section(lang).to_owned()));
    page.map_or_else(|| format!("{}#danh-sach", section(lang)), |page| format!("{page}#{}", anchor(unit)))
}

/// How many units of each kind lie under a unit, in order of first appearance: `7 phường, 5 xã`.
fn counts(unit: &UnitFacts, facts: &Facts, lang: Lang) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for child in children(unit, facts) {
        let kind = lang.of(&child.kind);
        match kinds.iter_mut().find(|(name, _)| *name == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    let words: Vec<_> =
        kinds.iter().map(|(kind, count)| format!("{count}\u{a0}{}", kind.to_lowercase())).collect();
    words.join(", ")
}

fn constituency_entry(constituency: &ConstituencyFacts, facts: &Facts, lang: Lang) -> Value {
    let units = constituency.units.iter().filter_map(|code| facts.units.iter().find(|u| u.code == *code));
    json!({
        "id": constituency.id,
        "anchor": constituency_anchor(constituency),
        "number": constituency.number,
        "seats": constituency.seats,
        "verified": constituency.verified,
        "source": constituency.source,
        "units": units.map(|unit| row(unit, facts, lang)).collect::<Vec<_>>(),
    })
}

/// What the page `/don-vi/` lists: the province, the units right under it, the constituencies.
pub fn overview(facts: &Facts, lang: Lang) -> Value {
    let province = facts.units.iter().find(|unit| unit.parent.is_none());
    let below: Vec<_> =
        province.map(|p| children(p, facts).map(|u| row(u, facts, lang)).collect()).unwrap_or_default();
    let communes = facts.units.iter().filter(|unit| unit.level == "commune").count();
    let seats: i64 = facts.constituencies.iter().map(|c| c.seats).sum();
    json!({
        "province": province.map(|unit| unit.name.as_str()),
        "districts": facts.units.iter().filter(|unit| unit.level == "district").count(),
        "communes": communes,
        "counts": province.map(|unit| counts(unit, facts, lang)),
        "units": below,
        "seats": seats,
        "constituencies": facts.constituencies.iter().map(|c| constituency_entry(c, facts, lang)).collect::<Vec<_>>(),
    })
}
