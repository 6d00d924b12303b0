//! What the workloads share: a browser like a desktop's, the processor slowed down, the frame in which something is painted, and pages
//! that do nothing.

use std::fs;
use std::time::Duration;

use chromiumoxide::cdp::browser_protocol::emulation::SetCpuThrottlingRateParams;
use chromiumoxide::cdp::browser_protocol::emulation::SetDeviceMetricsOverrideParams;
use tempfile::TempDir;

use crate::browser::Result;
use crate::official::Official;
use crate::scene::SENT;
use crate::serve::Server;

/// Calls a function once the frame that is due next has been drawn: a message is taken after it, a timer may come later.
pub const PAINTED: &str = "window.painted = (then) => requestAnimationFrame(() => { \
    const way = new MessageChannel(); way.port1.onmessage = then; way.port2.postMessage(0); });";

/// A screen of a common desktop, so that a run shows as much as any other.
pub async fn desktop(official: &Official) -> Result<()> {
    official.page().execute(SetDeviceMetricsOverrideParams::new(1280, 900, 1.0, false)).await?;
    Ok(())
}

/// From now on the page's processor is so many times slower.
pub async fn slow_down(official: &Official, times: u32) -> Result<()> {
    official.page().execute(SetCpuThrottlingRateParams::new(f64::from(times))).await?;
    Ok(())
}

/// Waits until the server has all and the service worker is there, and the device has come to rest.
pub async fn settled(official: &Official) -> Result<()> {
    official.until("navigator.serviceWorker.controller").await?;
    official.reads(SENT).await?;
    official.until("document.querySelector('.bar.good')").await?;
    rest(5_000).await;
    Ok(())
}

pub async fn rest(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// A page without a program, served until this is dropped.
pub struct Plain {
    server: Server,
    folder: TempDir,
}

/// Keeps the page on the device, so that it opens without a network as the editor does.
const WORKER: &str = "addEventListener('install', (event) => event.waitUntil(caches.open('all').then((all) => all.add('./')))); \
    addEventListener('activate', (event) => event.waitUntil(clients.claim())); \
    addEventListener('fetch', (event) => event.respondWith(caches.open('all').then((all) => all.match('./'))));";

impl Plain {
    pub fn new(body: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let page = format!(
            "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><title>Trang</title><link rel=\"icon\" href=\"data:,\">{body}\
             <script>navigator.serviceWorker.register('worker.js')</script></html>"
        );
        fs::write(folder.path().join("index.html"), page)?;
        fs::write(folder.path().join("worker.js"), WORKER)?;
        Ok(Self { server: Server::start(folder.path())?, folder })
    }

    /// Opens it in a browser of its own, which has it on the device afterwards.
    pub async fn opened(&self) -> Result<Official> {
        let official = Official::start(&self.folder.path().join("profile")).await?;
        desktop(&official).await?;
        official.open(&self.server.url("/")).await?;
        official.until("navigator.serviceWorker.controller").await?;
        Ok(official)
    }

    /// Ends the server; what the browser keeps lives as long as the folder.
    pub fn closed(self) -> TempDir {
        self.folder
    }
}
