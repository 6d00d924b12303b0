//! The cookie that carries a browser's session (RFC 6265).

use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header;

use super::Origin;

/// The prefix makes browsers refuse the cookie from any other host, path or an insecure page.
const SECURE: &str = "__Host-niemyet";
/// Browsers take the prefix only over TLS.
const PLAIN: &str = "niemyet-session";

const fn name(origin: &Origin) -> &'static str {
    if origin.is_secure() { SECURE } else { PLAIN }
}

/// The session's token that a request carries. Two different ones mean that somebody else has set one: neither counts.
pub(super) fn read<'a>(headers: &'a HeaderMap, origin: &Origin) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut tokens = pairs.filter(|(key, _)| *key == name(origin)).map(|(_, token)| token);
    let first = tokens.next()?;
    tokens.all(|other| other == first).then_some(first)
}

fn line(origin: &Origin, token: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if origin.is_secure() { "; Secure" } else { "" };
    let text =
        format!("{}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", name(origin));
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Sets it for so many seconds.
pub(super) fn set(headers: &mut HeaderMap, origin: &Origin, token: &str, seconds: i64) {
    if let Some(line) = line(origin, token, seconds) {
        headers.append(header::SET_COOKIE, line);
    }
}

/// Takes it away.
pub(super) fn clear(headers: &mut HeaderMap, origin: &Origin) {
    set(headers, origin, "", 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_set_read_and_not_taken_from_strangers() {
        let origin = Origin::parse("https://bau-cu.example").unwrap();
        let mut headers = HeaderMap::new();
        set(&mut headers, &origin, "abc", 60);
        let line = headers[header::SET_COOKIE].to_str().unwrap();
        assert_eq!(line, "__Host-niemyet=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure");
        let table = [
            ("__Host-niemyet=abc", Some("abc")),
            ("a=b; __Host-niemyet=abc; c=d", Some("abc")),
            ("niemyet-session=abc", None),
            ("x__Host-niemyet=abc", None),
            ("__Host-niemyet=abc; __Host-niemyet=evil", None),
            ("", None),
        ];
        for (line, token) in table {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(line))]);
            assert_eq!(read(&headers, &origin), token, "{line}");
        }
    }
}
