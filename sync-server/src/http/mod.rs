//! The server's doors: `/sync` for automerge-repo clients, `/api/…` for the editor and for administrators, `/healthz`, `/readyz`
//! and `/metrics` for whoever operates it. Who somebody is gets settled here, before anything else; what they may do with
//! a document is settled by [`Rules`].
//!
//! ```text
//! request ─► gate (cookie or token, Origin, authority of the route) ─► handler ─► blocking threads ─► accounts, store
//!                                                              └─► socket ─► hub
//! ```

mod accounts;
mod body;
mod caller;
mod cookie;
mod device;
mod document;
mod duties;
mod gate;
mod metrics;
mod operate;
mod origin;
mod pace;
mod problem;
mod record;
mod route;
mod session;
mod socket;
mod sockets;
mod start;
mod timed;
mod words;
mod workers;

use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use axum::Router;
use tokio::sync::watch;

use crate::access::Rules;
use crate::account::Accounts;
use crate::audit::Act;
use crate::audit::Audit;
use crate::audit::Event;
use crate::database::Database;
use crate::hub::Hub;
use crate::store::Store;

pub use body::Json;
pub use caller::Authority;
pub use caller::Caller;
pub use origin::BadOrigin;
pub use origin::Origin;
pub use pace::Pace;
pub use problem::Problem;
pub use route::Route;
pub use route::routes;
pub use sockets::Places;
pub use start::Figures;
pub use start::Settings;
pub use start::StartError;

/// The server. A clone is the same server.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    database: Arc<Database>,
    store: Arc<dyn Store>,
    rules: Arc<dyn Rules>,
    hub: Hub,
    accounts: Arc<Accounts>,
    audit: Audit,
    meters: Arc<metrics::Meters>,
    sockets: Arc<sockets::Sockets>,
    recorder: Arc<record::Recorder>,
    workers: workers::Crew,
    readiness: operate::Readiness,
    /// Whether clients could bring again what others wrote when the server started.
    restoring: bool,
    stopping: watch::Sender<bool>,
}

/// Unix milliseconds of this machine's clock.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Server {
    /// Starts everything behind the doors: threads of the hub, of the audit log, and the duties of each second. Blocks for as
    /// long as it takes to count the store's documents. To be called within a tokio runtime of several threads.
    ///
    /// # Errors
    /// If the store cannot be read, there is no chance, no thread or no runtime.
    pub fn start(
        database: Arc<Database>,
        rules: Arc<dyn Rules>,
        settings: Settings,
    ) -> Result<Self, StartError> {
        start::start(database, rules, settings)
    }

    /// All routes, see [`routes`]. Requests must carry `axum::extract::ConnectInfo<SocketAddr>`, and connections must be served
    /// with upgrades.
    pub fn router(&self) -> Router {
        route::router(self)
    }

    /// Lets only those in who have this authority, to routes of the application. A handler finds [`Caller`] among the request's
    /// extensions, unless the routes are public.
    pub fn protect(&self, router: Router, authority: Authority) -> Router {
        gate::protect(self, router, authority)
    }

    /// The hub.
    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// The accounts. Their calls block: see [`Server::blocking`].
    pub fn accounts(&self) -> &Arc<Accounts> {
        &self.inner.accounts
    }

    /// The audit log. Its calls block.
    pub fn audit(&self) -> &Audit {
        &self.inner.audit
    }

    /// The store. Its calls block.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    /// Runs something that blocks on one of a bounded number of threads.
    ///
    /// # Errors
    /// If too much waits already.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        self.inner.workers.store.run(work).await
    }

    /// Whether changes can be kept now; why not, for the operator.
    ///
    /// # Errors
    /// If they cannot.
    pub async fn readiness(&self) -> Result<(), String> {
        operate::readiness(self).await
    }

    /// Takes no new connections, waits until everything on its way is durable and acknowledged, tells everybody and closes. Says
    /// whether all of that was done within the time.
    pub async fn stop(&self, within: Duration) -> bool {
        self.inner.stopping.send_replace(true);
        let until = tokio::time::Instant::now() + within;
        let hub = self.inner.hub.clone();
        let kept = tokio::task::spawn_blocking(move || hub.stop(within)).await.unwrap_or(false);
        let drained = self.inner.sockets.drained(until).await;
        let (recorder, audit) = (Arc::clone(&self.inner.recorder), self.inner.audit.clone());
        let ended = tokio::task::spawn_blocking(move || {
            recorder.stop();
            let details = format!("all kept: {kept}, all told: {drained}");
            audit.record(Act { now: now(), by: None }, Event::Stopped, "server", &details)
        });
        match ended.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the stop could not be noted in the audit log"),
            Err(error) => tracing::error!(%error, "the audit log did not end"),
        }
        tracing::info!(kept, drained, "the sync server has stopped");
        kept && drained
    }

    fn is_stopping(&self) -> bool {
        *self.inner.stopping.borrow()
    }
}
