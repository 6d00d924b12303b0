//! The browser editor: its built files, carried by the binary, under `/editor/`. They are public; what they show is not, and comes
//! through the doors of the sync server.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use axum::routing::get;
use rust_embed::EmbeddedFile;
use rust_embed::RustEmbed;

use super::conditional;
use super::encoding;
use super::encoding::Encoding;
use super::headers;
use super::problem;

#[derive(RustEmbed)]
#[folder = "editor/dist/"]
struct Built;

/// Scripts and styles of its own, WebAssembly of its own, connections to its own server; nothing of anybody else.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
    img-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Names that carry the hash of their content.
const BY_HASH: &str = "public, max-age=31536000, immutable";

/// Bodies that were compressed with gzip, for the clients that do not read Brotli.
static GZIPPED: Mutex<Option<HashMap<String, Vec<u8>>>> = Mutex::new(None);

/// The routes of the editor.
pub fn router() -> Router {
    let to_folder = || async { Redirect::permanent("/editor/") };
    Router::new()
        .route("/editor", get(to_folder))
        .route("/editor/", get(file))
        .route("/editor/{*path}", get(file))
}

async fn file(request: Request) -> Response {
    let path = request.uri().path().strip_prefix("/editor/").unwrap_or_default();
    let path = if path.is_empty() { "index.html" } else { path };
    // What lies beside a file in another coding has no address of its own.
    let found = Built::get(path).filter(|_| !path.ends_with(".br"));
    let mut response = match found {
        Some(file) => answer(path, &file, request.headers()),
        None => problem::NOT_FOUND.response(),
    };
    headers::secure(response.headers_mut());
    let own = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in own {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if *request.method() == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn answer(path: &str, file: &EmbeddedFile, asked: &HeaderMap) -> Response {
    let asked = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let content_type = content_type(path);
    let (encoding, body) = coded(path, file, encoding::choose(asked(header::ACCEPT_ENCODING)));
    let etag = etag(file, encoding);
    let mut response = StatusCode::OK.into_response();
    let answer = response.headers_mut();
    if let Ok(etag) = HeaderValue::try_from(etag.as_str()) {
        answer.insert(header::ETAG, etag);
    }
    let by_hash = path.starts_with("assets/");
    answer
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(if by_hash { BY_HASH } else { "no-cache" }));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if asked(header::IF_NONE_MATCH).is_some_and(|tags| conditional::none_match(tags, &etag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, content_type);
    answer.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    if let Some(name) = encoding.name() {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    *response.body_mut() = Body::from(body);
    response
}

/// A browser compiles WebAssembly as it comes in only if it is called by its name.
fn content_type(path: &str) -> HeaderValue {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("wasm") => HeaderValue::from_static("application/wasm"),
        Some("js") => HeaderValue::from_static("text/javascript; charset=utf-8"),
        Some("webmanifest") => HeaderValue::from_static("application/manifest+json"),
        _ => headers::content_type(path),
    }
}

/// The body in the coding that the client prefers: Brotli was made at build time, gzip is made once.
fn coded(path: &str, file: &EmbeddedFile, wanted: Encoding) -> (Encoding, Vec<u8>) {
    let whole = || (Encoding::Identity, file.data.to_vec());
    match wanted {
        Encoding::Identity => whole(),
        Encoding::Brotli => Built::get(&format!("{path}.br"))
            .map_or_else(whole, |small| (Encoding::Brotli, small.data.into_owned())),
        Encoding::Gzip => {
            let mut made = GZIPPED.lock().unwrap_or_else(PoisonError::into_inner);
            let made = made.get_or_insert_default();
            if let Some(small) = made.get(path) {
                return (Encoding::Gzip, small.clone());
            }
            encoding::compress(Encoding::Gzip, &file.data).map_or_else(
                |_| whole(),
                |small| {
                    made.insert(path.to_owned(), small.clone());
                    (Encoding::Gzip, small)
                },
            )
        }
    }
}

fn etag(file: &EmbeddedFile, encoding: Encoding) -> String {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let suffix = encoding.name().map(|name| format!("-{name}")).unwrap_or_default();
    format!("\"{hex}{suffix}\"")
}
