//! `page.extra["key"][0][other]`: a variable path, split once when the template is compiled.

use super::ir::Path;
use super::ir::Segment;
use super::ir::Symbol;

/// Splits a path as Tera reads it.
///
/// # Errors
/// In words, if brackets or quotes do not close.
pub fn parse(text: &str, intern: &mut dyn FnMut(&str) -> Symbol) -> Result<Path, String> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let root = intern(&text[..end]);
    let mut segments = Vec::new();
    let mut rest = &text[end..];
    while !rest.is_empty() {
        let (segment, tail) = segment(rest, text, intern)?;
        segments.push(segment);
        rest = tail;
    }
    Ok(Path { root, segments: segments.into(), text: text.into() })
}

fn segment<'t>(
    rest: &'t str,
    whole: &str,
    intern: &mut dyn FnMut(&str) -> Symbol,
) -> Result<(Segment, &'t str), String> {
    if let Some(after) = rest.strip_prefix('.') {
        let end = after.find(['.', '[']).unwrap_or(after.len());
        return Ok((key(&after[..end]), &after[end..]));
    }
    let inner = rest.strip_prefix('[').ok_or_else(|| format!("the path `{whole}` cannot be read"))?;
    let end = closing(inner).ok_or_else(|| format!("a `[` of the path `{whole}` is not closed"))?;
    let (content, tail) = (&inner[..end], &inner[end + 1..]);
    let quoted = ['"', '\'']
        .iter()
        .find_map(|quote| content.strip_prefix(*quote).and_then(|cut| cut.strip_suffix(*quote)));
    let segment = match quoted {
        Some(literal) => key(literal),
        None if content.parse::<usize>().is_ok() => key(content),
        None => Segment::Variable(parse(content, intern)?),
    };
    Ok((segment, tail))
}

fn closing(inner: &str) -> Option<usize> {
    let mut depth = 1_u32;
    let mut quote = None;
    for (at, character) in inner.char_indices() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn key(text: &str) -> Segment {
    Segment::Key(text.into(), index(text))
}

/// An array index as JSON pointers write it: no sign, no leading zero (RFC 6901, section 4).
pub fn index(text: &str) -> Option<usize> {
    if text.starts_with('+') || (text.starts_with('0') && text.len() != 1) {
        return None;
    }
    text.parse().ok()
}
