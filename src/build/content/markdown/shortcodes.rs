//! Shortcodes are refused: Zola 0.23 dropped them, and this engine has none.

use super::MarkdownContext;
use crate::build::content::error::ContentError;
use crate::build::content::error::line_of;

/// Refuses the first thing that Zola would read as a shortcode. Other `{{` and `{%` are text.
pub(super) fn refuse(raw: &str, ctx: &MarkdownContext<'_>) -> Result<(), ContentError> {
    for brace in memchr::memchr_iter(b'{', raw.as_bytes()) {
        let Some(found) = shortcode_at(&raw[brace..]) else { continue };
        let line = ctx.first_line + line_of(raw, brace) - 1;
        return Err(ContentError::not_implemented(ctx.source, line, format!("the shortcode `{found}`")));
    }
    Ok(())
}

/// What starts here, if it is `{{ name(`, `{% name(`, the escaped forms with `/*`, or `{% end %}`.
fn shortcode_at(text: &str) -> Option<String> {
    let (opening, rest) = ["{{", "{%"].iter().find_map(|open| Some((*open, text.strip_prefix(open)?)))?;
    let inner = rest.strip_prefix("/*").unwrap_or(rest).trim_start_matches([' ', '\t', '\r', '\n']);
    let length = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let (name, after) = inner.split_at(length);
    let after = after.trim_start_matches([' ', '\t', '\r', '\n']);
    if name.is_empty() || name.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    if after.starts_with('(') {
        return Some(format!("{opening} {name}(…"));
    }
    let ends = opening == "{%" && name == "end" && (after.starts_with("%}") || after.starts_with("*/%}"));
    ends.then(|| "{% end %}".to_owned())
}
