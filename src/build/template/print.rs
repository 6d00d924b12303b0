//! How values print.

use std::fmt::Write;

use serde_json::Number;
use serde_json::Value as Json;

use super::value::Model;
use super::value::Object;
use super::value::Val;

/// The bytes that [`escape_into`] replaces; all are ASCII, so that no character of several bytes is cut.
const ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let (bytes, mut at) = (b"&<>\"'/", 0);
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

/// Escapes as Tera does: the five characters of XML and the slash, after OWASP.
pub fn escape_into(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| ESCAPED[usize::from(byte)]) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#x27;",
            _ => "&#x2F;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

/// Prints a value as it is.
///
/// # Errors
/// If a lazy value cannot be read.
pub fn write<'s>(model: &dyn Model<'s>, value: &Val<'s>, out: &mut String) -> Result<(), String> {
    match value {
        Val::Null => {}
        Val::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Val::Num(number) => write_number(number, out),
        Val::Str(text) => out.push_str(text),
        Val::Text(text) => out.push_str(text),
        Val::Json(json) => write_json(json, out),
        Val::Made(json) => write_json(json, out),
        Val::Table(_) | Val::Object(_) | Val::Dict(_) => out.push_str("[object]"),
        Val::Strs(items) => {
            out.push('[');
            out.push_str(&items.join(", "));
            out.push(']');
        }
        Val::Objects(kind, ids) => {
            let objects = ids.as_slice().iter().map(|id| Val::Object(Object { kind: *kind, id: *id }));
            write_list(model, objects, out)?;
        }
        Val::List(items) => write_list(model, items.iter().cloned(), out)?,
    }
    Ok(())
}

fn write_list<'s>(
    model: &dyn Model<'s>,
    items: impl Iterator<Item = Val<'s>>,
    out: &mut String,
) -> Result<(), String> {
    out.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write(model, &item, out)?;
    }
    out.push(']');
    Ok(())
}

fn write_json(json: &Json, out: &mut String) {
    match json {
        Json::Null => {}
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => write_number(number, out),
        Json::String(text) => out.push_str(text),
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Json::Object(_) => out.push_str("[object]"),
    }
}

/// Floats print as Rust prints them (`1`, not `1.0`), which is what Tera does.
pub(super) fn write_number(number: &Number, out: &mut String) {
    let result = match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(value), _, _) => write!(out, "{value}"),
        (_, Some(value), _) => write!(out, "{value}"),
        (_, _, Some(value)) => write!(out, "{value}"),
        _ => Ok(()),
    };
    debug_assert!(result.is_ok(), "writing to a String cannot fail");
}
