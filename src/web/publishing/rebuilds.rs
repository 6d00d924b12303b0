//! `/api/rebuild`: ask for a rebuild, see where it is.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use niemyet_sync::http::Caller;
use niemyet_sync::http::Json;
use niemyet_sync::http::Problem;
use serde::Deserialize;
use serde::Serialize;

use super::Desk;
use crate::rebuild::state::State as Builder;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    full: bool,
}

#[derive(Serialize)]
pub(super) struct Asked {
    build: u64,
}

pub(super) async fn state(State(desk): State<Desk>) -> axum::Json<Builder> {
    axum::Json(desk.0.builder.state().borrow().clone())
}

pub(super) async fn ask(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Json(wanted): Json<Wanted>,
) -> Result<(StatusCode, axum::Json<Asked>), Problem> {
    let (builder, by) = (desk.0.builder.clone(), caller.account.id);
    if builder.is_ending() {
        return Err(super::refused(crate::rebuild::service::Refused::Stopped));
    }
    let build = desk.0.server.blocking(move || builder.ask(Some(by), wanted.full)).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(Asked { build })))
}
