//! Fields while others write, while a composition goes on and before a document is open, in a real Chromium against the real program.

use chromiumoxide::cdp::browser_protocol::input::ImeSetCompositionParams;
use chromiumoxide::cdp::browser_protocol::input::InsertTextParams;
use serde_json::json;

use crate::support::browser::Result;
use crate::support::browser::shows;
use crate::support::official::Official;
use crate::support::scene::FIGURE;
use crate::support::scene::INCIDENT;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::TEXT;
use crate::support::scene::WAITS;
use crate::support::scene::has_seen;
use crate::support::scene::writes_figure;

/// Whether a field has this value.
fn stands(selector: &str, text: &str) -> String {
    format!("document.querySelector('{selector}')?.value === {}", json!(text))
}

/// What an input method shows before it is decided.
fn composing(text: &str) -> ImeSetCompositionParams {
    let length = text.chars().count() as i64;
    ImeSetCompositionParams::new(text, length, length)
}

/// Puts the caret into a field.
async fn stands_in(one: &Official, selector: &str, at: usize) -> Result<()> {
    one.ask::<bool>(&format!(
        "(() => {{ const field = document.querySelector('{selector}'); field.focus(); field.setSelectionRange({at}, {at}); return true; }})()"
    ))
    .await
    .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_short_field_another_moves_no_caret_and_what_both_wrote_is_chosen_by_a_person() -> Result<()> {
    let scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    one.go(INCIDENT).await?;
    one.type_in("#subject", "Cầu Pàn").await?;
    one.reads(SENT).await?;
    two.go(INCIDENT).await?;
    two.until(&stands("#subject", "Cầu Pàn")).await?;
    // Who only stands there sees what comes, and stands where they stood.
    stands_in(&one, "#subject", 3).await?;
    two.type_in("#subject", "Xin: Cầu Pàn").await?;
    one.until(&stands("#subject", "Xin: Cầu Pàn")).await?;
    assert_eq!(one.ask::<usize>("document.querySelector('#subject').selectionStart").await?, 8);

    // Who composes goes on; the other's text comes meanwhile, as another window of the device shows.
    let window = one.tab(&format!("{}/editor/{INCIDENT}", scene.site)).await?;
    shows(&window, &stands("#subject", "Xin: Cầu Pàn")).await?;
    one.page().bring_to_front().await?;
    stands_in(&one, "#subject", 12).await?;
    one.page().execute(composing(" Nậm")).await?;
    two.type_in("#subject", "Cầu bị cuốn").await?;
    shows(&window, &stands("#subject", "Cầu bị cuốn")).await?;
    assert!(one.ask::<bool>(&stands("#subject", "Xin: Cầu Pàn Nậm")).await?);
    one.page().execute(InsertTextParams::new(" Nậm Pàn")).await?;
    one.go("#/conflicts").await?;
    one.reads("Cầu bị cuốn").await?;
    one.reads("Xin: Cầu Pàn Nậm Pàn").await?;
    let mut faults = one.look("conflicts-subject").await?;
    one.press(".side button").await?;
    one.reads("Không có gì phải chọn").await?;
    one.reads(SENT).await?;
    two.go("#/conflicts").await?;
    two.reads("Không có gì phải chọn").await?;
    faults.retain(|fault| !fault.is_empty());
    one.kill().await?;
    two.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

const ITEM: &str = "#f-difficulties-items-";

/// Begins three rows of difficulties, until the other device shows them.
async fn writes_rows(one: &Official, two: &Official) -> Result<()> {
    one.go(&format!("{REPORT}/11")).await?;
    for (n, text) in ["một", "hai", "ba"].into_iter().enumerate() {
        let fields = "#f-difficulties-items";
        one.until(&format!("document.querySelector('{fields}')")).await?;
        one.ask::<bool>(&format!(
            "(document.querySelector('{fields} > button, {fields} > p > button').click(), true)"
        ))
        .await?;
        one.type_in(&format!("{ITEM}{n}-text"), text).await?;
    }
    one.reads(SENT).await?;
    two.go(&format!("{REPORT}/11")).await?;
    two.until(&stands(&format!("{ITEM}2-text"), "ba")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_into_a_row_goes_on_in_it_when_another_removes_the_row_before() -> Result<()> {
    let scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    writes_rows(&one, &two).await?;
    stands_in(&one, &format!("{ITEM}1-text"), 3).await?;
    let first =
        "[...document.querySelectorAll('#f-difficulties-items .line')][0].querySelector('button').click()";
    two.ask::<bool>(&format!("({first}, true)")).await?;
    one.until(&format!("!document.querySelector('{ITEM}2-text')")).await?;
    assert!(one.ask::<bool>(&format!("document.activeElement.matches('{ITEM}0-text')")).await?);
    one.page().execute(InsertTextParams::new(" rưỡi")).await?;
    one.reads(SENT).await?;
    two.until(&stands(&format!("{ITEM}0-text"), "hai rưỡi")).await?;
    two.until(&stands(&format!("{ITEM}1-text"), "ba")).await?;
    one.kill().await?;
    two.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_types_in_a_row_that_another_removes_is_told_and_given_the_text_back() -> Result<()> {
    let scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    writes_rows(&one, &two).await?;
    // One comes to the screen anew: of what was typed there before nobody is told.
    one.go("#/tasks").await?;
    one.go(&format!("{REPORT}/11")).await?;
    one.until(&stands(&format!("{ITEM}2-text"), "ba")).await?;
    let removes = |n: usize| {
        format!(
            "([...document.querySelectorAll('#f-difficulties-items .line')][{n}].querySelector('button').click(), true)"
        )
    };
    two.ask::<bool>(&removes(2)).await?;
    one.until(&format!("!document.querySelector('{ITEM}2-text')")).await?;
    assert!(one.ask::<bool>("!document.querySelector('.leftover')").await?);

    stands_in(&one, &format!("{ITEM}1-text"), 3).await?;
    one.page().execute(InsertTextParams::new(" rưỡi")).await?;
    two.until(&stands(&format!("{ITEM}1-text"), "hai rưỡi")).await?;
    // Not a letter of what is being composed is missing.
    one.page().execute(composing(" cây")).await?;
    two.ask::<bool>(&removes(1)).await?;
    one.until("document.querySelector('.leftover .words')?.innerText.includes('hai rưỡi cây')").await?;
    assert!(two.ask::<bool>("!document.querySelector('.leftover')").await?);
    let faults = one.look("row-removed").await?;
    one.reload().await?;
    one.until("document.querySelector('.leftover .words')?.innerText.includes('hai rưỡi cây')").await?;
    one.press(".leftover .discard").await?;
    one.until("!document.querySelector('.leftovers')").await?;
    // Who removes a row by their own hand knows of it.
    one.until(&stands(&format!("{ITEM}0-text"), "một")).await?;
    stands_in(&one, &format!("{ITEM}0-text"), 3).await?;
    one.page().execute(InsertTextParams::new(" rưỡi")).await?;
    one.ask::<bool>(&removes(0)).await?;
    one.until(&format!("!document.querySelector('{ITEM}0-text')")).await?;
    one.reads(SENT).await?;
    assert!(one.ask::<bool>("!document.querySelector('.leftover')").await?);
    one.kill().await?;
    two.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_tells_what_only_a_field_holds_and_until_when_the_server_has_all() -> Result<()> {
    let mut scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.until(&format!("document.querySelector('{TEXT}')")).await?;
    team.until("document.querySelector('.bar.good')").await?;
    // A composition that comes to nothing begins no report.
    stands_in(&team, TEXT, 0).await?;
    team.page().execute(composing("a")).await?;
    team.until("document.querySelector('#status').innerText.includes('Đang lưu trên máy')").await?;
    assert!(team.ask::<bool>("!document.querySelector('.bar.good')").await?);
    team.page().execute(composing("")).await?;
    team.until("document.querySelector('.bar.good')").await?;
    assert!(!team.ask::<bool>(&format!("document.body.innerText.includes('{WAITS}')")).await?);
    team.page().execute(InsertTextParams::new("Đường")).await?;
    team.reads(SENT).await?;

    scene.no_server();
    team.reads("Không có mạng").await?;
    team.until("document.querySelector('.bar.calm')").await?;
    team.reads("Máy chủ đã có tất cả những gì bạn viết, tính đến").await?;
    let mut faults = team.look("offline-level").await?;
    team.reload().await?;
    team.reads("Máy chủ đã có tất cả những gì bạn viết, tính đến").await?;
    scene.server();
    team.connects("tuyen.truyen").await?;
    team.until("document.querySelector('.bar.good')").await?;
    faults.retain(|fault| !fault.is_empty());
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Automerge comes late, as on a slow device.
const LATE: &str = "const compile = WebAssembly.instantiateStreaming, plain = WebAssembly.instantiate; \
    const late = (real) => async (...args) => { while (!window.now) await new Promise((is) => setTimeout(is, 50)); return real(...args); }; \
    WebAssembly.instantiateStreaming = late(compile); WebAssembly.instantiate = late(plain);";

/// Somebody whose device keeps a report with a figure.
async fn has_seen_twelve(scene: &Scene) -> Result<Official> {
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    writes_figure(&team, "12").await?;
    team.reads(SENT).await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.comes_true(&has_seen("report/team_comms/2021-03-11", "12")).await?;
    Ok(team)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_that_is_changed_back_before_the_document_is_open_stays_what_it_was() -> Result<()> {
    let scene = Scene::new()?;
    let team = has_seen_twelve(&scene).await?;
    team.before_all(LATE).await?;
    team.reload().await?;
    team.until(&stands(FIGURE, "12")).await?;
    team.type_in(FIGURE, "123").await?;
    team.type_in(FIGURE, "12").await?;
    team.ask::<bool>("(document.activeElement.blur(), window.now = true)").await?;
    team.reads("Có kết nối").await?;
    team.reads(SENT).await?;
    let other = scene.official("may.hai", "team_comms").await?;
    other.go(&format!("{REPORT}/8")).await?;
    other.until(&stands(FIGURE, "12")).await?;
    team.until(&stands(FIGURE, "12")).await?;
    team.kill().await?;
    other.kill().await?;
    Ok(())
}

/// Whether the browser would ask the person to stay, if they closed the page now.
const ASKS: &str = "(() => { const leaves = new Event('beforeunload', { cancelable: true }); \
    dispatchEvent(leaves); return leaves.defaultPrevented; })()";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_before_its_document_is_open_comes_back_when_the_page_is_closed_at_once() -> Result<()>
{
    let scene = Scene::new()?;
    let team = has_seen_twelve(&scene).await?;
    assert!(!team.ask::<bool>(ASKS).await?);
    team.before_all(LATE).await?;
    team.reload().await?;
    team.until(&stands(FIGURE, "12")).await?;
    team.type_in(FIGURE, "123").await?;
    assert!(team.ask::<bool>(ASKS).await?, "what was typed is in this page alone");
    team.reload().await?;
    team.ask::<bool>("window.now = true").await?;
    team.until("document.querySelector('.leftover .words')?.innerText === '123'").await?;
    team.reads("Buổi phát thanh, truyền hình").await?;
    let faults = team.look("left-over").await?;
    team.press(".leftover .discard").await?;
    team.until("!document.querySelector('.leftovers')").await?;

    // What the document takes once it is open is not left over.
    team.reload().await?;
    team.until(&stands(FIGURE, "12")).await?;
    team.type_in(FIGURE, "124").await?;
    team.ask::<bool>("window.now = true").await?;
    team.reads("Có kết nối").await?;
    team.reads(SENT).await?;
    assert!(!team.ask::<bool>(ASKS).await?);
    team.reload().await?;
    team.ask::<bool>("window.now = true").await?;
    team.until(&stands(FIGURE, "124")).await?;
    team.reads("Có kết nối").await?;
    assert!(team.ask::<bool>("!document.querySelector('.leftovers')").await?);
    fields_of_one_name_keep_their_own(&team).await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Each task has a field for its evidence, of the same name in the same document.
async fn fields_of_one_name_keep_their_own(team: &Official) -> Result<()> {
    const OPEN: &str =
        "(document.querySelectorAll('details.task').forEach((one) => (one.open = true)), true)";
    const IDS: &str = "[...document.querySelectorAll('[id$=-evidence]')].slice(0, 2).map((one) => one.id)";
    team.go("#/tasks").await?;
    team.until("document.querySelectorAll('details.task').length > 1").await?;
    team.comes_true(&has_seen("directive/19/KL-UBBC", "tasks")).await?;
    team.reload().await?;
    team.until("document.querySelectorAll('details.task').length > 1").await?;
    team.ask::<bool>(OPEN).await?;
    let ids: Vec<String> = team.ask(IDS).await?;
    for (id, text) in ids.iter().zip(["01/QĐ", "02/QĐ"]) {
        team.type_in(&format!("#{id}"), text).await?;
    }
    team.reload().await?;
    team.ask::<bool>("window.now = true").await?;
    team.until("document.querySelectorAll('.leftover .words').length === 2").await?;
    team.reads("01/QĐ").await?;
    team.reads("02/QĐ").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_on_this_device_is_said_to_be_so_and_no_form_stands_in_its_place() -> Result<()> {
    let mut scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    for device in [&one, &two] {
        device.until("navigator.serviceWorker.controller").await?;
    }
    one.go(INCIDENT).await?;
    one.type_in("#subject", "Cầu Pàn").await?;
    one.reads(SENT).await?;
    two.go("#/incidents").await?;
    two.reads("Cầu Pàn").await?;
    scene.no_server();
    two.reads("Không có mạng").await?;
    // As if the network had gone between hearing of it and bringing it.
    two.ask::<bool>(
        "(async () => { const names = (await indexedDB.databases()).map((one) => one.name).filter((name) => /^niemyet-\\d+$/.test(name)); \
         const db = await new Promise((is) => (indexedDB.open(names[0]).onsuccess = (event) => is(event.target.result))); \
         const act = db.transaction(['documents', 'meta'], 'readwrite'); const meta = act.objectStore('meta'); \
         meta.get('desk').onsuccess = (event) => { \
           const { id, key } = event.target.result.documents.find(({ key }) => key.startsWith('incident/')); \
           act.objectStore('documents').delete(IDBKeyRange.bound([id], [id, '\\uffff'])); meta.delete('local ' + key); }; \
         await new Promise((is) => (act.oncomplete = is)); return true; })()",
    )
    .await?;
    two.reload().await?;
    two.reads("Không có mạng").await?;
    two.go(INCIDENT).await?;
    two.reads("Văn bản này chưa có trên máy").await?;
    assert!(two.ask::<bool>("!document.querySelector('#subject')").await?);
    let faults = two.look("not-here").await?;
    scene.server();
    two.connects("may.hai").await?;
    two.until(&stands("#subject", "Cầu Pàn")).await?;
    one.kill().await?;
    two.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}
