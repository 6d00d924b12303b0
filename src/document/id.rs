//! Document ids: derived from election and key, so that two offline devices start the same document.

use std::fmt;
use std::str::FromStr;

use automerge::ActorId;
use sha2::Digest;
use sha2::Sha256;

use super::error::DocumentError;
use super::key::Key;

/// The id of a document: 16 bytes with the version and variant bits of a version-4 UUID (RFC 9562, section 5.4),
/// because automerge-repo drops ids that are not UUIDs. Printed as automerge-repo prints ids (Base58Check).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId([u8; 16]);

impl DocumentId {
    /// Derives the id: the first 16 bytes of SHA-256 over `niemyet`, NUL, the election's id, NUL, the key, with the
    /// UUID bits set. Neither an election's id nor a key can hold a NUL, so no two pairs give the same input.
    ///
    /// The election's id is one to 64 of `a-z`, `0-9` and `-`.
    pub fn derive(election: &str, key: &Key) -> Result<Self, DocumentError> {
        check_election(election)?;
        let digest = hash(&["niemyet", election, &key.to_string()]);
        let mut bytes = digest;
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Ok(Self(bytes))
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The actor of a change that every replica makes alike, named by its purpose (`first change`, `upgrade 2`).
    pub(super) fn actor(&self, purpose: &str) -> ActorId {
        ActorId::from(hash(&["niemyet", purpose, &self.to_string()]))
    }
}

/// First 16 bytes of SHA-256 over the parts with a NUL between them.
fn hash(parts: &[&str]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            hasher.update([0]);
        }
        hasher.update(part.as_bytes());
    }
    let mut first = [0; 16];
    first.copy_from_slice(&hasher.finalize()[..16]);
    first
}

fn check_election(id: &str) -> Result<(), DocumentError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || id.len() > 64 || !id.chars().all(allowed) {
        return Err(DocumentError::Election { id: id.to_owned() });
    }
    Ok(())
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bs58::encode(self.0).with_check().into_string())
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentId({self})")
    }
}

impl FromStr for DocumentId {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || DocumentError::Id { text: text.to_owned() };
        let bytes = bs58::decode(text).with_check(None).into_vec().map_err(|_| wrong())?;
        let bytes: [u8; 16] = bytes.try_into().map_err(|_| wrong())?;
        if bytes[6] & 0xf0 != 0x40 || bytes[8] & 0xc0 != 0x80 {
            return Err(wrong());
        }
        Ok(Self(bytes))
    }
}
