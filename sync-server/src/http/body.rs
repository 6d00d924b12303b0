//! Bodies of requests: JSON, small, and nothing in them that is not understood.

use std::time::Duration;

use axum::extract::FromRequest;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header;
use serde::de::DeserializeOwned;

use super::Problem;

/// The longest body; the largest is a login with a password.
const LONGEST: usize = 16 << 10;
/// Time for all of it.
const WITHIN: Duration = Duration::from_secs(15);

/// The JSON body of a request. Types should refuse unknown keys (`deny_unknown_fields`).
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim());
        if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
            return Err(bad(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", "send `application/json`"));
        }
        let read = axum::body::to_bytes(request.into_body(), LONGEST);
        let read = tokio::time::timeout(WITHIN, read).await;
        let read =
            read.map_err(|_| bad(StatusCode::REQUEST_TIMEOUT, "too-slow", "send it within 15 seconds"))?;
        let bytes =
            read.map_err(|_| bad(StatusCode::PAYLOAD_TOO_LARGE, "too-long", "it may have 16 KiB at most"))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            bad(StatusCode::UNPROCESSABLE_ENTITY, "bad-json", &format!("{error}; mend it and try again"))
        })
    }
}

fn bad(status: StatusCode, code: &'static str, what: &str) -> Problem {
    let vi = "Nội dung gửi lên không đúng dạng mà máy chủ hiểu; hãy cập nhật ứng dụng rồi thử lại.";
    Problem::new(status, code, format!("The body is not what the server understands: {what}."), vi)
}
