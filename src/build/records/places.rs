//! Pages of the units: one for each unit that has units under it, with the constituency it belongs to.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::reader::Reader;
use super::text;
use super::units::Units;
use super::words::Lang;
use crate::policy::public::facts::ConstituencyFacts;
use crate::policy::public::facts::UnitFacts;

/// `content/don-vi/<unit>.md` and its English twin, for every unit below the province that has units below it.
pub fn pages(facts: &Reader<'_>) -> Vec<(String, String)> {
    let units = Units::of(facts);
    let paged = units.all().iter().filter_map(|unit| Some((unit, units.stem(unit)?))).enumerate();
    let pages = paged.flat_map(|(index, (unit, stem))| {
        Lang::BOTH.map(|lang| {
            let path = format!("content/don-vi/{stem}{}.md", lang.suffix());
            (path, text::page(&front(unit, &units, index, lang), ""))
        })
    });
    pages.collect()
}

fn front(unit: &UnitFacts, units: &Units<'_>, index: usize, lang: Lang) -> Map<String, Value> {
    let communes: Vec<_> = units.below(unit).iter().map(|child| row(child, units, lang)).collect();
    let constituency = units.constituencies(&unit.code).next();
    let description = match lang {
        Lang::Vi => format!("{}: {} đơn vị hành chính cấp xã.", unit.name, communes.len()),
        Lang::En => format!("{}: {} commune-level units.", unit.name, communes.len()),
    };
    let mut front = Map::new();
    front.insert("title".into(), json!(unit.name));
    front.insert("description".into(), json!(description));
    front.insert("weight".into(), json!(index + 1));
    let extra = [
        ("title_lang", json!((lang == Lang::En).then_some("vi"))),
        ("code", json!(unit.code)),
        ("kind", json!(lang.of(&unit.kind))),
        ("verified", json!(unit.verified)),
        ("source", json!(unit.source)),
        ("count", json!(communes.len())),
        ("counts", json!(counts(unit, units, lang))),
        ("communes", Value::Array(communes)),
        ("constituency", constituency.map_or(Value::Null, |c| constituency_entry(c, units, lang))),
    ];
    front.insert("extra".into(), text::object(extra));
    front
}

fn row(unit: &UnitFacts, units: &Units<'_>, lang: Lang) -> Value {
    json!({
        "code": unit.code,
        "name": unit.name,
        "kind": lang.of(&unit.kind),
        "verified": unit.verified,
        "path": path(unit, units, lang),
        "anchor": anchor(unit),
        "count": units.below(unit).len(),
    })
}

/// Address of the unit's page, if it has one.
fn path(unit: &UnitFacts, units: &Units<'_>, lang: Lang) -> Option<String> {
    units.stem(unit).map(|stem| format!("{}/don-vi/{stem}/", lang.say("", "/en")))
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
pub fn place(unit: &UnitFacts, units: &Units<'_>, lang: Lang) -> String {
    if let Some(own) = path(unit, units, lang) {
        return own;
    }
    let page =
        units.above(unit).map(|above| path(above, units, lang).unwrap_or_else(|| section(lang).to_owned()));
    page.map_or_else(|| format!("{}#danh-sach", section(lang)), |page| format!("{page}#{}", anchor(unit)))
}

/// How many units of each kind lie under a unit, in order of first appearance: `7 phường, 5 xã`.
fn counts(unit: &UnitFacts, units: &Units<'_>, lang: Lang) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for child in units.below(unit) {
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

fn constituency_entry(constituency: &ConstituencyFacts, units: &Units<'_>, lang: Lang) -> Value {
    let rows =
        constituency.units.iter().filter_map(|code| units.find(code)).map(|unit| row(unit, units, lang));
    text::object([
        ("id", json!(constituency.id)),
        ("anchor", json!(constituency_anchor(constituency))),
        ("number", json!(constituency.number)),
        ("seats", json!(constituency.seats)),
        ("verified", json!(constituency.verified)),
        ("source", json!(constituency.source)),
        ("units", rows.collect()),
    ])
}

/// What the page `/don-vi/` lists: the province, the units right under it, the constituencies.
pub fn overview(facts: &Reader<'_>, lang: Lang) -> Value {
    let units = Units::of(facts);
    let province = units.all().iter().find(|unit| unit.parent.is_none());
    let below = province.map(|province| units.below(province)).unwrap_or_default();
    let of_level = |level: &str| units.all().iter().filter(|unit| unit.level == level).count();
    let seats: i64 = facts.constituencies().iter().map(|c| c.seats).sum();
    json!({
        "province": province.map(|unit| unit.name.as_str()),
        "districts": of_level("district"),
        "communes": of_level("commune"),
        "counts": province.map(|unit| counts(unit, &units, lang)),
        "units": below.iter().map(|unit| row(unit, &units, lang)).collect::<Vec<_>>(),
        "seats": seats,
        "constituencies": facts.constituencies().iter().map(|c| constituency_entry(c, &units, lang)).collect::<Vec<_>>(),
    })
}
