//! The sync server of a working folder: its store, the rules of its election, and where browsers find it.

use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use automerge::Automerge;
use automerge::Change;
use axum::Router;
use chrono::NaiveDate;
use niemyet_sync::DocumentId;
use niemyet_sync::access::Access;
use niemyet_sync::access::Delivery;
use niemyet_sync::access::Principal;
use niemyet_sync::access::Refusal;
use niemyet_sync::access::Rules;
use niemyet_sync::http::Figures;
use niemyet_sync::http::Origin;
use niemyet_sync::http::Server;
use niemyet_sync::http::Settings;
use niemyet_sync::http::StartError;
use niemyet_sync::limits::Limits;
use niemyet_sync::limits::MEMORY;

use super::desk;
use super::documents;
use super::publishing;
use crate::config::Config;
use crate::document::DocumentError;
use crate::document::Key;
use crate::policy::rules::ElectionRules;
use crate::rebuild::Service;
use crate::replica::FolderError;
use crate::replica::documents::DocumentStore;
use crate::timetable::LawVersion;

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
        "thư mục không có văn bản `election` nên chưa ai mở được gì; hãy phục hồi bản sao lưu, hoặc tạo thư mục mới bằng `niemyet init`. / The \
         folder holds no document `election`, so nobody may open anything. Restore a backup, or set up a new folder \
         with `niemyet init`"
    )]
    NoElection,
    /// Nobody has said where browsers find the server.
    #[error(
        "máy khác truy cập máy chủ tại {listen} phải qua TLS, nếu không mật khẩu đi trên mạng ở dạng đọc được; hãy đặt một proxy TLS phía trước và \
         ghi địa chỉ của nó vào niemyet.toml, ví dụ origin = \"https://example.org\"; hoặc chỉ lắng nghe tại 127.0.0.1. / \
         Browsers reach the server on {listen} under an address that it must know, over TLS, or else passwords would cross \
         the network in the clear. Put a proxy that ends TLS before it and its address into niemyet.toml, for example \
         origin = \"https://example.org\"; or listen on 127.0.0.1"
    )]
    NoOrigin {
        /// The address that it listens on.
        listen: SocketAddr,
    },
    /// The longest message has no room in the memory that is set.
    #[error(
        "sync_memory_mib trong niemyet.toml quá nhỏ cho thư dài {message} MiB: hãy ghi {least} trở lên, hoặc giảm sync_message_mib. / \
         sync_memory_mib of niemyet.toml is too little for messages of {message} MiB: write {least} or more, or a smaller sync_message_mib"
    )]
    Memory {
        /// MiB of the longest message.
        message: usize,
        /// MiB of memory that it needs at least.
        least: usize,
    },
    /// The server did not start.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// The documents of a folder and the rules for them, before the server starts.
#[derive(Debug)]
pub struct Documents {
    documents: Arc<DocumentStore>,
    store: String,
    rules: Arc<ElectionRules>,
    settings: Settings,
    as_of: Option<NaiveDate>,
    dir: PathBuf,
}

impl Documents {
    /// Opens a folder's documents for the server that listens on this address, and reads what decides who may do what.
    pub fn open(
        dir: &Path,
        config: &Config,
        laws: &[LawVersion],
        listen: SocketAddr,
    ) -> Result<Self, SyncError> {
        let mut settings = settings(config, listen)?;
        let store = DocumentStore::open_to_serve(dir)?;
        settings.known = store.last()?;
        let mut documents = store.load_where(ElectionRules::learn_from)?;
        let election = documents.remove(&Key::Election).ok_or(SyncError::NoElection)?;
        let rules =
            ElectionRules::new(election.election(), laws.to_vec()).sharing(Arc::clone(store.contents()));
        rules.take_in(&Key::Election, &election.content()?);
        for (key, document) in &documents {
            rules.take_in(key, &document.content()?);
        }
        let id = store.database().storage_id().map_err(store.failed())?;
        let name = id.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            documents: Arc::new(store),
            store: name,
            rules: Arc::new(rules),
            settings,
            as_of: config.as_of,
            dir: dir.to_owned(),
        })
    }

    /// The documents.
    pub fn store(&self) -> &Arc<DocumentStore> {
        &self.documents
    }

    /// Starts the server and the builder, in a runtime of several threads.
    pub fn start(self, builder: Service) -> Result<Office, SyncError> {
        let rules = Watched { rules: Arc::clone(&self.rules), builder: builder.clone() };
        let origin = self.settings.origin.as_str().to_owned();
        let told = builder.clone();
        let figures = Some(Figures(Arc::new(move || publishing::figures::lines(&told))));
        let settings = Settings { figures, ..self.settings };
        let server = Server::start(Arc::clone(self.documents.database()), Arc::new(rules), settings)?;
        builder.start().map_err(StartError::from)?;
        Ok(Office {
            server,
            store: self.store,
            rules: self.rules,
            documents: self.documents,
            as_of: self.as_of,
            dir: self.dir,
            builder,
            origin,
        })
    }
}

/// The running server of a folder's documents.
#[derive(Clone)]
pub struct Office {
    server: Server,
    /// Names the store.
    store: String,
    rules: Arc<ElectionRules>,
    documents: Arc<DocumentStore>,
    as_of: Option<NaiveDate>,
    dir: PathBuf,
    builder: Service,
    /// Where browsers find it.
    origin: String,
}

impl Office {
    /// Its routes: the sync server's own, and those of this election.
    pub fn router(&self) -> Router {
        let documents = documents::router(&self.server, &self.store, &self.rules);
        let from = (&self.rules, &self.documents);
        let desk = desk::router(&self.server, &self.store, from, self.as_of, &self.dir);
        let publishing = publishing::router(&self.server, &self.rules, &self.builder, &self.origin);
        self.server.router().merge(documents).merge(desk).merge(publishing)
    }

    /// Ends it; says whether everything that came before was kept and acknowledged.
    pub async fn stop(&self) -> bool {
        let builder = self.builder.clone();
        let builder = tokio::task::spawn_blocking(move || builder.stop(GRACE));
        let kept = self.server.stop(GRACE).await;
        builder.await.is_ok() && kept
    }
}

/// The election's rules; the builder hears of every document that has become durable.
struct Watched {
    rules: Arc<ElectionRules>,
    builder: Service,
}

impl Rules for Watched {
    fn key(&self, id: DocumentId, document: &Automerge) -> Result<String, Refusal> {
        self.rules.key(id, document)
    }

    fn access(&self, principal: &Principal, key: &str) -> Access {
        self.rules.access(principal, key)
    }

    fn may_bring(&self, principal: &Principal, key: &str) -> bool {
        self.rules.may_bring(principal, key)
    }

    fn is_common(&self, id: DocumentId, key: &str, change: &Change) -> bool {
        self.rules.is_common(id, key, change)
    }

    fn admit(&self, delivery: &Delivery<'_>) -> Result<(), Refusal> {
        self.rules.admit(delivery)
    }

    fn kept(&self, key: &str, document: &Automerge) -> bool {
        self.builder.wake(key);
        self.rules.kept(key, document)
    }

    fn read_again(&self, key: &str, document: &Automerge) -> bool {
        self.builder.wake(key);
        self.rules.read_again(key, document)
    }

    fn depend_on(&self, key: &str) -> bool {
        self.rules.depend_on(key)
    }

    fn has_body(&self, body: &str) -> bool {
        self.rules.has_body(body)
    }
}

/// The server's own defaults, and what the folder's settings say.
fn settings(config: &Config, listen: SocketAddr) -> Result<Settings, SyncError> {
    let mut settings = Settings::new(origin(config, listen)?);
    let (wanted, limits) = (&config.sync, &mut settings.limits);
    limits.frame_bytes = wanted.message_bytes.unwrap_or(limits.frame_bytes);
    limits.changes.per_minute = wanted.changes_per_minute.unwrap_or(limits.changes.per_minute);
    limits.documents_per_account = wanted.documents_per_account.unwrap_or(limits.documents_per_account);
    limits.idle = wanted.idle.unwrap_or(limits.idle);
    let memory = wanted.memory_bytes.unwrap_or(MEMORY);
    let least = Limits::least_memory(limits.frame_bytes);
    if memory < least {
        return Err(SyncError::Memory { message: limits.frame_bytes >> 20, least: least >> 20 });
    }
    *limits = limits.clone().within(memory);
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
