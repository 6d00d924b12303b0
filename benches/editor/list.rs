//! A long list: from the change of the address to the frame that shows all of it.

use crate::SLOW_DOWNS;
use crate::browser::Result;
use crate::page;
use crate::scene::Scene;
use crate::table;
use crate::table::Times;

/// As many ad-hoc reports as an office of a province has after two months.
const MANY: usize = 300;

pub async fn run(rounds: usize) -> Result<()> {
    let mut scene = Scene::with_adhoc_reports(MANY)?;
    let ours = scene.official("tuyen.truyen", "team_comms").await?;
    page::desktop(&ours).await?;
    ours.go("#/incidents").await?;
    ours.until(&format!(
        "document.querySelectorAll('.rows li').length === {MANY} && !document.body.innerText.includes('chưa có trích yếu')"
    ))
    .await?;
    page::settled(&ours).await?;
    scene.no_server();
    ours.before_all(page::PAINTED).await?;
    ours.go("#/").await?;
    ours.reload().await?;
    ours.until("window.painted && document.querySelector('.rows li')").await?;
    ours.reads("Không có mạng").await?;
    table::head(&[&format!("list of {MANY}, ms"), "median", "longest"])?;
    for times in SLOW_DOWNS {
        page::slow_down(&ours, times).await?;
        let mut all = Vec::new();
        // The first time the browser compiles what it draws the list with.
        for round in 0..=rounds {
            ours.go("#/").await?;
            page::rest(1_500).await;
            let took = ours.ask(&opens()).await?;
            if round > 0 {
                all.push(took);
            }
        }
        let all = Times::new(all);
        let name = format!("processor {times} times slower");
        table::row(&[name, table::show(all.median()), table::show(all.longest())])?;
    }
    ours.kill().await
}

/// Opens the list on the page, and gives how long that took.
fn opens() -> String {
    format!(
        "new Promise((done) => {{ const begun = performance.now(); \
         const see = () => document.querySelectorAll('.rows li').length === {MANY} \
           ? painted(() => done(performance.now() - begun)) : setTimeout(see); \
         location.hash = '#/incidents'; see(); }})"
    )
}
