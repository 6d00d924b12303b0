//! The communications team's doors: what waits for a decision, previews, rebuilds and releases. Every route asks whether the
//! caller's body may publish, at each request; the documents themselves have the same rule in `policy::rules`.

mod events;
pub mod figures;
mod pending;
mod preview;
mod rebuilds;
mod releases;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::extract::State;
use axum::http::Method;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::middleware::from_fn;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::MethodFilter;
use axum::routing::MethodRouter;
use axum::routing::on;
use niemyet_sync::access::AccountId;
use niemyet_sync::account::Session;
use niemyet_sync::http::Authority;
use niemyet_sync::http::Caller;
use niemyet_sync::http::Problem;
use niemyet_sync::http::Server;

use crate::document::halves;
use crate::policy::access::Role;
use crate::policy::rules::ElectionRules;
use crate::rebuild::RebuildError;
use crate::rebuild::Service;
use crate::rebuild::service::Refused;
use crate::release::ReleaseError;

/// What the routes share.
#[derive(Clone)]
struct Desk(Arc<Inner>);

struct Inner {
    server: Server,
    rules: Arc<ElectionRules>,
    builder: Service,
    /// Where browsers find the server.
    origin: String,
    previews: preview::Kept,
}

/// A route: how it is asked, where, and what answers.
type Route = (Method, &'static str, fn(MethodFilter) -> MethodRouter<Desk>);

/// All routes; all of them are of the communications team alone, and there are no others.
const TABLE: [Route; 10] = [
    (Method::GET, "/api/publication", |asked| on(asked, pending::list)),
    (Method::POST, "/api/preview", |asked| on(asked, preview::make)),
    (Method::GET, "/preview/{preview}/", |asked| on(asked, preview::home)),
    (Method::GET, "/preview/{preview}/{*path}", |asked| on(asked, preview::page)),
    (Method::GET, "/api/rebuild", |asked| on(asked, rebuilds::state)),
    (Method::POST, "/api/rebuild", |asked| on(asked, rebuilds::ask)),
    (Method::GET, "/api/rebuild/events", |asked| on(asked, events::follow)),
    (Method::GET, "/api/releases", |asked| on(asked, releases::list)),
    (Method::GET, "/api/releases/{id}/changes", |asked| on(asked, releases::changes)),
    (Method::POST, "/api/releases/{id}/activate", |asked| on(asked, releases::activate)),
];

/// The routes that the server has here, as it has them.
pub fn routes() -> impl Iterator<Item = (Method, &'static str)> {
    TABLE.into_iter().map(|(method, path, _)| (method, path))
}

/// The routes whose path is so.
fn some(wanted: impl Fn(&str) -> bool) -> Router<Desk> {
    let wanted = TABLE.into_iter().filter(|(_, path, _)| wanted(path));
    wanted.fold(Router::new(), |router, (method, path, made)| match MethodFilter::try_from(method) {
        Ok(asked) => router.route(path, made(asked)),
        // Every method in the table is one of HTTP's own.
        Err(_) => router,
    })
}

pub(super) fn router(server: &Server, rules: &Arc<ElectionRules>, builder: &Service, origin: &str) -> Router {
    let desk = Desk(Arc::new(Inner {
        server: server.clone(),
        rules: Arc::clone(rules),
        builder: builder.clone(),
        origin: origin.to_owned(),
        previews: preview::Kept::default(),
    }));
    let guard = |routes: Router| {
        server.protect(routes.layer(from_fn_with_state(desk.clone(), communications)), Authority::Account)
    };
    let is_page = |path: &str| path.starts_with("/preview/");
    let (api, pages) = (some(|path| !is_page(path)), some(is_page));
    let (api, pages) = (api.with_state(desk.clone()), pages.with_state(desk.clone()));
    // The headers of a page are those of the site; what the gate says of answers to programs does not fit it.
    guard(api).merge(guard(pages).layer(from_fn(preview::as_the_site)))
}

/// Lets only those on whose body publishes; stands behind the server's own gate, which says who the caller is.
async fn communications(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>();
    match caller.is_some_and(|caller| desk.may_publish(&caller.account.body)) {
        true => next.run(request).await,
        false => not_yours().into_response(),
    }
}

impl Desk {
    fn may_publish(&self, body: &str) -> bool {
        self.0.rules.roles(body).contains(&Role::Communications)
    }

    /// Whether a caller may still see what it was let in to see.
    fn may_go_on(&self, account: AccountId, session: &Session, now: i64) -> bool {
        let accounts = self.0.server.accounts();
        let Ok(found) = accounts.get(account) else { return false };
        let open =
            |sessions: Vec<Session>| sessions.iter().any(|one| one.id == session.id && one.is_valid(now));
        found.active && self.may_publish(&found.body) && accounts.sessions(account).is_ok_and(open)
    }
}

fn not_yours() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "not-communications",
        "Only the communications team publishes; ask it.",
        "Chỉ Tổ thông tin, tuyên truyền được công bố nội dung; hãy liên hệ Tổ này.",
    )
}

fn refused(why: Refused) -> Problem {
    let (code, title, detail) = match why {
        Refused::Stopped => (
            "stopping",
            "The server is stopping; try again when it is up.",
            "Máy chủ đang dừng; hãy thử lại khi máy chủ hoạt động.",
        ),
        Refused::Busy => (
            "busy",
            "Too many previews are being made; try again in a few seconds.",
            "Đang dựng quá nhiều bản xem thử; hãy thử lại sau vài giây.",
        ),
    };
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, title, detail).retry_after(5_000)
}

/// Why a release was not made, shown or switched to.
fn failed(error: RebuildError) -> Problem {
    let (vi, en) = halves(&error.to_string());
    match error {
        RebuildError::Release(ReleaseError::Unknown { .. }) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-release",
            "No release of that name is kept; the list shows those that are.",
            "Không còn lưu bản công bố này; hãy chọn trong danh sách.",
        ),
        RebuildError::Lock(_) => Problem::new(
            StatusCode::CONFLICT,
            "releases-in-use",
            "Another program writes releases (niemyet build or watch); wait until it is done and try again.",
            "Một tiến trình khác đang ghi bản công bố; hãy chờ nó xong rồi thử lại.",
        )
        .retry_after(5_000),
        RebuildError::Project(_) | RebuildError::Build(_) | RebuildError::Made { .. } => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "not-buildable",
            en,
            format!("Không dựng được trang: {vi}"),
        ),
        other => {
            tracing::error!(error = %other, "the releases failed during a request");
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "releases",
                en,
                "Kho bản công bố đang gặp sự cố; bản đang công bố không thay đổi. Hãy báo người quản trị.",
            )
        }
    }
}
