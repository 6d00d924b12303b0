//! Keys: what a document is about, written the same everywhere (server, devices, `publication`).
//!
//! A key is total and strict: every [`Key`] prints to one text, and only that text parses back to it.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use unicode_normalization::is_nfc;

use super::error::DocumentError;

/// The longest name inside a key, in bytes: enough for any symbol, too short to hide a text in.
const MAX_NAME: usize = 96;

/// The seven kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What is being elected, when, where, by whom.
    Election,
    /// A directing document and its tasks.
    Directive,
    /// Where one body stands with its tasks.
    Progress,
    /// One weekly report of one body.
    Report,
    /// An ad-hoc report of one body.
    Incident,
    /// The review of one round of reports.
    Review,
    /// What is public, at which heads.
    Publication,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Election,
        Self::Directive,
        Self::Progress,
        Self::Report,
        Self::Incident,
        Self::Review,
        Self::Publication,
    ];

    /// The first word of a key of this kind.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Election => "election",
            Self::Directive => "directive",
            Self::Progress => "progress",
            Self::Report => "report",
            Self::Incident => "incident",
            Self::Review => "review",
            Self::Publication => "publication",
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Identifier of a body, for example `team_comms`: lower-case ASCII letters, digits, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyId(String);

/// Number and symbol of a directing document, for example `19/KL-UBBC` or `64/VPHĐBCQG-TT`: letters and digits of
/// any script in NFC, with `/`, `-`, `.` and `_` between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(String);

/// Identifier of an incident report, drawn by the device that starts it: lower-case ASCII letters, digits and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentId(String);

impl BodyId {
    /// Reads a body's identifier.
    pub fn new(text: &str) -> Result<Self, DocumentError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        named(
            text,
            allowed,
            ("mã cơ quan viết bằng a-z, 0-9, _ và -", "a body is written in a-z, 0-9, _ and -"),
        )
        .map(Self)
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Symbol {
    /// Reads a symbol.
    pub fn new(text: &str) -> Result<Self, DocumentError> {
        let reason = (
            "ký hiệu gồm chữ và số (NFC), giữa chúng có /, -, . và _",
            "a symbol is letters and digits (NFC) with /, -, . and _ between them",
        );
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '.' | '_');
        let edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let whole = text.split('/').all(|part| edge(part.chars().next()) && edge(part.chars().last()));
        if !whole || !is_nfc(text) {
            return Err(DocumentError::key(text, reason));
        }
        named(text, allowed, reason).map(Self)
    }

    /// The symbol as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl IncidentId {
    /// Reads an incident's identifier.
    pub fn new(text: &str) -> Result<Self, DocumentError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        named(
            text,
            allowed,
            ("mã vụ việc viết bằng a-z, 0-9 và -", "an incident's id is written in a-z, 0-9 and -"),
        )
        .map(Self)
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn named(
    text: &str,
    allowed: impl Fn(char) -> bool,
    reason: (&'static str, &'static str),
) -> Result<String, DocumentError> {
    if text.is_empty() || text.len() > MAX_NAME || !text.chars().all(allowed) {
        return Err(DocumentError::key(text, reason));
    }
    Ok(text.to_owned())
}

/// What a document is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// `election`
    Election,
    /// `directive/<symbol>`
    Directive(Symbol),
    /// `progress/<body>`
    Progress(BodyId),
    /// `report/<body>/<due date>`
    Report(BodyId, NaiveDate),
    /// `incident/<body>/<id>`
    Incident(BodyId, IncidentId),
    /// `review/<due date>`
    Review(NaiveDate),
    /// `publication`
    Publication,
}

impl Key {
    /// The kind of document.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Election => Kind::Election,
            Self::Directive(_) => Kind::Directive,
            Self::Progress(_) => Kind::Progress,
            Self::Report(..) => Kind::Report,
            Self::Incident(..) => Kind::Incident,
            Self::Review(_) => Kind::Review,
            Self::Publication => Kind::Publication,
        }
    }

    /// The body whose document it is, for the kinds that belong to one.
    pub fn body(&self) -> Option<&str> {
        match self {
            Self::Progress(body) | Self::Report(body, _) | Self::Incident(body, _) => Some(body.as_str()),
            _ => None,
        }
    }

    /// The due date of the round, for the kinds that belong to one.
    pub const fn due(&self) -> Option<NaiveDate> {
        match self {
            Self::Report(_, due) | Self::Review(due) => Some(*due),
            _ => None,
        }
    }

    /// The key `directive/<symbol>`.
    pub fn directive(symbol: &str) -> Result<Self, DocumentError> {
        Symbol::new(symbol).map(Self::Directive)
    }

    /// The key `progress/<body>`.
    pub fn progress(body: &str) -> Result<Self, DocumentError> {
        BodyId::new(body).map(Self::Progress)
    }

    /// The key `report/<body>/<due date>`; the date as `YYYY-MM-DD`.
    pub fn report(body: &str, due: &str) -> Result<Self, DocumentError> {
        Ok(Self::Report(BodyId::new(body)?, date(due)?))
    }

    /// The key `incident/<body>/<id>`.
    pub fn incident(body: &str, id: &str) -> Result<Self, DocumentError> {
        Ok(Self::Incident(BodyId::new(body)?, IncidentId::new(id)?))
    }

    /// The key `review/<due date>`; the date as `YYYY-MM-DD`.
    pub fn review(due: &str) -> Result<Self, DocumentError> {
        date(due).map(Self::Review)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.kind().word();
        match self {
            Self::Election | Self::Publication => f.write_str(word),
            Self::Directive(symbol) => write!(f, "{word}/{}", symbol.0),
            Self::Progress(body) => write!(f, "{word}/{}", body.0),
            Self::Report(body, due) => write!(f, "{word}/{}/{due}", body.0),
            Self::Incident(body, id) => write!(f, "{word}/{}/{}", body.0, id.0),
            Self::Review(due) => write!(f, "{word}/{due}"),
        }
    }
}

impl FromStr for Key {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == Kind::Election.word() {
            return Ok(Self::Election);
        }
        if text == Kind::Publication.word() {
            return Ok(Self::Publication);
        }
        let Some((word, rest)) = text.split_once('/') else {
            return Err(DocumentError::key(
                text,
                ("không loại văn bản nào viết như vậy", "no kind of document is written like this"),
            ));
        };
        let two = || {
            rest.split_once('/')
                .ok_or_else(|| DocumentError::key(text, ("thiếu phần cuối", "its last part is missing")))
        };
        match word {
            "directive" => Self::directive(rest),
            "progress" => Self::progress(rest),
            "report" => two().and_then(|(body, due)| Self::report(body, due)),
            "incident" => two().and_then(|(body, id)| Self::incident(body, id)),
            "review" => Self::review(rest),
            _ => Err(DocumentError::key(
                text,
                ("không có loại văn bản này", "no kind of document has this name"),
            )),
        }
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Strict `YYYY-MM-DD`: chrono also reads `2021-3-4` and signed years, which would give one day two keys.
pub(super) fn date(text: &str) -> Result<NaiveDate, DocumentError> {
    let reason = ("ngày viết dạng YYYY-MM-DD", "a date is written YYYY-MM-DD");
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| DocumentError::key(text, reason))?;
    if text.len() == 10 && date.to_string() == text {
        Ok(date)
    } else {
        Err(DocumentError::key(text, reason))
    }
}
