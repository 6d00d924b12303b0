//! `/api/documents`: who is asked, and which documents they may open. A client derives the ids of documents that do not exist yet
//! from their keys; what exists it learns here.

use std::sync::Arc;

use axum::Extension;
use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use niemyet_sync::access::Access;
use niemyet_sync::account::Account;
use niemyet_sync::http::Authority;
use niemyet_sync::http::Caller;
use niemyet_sync::http::Problem;
use niemyet_sync::http::Server;
use niemyet_sync::store::Listed;
use serde::Deserialize;
use serde::Serialize;

use crate::document::Key;
use crate::policy::access::Role;
use crate::policy::rules::ElectionRules;

/// What an account has to do with the election.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The election's id; ids of documents are derived from it.
    pub election: String,
    /// Names the server's store; another one after a restore, which may lack what was there before.
    pub store: String,
    /// The account's login.
    #[serde(default)]
    pub login: String,
    /// The body that the account acts for.
    pub body: String,
    /// What that body does; empty if the election does not have it.
    pub roles: Vec<Role>,
    /// The documents that exist and may be read, by key.
    pub documents: Vec<Entry>,
}

/// A document that an account may read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its key, such as `report/district_118/2021-03-04`.
    pub key: String,
    /// Its id, as automerge-repo writes ids.
    pub id: String,
    /// Whether the account may also write it.
    pub writes: bool,
    /// The place of its last change in the server's store: it moves with each change, so a client sees what it lacks.
    #[serde(default)]
    pub last: u64,
}

#[derive(Clone)]
struct Shared {
    server: Server,
    store: String,
    rules: Arc<ElectionRules>,
}

/// The routes.
pub(super) fn router(server: &Server, store: &str, rules: &Arc<ElectionRules>) -> Router {
    let shared = Shared { server: server.clone(), store: store.to_owned(), rules: Arc::clone(rules) };
    let router = Router::new().route("/api/documents", get(list)).with_state(shared);
    server.protect(router, Authority::Account)
}

async fn list(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, Problem> {
    let store = Arc::clone(shared.server.store());
    let listed = shared.server.blocking(move || store.list()).await??;
    Ok(axum::Json(opening(&shared.rules, &shared.store, &caller.account, &listed)).into_response())
}

/// What an account may open.
pub(super) fn opening(rules: &ElectionRules, store: &str, account: &Account, listed: &[Listed]) -> Opening {
    let (store, login, body) = (store.to_owned(), account.login.clone(), account.body.clone());
    let entry = |listed: &Listed| {
        let key: Key = listed.key.parse().ok()?;
        let access = rules.access_of(&body, &key);
        let writes = access == Access::ReadWrite;
        let entry = Entry { key: listed.key.clone(), id: listed.id.to_string(), writes, last: listed.last.0 };
        (access != Access::None).then_some(entry)
    };
    let mut documents: Vec<Entry> = listed.iter().filter_map(entry).collect();
    documents.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Opening {
        election: rules.election().to_owned(),
        store,
        login,
        roles: rules.roles(&body),
        documents,
        body,
    }
}
