//! `/api/preview` and `/preview/…`: the whole site as it would be, for those who decide and nobody else.
//!
//! Pages are rendered with the public address and get that of the preview when they are sent, so that what is looked at is, byte for
//! byte, what would be released.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use axum::Extension;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Response;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use niemyet_sync::chance::SystemChance;
use niemyet_sync::chance::draw;
use niemyet_sync::http::Caller;
use niemyet_sync::http::Json;
use niemyet_sync::http::Problem;
use serde::Deserialize;
use serde::Serialize;

use super::Desk;
use super::failed;
use super::refused;
use crate::document::Key;
use crate::rebuild::preview::Decisions;
use crate::rebuild::preview::Preview;
use crate::release::changes::Difference;
use crate::release::wording::Told;
use crate::web::headers;

/// Previews that are kept; older ones go.
const KEPT: usize = 4;
/// Bytes that they may hold together, besides the newest.
const ROOM: usize = 256 << 20;

/// The previews that are kept, newest last.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<VecDeque<(String, Arc<Preview>)>>);

impl Kept {
    fn put(&self, id: String, preview: Preview) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((id, Arc::new(preview)));
        let held =
            |kept: &VecDeque<(String, Arc<Preview>)>| kept.iter().map(|(_, one)| one.size()).sum::<usize>();
        while kept.len() > KEPT || (kept.len() > 1 && held(&kept) > ROOM) {
            kept.pop_front();
        }
    }

    fn get(&self, id: &str) -> Option<Arc<Preview>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == id).map(|(_, preview)| Arc::clone(preview))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    approve: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    withdraw: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Made {
    url: String,
    pages: Pages,
}

/// How it differs from what is public, as with two releases.
#[derive(Serialize)]
struct Pages {
    #[serde(flatten)]
    files: Difference,
    #[serde(flatten)]
    told: Told,
}

impl Wanted {
    fn decisions(self) -> Result<Decisions, Problem> {
        let key = |text: &str| {
            let key: Key = text.parse().map_err(|_| unknown(text))?;
            if matches!(key, Key::Election | Key::Directive(_)) { Ok(key) } else { Err(unknown(text)) }
        };
        let approve = self.approve.into_iter().map(|(text, mut heads)| {
            heads.sort();
            Ok::<_, Problem>((key(&text)?, heads))
        });
        let withdraw = self.withdraw.iter().map(|text| key(text));
        Ok(Decisions {
            approve: approve.collect::<Result<_, _>>()?,
            withdraw: withdraw.collect::<Result<_, _>>()?,
        })
    }
}

pub(super) async fn make(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Json(wanted): Json<Wanted>,
) -> Result<axum::Json<Made>, Problem> {
    let (decisions, body) = (wanted.decisions()?, caller.account.body);
    let id: [u8; 16] = draw(&SystemChance).map_err(|error| Problem::internal(&error))?;
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let made = move |session: &mut crate::rebuild::Session, place: crate::rebuild::Place<'_>| {
        session.preview(place, &decisions, (&body, &crate::rebuild::now()))
    };
    let preview = desk.0.builder.with(made).await.map_err(refused)?.map_err(failed)?;
    let pages = Pages { files: preview.pages.clone(), told: preview.told.clone() };
    desk.0.previews.put(id.clone(), preview);
    Ok(axum::Json(Made { url: format!("{}/preview/{id}/", desk.0.origin), pages }))
}

pub(super) async fn home(state: State<Desk>, Path(id): Path<String>) -> Result<Response<Body>, Problem> {
    page(state, Path((id, String::new()))).await
}

pub(super) async fn page(
    State(desk): State<Desk>,
    Path((id, path)): Path<(String, String)>,
) -> Result<Response<Body>, Problem> {
    let preview = desk.0.previews.get(&id).ok_or_else(gone)?;
    let root = format!("{}/preview/{id}", desk.0.origin);
    desk.0.server.blocking(move || answer(&preview, &path, (&id, &root))).await?
}

fn answer(preview: &Preview, path: &str, (id, root): (&str, &str)) -> Result<Response<Body>, Problem> {
    let read = |path: &str| preview.file(path).map_err(|error| failed(error.into()));
    let path =
        if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    if let Some(bytes) = read(&path)? {
        return Ok(sent(StatusCode::OK, &path, adapted(&path, bytes, (&preview.base_url, id, root))));
    }
    if read(&format!("{path}/index.html"))?.is_some() {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        let there = format!("/preview/{id}/{path}/");
        let encoded = percent_encoding::utf8_percent_encode(&there, &PATH).to_string();
        if let Ok(location) = HeaderValue::try_from(encoded) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        return Ok(response);
    }
    let missing = read("404.html")?.ok_or_else(Problem::not_found)?;
    Ok(sent(StatusCode::NOT_FOUND, "404.html", adapted("404.html", missing, (&preview.base_url, id, root))))
}

/// What may not stand in a path as it is (RFC 3986, section 3.3).
const PATH: percent_encoding::AsciiSet = percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'%');

fn sent(status: StatusCode, path: &str, bytes: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, headers::content_type(path));
    response
}

/// The same file with links that stay in the preview: the site's address, as it is and as templates escape it, and paths from its root.
fn adapted(path: &str, bytes: Vec<u8>, (base, id, root): (&str, &str, &str)) -> Vec<u8> {
    if !headers::compressible(&headers::content_type(path)) {
        return bytes;
    }
    let Ok(mut text) = String::from_utf8(bytes) else { return Vec::new() };
    if !base.is_empty() {
        text = text.replace(base, root);
        let escaped = |url: &str| url.replace('/', "&#x2F;");
        text = text.replace(&escaped(base), &escaped(root));
    }
    if path.ends_with(".html") {
        for attribute in ["href", "src", "action"] {
            text = text.replace(&format!("{attribute}=\"/"), &format!("{attribute}=\"/preview/{id}/"));
        }
        // Addresses without a scheme begin with two slashes, and lead elsewhere.
        text = text.replace(&format!("=\"/preview/{id}//"), "=\"//");
    }
    text.into_bytes()
}

/// The site's own headers, and that nobody keeps or lists what is not public.
pub(super) async fn as_the_site(request: Request, next: Next) -> Response<Body> {
    let address = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let answer = response.headers_mut();
    headers::secure_page(answer, &address);
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    answer.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn gone() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "no-such-preview",
        "This preview is kept no more; make a new one.",
        "Bản xem trước này không còn; hãy tạo bản mới.",
    )
}

fn unknown(key: &str) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "not-publishable",
        format!("`{key}` is no document that can be public; give `election` or `directive/<symbol>`."),
        format!(
            "`{key}` không phải văn bản có thể công khai; chỉ có `election` hoặc `directive/<số ký hiệu>`."
        ),
    )
}
