//! Handing in at two devices of one body: what was handed in is what everybody sees, what another device wrote meanwhile is said, and
//! nothing moves under the hands of whoever stands in a form.

use crate::support::browser::Result;
use crate::support::official::Official;
use crate::support::scene::FIGURE;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::WAITS;
use crate::support::scene::writes_figure;

/// Waits until the figure, which can only be read, is so.
async fn is_read_as(official: &Official, figure: &str) -> Result<()> {
    let find = "[...document.querySelectorAll('.field.read')].find(one => one.innerText.includes('Buổi phát thanh'))";
    official.until(&format!("{find}?.querySelector('output').innerText === '{figure}'")).await
}

/// Fills in the week and a figure, and waits until the other device and the server have it.
async fn begins(one: &Official, two: &Official) -> Result<()> {
    one.go(&format!("{REPORT}/0")).await?;
    one.press("#this-week").await?;
    writes_figure(one, "12").await?;
    one.reads(SENT).await?;
    two.go(&format!("{REPORT}/8")).await?;
    two.until(&format!("document.querySelector('{FIGURE}')?.value === '12'")).await?;
    for device in [one, two] {
        device.until("navigator.serviceWorker.controller").await?;
        device.until("document.querySelector('.bar.good')").await?;
    }
    Ok(())
}

/// Waits until the devices know that they have no network.
async fn are_alone(devices: &[&Official]) -> Result<()> {
    for device in devices {
        device.reads("Không có mạng").await?;
    }
    Ok(())
}

/// Pressed twice, a report is handed in once.
async fn hands_in_twice(official: &Official) -> Result<()> {
    let twice =
        "(document.querySelector('#hand-in').click(), document.querySelector('#hand-in').click(), true)";
    official.ask::<bool>(twice).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_in_is_what_all_see_and_a_late_edit_is_said_as_such() -> Result<()> {
    let mut scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    let agency = scene.official("noi.vu", "standing_agency").await?;
    begins(&one, &two).await?;
    scene.no_server();
    are_alone(&[&one, &two]).await?;
    writes_figure(&two, "17").await?;
    two.reads(WAITS).await?;
    writes_figure(&one, "15").await?;
    hands_in_twice(&one).await?;
    one.reads("Rút lại để sửa").await?;
    scene.server();
    agency.go(&format!("{REPORT}/8")).await?;
    for official in [&one, &two, &agency] {
        official.until("document.querySelector('#moved')?.innerText.includes('Buổi phát thanh')").await?;
        is_read_as(official, "15").await?;
        official.reads(SENT).await?;
        // Nobody can choose in what is handed in.
        assert!(
            !official.ask::<bool>("document.querySelector('.menu').innerText.includes('Khác nhau')").await?
        );
    }
    let mut faults = one.look("moved").await?;
    faults.extend(agency.look("moved-agency").await?);
    // Without a network the same is seen first.
    scene.no_server();
    one.reload().await?;
    is_read_as(&one, "15").await?;
    one.reads("Không có mạng").await?;
    scene.server();
    one.reads("Có kết nối").await?;

    one.press("#withdraw").await?;
    one.until("document.querySelector('#clashes')").await?;
    one.press("#hand-in").await?;
    one.until("document.activeElement.id === 'clashes'").await?;
    one.go("#/conflicts").await?;
    one.until("document.querySelectorAll('.side .big').length === 2").await?;
    one.ask::<bool>("([...document.querySelectorAll('.side')].find(one => one.innerText.startsWith('17')).querySelector('button').click(), true)").await?;
    one.go(&format!("{REPORT}/8")).await?;
    one.until("!document.querySelector('#clashes')").await?;
    one.press("#hand-in").await?;
    for official in [&one, &two, &agency] {
        is_read_as(official, "17").await?;
        official.until("!document.querySelector('#moved')").await?;
    }
    for official in [one, two, agency] {
        official.reads(SENT).await?;
        official.kill().await?;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_without_content_is_not_handed_in_and_a_figure_is_not_rewritten() -> Result<()> {
    let scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.reads(SENT).await?;
    team.go(&format!("{REPORT}/0")).await?;
    team.press("#this-week").await?;
    team.press("#hand-in").await?;
    team.reads("Báo cáo chưa có nội dung").await?;
    team.until("document.activeElement.id === 'errors'").await?;
    let mut faults = team.look("report-empty").await?;
    team.press("#errors a").await?;
    team.until("document.activeElement.id === 'f-header-nil_report'").await?;
    // "0012" may lack its beginning, "0.123" is a fraction elsewhere: neither becomes another number.
    for figure in ["0012", "0.123"] {
        writes_figure(&team, figure).await?;
        team.reads("Số không bắt đầu bằng 0").await?;
        team.press("#hand-in").await?;
        team.until("document.activeElement.id === 'errors'").await?;
        assert_eq!(team.ask::<String>(&format!("document.querySelector('{FIGURE}').value")).await?, figure);
    }
    faults.extend(team.look("report-leading-zero").await?);
    writes_figure(&team, "12").await?;
    team.until("!document.querySelector('#errors')").await?;
    team.press("#hand-in").await?;
    team.reads("máy chủ nhận lúc").await?;
    team.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Notes each time that the focus is lost from now on.
const WATCH_FOCUS: &str = "window.lost = 0, addEventListener('focusout', () => window.lost++), true";

#[tokio::test(flavor = "multi_thread")]
async fn what_another_device_writes_takes_the_focus_from_nobody() -> Result<()> {
    let scene = Scene::new()?;
    let one = scene.official("may.mot", "team_comms").await?;
    let two = scene.official("may.hai", "team_comms").await?;
    for device in [&one, &two] {
        device.reads(SENT).await?;
    }
    // One stands in a form that nobody has begun; two begins it.
    let figure = FIGURE;
    one.go(&format!("{REPORT}/8")).await?;
    one.until(&format!("document.querySelector('{figure}')")).await?;
    one.until("document.activeElement.id === 'section-name'").await?;
    one.ask::<bool>(&format!("(document.querySelector('{figure}').focus(), {WATCH_FOCUS})")).await?;
    writes_figure(&two, "12").await?;
    one.until(&format!("document.querySelector('{figure}').value === '12'")).await?;
    one.reads(SENT).await?;
    assert_eq!(one.ask::<usize>("window.lost").await?, 0, "the form was drawn anew under somebody's hands");
    assert!(one.ask::<bool>(&format!("document.activeElement.matches('{figure}')")).await?);

    // One stands on the last of what is wrong; two mends the first.
    two.go(&format!("{REPORT}/5")).await?;
    two.type_in("#f-candidates-na-women", "5").await?;
    two.type_in("#f-candidates-na-received", "4").await?;
    two.reads(SENT).await?;
    one.press("#hand-in").await?;
    one.until("document.querySelectorAll('#errors li').length === 3").await?;
    one.until("document.activeElement.id === 'errors'").await?;
    one.ask::<bool>(&format!("(document.querySelector('#errors li:last-child a').focus(), {WATCH_FOCUS})"))
        .await?;
    two.go(&format!("{REPORT}/0")).await?;
    two.press("#this-week").await?;
    one.until("document.querySelectorAll('#errors li').length === 1").await?;
    assert_eq!(one.ask::<usize>("window.lost").await?, 0, "the list was drawn anew under somebody's hands");
    assert!(one.ask::<bool>("document.activeElement.matches('#errors li a')").await?);
    one.kill().await?;
    two.kill().await?;
    Ok(())
}

/// Waits until a screen reader is told this.
async fn is_told(official: &Official, words: &str) -> Result<()> {
    official.until(&format!("document.querySelector('#spoken').textContent.includes('{words}')")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn last_weeks_figures_stand_beside_and_what_fell_is_handed_in_with_a_word_of_why() -> Result<()> {
    const RECEIVED: &str = "#f-candidates-na-received";
    let mut scene = Scene::new()?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.go("#/report/team_comms/2021-03-04/5").await?;
    team.type_in(RECEIVED, "1.010").await?;
    team.reads(SENT).await?;
    is_told(&team, SENT).await?;
    scene.no_server();
    team.reads("Không có mạng").await?;
    team.go(&format!("{REPORT}/0")).await?;
    team.press("#this-week").await?;
    team.go(&format!("{REPORT}/5")).await?;
    team.type_in(RECEIVED, "998").await?;
    is_told(&team, "Chờ gửi: 1").await?;
    team.until(&format!(
        "document.querySelector('{RECEIVED}-hint')?.innerText.includes('tuần trước: 1.010')"
    ))
    .await?;
    let mut faults = team.look("report-fell").await?;
    team.press("#hand-in").await?;
    team.until("document.activeElement?.id === 'errors'").await?;
    team.until("document.querySelector('#errors')?.innerText.includes('thấp hơn tuần trước (1.010)')")
        .await?;
    assert!(team.ask::<bool>("Boolean(document.querySelector('#hand-in'))").await?, "it was handed in");

    team.go(&format!("{REPORT}/11")).await?;
    team.press("#f-difficulties-items > button, #f-difficulties-items > p > button").await?;
    team.type_in("#f-difficulties-items-0-text", "Mười hai hồ sơ ghi trùng.").await?;
    team.press("#hand-in").await?;
    team.reads("Rút lại để sửa").await?;
    scene.server();
    team.reads("máy chủ nhận lúc").await?;

    // Whoever accepts it may say something, and the body reads it.
    let agency = scene.official("noi.vu", "standing_agency").await?;
    agency.go(&format!("{REPORT}/5")).await?;
    agency.type_in("#judge-reason", "Đã đối chiếu hồ sơ giấy.").await?;
    agency.press("#accept").await?;
    team.until("document.querySelector('#remark')?.innerText.includes('Đã đối chiếu hồ sơ giấy.')").await?;
    faults.extend(team.look("report-accepted").await?);
    team.kill().await?;
    agency.kill().await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}
