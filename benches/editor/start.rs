//! The start without a network, after one visit: from the navigation to the frame in which today's work can be read.

use crate::SLOW_DOWNS;
use crate::browser::Result;
use crate::official::Official;
use crate::page;
use crate::page::Plain;
use crate::scene::Scene;
use crate::table;
use crate::table::Times;

/// Notes when the first line of a list has been drawn, in milliseconds since the navigation began.
const NOTE: &str = "new MutationObserver((_, watch) => { if (!document.querySelector('.rows li')) return; \
    watch.disconnect(); painted(() => (window.shown = performance.now())); }).observe(document, { childList: true, subtree: true });";

pub async fn run(rounds: usize) -> Result<()> {
    let mut scene = Scene::new()?;
    let ours = scene.official("tuyen.truyen", "team_comms").await?;
    page::desktop(&ours).await?;
    page::settled(&ours).await?;
    let plain = Plain::new("<h1>Hôm nay</h1><ul class=\"rows\"><li>Một việc</li></ul>")?;
    let blank = plain.opened().await?;
    scene.no_server();
    let _profile = plain.closed();
    ours.reads("Không có mạng").await?;
    for official in [&ours, &blank] {
        official.before_all(&format!("{}{NOTE}", page::PAINTED)).await?;
    }
    table::head(&["start without a network, ms", "median", "longest", "a blank page", "ours ÷ blank"])?;
    for times in SLOW_DOWNS {
        // The first start after a visit reads what the browser has not compiled before; it is the same each time after it.
        let (mut of_ours, mut of_blank) = (Vec::new(), Vec::new());
        for round in 0..=rounds {
            let (one, other) = (start(&ours, times).await?, start(&blank, times).await?);
            if round > 0 {
                of_ours.push(one);
                of_blank.push(other);
            }
        }
        let (of_ours, of_blank) = (Times::new(of_ours), Times::new(of_blank));
        table::row(&[
            format!("processor {times} times slower"),
            table::show(of_ours.median()),
            table::show(of_ours.longest()),
            table::show(of_blank.median()),
            table::show(of_ours.median() / of_blank.median()),
        ])?;
    }
    ours.kill().await?;
    blank.kill().await
}

async fn start(official: &Official, times: u32) -> Result<f64> {
    page::slow_down(official, times).await?;
    // Whatever is asked too soon is asked of the page that goes.
    official.ask::<bool>("(window.shown = undefined, true)").await?;
    official.reload().await?;
    official.until("window.shown").await?;
    // What begins after the first frame ends before the next start.
    page::rest(2_000).await;
    let shown = official.ask("window.shown").await?;
    page::slow_down(official, 1).await?;
    Ok(shown)
}
