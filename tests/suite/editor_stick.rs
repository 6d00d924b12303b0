//! Unsent work that goes to another device by a USB stick, in a real Chromium against the real program.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use automerge::ActorId;
use automerge::ROOT;
use automerge::transaction::Transactable;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chromiumoxide::cdp::browser_protocol::browser::SetDownloadBehaviorBehavior;
use chromiumoxide::cdp::browser_protocol::browser::SetDownloadBehaviorParams;
use chromiumoxide::cdp::browser_protocol::dom::SetFileInputFilesParams;
use chromiumoxide::cdp::browser_protocol::network::EmulateNetworkConditionsByRuleParams;
use chromiumoxide::cdp::browser_protocol::network::NetworkConditions;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::report;
use serde_json::json;

use crate::support::browser::Result;
use crate::support::official::Official;
use crate::support::scene::FIGURE;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::WAITS;
use crate::support::scene::writes_figure;

/// What this browser downloads lies in a folder.
pub async fn downloads_to(official: &Official, folder: &Path) -> Result<()> {
    let settings = SetDownloadBehaviorParams::builder()
        .behavior(SetDownloadBehaviorBehavior::Allow)
        .download_path(folder.display().to_string())
        .build()?;
    official.page().execute(settings).await?;
    Ok(())
}

/// Waits for a file with this ending.
pub async fn brought(folder: &Path, ending: &str) -> Result<PathBuf> {
    for _ in 0..600 {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.to_str().is_some_and(|path| path.ends_with(ending)) {
                return Ok(path);
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!("no {ending} came").into())
}

/// Takes a file in, as by the dialogue of the browser.
async fn takes_in(official: &Official, file: &Path) -> Result<()> {
    official.go("#/account").await?;
    official.until("document.querySelector('#take-file')").await?;
    let input = official.page().find_element("#take-file").await?;
    let files = SetFileInputFilesParams::builder()
        .file(file.display().to_string())
        .backend_node_id(input.backend_node_id)
        .build()?;
    official.page().execute(files).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn unsent_work_goes_by_a_stick_to_another_device_and_arrives() -> Result<()> {
    let mut scene = Scene::new()?;
    let far = scene.official("may.xa", "team_comms").await?;
    let near = scene.official("may.gan", "team_comms").await?;
    let other = scene.official("an.ninh", "team_security").await?;
    for one in [&far, &near, &other] {
        one.until("navigator.serviceWorker.controller").await?;
        one.reads(SENT).await?;
    }
    scene.no_server();
    writes_figure(&far, "61").await?;
    far.reads(WAITS).await?;
    far.go("#/account").await?;
    let stick = tempfile::tempdir()?;
    downloads_to(&far, stick.path()).await?;
    far.press("#save-file").await?;
    let file = brought(stick.path(), ".json").await?;
    let far_profile = scene.profile("may.xa");
    far.kill().await?;

    // A damaged file, and the file at another body, are told apart and change nothing.
    let torn = stick.path().join("torn.json");
    fs::write(&torn, &fs::read(&file)?[..200])?;
    takes_in(&near, &torn).await?;
    near.reads("đã hỏng").await?;
    takes_in(&other, &file).await?;
    other.reads("của cơ quan khác").await?;

    takes_in(&near, &file).await?;
    near.reads("Đã nhận 1 văn bản").await?;
    near.reads("Đã lưu trên máy này. Chờ gửi: 1").await?;
    let mut faults = near.look("stick").await?;
    near.go(&format!("{REPORT}/8")).await?;
    near.until(&format!("document.querySelector('{FIGURE}')?.value === '61'")).await?;
    scene.server();
    near.reads(SENT).await?;

    // The device that stayed behind finds that the server has what it held.
    let far = Official::start(&far_profile).await?;
    far.open(&format!("{}/editor/{REPORT}/8", scene.site)).await?;
    far.connects("may.xa").await?;
    far.reads(SENT).await?;
    far.go(&format!("{REPORT}/8")).await?;
    far.until(&format!("document.querySelector('{FIGURE}')?.value === '61'")).await?;
    faults.retain(|fault| !fault.is_empty());
    for one in [far, near, other] {
        one.kill().await?;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Cuts this page's network, or mends it.
fn cut(is_cut: bool) -> EmulateNetworkConditionsByRuleParams {
    EmulateNetworkConditionsByRuleParams::new(is_cut, vec![NetworkConditions::new("", 0.0, -1.0, -1.0)])
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_writing_after_saving_a_file_is_refused_nothing_and_the_file_adds_to_what_is_there()
-> Result<()> {
    let mut scene = Scene::new()?;
    let far = scene.official("may.xa", "team_comms").await?;
    let near = scene.official("may.gan", "team_comms").await?;
    let stands = |figure: &str| format!("document.querySelector('{FIGURE}')?.value === '{figure}'");
    writes_figure(&far, "60").await?;
    far.reads(SENT).await?;
    near.go(&format!("{REPORT}/8")).await?;
    near.until(&stands("60")).await?;
    near.reads(SENT).await?;
    // Near has the report on its disk, and nobody has opened it in this page.
    near.go("#/account").await?;
    near.until("navigator.serviceWorker.controller").await?;
    near.reload().await?;
    near.reads("Mang đi bằng USB").await?;

    scene.no_server();
    far.page().execute(cut(true)).await?;
    far.reads("Không có mạng").await?;
    writes_figure(&far, "61").await?;
    far.reads("Đã lưu trên máy này. Chờ gửi: 1").await?;
    far.go("#/account").await?;
    let stick = tempfile::tempdir()?;
    downloads_to(&far, stick.path()).await?;
    far.press("#save-file").await?;
    let file = brought(stick.path(), ".json").await?;
    writes_figure(&far, "62").await?;

    takes_in(&near, &file).await?;
    near.reads("Đã nhận 1 văn bản").await?;
    near.reads("Đã lưu trên máy này. Chờ gửi: 1").await?;
    scene.server();
    near.reads(SENT).await?;
    near.go(&format!("{REPORT}/8")).await?;
    near.until(&stands("61")).await?;
    far.page().execute(cut(false)).await?;
    near.until(&stands("62")).await?;
    far.reads(SENT).await?;
    for one in [far, near] {
        one.kill().await?;
    }
    Ok(())
}

/// Unsent work of a report as a newer program would save it.
fn of_a_newer_program(folder: &Path) -> Result<PathBuf> {
    let key: Key = "report/team_comms/2021-03-11".parse()?;
    let mut report = Document::create("sonla-2021", &key, ActorId::random())?;
    report::set_figure(&mut report, "voters.male", Some(12))?;
    report.automerge_mut().put(ROOT, "schema", 2_i64)?;
    report.commit("a newer program", 1_614_900_000).ok_or("nothing written")?;
    let bytes = STANDARD.encode(report.save());
    let documents = json!([{ "key": key.to_string(), "bytes": bytes }]);
    let file = folder.join("newer.json");
    let content = json!({ "format": "niemyet-unsent-1", "election": "sonla-2021", "body": "team_comms", "documents": documents });
    fs::write(&file, content.to_string())?;
    Ok(file)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_in_a_newer_form_is_shown_says_so_and_is_not_handed_in() -> Result<()> {
    let mut scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.go(&format!("{REPORT}/6")).await?;
    team.until("document.querySelector('#f-voters-male')").await?;
    team.reads(SENT).await?;
    scene.no_server();
    let stick = tempfile::tempdir()?;
    takes_in(&team, &of_a_newer_program(stick.path())?).await?;
    team.reads(WAITS).await?;
    team.go(&format!("{REPORT}/6")).await?;
    team.until("document.querySelector('.newer [role=alert]')").await?;
    team.until("document.querySelector('#f-voters-male')?.value === '12'").await?;
    let mut faults = team.look("newer").await?;
    team.press(".newer .seek").await?;
    team.reads("Không hỏi được máy chủ").await?;
    team.press("#hand-in").await?;
    team.reads("Hãy cập nhật ứng dụng rồi làm tiếp").await?;
    assert!(team.ask::<bool>("Boolean(document.querySelector('#hand-in'))").await?, "it is a draft no more");
    // What this program knows of it can be written on, and both are there after a new start.
    team.type_in("#f-voters-female", "13").await?;
    team.reads("Đã lưu trên máy này").await?;
    team.until("!document.body.innerText.includes('Đang lưu')").await?;
    team.reload().await?;
    team.until(
        "document.querySelector('.newer') && document.querySelector('#f-voters-female')?.value === '13'",
    )
    .await?;
    // The report of the week before is in the form that this program knows.
    team.go("#/report/team_comms/2021-03-04").await?;
    team.until("document.querySelector('#hand-in') && !document.querySelector('.newer')").await?;
    scene.server();
    team.go(&format!("{REPORT}/6")).await?;
    team.press(".newer .seek").await?;
    team.reads("Máy chủ chưa có phiên bản mới").await?;
    // This server is as old: it does not take what it does not know, and says so.
    team.until("document.querySelector('.refused [role=alert]')").await?;
    faults.extend(team.look("newer-refused").await?);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    team.kill().await
}
