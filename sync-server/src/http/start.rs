//! Putting the server together.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::watch;

use super::Inner;
use super::Origin;
use super::Pace;
use super::Places;
use super::Server;
use super::duties;
use super::metrics::Meters;
use super::now;
use super::operate::Readiness;
use super::record::Recorder;
use super::sockets::Sockets;
use super::timed::Timed;
use super::workers::Crew;
use crate::access::Rules;
use crate::account;
use crate::account::AccountError;
use crate::account::Accounts;
use crate::audit::Act;
use crate::audit::Audit;
use crate::audit::Event;
use crate::chance::NoChance;
use crate::chance::SystemChance;
use crate::chance::draw;
use crate::database::Database;
use crate::hub;
use crate::hub::Hub;
use crate::limits::Limits;
use crate::store::Position;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::sqlite::SqliteStore;

/// How the server is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where browsers find it.
    pub origin: Origin,
    /// What a peer may send, keep open and cost.
    pub limits: Limits,
    /// How accounts are kept.
    pub accounts: account::Settings,
    /// How many connections.
    pub places: Places,
    /// How long a connection may be silent or slow.
    pub pace: Pace,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// Threads for documents.
    pub shards: usize,
    /// Up to which place of the store the rules know what it holds.
    pub known: Position,
    /// What the application adds to `/metrics`.
    pub figures: Option<Figures>,
}

/// Lines in Prometheus' text format, made anew for each answer. Blocks for no longer than a look at a small file.
#[derive(Clone)]
pub struct Figures(pub Arc<dyn Fn() -> String + Send + Sync>);

impl fmt::Debug for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Figures")
    }
}

impl Settings {
    /// What suits one small machine.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            limits: Limits::default(),
            accounts: account::Settings::default(),
            places: Places::default(),
            pace: Pace::default(),
            proxies: Vec::new(),
            known: Position::default(),
            figures: None,
            shards: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
        }
    }
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The accounts cannot be read.
    #[error(transparent)]
    Accounts(#[from] AccountError),
    /// There are no random bytes.
    #[error(transparent)]
    Chance(#[from] NoChance),
    /// There is no thread.
    #[error(
        "không khởi động được máy chủ đồng bộ; hãy xem giới hạn của hệ thống. / A thread of the sync server could not be started: {0}; \
         look at the limits of the system"
    )]
    Thread(#[from] std::io::Error),
    /// There is no runtime.
    #[error(
        "máy chủ đồng bộ gặp lỗi nội bộ; hãy báo lỗi này. / The sync server needs a tokio runtime: {0}; report this"
    )]
    Runtime(#[from] tokio::runtime::TryCurrentError),
}

/// 16 bytes as a UUID is written; JavaScript clients expect no form of it, but their own ids look so.
fn uuid(bytes: [u8; 16]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

pub(super) fn start(
    database: Arc<Database>,
    rules: Arc<dyn Rules>,
    settings: Settings,
) -> Result<Server, StartError> {
    let runtime = tokio::runtime::Handle::try_current()?;
    let meters = Arc::new(Meters::default());
    let sqlite: Arc<dyn Store> = Arc::new(SqliteStore::new(Arc::clone(&database))?);
    let store: Arc<dyn Store> = Arc::new(Timed::new(sqlite, Arc::clone(&meters)));
    let accounts = Arc::new(Accounts::new(Arc::clone(&database), Arc::new(SystemChance), settings.accounts)?);
    let audit = Audit::new(Arc::clone(&database));
    let restoring = database.replay_until()?.is_some_and(|until| now() < until);
    let details = if restoring { "clients may bring again what others wrote" } else { "" };
    audit.record(Act { now: now(), by: None }, Event::Started, "server", details)?;
    let recorder = Arc::new(Recorder::start(audit.clone(), Arc::clone(&meters))?);
    let config = hub::Config {
        // Several servers may stand on one store; each is a peer of its own.
        peer: format!("niemyet-{}", uuid(draw(&SystemChance)?)),
        storage: uuid(database.storage_id()?),
        limits: settings.limits.clone(),
        shards: settings.shards,
        restoring,
        clock: now,
    };
    let witness = Arc::clone(&recorder) as Arc<dyn crate::witness::Witness>;
    let parts = hub::Parts { store: Arc::clone(&store), rules: Arc::clone(&rules), witness };
    let hub = Hub::start(config, parts)?;
    hub.follow_from(settings.known);
    let sockets = Arc::new(Sockets::new(settings.places));
    let listener = Arc::clone(&sockets);
    accounts.on_ended(move |ended| listener.ended(ended));
    let workers = Crew::new(settings.accounts.hashing_at_once, settings.accounts.hashing_waiting);
    let (readiness, stopping) = (Readiness::default(), watch::Sender::new(false));
    #[rustfmt::skip]
    let inner = Inner {
        settings, database, store, rules, hub, accounts, audit, meters, sockets, recorder, workers, readiness, restoring, stopping,
    };
    let server = Server { inner: Arc::new(inner) };
    runtime.spawn(duties::run(server.clone()));
    Ok(server)
}
