//! What the editor takes over from here: the table of a report's fields, so that both sides ask for the same.

use std::fs;
use std::path::Path;

use niemyet::document::report::fields;
use serde_json::Value;

#[test]
fn the_editor_has_the_fields_of_the_report() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("editor/src/document/fields.json");
    let mut rows: Vec<Value> = fields::all().map(|field| serde_json::to_value(field).unwrap()).collect();
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("aggregation");
    }
    let lines: Vec<String> = rows.iter().map(|row| format!("  {row}")).collect();
    let expected = format!("[\n{}\n]\n", lines.join(",\n"));
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap();
    assert!(found == expected, "{} differs: run this test with UPDATE_FIXTURES=1", path.display());
}
