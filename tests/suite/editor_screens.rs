//! The editor's screens in a real Chromium: in both languages, on paper, and with a long list.

use std::fs;

use chromiumoxide::cdp::browser_protocol::emulation::SetEmulatedMediaParams;
use chromiumoxide::cdp::browser_protocol::page::PrintToPdfParams;
use niemyet::document::Key;
use niemyet::document::report;
use niemyet::replica::documents::DocumentStore;

use crate::support::browser;
use crate::support::browser::Result;
use crate::support::cli::Office;
use crate::support::official::Official;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::device_keeps;
use crate::support::scene::writes_figure;

/// Vietnamese letters that stand where English is spoken: in texts, labels and hints not marked as Vietnamese.
pub const LEFT_OVER: &str = r"(() => {
    const vietnamese = /[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]/i;
    // Names of a place and of a signer, and symbols of documents, are the same in both languages.
    const plain = (text) => text.replace(/Sơn La|Hoàng Quốc Khánh|\d+\/[\p{Lu}\d-]+/gu, '');
    const spoken = (element) => element.closest('[lang]').lang;
    const found = [];
    if (document.documentElement.lang !== 'en') found.push(`lang is ${document.documentElement.lang}`);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
        const at = plain(node.data).search(vietnamese);
        if (at >= 0 && spoken(node.parentElement) !== 'vi') found.push(plain(node.data).slice(Math.max(0, at - 40), at + 40));
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
            const text = element.getAttribute(name) ?? '';
            if (vietnamese.test(plain(text)) && spoken(element) !== 'vi') found.push(`${name}: ${text.slice(0, 80)}`);
        }
    }
    return found;
})()";

/// Goes through screens and says which Vietnamese words are left over.
async fn in_english(official: &Official, screens: &[(&str, &str)]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (name, hash) in screens {
        official.go(hash).await?;
        official.until("document.querySelector('main h1')").await?;
        official.ask::<bool>("new Promise(done => setTimeout(() => done(true), 150))").await?;
        let left: Vec<String> = official.ask(LEFT_OVER).await?;
        faults.extend(left.into_iter().map(|text| format!("{name}: not English: {text}")));
        faults.extend(official.look(&format!("en-{name}")).await?);
    }
    Ok(faults)
}

/// The screens of the standing agency alone, with a form that is open and one with faults.
async fn the_agency_in_english(agency: &Official) -> Result<Vec<String>> {
    let judge = format!("{REPORT}/8");
    let rounds = [("agency", "#/"), ("round", "#/round/2021-03-11"), ("judge", judge.as_str())];
    let mut faults = in_english(agency, &rounds).await?;
    agency.go("#/election").await?;
    agency.press("[data-unit='116'] .correct").await?;
    agency.press("#add-date").await?;
    agency.press("#dates-new-form .write").await?;
    agency.reads("Choose the step").await?;
    let election = [("correction", "#/election"), ("corrected", "#/history/election")];
    faults.extend(in_english(agency, &election).await?);
    Ok(faults)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_speaks_english_by_switch() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("comms", "team_comms").await?;
    let agency = scene.official("agency", "standing_agency").await?;
    for one in [&team, &agency] {
        one.reads(SENT).await?;
        one.speak("en").await?;
        one.reads("The server has everything that you wrote").await?;
    }
    writes_figure(&team, "1.2").await?;
    team.reads("Dots must separate").await?;
    let mut faults = in_english(&team, &[("report-wrong", &format!("{REPORT}/8"))]).await?;
    writes_figure(&team, "12").await?;
    team.press("#hand-in").await?;
    team.reads("not filled in").await?;
    faults.extend(in_english(&team, &[("report-errors", &format!("{REPORT}/0"))]).await?);
    for section in 1..13 {
        team.go(&format!("{REPORT}/{section}")).await?;
        team.until(&format!("document.querySelector('#section').value === '{section}'")).await?;
        faults.extend(team.glance(&format!("form-{section}")).await?);
    }
    team.go(&format!("{REPORT}/0")).await?;
    team.press("#this-week").await?;
    team.press("#hand-in").await?;
    team.reads("the server received it at").await?;
    let screens: Vec<(String, String)> =
        (0..13).map(|n| (format!("report-{n}"), format!("{REPORT}/{n}"))).collect();
    let screens: Vec<(&str, &str)> =
        screens.iter().map(|(name, hash)| (name.as_str(), hash.as_str())).collect();
    faults.extend(in_english(&team, &[screens[0], screens[1], screens[4], screens[11]]).await?);
    faults.extend(
        in_english(
            &team,
            &[
                ("today", "#/"),
                ("tasks", "#/tasks"),
                ("incidents", "#/incidents"),
                ("incident", "#/incident/team_comms/one"),
                ("conflicts", "#/conflicts"),
                ("history", "#/history/report%2Fteam_comms%2F2021-03-11"),
                ("account", "#/account"),
                ("directives", "#/directives"),
                ("directive", "#/directive/19%2FKL-UBBC"),
                ("publish", "#/publish"),
                ("election", "#/election"),
            ],
        )
        .await?,
    );
    agency.reads("The server has everything").await?;
    faults.extend(the_agency_in_english(&agency).await?);
    for way in ["login", "code", "first"] {
        faults.extend(in_english(&team, &[(way, &format!("#/{way}"))]).await?);
    }
    team.kill().await?;
    agency.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Buttons, fields and menus that one sees.
const CONTROLS_SHOWN: &str = "[...document.querySelectorAll('button, input, select, textarea, nav, [role=status]')]     .filter((one) => one.getBoundingClientRect().height > 0).length";

#[tokio::test(flavor = "multi_thread")]
async fn a_report_prints_as_one_clean_a4_page() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.go(&format!("{REPORT}/0")).await?;
    team.press("#this-week").await?;
    writes_figure(&team, "1.234").await?;
    team.go(&format!("{REPORT}/4")).await?;
    team.type_in("#f-consultation-r1-province-difficulties", "Đường sạt lở.").await?;
    team.reads(SENT).await?;
    let settings = PrintToPdfParams::builder().prefer_css_page_size(true).print_background(true).build();
    let pdf = team.page().pdf(settings).await?;
    if let Some(folder) = browser::pictures()? {
        fs::write(folder.join("editor-report.pdf"), &pdf)?;
    }
    let text = String::from_utf8_lossy(&pdf);
    assert_eq!(text.matches("/Type /Page\n").count(), 1, "a short report is one page");
    let size = text.split("/MediaBox [").nth(1).and_then(|rest| rest.split(']').next()).ok_or("no page")?;
    let size: Vec<f64> = size.split_whitespace().map(|one| one.parse().unwrap_or_default()).collect();
    // 210 by 297 mm in points.
    assert!((size[2] - 595.28).abs() < 1.0 && (size[3] - 841.89).abs() < 1.0, "{size:?}");

    let paper = SetEmulatedMediaParams::builder().media("print").build();
    team.page().execute(paper).await?;
    assert_eq!(team.ask::<usize>(CONTROLS_SHOWN).await?, 0, "what one presses is not printed");
    let printed: String = team.ask("document.body.innerText").await?;
    for words in
        ["ỦY BAN BẦU CỬ TỈNH SƠN LA", "TỔ THÔNG TIN TUYÊN TRUYỀN", "Kính gửi", "1.234", "Đường sạt lở."]
    {
        assert!(printed.contains(words), "{words} is not in {printed}");
    }
    assert!(!printed.contains("Chờ gửi") && !printed.contains("Có kết nối"), "{printed}");
    team.kill().await?;
    Ok(())
}

/// As many ad-hoc reports as an office of a province has after two months.
const MANY: usize = 300;

/// Counts the documents that are read from the device's storage.
const COUNT_READS: &str = "window.read = new Set(); const all = IDBObjectStore.prototype.getAll; \
    IDBObjectStore.prototype.getAll = function (range, ...rest) { \
      if (this.name === 'documents') window.read.add(JSON.stringify(range.lower[0])); return all.call(this, range, ...rest); };";

/// Whether so many documents of a kind are noted to be here whole.
fn noted(kind: &str, many: usize) -> String {
    let count = format!("Object.keys(kept ?? {{}}).filter((key) => key.startsWith('{kind}/')).length");
    device_keeps("places 2", &format!("{count} >= {many}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_shown_from_its_index_and_a_document_is_opened_when_it_is_asked_for() -> Result<()> {
    let mut scene = Scene::with_adhoc_reports(MANY)?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.go("#/incidents").await?;
    let all_named = format!(
        "document.querySelectorAll('.rows li').length === {MANY} && !document.body.innerText.includes('chưa có trích yếu')"
    );
    team.until(&all_named).await?;
    team.reads(SENT).await?;
    team.until("navigator.serviceWorker.controller").await?;
    // What is here whole is noted as such by and by.
    team.comes_true(&noted("incident", MANY)).await?;
    let mut faults = team.look("incidents-many").await?;

    scene.no_server();
    team.before_all(COUNT_READS).await?;
    team.reload().await?;
    team.until(&all_named).await?;
    team.reads("Không có mạng").await?;
    let read: usize = team.ask("window.read.size").await?;
    assert!(read < 30, "{read} documents were read to show a list");
    team.go("#/incident/team_comms/viec-217").await?;
    team.until("document.querySelector('#subject')?.value === 'Việc phát sinh thứ 217'").await?;

    // Back at the network nothing is read again either; what changed meanwhile comes.
    scene.server();
    team.reload().await?;
    team.until("document.querySelector('#subject')?.value === 'Việc phát sinh thứ 217'").await?;
    team.reads("Có kết nối").await?;
    let read: usize = team.ask("window.read.size").await?;
    assert!(read < 30, "{read} documents were read though the server has nothing new");
    faults.retain(|fault| !fault.is_empty());
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_read_from_the_index_and_opens_no_report() -> Result<()> {
    const TEAMS: [&str; 4] = ["team_comms", "team_security", "team_logistics", "team_personnel"];
    let office = Office::ready();
    let store = DocumentStore::open(&office.path("niemyet"), None)?;
    const DUES: [&str; 12] = [
        "03-04", "03-11", "03-18", "03-25", "04-01", "04-08", "04-15", "04-22", "04-29", "05-06", "05-13",
        "05-20",
    ];
    for team in TEAMS {
        for due in DUES {
            let key: Key = format!("report/{team}/2021-{due}").parse()?;
            let mut document = store.open_or_begin("sonla-2021", &key)?;
            report::submit(&mut document, None, "2021-03-03T08:00:00Z")?;
            document.commit("submit", 1_614_900_000).ok_or("nothing written")?;
            store.save(&mut document)?;
        }
    }
    store.close()?;
    let mut scene = Scene::on(office)?;
    let agency = scene.official("noi.vu", "standing_agency").await?;
    agency.go("#/round/2021-03-11").await?;
    agency.reads("4 chờ xem").await?;
    agency.reads(SENT).await?;
    agency.until("navigator.serviceWorker.controller").await?;
    agency.comes_true(&noted("report", TEAMS.len() * DUES.len())).await?;

    scene.no_server();
    agency.before_all(COUNT_READS).await?;
    agency.reload().await?;
    agency.reads("4 chờ xem").await?;
    agency.reads("Không có mạng").await?;
    for due in DUES {
        agency.go(&format!("#/round/2021-{due}")).await?;
        agency.until(&format!("document.querySelector('#due')?.value === '2021-{due}'")).await?;
        agency.reads("4 chờ xem, 0 đã tiếp nhận").await?;
    }
    let read: usize = agency.ask("window.read.size").await?;
    assert!(read < 20, "{read} documents were read to show twelve rounds");
    agency.go("#/report/team_comms/2021-04-08").await?;
    agency.reads("Ý kiến của cơ quan thường trực").await?;
    agency.kill().await?;
    Ok(())
}
