//! `/api/releases`: those that are kept, what differs between two of them, and the switch to one.

use std::collections::BTreeMap;
use std::collections::HashMap;

use axum::Extension;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use niemyet_sync::audit;
use niemyet_sync::audit::Event;
use niemyet_sync::http::Caller;
use niemyet_sync::http::Problem;
use serde::Deserialize;
use serde::Serialize;

use super::Desk;
use super::failed;
use super::refused;
use crate::rebuild::Decided;
use crate::release::Kind;
use crate::release::ReleaseError;
use crate::release::changes;
use crate::release::changes::Difference;
use crate::release::wording;
use crate::release::wording::Told;

/// Entries of the audit log that are looked through for who made a release.
const REMEMBERED: usize = 1_000;

#[derive(Serialize)]
pub(super) struct Kept {
    id: String,
    at: String,
    current: bool,
    pages: usize,
    /// Who made it; nobody if it was made by rule or on the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// In which way: `by rule`, `command line`.
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Option<String>,
    /// What it shows and was withdrawn or held back since: documents by key, notices as `notice/<id>`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    withdrawn: Vec<String>,
    /// Why it cannot be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    damaged: Option<String>,
}

pub(super) async fn list(State(desk): State<Desk>) -> Result<axum::Json<Vec<Kept>>, Problem> {
    let server = desk.0.server.clone();
    let kept = server.blocking(move || desk.kept().map_err(|error| failed(error.into()))).await??;
    Ok(axum::Json(kept))
}

impl Desk {
    /// The kept releases, newest first.
    fn kept(&self) -> Result<Vec<Kept>, ReleaseError> {
        let store = self.0.builder.releases();
        let current = store.current_id()?;
        let makers = self.makers();
        let decided = self.decided();
        let kept = store.ids()?.into_iter().rev().map(|id| {
            let (by, how) = makers.get(&id).cloned().unwrap_or_default();
            let mut kept = Kept {
                current: current.as_deref() == Some(&id),
                at: String::new(),
                pages: 0,
                by,
                how,
                withdrawn: Vec::new(),
                damaged: None,
                id,
            };
            match store.load(&kept.id) {
                Ok(release) => {
                    kept.at.clone_from(&release.header().created);
                    kept.pages = release.paths(Kind::Page).len();
                    kept.withdrawn = decided.as_ref().map(|now| now.taken_back(&release)).unwrap_or_default();
                }
                // It must not hide the others, among which somebody may want to choose just because of it.
                Err(error) => kept.damaged = Some(error.to_string()),
            }
            kept
        });
        Ok(kept.collect())
    }

    /// What is decided now; nothing where it cannot be read, which must not hide the releases.
    fn decided(&self) -> Option<Decided> {
        let decided = Decided::new(self.0.builder.place().documents);
        decided.inspect_err(|error| tracing::warn!(%error, "what was withdrawn cannot be told")).ok()
    }

    /// Who made which release, and how, as far as the audit log tells.
    fn makers(&self) -> HashMap<String, (Option<String>, Option<String>)> {
        let server = &self.0.server;
        let filter = audit::Filter { event: Some(Event::ReleaseMade), ..audit::Filter::default() };
        let entries = server.audit().latest(&filter, None, REMEMBERED).unwrap_or_default();
        let names: HashMap<_, _> = server
            .accounts()
            .list()
            .unwrap_or_default()
            .into_iter()
            .map(|account| (account.id, account.name))
            .collect();
        let maker = |entry: audit::Entry| {
            let by = entry.account.and_then(|id| names.get(&id).cloned());
            (entry.subject, (by, Some(entry.details).filter(|details| !details.is_empty())))
        };
        entries.into_iter().map(maker).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    since: String,
}

#[derive(Serialize)]
pub(super) struct Answer {
    release: String,
    since: String,
    #[serde(flatten)]
    pages: Difference,
    /// Documents that are shown as they stood at other heads: key → heads then and now.
    documents: BTreeMap<String, changes::Heads>,
    /// What a reader sees otherwise, page by page.
    #[serde(flatten)]
    told: Told,
}

pub(super) async fn changes(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    Query(Since { since }): Query<Since>,
) -> Result<axum::Json<Answer>, Problem> {
    let server = desk.0.server.clone();
    let differing = move || {
        let store = desk.0.builder.releases();
        let (old, new) = (store.load(&since)?, store.load(&id)?);
        let (pages, documents) = (changes::between(&old, &new), changes::documents(&old, &new));
        let told = wording::of_releases(&old, &new, &pages)?;
        Ok(Answer { release: id, since, pages, documents, told })
    };
    let answer =
        server.blocking(move || differing().map_err(|error: ReleaseError| failed(error.into()))).await??;
    Ok(axum::Json(answer))
}

#[derive(Serialize)]
pub(super) struct Activated {
    current: String,
    paused: bool,
    /// What it shows and was withdrawn or held back since.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    withdrawn: Vec<String>,
}

pub(super) async fn activate(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
) -> Result<axum::Json<Activated>, Problem> {
    let builder = &desk.0.builder;
    let release = builder.activate(&id, caller.account.id).await.map_err(refused)?.map_err(failed)?;
    let paused = builder.state().borrow().paused;
    let current = release.id().to_owned();
    let asked = desk.clone();
    let withdrawn = desk.0.server.blocking(move || asked.decided().map(|now| now.taken_back(&release)));
    // It is done: what cannot be told now is in the list of releases.
    let withdrawn = withdrawn.await.ok().flatten().unwrap_or_default();
    Ok(axum::Json(Activated { current, paused, withdrawn }))
}
