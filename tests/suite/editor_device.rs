//! What a device keeps beside its documents, and who takes it over, in a real Chromium against the real program.

use chromiumoxide::cdp::browser_protocol::storage::OverrideQuotaForOriginParams;

use crate::support::browser::Result;
use crate::support::browser::ask;
use crate::support::browser::shows;
use crate::support::official::Official;
use crate::support::official::password;
use crate::support::scene::FIGURE;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::WAITS;
use crate::support::scene::writes_figure;

/// Opens the table of what the first account made here keeps beside its documents, as `meta`, for the statement in place of `ACT`,
/// which calls `done`.
const BESIDE: &str = "(async () => { \
    const account = (await indexedDB.databases()).map((one) => one.name).find((name) => /^niemyet-\\d+$/.test(name)); \
    const db = await new Promise((done) => { indexedDB.open(account).onsuccess = (event) => done(event.target.result); }); \
    return new Promise((done) => { const meta = db.transaction('meta', 'readwrite').objectStore('meta'); ACT }); })()";

fn beside(act: &str) -> String {
    BESIDE.replace("ACT", act)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_devices_wrote_differently_is_told_also_after_an_update_that_keeps_lines_anew() -> Result<()> {
    let mut scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    writes_figure(&one, "12").await?;
    one.reads(SENT).await?;
    two.go(&format!("{REPORT}/8")).await?;
    two.until(&format!("document.querySelector('{FIGURE}')?.value === '12'")).await?;
    scene.no_server();
    for (device, figure) in [(&one, "13"), (&two, "14")] {
        device.reads("Không có mạng").await?;
        writes_figure(device, figure).await?;
        device.reads(WAITS).await?;
    }
    scene.server();
    let told = "Khác nhau (1)";
    one.reads(told).await?;
    // The device has all of the report and knows so; then its lines are of an older form.
    one.comes_true(&beside(
        "meta.getAllKeys().onsuccess = (event) => { const name = event.target.result.find((key) => /^places /.test(key)); \
         meta.get(name ?? '').onsuccess = (found) => done('report/team_comms/2021-03-11' in (found.target.result ?? {})); };",
    ))
    .await?;
    one.go("#/account").await?;
    one.ask::<bool>(&beside(
        "meta.getAllKeys().onsuccess = (event) => { for (const key of event.target.result) if (/^lines /.test(key)) meta.delete(key); \
         for (const key of ['seen', 'lines', 'lines 2', 'places']) meta.put({}, key); }; \
         meta.transaction.oncomplete = () => done(true);",
    ))
    .await?;
    one.reload().await?;
    one.reads(told).await?;
    // What the older program kept takes no room any more.
    one.comes_true(&beside(
        "meta.getAllKeys().onsuccess = (event) => done(!['seen', 'lines', 'lines 2', 'places'].some((key) => event.target.result.includes(key)));",
    ))
    .await?;
    one.kill().await?;
    two.kill().await?;
    Ok(())
}

/// Types a login and its password into the form.
async fn asks_to_come_in(official: &Official, login: &str) -> Result<()> {
    official.go("#/login").await?;
    official.type_in("#sign-login", login).await?;
    official.type_in("#sign-password", &password(login)).await?;
    official.press("form button").await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_the_device_over_while_what_the_former_wrote_is_not_on_its_disk() -> Result<()> {
    let scene = Scene::new()?;
    let other = scene.official("an.ninh", "team_security").await?;
    other.kill().await?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.reads(SENT).await?;
    for what in ["disable", "enable"] {
        scene.office.ok(&["account", what, "tuyen.truyen"]);
    }
    team.reads("Đã hết phiên đăng nhập").await?;
    let full = OverrideQuotaForOriginParams::builder().origin(&scene.site).quota_size(1.0).build()?;
    team.page().execute(full).await?;
    for figure in 10..70 {
        writes_figure(&team, &figure.to_string()).await?;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        if team.ask::<bool>("document.body.innerText.includes('CHƯA lưu được trên máy này')").await?
        {
            break;
        }
    }
    team.reads("CHƯA lưu được trên máy này").await?;
    let sessions = || scene.office.ok(&["--json", "account", "devices", "an.ninh"]).lines().count();
    let before = sessions();
    asks_to_come_in(&team, "an.ninh").await?;
    team.reads("Người dùng trước còn nội dung chưa lưu được trên máy này").await?;
    let faults = team.look("taken-over").await?;
    assert_eq!(sessions(), before, "a session was begun that nobody uses");
    // Who wrote it comes in, and with room on the disk nothing is lost.
    asks_to_come_in(&team, "tuyen.truyen").await?;
    team.page().execute(OverrideQuotaForOriginParams::builder().origin(&scene.site).build()?).await?;
    team.reads(SENT).await?;
    asks_to_come_in(&team, "an.ninh").await?;
    team.reads("Có kết nối").await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_while_the_disk_does_not_answer_is_told_and_stays() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.reads(SENT).await?;
    team.go("#/publish").await?;
    // Somebody else has the tables, and does not let go, so that what is typed from here on waits for the disk.
    team.ask::<bool>(&beside(
        "const hold = () => { if (!window.free) meta.get('x').onsuccess = hold; }; hold(); done(true);",
    ))
    .await?;
    team.press("#add-notice").await?;
    team.type_in("details.notice input[id$='-vi-title']", "Niêm yết").await?;
    team.go("#/account").await?;
    team.press("#sign-out").await?;
    team.press("#sign-out-anyway").await?;
    team.reads("Đang lưu trên máy này").await?;
    team.reads("Máy chưa lưu được, nên trang được giữ nguyên").await?;
    team.ask::<bool>("window.free = true").await?;
    team.press("#sign-out-anyway").await?;
    team.until("document.querySelector('#sign-login')").await?;
    team.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_at_the_same_device_sees_nothing_that_the_last_one_has_not_sent() -> Result<()> {
    let mut scene = Scene::new()?;
    scene.official("dong.nghiep", "team_comms").await?.kill().await?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    writes_figure(&team, "41").await?;
    team.reads(SENT).await?;
    scene.no_server();
    team.reads("Không có mạng").await?;
    writes_figure(&team, "42").await?;
    team.go("#/publish").await?;
    team.press("#add-notice").await?;
    team.type_in("details.notice input[id$='-vi-title']", "Chưa ai được thấy").await?;
    team.reads(WAITS).await?;
    team.go("#/account").await?;
    team.press("#sign-out").await?;
    team.press("#sign-out-anyway").await?;
    team.until("document.querySelector('#sign-login')").await?;
    scene.server();
    asks_to_come_in(&team, "dong.nghiep").await?;
    team.reads(SENT).await?;
    // What the server has is the body's, what it has not is the one's who wrote it.
    let figure = |value: &str| format!("document.querySelector('{FIGURE}')?.value === '{value}'");
    team.go(&format!("{REPORT}/8")).await?;
    team.until(&figure("41")).await?;
    team.go("#/publish").await?;
    team.until("document.querySelector('#add-notice')").await?;
    team.go("#/account").await?;
    team.reads("Không có gì chờ gửi").await?;
    let hidden = "![...document.querySelectorAll('input, textarea')].some((one) => one.value.includes('Chưa ai')) && \
        !document.body.innerText.includes('Chưa ai')";
    for (screen, own) in [("#/", "main h1 .sub"), ("#/publish", "#add-notice"), ("#/account", "#sign-out")] {
        team.go(screen).await?;
        team.until(&format!("document.querySelector('{own}')")).await?;
        team.reads(SENT).await?;
        assert!(team.ask::<bool>(hidden).await?, "{screen} shows what was never sent");
    }
    team.go("#/account").await?;
    team.press("#sign-out").await?;
    team.until("document.querySelector('#sign-login')").await?;
    // Who wrote it finds it, and it goes on its way.
    asks_to_come_in(&team, "tuyen.truyen").await?;
    team.reads("1 thông báo đang soạn").await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.until(&figure("42")).await?;
    team.until(&format!("!document.querySelector('#status').innerText.includes('{WAITS}')")).await?;
    team.go("#/publish").await?;
    team.until(
        "document.querySelector(\"details.notice input[id$='-vi-title']\")?.value === 'Chưa ai được thấy'",
    )
    .await?;
    team.kill().await
}

/// Changes the password on the account's page, and waits for what is said of it.
async fn changes_password(official: &Official, old: &str, new: &str, told: &str) -> Result<()> {
    official.type_in("#old", old).await?;
    official.type_in("#new", new).await?;
    official.press("form:has(#old) button").await?;
    official
        .until(&format!(
            "document.querySelector('form:has(#old) [role=status]')?.innerText.includes('{told}')"
        ))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_page_ends_another_login_and_changes_the_password() -> Result<()> {
    const NEW: &str = "một câu khác cũng dài và dễ nhớ";
    let scene = Scene::new()?;
    let one = scene.official("tuyen.truyen", "team_comms").await?;
    let two = Official::start(&scene.profile("may-hai")).await?;
    two.open(&format!("{}/editor/", scene.site)).await?;
    two.log_in("tuyen.truyen").await?;
    one.go("#/account").await?;
    one.until("document.querySelectorAll('section .rows > li').length === 2").await?;
    // Which of them is this device is said, and it is left by signing out.
    for device in [&one, &two] {
        device.go("#/account").await?;
        device.until("document.querySelectorAll('section .rows > li button').length === 1").await?;
        let own = "[...document.querySelectorAll('section .rows > li')].filter((one) => one.innerText.includes('máy này')).map((one) => !one.querySelector('button'))";
        assert_eq!(device.ask::<Vec<bool>>(own).await?, [true]);
    }
    one.press("section .rows > li button").await?;
    one.until("document.querySelectorAll('section .rows > li').length === 1").await?;
    two.reads("Đã hết phiên đăng nhập").await?;
    one.reads("Có kết nối").await?;

    changes_password(&one, "không phải câu đó", NEW, "không đúng").await?;
    changes_password(&one, &password("tuyen.truyen"), NEW, "Đã đổi mật khẩu").await?;
    asks_to_come_in(&two, "tuyen.truyen").await?;
    two.until("document.querySelector('#sign-error')?.innerText").await?;
    two.type_in("#sign-password", NEW).await?;
    two.press("form button").await?;
    two.reads("Có kết nối").await?;
    one.kill().await?;
    two.kill().await
}

/// Holds the person's own store, so that a window that opens it waits; `signOut` then says on the device, and to the windows, that
/// they went.
const HOLDS: &str = "(async () => { \
    const open = (name) => new Promise((done) => { const asked = indexedDB.open(name); asked.onsuccess = () => done(asked.result); }); \
    const own = (await indexedDB.databases()).map((one) => one.name).find((name) => /^niemyet-\\d+$/.test(name)); \
    const [device, one] = [await open('niemyet-device'), await open(own)]; \
    const store = one.transaction('meta', 'readwrite').objectStore('meta'); \
    window.signOut = () => { const writing = device.transaction('meta', 'readwrite'); writing.objectStore('meta').delete('current'); \
        writing.oncomplete = () => new BroadcastChannel('niemyet-device').postMessage(undefined); return true; }; \
    const hold = () => { store.get('desk').onsuccess = hold; }; hold(); return true; })()";

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_still_opens_as_the_person_signs_out_in_another_shows_nothing_of_them() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.reads(SENT).await?;
    team.comes_true(HOLDS).await?;
    let tab = team.tab(&format!("{}/editor/#/tasks", scene.site)).await?;
    shows(&tab, "performance.getEntriesByType('resource').some((one) => one.name.includes('/app-'))").await?;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert!(ask::<bool>(&tab, "!!document.querySelector('#said')").await?, "it waits for the store");
    team.ask::<bool>("window.signOut()").await?;
    team.until("document.querySelector('#sign-login')").await?;
    shows(&tab, "document.querySelector('#sign-login')").await?;
    assert!(ask::<bool>(&tab, "!document.querySelector('#status')").await?);
    team.kill().await
}
