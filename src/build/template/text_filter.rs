//! The filters that Zola adds to Tera's and that need no site: `base64_encode`, `base64_decode`, `regex_replace`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use super::value::Args;
use super::value::Val;

/// Their names.
pub const NAMES: [&str; 3] = ["base64_encode", "base64_decode", "regex_replace"];

/// Applies one of them; `None` if the name is another's.
pub fn apply<'s>(name: &str, value: &Val<'s>, args: &Args<'s>) -> Option<Result<Val<'s>, String>> {
    if !NAMES.contains(&name) {
        return None;
    }
    let Some(text) = value.as_str() else {
        return Some(Err(format!("Filter `{name}` was called on something that is not a string")));
    };
    Some(match name {
        "base64_encode" => Ok(made(STANDARD.encode(text))),
        "base64_decode" => decode(text),
        _ => replace(text, args),
    })
}

fn decode<'s>(text: &str) -> Result<Val<'s>, String> {
    let bytes = STANDARD.decode(text).map_err(|error| format!("`base64_decode`: {error}"))?;
    String::from_utf8(bytes).map(made).map_err(|error| format!("`base64_decode`: {error}"))
}

fn replace<'s>(text: &str, args: &Args<'s>) -> Result<Val<'s>, String> {
    let pattern = args.text("regex_replace", "pattern")?;
    let rep = args.text("regex_replace", "rep")?;
    let regex = Regex::new(pattern).map_err(|error| format!("`regex_replace`: {error}"))?;
    Ok(made(regex.replace_all(text, rep).into_owned()))
}

fn made<'s>(text: String) -> Val<'s> {
    Val::Text(text.into())
}
