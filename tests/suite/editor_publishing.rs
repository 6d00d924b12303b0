//! The publishing desk in a real Chromium: approve, preview, release, roll back; and who may not publish sees none of it.

use niemyet::document::Content;
use niemyet::document::write_directive;

use crate::publishing::desk::edit;
use crate::publishing::desk::edit_election;
use crate::support::browser::Result;
use crate::support::browser::ask;
use crate::support::http;
use crate::support::official::Official;
use crate::support::scene::SENT;
use crate::support::scene::Scene;

const DIRECTIVE: &str = "#item-directive-19-KL-UBBC";

async fn state_of(team: &Official, state: &str) -> Result<()> {
    team.until(&format!("document.querySelector('{DIRECTIVE}')?.dataset.state === '{state}'")).await
}

/// Back to the release before, by one press.
async fn goes_back(scene: &Scene, team: &Official, title: &str) -> Result<Vec<String>> {
    team.until("document.querySelectorAll('.releases > li').length >= 3").await?;
    team.press(".releases > li:nth-child(2) .activate").await?;
    team.until("document.activeElement?.dataset.current === 'true'").await?;
    scene.public("/van-ban/19-kl-ubbc/", |page| !page.contains(title)).await?;
    team.reads("Đã quay về một bản cũ").await?;
    team.look("publish-back").await
}

/// A notice, written in the form that the server admits.
async fn writes_a_notice(scene: &Scene, team: &Official) -> Result<Vec<String>> {
    team.press("#add-notice").await?;
    team.type_in(".notice input[id$='-vi-title']", "Niêm yết danh sách cử tri").await?;
    team.type_in(".notice textarea[id$='-vi-text']", "Xem tại nhà văn hóa.").await?;
    team.type_in(".notice input[id$='-en-title']", "Voter lists are posted").await?;
    // Nothing is written before it is whole, and what is missing is named.
    team.press(".notice .write-notice").await?;
    team.reads("Hãy ghi nội dung (Tiếng Anh)").await?;
    let mut faults = team.look("publish-notice-error").await?;
    team.reload().await?;
    team.until(
        "document.querySelector(\".notice input[id$='-en-title']\")?.value === 'Voter lists are posted'",
    )
    .await?;
    team.type_in(".notice textarea[id$='-en-text']", "See the culture house.").await?;
    team.type_in(".notice select", "hmn").await?;
    team.type_in(".notice input[id$='-hmn-title']", "A").await?;
    team.type_in(".notice textarea[id$='-hmn-text']", "B").await?;
    team.press(".notice .write-notice").await?;
    team.reads("Đã ghi thông báo").await?;
    team.reads(SENT).await?;
    team.until("document.querySelector('.bar.good')").await?;
    team.press("#rebuild").await?;
    scene.public("/thong-bao/", |page| page.contains("Niêm yết danh sách cử tri")).await?;
    faults.extend(team.look("publish-notice").await?);
    Ok(faults)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_approved_is_previewed_released_and_taken_back() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.go("#/publish").await?;
    state_of(&team, "shown").await?;
    let mut faults = team.look("publish").await?;
    let title = "KL-UBBC";
    scene.public("/van-ban/19-kl-ubbc/", |page| page.contains(title)).await?;

    // Taken from the public: decided on the device, built by the button, gone from the pages.
    team.press(&format!("{DIRECTIVE} .withdraw")).await?;
    team.press(&format!("{DIRECTIVE} .confirm")).await?;
    state_of(&team, "withdrawn").await?;
    team.press("#rebuild").await?;
    team.until("document.querySelectorAll('.releases > li').length >= 2").await?;
    scene.public("/van-ban/19-kl-ubbc/", |page| !page.contains(title)).await?;
    state_of(&team, "new").await?;
    faults.extend(team.look("publish-new").await?);

    // A decision says why; the preview shows what would be, to this browser alone.
    team.press(&format!("{DIRECTIVE} .approve")).await?;
    team.reads("Hãy ghi căn cứ hoặc lý do").await?;
    team.press(&format!("{DIRECTIVE} .preview")).await?;
    team.until(&format!("document.querySelector('{DIRECTIVE} .preview-link')")).await?;
    team.press(&format!("{DIRECTIVE} .made summary")).await?;
    let comes =
        format!("[...document.querySelectorAll('{DIRECTIVE} .wording ins')].map((one) => one.innerText)");
    team.until(&format!("{comes}.some((line) => line.includes('{title}'))")).await?;
    let preview: String =
        team.ask(&format!("document.querySelector('{DIRECTIVE} .preview-link').href")).await?;
    let tab = team.tab(&format!("{preview}van-ban/19-kl-ubbc/")).await?;
    assert!(ask::<bool>(&tab, &format!("document.body.innerText.includes('{title}')")).await?);
    tab.close().await?;
    let path = preview.trim_start_matches(&scene.site).to_owned();
    let address = scene.site.trim_start_matches("http://").parse()?;
    assert_eq!(http::ask(address, &format!("GET {path}"), &[]).status, 401);
    scene.public("/van-ban/19-kl-ubbc/", |page| !page.contains(title)).await?;
    faults.extend(team.look("publish-preview").await?);

    // Approved and released.
    team.type_in(&format!("{DIRECTIVE}-why"), "19/KL-UBBC là văn bản đã phát hành").await?;
    team.press(&format!("{DIRECTIVE} .approve")).await?;
    team.until(&format!(
        "['approved', 'shown'].includes(document.querySelector('{DIRECTIVE}')?.dataset.state)"
    ))
    .await?;
    team.reads(SENT).await?;
    team.press("#rebuild").await?;
    scene.public("/van-ban/19-kl-ubbc/", |page| page.contains(title)).await?;
    state_of(&team, "shown").await?;

    faults.extend(goes_back(&scene, &team, title).await?);
    faults.extend(writes_a_notice(&scene, &team).await?);
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

fn rewrite(scene: &Scene, words: &str) {
    edit(&scene.office, &"directive/19/KL-UBBC".parse().unwrap(), |document| {
        let Content::Directive(mut directive) = document.content().unwrap() else { panic!("no directive") };
        directive.tasks.iter_mut().for_each(|task| task.text_vi = words.to_owned());
        write_directive(document, &directive).unwrap();
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moves_while_it_is_looked_at_is_not_approved_unseen() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.go("#/publish").await?;
    state_of(&team, "shown").await?;
    rewrite(&scene, "Lời thứ nhất.");
    team.press("#reload-list").await?;
    state_of(&team, "changed").await?;
    team.press(&format!("{DIRECTIVE} .preview")).await?;
    team.until(&format!("document.querySelector('{DIRECTIVE} .preview-link')")).await?;
    team.type_in(&format!("{DIRECTIVE}-why"), "12/QĐ-UBBC").await?;
    // A colleague writes on; the list comes anew under the open form.
    rewrite(&scene, "Lời thứ hai, chưa ai xem.");
    team.press("#reload-list").await?;
    team.reads("Nội dung này đã thay đổi trong lúc bạn xem").await?;
    let stale = format!(
        "!document.querySelector('{DIRECTIVE} .made') && !document.querySelector('{DIRECTIVE} .approve')"
    );
    team.until(&stale).await?;
    let mut faults = team.look("publish-moved").await?;
    team.press(&format!("{DIRECTIVE} .look-again")).await?;
    team.until(&format!("!document.querySelector('{DIRECTIVE} .moved')")).await?;
    let kept: String = team.ask(&format!("document.querySelector('{DIRECTIVE}-why').value")).await?;
    assert_eq!(kept, "12/QĐ-UBBC", "what was typed stays");
    team.press(&format!("{DIRECTIVE} .approve")).await?;
    team.reads(SENT).await?;
    team.press("#rebuild").await?;
    scene.public("/nhiem-vu/", |page| page.contains("</html>")).await?;
    state_of(&team, "shown").await?;
    faults.extend(team.look("publish-moved-approved").await?);
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_set_rests_while_the_document_is_held_back_and_is_ended() -> Result<()> {
    const ELECTION: &str = "#item-election";
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.go("#/publish").await?;
    team.reads("Luôn công khai theo quy tắc").await?;
    team.type_in(&format!("{ELECTION}-why"), "Luật 85/2015/QH13").await?;
    team.press(&format!("{ELECTION} .rule")).await?;
    team.reads("Công khai theo quy tắc: mọi thay đổi tự ra công khai.").await?;
    let absent = |button: &str| format!("!document.querySelector('{ELECTION} {button}')");
    team.until(&absent(".withdraw")).await?;

    // The site stands on the version that is approved: held back it would be public all the same.
    team.reads("Cả trang dựa vào nội dung này và đang dùng đúng bản này").await?;
    team.until(&absent(".hold")).await?;
    let mut faults = team.look("publish-rule").await?;
    edit_election(&scene.office, |election| election.units[1].name_vi = "Tên sai".into());
    scene.public("/don-vi/", |page| page.contains("Tên sai")).await?;
    team.press("#reload-list").await?;

    team.type_in(&format!("{ELECTION}-why"), "Đơn vị bầu cử số 3 ghi sai").await?;
    team.press(&format!("{ELECTION} .hold")).await?;
    team.reads("Quy tắc tạm dừng vì đang giữ lại.").await?;
    team.reads("Đơn vị bầu cử số 3 ghi sai").await?;
    team.reads(SENT).await?;
    team.press("#rebuild").await?;
    scene.public("/don-vi/", |page| !page.contains("Tên sai")).await?;
    faults.extend(team.look("publish-held").await?);

    team.press(&format!("{ELECTION} .no-rule")).await?;
    team.until(&absent(".no-rule")).await?;
    team.reads("Luôn công khai theo quy tắc").await?;
    faults.extend(team.look("publish-no-rule").await?);
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_publish_sees_none_of_it() -> Result<()> {
    let scene = Scene::new()?;
    for (login, body) in [("noi.vu", "standing_agency"), ("an.ninh", "team_security")] {
        let other = scene.official(login, body).await?;
        other.reads(SENT).await?;
        assert!(
            !other
                .ask::<bool>(
                    "[...document.querySelectorAll('nav a')].some(one => one.innerText === 'Công bố')"
                )
                .await?
        );
        other.go("#/publish").await?;
        other.reads("Hôm nay").await?;
        assert!(other.ask::<bool>("!document.querySelector('#rebuild')").await?, "{login}");
        for (method, path) in
            [("GET", "/api/publication"), ("POST", "/api/rebuild"), ("GET", "/api/releases")]
        {
            let status: u16 = other
                .ask(&format!(
                    "fetch('{path}', {{ method: '{method}', headers: {{ 'content-type': 'application/json' }}, body: '{method}' === 'POST' ? '{{}}' : undefined }}).then(one => one.status)"
                ))
                .await?;
            assert_eq!(status, 403, "{login} {path}");
        }
        other.kill().await?;
    }
    Ok(())
}
