//! The editor without eyes and without a mouse: where the keyboard stands, what a screen reader is told and how often; texts of others
//! that look like script; other windows of a shared computer.

use chromiumoxide::cdp::browser_protocol::input::DispatchKeyEventParams;
use chromiumoxide::cdp::browser_protocol::input::DispatchKeyEventType;

use crate::support::browser::Result;
use crate::support::browser::ask;
use crate::support::official::Official;
use crate::support::scene::FIGURE;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::WAITS;
use crate::support::scene::hands_in;
use crate::support::scene::writes_figure;

/// Presses a key, as a hand does: Tab, Enter, or one that writes.
pub async fn key(official: &Official, name: &str) -> Result<()> {
    let (code, text) = match name {
        "Tab" => (9, None),
        "Enter" => (13, Some("\r")),
        letter => (0, Some(letter)),
    };
    for kind in [DispatchKeyEventType::KeyDown, DispatchKeyEventType::KeyUp] {
        let mut event =
            DispatchKeyEventParams::builder().r#type(kind.clone()).key(name).windows_virtual_key_code(code);
        if let Some(text) = text.filter(|_| kind == DispatchKeyEventType::KeyDown) {
            event = event.text(text);
        }
        official.page().execute(event.build()?).await?;
    }
    Ok(())
}

/// Presses Tab until the focus is on what a selector finds, once that is there.
pub async fn tab_to(official: &Official, selector: &str) -> Result<()> {
    official.until(&format!("document.querySelector('{selector}')")).await?;
    for _ in 0..80 {
        if official.ask::<bool>(&format!("document.activeElement.matches('{selector}')")).await? {
            return Ok(());
        }
        key(official, "Tab").await?;
    }
    Err(format!("Tab never comes to {selector}").into())
}

/// Waits until the focus is there.
pub async fn stands_on(official: &Official, selector: &str) -> Result<()> {
    official.until(&format!("document.activeElement.matches(\"{selector}\")")).await
}

/// Goes there by Tab and presses Enter.
pub async fn enters(official: &Official, selector: &str) -> Result<()> {
    tab_to(official, selector).await?;
    key(official, "Enter").await
}

/// Types a text letter by letter.
pub async fn types(official: &Official, text: &str) -> Result<()> {
    for letter in text.chars() {
        key(official, &letter.to_string()).await?;
    }
    Ok(())
}

const LISTEN: &str = "window.said = []; new MutationObserver(() => { \
    const text = document.getElementById('spoken').textContent; if (text) said.push(text); \
  }).observe(document.getElementById('spoken'), { childList: true, characterData: true, subtree: true }), true";

/// Half a figure is not called wrong; letters are not announced one by one.
async fn types_half_a_figure(team: &Official) -> Result<()> {
    key(team, "Tab").await?;
    stands_on(team, FIGURE).await?;
    team.ask::<bool>(LISTEN).await?;
    for letter in ["1", ".", "2", "3", "4"] {
        key(team, letter).await?;
    }
    team.until(&format!("document.querySelector('{FIGURE}').value === '1.234'")).await?;
    team.reads(SENT).await?;
    key(team, ".").await?;
    team.until("said.some(one => one.includes('Dấu chấm phải ngăn'))").await?;
    let said: Vec<String> = team.ask("said").await?;
    assert!(said.len() <= 3, "told again and again: {said:?}");
    writes_figure(team, "1.234").await
}

/// A question is stood on when it is asked; who stays is where they were.
async fn a_question_has_the_keyboard_and_gives_it_back(team: &Official) -> Result<()> {
    team.go("#/publish").await?;
    let withdraw = "#item-directive-19-KL-UBBC-withdraw";
    tab_to(team, withdraw).await?;
    key(team, "Enter").await?;
    stands_on(team, ".errors").await?;
    tab_to(team, ".errors .quiet").await?;
    key(team, "Enter").await?;
    stands_on(team, withdraw).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_handed_in_by_keyboard_and_a_screen_reader_is_told_once() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads("trước 11:00").await?;
    team.reads(SENT).await?;
    assert_eq!(team.ask::<String>("document.title").await?, "Hôm nay – Niêm yết");

    // A screen that is gone to begins at its heading, and the window is named after it.
    tab_to(&team, "main a[href*=\"2021-03-11\"]").await?;
    key(&team, "Enter").await?;
    stands_on(&team, "main h1").await?;
    team.until("document.title.startsWith('Báo cáo tuần, hạn 11/03/2021')").await?;
    tab_to(&team, ".sections a[href$=\"/8\"]").await?;
    key(&team, "Enter").await?;
    stands_on(&team, "#section-name").await?;

    types_half_a_figure(&team).await?;

    // What is missing is listed, and the list leads to its field.
    tab_to(&team, "#hand-in").await?;
    key(&team, "Enter").await?;
    stands_on(&team, "#errors").await?;
    tab_to(&team, "#errors a").await?;
    key(&team, "Enter").await?;
    stands_on(&team, "#f-header-period_start").await?;
    team.press("#this-week").await?;
    tab_to(&team, "#hand-in").await?;
    key(&team, "Enter").await?;
    team.reads("máy chủ nhận lúc").await?;
    stands_on(&team, "main h1").await?;

    a_question_has_the_keyboard_and_gives_it_back(&team).await?;
    team.kill().await?;
    Ok(())
}

/// Two devices that wrote another figure without a network.
async fn differ(scene: &mut Scene, one: &Official, two: &Official) -> Result<()> {
    for device in [one, two] {
        device.until("navigator.serviceWorker.controller").await?;
        device.reads(SENT).await?;
    }
    scene.no_server();
    for (device, figure) in [(one, "15"), (two, "17")] {
        device.reads("Không có mạng").await?;
        writes_figure(device, figure).await?;
        device.reads(WAITS).await?;
    }
    scene.server();
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_keyboard_alone_chooses_where_devices_differ_returns_to_what_was_and_signs_out()
-> Result<()> {
    let mut scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    differ(&mut scene, &one, &two).await?;
    one.reads("Khác nhau (1)").await?;
    enters(&one, ".menu a[href=\"#/conflicts\"]").await?;
    stands_on(&one, "main h1").await?;
    enters(&one, ".side:last-of-type button").await?;
    one.reads("Không có gì phải chọn").await?;
    stands_on(&one, "main h1").await?;
    one.reads(SENT).await?;
    two.until("!document.body.innerText.includes('hai máy ghi khác nhau')").await?;
    let chosen: String = two.ask(&format!("document.querySelector('{FIGURE}').value")).await?;
    let other = if chosen == "15" { "17" } else { "15" };

    // The other value is in the history, and the way back to it.
    one.go(&format!("{REPORT}/8")).await?;
    stands_on(&one, "#section-name").await?;
    enters(&one, "a.button[href^=\"#/history\"]").await?;
    stands_on(&one, "main h1").await?;
    writes_figure(&two, other).await?;
    let back = format!(
        "[...document.querySelectorAll('.history button')].find((one) => one.innerText === 'Trở lại {chosen}')"
    );
    one.until(&format!("{back} && ({back}.id = 'back')")).await?;
    enters(&one, "#back").await?;
    one.reads("Đã trở lại giá trị trước").await?;
    two.until(&format!("document.querySelector('{FIGURE}').value === '{chosen}'")).await?;

    enters(&one, ".menu a[href=\"#/account\"]").await?;
    stands_on(&one, "main h1").await?;
    // With something unsent there is a question, which has the keyboard.
    one.reads(SENT).await?;
    scene.no_server();
    one.reads("Không có mạng").await?;
    writes_figure(&one, "19").await?;
    one.reads(WAITS).await?;
    one.go("#/account").await?;
    stands_on(&one, "main h1").await?;
    enters(&one, "#sign-out").await?;
    stands_on(&one, ".errors").await?;
    enters(&one, "#sign-out-anyway").await?;
    one.until("document.querySelector('#sign-login')").await?;
    one.kill().await?;
    two.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_keyboard_alone_judges_reports_and_works_on_tasks() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    let agency = scene.official("noi.vu", "standing_agency").await?;
    hands_in(&team).await?;
    agency.reads(SENT).await?;
    enters(&agency, ".menu a[href=\"#/round\"]").await?;
    stands_on(&agency, "main h1").await?;
    agency.go("#/round/2021-03-11").await?;
    enters(&agency, "tbody a[href*=\"team_comms\"]").await?;
    agency.until("document.querySelector('#return')").await?;
    // What is missing is said, and the keyboard stands where it is to be written.
    enters(&agency, "#return").await?;
    stands_on(&agency, "#judge-reason").await?;
    types(&agency, "Xem lại số buổi.").await?;
    enters(&agency, "#return").await?;
    team.reads("Xem lại số buổi.").await?;

    enters(&team, "#revise").await?;
    stands_on(&team, "main h1").await?;
    enters(&team, "#hand-in").await?;
    agency.until("document.querySelector('#accept')").await?;
    enters(&agency, "#accept").await?;
    team.reads("Đã tiếp nhận").await?;

    enters(&team, ".menu a[href=\"#/tasks\"]").await?;
    stands_on(&team, "main h1").await?;
    enters(&team, "details.task summary").await?;
    enters(&team, "details.task[open] .actions button").await?;
    team.reads("Đang làm").await?;
    enters(&team, "details.task[open] p > .quiet:last-child").await?;
    stands_on(&team, "[id*=-note-0]").await?;
    types(&team, "Đã gọi xã.").await?;
    team.reads(SENT).await?;
    let other = scene.official("may.hai", "team_comms").await?;
    other.go("#/tasks").await?;
    other.until("document.querySelector('[id*=-note-0]')?.value === 'Đã gọi xã.'").await?;
    other.until("document.querySelector('details.task summary .tag').innerText === 'Đang làm'").await?;
    for official in [team, agency, other] {
        official.reads(SENT).await?;
        official.kill().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adhoc_report_says_what_it_lacks_and_leads_there() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.go("#/incident/team_comms/mot-viec").await?;
    team.press("#hand-in").await?;
    stands_on(&team, "#errors").await?;
    let faults = team.look("incident-errors").await?;
    team.press("#errors li:nth-child(2) a").await?;
    stands_on(&team, "#subject").await?;
    team.type_in("#subject", "Cầu Nậm Pàn bị lũ cuốn").await?;
    team.ask::<bool>(
        "(() => { const one = document.querySelector('#trigger'); one.value = 'matter_arising'; \
        one.dispatchEvent(new Event('change', { bubbles: true })); return true; })()",
    )
    .await?;
    team.until("!document.querySelector('#errors')").await?;
    team.press("#hand-in").await?;
    team.reads("máy chủ nhận lúc").await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// What a text must never do.
const EVIL: &str = "<img src=x onerror=window.ran=1><script>window.ran=1</script><b>đậm</b>";

/// Puts it into every text that others read.
async fn writes_it_everywhere(team: &Official, agency: &Official) -> Result<()> {
    team.go("#/tasks").await?;
    team.press("details.task summary").await?;
    team.press("details.task[open] p > .quiet:last-child").await?;
    team.type_in("details.task[open] [id*=-note-]", EVIL).await?;
    team.go(&format!("{REPORT}/0")).await?;
    team.press("#this-week").await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.type_in("#f-consultation-r1-province-difficulties", EVIL).await?;
    team.go("#/publish").await?;
    team.press("#add-notice").await?;
    team.type_in("details.notice input[id$='-vi-title']", EVIL).await?;
    team.type_in("details.notice textarea[id$='-vi-text']", EVIL).await?;
    team.press("details.notice .write-notice").await?;
    team.reads(SENT).await?;
    team.go("#/incident/team_comms/mot-viec").await?;
    team.type_in("#subject", EVIL).await?;
    team.type_in("#asked", EVIL).await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.press("#hand-in").await?;
    team.reads("máy chủ nhận lúc").await?;
    agency.go("#/round/2021-03-11").await?;
    agency.type_in("#aggregate", EVIL).await?;
    agency.go(&format!("{REPORT}/4")).await?;
    agency.type_in("#judge-reason", EVIL).await?;
    agency.press("#return").await?;
    team.until("document.querySelector('#reason')").await
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_stay_texts_on_every_screen_and_every_request_goes_to_the_server() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    let agency = scene.official("noi.vu", "standing_agency").await?;
    team.reads(SENT).await?;
    writes_it_everywhere(&team, &agency).await?;
    let screens = [
        "#/tasks",
        &format!("{REPORT}/4"),
        "#/incidents",
        "#/incident/team_comms/mot-viec",
        "#/round/2021-03-11",
        "#/history/report%2Fteam_comms%2F2021-03-11",
        "#/history/progress%2Fteam_comms",
        "#/history/review%2F2021-03-11",
        "#/history/publication",
        "#/publish",
        "#/directives",
        "#/conflicts",
        "#/account",
    ];
    for official in [&team, &agency] {
        for screen in screens {
            official.go(screen).await?;
            official.until("document.querySelector('main h1')").await?;
            official.ask::<bool>("new Promise(done => setTimeout(() => done(true), 200))").await?;
            // The page for the printer stands in the same document.
            let bred: usize =
                official.ask("document.querySelectorAll('#app img, #app script, #app b').length").await?;
            assert_eq!(bred, 0, "{screen}");
            assert!(!official.ask::<bool>("Boolean(window.ran)").await?, "{screen}");
        }
        let strangers: Vec<String> = official
            .ask("performance.getEntriesByType('resource').map(one => one.name).filter(one => new URL(one).origin !== location.origin)")
            .await?;
        assert!(strangers.is_empty(), "{strangers:?}");
        assert_eq!(official.ask::<String>("document.cookie").await?, "", "no script reads a cookie");
    }
    for screen in [&format!("{REPORT}/4"), "#/publish"] {
        team.go(screen).await?;
        team.reads("<b>đậm</b>").await?;
    }
    team.kill().await?;
    agency.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_in_one_window_is_gone_from_all() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    writes_figure(&team, "31").await?;
    team.reads(SENT).await?;
    let tab = team.tab(&format!("{}/editor/{REPORT}/8", scene.site)).await?;
    let has = |what: &str| format!("new Promise(done => setInterval(() => {what} && done(true), 100))");
    ask::<bool>(&tab, &has(&format!("document.querySelector('{FIGURE}')?.value === '31'"))).await?;
    team.go("#/account").await?;
    team.press("#sign-out").await?;
    team.until("document.querySelector('#sign-login')").await?;
    for _ in 0..300 {
        if ask::<bool>(&tab, "Boolean(document.querySelector('#sign-login'))").await.unwrap_or(false) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let left: String = ask(&tab, "document.body.innerText").await?;
    assert!(left.contains("Tên đăng nhập") && !left.contains("Buổi phát thanh"), "{left}");
    team.kill().await?;
    Ok(())
}
