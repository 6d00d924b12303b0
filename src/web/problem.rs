//! Errors as RFC 9457 problem details, each with a stable `code`.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::Response;
use axum::http::StatusCode;
use axum::http::header;

/// An error as a client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable name for programs.
    pub code: &'static str,
    /// For people, Vietnamese first.
    pub title: &'static str,
}

/// No such page, and the release has no page of its own to say so.
pub const NOT_FOUND: Problem = Problem {
    status: StatusCode::NOT_FOUND,
    code: "not_found",
    title: "Không tìm thấy trang này. / There is no such page.",
};

/// Nothing was published yet.
pub const NO_RELEASE: Problem = Problem {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "no_release",
    title: "Chưa có nội dung nào được niêm yết. / Nothing has been published yet.",
};

/// The stored bytes cannot be read.
pub const UNREADABLE: Problem = Problem {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    code: "release_unreadable",
    title: "Không đọc được trang này, hãy thử lại sau. / This page cannot be read, try again later.",
};

/// The stored bytes are not those that were built.
pub const DAMAGED: Problem = Problem {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    code: "damaged",
    title: "Trang này bị hỏng khi lưu trữ nên không được gửi đi. / This page is damaged in storage and is not sent.",
};

/// The public site is only read.
pub const METHOD: Problem = Problem {
    status: StatusCode::METHOD_NOT_ALLOWED,
    code: "method_not_allowed",
    title: "Địa chỉ này chỉ để đọc. / This address is for reading only.",
};

/// The path is not UTF-8.
pub const BAD_PATH: Problem = Problem {
    status: StatusCode::BAD_REQUEST,
    code: "bad_path",
    title: "Địa chỉ không hợp lệ. / The address is not valid.",
};

impl Problem {
    /// The response that says so.
    pub fn response(self) -> Response<Body> {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": self.title,
            "status": self.status.as_u16(),
            "code": self.code,
        });
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.status {
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}
