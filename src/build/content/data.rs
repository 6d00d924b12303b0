//! Data files as Zola's `load_data` hands them to templates.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::error::ContentError;
use super::error::line_of;
use super::front_matter::with_dates_as_text;

/// Reads a data file. `format` is the function's argument; without it the extension decides, and an unknown one means text.
///
/// JSON keeps its order of keys; TOML comes out sorted, dates as text; CSV is `{headers, records}`, every cell a string.
///
/// # Errors
/// What is not of its format, and the formats that this engine does not read (`xml`, `yaml`, `bibtex`).
pub fn load_data(path: &str, text: &str, format: Option<&str>) -> Result<Value, ContentError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, ext)| ext);
    match format.unwrap_or(extension).to_lowercase().as_str() {
        "json" => load_json(path, text),
        "csv" => load_csv(path, text),
        "toml" => load_toml(path, text),
        foreign @ ("xml" | "yaml" | "yml" | "bibtex") => {
            Err(ContentError::not_implemented(path, 1, format!("`load_data` of {foreign}")))
        }
        "plain" => Ok(Value::String(text.to_owned())),
        other => match format {
            None => Ok(Value::String(text.to_owned())),
            Some(_) => Err(ContentError::invalid(
                path,
                1,
                format!("`load_data` knows no format `{other}`"),
                "write json, csv, toml or plain",
            )),
        },
    }
}

fn load_json(path: &str, text: &str) -> Result<Value, ContentError> {
    serde_json::from_str(text).map_err(|error| {
        ContentError::invalid(path, error.line().max(1), error.to_string(), "correct the JSON")
    })
}

fn load_toml(path: &str, text: &str) -> Result<Value, ContentError> {
    let table: Map<String, Value> =
        toml::from_str(text).map_err(|e| ContentError::toml(path, text, 1, &e))?;
    Ok(Value::Object(with_dates_as_text(table)))
}

fn load_csv(path: &str, text: &str) -> Result<Value, ContentError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let refuse = |error: csv::Error| {
        let line = error.position().map_or(1, |at| line_of(text, usize::try_from(at.byte()).unwrap_or(0)));
        ContentError::invalid(path, line, error.to_string(), "give every row as many cells as the first")
    };
    let headers = cells(reader.headers().map_err(refuse)?);
    let mut records = Vec::new();
    for record in reader.records() {
        records.push(cells(&record.map_err(refuse)?));
    }
    Ok(json!({ "headers": headers, "records": records }))
}

fn cells(record: &csv::StringRecord) -> Value {
    record.iter().map(Value::from).collect()
}
