//! The screen of timetable and units in a real Chromium: the standing agency corrects facts with the document that they were read in,
//! without a network as well; where the election is shown by rule the public reads them at once; everybody else only reads.

use serde_json::json;

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

/// Whether a fact says this.
fn says(fact: &str, words: &str) -> String {
    format!("document.querySelector({})?.innerText.includes({})", json!(fact), json!(words))
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
    agency.until("!document.querySelector('.bar.wait')").await?;
    agency.reload().await?;
    agency.until(&format!("document.querySelector(\"{CITY} [name=value]\")?.value === '{NAME}'")).await?;
    agency.until(&format!("document.querySelector(\"{CITY} [name=verified]\").checked")).await?;
    agency.press(&format!("{CITY} form.correction .write")).await?;
    agency.until(&says(CITY, NAME)).await?;
    agency.reads(&format!("{WAITS} 1")).await?;
    scene.server();
    agency.reads(SENT).await?;
    scene.public("/don-vi/", |page| page.contains(NAME) && !page.contains("chưa kiểm chứng")).await?;

    corrects(&agency, CONSTITUENCY, "4", "65/NQ").await?;
    agency.until(&says(CONSTITUENCY, "4 đại biểu")).await?;
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
