//! The table of routes. Every route states here who may use it, and stands behind the gate that holds it to that.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodFilter;
use axum::routing::MethodRouter;
use axum::routing::on;

use super::Authority;
use super::Authority::Account;
use super::Authority::Administrator;
use super::Authority::Public;
use super::Problem;
use super::Server;
use super::accounts;
use super::device;
use super::document;
use super::gate::gate;
use super::metrics;
use super::operate;
use super::session;
use super::socket;

/// A route and who may use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, `{…}` for what varies.
    pub path: &'static str,
    /// Who may use it.
    pub authority: Authority,
}

struct Entry {
    route: Route,
    handler: MethodRouter<Server>,
}

fn entry<T: 'static, H: Handler<T, Server>>(
    authority: Authority,
    method: &Method,
    path: &'static str,
    handler: H,
) -> Entry {
    // Every method of the table has a filter.
    let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::TRACE);
    Entry { route: Route { method: method.clone(), path, authority }, handler: on(filter, handler) }
}

fn table() -> Vec<Entry> {
    let (get, post, delete) = (&Method::GET, &Method::POST, &Method::DELETE);
    vec![
        entry(Public, get, "/healthz", operate::health),
        entry(Public, get, "/readyz", operate::ready),
        entry(Account, get, "/metrics", metrics::metrics),
        entry(Account, get, "/sync", socket::sync),
        entry(Public, post, "/api/session", session::login),
        entry(Account, get, "/api/session", session::who),
        entry(Account, delete, "/api/session", session::logout),
        entry(Account, post, "/api/session/password", session::change_password),
        entry(Public, post, "/api/session/password/code", session::set_password),
        entry(Public, post, "/api/session/password/first", session::claim),
        entry(Account, get, "/api/session/devices", device::list),
        entry(Account, post, "/api/session/devices", device::make),
        entry(Account, delete, "/api/session/devices/{id}", device::revoke),
        entry(Account, get, "/api/documents/{id}/refusal", document::refusal),
        entry(Account, get, "/api/documents/{id}/receipts", document::receipts),
        entry(Administrator, get, "/api/accounts", accounts::list),
        entry(Administrator, post, "/api/accounts", accounts::add),
        entry(Administrator, post, "/api/accounts/{id}/disable", accounts::disable),
        entry(Administrator, post, "/api/accounts/{id}/enable", accounts::enable),
        entry(Administrator, post, "/api/accounts/{id}/reset", accounts::reset),
        entry(Administrator, post, "/api/accounts/{id}/tokens", accounts::token),
        entry(Administrator, get, "/api/accounts/{id}/devices", accounts::devices),
        entry(Administrator, delete, "/api/accounts/{id}/devices/{device}", accounts::revoke),
    ]
}

/// All routes with their authorities.
pub fn routes() -> Vec<Route> {
    table().into_iter().map(|entry| entry.route).collect()
}

pub(super) fn router(server: &Server) -> Router {
    let mut router = Router::new();
    for Entry { route, handler } in table() {
        let gate = from_fn_with_state((server.clone(), route.authority), gate);
        router = router.route(route.path, handler.layer(gate));
    }
    router.method_not_allowed_fallback(wrong_method).with_state(server.clone())
}

async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "This address does not take this method; look at the list of routes.",
        "Địa chỉ này không nhận phương thức này; hãy xem danh sách địa chỉ.",
    )
}
