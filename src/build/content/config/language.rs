//! Language codes as Unicode language identifiers (UTS #35, section 3.2).

/// Whether a code is well formed: language, then script, region and variants, joined by `-` or `_`.
pub(crate) fn is_identifier(code: &str) -> bool {
    let mut parts = code.split(['-', '_']).peekable();
    let language = parts.next().unwrap_or_default();
    if !(matches!(language.len(), 2 | 3 | 5..=8) && alphabetic(language)) {
        return false;
    }
    parts.next_if(|part| part.len() == 4 && alphabetic(part));
    parts.next_if(|part| is_region(part));
    parts.all(is_variant)
}

fn is_region(part: &str) -> bool {
    (part.len() == 2 && alphabetic(part)) || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()))
}

fn is_variant(part: &str) -> bool {
    let starts_with_digit = part.as_bytes().first().is_some_and(u8::is_ascii_digit);
    part.bytes().all(|b| b.is_ascii_alphanumeric())
        && (matches!(part.len(), 5..=8) || (part.len() == 4 && starts_with_digit))
}

fn alphabetic(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_alphabetic())
}
