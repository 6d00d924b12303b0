//! Bytes of a data file → text with line numbers, and what a name may hold.

use unicode_normalization::UnicodeNormalization;

use super::problem::Kind;
use super::problem::Problem;
use super::problem::Problems;

/// A province's data are under a tenth of this; more is the wrong file.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// A file as text in Unicode normal form C, so that equal names are equal bytes.
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: String,
    starts: Vec<usize>,
}

/// Where a problem is.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    file: &'a str,
    line: Option<usize>,
}

impl<'a> Source<'a> {
    /// Reads the bytes as UTF-8; a byte order mark at the head, which spreadsheets write, is dropped.
    pub(super) fn read(file: &'a str, bytes: &[u8], problems: &mut Problems) -> Option<Self> {
        let whole = Place { file, line: None };
        if bytes.len() > MOST_BYTES {
            let what = format!("the file has {} bytes, more than {MOST_BYTES}", bytes.len());
            problems.push(whole.problem(Kind::File, what, "Check that this is the right file"));
            return None;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(Self::of(file, text.strip_prefix('\u{feff}').unwrap_or(text))),
            Err(error) => {
                let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
                let what = format!("byte {} is not UTF-8 text", error.valid_up_to() + 1);
                let remedy =
                    "Save the file as UTF-8 (in a spreadsheet: CSV UTF-8), or restore it from a copy";
                problems.push(Place { file, line: Some(line) }.problem(Kind::Encoding, what, remedy));
                None
            }
        }
    }

    fn of(file: &'a str, text: &str) -> Self {
        let text: String = text.nfc().collect();
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, starts }
    }

    /// The place of a byte offset.
    pub(super) fn at(&self, offset: usize) -> Place<'a> {
        self.line(self.starts.partition_point(|start| *start <= offset))
    }

    /// The place of a line, counted from 1.
    pub(super) const fn line(&self, line: usize) -> Place<'a> {
        Place { file: self.file, line: Some(line) }
    }

    /// The file as a whole.
    pub(super) const fn whole(&self) -> Place<'a> {
        Place { file: self.file, line: None }
    }
}

impl<'a> Place<'a> {
    /// A file that may not even exist.
    pub(super) const fn file(file: &'a str) -> Self {
        Self { file, line: None }
    }

    /// The line, for a message that names two places.
    pub(super) fn number(self) -> usize {
        self.line.unwrap_or(1)
    }

    /// A problem here.
    pub(super) fn problem(self, kind: Kind, what: impl Into<String>, remedy: impl Into<String>) -> Problem {
        Problem {
            file: self.file.to_owned(),
            line: self.line,
            kind,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// Checks a text that people read: not empty, no control character, nothing that reorders what is shown.
/// Quotes, markup, emoji and every letter are legal; escaping them is the work of whoever shows them.
pub(super) fn check_name(place: Place<'_>, field: &str, value: &str, problems: &mut Problems) {
    let shown: String = value.chars().take(40).flat_map(char::escape_debug).collect();
    if value.trim().is_empty() {
        problems.push(place.problem(
            Kind::Name,
            format!("`{field}` is empty"),
            "Write it, or remove the row",
        ));
    } else if let Some(bad) = value.chars().find(|c| is_refused(*c)) {
        let what = format!("`{field}` (\"{shown}\") holds {}, U+{:04X}", refused_name(bad), u32::from(bad));
        problems.push(place.problem(
            Kind::Name,
            what,
            "Remove this invisible character by typing the text anew",
        ));
    } else if value.trim() != value {
        let what = format!("`{field}` (\"{shown}\") begins or ends with a space");
        problems.push(place.problem(Kind::Name, what, "Remove the space"));
    }
}

/// Checks an identifier, which becomes part of keys and addresses.
pub(super) fn check_id(place: Place<'_>, field: &str, value: &str, problems: &mut Problems) {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    if value.is_empty() || !value.chars().all(legal) {
        let what = format!("`{field}` \"{}\" is not an identifier", value.escape_debug());
        let remedy = "Use lower-case letters a-z, digits, - and _ only";
        problems.push(place.problem(Kind::Value, what, remedy));
    }
}

fn is_refused(c: char) -> bool {
    c.is_control() || is_bidi(c) || matches!(c, '\u{feff}' | '\u{fffd}' | '\u{2028}' | '\u{2029}')
}

/// Marks that change the direction of writing can make one name look like another.
const fn is_bidi(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn refused_name(c: char) -> &'static str {
    if is_bidi(c) {
        "a mark that changes the direction of writing"
    } else if c.is_control() {
        "a control character"
    } else {
        "a character that marks damaged or split text"
    }
}

/// A path inside the data set: relative, plain, not climbing.
pub(super) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', '\0', ':'])
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}
