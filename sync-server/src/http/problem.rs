//! Errors as RFC 9457 problem details, in two languages, with a code for programs.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

use super::words;
use crate::account::AccountError;
use crate::store::StoreError;

/// An error as a client sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// A stable word for programs.
    pub code: &'static str,
    /// English: what is wrong and what to do next.
    pub title: Cow<'static, str>,
    /// Vietnamese: the same.
    pub detail_vi: Cow<'static, str>,
    retry_after: Option<i64>,
}

impl Problem {
    /// A problem.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: impl Into<Cow<'static, str>>,
        detail_vi: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, code, title: title.into(), detail_vi: detail_vi.into(), retry_after: None }
    }

    /// When to try again, in milliseconds from now.
    #[must_use]
    pub const fn retry_after(mut self, milliseconds: i64) -> Self {
        self.retry_after = Some(milliseconds);
        self
    }

    /// Something that must not happen. The log gets its words, the client does not.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = %error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The server failed; try again, and tell the administrator if it goes on.",
            "Máy chủ gặp lỗi; hãy thử lại, và báo người quản trị nếu lỗi vẫn còn.",
        )
    }

    /// There is nothing at that address, or nothing that the caller may know of.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "There is nothing at this address; check it.",
            "Không có gì tại địa chỉ này; hãy kiểm tra lại.",
        )
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed during a request");
        let (title, detail_vi) = (
            "The store fails at this moment; nothing was changed. Try again later.",
            "Kho dữ liệu đang gặp sự cố; chưa có gì thay đổi. Hãy thử lại sau.",
        );
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "store", title, detail_vi).retry_after(10_000)
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let title = error.to_string();
        match error {
            AccountError::Store(error) => error.into(),
            AccountError::Chance(_) | AccountError::Hashing => Self::internal(&error),
            other => {
                let (status, code) = words::of(&other);
                let problem = Self::new(status, code, title, other.vietnamese());
                match other {
                    AccountError::TooMany { wait } => problem.retry_after(wait),
                    AccountError::Busy => problem.retry_after(60_000),
                    _ => problem,
                }
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": self.title,
            "status": self.status.as_u16(),
            "code": self.code,
            "detail_vi": self.detail_vi,
        });
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"niemyet\""));
        }
        if let Some(wait) = self.retry_after {
            // Whole seconds (RFC 9110, 10.2.3), never too early.
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.max(0).saturating_add(999) / 1_000));
        }
        response
    }
}
