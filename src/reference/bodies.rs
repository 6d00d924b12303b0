//! `bodies.csv` and `constituencies.csv`: who acts, and what is elected where.

use std::collections::BTreeMap;

use super::problem::Kind;
use super::problem::Problems;
use super::sheet::Row;
use super::sheet::rows;
use super::text::Source;
use super::text::check_id;
use super::words::Link;
use super::words::Once;
use super::words::check_word;
use crate::document::election::Body;
use crate::document::election::Constituency;
use crate::document::election::Unit;

const BODY_COLUMNS: [&str; 9] =
    ["id", "name_vi", "name_en", "level", "role", "unit", "source", "verified", "note"];
const CONSTITUENCY_COLUMNS: [&str; 8] =
    ["id", "council", "number", "seats", "units", "source", "verified", "note"];
const LEVELS: [&str; 6] = ["national", "province", "district", "commune", "constituency", "polling area"];
const ROLES: [&str; 6] = ["standing_agency", "team", "committee", "member", "communications", "named"];
const COUNCILS: [&str; 2] = ["national_assembly", "province_council"];
/// More deputies than the whole National Assembly has is a mistyped number.
const MOST_SEATS: i64 = 500;

/// Reads the bodies.
pub(super) fn read_bodies(source: &Source<'_>, units: &[Unit], problems: &mut Problems) -> Vec<Body> {
    let link = Link { field: "unit", what: "unit", list: "units.csv" };
    let mut once = Once::default();
    let mut bodies = Vec::new();
    for row in rows(source, &BODY_COLUMNS, problems) {
        check_id(row.place, "id", row.get("id"), problems);
        once.check(row.place, "id", row.get("id"), problems);
        check_word(row.place, "level", row.get("level"), &LEVELS, problems);
        check_word(row.place, "role", row.get("role"), &ROLES, problems);
        let unit = row.optional("unit", problems);
        if let Some(code) = &unit {
            link.check(row.place, code, units.iter().any(|unit| unit.code == *code), problems);
        }
        bodies.push(Body {
            id: row.get("id").to_owned(),
            name_vi: row.name("name_vi", problems),
            name_en: row.name("name_en", problems),
            level: row.get("level").to_owned(),
            role: row.get("role").to_owned(),
            unit,
            provenance: row.provenance(problems),
        });
    }
    bodies
}

/// Reads the constituencies.
pub(super) fn read_constituencies(
    source: &Source<'_>,
    units: &[Unit],
    problems: &mut Problems,
) -> Vec<Constituency> {
    let mut ids = Once::default();
    let mut taken = Once::default();
    let mut found = Vec::new();
    for row in rows(source, &CONSTITUENCY_COLUMNS, problems) {
        check_id(row.place, "id", row.get("id"), problems);
        ids.check(row.place, "id", row.get("id"), problems);
        check_word(row.place, "council", row.get("council"), &COUNCILS, problems);
        let council = row.get("council").to_owned();
        let codes = codes(&row, units, problems);
        for code in &codes {
            // One unit votes for one council in one constituency only.
            taken.check(row.place, "units", &format!("{council} {code}"), problems);
        }
        found.push(Constituency {
            id: row.get("id").to_owned(),
            council,
            number: number(&row, "number", problems),
            seats: number(&row, "seats", problems),
            units: codes,
            provenance: row.provenance(problems),
        });
    }
    left_out(source, &found, units, problems);
    found
}

fn codes(row: &Row<'_>, units: &[Unit], problems: &mut Problems) -> Vec<String> {
    let link = Link { field: "units", what: "unit", list: "units.csv" };
    let codes: Vec<String> = row
        .get("units")
        .split(';')
        .map(|code| code.trim().to_owned())
        .filter(|code| !code.is_empty())
        .collect();
    if codes.is_empty() {
        problems.push(row.place.problem(Kind::Field, "`units` is empty", "Write unit codes separated by ;"));
    }
    for code in &codes {
        link.check(row.place, code, units.iter().any(|unit| unit.code == *code), problems);
    }
    codes
}

fn number(row: &Row<'_>, column: &str, problems: &mut Problems) -> i64 {
    match row.get(column).parse() {
        Ok(number) if (1..=MOST_SEATS).contains(&number) => number,
        _ => {
            let what =
                format!("`{column}` \"{}\" is not a number of that kind", row.get(column).escape_debug());
            problems.push(row.place.problem(Kind::Value, what, format!("Write 1 to {MOST_SEATS}")));
            0
        }
    }
}

/// If a council's constituencies consist of districts, every district votes somewhere.
fn left_out(source: &Source<'_>, found: &[Constituency], units: &[Unit], problems: &mut Problems) {
    let levels: BTreeMap<&str, &str> =
        units.iter().map(|unit| (unit.code.as_str(), unit.level.as_str())).collect();
    for council in COUNCILS {
        let used: Vec<&str> = found
            .iter()
            .filter(|constituency| constituency.council == council)
            .flat_map(|constituency| constituency.units.iter().map(String::as_str))
            .collect();
        if used.is_empty() || used.iter().any(|code| levels.get(code) != Some(&"district")) {
            continue;
        }
        for unit in
            units.iter().filter(|unit| unit.level == "district" && !used.contains(&unit.code.as_str()))
        {
            let what =
                format!("unit \"{}\" ({}) is in no constituency of {council}", unit.code, unit.name_vi);
            problems.push(source.whole().problem(Kind::Reference, what, "Add its code to one row"));
        }
    }
}
