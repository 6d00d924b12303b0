//! `/api/accounts`: what administrators do with accounts.

use axum::Extension;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde::Serialize;

use super::Caller;
use super::Json;
use super::Problem;
use super::Server;
use super::device::Device;
use super::device::Made;
use super::device::Wanted;
use super::device::revoke_of;
use crate::access::AccountId;
use crate::account;
use crate::account::AccountError;
use crate::account::Accounts;
use crate::account::New;
use crate::audit::Act;

/// An account as an administrator sees it.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    id: i64,
    login: String,
    name: String,
    body: String,
    admin: bool,
    active: bool,
    has_password: bool,
    created_at: i64,
}

impl From<account::Account> for Listed {
    fn from(account: account::Account) -> Self {
        let account::Account { id, login, name, body, admin, active, has_password, created_at } = account;
        Self { id: id.0, login, name, body, admin, active, has_password, created_at }
    }
}

pub(super) async fn list(State(server): State<Server>) -> Result<axum::Json<Vec<Listed>>, Problem> {
    let accounts = server.accounts().clone();
    let all = server.blocking(move || accounts.list()).await??;
    Ok(axum::Json(all.into_iter().map(Listed::from).collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    login: String,
    name: String,
    body: String,
    #[serde(default)]
    admin: bool,
}

/// An account that was just added, and the code with which its person sets a password.
#[derive(Serialize)]
pub(super) struct Added {
    account: Listed,
    code: String,
}

pub(super) async fn add(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Json(wanted): Json<Add>,
) -> Result<(StatusCode, axum::Json<Added>), Problem> {
    known_body(&server, &wanted.body)?;
    let accounts = server.accounts().clone();
    let work = move || {
        let new = New { login: &wanted.login, name: &wanted.name, body: &wanted.body };
        accounts.add(caller.act(), new, wanted.admin)
    };
    let (account, code) = server.blocking(work).await??;
    Ok((StatusCode::CREATED, axum::Json(Added { account: account.into(), code: code.show().to_owned() })))
}

/// An account of a body that there is not could open nothing.
pub(super) fn known_body(server: &Server, body: &str) -> Result<(), Problem> {
    if server.inner.rules.has_body(body) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "unknown-body",
        "There is no such body; choose one of the list.",
        "Không có cơ quan này; hãy chọn một cơ quan trong danh sách.",
    ))
}

pub(super) async fn devices(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<axum::Json<Vec<Device>>, Problem> {
    let asking = caller.session.id;
    let sessions = with(server, caller, id, |accounts, _, id| {
        accounts.get(id)?;
        accounts.sessions(id)
    });
    Ok(axum::Json(sessions.await?.into_iter().map(|one| Device::of(one, asking)).collect()))
}

/// Ends a session or device token of somebody: a laptop was lost.
pub(super) async fn revoke(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Path((id, device)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    with(server, caller, id, move |accounts, act, id| revoke_of(accounts, act, id, &device))
        .await
        .map(|()| StatusCode::NO_CONTENT)
}

/// Does something with the account of a path.
async fn with<T: Send + 'static>(
    server: Server,
    caller: Caller,
    id: String,
    work: impl FnOnce(&Accounts, Act, AccountId) -> Result<T, AccountError> + Send + 'static,
) -> Result<T, Problem> {
    let Ok(id) = id.parse().map(AccountId) else { return Err(Problem::not_found()) };
    let accounts = server.accounts().clone();
    Ok(server.blocking(move || work(&accounts, caller.act(), id)).await??)
}

pub(super) async fn disable(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    with(server, caller, id, Accounts::disable).await.map(|()| StatusCode::NO_CONTENT)
}

pub(super) async fn enable(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    with(server, caller, id, Accounts::enable).await.map(|()| StatusCode::NO_CONTENT)
}

/// A code with which a person sets a new password.
#[derive(Serialize)]
pub(super) struct Code {
    code: String,
}

pub(super) async fn reset(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<axum::Json<Code>, Problem> {
    let code = with(server, caller, id, Accounts::reset).await?;
    Ok(axum::Json(Code { code: code.show().to_owned() }))
}

pub(super) async fn token(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<(StatusCode, axum::Json<Made>), Problem> {
    let asking = caller.session.id;
    let (session, token) = with(server, caller, id, move |accounts, act, id| {
        accounts.token(act, id, &wanted.name, wanted.lasts())
    })
    .await?;
    Ok((
        StatusCode::CREATED,
        axum::Json(Made { device: Device::of(session, asking), token: token.show().to_owned() }),
    ))
}
