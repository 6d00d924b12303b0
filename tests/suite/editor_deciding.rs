//! Decisions of the communications team in a real Chromium: what is decided on is what the public then reads, a decision can be
//! taken back, and two devices that decide at once lose nothing.

use std::collections::BTreeSet;
use std::fs;

use niemyet::document::Content;
use niemyet::document::write_directive;
use serde_json::Value;

use crate::publishing::desk::edit;
use crate::support::browser::Result;
use crate::support::cli::Office;
use crate::support::official::Official;
use crate::support::scene::SENT;
use crate::support::scene::Scene;

const DIRECTIVE: &str = "#item-directive-19-KL-UBBC";
const PAGE: &str = "/van-ban/19-kl-ubbc/";
/// What of it stands in a page, where `/` is written as a reference.
const TRACE: &str = "KL-UBBC";
/// All that the public sees of the tasks.
const TASKS: &str = "/du-lieu/nhiem-vu.json";
const OFFLINE: &str = "Không có mạng";
const CONTESTED: &str = "Hai phê duyệt cùng lúc, chưa ai chọn";

/// The differences that the item lists itself: old and new of each.
const ROWS: &str =
    "[...document.querySelectorAll('#item-directive-19-KL-UBBC details.task table.differences tbody tr')]
    .map((row) => [row.querySelector('del').innerText, row.querySelector('ins').innerText])";
/// The same of the newest release beside the one before: the lines of each page that went and that came.
const TOLD: &str = "[...document.querySelectorAll('.releases .wording tbody tr[data-kind=changed]')]
    .map((row) => ['del', 'ins'].map((sort) => [...row.querySelectorAll(sort)].map((line) => line.innerText)))";

/// Somebody of the communications team at the desk, in a browser of their own.
async fn at_the_desk(scene: &Scene, login: &str) -> Result<Official> {
    let team = scene.official(login, "team_comms").await?;
    team.reads(SENT).await?;
    team.go("#/publish").await?;
    state_of(&team, "shown").await?;
    Ok(team)
}

async fn state_of(team: &Official, state: &str) -> Result<()> {
    team.until(&format!("document.querySelector('{DIRECTIVE}')?.dataset.state === '{state}'")).await
}

/// Rewrites the first public task, and those that are not for the public.
fn rewrite(scene: &Scene, words: &str, inner: &str) {
    edit(&scene.office, &"directive/19/KL-UBBC".parse().unwrap(), |document| {
        let Content::Directive(mut directive) = document.content().unwrap() else { panic!("no directive") };
        let public = directive.tasks.iter_mut().find(|task| task.publish == "public").unwrap();
        public.text_vi = words.to_owned();
        let others = directive.tasks.iter_mut().filter(|task| task.publish != "public");
        others.for_each(|task| task.text_vi = inner.to_owned());
        write_directive(document, &directive).unwrap();
    });
}

/// Whether the public reads a task of these words.
fn says(tasks: &str, words: &str) -> bool {
    holds(&serde_json::from_str(tasks).unwrap_or_default(), words)
}

fn holds(value: &Value, words: &str) -> bool {
    match value {
        Value::String(text) => text.split_whitespace().eq(words.split_whitespace()),
        Value::Array(all) => all.iter().any(|one| holds(one, words)),
        Value::Object(all) => all.values().any(|one| holds(one, words)),
        _ => false,
    }
}

/// Approves the document as it is listed, for this reason.
async fn approves(team: &Official, why: &str) -> Result<()> {
    team.type_in(&format!("{DIRECTIVE}-why"), why).await?;
    team.press(&format!("{DIRECTIVE} .approve")).await?;
    team.reads("Đã duyệt.").await
}

async fn releases(team: &Official) -> Result<()> {
    team.reads(SENT).await?;
    team.press("#rebuild").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_differences_of_an_item_are_what_the_public_then_reads() -> Result<()> {
    const NEW: &str = "Lời mới của nhiệm vụ, đã sửa theo ý kiến.";
    const INNER: &str = "Việc nội bộ không ai ngoài được biết.";
    let scene = Scene::new()?;
    let team = at_the_desk(&scene, "tuyen.truyen").await?;
    rewrite(&scene, NEW, INNER);
    team.press("#reload-list").await?;
    state_of(&team, "changed").await?;
    team.press(&format!("{DIRECTIVE} details.task > summary")).await?;
    team.until(&format!("{ROWS}.length > 0")).await?;
    let rows: Vec<[String; 2]> = team.ask(ROWS).await?;
    let [[old, new]] = rows.as_slice() else { panic!("one field differs: {rows:?}") };
    assert_eq!(new, NEW);
    assert!(!team.ask::<bool>(&format!("document.body.textContent.includes('{INNER}')")).await?);
    let faults = team.look("publish-differences-of-item").await?;
    scene.public(TASKS, |tasks| says(tasks, old) && !says(tasks, NEW)).await?;

    approves(&team, "19/KL-UBBC đã sửa").await?;
    releases(&team).await?;
    scene.public(TASKS, |tasks| says(tasks, NEW) && !says(tasks, old) && !tasks.contains(INNER)).await?;
    state_of(&team, "shown").await?;
    team.until(&format!("{ROWS}.length === 0")).await?;
    team.press(".releases > li:first-child .differ").await?;
    team.until(&format!("{TOLD}.length > 0")).await?;
    let told: Vec<[Vec<String>; 2]> = team.ask(TOLD).await?;
    let pair = |[gone, come]: &[Vec<String>; 2]| {
        gone.iter().any(|line| line.contains(old)) && come.iter().any(|line| line.contains(NEW))
    };
    assert!(told.iter().any(pair), "the release tells something else than {rows:?}: {told:?}");
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_back_is_let_go_or_approved_all_the_same() -> Result<()> {
    const REASON: &str = "Chờ ý kiến của Thường trực";
    const LET_GO: &str = "Thôi giữ lại";
    let scene = Scene::new()?;
    let team = at_the_desk(&scene, "tuyen.truyen").await?;
    let held_with = async |words: &str| -> Result<()> {
        rewrite(&scene, words, "Việc nội bộ.");
        team.press("#reload-list").await?;
        // The list of before says "changed" as well, of other words.
        team.until(&format!("document.querySelector('{DIRECTIVE}').textContent.includes('{words}')")).await?;
        state_of(&team, "changed").await?;
        team.type_in(&format!("{DIRECTIVE}-why"), REASON).await?;
        team.press(&format!("{DIRECTIVE} .hold")).await?;
        state_of(&team, "held").await?;
        team.reads(REASON).await
    };
    held_with("Lời bị giữ lần một.").await?;
    let button = format!(
        "[...document.querySelectorAll('{DIRECTIVE} .actions button')].find(one => one.innerText === '{LET_GO}')"
    );
    team.ask::<bool>(&format!("({button}.click(), true)")).await?;
    // A decision on it is due again, and nothing has become public by that.
    state_of(&team, "changed").await?;
    team.until(&format!(
        "!{button} && !document.querySelector('{DIRECTIVE}').innerText.includes('{REASON}')"
    ))
    .await?;
    releases(&team).await?;
    team.reads("Đã dựng xong").await?;
    scene.public(TASKS, |tasks| tasks.contains("T1") && !says(tasks, "Lời bị giữ lần một.")).await?;

    // An approval ends what held it back as well.
    held_with("Lời bị giữ lần hai.").await?;
    approves(&team, "Thường trực đã đồng ý").await?;
    team.until(&format!("!document.querySelector('{DIRECTIVE}').innerText.includes('{REASON}')")).await?;
    releases(&team).await?;
    scene.public(TASKS, |tasks| says(tasks, "Lời bị giữ lần hai.")).await?;
    state_of(&team, "shown").await?;
    team.until(&format!("!{button}")).await?;
    team.kill().await?;
    Ok(())
}

/// From now on answers about what waits are kept back while `window.slow` is true, until `window.late` lets each go.
const LATE_ANSWERS: &str = "const fetched = window.fetch; window.slow = false; window.late = []; \
     window.fetch = async (...asked) => { \
       const late = window.slow && String(asked[0]).includes('/api/publication'); const answer = await fetched(...asked); \
       if (late) await new Promise((go) => window.late.push(go)); return answer; };";

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_late_does_not_take_the_place_of_a_newer_one() -> Result<()> {
    const OLD: &str = "Lời của bản cũ.";
    const NEW: &str = "Lời của bản mới.";
    let scene = Scene::new()?;
    let team = at_the_desk(&scene, "tuyen.truyen").await?;
    team.before_all(LATE_ANSWERS).await?;
    team.reload().await?;
    state_of(&team, "shown").await?;
    rewrite(&scene, OLD, "Việc nội bộ.");
    team.ask::<bool>("(window.slow = true)").await?;
    team.press("#reload-list").await?;
    team.until("window.late.length > 0").await?;
    team.ask::<bool>("(window.slow = false, true)").await?;
    rewrite(&scene, NEW, "Việc nội bộ.");
    team.press("#reload-list").await?;
    let says = |words: &str| format!("document.querySelector('{DIRECTIVE}').textContent.includes('{words}')");
    team.until(&says(NEW)).await?;
    team.ask::<bool>(
        "(window.late.forEach((go) => go()), new Promise((go) => setTimeout(() => go(true), 1000)))",
    )
    .await?;
    assert!(team.ask::<bool>(&says(NEW)).await?, "the older list is shown again, and would be decided on");
    team.kill().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_approvals_at_once_are_shown_until_somebody_chooses() -> Result<()> {
    const FIRST: &str = "Lời mà máy thứ nhất đã xem.";
    const SECOND: &str = "Lời mà máy thứ hai đã xem.";
    let mut scene = Scene::new()?;
    let one = at_the_desk(&scene, "tuyen.truyen").await?;
    let other = at_the_desk(&scene, "bao.chi").await?;
    rewrite(&scene, FIRST, "Việc nội bộ.");
    one.press("#reload-list").await?;
    state_of(&one, "changed").await?;
    rewrite(&scene, SECOND, "Việc nội bộ.");
    other.press("#reload-list").await?;
    state_of(&other, "changed").await?;
    scene.no_server();
    for (team, why) in [(&one, "Máy thứ nhất duyệt"), (&other, "Máy thứ hai duyệt")] {
        team.reads(OFFLINE).await?;
        approves(team, why).await?;
    }
    scene.server();
    for team in [&one, &other] {
        team.reads(SENT).await?;
        team.reads(CONTESTED).await?;
    }
    let mut faults = one.look("publish-contested").await?;

    approves(&other, "Chọn bản mới nhất").await?;
    for team in [&one, &other] {
        team.until(&format!("!document.body.innerText.includes('{CONTESTED}')")).await?;
        team.reads("Chọn bản mới nhất").await?;
    }
    releases(&other).await?;
    scene.public(TASKS, |tasks| says(tasks, SECOND) && !says(tasks, FIRST)).await?;
    for team in [&one, &other] {
        state_of(team, "shown").await?;
    }
    faults.extend(one.glance("publish-chosen").await?);
    one.kill().await?;
    other.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Writes a notice of today, in Vietnamese.
async fn writes_a_notice(team: &Official, title: &str) -> Result<()> {
    team.press("#add-notice").await?;
    team.type_in("details.notice input[id$='-vi-title']", title).await?;
    team.type_in("details.notice textarea[id$='-vi-text']", "Xem tại nhà văn hóa.").await?;
    team.press("details.notice .write-notice").await?;
    team.reads("Đã ghi thông báo").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_devices_decide_on_one_day_without_a_network_all_stands() -> Result<()> {
    const TITLES: [&str; 2] = ["Niêm yết danh sách cử tri", "Lịch tiếp xúc cử tri"];
    let mut scene = Scene::new()?;
    let one = at_the_desk(&scene, "tuyen.truyen").await?;
    let other = at_the_desk(&scene, "bao.chi").await?;
    scene.no_server();
    for (team, title) in [&one, &other].into_iter().zip(TITLES) {
        team.reads(OFFLINE).await?;
        writes_a_notice(team, title).await?;
    }
    one.press(&format!("{DIRECTIVE} .withdraw")).await?;
    one.press(&format!("{DIRECTIVE} .confirm")).await?;
    one.reads("Đã rút.").await?;
    scene.server();
    for team in [&one, &other] {
        team.reads(SENT).await?;
        team.until("document.querySelectorAll('details.notice').length === 2").await?;
        team.until("!document.querySelector('details.notice .draft')").await?;
        // Nothing that waits for anybody, and both see what one has decided, whether or not a build by rule has made it public already.
        team.until(&format!(
            "['withdrawn', 'new'].includes(document.querySelector('{DIRECTIVE}')?.dataset.state)"
        ))
        .await?;
    }
    let days: BTreeSet<String> = one
        .ask("[...document.querySelectorAll('details.notice input[type=date]')].map(one => one.value)")
        .await?;
    assert_eq!(days.len(), 1, "they are of one day: {days:?}");
    releases(&other).await?;
    scene.public("/thong-bao/", |page| TITLES.iter().all(|title| page.contains(title))).await?;
    scene.public(PAGE, |page| !page.contains(TRACE)).await?;
    one.kill().await?;
    other.kill().await?;
    Ok(())
}

/// Notes from now on where the bar is, and what stands beside it in words: value and maximum of both.
const NOTE_STEPS: &str = r"(() => {
    window.steps = [];
    const note = () => {
        const bar = document.querySelector('progress');
        const said = /\((\d+)\/(\d+)\)/.exec(document.querySelector('#build-state')?.innerText ?? '');
        if (bar && said) window.steps.push([bar.value, bar.max, Number(said[1]), Number(said[2])]);
    };
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    return true;
})()";

#[tokio::test(flavor = "multi_thread")]
async fn the_bar_of_a_build_moves_as_pages_are_rendered() -> Result<()> {
    const PAGES: usize = 2_000;
    const MARK: &str = "<p>Dựng lại tất cả</p>";
    let office = Office::ready();
    for page in 0..PAGES {
        let text = format!("+++\ntitle = \"Trang thêm {page}\"\nweight = {}\n+++\nMột đoạn.\n", 900 + page);
        fs::write(office.path(&format!("niemyet/site/content/them-{page}.md")), text)?;
    }
    let scene = Scene::on(office)?;
    let team = at_the_desk(&scene, "tuyen.truyen").await?;
    let template = scene.office.path("niemyet/site/templates/base.html");
    let good = fs::read_to_string(&template)?;
    fs::write(&template, good.replace("</footer>", &format!("{MARK}</footer>")))?;
    team.ask::<bool>(NOTE_STEPS).await?;
    team.press("#rebuild").await?;
    scene.public("/them-7/", |page| page.contains(MARK)).await?;
    team.reads("Đã dựng xong").await?;
    team.until("!document.querySelector('progress')").await?;
    let steps: Vec<[usize; 4]> = team.ask("window.steps").await?;
    assert!(steps.iter().all(|[value, max, done, total]| value == done && max == total), "{steps:?}");
    assert!(steps.is_sorted_by_key(|[value, ..]| *value), "it goes back: {steps:?}");
    let on_its_way = steps.iter().filter(|[value, max, ..]| 0 < *value && value < max && *max > PAGES);
    let on_its_way: BTreeSet<usize> = on_its_way.map(|[value, ..]| *value).collect();
    assert!(on_its_way.len() > 1, "it never moved: {steps:?}");
    team.kill().await?;
    Ok(())
}
