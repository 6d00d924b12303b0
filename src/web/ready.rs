//! Answers to plain requests for pages, kept as they were given while their release is current, so that the next reader's costs a
//! look-up. Only what the routes left to the site is ever put here, so whatever has a route of its own keeps it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::Method;
use axum::http::Request;
use axum::http::Response;
use axum::http::header;
use http_body_util::Full;

use super::address;
use super::encoding;
use super::encoding::Encoding;
use super::headers;
use super::site;

/// Bytes of bodies that the answers of one release hold; they are shared with the cache of bodies.
const ROOM: usize = 64 << 20;
/// Headers in all take less room than that.
const HEAD: usize = 1 << 10;

/// An answer whose status is 200.
#[derive(Debug)]
struct Answer {
    headers: HeaderMap,
    body: Bytes,
}

/// The answers of one release, by the path that clients write and the coding that they prefer.
#[derive(Debug, Default)]
pub struct Ready(RwLock<Table>);

#[derive(Debug, Default)]
struct Table {
    identity: Paths,
    gzip: Paths,
    brotli: Paths,
    bytes: usize,
}

type Paths = HashMap<Box<str>, Arc<Answer>, ahash::RandomState>;

impl Table {
    fn of(&mut self, encoding: Encoding) -> &mut Paths {
        match encoding {
            Encoding::Identity => &mut self.identity,
            Encoding::Gzip => &mut self.gzip,
            Encoding::Brotli => &mut self.brotli,
        }
    }
}

/// The coding that a request prefers, if nothing but its path, query and that decides the answer.
pub fn plain(headers: &HeaderMap) -> Option<Encoding> {
    let decides = [header::RANGE, header::IF_NONE_MATCH];
    if decides.iter().any(|name| headers.contains_key(name)) {
        return None;
    }
    Some(encoding::choose(headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok())))
}

impl Ready {
    /// Keeps what was sent with status 200 to a plain request, while there is room.
    pub fn keep(&self, path: &str, encoding: Encoding, (sent, body): (&HeaderMap, &Bytes)) {
        let size = body.len() + path.len() + HEAD;
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // A path in another spelling is not kept, so there are no more answers than the release has files, and folders' own names.
        if table.bytes + size > ROOM || path.contains('%') {
            return;
        }
        let mut headers = sent.clone();
        headers::secure_page(&mut headers, path);
        headers.insert(header::CACHE_CONTROL, headers::cache_control());
        let answer = Arc::new(Answer { headers, body: body.clone() });
        if table.of(encoding).insert(path.into(), answer).is_none() {
            table.bytes += size;
        }
    }

    /// The answer to a request that one like it had before.
    pub fn answer<B>(&self, request: &Request<B>) -> Option<Response<Full<Bytes>>> {
        let whole = match *request.method() {
            Method::GET => true,
            Method::HEAD => false,
            _ => return None,
        };
        let encoding = plain(request.headers())?;
        let answer = {
            let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
            let paths = match encoding {
                Encoding::Identity => &table.identity,
                Encoding::Gzip => &table.gzip,
                Encoding::Brotli => &table.brotli,
            };
            Arc::clone(paths.get(request.uri().path())?)
        };
        // A page of a former release may ask for other bytes than those of now.
        if let Some(hash) = request.uri().query().and_then(address::hash)
            && !site::is_tag_of(answer.headers.get(header::ETAG)?, hash)
        {
            return None;
        }
        let mut response = Response::new(Full::new(if whole { answer.body.clone() } else { Bytes::new() }));
        *response.headers_mut() = answer.headers.clone();
        Some(response)
    }
}
