//! `/api/documents/…`: why changes are not taken, and what the server has witnessed.

use axum::Extension;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use serde::Serialize;

use super::Caller;
use super::Problem;
use super::Server;
use crate::DocumentId;
use crate::access::Access;
use crate::access::Refusal;

/// Receipts in one answer.
const MOST: usize = 5_000;

fn document(id: &str) -> Result<DocumentId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

#[derive(Serialize)]
struct Why {
    code: &'static str,
    vi: String,
    en: String,
}

impl From<Refusal> for Why {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, vi, en } = refusal;
        Self { code, vi, en }
    }
}

#[derive(Serialize)]
pub(super) struct Refused {
    refusal: Option<Why>,
}

/// Only what this account itself was refused, so it tells nothing of others or of what there is.
pub(super) async fn refusal(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<axum::Json<Refused>, Problem> {
    let refusal = server.hub().refusal(caller.account.id, document(&id)?);
    Ok(axum::Json(Refused { refusal: refusal.map(Why::from) }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    /// Only receipts after this place.
    #[serde(default)]
    after: u64,
}

#[derive(Serialize)]
struct Receipt {
    change: String,
    place: u64,
    /// Who delivered it; of what the server itself brought in null.
    account: Option<i64>,
    /// Whether that account wrote it.
    author: bool,
    /// Unix milliseconds of the server's clock.
    at: i64,
}

#[derive(Serialize)]
pub(super) struct Receipts {
    receipts: Vec<Receipt>,
    /// Whether there are more after these.
    more: bool,
}

/// What an account may not read is answered like what does not exist.
pub(super) async fn receipts(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    after: Result<Query<After>, QueryRejection>,
) -> Result<axum::Json<Receipts>, Problem> {
    let (id, Query(After { after })) = (document(&id)?, after.map_err(|_| bad_query())?);
    let (store, rules) = (server.store().clone(), server.inner.rules.clone());
    let principal = caller.account.principal();
    let work = move || match store.key(id)? {
        Some(key) if rules.access(&principal, &key) >= Access::Read => store.receipts(id).map(Some),
        _ => Ok(None),
    };
    let all = server.blocking(work).await??.ok_or_else(Problem::not_found)?;
    let mut later: Vec<Receipt> = all
        .into_iter()
        .filter(|receipt| receipt.position.0 > after)
        .take(MOST + 1)
        .map(|receipt| Receipt {
            change: receipt.hash.to_string(),
            place: receipt.position.0,
            account: receipt.account.map(|account| account.0),
            author: receipt.bound,
            at: receipt.at,
        })
        .collect();
    let more = later.len() > MOST;
    later.truncate(MOST);
    Ok(axum::Json(Receipts { receipts: later, more }))
}

fn bad_query() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad-query",
        "The address may end with `?after=` and a number, and with nothing else.",
        "Địa chỉ chỉ được kết thúc bằng `?after=` và một số.",
    )
}
