//! What the editor takes over from here: the table of a report's fields and the languages of a notice, so that both sides ask for
//! the same.

use std::fs;
use std::path::Path;

use niemyet::document::language;
use niemyet::document::report::fields;
use serde_json::Value;

/// Holds a table of the editor against the rows that it must have.
fn expect(name: &str, rows: &[Value]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("editor/src/document").join(name);
    let lines: Vec<String> = rows.iter().map(|row| format!("  {row}")).collect();
    let expected = format!("[\n{}\n]\n", lines.join(",\n"));
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&path, &expected).unwrap();
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
    expect("fields.json", &rows);
}

#[test]
fn the_editor_has_the_languages_of_a_notice() {
    let rows = language::ALL.map(|language| serde_json::to_value(language).unwrap());
    expect("languages.json", &rows);
}
