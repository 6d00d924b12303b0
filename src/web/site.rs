//! A request in, a file of the current release out.

use std::sync::Arc;

use axum::body::Body;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::Request;
use axum::http::Response;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;

use super::Site;
use super::address;
use super::conditional;
use super::conditional::Range;
use super::damage;
use super::encoding;
use super::encoding::Encoding;
use super::headers;
use super::problem;
use super::problem::Problem;
use super::ready;
use crate::release::Release;
use crate::release::loaded::File;

/// Below this a body is not worth compressing.
const SMALL: u64 = 256;
/// As many headers as an answer has.
const HEADERS: usize = 16;

/// A file of the release.
pub async fn page(State(site): State<Site>, request: Request<Body>) -> Response<Body> {
    let (request, _) = request.into_parts();
    let answer = match answer(&site, &request).await {
        Ok(response) => response,
        Err(problem) => problem.response(),
    };
    finish(answer, &request)
}

async fn answer(site: &Site, request: &Parts) -> Result<Response<Body>, Problem> {
    read_only(&request.method)?;
    let shown = site.current.shown().ok_or(problem::NO_RELEASE)?;
    let decoded = percent_decode_str(request.uri.path()).decode_utf8().map_err(|_| problem::BAD_PATH)?;
    let path = decoded.strip_prefix('/').ok_or(problem::BAD_PATH)?;
    if let Some(file) = style_of_before(site, &shown.release, (path, request.uri.query())) {
        return Ok(send(site, request, StatusCode::OK, (path, file)).await?.0);
    }
    match find(&shown.release, path) {
        Found::File(path, file) => {
            let (response, bytes) = send(site, request, StatusCode::OK, (&path, file)).await?;
            if let (Some(bytes), Some(encoding)) = (bytes, ready::plain(&request.headers)) {
                shown.ready.keep(request.uri.path(), encoding, (response.headers(), &bytes));
            }
            Ok(response)
        }
        Found::Folder => Ok(redirect(request)),
        Found::Nothing => {
            let file = shown.release.page("404.html").ok_or(problem::NOT_FOUND)?;
            Ok(send(site, request, StatusCode::NOT_FOUND, ("404.html", file)).await?.0)
        }
    }
}

/// The style sheet that a page of a former release asks for by its hash: whoever reads that page sees it as it was made, though the
/// release was switched meanwhile. Of style sheets alone, which say nothing that could have been withdrawn.
fn style_of_before(site: &Site, release: &Release, (path, query): (&str, Option<&str>)) -> Option<File> {
    let hash = query.and_then(address::hash).filter(|_| path.ends_with(".css"))?;
    let is_of_now = release.page(path).is_some_and(|file| file.sha256() == hash);
    if is_of_now { None } else { site.current.former(path, hash) }
}

enum Found {
    File(String, File),
    Folder,
    Nothing,
}

fn find(release: &Release, path: &str) -> Found {
    let file =
        if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    if let Some(found) = release.page(&file) {
        return Found::File(file, found);
    }
    if release.page(&format!("{path}/index.html")).is_some() {
        return Found::Folder;
    }
    Found::Nothing
}

fn read_only(method: &Method) -> Result<(), Problem> {
    if matches!(*method, Method::GET | Method::HEAD) { Ok(()) } else { Err(problem::METHOD) }
}

/// `/x` → `/x/`. The path is as the client wrote it, and names a folder of the release, so it leads nowhere else.
fn redirect(request: &Parts) -> Response<Body> {
    let query = request.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let target = format!("{}/{query}", request.uri.path());
    let Ok(location) = HeaderValue::try_from(target) else {
        return problem::BAD_PATH.response();
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, headers::cache_control());
    response
}

/// The answer, and its body if that is the whole file.
async fn send(
    site: &Site,
    request: &Parts,
    status: StatusCode,
    (path, file): (&str, File),
) -> Result<(Response<Body>, Option<Bytes>), Problem> {
    let content_type = headers::content_type(path);
    let asked = |name| request.headers.get(name).and_then(|value| value.to_str().ok());
    let compressible = headers::compressible(&content_type);
    // A range is a range of the bytes as they are: what a client resumes it began without a coding.
    let ranged = asked(header::RANGE).filter(|_| status == StatusCode::OK);
    let encoding = if compressible && file.size() >= SMALL && ranged.is_none() {
        encoding::choose(asked(header::ACCEPT_ENCODING))
    } else {
        Encoding::Identity
    };
    let etag = etag(&file, encoding);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().reserve(HEADERS);
    describe(response.headers_mut(), (&etag, compressible));
    if status == StatusCode::OK
        && asked(header::IF_NONE_MATCH).is_some_and(|tags| conditional::none_match(tags, &etag))
    {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok((response, None));
    }
    damage::refuse(&site.damaged, path, &file).await?;
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    if let Some(name) = encoding.name() {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    let current = asked(header::IF_RANGE).is_none_or(|tag| tag == etag);
    if let Some(range) = ranged.filter(|_| current) {
        return Ok((part(response, &file, conditional::range(range, file.size()))?, None));
    }
    let bytes = Bytes::from_owner(body(site, file, encoding).await?);
    set_body(&mut response, bytes.clone());
    Ok((response, Some(bytes)))
}

fn describe(headers: &mut HeaderMap, (etag, compressible): (&str, bool)) {
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, headers::cache_control());
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if compressible {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// Digits of a file's hash in its tag.
const IN_TAG: usize = 32;

fn etag(file: &File, encoding: Encoding) -> String {
    let hash = file.sha256();
    let suffix = encoding.name().map(|name| format!("-{name}")).unwrap_or_default();
    format!("\"{}{suffix}\"", &hash[..IN_TAG])
}

/// Whether a tag is that of the bytes with this hash, whatever their coding.
pub(super) fn is_tag_of(tag: &HeaderValue, hash: &str) -> bool {
    tag.as_bytes().get(1..=IN_TAG) == hash.as_bytes().get(..IN_TAG)
}

fn part(mut response: Response<Body>, file: &File, range: Range) -> Result<Response<Body>, Problem> {
    let size = file.size();
    let (status, content_range, bytes) = match range {
        Range::Whole => (StatusCode::OK, None, file.read()),
        Range::Part { start, end } => {
            let text = format!("bytes {start}-{end}/{size}");
            (StatusCode::PARTIAL_CONTENT, Some(text), file.read_range(start, end - start + 1))
        }
        Range::Unsatisfiable => {
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(format!("bytes */{size}")), Ok(Vec::new()))
        }
    };
    *response.status_mut() = status;
    if let Some(value) = content_range.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    let bytes = bytes.map_err(unreadable)?;
    set_body(&mut response, bytes.into());
    Ok(response)
}

async fn body(site: &Site, file: File, encoding: Encoding) -> Result<Arc<[u8]>, Problem> {
    let key = (file.location().sha256, encoding);
    if let Some(body) = site.bodies.get(&key) {
        return Ok(body);
    }
    if encoding == Encoding::Identity {
        let body: Arc<[u8]> = file.read().map_err(unreadable)?.into();
        site.bodies.put(key, Arc::clone(&body));
        return Ok(body);
    }
    let compressed = tokio::task::spawn_blocking(move || {
        let bytes = file.read().map_err(unreadable)?;
        encoding::compress(encoding, &bytes).map_err(unreadable)
    });
    let body: Arc<[u8]> = compressed.await.map_err(unreadable)??.into();
    site.bodies.put(key, Arc::clone(&body));
    Ok(body)
}

fn unreadable(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a stored page cannot be read");
    problem::UNREADABLE
}

fn set_body(response: &mut Response<Body>, bytes: Bytes) {
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    *response.body_mut() = Body::from(bytes);
}

/// What holds for every answer; a `HEAD` keeps the headers and loses the body.
fn finish(mut response: Response<Body>, request: &Parts) -> Response<Body> {
    headers::secure_page(response.headers_mut(), request.uri.path());
    if request.method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}
