//! The editor in a real Chromium against the real program: a week without a network, from signing in to an accepted report, with
//! the server killed, the browser killed and reopened; two devices that differ; a login that ends; a full disk; a wrong clock.

use std::time::Duration;

use chromiumoxide::cdp::browser_protocol::input::ImeSetCompositionParams;
use chromiumoxide::cdp::browser_protocol::input::InsertTextParams;
use serde_json::Value;

use crate::support::browser::Result;
use crate::support::browser::ask;
use crate::support::browser::shows;
use crate::support::official::Official;
use crate::support::scene::FIGURE;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::TEXT;
use crate::support::scene::WAITS;
use crate::support::scene::writes_figure;

/// Takes on a task and writes into the report without a server; a figure that could be two numbers is not guessed.
async fn works_without_a_server(team: &Official) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    team.reload().await?;
    team.reads("Không có mạng").await?;
    team.go("#/tasks").await?;
    team.press("details.task summary").await?;
    team.press("details.task .actions button").await?;
    team.reads("Đang làm").await?;
    team.reads(WAITS).await?;
    faults.extend(team.look("tasks-offline").await?);
    team.go(&format!("{REPORT}/0")).await?;
    team.press("#this-week").await?;
    writes_figure(team, "1.2").await?;
    team.reads("Dấu chấm phải ngăn").await?;
    faults.extend(team.look("report-wrong-figure").await?);
    writes_figure(team, "1.234").await?;
    team.until("!document.querySelector('.field.wrong')").await?;
    team.reads("Đã lưu trên máy này. Chờ gửi: 2").await?;
    Ok(faults)
}

/// Opens the browser again on what it left, and goes to the report.
async fn reopens(scene: &Scene) -> Result<Official> {
    let team = Official::start(&scene.profile("tuyen.truyen")).await?;
    team.open(&format!("{}/editor/{REPORT}/8", scene.site)).await?;
    Ok(team)
}

/// The agency sees the report with the server's receipt, and returns it with a reason.
async fn returns_it(agency: &Official, witness: &str) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    agency.go("#/round/2021-03-11").await?;
    agency.reads("1 chờ xem").await?;
    let received = witness.trim_start_matches("máy chủ nhận lúc ").to_owned();
    agency.reads(&received).await?;
    faults.extend(agency.look("round").await?);
    agency.go(&format!("{REPORT}/8")).await?;
    agency.press("#return").await?;
    agency.reads("Hãy ghi cần sửa gì").await?;
    agency.type_in("#judge-reason", "Số buổi phát thanh quá lớn, xin xem lại.").await?;
    faults.extend(agency.look("judge").await?);
    agency.press("#return").await?;
    Ok(faults)
}

/// Looks at the screens that the story does not pass.
async fn looks_around(team: &Official) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (name, hash) in [
        ("history", "#/history/report%2Fteam_comms%2F2021-03-11"),
        ("account", "#/account"),
        ("incidents", "#/incidents"),
        ("incident", "#/incident/team_comms/mot-viec"),
    ] {
        team.go(hash).await?;
        team.until("document.querySelector('main h1')").await?;
        faults.extend(team.look(name).await?);
    }
    Ok(faults)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_without_a_network_ends_in_an_accepted_report() -> Result<()> {
    let mut scene = Scene::new()?;
    let mut faults = Vec::new();
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads("trước 11:00").await?;
    team.until("document.querySelector('#status')?.innerText.includes('Máy chủ đã có tất cả')").await?;
    faults.extend(team.look("today").await?);
    // What was never looked at is on the device too.
    team.until("navigator.serviceWorker.controller").await?;
    team.until("window.indexedDB && document.querySelectorAll('.rows li').length > 3").await?;

    scene.no_server();
    faults.extend(works_without_a_server(&team).await?);
    team.kill().await?;

    let team = reopens(&scene).await?;
    team.until(&format!("document.querySelector('{FIGURE}')?.value === '1.234'")).await?;
    team.press("#hand-in").await?;
    team.reads("Rút lại để sửa").await?;
    team.reads("Đã lưu trên máy này. Chờ gửi: 2").await?;
    team.kill().await?;

    let team = reopens(&scene).await?;
    team.reads("Rút lại để sửa").await?;
    scene.server();
    // A browser writes a cookie down half a minute late: who was killed before logs in again.
    team.log_in("tuyen.truyen").await?;
    team.reads("Hôm nay").await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.reads(SENT).await?;
    team.reads("máy chủ nhận lúc").await?;
    let witness: String = team.ask("document.querySelector('#receipt strong').innerText").await?;

    let agency = scene.official("noi.vu", "standing_agency").await?;
    faults.extend(returns_it(&agency, &witness).await?);
    team.reads("Số buổi phát thanh quá lớn").await?;
    faults.extend(team.look("returned").await?);
    team.press("#revise").await?;
    writes_figure(&team, "12").await?;
    team.press("#hand-in").await?;
    agency.press("#accept").await?;
    team.reads("Đã tiếp nhận").await?;
    faults.extend(team.look("accepted").await?);
    team.reads(SENT).await?;
    agency.reads(SENT).await?;
    faults.extend(looks_around(&team).await?);
    team.kill().await?;
    agency.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_differ_are_shown_side_by_side_and_a_person_chooses() -> Result<()> {
    let mut scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    for device in [&one, &two] {
        device.until("navigator.serviceWorker.controller").await?;
        device.reads(SENT).await?;
    }
    scene.no_server();
    writes_figure(&one, "15").await?;
    writes_figure(&two, "17").await?;
    one.reads(WAITS).await?;
    two.reads(WAITS).await?;
    scene.server();
    one.reads("hai máy ghi khác nhau").await?;
    two.reads("hai máy ghi khác nhau").await?;
    one.go("#/conflicts").await?;
    one.until("document.querySelectorAll('.side .big').length === 2").await?;
    let mut faults = one.look("conflicts").await?;
    let rivals: Vec<String> =
        one.ask("[...document.querySelectorAll('.side .big')].map(e => e.innerText).sort()").await?;
    assert_eq!(rivals, ["15", "17"]);
    one.ask::<bool>("([...document.querySelectorAll('.side')].find(e => e.innerText.startsWith('15')).querySelector('button').click(), true)").await?;
    one.reads("Không có gì phải chọn").await?;
    one.reads(SENT).await?;
    two.until(&format!("document.querySelector('{FIGURE}')?.value === '15'")).await?;
    two.until("!document.body.innerText.includes('hai máy ghi khác nhau')").await?;

    // A tab of the same browser sees at once what the other wrote, also without a server.
    scene.no_server();
    let tab = one.tab(&format!("{}/editor/{REPORT}/8", scene.site)).await?;
    writes_figure(&one, "16").await?;
    let seen = format!(
        "document.querySelector('{FIGURE}')?.value === '16' && document.body.innerText.includes('Chờ gửi')"
    );
    let look = format!("new Promise(done => setInterval(() => {seen} && done(true), 100))");
    assert!(ask::<bool>(&tab, &look).await?);
    faults.retain(|fault| !fault.is_empty());
    one.kill().await?;
    two.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_longer_logged_in_goes_on_writing_and_the_next_person_sees_nothing() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    scene.office.ok(&["account", "disable", "tuyen.truyen"]);
    scene.office.ok(&["account", "enable", "tuyen.truyen"]);
    team.reads("Đã hết phiên đăng nhập").await?;
    writes_figure(&team, "31").await?;
    team.reads("Đăng nhập để gửi").await?;
    team.reads(WAITS).await?;
    let mut faults = team.look("login-ended").await?;
    team.reload().await?;
    team.until(&format!("document.querySelector('{FIGURE}')?.value === '31'")).await?;
    faults.extend(team.look("report").await?);
    team.go("#/account").await?;
    team.press("#sign-out").await?;
    team.reads("Còn 1 văn bản chưa gửi").await?;
    faults.extend(team.look("sign-out").await?);
    team.press("#sign-out-anyway").await?;
    team.until("document.querySelector('#sign-login')").await?;
    faults.extend(team.look("sign-in").await?);

    let added = scene.office.ok(&[
        "--json",
        "account",
        "add",
        "an.ninh",
        "--body",
        "team_security",
        "--name",
        "an.ninh",
    ]);
    let added: Value = serde_json::from_str(added.trim())?;
    team.go("#/code").await?;
    team.type_in("#sign-code", added["code"].as_str().ok_or("no code")?).await?;
    team.type_in("#sign-login", "an.ninh").await?;
    team.type_in("#sign-password", "một câu khác cũng khá dài").await?;
    team.press("form button").await?;
    team.reads("Tổ đảm bảo an ninh trật tự").await?;
    team.reads(SENT).await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.reads("Chưa có báo cáo này").await?;

    team.log_in("tuyen.truyen").await?;
    team.go(&format!("{REPORT}/8")).await?;
    team.until(&format!("document.querySelector('{FIGURE}')?.value === '31'")).await?;
    team.reads(SENT).await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_and_a_wrong_clock_are_said_and_nothing_typed_is_lost() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.before_all(
        "const real = Date.now; Date.now = () => real() + 31536e6; \
         const put = IDBObjectStore.prototype.put; window.full = false; \
         IDBObjectStore.prototype.put = function (...args) { \
           if (window.full) throw new DOMException('no room', 'QuotaExceededError'); return put.apply(this, args); };",
    )
    .await?;
    team.reload().await?;
    team.reads("Đồng hồ máy này sai").await?;
    team.reads("05/03/2021").await?;
    team.ask::<bool>("window.full = true").await?;
    writes_figure(&team, "44").await?;
    team.reads("CHƯA lưu được trên máy này").await?;
    let faults = team.look("disk-full").await?;
    team.go("#/tasks").await?;
    writes_figure(&team, "45").await?;
    team.until("document.querySelector('.bar.bad')").await?;
    team.ask::<bool>("(window.full = false, true)").await?;
    team.reads(SENT).await?;
    team.reload().await?;
    team.until(&format!("document.querySelector('{FIGURE}')?.value === '45'")).await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Who never pauses is written all the same: the other reads it while the typing goes on, and writes as well.
async fn types_without_a_pause(one: &Official, two: &Official) -> Result<()> {
    let value = format!("document.querySelector('{TEXT}').value");
    one.ask::<bool>(&format!(
        "(document.querySelector('{TEXT}').focus(), window.letters = 0, window.typing = setInterval(() => \
         document.execCommand('insertText', false, String.fromCharCode(97 + window.letters++ % 26)), 40), true)"
    ))
    .await?;
    two.until(&format!("{value}.includes('abcde')")).await?;
    two.ask::<bool>(&format!(
        "(document.querySelector('{TEXT}').focus(), document.querySelector('{TEXT}').setSelectionRange(0, 0), \
         document.execCommand('insertText', false, 'Thêm.\\n'))"
    ))
    .await?;
    one.until(&format!("{value}.startsWith('Thêm.\\n')")).await?;
    let then: usize = one.ask("window.letters").await?;
    one.until(&format!("window.letters > {}", then + 30)).await?;
    one.ask::<bool>("(clearInterval(window.typing), true)").await?;
    let typed: String = one.ask(&value).await?;
    two.until(&format!("{value} === {}", serde_json::json!(typed))).await?;
    // Each letter stands where the caret was: one that the other's words had moved would be out of its order.
    let letters: usize = one.ask("window.letters").await?;
    let expected: String = ('a'..='z').cycle().take(letters).collect();
    assert_eq!(typed, format!("Thêm.\nHòa{expected}"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_from_elsewhere_moves_no_caret_and_doubles_no_text_while_an_input_method_composes()
-> Result<()> {
    let scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    for device in [&one, &two] {
        device.go(&format!("{REPORT}/4")).await?;
    }
    one.type_in(TEXT, "Đường sạt lở.\nThiếu hòm phiếu.").await?;
    let stands =
        |text: &str| format!("document.querySelector('{TEXT}').value === {}", serde_json::json!(text));
    two.until(&stands("Đường sạt lở.\nThiếu hòm phiếu.")).await?;

    let window = one.tab(&format!("{}/editor/{REPORT}/4", scene.site)).await?;
    shows(&window, &stands("Đường sạt lở.\nThiếu hòm phiếu.")).await?;
    one.page().bring_to_front().await?;

    // One composes at the end of the first line, two writes into the second meanwhile.
    let begins = format!(
        "(() => {{ const area = document.querySelector('{TEXT}'); area.focus(); area.setSelectionRange(13, 13); return true; }})()"
    );
    one.ask::<bool>(&begins).await?;
    let compose = |text: &str| {
        ImeSetCompositionParams::new(text, text.chars().count() as i64, text.chars().count() as i64)
    };
    one.page().execute(compose(" Nga")).await?;
    two.type_in(TEXT, "Xin nói rõ.\nĐường sạt lở.\nThiếu 3 hòm phiếu.").await?;
    // Another window of this device is shown it: so it has come while the composition goes on.
    shows(&window, &stands("Xin nói rõ.\nĐường sạt lở.\nThiếu 3 hòm phiếu.")).await?;
    one.page().execute(compose(" Ngậ")).await?;
    one.until(&stands("Đường sạt lở. Ngậ\nThiếu hòm phiếu.")).await?;
    one.page().execute(InsertTextParams::new(" Ngập")).await?;
    let merged = "Xin nói rõ.\nĐường sạt lở. Ngập\nThiếu 3 hòm phiếu.";
    one.until(&stands(merged)).await?;
    two.until(&stands(merged)).await?;
    let caret: usize = one.ask(&format!("document.querySelector('{TEXT}').selectionStart")).await?;
    let before: String = merged.chars().take(caret).collect();
    assert!(before.ends_with("Ngập"), "the caret stands after {before:?}");

    // Marks that come apart are put together.
    one.type_in(TEXT, "Ho\u{300}a").await?;
    two.until(&stands("Hòa")).await?;
    types_without_a_pause(&one, &two).await?;
    one.kill().await?;
    two.kill().await?;
    Ok(())
}

/// Holds the stores of the person's device until the page closes: whoever writes there waits.
const HOLDS_THE_DISK: &str = "(async () => {
    const { name } = (await indexedDB.databases()).find(({ name }) => /^niemyet-[0-9]+$/.test(name));
    const request = indexedDB.open(name);
    const db = await new Promise((is) => (request.onsuccess = () => is(request.result)));
    const store = db.transaction(['documents', 'meta'], 'readwrite').objectStore('meta');
    const hold = () => (store.get('nothing').onsuccess = hold);
    await new Promise((is) => (store.get('nothing').onsuccess = () => (hold(), is())));
    return true;
})()";

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_and_a_server_that_hang_hold_up_no_key() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.type_in(TEXT, "Đường").await?;
    team.reads(SENT).await?;

    let other = team.tab(&format!("{}/healthz", scene.site)).await?;
    assert!(ask::<bool>(&other, HOLDS_THE_DISK).await?);
    team.page().bring_to_front().await?;
    scene.hangs();
    team.ask::<bool>(&format!("(document.querySelector('{TEXT}').focus(), true)")).await?;
    let mut typed = "Đường".to_owned();
    for letter in " vào bản sạt lở, xe không qua".chars() {
        team.page().execute(InsertTextParams::new(letter)).await?;
        typed.push(letter);
        // Neither disk nor server has answered or will: what shows has waited for neither.
        let shows: String = team
            .ask(&format!(
                "new Promise((is) => requestAnimationFrame(() => is(document.querySelector('{TEXT}').value)))"
            ))
            .await?;
        assert_eq!(shows, typed);
    }
    // The document has it as well, not the field alone: another section is shown, and this one anew.
    writes_figure(&team, "7").await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.until(&format!("document.querySelector('{TEXT}')?.value === {}", serde_json::json!(typed))).await?;
    team.reads("Đang lưu trên máy").await?;

    other.close().await?;
    team.reads("Đã lưu trên máy này. Chờ gửi").await?;
    // It was sent into the socket, which takes it; nobody is told that the server has it before the server says so.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!team.ask::<bool>(&format!("document.body.innerText.includes('{SENT}')")).await?);
    scene.goes_on();
    team.reads(SENT).await?;
    team.reload().await?;
    team.until(&format!("document.querySelector('{TEXT}')?.value === {}", serde_json::json!(typed))).await?;
    team.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_left_without_a_network_is_ended_before_the_next_begins() -> Result<()> {
    let mut scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.reads(SENT).await?;
    scene.no_server();
    team.reads("Không có mạng").await?;
    team.go("#/account").await?;
    team.press("#sign-out").await?;
    team.until("document.querySelector('#sign-login')").await?;
    scene.server();
    team.log_in("tuyen.truyen").await?;
    team.reads(SENT).await?;
    team.go("#/account").await?;
    // Of the two sessions of this browser one is left.
    team.until("[...document.querySelectorAll('.rows li')].filter(one => one.innerText.includes('Trình duyệt')).length === 1").await?;
    team.kill().await?;
    Ok(())
}
