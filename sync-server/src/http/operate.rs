//! `/healthz` and `/readyz`: whether the process lives, and whether it can keep changes.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use axum::extract::State;
use axum::http::StatusCode;

use super::Problem;
use super::Server;
use super::now;
use crate::hub::Health;

/// Whoever asks more often is given the last answer: each question costs a write.
const FRESH: Duration = Duration::from_secs(5);

/// What the last attempt to write came to.
#[derive(Debug, Default)]
pub(super) struct Readiness(Mutex<Option<(Instant, Result<(), String>)>>);

impl Readiness {
    fn last(&self) -> Option<Result<(), String>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(at, _)| at.elapsed() < FRESH).map(|(_, result)| result.clone())
    }

    fn learn(&self, result: Result<(), String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), result));
    }
}

pub(super) async fn health() -> &'static str {
    "ok\n"
}

pub(super) async fn readiness(server: &Server) -> Result<(), String> {
    match server.hub().health() {
        Health::Stopped => return Err("the server is stopping".to_owned()),
        Health::Failing { what, .. } => return Err(what),
        Health::Well if server.is_stopping() => return Err("the server is stopping".to_owned()),
        Health::Well => {}
    }
    if let Some(last) = server.inner.readiness.last() {
        return last;
    }
    let database = server.inner.database.clone();
    let written = server.blocking(move || database.touch(now())).await;
    let written = written.map_err(|problem| problem.title.into_owned());
    let result = written.and_then(|written| written.map_err(|error| error.to_string()));
    server.inner.readiness.learn(result.clone());
    result
}

pub(super) async fn ready(State(server): State<Server>) -> Result<&'static str, Problem> {
    readiness(&server).await.map(|()| "ready\n").map_err(|what| {
        tracing::warn!(what, "not ready");
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not-ready",
            "The server cannot keep changes now; its log says why.",
            "Máy chủ hiện chưa lưu được thay đổi; xem nhật ký máy chủ để biết lý do.",
        )
        .retry_after(5_000)
    })
}
