//! Where browsers find the server, and so which pages may use a browser's cookie (RFC 6454).

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::Uri;
use axum::http::header;

/// Scheme, host and port under which browsers find the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    text: String,
    /// Of a server on loopback without TLS: its port. All names of loopback are the same machine then.
    loopback: Option<u16>,
}

/// Text that is no origin of a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` không phải là địa chỉ của máy chủ này: hãy ghi `https://host`, hoặc `http://127.0.0.1:port` nếu chỉ dùng trên máy này, không \
     kèm đường dẫn. / `{text}` is no origin of this server: write `https://host`, or `http://127.0.0.1:port` for this machine alone, \
     without a path"
)]
pub struct BadOrigin {
    /// The text.
    pub text: String,
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Scheme, host and port, if the text is an origin and no more.
fn parts(text: &str) -> Option<(String, String, Option<u16>)> {
    let uri: Uri = text.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let plain = uri.path() == "/" && uri.query().is_none() && !text.ends_with('/');
    let bare = !authority.as_str().contains('@');
    (plain && bare).then(|| (scheme.to_owned(), authority.host().to_ascii_lowercase(), authority.port_u16()))
}

impl Origin {
    /// Reads an origin: `https://…`, or `http://…` on loopback.
    ///
    /// # Errors
    /// If it is something else. Without TLS a password would cross the network in the clear.
    pub fn parse(text: &str) -> Result<Self, BadOrigin> {
        let bad = || BadOrigin { text: text.chars().take(200).collect() };
        let (scheme, host, port) = parts(text).ok_or_else(bad)?;
        let loopback = match scheme.as_str() {
            "https" => None,
            "http" if is_loopback(&host) => Some(port.unwrap_or(80)),
            _ => return Err(bad()),
        };
        // As browsers write it: without the port that the scheme has anyway.
        let port = port.filter(|port| *port != if loopback.is_some() { 80 } else { 443 });
        let port = port.map_or(String::new(), |port| format!(":{port}"));
        Ok(Self { text: format!("{scheme}://{host}{port}"), loopback })
    }

    /// As a browser writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is reached over TLS.
    pub const fn is_secure(&self) -> bool {
        self.loopback.is_none()
    }

    /// Whether a request states this origin, once.
    pub(super) fn is_stated(&self, headers: &HeaderMap) -> bool {
        let mut stated = headers.get_all(header::ORIGIN).iter();
        let (Some(first), None) = (stated.next(), stated.next()) else { return false };
        first.to_str().is_ok_and(|text| self.is_same(text))
    }

    fn is_same(&self, stated: &str) -> bool {
        let Some(own) = self.loopback else { return stated == self.text };
        parts(stated).is_some_and(|(scheme, host, port)| {
            scheme == "http" && is_loopback(&host) && port.unwrap_or(80) == own
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_https_or_this_machine() {
        let good = [
            ("https://bau-cu.example", "https://bau-cu.example"),
            ("https://Bau-Cu.example:443", "https://bau-cu.example"),
            ("https://bau-cu.example:8443", "https://bau-cu.example:8443"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ];
        for (text, written) in good {
            assert_eq!(Origin::parse(text).unwrap().as_str(), written);
        }
        let bad = [
            "http://bau-cu.example",
            "http://10.0.0.1:8080",
            "https://bau-cu.example/",
            "https://bau-cu.example/x",
            "https://a@bau-cu.example",
            "ws://127.0.0.1",
            "bau-cu.example",
            "null",
            "",
        ];
        for text in bad {
            assert!(Origin::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_its_own_pages_state_it() {
        let far = Origin::parse("https://bau-cu.example").unwrap();
        let near = Origin::parse("http://127.0.0.1:8080").unwrap();
        let table = [
            (&far, "https://bau-cu.example", true),
            (&far, "https://bau-cu.example:444", false),
            (&far, "http://bau-cu.example", false),
            (&far, "https://bau-cu.example.evil.example", false),
            (&far, "null", false),
            (&near, "http://127.0.0.1:8080", true),
            (&near, "http://localhost:8080", true),
            (&near, "http://[::1]:8080", true),
            (&near, "http://localhost:8081", false),
            (&near, "https://localhost:8080", false),
            (&near, "http://localhost.evil.example:8080", false),
            (&near, "http://127.0.0.1:8080/x", false),
        ];
        for (origin, stated, same) in table {
            assert_eq!(origin.is_same(stated), same, "{stated}");
        }
    }
}
