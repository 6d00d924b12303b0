//! The sync server of a working folder: its store, the rules of its election, and where browsers find it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chrono::NaiveDate;
use niemyet_sync::database::Database;
use niemyet_sync::http::Origin;
use niemyet_sync::http::Server;
use niemyet_sync::http::Settings;
use niemyet_sync::http::StartError;

use super::desk;
use super::documents;
use crate::config::Config;
use crate::document::DocumentError;
use crate::document::Key;
use crate::policy::rules::ElectionRules;
use crate::replica::FolderError;
use crate::replica::documents::DocumentStore;

/// Time for what is on its way to become durable, once the server was asked to end.
const GRACE: Duration = Duration::from_secs(20);

/// Why the documents are not served.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The store of the folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A document that decides who may do what cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// There is no election.
    #[error(
        "the folder holds no document `election`, so nobody may open anything. Restore a backup, or set up a new folder \
         with `niemyet init`"
    )]
    NoElection,
    /// Nobody has said where browsers find the server.
    #[error(
        "browsers reach the server on {listen} under an address that it must know, over TLS, or else passwords would cross \
         the network in the clear. Put a proxy that ends TLS before it and its address into niemyet.toml, for example \
         origin = \"https://example.org\"; or listen on 127.0.0.1"
    )]
    NoOrigin {
        /// The address that it listens on.
        listen: SocketAddr,
    },
    /// The server did not start.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// The documents of a folder and the rules for them, before the server starts.
#[derive(Debug)]
pub struct Documents {
    database: Arc<Database>,
    store: String,
    rules: Arc<ElectionRules>,
    settings: Settings,
    as_of: Option<NaiveDate>,
}

impl Documents {
    /// Opens a folder's documents for the server that listens on this address, and reads what decides who may do what.
    pub fn open(dir: &Path, config: &Config, listen: SocketAddr) -> Result<Self, SyncError> {
        let mut settings = settings(config, listen)?;
        let store = DocumentStore::open_to_serve(dir)?;
        settings.known = store.last()?;
        let mut documents = store.load_where(ElectionRules::learn_from)?;
        let election = documents.remove(&Key::Election).ok_or(SyncError::NoElection)?;
        let rules = ElectionRules::new(election.election());
        rules.take_in(&Key::Election, &election.content()?);
        for (key, document) in &documents {
            rules.take_in(key, &document.content()?);
        }
        let id = store.database().storage_id().map_err(store.failed())?;
        let name = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let (database, as_of) = (Arc::clone(store.database()), config.as_of);
        Ok(Self { database, store: name, rules: Arc::new(rules), settings, as_of })
    }

    /// Starts the server, in a runtime of several threads.
    pub fn start(self) -> Result<Office, SyncError> {
        let server = Server::start(self.database, Arc::clone(&self.rules) as Arc<_>, self.settings)?;
        Ok(Office { server, store: self.store, rules: self.rules, as_of: self.as_of })
    }
}

/// The running server of a folder's documents.
#[derive(Clone)]
pub struct Office {
    server: Server,
    /// Names the store.
    store: String,
    rules: Arc<ElectionRules>,
    as_of: Option<NaiveDate>,
}

impl Office {
    /// Its routes: the sync server's own, and those of this election.
    pub fn router(&self) -> Router {
        let documents = documents::router(&self.server, &self.store, &self.rules);
        let desk = desk::router(&self.server, &self.store, &self.rules, self.as_of);
        self.server.router().merge(documents).merge(desk)
    }

    /// Ends it; says whether everything that came before was kept and acknowledged.
    pub async fn stop(&self) -> bool {
        self.server.stop(GRACE).await
    }
}

/// The server's own defaults, and what the folder's settings say.
fn settings(config: &Config, listen: SocketAddr) -> Result<Settings, SyncError> {
    let mut settings = Settings::new(origin(config, listen)?);
    let (wanted, limits) = (&config.sync, &mut settings.limits);
    limits.frame_bytes = wanted.message_bytes.unwrap_or(limits.frame_bytes);
    limits.changes.per_minute = wanted.changes_per_minute.unwrap_or(limits.changes.per_minute);
    limits.documents_per_account = wanted.documents_per_account.unwrap_or(limits.documents_per_account);
    limits.loaded_bytes = wanted.memory_bytes.unwrap_or(limits.loaded_bytes);
    limits.idle = wanted.idle.unwrap_or(limits.idle);
    let (places, accounts) = (&mut settings.places, &mut settings.accounts);
    places.total = wanted.connections.unwrap_or(places.total);
    places.per_account = wanted.connections_per_account.unwrap_or(places.per_account);
    accounts.password_shortest = wanted.password_shortest.unwrap_or(accounts.password_shortest);
    accounts.session_lasts = wanted.session_lasts.unwrap_or(accounts.session_lasts);
    settings.proxies.clone_from(&config.proxies);
    Ok(settings)
}

/// Where browsers find the server: as set, else where the public finds the site, else this machine.
fn origin(config: &Config, listen: SocketAddr) -> Result<Origin, SyncError> {
    let public = config.base_url.as_deref().and_then(|url| {
        // The site may lie below a path; an origin has none (RFC 6454).
        let (scheme, rest) = url.split_once("://")?;
        Origin::parse(&format!("{scheme}://{}", rest.split('/').next()?)).ok()
    });
    let here = || {
        if let Some(url) = &config.base_url {
            tracing::warn!(
                "`{url}` is not over TLS: offices reach this server from this machine only; see `origin`"
            );
        }
        Origin::parse(&format!("http://{listen}")).ok()
    };
    config.origin.clone().or(public).or_else(here).ok_or(SyncError::NoOrigin { listen })
}
