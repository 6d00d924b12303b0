//! The manifest of a release: JSON lines; a header, rows, and last a checksum of all lines before it.
//!
//! A release after a small change holds only the rows that differ from its `base`. The manifest is the commit point of
//! a release: packs without one are rubbish, and a manifest that does not end with its checksum is not a release.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;

use super::error::ReleaseError;
use super::path;

/// Version of the format below; another is refused by name.
pub const FORMAT: u32 = 1;

/// What a release was built from; the same inputs give the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The day that "next dates" counts from, ISO 8601.
    pub as_of: String,
    /// Address of the site, if it overrides the one of `config.toml`.
    pub base_url: Option<String>,
    /// Heads of every document: key → change hashes in hex, sorted.
    pub documents: BTreeMap<String, Vec<String>>,
    /// SHA-256 in hex over the paths and bytes of the site's source.
    pub site: String,
    /// Version of niemyet.
    pub niemyet: String,
    /// Engine and its version, for example `embedded 0.1.0`.
    pub engine: String,
}

/// First line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always `FORMAT`.
    pub niemyet_release: u32,
    /// Grows by one with each release of a folder.
    pub sequence: u64,
    /// Release whose rows stand where this one has none.
    pub base: Option<String>,
    /// How many bases stand below this one.
    pub depth: u32,
    /// When it was built, RFC 3339; for people, nothing depends on it.
    pub created: String,
    /// What it was built from.
    pub inputs: Inputs,
}

/// What a row speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A public file.
    Page,
    /// A file of the site's source, kept so that the release can be built again; not public.
    Source,
}

/// Where the bytes of a file lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// Number of bytes.
    pub size: u64,
    /// Name of the pack.
    pub pack: String,
    /// First byte in the pack.
    pub offset: u64,
}

/// Rows of a manifest: `None` says that the base's file is gone.
pub type Rows = BTreeMap<(Kind, String), Option<Location>>;

#[derive(Serialize, Deserialize)]
struct Row {
    kind: Kind,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<At>,
}

#[derive(Serialize, Deserialize)]
struct At {
    sha256: String,
    size: u64,
    pack: String,
    offset: u64,
}

#[derive(Serialize, Deserialize)]
struct Footer {
    rows: usize,
    checksum: String,
}

/// The manifest's bytes and the name of the release, which follows from them.
pub fn write(header: &Header, rows: &Rows) -> serde_json::Result<(String, Vec<u8>)> {
    let mut bytes = serde_json::to_vec(header)?;
    bytes.push(b'\n');
    for ((kind, path), location) in rows {
        let at = location.as_ref().map(|location| At {
            sha256: hex(&location.sha256),
            size: location.size,
            pack: location.pack.clone(),
            offset: location.offset,
        });
        serde_json::to_writer(&mut bytes, &Row { kind: *kind, path: path.clone(), at })?;
        bytes.push(b'\n');
    }
    let checksum = hex(&Sha256::digest(&bytes).into());
    let id = id(header.sequence, &checksum);
    serde_json::to_writer(&mut bytes, &Footer { rows: rows.len(), checksum })?;
    bytes.push(b'\n');
    Ok((id, bytes))
}

/// Reads the manifest of the release `id`, refusing whatever is not exactly what `write` gave.
pub fn read(file: &Path, id: &str, bytes: &[u8]) -> Result<(Header, Rows), ReleaseError> {
    let damaged = |line, what: String| ReleaseError::Damaged { path: file.to_owned(), line, what };
    let body = checked_body(id, bytes).map_err(|what| damaged(None, what))?;
    let mut lines = body.split_inclusive(|byte| *byte == b'\n').enumerate();
    let Some((_, first)) = lines.next() else {
        return Err(damaged(Some(1), "it has no header".to_owned()));
    };
    let header: Header =
        serde_json::from_slice(first).map_err(|error| damaged(Some(1), error.to_string()))?;
    if header.niemyet_release != FORMAT {
        let what = format!("it has format {}, this niemyet reads {FORMAT}", header.niemyet_release);
        return Err(damaged(Some(1), what));
    }
    let mut rows = Rows::new();
    for (index, line) in lines {
        let (key, location) = read_row(line).map_err(|what| damaged(Some(index + 1), what))?;
        rows.insert(key, location);
    }
    Ok((header, rows))
}

fn checked_body<'a>(id: &str, bytes: &'a [u8]) -> Result<&'a [u8], String> {
    let text = bytes.strip_suffix(b"\n").ok_or("it does not end with its checksum line")?;
    let end =
        text.iter().rposition(|byte| *byte == b'\n').ok_or("it does not end with its checksum line")? + 1;
    let footer: Footer =
        serde_json::from_slice(&text[end..]).map_err(|_| "it does not end with its checksum line")?;
    let body = &bytes[..end];
    if hex(&Sha256::digest(body).into()) != footer.checksum {
        return Err("its bytes do not match its checksum".to_owned());
    }
    if !id.ends_with(&footer.checksum[..ID_HEX]) {
        return Err(format!("its content is that of another release than `{id}`"));
    }
    Ok(body)
}

fn read_row(line: &[u8]) -> Result<((Kind, String), Option<Location>), String> {
    let row: Row = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if let Some(reason) = path::refusal(&row.path) {
        return Err(format!("the path `{}` {reason}", row.path));
    }
    let location = match row.at {
        None => None,
        Some(at) => {
            let sha256 = unhex(&at.sha256).ok_or("a hash is not 64 hexadecimal digits")?;
            if !is_hex(&at.pack) {
                return Err("a pack's name is not hexadecimal".to_owned());
            }
            Some(Location { sha256, size: at.size, pack: at.pack, offset: at.offset })
        }
    };
    Ok(((row.kind, row.path), location))
}

/// Digits of the checksum in a release's name: 48 bits, enough to tell apart the releases of one folder.
const ID_HEX: usize = 12;

fn id(sequence: u64, checksum: &str) -> String {
    format!("{sequence:06}-{}", &checksum[..ID_HEX])
}

/// Lower-case hexadecimal of a hash.
pub fn hex(hash: &[u8; 32]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(64);
    for byte in hash {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !is_hex(text) {
        return None;
    }
    let mut hash = [0; 32];
    for (index, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// True if the text is lower-case hexadecimal and nothing else.
pub fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
