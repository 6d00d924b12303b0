//! Typing in the middle of a text: from each key to the frame that shows it, alone and while another device writes into the same text.

use std::time::Duration;

use chromiumoxide::cdp::browser_protocol::input::DispatchKeyEventParams;
use chromiumoxide::cdp::browser_protocol::input::DispatchKeyEventType;
use serde_json::json;

use crate::browser::Result;
use crate::official::Official;
use crate::page;
use crate::page::Plain;
use crate::scene::REPORT;
use crate::scene::Scene;
use crate::table;
use crate::table::Times;

/// A text of the report, and the same in a page without a program.
const TEXT: &str = "#f-consultation-r1-province-difficulties";
const PLAIN: &str = "#text";
/// Between two keys, as somebody types who types well.
const PAUSE: Duration = Duration::from_millis(110);
/// Between two writes of the other device.
const OTHER: u64 = 400;
const KEYS: &str = "nuoc lu dang cao ";
/// Keys for each round.
const OF_A_ROUND: usize = 10;

/// The people of this workload.
struct Cast {
    ours: Official,
    other: Official,
    plain: Official,
}

pub async fn run(rounds: usize) -> Result<()> {
    let scene = Scene::new()?;
    let page = Plain::new("<p>Khó khăn<textarea id=\"text\" rows=\"4\" cols=\"60\"></textarea></p>")?;
    let cast = Cast {
        ours: scene.official("may.mot", "team_comms").await?,
        other: scene.official("may.hai", "team_comms").await?,
        plain: page.opened().await?,
    };
    for official in [&cast.ours, &cast.other] {
        page::desktop(official).await?;
        official.go(&format!("{REPORT}/4")).await?;
    }
    for official in [&cast.ours, &cast.plain] {
        official.ask::<bool>(&format!("{}; window.delays = []; {LISTEN}; true", page::PAINTED)).await?;
    }
    table::head(&[
        "typing: from key to frame, ms",
        "p50",
        "p99",
        "plain p50",
        "plain p99",
        "ours ÷ plain (p50)",
    ])?;
    for paragraphs in [30, 300] {
        write_down(&cast, paragraphs).await?;
        for (times, together) in [(1, false), (1, true), (4, false)] {
            let plain = measure(&cast.plain, PLAIN, times, rounds).await?;
            let other = other_writes(&cast.other, paragraphs);
            let ours = measure(&cast.ours, TEXT, times, rounds);
            let ours = if together {
                tokio::select! { ours = ours => ours?, failed = other => return failed }
            } else {
                ours.await?
            };
            let company = if together { "another writes too" } else { "alone" };
            table::row(&[
                format!("{paragraphs} paragraphs, {company}, processor {times} times slower"),
                table::show(ours.median()),
                table::show(ours.at(0.99)),
                table::show(plain.median()),
                table::show(plain.at(0.99)),
                table::show(ours.median() / plain.median()),
            ])?;
            page::settled(&cast.ours).await?;
        }
    }
    cast.ours.kill().await?;
    cast.other.kill().await?;
    cast.plain.kill().await
}

/// Notes the delay of each key.
const LISTEN: &str = "addEventListener('keydown', (event) => painted(() => delays.push(performance.now() - event.timeStamp)), true)";

/// The same text for everybody, on both devices and at the server.
async fn write_down(cast: &Cast, paragraphs: usize) -> Result<()> {
    let text: Vec<String> = (0..paragraphs)
        .map(|n| {
            format!("Đoạn {n}: đường vào bản bị sạt lở sau mưa lớn, hòm phiếu và tài liệu phải đi bằng thuyền, xin thêm người.")
        })
        .collect();
    cast.ours.type_in(TEXT, &text.join("\n")).await?;
    cast.plain.type_in(PLAIN, &text.join("\n")).await?;
    let there = format!("document.querySelector('{TEXT}').value.split('\\n').length === {paragraphs}");
    cast.other.until(&there).await?;
    page::settled(&cast.ours).await
}

/// Types in the middle of the text, and gives the delays.
async fn measure(official: &Official, selector: &str, times: u32, rounds: usize) -> Result<Times> {
    page::slow_down(official, times).await?;
    let begin = format!(
        "(() => {{ const area = document.querySelector({}); area.focus(); \
         const at = area.value.indexOf('\\n', area.value.length / 2); area.setSelectionRange(at, at); \
         delays.length = 0; return true; }})()",
        json!(selector)
    );
    official.ask::<bool>(&begin).await?;
    let keys = rounds * OF_A_ROUND;
    for key in KEYS.chars().cycle().take(keys) {
        press(official, &key.to_string()).await?;
        tokio::time::sleep(PAUSE).await;
    }
    official.until(&format!("delays.length === {keys}")).await?;
    page::slow_down(official, 1).await?;
    Ok(Times::new(official.ask("delays").await?))
}

pub async fn press(official: &Official, key: &str) -> Result<()> {
    for kind in [DispatchKeyEventType::KeyDown, DispatchKeyEventType::KeyUp] {
        let mut event = DispatchKeyEventParams::builder().r#type(kind.clone()).key(key);
        if kind == DispatchKeyEventType::KeyDown {
            event = event.text(key);
        }
        official.page().execute(event.build()?).await?;
    }
    Ok(())
}

/// Writes at both ends of the text in turn, for as long as it is let.
async fn other_writes(other: &Official, paragraphs: usize) -> Result<()> {
    for write in 0.. {
        let line = if write % 2 == 0 { 3 } else { paragraphs - 3 };
        let script = format!(
            "(() => {{ const area = document.querySelector('{TEXT}'); const lines = area.value.split('\\n'); lines[{line}] += ' x'; \
             area.value = lines.join('\\n'); area.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); return true; }})()"
        );
        other.ask::<bool>(&script).await?;
        page::rest(OTHER).await;
    }
    Ok(())
}
