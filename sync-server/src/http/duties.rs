//! What is to be done each second.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::Server;
use super::now;

/// Runs until the server stops.
pub(super) async fn run(server: Server) {
    let mut stopping = server.inner.stopping.subscribe();
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut well, mut restoring) = (true, server.inner.restoring);
    loop {
        tokio::select! {
            _ = seconds.tick() => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        server.hub().tick();
        server.inner.sockets.expire(now());
        if restoring && !is_restoring(&server).await {
            server.hub().end_restoring();
            restoring = false;
        }
        let outcome = follow(&server).await;
        if let (Err(what), true) = (&outcome, well) {
            tracing::error!(what, "what others did in the store could not be followed");
        }
        well = outcome.is_ok();
    }
}

/// Follows what other processes did in the store: ended sessions, and changes of documents.
async fn follow(server: &Server) -> Result<(), String> {
    let (accounts, hub, database) =
        (server.accounts().clone(), server.hub().clone(), server.inner.database.clone());
    let work = move || {
        accounts.catch_up().map_err(|error| error.to_string())?;
        if !database.was_changed_elsewhere().map_err(|error| error.to_string())? {
            return Ok(());
        }
        hub.poll_store().map_err(|error| {
            // Asked again in a second, though nothing else has changed by then.
            database.forget_version();
            error.to_string()
        })
    };
    server.blocking(work).await.map_err(|problem| problem.title.into_owned())?
}

/// Whether clients may still bring again what others wrote. It has a time, and an administrator may end it earlier.
async fn is_restoring(server: &Server) -> bool {
    let database = server.inner.database.clone();
    match server.blocking(move || database.replay_until()).await {
        Ok(Ok(until)) => until.is_some_and(|until| now() < until),
        // Unknown: asked again in a second.
        Ok(Err(_)) | Err(_) => true,
    }
}
