//! The publishing desk in a real Chromium, where something stands in the way: held back with a reason, a build that fails, two releases
//! beside each other, an older release and the way on. Each state in both languages.

use std::fs;

use niemyet::document::Content;
use niemyet::document::Key;
use niemyet::document::write_directive;

use crate::editor_screens::LEFT_OVER;
use crate::publishing::desk::edit;
use crate::support::browser::Result;
use crate::support::official::Official;
use crate::support::scene::SENT;
use crate::support::scene::Scene;

const DIRECTIVE: &str = "#item-directive-19-KL-UBBC";
const PAGE: &str = "/van-ban/19-kl-ubbc/";
const SYMBOL: &str = "19/KL-UBBC";
/// What of it stands in a page, where `/` is written as a reference.
const TRACE: &str = "KL-UBBC";

/// A server with one release, and the communications team at its desk.
async fn desk() -> Result<(Scene, Official)> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.go("#/publish").await?;
    state_of(&team, "shown").await?;
    Ok((scene, team))
}

async fn state_of(team: &Official, state: &str) -> Result<()> {
    team.until(&format!("document.querySelector('{DIRECTIVE}')?.dataset.state === '{state}'")).await
}

/// The screen as it is, then in English, and back: accessibility at each width, and no Vietnamese words left over in English. `reads`
/// says in English what the state is.
async fn in_both_languages(one: &Official, (name, hash): (&str, &str), reads: &str) -> Result<Vec<String>> {
    let mut faults = one.look(name).await?;
    one.speak("en").await?;
    one.go(hash).await?;
    one.reads(reads).await?;
    let left: Vec<String> = one.ask(LEFT_OVER).await?;
    faults.extend(left.into_iter().map(|text| format!("{name}: not English: {text}")));
    faults.extend(one.look(&format!("{name}-en")).await?);
    one.speak("vi").await?;
    one.go(hash).await?;
    Ok(faults)
}

fn expect_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Takes the directing document from the public, so that a decision on it is due again.
async fn withdraw(scene: &Scene, team: &Official) -> Result<()> {
    team.press(&format!("{DIRECTIVE} .withdraw")).await?;
    team.press(&format!("{DIRECTIVE} .confirm")).await?;
    scene.public(PAGE, |page| !page.contains(TRACE)).await?;
    state_of(team, "new").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_back_tells_its_reason_to_those_who_wrote_it() -> Result<()> {
    const REASON: &str = "Phụ lục còn thiếu số liệu";
    let (scene, team) = desk().await?;
    withdraw(&scene, &team).await?;
    team.press(&format!("{DIRECTIVE} .hold")).await?;
    team.reads("Hãy ghi căn cứ hoặc lý do").await?;
    team.type_in(&format!("{DIRECTIVE}-why"), REASON).await?;
    team.reload().await?;
    team.until(&format!("document.querySelector('{DIRECTIVE}-why')?.value === '{REASON}'")).await?;
    team.press(&format!("{DIRECTIVE} .hold")).await?;
    state_of(&team, "held").await?;
    team.reads(REASON).await?;
    team.reads(SENT).await?;
    let mut faults = in_both_languages(&team, ("publish-held-back", "#/publish"), "Held back").await?;

    let agency = scene.official("noi.vu", "standing_agency").await?;
    agency.reads(SENT).await?;
    agency.reads(REASON).await?;
    faults.extend(in_both_languages(&agency, ("today-held-back", "#/"), "Held back from the public").await?);
    agency.go("#/directive/19%2FKL-UBBC").await?;
    agency.reads(REASON).await?;
    faults.extend(agency.look("directive-held-back").await?);
    agency.reads("Chưa công khai bản này.").await?;
    // Once it was edited, what is said is said of the version that was held back.
    edit(&scene.office, &Key::directive(SYMBOL)?, |document| {
        let Ok(Content::Directive(mut directive)) = document.content() else { panic!("no directive") };
        directive.subject_vi.push_str(" (sửa)");
        write_directive(document, &directive).unwrap();
    });
    agency.until("document.querySelector('.held-back')?.innerText.includes('Đã giữ lại bản lúc')").await?;
    agency.until("!document.body.innerText.includes('Chưa công khai bản này.')").await?;
    faults.extend(agency.look("directive-edited-since").await?);
    // Nobody else sees it: it is still not public.
    scene.public(PAGE, |page| !page.contains(TRACE) && !page.contains(REASON)).await?;
    agency.kill().await?;
    team.kill().await?;
    expect_none(&faults);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_with_a_mistake_is_named_with_its_line_and_the_last_release_stays() -> Result<()> {
    const MENDED: &str = "<p>Sau khi sửa mẫu</p>";
    let (scene, team) = desk().await?;
    let template = scene.office.path("niemyet/site/templates/page.html");
    let good = fs::read_to_string(&template)?;
    let line = good.lines().count() + 1;
    fs::write(&template, format!("{good}{{% if %}}\n"))?;
    team.press("#rebuild").await?;
    team.until("document.querySelector('#build-error')").await?;
    let said: String = team.ask("document.querySelector('#build-error').innerText").await?;
    for words in
        ["templates/page.html", &format!("dòng {line}"), "Hãy sửa tệp nêu trên rồi dựng lại", "vẫn được giữ"]
    {
        assert!(said.contains(words), "the screen does not say {words}: {said}");
    }
    let mut faults =
        in_both_languages(&team, ("publish-failed", "#/publish"), "The last good release stays").await?;
    scene.public("/gioi-thieu/", |page| page.contains("</html>")).await?;

    // What is released by rule since does not take it from the screen.
    withdraw(&scene, &team).await?;
    team.until("document.querySelector('#asked-error')?.innerText.includes('templates/page.html')").await?;
    faults
        .extend(in_both_languages(&team, ("publish-failed-since", "#/publish"), "failed; since then").await?);

    fs::write(&template, good.replace("{% block main -%}", &format!("{{% block main -%}}\n{MENDED}")))?;
    fs::write(scene.office.path("niemyet/site/static/mau.docx"), "có tên người viết")?;
    team.press("#rebuild").await?;
    team.until("!document.querySelector('#build-error') && !document.querySelector('#asked-error')").await?;
    team.reads("Đã dựng xong").await?;
    // What the build wonders at is told where it was asked for.
    team.until("document.querySelector('#build-warnings')?.innerText.includes('static/mau.docx')").await?;
    scene.public("/gioi-thieu/", |page| page.contains(MENDED)).await?;
    faults.extend(team.look("publish-mended").await?);
    team.kill().await?;
    expect_none(&faults);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_releases_are_compared_line_by_line_and_going_back_pauses_until_somebody_releases() -> Result<()>
{
    let (scene, team) = desk().await?;
    withdraw(&scene, &team).await?;
    team.until("document.querySelectorAll('.releases > li').length >= 2").await?;
    team.press(".releases > li:first-child .differ").await?;
    team.until("document.querySelector('.wording [data-kind=removed]')").await?;
    let gone = "document.querySelector('.wording [data-kind=removed]').innerText";
    for words in [SYMBOL, "Trang bị bỏ", "−"] {
        team.until(&format!("{gone}.includes('{words}')")).await?;
    }
    // The same line has its mark, and its words for who hears it.
    let marked: bool = team
        .ask("[...document.querySelectorAll('.wording del')].every(one => one.parentElement.innerText.startsWith('−') && one.parentElement.textContent.includes('Bỏ: '))")
        .await?;
    assert!(marked);
    let mut faults = team.look("publish-differences").await?;
    team.speak("en").await?;
    team.go("#/publish").await?;
    team.press(".releases > li:first-child .differ").await?;
    team.reads("Page removed").await?;
    faults.extend(team.look("publish-differences-en").await?);
    team.speak("vi").await?;
    team.go("#/publish").await?;

    team.press(".releases > li:nth-child(2) .activate").await?;
    // What it would bring back is named before.
    team.until("document.querySelector('.releases')?.innerText.includes('lại công khai những nội dung đã rút hoặc giữ lại: directive/19/KL-UBBC')")
        .await?;
    team.press(".releases .confirm").await?;
    scene.public(PAGE, |page| page.contains(TRACE)).await?;
    team.reads("Đã quay về một bản cũ").await?;
    // What was said in passing is gone before the language changes.
    team.until("!document.querySelector('.bar .notice').innerText").await?;
    faults.extend(
        in_both_languages(&team, ("publish-paused", "#/publish"), "An older release was chosen").await?,
    );
    // What is decided now waits.
    state_of(&team, "withdrawn").await?;
    scene.public(PAGE, |page| page.contains(TRACE)).await?;
    team.press("#rebuild").await?;
    scene.public(PAGE, |page| !page.contains(TRACE)).await?;
    team.until("!document.body.innerText.includes('Đã quay về một bản cũ')").await?;
    team.kill().await?;
    expect_none(&faults);
    Ok(())
}
