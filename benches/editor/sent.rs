//! From the last key of what somebody types to the server's word that it is on its disk: a figure, and a text.

use std::time::Duration;

use serde_json::json;

use crate::browser::Result;
use crate::official::Official;
use crate::page;
use crate::scene::FIGURE;
use crate::scene::REPORT;
use crate::scene::Scene;
use crate::scene::TEXT;
use crate::table;
use crate::table::Times;
use crate::typing::press;
use crate::watch::WATCH;

/// Between two keys, as somebody types who types well.
const PAUSE: Duration = Duration::from_millis(110);

pub async fn run(rounds: usize) -> Result<()> {
    let scene = Scene::new()?;
    let ours = scene.official("may.mot", "team_comms").await?;
    page::desktop(&ours).await?;
    page::settled(&ours).await?;
    ours.ask::<bool>(WATCH).await?;
    table::head(&["from the last key to the server's disk, ms", "p50", "p99", "longest"])?;
    for (what, section, field) in [("a figure", 8, FIGURE), ("a text", 4, TEXT)] {
        ours.go(&format!("{REPORT}/{section}")).await?;
        ours.until(&format!("document.querySelector('{field}')")).await?;
        page::settled(&ours).await?;
        let mut all = Vec::new();
        for round in 0..rounds {
            // Another one each time: what says the same as before is no change.
            all.push(once(&ours, field, &format!("{}", 1_234 + 37 * round)).await?);
        }
        let times = Times::new(all);
        table::row(&[
            what.to_owned(),
            table::show(times.median()),
            table::show(times.at(0.99)),
            table::show(times.longest()),
        ])?;
    }
    ours.kill().await
}

/// Types it in place of what stands there, and gives what the last key took.
async fn once(official: &Official, field: &str, keys: &str) -> Result<f64> {
    let begin = format!(
        "(() => {{ const field = document.querySelector({}); field.focus(); field.select(); sent.length = 0; return true; }})()",
        json!(field)
    );
    official.ask::<bool>(&begin).await?;
    for key in keys.chars() {
        press(official, &key.to_string()).await?;
        tokio::time::sleep(PAUSE).await;
    }
    official.until("sent.length > 0 && last === undefined").await?;
    let took: f64 = official.ask("sent.at(-1)").await?;
    page::rest(600).await;
    Ok(took)
}
