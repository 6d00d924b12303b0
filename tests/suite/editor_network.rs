//! The editor on bad networks, small disks and wrong clocks, in a real Chromium against the real program.

use std::fs;

use chromiumoxide::cdp::browser_protocol::network::EmulateNetworkConditionsByRuleParams;
use chromiumoxide::cdp::browser_protocol::network::NetworkConditions;
use chromiumoxide::cdp::browser_protocol::storage::OverrideQuotaForOriginParams;
use chrono::Datelike;
use chrono::FixedOffset;
use chrono::Utc;
use serde_json::json;

use crate::support::browser::Result;
use crate::support::cli::Office;
use crate::support::official::Official;
use crate::support::scene::FIGURE;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::TEXT;
use crate::support::scene::WAITS;
use crate::support::scene::writes_figure;

fn stands(text: &str) -> String {
    format!("document.querySelector('{TEXT}')?.value === {}", json!(text))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_load_on_a_slow_network_shows_how_far_it_is() -> Result<()> {
    let scene = Scene::new()?;
    let team = Official::start(&scene.profile("xa")).await?;
    // 800 kbit/s, in bytes a second, of all that is asked for.
    let slow = NetworkConditions::new("", 150.0, 100_000.0, 50_000.0);
    team.page().execute(EmulateNetworkConditionsByRuleParams::new(false, vec![slow])).await?;
    team.open(&format!("{}/editor/", scene.site)).await?;
    team.until("/Đang tải lần đầu: [1-9]\\d? %/.test(document.querySelector('#said')?.innerText)").await?;
    let half: f64 = team.ask("document.querySelector('#bar').value").await?;
    assert!(half > 0.0 && half < 1.0, "{half}");
    let faults = team.look("first-load").await?;
    team.until("document.querySelector('#sign-login')").await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_place_is_not_called_a_missing_network() -> Result<()> {
    let office = Office::ready();
    let settings = office.path("niemyet/niemyet.toml");
    let text = fs::read_to_string(&settings)?;
    fs::write(&settings, format!("sync_connections = 1\n{text}"))?;
    let scene = Scene::on(office)?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller && document.querySelector('.rows li')").await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.until(&format!("document.querySelector('{FIGURE}')")).await?;
    team.reads(SENT).await?;
    team.open("about:blank").await?;
    let other = scene.official("noi.vu", "standing_agency").await?;
    team.open(&format!("{}/editor/{REPORT}/8", scene.site)).await?;
    team.reads("Có mạng, nhưng máy chủ chưa nhận").await?;
    team.until(&format!("document.querySelector('{FIGURE}')")).await?;
    writes_figure(&team, "12").await?;
    team.reads(&format!("{WAITS} 1")).await?;
    let faults = team.look("server-busy").await?;
    other.kill().await?;
    team.reads("Có kết nối").await?;
    team.reads(SENT).await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Waits of half a second and more are for ever while `still` is set: nothing is tried again by itself.
const HOLD_TIMERS: &str = "const real = setTimeout; window.still = false; \
    window.setTimeout = (act, wait = 0, ...rest) => window.still && wait >= 500 ? 0 : real(act, wait, ...rest);";

#[tokio::test(flavor = "multi_thread")]
async fn send_now_sends_now() -> Result<()> {
    let mut scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller && document.querySelector('.rows li')").await?;
    team.before_all(HOLD_TIMERS).await?;
    team.reload().await?;
    team.reads("Có kết nối").await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.until(&format!("document.querySelector('{FIGURE}')")).await?;
    team.ask::<bool>("window.still = true").await?;
    scene.no_server();
    writes_figure(&team, "12").await?;
    team.reads("Không có mạng").await?;
    team.reads(WAITS).await?;
    scene.server();
    let now = "[...document.querySelectorAll('.bar button')].find((one) => one.innerText === 'Gửi ngay')";
    team.until(now).await?;
    assert!(team.ask::<bool>(&format!("document.body.innerText.includes('{WAITS}')")).await?);
    team.ask::<bool>(&format!("({now}.click(), true)")).await?;
    team.reads(SENT).await?;
    team.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_in_the_middle_of_a_sync_has_it_all_in_the_end_and_once() -> Result<()> {
    let mut scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    for device in [&one, &two] {
        device.go(&format!("{REPORT}/4")).await?;
        device.reads(SENT).await?;
    }
    let mut text = String::new();
    for n in 0..6 {
        text += &format!(
            "{}Đoạn {n}: đường vào bản bị sạt lở, hòm phiếu đi bằng thuyền.",
            if n > 0 { "\n" } else { "" }
        );
        one.type_in(TEXT, &text).await?;
        if n % 2 == 0 {
            one.reads(WAITS).await?;
        }
        scene.no_server();
        scene.server();
    }
    two.until(&stands(&text)).await?;
    one.reads(SENT).await?;
    two.type_in(TEXT, &format!("{text}\nHết.")).await?;
    one.until(&stands(&format!("{text}\nHết."))).await?;
    one.kill().await?;
    two.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_typed_in_one_paragraph_without_a_network_keep_both_and_are_told() -> Result<()> {
    let mut scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    for device in [&one, &two] {
        device.go(&format!("{REPORT}/4")).await?;
        device.until("navigator.serviceWorker.controller").await?;
    }
    one.type_in(TEXT, "Đường vào bản sạt lở.").await?;
    two.until(&stands("Đường vào bản sạt lở.")).await?;
    one.reads(SENT).await?;
    scene.no_server();
    for device in [&one, &two] {
        device.reads("Không có mạng").await?;
    }
    one.type_in(TEXT, "Hôm qua đường vào bản sạt lở.").await?;
    two.type_in(TEXT, "Đường vào bản sạt lở, thiếu hòm phiếu.").await?;
    // Two has gone on to another field meanwhile.
    two.ask::<bool>("(document.querySelector('main a').focus(), true)").await?;
    one.reads(WAITS).await?;
    two.reads(WAITS).await?;
    scene.server();
    for device in [&one, &two] {
        device.until(&stands("Hôm qua đường vào bản sạt lở, thiếu hòm phiếu.")).await?;
        device.reads("Đã gộp với phần người khác vừa viết; xin xem lại").await?;
        device.reads(SENT).await?;
    }
    let faults = one.look("merged").await?;
    one.kill().await?;
    two.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Fills the disk; somebody writes until it is said. A browser looks at what is left from time to time only.
async fn fills_the_disk(scene: &Scene, team: &Official) -> Result<()> {
    let full = OverrideQuotaForOriginParams::builder().origin(&scene.site).quota_size(1.0).build()?;
    team.page().execute(full).await?;
    for n in 0..60 {
        team.type_in(TEXT, &format!("Đường sạt lở {n}.")).await?;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        if team.ask::<bool>("document.body.innerText.includes('CHƯA lưu được trên máy này')").await?
        {
            break;
        }
    }
    team.reads("CHƯA lưu được trên máy này").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_saved_before_the_disk_was_full_is_there_when_the_tab_dies() -> Result<()> {
    let mut scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller && document.querySelector('.rows li')").await?;
    writes_figure(&team, "44").await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.reads(SENT).await?;
    scene.no_server();
    team.reads("Không có mạng").await?;
    fills_the_disk(&scene, &team).await?;
    for n in 0..4 {
        team.type_in(TEXT, &format!("Đường sạt lở ở {n} nơi.")).await?;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    team.kill().await?;
    let team = Official::start(&scene.profile("tuyen.truyen")).await?;
    team.open(&format!("{}/editor/{REPORT}/8", scene.site)).await?;
    // The document itself, not what was seen of it last.
    team.until("document.querySelector('#net')").await?;
    team.go("#/history/report%2Fteam_comms%2F2021-03-11").await?;
    team.reads("Buổi phát thanh, truyền hình: – → 44").await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.until(&format!("document.querySelector('{FIGURE}')?.value === '44'")).await?;
    team.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_really_full_is_said_and_nothing_typed_is_lost() -> Result<()> {
    let mut scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.reads(SENT).await?;
    scene.no_server();
    team.reads("Không có mạng").await?;
    fills_the_disk(&scene, &team).await?;
    team.type_in(TEXT, "Đường sạt lở.").await?;
    writes_figure(&team, "44").await?;
    team.go("#/account").await?;
    // Who signs out, or takes a new version, would lose it.
    team.press("#sign-out").await?;
    team.press("#sign-out-anyway").await?;
    team.reads("Máy chưa lưu được, nên trang được giữ nguyên").await?;
    let faults = team.look("disk-really-full").await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.until(&stands("Đường sạt lở.")).await?;
    let room = OverrideQuotaForOriginParams::builder().origin(&scene.site).build()?;
    team.page().execute(room).await?;
    team.reads("Đã lưu trên máy này. Chờ gửi: 1").await?;
    team.reload().await?;
    team.until(&stands("Đường sạt lở.")).await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.until(&format!("document.querySelector('{FIGURE}')?.value === '44'")).await?;
    scene.server();
    team.reads(SENT).await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// The committee's own time.
fn vietnam() -> Result<FixedOffset> {
    Ok(FixedOffset::east_opt(7 * 3_600).ok_or("no such offset")?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_a_year_back_is_said_and_the_servers_time_is_used() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.before_all(
        "const Real = Date, back = 400 * 864e5; \
         window.Date = class extends Real { constructor(...given) { given.length ? super(...given) : super(Real.now() - back); } \
           static now() { return Real.now() - back; } };",
    )
    .await?;
    team.reload().await?;
    team.reads("Đồng hồ máy này sai").await?;
    // As the committee's clocks show it: at the turn of the year UTC is hours behind.
    let this_year = Utc::now().with_timezone(&vietnam()?).year();
    assert!(team.ask::<i32>("new Date().getFullYear()").await? < this_year);
    team.go(&format!("{REPORT}/0")).await?;
    team.press("#this-week").await?;
    writes_figure(&team, "12").await?;
    team.press("#hand-in").await?;
    team.reads("máy chủ nhận lúc").await?;
    let receipt: String = team.ask("document.querySelector('#receipt').innerText").await?;
    let year = format!("/{this_year}");
    assert_eq!(receipt.matches(&year).count(), 2, "{receipt}");
    team.reads(SENT).await?;
    let bar: String = team.ask("document.querySelector('#status').innerText").await?;
    assert!(bar.contains(&year), "{bar}");
    let faults = team.look("clock-back").await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_value_comes_back_from_the_history() -> Result<()> {
    let scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    for figure in ["12", "15"] {
        writes_figure(&one, figure).await?;
        one.reads(SENT).await?;
        one.until("document.querySelector('.bar.good')").await?;
    }
    one.go("#/history/report%2Fteam_comms%2F2021-03-11").await?;
    one.reads("Buổi phát thanh, truyền hình: 12 → 15").await?;
    // Who wrote it, when by the device, and when the server had it.
    let line = "document.querySelector('.history > li > p')?.innerText";
    let day = Utc::now().with_timezone(&vietnam()?).format("%d/%m/%Y").to_string();
    for words in ["may.mot", "máy ghi", "máy chủ nhận"] {
        one.until(&format!("{line}.includes('{words}')")).await?;
    }
    let told: String = one.ask(line).await?;
    assert_eq!(told.matches(&day).count(), 2, "{told}");
    one.ask::<bool>("([...document.querySelectorAll('.history button')].find((one) => one.innerText === 'Trở lại 12').click(), true)").await?;
    one.reads("Trở lại giá trị trước").await?;
    one.reads("Buổi phát thanh, truyền hình: 15 → 12").await?;
    two.go(&format!("{REPORT}/8")).await?;
    two.until(&format!("document.querySelector('{FIGURE}')?.value === '12'")).await?;
    one.reads(SENT).await?;
    one.kill().await?;
    two.kill().await?;
    Ok(())
}
