//! Before a handler sees a request: who makes it, from where, from which page, and whether the route is theirs.

use axum::Router;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::response::Response;

use super::Authority;
use super::Caller;
use super::Problem;
use super::Server;
use super::caller::Visitor;
use super::cookie;
use super::now;

/// How often sessions had been ended when the caller was looked up; see [`super::sockets`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Generation(pub(super) u64);

/// Answers carry what is private: nobody may keep, guess at or embed them.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// What a request shows of its maker.
enum Credential {
    Cookie(String),
    Token(String),
    Nothing,
}

impl Credential {
    /// An `Authorization` header is a deliberate act and counts before a cookie, which comes by itself.
    fn of(server: &Server, headers: &HeaderMap) -> Self {
        if let Some(line) = headers.get(header::AUTHORIZATION) {
            let token = line.to_str().ok().and_then(|line| line.split_once(' '));
            let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
            return token.map_or(Self::Nothing, |(_, token)| Self::Token(token.trim().to_owned()));
        }
        let token = cookie::read(headers, &server.inner.settings.origin);
        token.map_or(Self::Nothing, |token| Self::Cookie(token.to_owned()))
    }
}

pub(super) fn protect(server: &Server, router: Router, authority: Authority) -> Router {
    router.layer(from_fn_with_state((server.clone(), authority), gate))
}

/// The middleware.
pub(super) async fn gate(
    State((server, authority)): State<(Server, Authority)>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut response = match admit(&server, authority, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn admit(server: &Server, authority: Authority, request: &mut Request) -> Result<(), Problem> {
    let settings = &server.inner.settings;
    let visitor = Visitor::of(request.extensions(), request.headers(), &settings.proxies);
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(Generation(server.inner.sockets.generation()));
    let credential = Credential::of(server, request.headers());
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let opens_socket = request.headers().contains_key(header::UPGRADE);
    let needs_origin = !safe || (opens_socket && matches!(credential, Credential::Cookie(_)));
    let by_token = matches!(credential, Credential::Token(_));
    if needs_origin && !by_token && !settings.origin.is_stated(request.headers()) {
        return Err(foreign());
    }
    if authority == Authority::Public {
        return Ok(());
    }
    let caller = authenticate(server, credential).await?.ok_or_else(unknown)?;
    if authority == Authority::Administrator && !caller.account.admin {
        return Err(not_administrator());
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

/// A cookie must be a browser's and a token a device's: what leaks in one place is of no use in the other.
async fn authenticate(server: &Server, credential: Credential) -> Result<Option<Caller>, Problem> {
    let (token, by_browser) = match credential {
        Credential::Cookie(token) => (token, true),
        Credential::Token(token) => (token, false),
        Credential::Nothing => return Ok(None),
    };
    let accounts = server.accounts().clone();
    let found = server.blocking(move || accounts.authenticate(now(), &token)).await??;
    let caller = found.map(|(account, session)| Caller { account, session });
    Ok(caller.filter(|caller| caller.is_browser() == by_browser))
}

fn unknown() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "not-logged-in",
        "Log in first, or send the token of a device.",
        "Hãy đăng nhập trước, hoặc gửi mã của thiết bị.",
    )
}

fn not_administrator() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "not-administrator",
        "Only an administrator may do this; ask one.",
        "Chỉ người quản trị được làm việc này; hãy liên hệ họ.",
    )
}

fn foreign() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "foreign-origin",
        "The request does not come from a page of this server; open the server's own address and try again.",
        "Yêu cầu không đến từ trang của máy chủ này; hãy mở đúng địa chỉ của máy chủ rồi thử lại.",
    )
}
