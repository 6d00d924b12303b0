//! Text that has to survive a format: TOML strings, Markdown, CSV cells, names of files.

use std::fmt::Write;

use serde_json::Map;
use serde_json::Value;
use sha2::Digest;
use sha2::Sha256;

/// An object of these members, in this order. What they hold goes in as it is: `json!` would copy lists and objects.
pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// JSON on one line, written at once: `Display` of a value does it bit by bit. A value with names that are texts can always be written.
pub fn line(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// JSON on many lines, the last of which ends.
pub fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// A page: its front matter (in order) and a Markdown body that is already escaped.
pub fn page(front: &Map<String, Value>, body: &str) -> String {
    let mut out = String::from("+++\n");
    let plain = front.iter().filter(|(_, value)| !value.is_object() && !value.is_null());
    for (key, value) in plain {
        // Zola wants dates bare; every other text is a basic string.
        match value.as_str() {
            Some(day) if matches!(key.as_str(), "date" | "updated") => {
                let _ = writeln!(out, "{key} = {day}");
            }
            _ => push(&mut out, key, value),
        }
    }
    for (name, table) in front.iter().filter_map(|(key, value)| Some((key, value.as_object()?))) {
        let _ = write!(out, "\n[{name}]\n");
        for (key, value) in table.iter().filter(|(_, value)| !value.is_null()) {
            push(&mut out, key, value);
        }
    }
    out.push_str("+++\n");
    if !body.is_empty() {
        out.push('\n');
        out.push_str(body);
        out.push('\n');
    }
    out
}

fn push(out: &mut String, key: &str, value: &Value) {
    out.push_str(key);
    out.push_str(" = ");
    write_toml(out, value);
    out.push('\n');
}

/// A JSON value as an inline TOML value. Absent (`null`) members of tables are left out, since TOML has no null.
fn write_toml(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => write_toml_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                write_toml(out, item);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push_str("{ ");
            for (at, (key, value)) in map.iter().filter(|(_, value)| !value.is_null()).enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                out.push_str(key);
                out.push_str(" = ");
                write_toml(out, value);
            }
            out.push_str(" }");
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// A TOML basic string on one line (TOML 1.0, "String"). `+` is escaped when it could be read as the end of the front matter.
pub fn toml_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_toml_string(&mut out, text);
    out
}

fn write_toml_string(out: &mut String, text: &str) {
    let ends = text.contains("+++");
    out.push('"');
    // What needs no escape is copied as it stands.
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        let escaped = matches!(c, '"' | '\\') || (c == '+' && ends) || c.is_control() || is_invisible(c);
        if !escaped {
            continue;
        }
        out.push_str(&text[plain..at]);
        plain = at + c.len_utf8();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '+' => out.push_str("\\u002B"),
            // Invisible characters are written as escapes, so that a reader of the export sees them.
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Plain text as Markdown that renders as exactly that text: every ASCII punctuation mark is escaped (CommonMark 2.4), and braces
/// become character references, because Zola reads `{{` and `{%` as shortcodes before it reads Markdown.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.trim().chars() {
        match c {
            '{' => out.push_str("&#123;"),
            '}' => out.push_str("&#125;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '/' | '?' | '%' | '\'') => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Paragraphs of plain text as Markdown.
pub fn paragraphs(texts: &[String]) -> String {
    texts.iter().map(|text| markdown(text)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// A cell of a CSV file (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe before it.
pub fn csv_cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(csv_plain).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

fn csv_plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The last part of a page's address for an identifier: lower-case ASCII and hyphens. Where that loses something (other than `_`,
/// which becomes `-`), eight hex digits of the identifier's SHA-256 keep two identifiers apart.
pub fn stem(id: &str) -> String {
    let slug = slug::slugify(id);
    if !slug.is_empty() && slug == id.replace('_', "-") && !id.contains('-') {
        return slug;
    }
    let hash = Sha256::digest(id.as_bytes());
    let mark: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    if slug.is_empty() { mark } else { format!("{slug}-{mark}") }
}

/// The last part of a page's address for a name and the code that makes it unique: `huyen-mai-son-125`.
pub fn named_stem(name: &str, code: &str) -> String {
    let slug = slug::slugify(name);
    let code = stem(code);
    if slug.is_empty() { code } else { format!("{slug}-{code}") }
}
