//! `units.csv`: the province and what it consists of.

use std::collections::BTreeMap;

use super::problem::Kind;
use super::problem::Problems;
use super::sheet::Row;
use super::sheet::rows;
use super::text::Place;
use super::text::Source;
use super::words::Once;
use super::words::check_word;
use crate::document::election::Unit;

const COLUMNS: [&str; 9] =
    ["code", "name_vi", "kind_vi", "kind_en", "level", "parent", "source", "verified", "note"];
const LEVELS: [&str; 3] = ["province", "district", "commune"];

/// Reads the units; `levels` are those the law version knows, if it is known.
pub(super) fn read(source: &Source<'_>, levels: Option<&[String]>, problems: &mut Problems) -> Vec<Unit> {
    let rows = rows(source, &COLUMNS, problems);
    let mut once = Once::default();
    let mut units = Vec::new();
    for row in &rows {
        once.check(row.place, "code", row.get("code"), problems);
        units.push(unit(row, problems));
    }
    let by_code: BTreeMap<&str, &Unit> = units.iter().map(|unit| (unit.code.as_str(), unit)).collect();
    for (row, unit) in rows.iter().zip(&units) {
        parent(row.place, unit, &by_code, problems);
        known_level(row.place, unit, levels, problems);
    }
    let provinces = units.iter().filter(|unit| unit.level == "province").count();
    if provinces != 1 && !rows.is_empty() {
        let what = format!("there are {provinces} units of level province");
        problems.push(source.whole().problem(Kind::Value, what, "Keep exactly one"));
    }
    units
}

fn unit(row: &Row<'_>, problems: &mut Problems) -> Unit {
    let code = row.get("code").to_owned();
    if !(2..=5).contains(&code.len()) || !code.chars().all(|c| c.is_ascii_digit()) {
        let what = format!("`code` \"{}\" is not a unit code", code.escape_debug());
        let remedy = "Write the 2 to 5 digits of the statistics office, with leading zeros (format the column as text)";
        problems.push(row.place.problem(Kind::Value, what, remedy));
    }
    check_word(row.place, "level", row.get("level"), &LEVELS, problems);
    Unit {
        code,
        name_vi: row.name("name_vi", problems),
        kind_vi: row.name("kind_vi", problems),
        kind_en: row.name("kind_en", problems),
        level: row.get("level").to_owned(),
        parent: row.optional("parent", problems),
        provenance: row.provenance(problems),
    }
}

fn parent(place: Place<'_>, unit: &Unit, by_code: &BTreeMap<&str, &Unit>, problems: &mut Problems) {
    let above: &[&str] = match unit.level.as_str() {
        "province" => &[],
        "district" => &["province"],
        "commune" => &["province", "district"],
        _ => return,
    };
    let Some(code) = unit.parent.as_deref() else {
        if !above.is_empty() {
            let what = format!("unit \"{}\" of level {} has no `parent`", unit.code, unit.level);
            problems.push(place.problem(Kind::Reference, what, "Write the code of the unit above it"));
        }
        return;
    };
    match by_code.get(code) {
        None => {
            let what =
                format!("`parent` \"{}\" of unit \"{}\" is not in this file", code.escape_debug(), unit.code);
            problems.push(place.problem(Kind::Reference, what, "Correct the code, or add the unit above"));
        }
        Some(parent) if !above.contains(&parent.level.as_str()) => {
            let what =
                format!("unit \"{}\" of level {} lies under a {}", unit.code, unit.level, parent.level);
            problems.push(place.problem(Kind::Reference, what, "Correct `parent` or `level`"));
        }
        Some(_) => {}
    }
}

fn known_level(place: Place<'_>, unit: &Unit, levels: Option<&[String]>, problems: &mut Problems) {
    let Some(levels) = levels else {
        return;
    };
    if LEVELS.contains(&unit.level.as_str()) && !levels.contains(&unit.level) {
        let what =
            format!("unit \"{}\" is a {}, a level this law version does not have", unit.code, unit.level);
        problems.push(place.problem(Kind::Value, what, format!("Its levels are {}", levels.join(", "))));
    }
}
