//! What goes wrong at an office, in a real Chromium against the real program: an update of the editor while somebody writes, and a change
//! that the server refuses.

use std::fs;
use std::path::Path;

use chromiumoxide::cdp::browser_protocol::network::ClearBrowserCacheParams;
use serde_json::Value;

use crate::editor_stick::brought;
use crate::editor_stick::downloads_to;
use crate::support::browser::Result;
use crate::support::browser::ask;
use crate::support::browser::shows;
use crate::support::cli::Office;
use crate::support::front::Front;
use crate::support::http;
use crate::support::official::Official;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::TEXT;
use crate::support::scene::hands_in;
use crate::support::scene::has_seen;
use crate::support::scene::writes_figure;

/// Makes another version of the editor in a folder: other words on a screen, so other names of files.
fn another_version(folder: &Path) -> Result<()> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("editor/dist");
    fs::create_dir_all(folder.join("assets"))?;
    let name_of = |start: &str, end: &str| -> Result<String> {
        let names = fs::read_dir(built.join("assets"))?.map(|entry| entry.map(|one| one.file_name()));
        for name in names {
            let name = name?.into_string().map_err(|_| "a strange name")?;
            if name.starts_with(start) && name.ends_with(end) {
                return Ok(name);
            }
        }
        Err(format!("no {start}{end}").into())
    };
    let (app, boot, engine) = (name_of("app-", ".js")?, name_of("boot-", ".js")?, name_of("engine-", ".js")?);
    let renamed = |text: &str| {
        text.replace(&app, "app-000000000002.js")
            .replace(&boot, "boot-000000000002.js")
            .replace(&engine, "engine-000000000002.js")
    };
    for entry in fs::read_dir(built.join("assets"))? {
        let name = entry?.file_name().into_string().map_err(|_| "a strange name")?;
        if name == app {
            let text = fs::read_to_string(built.join("assets").join(&name))?;
            assert!(text.contains("Có kết nối"));
            let text = renamed(&text.replace("Có kết nối", "Có kết nối (bản mới)"));
            fs::write(folder.join("assets/app-000000000002.js"), text)?;
        } else if name == boot || name == engine {
            let text = renamed(&fs::read_to_string(built.join("assets").join(&name))?);
            fs::write(folder.join("assets").join(renamed(&name)), text)?;
        } else {
            fs::copy(built.join("assets").join(&name), folder.join("assets").join(&name))?;
        }
    }
    for name in ["index.html", "app.webmanifest"] {
        fs::write(folder.join(name), renamed(&fs::read_to_string(built.join(name))?))?;
    }
    let worker = fs::read_to_string(built.join("sw.js"))?;
    let version =
        worker.split('"').find(|part| part.len() == 12 && part.chars().all(|c| c.is_ascii_hexdigit()));
    let worker = renamed(&worker).replace(version.ok_or("no version")?, "000000000002");
    Ok(fs::write(folder.join("sw.js"), worker)?)
}

const LOOK_FOR_UPDATE: &str =
    "navigator.serviceWorker.getRegistration().then(one => one.update()).then(() => true, () => true)";

/// The address of the file of the program that comes after the first frame.
const ENGINE: &str =
    "performance.getEntriesByType('resource').find((one) => one.name.includes('/engine-')).name";

/// A device that lost a file of the program, as a disk with bad sectors does.
const LOSES_ENGINE: &str = "caches.keys().then(async (names) => { \
    for (const name of names) await (await caches.open(name)).delete(ENGINE); return true; })";

/// Goes to the account page and presses its button in the instant in which it is there.
const SIGNS_OUT_AT_ONCE: &str = r"(() => {
    const seen = new MutationObserver(() => {
        const button = document.querySelector('#sign-out');
        if (button) (seen.disconnect(), button.click());
    });
    seen.observe(document.body, { childList: true, subtree: true });
    location.hash = '#/account';
    return true;
})()";

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_program_says_so_keeps_what_is_typed_and_mends_itself_from_the_network() -> Result<()> {
    let mut scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.type_in(TEXT, "Đường sạt lở.").await?;
    team.reads(SENT).await?;
    team.comes_true(&has_seen("report/team_comms/2021-03-11", "Đường sạt lở.")).await?;
    team.comes_true(&LOSES_ENGINE.replace("ENGINE", ENGINE)).await?;
    team.page().execute(ClearBrowserCacheParams::default()).await?;
    scene.no_server();
    team.reload().await?;
    team.reads("bị hỏng một phần").await?;
    let faults = team.look("damaged").await?;
    team.type_in(TEXT, "Đường sạt lở. Thiếu hòm").await?;
    // Nobody leaves what is nowhere but in this page.
    team.ask::<bool>(SIGNS_OUT_AT_ONCE).await?;
    team.press("#sign-out-anyway").await?;
    team.reads("chưa vào văn bản được").await?;
    scene.server();
    team.reads(SENT).await?;
    assert!(team.ask::<bool>("!document.body.innerText.includes('bị hỏng một phần')").await?);
    team.reload().await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.until(&format!("document.querySelector('{TEXT}')?.value === 'Đường sạt lở. Thiếu hòm'")).await?;
    assert!(team.ask::<bool>("!document.querySelector('.leftovers')").await?);
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_waits_for_the_person_and_loses_nothing_of_an_open_draft() -> Result<()> {
    let front = Front::start()?;
    let office = Office::ready();
    office.ok(&["build"]);
    let mut command = office.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("NIEMYET_ORIGIN", front.url());
    let mut running = office.spawn(command);
    front.before(running.address());
    let scene = Scene::at(office, running, &front.url())?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.reads(SENT).await?;

    // A deployment that lacks a file: nobody notices, the version at hand goes on working.
    let broken = tempfile::tempdir()?;
    another_version(broken.path())?;
    fs::remove_file(broken.path().join("assets/app-000000000002.js"))?;
    front.serve_editor_from(broken.path());
    team.ask::<bool>(LOOK_FOR_UPDATE).await?;
    team.comes_true("navigator.serviceWorker.getRegistration().then(one => !one.installing && !one.waiting)")
        .await?;
    team.type_in(TEXT, "Đường sạt lở.").await?;
    team.reload().await?;
    team.until(&format!("document.querySelector('{TEXT}')?.value === 'Đường sạt lở.'")).await?;
    assert!(team.ask::<bool>("!document.querySelector('#update')").await?);
    team.comes_true("caches.keys().then(names => names.length === 1)").await?;

    // One that is whole: it waits.
    let whole = tempfile::tempdir()?;
    another_version(whole.path())?;
    front.serve_editor_from(whole.path());
    let tab = team.tab(&format!("{}/editor/{REPORT}/8", scene.site)).await?;
    team.ask::<bool>(LOOK_FOR_UPDATE).await?;
    team.until("document.querySelector('#update')").await?;
    let faults = team.look("update").await?;
    assert!(team.ask::<bool>("!document.body.innerText.includes('(bản mới)')").await?);

    // The last letters were typed just before the press.
    team.type_in(TEXT, "Đường sạt lở. Thiếu hòm").await?;
    team.press("#update").await?;
    team.reads("Có kết nối (bản mới)").await?;
    team.until(&format!("document.querySelector('{TEXT}')?.value === 'Đường sạt lở. Thiếu hòm'")).await?;
    team.reads(SENT).await?;
    // Another window is not taken from under somebody's hands.
    shows(&tab, "document.body.innerText.includes('đã được cập nhật ở cửa sổ khác')").await?;
    // What it has not fetched of its own version yet is there, though the server has it no more.
    assert!(
        ask::<bool>(&tab, &format!("fetch({ENGINE}, {{ cache: 'reload' }}).then((one) => one.ok)")).await?
    );
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Who reads the server's figures.
fn meter(scene: &Scene) -> Result<String> {
    scene.office.ok(&["account", "add", "do.dem", "--body", "standing_agency"]);
    let made = scene.office.ok(&["--json", "account", "token", "do.dem", "--device", "máy đo"]);
    let made: Value = serde_json::from_str(made.trim())?;
    Ok(format!("Bearer {}", made["token"].as_str().ok_or("no token")?))
}

/// How many deliveries the server refused.
fn refused(scene: &Scene, token: &str) -> Result<u64> {
    let address = scene.site.trim_start_matches("http://").parse()?;
    let page = String::from_utf8(http::ask(address, "GET /metrics", &[("authorization", token)]).body)?;
    let line = page.lines().find(|line| line.contains("deliveries_refused_total") && !line.starts_with('#'));
    Ok(line.and_then(|line| line.split(' ').next_back()).ok_or("no such line")?.parse()?)
}

/// The login ends; the report is withdrawn and written in, while the agency accepts it.
async fn withdraws_while_it_is_accepted(scene: &Scene, team: &Official, agency: &Official) -> Result<()> {
    scene.office.ok(&["account", "disable", "tuyen.truyen"]);
    scene.office.ok(&["account", "enable", "tuyen.truyen"]);
    team.reads("Đã hết phiên đăng nhập").await?;
    team.press("#withdraw").await?;
    writes_figure(team, "13").await?;
    agency.go(&format!("{REPORT}/8")).await?;
    agency.press("#accept").await?;
    agency.reads(SENT).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_is_told_with_a_way_out_and_never_sent_in_a_loop() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    let agency = scene.official("noi.vu", "standing_agency").await?;
    hands_in(&team).await?;
    team.reads(SENT).await?;

    withdraws_while_it_is_accepted(&scene, &team, &agency).await?;

    team.log_in("tuyen.truyen").await?;
    team.reads("Máy chủ từ chối 1 văn bản").await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.reads("hãy sao chép lại rồi bỏ thay đổi này").await?;
    let mut faults = team.look("refused").await?;
    team.go("#/account").await?;
    team.reads("Máy chủ từ chối:").await?;
    faults.extend(team.look("refused-account").await?);
    let meter = meter(&scene)?;
    let before = refused(&scene, &meter)?;

    // A copy to read, and away with it.
    let folder = tempfile::tempdir()?;
    downloads_to(&team, folder.path()).await?;
    team.press(".refused .quiet").await?;
    let copy = brought(folder.path(), ".txt").await?;
    let copy = fs::read_to_string(copy)?;
    assert!(copy.contains("13"), "{copy}");
    let tab = team.tab(&format!("{}/editor/{REPORT}/8", scene.site)).await?;
    team.press(".refused .discard").await?;
    team.reads("Đã lưu bản sao chưa?").await?;
    team.ask::<bool>("window.isFormer = true").await?;
    team.press(".refused .confirm").await?;
    // The page loads itself anew; who goes elsewhere before that comes back to where they were.
    team.until("!window.isFormer").await?;
    team.reads(SENT).await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.reads("Đã tiếp nhận").await?;
    team.until("document.querySelector('.field.read output')").await?;
    team.until("![...document.querySelectorAll('.field.read output')].some(one => one.innerText === '13')")
        .await?;
    // The other window does not bring it back.
    shows(
        &tab,
        "document.body.innerText.includes('Đã tiếp nhận') && !document.body.innerText.includes('từ chối')",
    )
    .await?;
    tab.close().await?;
    team.go("#/account").await?;
    team.reload().await.map_err(|error| format!("loading anew: {error}"))?;
    team.reads(SENT).await?;
    team.reads("Không có gì chờ gửi").await?;
    assert_eq!(refused(&scene, &meter)?, before, "a refused change is not sent again and again");
    team.kill().await?;
    agency.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_that_discard_at_once_both_end_with_what_the_server_has() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    let agency = scene.official("noi.vu", "standing_agency").await?;
    hands_in(&team).await?;
    withdraws_while_it_is_accepted(&scene, &team, &agency).await?;
    team.log_in("tuyen.truyen").await?;
    team.reads("Máy chủ từ chối 1 văn bản").await?;
    team.go(&format!("{REPORT}/8")).await?;
    let tab = team.tab(&format!("{}/editor/{REPORT}/8", scene.site)).await?;
    shows(&tab, "document.querySelector('.refused .discard')").await?;
    team.until("document.querySelector('.refused .discard')").await?;
    let asks = "(document.querySelector('.refused .discard').click(), true)";
    // The page goes away with the press: the answer comes before it.
    let discards = "(setTimeout(() => document.querySelector('.refused .confirm').click()), true)";
    team.ask::<bool>(asks).await?;
    ask::<bool>(&tab, asks).await?;
    shows(&tab, "document.querySelector('.refused .confirm')").await?;
    team.until("document.querySelector('.refused .confirm')").await?;
    let (here, there) = tokio::join!(team.ask::<bool>(discards), ask::<bool>(&tab, discards));
    assert!(here? && there?);
    let settled = "document.body.innerText.includes('Đã tiếp nhận') && !document.body.innerText.includes('từ chối') \
                   && document.body.innerText.includes('Máy chủ đã có tất cả')";
    shows(&tab, settled).await?;
    team.until(settled).await?;
    // Both go on working: what one writes the other sees.
    team.go("#/tasks").await?;
    team.press("details.task summary").await?;
    team.press("details.task .actions button").await?;
    ask::<bool>(&tab, "location.hash = '#/tasks', true").await?;
    shows(&tab, "document.body.innerText.includes('Đang làm')").await?;
    team.reads(SENT).await?;
    for official in [team, agency] {
        official.kill().await?;
    }
    Ok(())
}
