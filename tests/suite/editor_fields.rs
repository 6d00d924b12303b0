//! What the editor takes over from here: the table of a report's fields and the languages of a notice, so that both sides ask for
//! the same.

use std::fs;
use std::path::Path;

use niemyet::document::language;
use niemyet::document::report::check::RULES;
use niemyet::document::report::fields;
use serde_json::Value;
use serde_json::json;

/// Holds a file of the editor against what it must be; `UPDATE_FIXTURES=1` writes it.
fn expect_file(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("editor/src/document").join(name);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap();
    assert!(found == expected, "{} differs: run this test with UPDATE_FIXTURES=1", path.display());
}

#[test]
fn the_editor_has_the_fields_of_the_report() {
    let mut rows: Vec<Value> = fields::all().map(|field| serde_json::to_value(field).unwrap()).collect();
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("aggregation");
    }
    expect_rows("fields.json", &rows);
}

#[test]
fn the_editor_has_the_languages_of_a_notice() {
    expect_rows("languages.json", &language::ALL.map(|language| serde_json::to_value(language).unwrap()));
}

/// One row a line.
fn expect_rows(name: &str, rows: &[Value]) {
    let lines: Vec<String> = rows.iter().map(|row| format!("  {row}")).collect();
    expect_file(name, &format!("[\n{}\n]\n", lines.join(",\n")));
}

#[test]
fn the_editor_asks_for_what_the_command_line_asks_for() {
    expect_file("checks.json", &format!("{:#}\n", json!(RULES)));
    let ids: Vec<String> = fields::all().map(|field| field.id).collect();
    let named = RULES.required.iter().copied().chain([RULES.nil]);
    let summed = RULES.sums.iter().flat_map(|(one, other, sum)| [*one, *other, *sum]);
    for id in named.chain(summed) {
        assert!(ids.iter().any(|known| known == id), "{id}");
    }
    for (part, whole) in RULES.at_most {
        let groups = ids.iter().filter_map(|id| id.strip_suffix(part).filter(|group| group.ends_with('.')));
        let pairs = groups.filter(|group| ids.contains(&format!("{group}{whole}"))).count();
        assert!(pairs > 0, "{part} of {whole}");
    }
}
