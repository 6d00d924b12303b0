//! The screen of timetable and units in a real Chromium: the standing agency corrects facts with the document that they were read in,
//! without a network as well; where the election is shown by rule the public reads them at once; everybody else only reads.

use serde_json::json;

use crate::editor_keyboard::enters;
use crate::editor_keyboard::key;
use crate::editor_keyboard::stands_on;
use crate::editor_keyboard::tab_to;
use crate::editor_keyboard::types;
use crate::publishing::desk::show_by_rule;
use crate::support::browser::Result;
use crate::support::cli::Office;
use crate::support::official::Official;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::WAITS;

const SCREEN: &str = "#/election";
const OFFLINE: &str = "Không có mạng";
const CITY: &str = "[data-unit='116']";
const CONSTITUENCY: &str = "[data-constituency='na-1']";

/// A server that shows the election by rule.
fn by_rule() -> Result<Scene> {
    let office = Office::ready();
    show_by_rule(&office);
    Scene::on(office)
}

/// Somebody of the standing agency at the screen.
async fn at_the_screen(scene: &Scene, login: &str) -> Result<Official> {
    let agency = scene.official(login, "standing_agency").await?;
    agency.reads(SENT).await?;
    agency.go(SCREEN).await?;
    agency.until(&format!("document.querySelector(\"{CITY} .correct\")")).await?;
    Ok(agency)
}

/// Corrects a fact, by this document, and has it checked.
async fn corrects(agency: &Official, fact: &str, value: &str, source: &str) -> Result<()> {
    agency.press(&format!("{fact} .correct")).await?;
    fills(agency, fact, value, source).await?;
    agency.press(&format!("{fact} form.correction .write")).await?;
    agency.until(&format!("!document.querySelector({})", json!(format!("{fact} form.correction")))).await
}

async fn fills(agency: &Official, fact: &str, value: &str, source: &str) -> Result<()> {
    agency.type_in(&format!("{fact} form.correction [name=value]"), value).await?;
    agency.type_in(&format!("{fact} form.correction [name=source]"), source).await?;
    agency.press(&format!("{fact} form.correction [name=verified]")).await
}

/// Notes of each frame that is sent after somebody has pressed "Write" whether the form is still on the screen.
const FIRST_SEND: &str = "window.sends = []; window.pressed = false; \
    addEventListener('submit', () => { pressed = true; }, true); \
    const send = WebSocket.prototype.send; \
    WebSocket.prototype.send = function (frame) { \
        if (pressed) sends.push(Boolean(document.querySelector('form.correction'))); \
        return send.call(this, frame); \
    }; true";

/// Whether a fact says this.
fn says(fact: &str, words: &str) -> String {
    format!("document.querySelector({})?.textContent.includes({})", json!(fact), json!(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_corrected_without_a_network_is_on_the_public_page_once_it_is_sent() -> Result<()> {
    const NAME: &str = "Thành phố Sơn La mở rộng";
    let mut scene = by_rule()?;
    let agency = at_the_screen(&scene, "noi.vu").await?;
    scene.public("/don-vi/", |page| page.contains("Thành phố Sơn La") && !page.contains(NAME)).await?;
    let mut faults = agency.look("election").await?;
    scene.no_server();
    agency.reads(OFFLINE).await?;
    agency.type_in("#find-unit", "thanh pho son la").await?;
    agency.reads("1 đơn vị").await?;
    agency.press(&format!("{CITY} .correct")).await?;
    agency.reads("ghi xong là công khai ngay").await?;
    fills(&agency, CITY, NAME, "12/NQ ngày 05-3-2021").await?;
    faults.extend(agency.look("election-correction").await?);

    // Nothing is written while one types, and what was typed survives the page.
    agency.reads("1 chỗ sửa lịch, đơn vị chưa ghi").await?;
    agency.until("!document.querySelector('.bar.wait')").await?;
    agency.reload().await?;
    agency.until(&format!("document.querySelector(\"{CITY} [name=value]\")?.value === '{NAME}'")).await?;
    agency.until(&format!("document.querySelector(\"{CITY} [name=verified]\").checked")).await?;
    agency.press(&format!("{CITY} form.correction .write")).await?;
    agency.until(&says(CITY, NAME)).await?;
    agency.reads(&format!("{WAITS} 1")).await?;
    scene.server();
    agency.reads(SENT).await?;
    agency.until(&says(CONSTITUENCY, NAME)).await?;
    scene.public("/don-vi/", |page| page.contains(NAME) && !page.contains("chưa kiểm chứng")).await?;

    // What a press writes does not wait for the screen.
    agency.ask::<bool>(FIRST_SEND).await?;
    corrects(&agency, CONSTITUENCY, "4", "65/NQ").await?;
    agency.until(&says(CONSTITUENCY, "4 đại biểu")).await?;
    agency.until("sends.length > 0").await?;
    assert!(
        agency.ask::<bool>("sends[0]").await?,
        "the form was taken off the screen before its change was sent"
    );
    agency.reads(SENT).await?;
    scene
        .public("/du-lieu/don-vi-bau-cu.json", |page| {
            page.contains("\"seats\": 4") || page.contains("\"seats\":4")
        })
        .await?;

    agency.go("#/history/election").await?;
    agency.reads(&format!("Thành phố Sơn La → {NAME}")).await?;
    faults.extend(agency.look("election-history").await?);
    agency.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

const STEP: &str = "/lich/consult1-province/";
const DATE: &str = "[data-step='consult1_province']";
const DECREE: &str = "Quyết định số 15 ngày 10-2-2021";

/// An empty form and one with a time that is none are told of, and each fault leads to its field.
async fn is_told_what_is_missing(agency: &Official) -> Result<Vec<String>> {
    enters(agency, "#add-date").await?;
    stands_on(agency, "#dates-new-rule").await?;
    enters(agency, "form.correction .write").await?;
    stands_on(agency, "#dates-new-errors").await?;
    for words in ["Hãy chọn việc", "Hãy ghi đủ ngày, tháng, năm", "Hãy ghi văn bản làm căn cứ"]
    {
        agency.reads(words).await?;
    }
    agency.type_in("#dates-new-time", "25:00").await?;
    agency.reads("Hãy ghi giờ và phút").await?;
    let faults = agency.look("election-errors").await?;
    agency.press("#dates-new-errors li:last-child a").await?;
    stands_on(agency, "#dates-new-source").await?;
    agency.type_in("#dates-new-time", "7h30").await?;
    Ok(faults)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_is_added_by_keyboard_with_its_document_and_goes_from_the_public_when_it_is_doubted()
-> Result<()> {
    let scene = by_rule()?;
    let agency = at_the_screen(&scene, "noi.vu").await?;
    let mut faults = is_told_what_is_missing(&agency).await?;
    agency.type_in("#dates-new-rule", "consult1_province").await?;
    agency.type_in("#dates-new-value", "2021-08-20").await?;
    agency.reads("nằm ngoài thời hạn của luật").await?;
    agency.type_in("#dates-new-value", "2021-02-10").await?;
    agency.until("!document.body.textContent.includes('nằm ngoài thời hạn của luật')").await?;
    tab_to(&agency, "#dates-new-source").await?;
    types(&agency, DECREE).await?;
    key(&agency, "Tab").await?;
    stands_on(&agency, "#dates-new-verified").await?;
    key(&agency, " ").await?;
    key(&agency, "Enter").await?;
    stands_on(&agency, "#add-date").await?;
    agency.until(&says(DATE, "Thứ Tư, 10/02/2021, 07:30")).await?;
    agency.reads(SENT).await?;
    scene.public(STEP, |page| page.contains(DECREE) && page.contains("07:30")).await?;

    // Corrected, and nobody has checked it: the public reads of no date that is not known.
    agency.press(&format!("{DATE} .correct")).await?;
    agency.type_in(&format!("{DATE} [name=value]"), "2021-02-11").await?;
    agency.type_in(&format!("{DATE} [name=source]"), "Theo điện thoại").await?;
    faults.extend(agency.look("election-date").await?);
    agency.press(&format!("{DATE} .write")).await?;
    agency.until(&says(DATE, "Chưa kiểm chứng")).await?;
    agency.reads(SENT).await?;
    scene.public(STEP, |page| !page.contains(DECREE) && !page.contains("Theo điện thoại")).await?;

    agency.press(&format!("{DATE} .remove")).await?;
    agency.reads("Ngày này sẽ mất khỏi đây").await?;
    faults.extend(agency.look("election-question").await?);
    agency.press(&format!("{DATE} .confirm")).await?;
    agency.until(&format!("!document.querySelector(\"{DATE}\")")).await?;
    agency.reads(SENT).await?;

    // Pressed twice, faster than the screen: it is added once.
    agency.press("#add-date").await?;
    for (field, value) in [("rule", "consult1_province"), ("value", "2021-02-10"), ("source", DECREE)] {
        agency.type_in(&format!("#dates-new-{field}"), value).await?;
    }
    let twice = "(() => { const form = document.getElementById('dates-new-form'); form.requestSubmit(); form.requestSubmit(); return true; })()";
    agency.ask::<bool>(twice).await?;
    agency.until(&says(DATE, "Thứ Tư, 10/02/2021")).await?;
    agency.reads(SENT).await?;
    assert_eq!(agency.ask::<usize>(&format!("document.querySelectorAll(\"{DATE}\").length")).await?, 1);
    agency.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_back_the_day_that_keeps_the_constituencies_back_is_told_so() -> Result<()> {
    const DAY: &str = "[data-step='publish_na_constituencies'][data-kind='actual']";
    const TOLD: &str = "Như vậy các đơn vị bầu cử không còn được giữ lại đến 05/01/2999";
    const SEATS: &str = "/du-lieu/don-vi-bau-cu.json";
    let scene = by_rule()?;
    let agency = at_the_screen(&scene, "noi.vu").await?;
    agency.until(&format!("document.querySelectorAll(\"{DAY}\").length === 1")).await?;
    scene.public(SEATS, |page| page.contains("na-1")).await?;
    agency.press(&format!("{DAY} .remove")).await?;
    agency.reads("Ngày này sẽ mất khỏi đây").await?;
    assert!(
        !agency.ask::<bool>(&format!("document.body.textContent.includes('{TOLD}')")).await?,
        "it has come"
    );
    agency.press(&format!("{DAY} .errors .quiet")).await?;
    corrects(&agency, DAY, "2999-01-05", "Dự thảo").await?;
    agency.reads(SENT).await?;
    scene.public(SEATS, |page| !page.contains("na-1")).await?;

    // Whoever corrects it is told as long as it would not be checked.
    agency.press(&format!("{DAY} .correct")).await?;
    agency.reads(TOLD).await?;
    agency.press(&format!("{DAY} form.correction [name=verified]")).await?;
    agency.until(&format!("!document.body.textContent.includes('{TOLD}')")).await?;
    agency.press(&format!("{DAY} form.correction .cancel")).await?;
    agency.press(&format!("{DAY} .remove")).await?;
    agency.reads(TOLD).await?;
    let faults = agency.look("election-kept-back").await?;
    agency.press(&format!("{DAY} .confirm")).await?;
    agency.reads(SENT).await?;
    scene.public(SEATS, |page| page.contains("na-1")).await?;
    agency.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Both correct one name without a network.
async fn correct_apart(scene: &mut Scene, devices: [&Official; 2], names: [&str; 2]) -> Result<()> {
    scene.no_server();
    for (device, name) in devices.into_iter().zip(names) {
        device.reads(OFFLINE).await?;
        corrects(device, CITY, name, &format!("Văn bản của {name}")).await?;
        device.reads(WAITS).await?;
    }
    scene.server();
    for device in devices {
        device.until(&says(CITY, "hai máy ghi khác nhau")).await?;
        device.reads(SENT).await?;
    }
    Ok(())
}

/// Chooses this value where devices differ.
async fn chooses(agency: &Official, value: &str) -> Result<()> {
    agency.go("#/conflicts").await?;
    agency.until("document.querySelectorAll('.side .big').length === 2").await?;
    let side =
        format!("[...document.querySelectorAll('.side')].find(one => one.innerText.startsWith('{value}'))");
    agency.until(&format!("{side}.innerText.includes('Văn bản của {value}')")).await?;
    agency.ask::<bool>(&format!("({side}.querySelector('button').click(), true)")).await?;
    agency.reads("Không có gì phải chọn").await?;
    agency.reads(SENT).await
}

/// One takes a date back and the other corrects it, both without a network: neither is lost, and a person chooses.
async fn one_takes_back_apart(scene: &mut Scene, one: &Official, two: &Official) -> Result<Vec<String>> {
    const RESULTS: &str = "[data-step='results_pc']";
    scene.no_server();
    for device in [one, two] {
        device.go(SCREEN).await?;
        device.reads(OFFLINE).await?;
    }
    corrects(two, RESULTS, "2021-05-27", "Báo cáo số 10").await?;
    one.press(&format!("{RESULTS} .remove")).await?;
    one.press(&format!("{RESULTS} .confirm")).await?;
    one.until(&format!("!document.querySelector(\"{RESULTS}\")")).await?;
    scene.server();
    for device in [one, two] {
        device.reads("Có chỗ hai máy ghi khác nhau").await?;
        device.reads(SENT).await?;
    }
    one.go("#/conflicts").await?;
    one.reads("Đã bỏ ngày 26/05/2021").await?;
    one.reads("Báo cáo số 10").await?;
    let faults = one.look("election-taken-back-apart").await?;
    let side = "[...document.querySelectorAll('.side')].find(one => one.innerText.includes('27/05/2021'))";
    one.ask::<bool>(&format!("({side}.querySelector('button').click(), true)")).await?;
    one.reads("Không có gì phải chọn").await?;
    two.until(&format!("{} && !{}", says(RESULTS, "27/05/2021"), says(RESULTS, "khác nhau"))).await?;
    Ok(faults)
}

/// A date that is taken back under the form in which it is corrected: what was typed is not lost, and can be added.
async fn one_takes_back_what_the_other_corrects(one: &Official, two: &Official) -> Result<Vec<String>> {
    const RESULTS: &str = "[data-step='results_pc']";
    two.go(SCREEN).await?;
    two.press(&format!("{RESULTS} .correct")).await?;
    fills(two, RESULTS, "2021-05-26", "Báo cáo số 9").await?;
    one.press(&format!("{RESULTS} .remove")).await?;
    one.press(&format!("{RESULTS} .confirm")).await?;
    two.reads("Ngày này đã bị bỏ trong lúc bạn soạn").await?;
    let faults = two.look("election-taken-back").await?;
    two.press("form.correction .write").await?;
    for device in [one, two] {
        device.until(&says(RESULTS, "Báo cáo số 9")).await?;
    }
    Ok(faults)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_corrections_of_one_name_stand_side_by_side_and_who_may_not_write_only_reads() -> Result<()> {
    let mut scene = Scene::new()?;
    let one = at_the_screen(&scene, "may.mot").await?;
    let two = at_the_screen(&scene, "may.hai").await?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.go(SCREEN).await?;
    team.until(&says(CITY, "Thành phố Sơn La")).await?;
    let mut faults = team.look("election-read").await?;
    let buttons: usize = team
        .ask("document.querySelectorAll('main form, main .correct, main .remove, main #add-date').length")
        .await?;
    assert_eq!(buttons, 0, "who may not write has nothing to press");
    for device in [&one, &two] {
        device.until("navigator.serviceWorker.controller").await?;
    }
    correct_apart(&mut scene, [&one, &two], ["Tên một", "Tên hai"]).await?;
    one.go("#/conflicts").await?;
    one.until("document.querySelectorAll('.side .big').length === 2").await?;
    faults.extend(one.look("election-conflict").await?);
    chooses(&one, "Tên một").await?;
    team.until(&says(CITY, "Văn bản của Tên một")).await?;
    two.until(&format!("{} && !{}", says(CITY, "Tên một"), says(CITY, "khác nhau"))).await?;

    // What comes while one types is told, and stands beside what is written then.
    two.press(&format!("{CITY} .correct")).await?;
    fills(&two, CITY, "Tên bốn", "Văn bản của Tên bốn").await?;
    one.go(SCREEN).await?;
    corrects(&one, CITY, "Tên ba", "Văn bản của Tên ba").await?;
    two.reads("Có người đã sửa chỗ này trong lúc bạn soạn").await?;
    faults.extend(two.look("election-overtaken").await?);
    two.press(&format!("{CITY} form.correction .write")).await?;
    two.until(&says(CITY, "hai máy ghi khác nhau")).await?;
    chooses(&two, "Tên ba").await?;
    team.until(&says(CITY, "Tên ba")).await?;
    faults.extend(one_takes_back_what_the_other_corrects(&one, &two).await?);
    faults.extend(one_takes_back_apart(&mut scene, &one, &two).await?);
    for official in [one, two, team] {
        official.kill().await?;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}
