//! The public side over HTTP: the current release, read-only, with no state of its own.

mod cache;
pub mod conditional;
mod connection;
mod current;
mod damage;
pub mod encoding;
mod headers;
pub mod problem;
mod site;

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use tokio::net::TcpListener;

use crate::release::Store;
use current::Current;

/// What requests share.
#[derive(Clone, Debug)]
pub struct Site {
    current: Arc<Current>,
    compressed: Arc<cache::Cache>,
    damaged: Arc<damage::Told>,
}

impl Site {
    /// Serves whatever is current in `store`, now and after each switch.
    pub fn new(store: Store) -> Self {
        Self { current: Arc::new(Current::new(store)), compressed: Arc::default(), damaged: Arc::default() }
    }
}

/// All routes; every one of them is public and read-only.
pub fn router(site: Site) -> Router {
    Router::new()
        .route("/healthz", any(site::health))
        .route("/readyz", any(site::ready))
        .fallback(site::page)
        .with_state(site)
}

/// Serves until `shutdown` is done, then lets requests under way finish.
pub async fn serve(listener: TcpListener, site: Site, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    connection::serve(listener, router(site), shutdown).await
}
