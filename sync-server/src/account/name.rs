//! What logins, names and bodies may look like.

use super::AccountError;

/// A login: 3 to 32 of a–z, 0–9, `.`, `-`, `_`, a letter first, so that no two look alike. Capitals are read as small.
pub(super) fn login(text: &str) -> Result<String, AccountError> {
    let login = text.trim().to_ascii_lowercase();
    let bytes = login.as_bytes();
    let good = (3..=32).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes[bytes.len() - 1].is_ascii_alphanumeric()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(byte));
    if good { Ok(login) } else { Err(AccountError::BadLogin) }
}

/// A name for people to read: one line, 1 to 100 characters.
pub(super) fn line(text: &str, what: &'static str) -> Result<String, AccountError> {
    let line = text.trim();
    if (1..=100).contains(&line.chars().count()) && !line.chars().any(char::is_control) {
        Ok(line.to_owned())
    } else {
        Err(AccountError::BadName { what })
    }
}
