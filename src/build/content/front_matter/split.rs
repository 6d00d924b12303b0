//! Cuts a content file into its TOML head and its text.

use crate::build::content::error::ContentError;
use crate::build::content::error::line_of;

/// A content file in its two parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Split<'a> {
    /// The TOML between the two `+++`.
    pub front: &'a str,
    /// Line of the file on which `front` starts.
    pub front_line: usize,
    /// The Markdown.
    pub content: &'a str,
    /// Line of the file on which `content` starts.
    pub content_line: usize,
}

/// Cuts `text`. The head ends at the first `+++` that nothing but space follows on its line; empty lines after it belong to
/// neither part, the indentation of the first line of text belongs to the text.
pub(crate) fn split<'a>(path: &str, text: &'a str) -> Result<Split<'a>, ContentError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let opening = text.trim_start_matches(is_space);
    let first_line = line_of(text, text.len() - opening.len());
    let front_and_rest = opening
        .strip_prefix("+++")
        .filter(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"))
        .ok_or_else(|| refuse_head(path, opening, first_line))?;
    let mut from = 0;
    while let Some(found) = front_and_rest[from..].find("+++") {
        let end = from + found;
        from = end + 1;
        let after = &front_and_rest[end + 3..];
        let content = after.trim_start_matches(is_space);
        let space = &after[..after.len() - content.len()];
        let content_start = match space.rfind('\n') {
            _ if content.is_empty() => after.len(),
            Some(newline) => newline + 1,
            None => continue,
        };
        // A `+++` in the middle of a line also closes, as long as its own line ends after it.
        let content = &after[content_start..];
        return Ok(Split {
            front: &front_and_rest[..end],
            front_line: first_line,
            content,
            content_line: line_of(text, text.len() - content.len()),
        });
    }
    Err(ContentError::invalid(
        path,
        first_line,
        "the `+++` of the front matter is never closed",
        "write a line `+++` after it",
    ))
}

fn refuse_head(path: &str, opening: &str, line: usize) -> ContentError {
    if opening.starts_with("---") {
        return ContentError::not_implemented(path, line, "front matter in YAML (`---`)");
    }
    ContentError::invalid(
        path,
        line,
        "the file has no front matter",
        "begin it with a line `+++`, TOML, a line `+++`",
    )
}

/// The white space of ASCII, the vertical tab included.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}
