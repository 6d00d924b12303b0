//! What is asked for again and again over lines that are slow and paid by the byte: sent as a whole only when it says something
//! new, and then compressed.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

use super::conditional;
use super::encoding;

/// Answers with JSON; with 304 (RFC 9110, section 15.4.5) if whoever asks has what is the same by its `mark`: whatever the answer
/// says but the time.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn answer(
    asked: &HeaderMap,
    mark: &impl Serialize,
    answer: &impl Serialize,
) -> serde_json::Result<Response> {
    let asked = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let etag = format!("\"{:032x}\"", xxh3_128(&serde_json::to_vec(mark)?));
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    // Weak: the same answer has other bytes with each coding, and another time.
    headers.extend(HeaderValue::try_from(format!("W/{etag}")).map(|etag| (header::ETAG, etag)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if asked(header::IF_NONE_MATCH).is_some_and(|tags| conditional::none_match(tags, &etag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let json = serde_json::to_vec(answer)?;
    let encoding = encoding::choose(asked(header::ACCEPT_ENCODING));
    let body = match (encoding.name(), encoding::compress_once(encoding, &json)) {
        (Some(name), Ok(coded)) => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
            coded
        }
        _ => json,
    };
    *response.body_mut() = Body::from(body);
    Ok(response)
}
