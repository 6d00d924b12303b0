//! Code blocks, without highlighting.

use pulldown_cmark::CowStr;
use pulldown_cmark_escape::escape_html;

/// Words in a fence's first line that are options of the highlighter and not a language.
const OPTIONS: [&str; 4] = ["linenos", "linenostart", "hl_lines", "hide_lines"];

/// The language in a fence's first line: the last comma-separated word that is no option and holds no `=`. `None` for a line
/// that is empty or says `plain`; an empty language for a line of options only.
pub(super) fn language(info: CowStr<'_>) -> Option<CowStr<'_>> {
    if info.trim().is_empty() {
        return None;
    }
    let is_language = |word: &&str| !word.is_empty() && !word.contains('=') && !OPTIONS.contains(word);
    let language = info.split(',').map(str::trim).rfind(is_language).unwrap_or_default();
    match language {
        "plain" => None,
        whole if whole.len() == info.len() => Some(info),
        part => Some(part.to_owned().into()),
    }
}

/// The block. Zola puts the language into the attribute as it is.
pub(super) fn html(language: Option<&str>, text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8 + 48);
    html.push_str("<pre><code");
    if let Some(language) = language {
        html.push_str(" data-lang=\"");
        html.push_str(language);
        html.push('"');
    }
    html.push('>');
    // Writing to a String cannot fail.
    let _ = escape_html(&mut html, text);
    html.push_str("</code></pre>\n");
    html
}
