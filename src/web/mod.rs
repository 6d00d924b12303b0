//! What is served over HTTP: the current release for the public, read-only and with no state of its own, and the documents for
//! those who have an account.

mod address;
mod cache;
pub mod conditional;
mod connection;
mod current;
mod damage;
mod desk;
pub mod documents;
pub mod editor;
pub mod encoding;
mod headers;
pub mod problem;
pub mod publishing;
mod ready;
mod repeated;
mod site;
pub mod sync;
mod unsent;

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;

use crate::release::Release;
use crate::release::Store;
use connection::Doors;
use current::Current;
use sync::Office;

/// What requests share.
#[derive(Clone, Debug)]
pub struct Site {
    current: Arc<Current>,
    bodies: Arc<cache::Cache>,
    damaged: Arc<damage::Told>,
}

impl Site {
    /// Serves whatever is current in `store`, now and after each switch.
    pub fn new(store: Store) -> Self {
        let current = Arc::new(Current::new(Arc::new(store)));
        Self { current, bodies: Arc::default(), damaged: Arc::default() }
    }

    /// The releases.
    pub fn releases(&self) -> &Arc<Store> {
        self.current.store()
    }

    /// Answers from this release from now on, which this process has made current.
    pub fn show(&self, release: Release) {
        self.current.put(release);
    }
}

/// The site: whatever has no route of its own is a page, or none. All of it is public and read-only.
pub fn router(site: Site) -> Router {
    Router::new().fallback(site::page).with_state(site)
}

/// Serves the site alone until `shutdown` is done, then lets requests under way finish.
pub async fn serve(listener: TcpListener, site: Site, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let doors = Doors { routes: router(site.clone()), site };
    connection::serve(listener, doors, shutdown, async {}).await
}

/// Serves site, editor and documents until `shutdown` is done, then lets what is under way finish. Says whether every change that was on
/// its way was kept and acknowledged.
pub async fn serve_with(
    listener: TcpListener,
    site: Site,
    office: &Office,
    shutdown: impl Future<Output = ()>,
) -> io::Result<bool> {
    let routes = office.router().merge(editor::router()).merge(router(site.clone()));
    let doors = Doors { routes, site };
    let mut kept = false;
    // Sockets are connections that never end by themselves: they go first.
    let before_the_end = async { kept = office.stop().await };
    connection::serve(listener, doors, shutdown, before_the_end).await?;
    Ok(kept)
}
