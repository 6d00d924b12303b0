//! `niemyet serve`: the current release over HTTP. It reads only, so it runs beside `build` and `watch`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::error::CliError;
use super::terminal::Terminal;
use crate::config::Config;
use crate::release::Store;
use crate::replica::disk::RealDisk;
use crate::replica::folder;
use crate::web;
use crate::web::Site;

/// Serves until the process is asked to end.
pub fn run(dir: &Path, listen: Option<SocketAddr>, terminal: &mut Terminal) -> Result<(), CliError> {
    let config = folder::config(dir)?;
    let store = Store::open(&dir.join(folder::RELEASES), Arc::new(RealDisk));
    store.require_current()?;
    listen_and_serve(listen.unwrap_or(config_listen(&config)), store, terminal)
}

fn config_listen(config: &Config) -> SocketAddr {
    config.listen
}

/// Serves the releases of `store` on `address`.
pub fn listen_and_serve(address: SocketAddr, store: Store, terminal: &mut Terminal) -> Result<(), CliError> {
    let failed = |source| CliError::Listen { address: address.to_string(), source };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let url = format!("http://{address}/");
        terminal.say("Press Ctrl+C to stop.");
        terminal.result(&serde_json::json!({ "listening": url }), &format!("serving {url}"))?;
        web::serve(listener, Site::new(store), asked_to_stop()).await.map_err(failed)
    })
}

/// Done at Ctrl+C or when a service manager sends SIGTERM.
async fn asked_to_stop() {
    use tokio::signal::unix::SignalKind;
    use tokio::signal::unix::signal;
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => drop(interrupted.await),
    }
}
