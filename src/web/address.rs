//! Addresses that name the bytes they ask for: `/main.css?h=` and the SHA-256 of the file, as `get_hash` gives it to templates.

/// Hexadecimal digits of a hash.
const DIGITS: usize = 64;

/// The hash that a query names.
pub fn hash(query: &str) -> Option<&str> {
    let hash = query.strip_prefix("h=")?;
    (hash.len() == DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(hash)
}
