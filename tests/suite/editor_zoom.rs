//! The editor at 200 % text size (WCAG 2.2, 1.4.4) and on the narrowest screen (1.4.10), in forced colours; and what the sign-in forms say of each other.

use std::fs;

use chromiumoxide::cdp::browser_protocol::emulation::MediaFeature;
use chromiumoxide::cdp::browser_protocol::emulation::SetDeviceMetricsOverrideParams;
use serde_json::json;

use crate::support::browser::Result;
use crate::support::official::Official;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::writes_figure;

/// Twice what browsers begin with: as somebody sets it who does not see well.
const LARGE: u32 = 32;

/// What stands out at the side, or is cut off in the page's main part.
const STANDS_OUT: &str = "(() => { const over = document.documentElement.scrollWidth - innerWidth; if (over <= 0) return []; \
    return [`${over} px`, ...[...document.querySelectorAll('#app *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 \
      && !one.closest('.paper, .unseen')).slice(-4).map((one) => one.outerHTML.slice(0, 90))]; })()";

/// Goes through screens at widths, and says what stands out.
async fn looks(official: &Official, screens: &[(&str, String)], widths: &[i64]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (name, hash) in screens {
        official.go(hash).await?;
        official.until("document.querySelector('main h1')").await?;
        official.ask::<bool>("new Promise(done => setTimeout(() => done(true), 150))").await?;
        for width in widths {
            official.page().execute(SetDeviceMetricsOverrideParams::new(*width, 900, 1.0, false)).await?;
            let out: Vec<String> = official.ask(STANDS_OUT).await?;
            if !out.is_empty() {
                faults.push(format!("{name} at {width}: {}", out.join(" | ")));
            }
            official.picture(&format!("large-{name}-{width}")).await?;
        }
    }
    Ok(faults)
}

fn screens(names: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    names.iter().map(|(name, hash)| (*name, (*hash).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_screen_scrolls_sideways_at_twice_the_text_size() -> Result<()> {
    let scene = Scene::new()?;
    for login in ["tuyen.truyen", "noi.vu"] {
        let settings = scene.profile(login).join("Default");
        fs::create_dir_all(&settings)?;
        let size = json!({ "webkit": { "webprefs": { "default_font_size": LARGE } } });
        fs::write(settings.join("Preferences"), size.to_string())?;
    }
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    let agency = scene.official("noi.vu", "standing_agency").await?;
    let size: String = team.ask("getComputedStyle(document.documentElement).fontSize").await?;
    assert_eq!(size, "34px", "the browser has the large text");
    team.reads(SENT).await?;
    writes_figure(&team, "1.2").await?;
    team.reads("Dấu chấm phải ngăn").await?;
    let widths = [1280, 640, 360, 320];
    let mut faults = looks(&team, &screens(&[("report-wrong", &format!("{REPORT}/8"))]), &widths).await?;
    writes_figure(&team, "1.234.567").await?;
    team.press("#hand-in").await?;
    team.until("document.querySelector('#errors')").await?;
    faults.extend(looks(&team, &screens(&[("report-errors", &format!("{REPORT}/0"))]), &widths).await?);
    team.press("#this-week").await?;
    team.press("#hand-in").await?;
    team.reads("máy chủ nhận lúc").await?;
    let all = [
        ("today", "#/"),
        ("tasks", "#/tasks"),
        ("report-handed-in", &format!("{REPORT}/8")),
        ("incidents", "#/incidents"),
        ("incident", "#/incident/team_comms/mot"),
        ("history", "#/history/report%2Fteam_comms%2F2021-03-11"),
        ("account", "#/account"),
        ("directives", "#/directives"),
        ("directive", "#/directive/19%2FKL-UBBC"),
        ("publish", "#/publish"),
        ("next-week", "#/report/team_comms/2021-03-18/5"),
        ("rows", "#/report/team_comms/2021-03-18/1"),
        ("login", "#/login"),
        ("code", "#/code"),
    ];
    faults.extend(looks(&team, &screens(&all), &widths).await?);
    agency.go("#/round/2021-03-11").await?;
    agency.reads("1 chờ xem").await?;
    agency.go("#/election").await?;
    agency.press("[data-unit='116'] .correct").await?;
    agency.press("#add-date").await?;
    let rounds = [
        ("agency", "#/"),
        ("round", "#/round/2021-03-11"),
        ("judge", &format!("{REPORT}/8")),
        ("election", "#/election"),
    ];
    faults.extend(looks(&agency, &screens(&rounds), &widths).await?);
    team.kill().await?;
    agency.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// The borders of the menu's entries, and which is the current one.
const BORDERS: &str = "[...document.querySelectorAll('.menu a')].map((one) => { const style = getComputedStyle(one); \
    return [one.ariaCurrent === 'page', style.borderBottomColor + style.borderBottomWidth + style.textDecorationLine + style.outlineStyle]; })";

#[tokio::test(flavor = "multi_thread")]
async fn the_current_entry_of_the_menu_is_marked_in_forced_colours() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.go("#/tasks").await?;
    team.reads(SENT).await?;
    team.page().emulate_media_features(vec![MediaFeature::new("forced-colors", "active")]).await?;
    for width in [360, 1280] {
        team.page().execute(SetDeviceMetricsOverrideParams::new(width, 900, 1.0, false)).await?;
        let entries: Vec<(bool, String)> = team.ask(BORDERS).await?;
        let current: Vec<&String> = entries.iter().filter(|(is, _)| *is).map(|(_, style)| style).collect();
        assert_eq!(current.len(), 1, "{entries:?}");
        let same = entries.iter().filter(|(is, style)| !is && style == current[0]).count();
        assert_eq!(same, 0, "{entries:?}");
        team.picture(&format!("forced-colours-{width}")).await?;
    }
    team.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_says_nothing_of_another_forms_failure() -> Result<()> {
    let scene = Scene::new()?;
    let team = Official::start(&scene.profile("ai")).await?;
    team.open(&format!("{}/editor/", scene.site)).await?;
    team.type_in("#sign-login", "khong.co").await?;
    team.type_in("#sign-password", "một câu sai cũng khá dài").await?;
    team.press("form button").await?;
    team.until("document.querySelector('#sign-error').innerText").await?;
    let vi: String = team.ask("document.querySelector('#sign-error').innerText").await?;
    team.press("button.link").await?;
    team.until(&format!("document.querySelector('#sign-error').innerText !== {}", json!(vi))).await?;
    team.press("button.link").await?;
    team.go("#/code").await?;
    team.reads("Mã được cấp").await?;
    assert_eq!(team.ask::<String>("document.querySelector('#sign-error').innerText").await?, "");
    assert_eq!(
        team.ask::<String>("document.querySelector('#sign-login').value").await?,
        "khong.co",
        "what was typed stays"
    );
    team.kill().await?;
    Ok(())
}
