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
    let mut well = true;
    loop {
        tokio::select! {
            _ = seconds.tick() => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        server.hub().tick();
        server.inner.sockets.expire(now());
        let outcome = follow(&server).await;
        if let (Err(what), true) = (&outcome, well) {
            tracing::error!(what, "what others did in the store could not be followed");
        }
        well = outcome.is_ok();
    }
}

/// Follows what other processes did in the store: ended sessions, and with several servers their changes.
async fn follow(server: &Server) -> Result<(), String> {
    let (accounts, hub, shared) =
        (server.accounts().clone(), server.hub().clone(), server.inner.settings.shared);
    let work = move || {
        accounts.catch_up().map_err(|error| error.to_string())?;
        if shared { hub.poll_store().map_err(|error| error.to_string()) } else { Ok(()) }
    };
    server.blocking(work).await.map_err(|problem| problem.title.into_owned())?
}
