//! Several windows and what goes wrong between a device and its server, in a real Chromium against the real program.

use chromiumoxide::Page;
use serde_json::json;

use crate::support::browser::Result;
use crate::support::browser::ask;
use crate::support::browser::shows;
use crate::support::official::Official;
use crate::support::scene::FIGURE;
use crate::support::scene::INCIDENT;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::WAITS;
use crate::support::scene::writes_figure;

/// The subject of the ad-hoc report.
const SUBJECT: &str = "Cầu tạm bị cuốn trôi";

async fn begins_an_adhoc_report(team: &Official) -> Result<()> {
    team.go(INCIDENT).await?;
    team.type_in("#subject", SUBJECT).await
}

/// Another device of the same body is shown it by the server.
async fn arrived(scene: &Scene) -> Result<()> {
    let other = scene.official("may.hai", "team_comms").await?;
    other.go(INCIDENT).await?;
    other.until(&format!("document.querySelector('#subject')?.value === {}", json!(SUBJECT))).await?;
    other.kill().await
}

/// Takes on the first task.
async fn takes_a_task(tab: &Page) -> Result<()> {
    let button = "document.querySelector('details.task .actions button')";
    shows(tab, button).await?;
    ask::<bool>(tab, &format!("({button}.click(), true)")).await?;
    shows(tab, "document.body.innerText.includes('Đang làm')").await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_that_write_different_documents_lose_neither() -> Result<()> {
    let mut scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    let tab = team.tab(&format!("{}/editor/#/tasks", scene.site)).await?;
    shows(&tab, "document.querySelector('details.task .actions button')").await?;
    scene.no_server();
    team.reads("Không có mạng").await?;
    begins_an_adhoc_report(&team).await?;
    team.reads("Đã lưu trên máy này. Chờ gửi: 1").await?;
    takes_a_task(&tab).await?;
    // Each window tells of all that this device holds.
    team.reads("Đã lưu trên máy này. Chờ gửi: 2").await?;
    shows(&tab, "document.body.innerText.includes('Đã lưu trên máy này. Chờ gửi: 2')").await?;
    team.kill().await?;

    let team = Official::start(&scene.profile("tuyen.truyen")).await?;
    team.open(&format!("{}/editor/", scene.site)).await?;
    team.reads("Chờ gửi: 2").await?;
    scene.server();
    team.connects("tuyen.truyen").await?;
    team.reads(SENT).await?;
    arrived(&scene).await?;
    team.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_signed_out_on_a_full_disk_is_told_and_has_no_session() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.go("#/account").await?;
    team.ask::<bool>(
        "(window.put = IDBObjectStore.prototype.put, IDBObjectStore.prototype.put = function (...args) { \
         if (this.transaction.db.name === 'niemyet-device') throw new DOMException('no room', 'QuotaExceededError'); \
         return window.put.apply(this, args); }, true)",
    )
    .await?;
    team.press("#sign-out").await?;
    team.reads("CHƯA đăng xuất được trên máy này").await?;
    let status: u16 = team.ask("fetch('/api/desk').then((answer) => answer.status)").await?;
    assert_eq!(status, 401, "whoever sits down here next writes as the one who left");
    team.ask::<bool>("(IDBObjectStore.prototype.put = window.put, true)").await?;
    team.press("#sign-out").await?;
    team.until("document.querySelector('#sign-login')").await?;
    team.reload().await?;
    team.until("document.querySelector('#sign-login')").await?;
    team.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restored_server_lost_is_brought_to_it_again() -> Result<()> {
    let mut scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    scene.office.ok(&["backup", "copy.sqlite"]);
    writes_figure(&team, "12").await?;
    begins_an_adhoc_report(&team).await?;
    team.reads(WAITS).await?;
    team.reads(SENT).await?;
    // In this page nobody has opened what the server will lack.
    team.go("#/account").await?;
    team.reload().await?;
    team.reads("Mang đi bằng USB").await?;
    team.reads(SENT).await?;

    scene.no_server();
    scene.office.ok(&["restore", "copy.sqlite", "--dir", "other"]);
    scene.office.ok(&["build", "--dir", "other"]);
    scene.server_of("other");
    team.connects("tuyen.truyen").await?;
    let other = scene.office.ok(&[
        "--json",
        "account",
        "add",
        "may.hai",
        "--body",
        "team_comms",
        "--name",
        "hai",
        "--dir",
        "other",
    ]);
    let code = serde_json::from_str::<serde_json::Value>(other.trim())?["code"].as_str().unwrap().to_owned();
    let other = Official::with_code(&scene.profile("may.hai"), &scene.site, "may.hai", &code).await?;
    other.go(INCIDENT).await?;
    other.until(&format!("document.querySelector('#subject')?.value === {}", json!(SUBJECT))).await?;
    other.go(&format!("{REPORT}/8")).await?;
    other.until(&format!("document.querySelector('{FIGURE}')?.value === '12'")).await?;
    team.reads(SENT).await?;
    for one in [team, other] {
        one.kill().await?;
    }
    Ok(())
}

/// Sockets that were there when `silence` is called send nothing any more, and look open.
const SILENCE: &str = "const send = WebSocket.prototype.send; const all = new Set(); const mute = new Set(); \
    window.silence = () => all.forEach((one) => mute.add(one)); \
    WebSocket.prototype.send = function (...args) { all.add(this); if (!mute.has(this)) send.apply(this, args); };";

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_only_looks_open_is_made_anew_when_somebody_presses_send_now() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.before_all(SILENCE).await?;
    team.reload().await?;
    team.reads("Có kết nối").await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.until(&format!("document.querySelector('{FIGURE}')")).await?;
    team.ask::<bool>("(window.silence(), true)").await?;
    writes_figure(&team, "12").await?;
    team.reads(WAITS).await?;
    team.until(&format!(
        "(() => {{ [...document.querySelectorAll('.bar button')].find((one) => one.innerText === 'Gửi ngay')?.click(); \
         return document.body.innerText.includes('{SENT}'); }})()"
    ))
    .await?;
    team.kill().await?;
    Ok(())
}
