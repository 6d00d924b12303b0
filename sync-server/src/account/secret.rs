//! Secrets: made from random bytes, shown once, kept only as hashes.

use std::fmt;

use sha2::Digest;
use sha2::Sha256;

use crate::chance::Chance;
use crate::chance::NoChance;
use crate::chance::draw;

/// What marks a token of ours, so that a search for leaked secrets finds it.
const MARK: &str = "nmt_";

/// Letters and digits that people do not take for each other (Crockford's Base32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Letters of a code: 100 bits, in groups of 5.
const LETTERS: usize = 20;

/// Text that is shown once. It is never printed by accident: only [`Secret::show`] gives it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one to whom it belongs.
    pub fn show(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn hash(domain: &str, bytes: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(domain).chain_update([0]).chain_update(bytes).finalize().into()
}

/// A session token of 256 random bits, with what is kept of it. A plain hash is enough: there is nothing to guess.
pub(super) fn token(chance: &dyn Chance) -> Result<(Secret, [u8; 32]), NoChance> {
    let bytes = draw::<32>(chance)?;
    Ok((Secret(format!("{MARK}{}", bs58::encode(bytes).into_string())), hash("token", &bytes)))
}

/// What is kept of a token, if the text can be one.
pub(super) fn token_hash(text: &str) -> Option<[u8; 32]> {
    let text = text.strip_prefix(MARK).filter(|text| text.len() <= 44)?;
    let bytes: [u8; 32] = bs58::decode(text).into_vec().ok()?.try_into().ok()?;
    Some(hash("token", &bytes))
}

/// A one-time code that a person can read out and type, with what is kept of it.
pub(super) fn code(chance: &dyn Chance) -> Result<(Secret, [u8; 32]), NoChance> {
    let letters = draw::<LETTERS>(chance)?.map(|byte| ALPHABET[usize::from(byte & 31)]);
    let groups: Vec<String> =
        letters.chunks(5).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    Ok((Secret(groups.join("-")), hash("code", &letters)))
}

/// What is kept of a code, if the text can be one. Read as Crockford says: case, hyphens and look-alikes do not matter.
pub(super) fn code_hash(text: &str) -> Option<[u8; 32]> {
    let letters: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'-' | b' '))
        .take(LETTERS + 1)
        .map(|byte| match byte.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        })
        .collect();
    (letters.len() == LETTERS).then(|| hash("code", &letters))
}
