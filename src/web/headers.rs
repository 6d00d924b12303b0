//! What every answer says beside its body: the kind of content, how long it may be kept, what a browser may do with it.

use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::header;

/// What a page may do that has no script: load styles, images and fonts of the site, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// What the search page may do beside: run the site's script, which reads the site's index.
const POLICY_OF_SEARCH: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const SECURITY: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
];

/// Adds the security headers.
pub fn secure(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    for (name, value) in SECURITY {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Adds the security headers of what stands at an address of the site: the search page alone has a script.
pub fn secure_page(headers: &mut HeaderMap, address: &str) {
    secure(headers);
    if ["/tim-kiem/", "/tim-kiem/index.html"].iter().any(|end| address.ends_with(end)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_OF_SEARCH));
    }
}

/// `Content-Type` of a file, with a character set where it is text.
pub fn content_type(path: &str) -> HeaderValue {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let known = match extension {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "ics" => "text/calendar; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "xml" if name.starts_with("atom") => "application/atom+xml; charset=utf-8",
        "xml" if name.starts_with("rss") => "application/rss+xml; charset=utf-8",
        "xml" => "application/xml; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        _ => return guessed(path),
    };
    HeaderValue::from_static(known)
}

fn guessed(path: &str) -> HeaderValue {
    let guess = mime_guess::from_path(path).first_raw().unwrap_or("application/octet-stream");
    HeaderValue::from_static(guess)
}

/// True if the bytes of such a file shrink when compressed.
pub fn compressible(content_type: &HeaderValue) -> bool {
    let text = content_type.to_str().unwrap_or_default();
    text.starts_with("text/")
        || text.starts_with("application/json")
        || text.contains("xml")
        || text.contains("javascript")
}

/// `Cache-Control`: what an address shows may change at any moment, whatever question stands behind it.
pub const fn cache_control() -> HeaderValue {
    HeaderValue::from_static("public, max-age=0, must-revalidate")
}
