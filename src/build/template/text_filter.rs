//! Filters of text that need no site: those that Zola adds to Tera's (`base64_encode`, `base64_decode`, `regex_replace`), and
//! Tera's `truncate`, which there divides the whole text to keep its beginning.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use unicode_segmentation::UnicodeSegmentation;

use super::value::Args;
use super::value::Val;

/// Their names.
pub const NAMES: [&str; 3] = ["base64_encode", "base64_decode", "regex_replace"];

/// Applies one of them; `None` if the name is another's.
pub fn apply<'s>(name: &str, value: &Val<'s>, args: &Args<'s>) -> Option<Result<Val<'s>, String>> {
    if name == "truncate" {
        return truncate(value, args).map(Ok);
    }
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

/// `truncate` of a text to a count of graphemes, 255 unless told; `None` leaves arguments of other types to Tera.
fn truncate<'s>(value: &Val<'s>, args: &Args<'s>) -> Option<Val<'s>> {
    let text = value.as_str()?;
    let length = match args.get("length") {
        None => 255,
        Some(Val::Num(length)) => usize::try_from(length.as_u64()?).ok()?,
        Some(_) => return None,
    };
    let end = match args.get("end") {
        None => "…",
        Some(end) => end.as_str()?,
    };
    Some(match cut(text, length) {
        None => value.clone(),
        Some(at) => made(format!("{}{end}", &text[..at])),
    })
}

/// Where the grapheme of that number begins, if there is one. Letters of Vietnamese in NFC are one grapheme each unless
/// something that combines follows (Unicode Standard Annex 29); only where something else occurs are boundaries looked for.
fn cut(text: &str, length: usize) -> Option<usize> {
    let is_plain = |c: char| matches!(c, ' '..='~' | 'À'..='ỹ') && !matches!(c, '\u{300}'..='\u{1DFF}');
    let plain = text.chars().take(length + 1).all(is_plain);
    if plain {
        return text.char_indices().nth(length).map(|(at, _)| at);
    }
    text.grapheme_indices(true).nth(length).map(|(at, _)| at)
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
