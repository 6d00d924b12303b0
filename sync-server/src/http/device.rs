//! `/api/session/devices`: the tokens of one's own devices.

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
use crate::access::AccountId;
use crate::account::AccountError;
use crate::account::Accounts;
use crate::account::Session;
use crate::account::SessionId;
use crate::audit::Act;

const DAY: i64 = 86_400_000;

/// A device or a browser of an account.
#[derive(Debug, Serialize)]
pub(super) struct Device {
    id: i64,
    /// Its name; of a browser null.
    name: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    ended_at: Option<i64>,
    /// Whether it is the one that asks.
    current: bool,
}

impl Device {
    pub(super) fn of(session: Session, asking: SessionId) -> Self {
        let Session { id, device, created_at, expires_at, ended_at, .. } = session;
        Self { id: id.0, name: device, created_at, expires_at, ended_at, current: id == asking }
    }
}

/// A device that was just made. The token is shown this once.
#[derive(Serialize)]
pub(super) struct Made {
    pub(super) device: Device,
    pub(super) token: String,
}

/// What a device's token is to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    pub(super) name: String,
    days: Option<u32>,
}

impl Wanted {
    pub(super) fn lasts(&self) -> Option<i64> {
        self.days.map(|days| i64::from(days) * DAY)
    }
}

pub(super) async fn list(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
) -> Result<axum::Json<Vec<Device>>, Problem> {
    let accounts = server.accounts().clone();
    let sessions = server.blocking(move || accounts.sessions(caller.account.id)).await??;
    Ok(axum::Json(sessions.into_iter().map(|one| Device::of(one, caller.session.id)).collect()))
}

pub(super) async fn make(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Json(wanted): Json<Wanted>,
) -> Result<(StatusCode, axum::Json<Made>), Problem> {
    if !caller.is_browser() {
        return Err(browsers_only());
    }
    let (accounts, asking) = (server.accounts().clone(), caller.session.id);
    let work = move || accounts.token(caller.act(), caller.account.id, &wanted.name, wanted.lasts());
    let (session, token) = server.blocking(work).await??;
    Ok((
        StatusCode::CREATED,
        axum::Json(Made { device: Device::of(session, asking), token: token.show().to_owned() }),
    ))
}

/// A token that was stolen cannot be made into one that nobody knows of.
fn browsers_only() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "browsers-only",
        "A device cannot make tokens for others; log in with a browser.",
        "Thiết bị không được tạo mã cho thiết bị khác; hãy đăng nhập bằng trình duyệt.",
    )
}

pub(super) async fn revoke(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let accounts = server.accounts().clone();
    server.blocking(move || revoke_of(&accounts, caller.act(), caller.account.id, &id)).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a session if it is one of this account.
pub(super) fn revoke_of(accounts: &Accounts, act: Act, of: AccountId, id: &str) -> Result<(), AccountError> {
    let id = SessionId(id.parse().map_err(|_| AccountError::UnknownSession)?);
    if !accounts.sessions(of)?.iter().any(|session| session.id == id) {
        return Err(AccountError::UnknownSession);
    }
    accounts.revoke(act, id)
}
