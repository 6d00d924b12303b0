//! Tasks at two devices of one body without a network, in a real Chromium against the real program: what both wrote into a note, and a
//! status that they set differently.

use serde_json::json;

use crate::support::browser::Result;
use crate::support::official::Official;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::WAITS;

/// The first task.
const TASK: &str = "details.task";
/// Its first note.
const NOTE: &str = "details.task [id*=-note-0]";

async fn opens_the_task(device: &Official) -> Result<()> {
    device.go("#/tasks").await?;
    device.press(&format!("{TASK}:not([open]) summary")).await
}

/// Who ordained it, and what it cites with its day.
async fn tells_its_sources(device: &Official) -> Result<()> {
    let facts = "document.querySelector('details.task[open] dl')?.innerText";
    for words in ["19/KL-UBBC", "Văn bản được dẫn", "17/KH-UBBC, 24/02/2021"] {
        device.until(&format!("{facts}.includes('{words}')")).await?;
    }
    Ok(())
}

fn note_is(text: &str) -> String {
    format!("document.querySelector('{NOTE}')?.value === {}", json!(text))
}

/// Presses the button of the task with these words.
async fn sets_it(device: &Official, action: &str) -> Result<()> {
    let button = format!(
        "[...document.querySelectorAll('{TASK}[open] .actions button')].find((one) => one.innerText === '{action}')"
    );
    device.until(&button).await?;
    device.ask::<bool>(&format!("({button}.click(), true)")).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_work_on_one_task_without_a_network_keep_both_notes_and_choose_its_status() -> Result<()> {
    let mut scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    for device in [&one, &two] {
        device.until("navigator.serviceWorker.controller").await?;
        opens_the_task(device).await?;
    }
    tells_its_sources(&one).await?;
    one.press(&format!("{TASK}[open] p > .quiet:last-child")).await?;
    one.type_in(NOTE, "Đã gọi xã.").await?;
    one.reads(SENT).await?;
    two.until(&note_is("Đã gọi xã.")).await?;

    scene.no_server();
    for device in [&one, &two] {
        device.reads("Không có mạng").await?;
    }
    one.type_in(NOTE, "Sáng nay: Đã gọi xã.").await?;
    sets_it(&one, "Bắt đầu").await?;
    two.type_in(NOTE, "Đã gọi xã. Chưa có ai nghe.").await?;
    sets_it(&two, "Báo vướng").await?;
    for device in [&one, &two] {
        device.reads(WAITS).await?;
    }
    scene.server();
    for device in [&one, &two] {
        device.until(&note_is("Sáng nay: Đã gọi xã. Chưa có ai nghe.")).await?;
        device.reads("Khác nhau (1)").await?;
        device.reads(SENT).await?;
    }

    one.go("#/conflicts").await?;
    one.until("document.querySelectorAll('.side .big').length === 2").await?;
    let rivals: Vec<String> =
        one.ask("[...document.querySelectorAll('.side .big')].map((one) => one.innerText).sort()").await?;
    assert_eq!(rivals, ["Đang làm", "Đang vướng"]);
    let about = "document.querySelector('.clash p').innerText.length > 40";
    assert!(one.ask::<bool>(about).await?, "nobody knows by its number what the task is about");
    let mut faults = one.look("conflicts-task").await?;
    one.ask::<bool>("([...document.querySelectorAll('.side')].find((one) => one.innerText.startsWith('Đang vướng')).querySelector('button').click(), true)")
        .await?;
    one.reads("Không có gì phải chọn").await?;
    // The server has admitted it: another device is shown what was chosen, and nothing was refused.
    one.reads(SENT).await?;
    let blocked = format!("document.querySelector('{TASK} summary .tag').innerText === 'Đang vướng'");
    two.until(&blocked).await?;
    two.until("!document.body.innerText.includes('Khác nhau (')").await?;
    assert!(!one.ask::<bool>("document.body.innerText.includes('từ chối')").await?);
    let third = scene.official("may.ba", "team_comms").await?;
    third.go("#/tasks").await?;
    third.until(&blocked).await?;
    faults.retain(|fault| !fault.is_empty());
    for device in [one, two, third] {
        device.kill().await?;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}
