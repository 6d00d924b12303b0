//! What the standing agency sees of a round, in a real Chromium against the real program: who handed in and when, who is late, who has
//! not, what was returned, and who holds work that the server does not have.

use crate::support::browser::Result;
use crate::support::cli::Office;
use crate::support::official::Official;
use crate::support::scene::REPORT;
use crate::support::scene::SENT;
use crate::support::scene::Scene;
use crate::support::scene::hands_in;

/// While `silent` is set sockets send nothing, and look open.
const SILENT: &str = "const send = WebSocket.prototype.send; window.silent = false; \
    WebSocket.prototype.send = function (...args) { if (!window.silent) send.apply(this, args); };";

/// Waits until the line of a body says all of this.
async fn says(agency: &Official, body: &str, words: &[&str]) -> Result<()> {
    let line =
        format!("[...document.querySelectorAll('tbody tr')].find((one) => one.innerText.includes('{body}'))");
    for word in words {
        agency.until(&format!("{line}?.innerText.includes('{word}')")).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agency_sees_who_is_late_who_is_missing_what_was_returned_and_who_holds_unsent_work() -> Result<()>
{
    let scene = Scene::on(Office::ready().of_today())?;
    let agency = scene.official("noi.vu", "standing_agency").await?;
    let team = scene.official("tuyen.truyen", "team_comms").await?;
    team.until("navigator.serviceWorker.controller").await?;
    team.before_all(SILENT).await?;
    team.reload().await?;
    team.reads("Có kết nối").await?;
    hands_in(&team).await?;
    team.reads("sau hạn").await?;
    let mut faults = team.look("report-late").await?;

    agency.go("#/round/2021-03-11").await?;
    says(&agency, "Tổ thông tin tuyên truyền", &["Đã nộp", "muộn", "không giữ gì"]).await?;
    says(&agency, "Tổ đảm bảo an ninh", &["Chưa nộp", "quá hạn", "chưa từng kết nối"]).await?;
    faults.extend(agency.look("round-late").await?);
    // At a desk's width, in which the looking ends, no such word is broken.
    let broken: Vec<String> = agency
        .ask("[...document.querySelectorAll('tbody .late')].filter((one) => one.innerText.length < 10 && one.getClientRects().length > 1).map((one) => one.innerText)")
        .await?;
    assert!(broken.is_empty(), "{broken:?}");

    agency.go(&format!("{REPORT}/8")).await?;
    agency.type_in("#judge-reason", "Số buổi phát thanh quá lớn.").await?;
    agency.press("#return").await?;
    agency.reads(SENT).await?;
    agency.go("#/round/2021-03-11").await?;
    says(&agency, "Tổ thông tin tuyên truyền", &["Bị trả lại"]).await?;
    team.until("document.querySelector('#revise')").await?;
    team.ask::<bool>("window.silent = true").await?;
    team.press("#revise").await?;
    team.reads("Chờ gửi: 1").await?;
    says(&agency, "Tổ thông tin tuyên truyền", &["giữ 1 văn bản chưa gửi", "từ", "liên lạc cuối"]).await?;
    faults.extend(agency.look("round-holds").await?);
    for one in [agency, team] {
        one.kill().await?;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}
