//! `niemyet serve`: the current release for the public, the documents for those who have an account. `build` and `watch` work
//! beside it.

use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::http::Uri;
use tokio::net::TcpListener;
use tokio::signal::unix::Signal;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;

use super::data;
use super::error::CliError;
use super::terminal::Terminal;
use crate::config::Config;
use crate::rebuild::Service;
use crate::rebuild::service::Parts;
use crate::release::Kind;
use crate::release::Release;
use crate::release::Store;
use crate::replica::disk::RealDisk;
use crate::replica::folder;
use crate::replica::project;
use crate::web;
use crate::web::Site;
use crate::web::sync::Documents;

/// Serves until the process is asked to end.
pub fn run(dir: &Path, listen: Option<SocketAddr>, terminal: &mut Terminal) -> Result<(), CliError> {
    let config = folder::config(dir)?;
    let releases = Store::open(&dir.join(folder::RELEASES), Arc::new(RealDisk));
    releases.require_current()?;
    let address = listen.unwrap_or(config.listen);
    with_listener(dir, address, |bound| {
        if let Some(named) = another_address(&releases.require_current()?, bound) {
            let url = format!("http://{bound}");
            let (vi, en) = better_address(&config, bound);
            terminal.say(&format!(
                "cảnh báo / warning: các trang ghi địa chỉ {named}, nhưng máy chủ này ở {url}; hãy ghi {vi} vào niemyet.toml rồi chạy `niemyet \
                 build`. / The pages name {named} as their address, and this server is at {url}; write {en} into niemyet.toml, then run \
                 `niemyet build`"
            ));
        }
        Ok((config, releases, terminal))
    })
}

/// What to write as the pages' address, in both languages: the one by which browsers find the server, if it is known. An address that is
/// only listened on (`0.0.0.0`) leads nobody here.
fn better_address(config: &Config, bound: SocketAddr) -> (String, String) {
    let known = match &config.origin {
        Some(origin) => Some(origin.as_str().to_owned()),
        None if bound.ip().is_loopback() => Some(format!("http://{bound}")),
        None => None,
    };
    let setting = known.map(|url| format!("`base_url = \"{url}\"`"));
    (
        setting.clone().unwrap_or_else(|| "`base_url` là địa chỉ mà công chúng truy cập".to_owned()),
        setting.unwrap_or_else(|| "as `base_url` the address by which the public reaches it".to_owned()),
    )
}

/// The address that a release's pages name for themselves, if it is of this machine and not the one that is served.
fn another_address(release: &Release, bound: SocketAddr) -> Option<String> {
    let named = match &release.header().inputs.base_url {
        Some(url) => url.clone(),
        None => {
            let (_, file) = release.files(Kind::Source).find(|(path, _)| *path == project::CONFIG)?;
            let settings: toml::Table = String::from_utf8(file.read().ok()?).ok()?.parse().ok()?;
            settings.get("base_url")?.as_str()?.trim_end_matches('/').to_owned()
        }
    };
    let url: Uri = named.parse().ok()?;
    let host = url.host()?.trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_served = url.port_u16().unwrap_or(80) == bound.port() && bound.ip().is_loopback();
    (is_here && !is_served).then_some(named)
}

/// Takes the address, then prepares what is served (its pages may name the address), then serves it.
pub fn with_listener<'t>(
    dir: &Path,
    address: SocketAddr,
    prepare: impl FnOnce(SocketAddr) -> Result<(Config, Store, &'t mut Terminal), CliError>,
) -> Result<(), CliError> {
    let milliseconds = niemyet_sync::memory::settle();
    tracing::info!(milliseconds, "freed memory is kept");
    let failed = |source| CliError::Listen { address: address.to_string(), source };
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let (config, releases, terminal) = prepare(bound)?;
    let laws = data::laws(terminal)?;
    let documents = Documents::open(dir, &config, &laws, bound)?;
    let site = Site::new(releases);
    let follower = site.clone();
    let builder = Service::new(Parts {
        dir: dir.to_owned(),
        config,
        documents: Arc::clone(documents.store()),
        releases: Arc::clone(site.releases()),
        laws,
        on_release: Box::new(move |release| follower.show(release)),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    let kept = runtime.block_on(async {
        let listener = TcpListener::from_std(listener).map_err(failed)?;
        let stop = asked_to_stop();
        let office = documents.start(builder)?;
        let url = format!("http://{bound}/");
        terminal.say(&format!(
            "Trang công khai / Public site: {url}\nTrình soạn thảo / Editor: {url}editor/\nDừng bằng Ctrl+C. / Press Ctrl+C to stop."
        ));
        terminal.result(&serde_json::json!({ "listening": url }), &format!("đang phục vụ / serving {url}"))?;
        web::serve_with(listener, site, &office, stop).await.map_err(failed)
    })?;
    if kept { Ok(()) } else { Err(CliError::NotKept) }
}

/// Done at Ctrl+C or when a service manager sends SIGTERM. Both are heard from the call on; to be called within a runtime.
pub fn asked_to_stop() -> impl Future<Output = ()> {
    let (interrupted, terminated) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        tokio::select! {
            () = received(interrupted) => {}
            () = received(terminated) => {}
        }
    }
}

/// Done when a signal came; never, if it cannot be listened to.
async fn received(signal: io::Result<Signal>) {
    match signal {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}
