//! `niemyet serve`: the current release over HTTP. It reads only, so it runs beside `build` and `watch`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::error::CliError;
use super::terminal::Terminal;
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
    with_listener(listen.unwrap_or(config.listen), |_| Ok((store, terminal)))
}

/// Takes the address, then prepares what is served (its pages may name the address), then serves it.
pub fn with_listener<'t>(
    address: SocketAddr,
    prepare: impl FnOnce(SocketAddr) -> Result<(Store, &'t mut Terminal), CliError>,
) -> Result<(), CliError> {
    let failed = |source| CliError::Listen { address: address.to_string(), source };
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let (store, terminal) = prepare(bound)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).map_err(failed)?;
        let stop = asked_to_stop();
        let url = format!("http://{bound}/");
        terminal.say("Press Ctrl+C to stop.");
        terminal.result(&serde_json::json!({ "listening": url }), &format!("serving {url}"))?;
        web::serve(listener, Site::new(store), stop).await.map_err(failed)
    })
}

/// Done at Ctrl+C or when a service manager sends SIGTERM.
pub async fn asked_to_stop() {
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
