//! TOML dates inside `[extra]` and data files, as Zola hands them to templates.
//!
//! The TOML reader gives a date as an object with one private key. Zola replaces it by its text in tables, and leaves it as it is
//! as an element of an array, and anywhere in an array that lies in a table below the first level.

use serde_json::Map;
use serde_json::Value;

/// The private key under which the TOML reader hands over a date.
const DATE_KEY: &str = "$__toml_private_datetime";

/// A top-level table: its own arrays are looked into.
pub(crate) fn with_dates_as_text(table: Map<String, Value>) -> Map<String, Value> {
    table.into_iter().map(|(key, value)| (key, top_level(value))).collect()
}

fn top_level(value: Value) -> Value {
    match value {
        Value::Object(table) => nested(table),
        Value::Array(items) => Value::Array(items.into_iter().map(item).collect()),
        other => other,
    }
}

/// An element that is a date has no table above it whose key could take its text.
fn item(value: Value) -> Value {
    match value {
        Value::Object(table) => Value::Object(with_dates_as_text(table)),
        other => other,
    }
}

fn nested(mut table: Map<String, Value>) -> Value {
    if let Some(date) = table.remove(DATE_KEY) {
        return date;
    }
    let deeper = |value| if let Value::Object(table) = value { nested(table) } else { value };
    Value::Object(table.into_iter().map(|(key, value)| (key, deeper(value))).collect())
}
