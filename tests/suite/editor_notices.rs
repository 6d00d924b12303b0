//! Notices to the public in a real Chromium: drafts live on the device until they are written, and whatever colleagues and disks do
//! meanwhile, nothing typed is lost and nobody's notice is replaced unseen.

use std::fs;

use crate::editor_stick::brought;
use crate::editor_stick::downloads_to;
use crate::support::browser::Result;
use crate::support::official::Official;
use crate::support::scene::SENT;
use crate::support::scene::Scene;

const TITLE: &str = "details.notice input[id$='-vi-title']";
const TEXT: &str = "details.notice textarea[id$='-vi-text']";
const DATE: &str = "details.notice input[type='date']";
const WRITE: &str = "details.notice .write-notice";
const DRAFT: &str = "1 thông báo đang soạn";

/// From now on `window.full` fills this browser's disk.
const MAY_BE_FULL: &str = "const put = IDBObjectStore.prototype.put; window.full = false; \
     IDBObjectStore.prototype.put = function (...args) { \
       if (window.full) throw new DOMException('no room', 'QuotaExceededError'); return put.apply(this, args); };";

async fn reads_title(team: &Official, title: &str) -> Result<()> {
    team.until(&format!("document.querySelector(\"{TITLE}\")?.value === '{title}'")).await
}

fn publishes(scene: &Scene, arguments: &[&str]) {
    scene.office.ok(&[&["publish"], arguments, &["--body", "team_comms"]].concat());
}

async fn with_a_draft(scene: &Scene) -> Result<Official> {
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.before_all(MAY_BE_FULL).await?;
    team.reload().await?;
    team.go("#/publish").await?;
    team.press("#add-notice").await?;
    team.type_in(TITLE, "Niêm yết").await?;
    Ok(team)
}

/// Two notices with faults: each has its own list of them, and a date that was taken away is one. One is mended, the other discarded.
async fn two_with_faults(team: &Official) -> Result<Vec<String>> {
    team.type_in(DATE, "").await?;
    team.press(WRITE).await?;
    team.reads("Hãy ghi ngày của thông báo").await?;
    team.press("#add-notice").await?;
    team.press("details.notice ~ details.notice .write-notice").await?;
    team.until("document.querySelectorAll('details.notice .errors').length === 2").await?;
    let twice: bool = team
        .ask("(() => { const all = [...document.querySelectorAll('[id]')].map(one => one.id); return new Set(all).size !== all.length; })()")
        .await?;
    assert!(!twice, "an id stands twice");
    let faults = team.look("notices-faults").await?;
    team.ask::<bool>("([...document.querySelectorAll('details.notice')].at(-1).querySelector('.write-notice').nextElementSibling.click(), true)")
        .await?;
    team.until("document.querySelectorAll('details.notice').length === 1").await?;
    team.type_in(DATE, "2021-03-04").await?;
    team.type_in(TEXT, "Xem tại nhà văn hóa.").await?;
    Ok(faults)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_survives_a_full_disk_another_screen_and_a_dead_browser_and_is_told_of() -> Result<()> {
    let mut scene = Scene::new()?;
    let team = with_a_draft(&scene).await?;
    team.reads(DRAFT).await?;
    team.ask::<bool>("window.full = true").await?;
    team.type_in(TITLE, "Niêm yết danh sách").await?;
    team.reads("CHƯA lưu được trên máy này").await?;
    team.go("#/tasks").await?;
    team.until("!document.querySelector('details.notice')").await?;
    team.go("#/publish").await?;
    reads_title(&team, "Niêm yết danh sách").await?;
    // The page leaves what the disk did not take where the next one finds it.
    team.reload().await?;
    reads_title(&team, "Niêm yết danh sách").await?;
    team.reads(DRAFT).await?;

    let mut faults = two_with_faults(&team).await?;
    team.go("#/account").await?;
    team.press("#sign-out").await?;
    team.reads("Còn 1 thông báo đang soạn, chưa ghi.").await?;
    faults.extend(team.look("sign-out-draft").await?);

    // Written while neither the server nor the disk takes it: the draft is not given up before the document is on the disk.
    team.go("#/publish").await?;
    reads_title(&team, "Niêm yết danh sách").await?;
    scene.no_server();
    team.reads("Không có mạng").await?;
    team.ask::<bool>("window.full = true").await?;
    team.press(WRITE).await?;
    team.reads("CHƯA lưu được trên máy này").await?;
    team.kill().await?;
    let team = Official::start(&scene.profile("tuyen.truyen")).await?;
    team.open(&format!("{}/editor/#/publish", scene.site)).await?;
    reads_title(&team, "Niêm yết danh sách").await?;
    team.press(WRITE).await?;
    team.reads("Đã ghi thông báo").await?;
    scene.server();
    // A browser writes a cookie down half a minute late: who was killed before logs in again.
    team.log_in("tuyen.truyen").await?;
    team.go("#/publish").await?;
    team.reads(SENT).await?;
    team.reload().await?;
    team.reads(SENT).await?;
    team.until(
        "document.querySelectorAll('details.notice').length === 1 && !document.querySelector('details.notice .draft')",
    )
    .await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// A change of a written notice that says nothing yet is a draft as well: the box stays open, with what was typed.
async fn begins_with_a_space_and_a_language(team: &Official) -> Result<()> {
    let title = format!("document.querySelector(\"{TITLE}\")");
    team.press("details.notice summary").await?;
    team.ask::<bool>(&format!("({title}.focus(), {title}.setSelectionRange(9, 9), true)")).await?;
    let stays =
        |value: &str| format!("{title}.value === '{value}' && document.querySelector('details.notice').open");
    team.ask::<bool>("document.execCommand('insertText', false, ' ')").await?;
    team.reads(DRAFT).await?;
    team.until(&stays("Lịch ")).await?;
    team.ask::<bool>("document.execCommand('delete')").await?;
    team.until("!document.querySelector('details.notice .draft')").await?;
    team.until(&stays("Lịch")).await?;
    team.type_in("#notice-lich-more", "hmn").await?;
    team.until("document.querySelector('#notice-lich-hmn-title')").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_was_taken_back_under_a_draft_comes_back_only_on_a_word() -> Result<()> {
    let scene = Scene::new()?;
    let notice = [
        "notice",
        "lich",
        "--date",
        "2021-03-04",
        "--language",
        "vi",
        "--title",
        "Lịch",
        "--text",
        "Một đoạn.",
    ];
    publishes(&scene, &notice);
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.go("#/publish").await?;
    begins_with_a_space_and_a_language(&team).await?;
    team.type_in(TITLE, "Lịch bỏ phiếu").await?;
    publishes(&scene, &["unnotice", "lich"]);
    team.reads("Thông báo này đã bị xóa trong lúc bạn soạn").await?;
    team.press(WRITE).await?;
    team.reads("Vẫn ghi và công bố lại?").await?;
    let faults = team.look("notice-removed").await?;
    team.until("document.querySelector('details.notice .draft')").await?;
    team.press("details.notice .revive").await?;
    team.reads("Đã ghi thông báo").await?;
    team.until("!document.querySelector('details.notice .draft')").await?;
    team.reads(SENT).await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_the_server_refuses_is_copied_out_in_words() -> Result<()> {
    let scene = Scene::new()?;
    let folder = tempfile::tempdir()?;
    let team = with_a_draft(&scene).await?;
    // Longer than the field lets anybody type, as an older program may have written it.
    team.type_in(TITLE, &"Dài ".repeat(300)).await?;
    team.type_in(TEXT, "Xem tại nhà văn hóa.").await?;
    team.press(WRITE).await?;
    team.reads("Máy chủ từ chối").await?;
    downloads_to(&team, folder.path()).await?;
    team.press(".refused .actions button").await?;
    let copy = fs::read_to_string(brought(folder.path(), ".txt").await?)?;
    for words in ["Dài Dài", "Xem tại nhà văn hóa.", "Thông báo 20", "Duyệt công khai: election"]
    {
        assert!(copy.contains(words), "{words} is not in {copy}");
    }
    assert!(!copy.contains("[object"), "{copy}");
    team.kill().await?;
    Ok(())
}
