//! `/api/publication`: what has changed since the last release, item by item, as the public would see it.

use axum::extract::State;
use niemyet_sync::http::Problem;

use super::Desk;
use super::failed;
use crate::rebuild::pending;
use crate::rebuild::pending::Pending;

pub(super) async fn list(State(desk): State<Desk>) -> Result<axum::Json<Pending>, Problem> {
    let builder = desk.0.builder.clone();
    let found = desk.0.server.blocking(move || pending::pending(builder.place())).await?;
    found.map(axum::Json).map_err(failed)
}
