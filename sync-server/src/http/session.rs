//! `/api/session`: logging in and out, and passwords.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;

use super::Caller;
use super::Json;
use super::Problem;
use super::Server;
use super::accounts::known_body;
use super::caller::Visitor;
use super::cookie;
use super::now;
use crate::account;
use crate::account::New;

/// An account as its person sees it.
#[derive(Debug, Serialize)]
pub(super) struct Account {
    id: i64,
    login: String,
    name: String,
    body: String,
    admin: bool,
}

impl From<account::Account> for Account {
    fn from(account: account::Account) -> Self {
        let account::Account { id, login, name, body, admin, .. } = account;
        Self { id: id.0, login, name, body, admin }
    }
}

#[derive(Debug, Serialize)]
struct Who {
    account: Account,
    /// The device's name; of a browser null.
    device: Option<String>,
    expires_at: Option<i64>,
}

impl Who {
    fn new(account: account::Account, session: account::Session) -> Self {
        Self { account: account.into(), device: session.device, expires_at: session.expires_at }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    login: String,
    password: String,
}

pub(super) async fn login(
    State(server): State<Server>,
    Extension(visitor): Extension<Visitor>,
    Json(given): Json<Credentials>,
) -> Result<Response, Problem> {
    let accounts = server.accounts().clone();
    let work = move || accounts.login(visitor.visit(), &given.login, &given.password);
    let login = server.inner.workers.passwords.run(work).await?;
    server.inner.meters.login(login.is_ok());
    let login = login?;
    let lasts = login.session.expires_at.map_or(0, |end| end.saturating_sub(now()) / 1_000);
    let mut response = axum::Json(Who::new(login.account, login.session)).into_response();
    cookie::set(response.headers_mut(), &server.inner.settings.origin, login.token.show(), lasts);
    Ok(response)
}

pub(super) async fn who(Extension(caller): Extension<Caller>) -> Response {
    axum::Json(Who::new(caller.account, caller.session)).into_response()
}

pub(super) async fn logout(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, Problem> {
    let accounts = server.accounts().clone();
    server.blocking(move || accounts.logout(now(), &caller.session)).await??;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookie::clear(response.headers_mut(), &server.inner.settings.origin);
    Ok(response)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    old: String,
    new: String,
}

pub(super) async fn change_password(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Extension(visitor): Extension<Visitor>,
    Json(given): Json<Change>,
) -> Result<StatusCode, Problem> {
    let accounts = server.accounts().clone();
    let work = move || accounts.change_password(visitor.visit(), &caller.session, &given.old, &given.new);
    server.inner.workers.passwords.run(work).await??;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Coded {
    login: String,
    code: String,
    password: String,
}

pub(super) async fn set_password(
    State(server): State<Server>,
    Extension(visitor): Extension<Visitor>,
    Json(given): Json<Coded>,
) -> Result<axum::Json<Account>, Problem> {
    let accounts = server.accounts().clone();
    let work = move || accounts.set_password(visitor.visit(), &given.login, &given.code, &given.password);
    let account = server.inner.workers.passwords.run(work).await??;
    Ok(axum::Json(account.into()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct First {
    code: String,
    login: String,
    name: String,
    body: String,
    password: String,
}

pub(super) async fn claim(
    State(server): State<Server>,
    Extension(visitor): Extension<Visitor>,
    Json(given): Json<First>,
) -> Result<axum::Json<Account>, Problem> {
    known_body(&server, &given.body)?;
    let accounts = server.accounts().clone();
    let work = move || {
        let new = New { login: &given.login, name: &given.name, body: &given.body };
        accounts.claim(visitor.visit(), &given.code, new, &given.password)
    };
    let account = server.inner.workers.passwords.run(work).await??;
    Ok(axum::Json(account.into()))
}
