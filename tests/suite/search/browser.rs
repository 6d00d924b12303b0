//! The search page in a browser, as the program serves it.

use chromiumoxide::cdp::browser_protocol::emulation::SetScriptExecutionDisabledParams;
use serde_json::json;

use crate::support::browser::Result;
use crate::support::cli::Office;
use crate::support::cli::Running;
use crate::support::official::Official;

/// A served office and somebody who visits its site.
struct Visit {
    visitor: Official,
    site: String,
    _serving: Running,
    _office: Office,
    _profile: tempfile::TempDir,
}

impl Visit {
    async fn begin() -> Result<Self> {
        let office = Office::ready();
        office.ok(&["build"]);
        let mut serving = office.start(&["serve", "--listen", "127.0.0.1:0"]);
        let site = serving.url();
        let profile = tempfile::tempdir()?;
        let visitor = Official::start(profile.path()).await?;
        Ok(Self { visitor, site, _serving: serving, _office: office, _profile: profile })
    }

    async fn open(&self, path: &str) -> Result<()> {
        self.visitor.open(&format!("{}{path}", self.site)).await
    }

    /// Types over what the box holds.
    async fn types(&self, text: &str) -> Result<()> {
        self.visitor.type_in("#tim:not([hidden]) #q", text).await
    }

    /// Waits until the status says this, and gives the titles of the results.
    async fn is_told(&self, words: &str) -> Result<Vec<String>> {
        let said = format!("document.querySelector('#tim-noi').textContent.includes({})", json!(words));
        self.visitor.until(&said).await?;
        self.visitor
            .ask("[...document.querySelectorAll('#tim-thay a')].map((link) => link.textContent)")
            .await
    }

    /// Waits until the first result has this title.
    async fn finds_first(&self, title: &str) -> Result<()> {
        let first = format!("document.querySelector('#tim-thay a')?.textContent === {}", json!(title));
        self.visitor.until(&first).await
    }

    /// What is wrong with the page as it stands.
    async fn faults(&self, name: &str) -> Result<Vec<String>> {
        self.visitor.look_at_page(name).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_without_tones_is_found_and_leads_to_its_page() -> Result<()> {
    let visit = Visit::begin().await?;
    visit.open("/tim-kiem/").await?;
    let asked = "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.json')).length";
    assert_eq!(visit.visitor.ask::<u32>(asked).await?, 0, "nothing is fetched before somebody asks");
    visit.types("muong la").await?;
    visit.finds_first("Huyện Mường La").await?;
    assert_eq!(visit.visitor.ask::<u32>(asked).await?, 5, "each file of the index once");
    let marked =
        "[...document.querySelectorAll('#tim-thay li:first-child a mark')].map((one) => one.textContent)";
    assert_eq!(visit.visitor.ask::<Vec<String>>(marked).await?, ["Mường", "La"]);
    assert_eq!(visit.faults("search-found").await?, [""; 0]);
    let address = "decodeURIComponent(location.search.replaceAll('+', ' '))";
    assert_eq!(visit.visitor.ask::<String>(address).await?, "?q=muong la");

    // With its tones: those that have exactly these come first, and others that match without them stay.
    visit.types("muờng lang").await?;
    visit.finds_first("Xã Mường Lang").await?;
    visit.types("MƯỜNG LẦM").await?;
    visit.finds_first("Xã Mường Lầm").await?;
    visit.types("lầm").await?;
    visit.finds_first("Xã Mường Lầm").await?;
    visit.types("den").await?;
    visit.finds_first("Xã Chiềng Đen").await?;
    visit.types("14/03/2021").await?;
    visit.is_told("kết quả").await?;
    visit
        .visitor
        .until("/14\\stháng\\s3\\snăm\\s2021/.test(document.querySelector('#tim-thay li')?.textContent)")
        .await?;
    visit.types("khu vực bỏ phiếu").await?;
    visit.visitor.until("document.querySelector('#tim-thay a[href$=\"/lich/polling-areas-fixed/\"] + .the-ngo')?.textContent === 'Chưa kiểm chứng'").await?;

    visit.types("niem yet").await?;
    visit.finds_first("Niêm yết danh sách cử tri").await?;
    assert_eq!(visit.visitor.ask::<u32>(asked).await?, 5, "and never again");
    visit.visitor.press("#tim-thay a").await?;
    visit
        .visitor
        .until("location.pathname === '/lich/voter-list-posted/' && document.querySelector('h1')")
        .await?;
    visit.visitor.kill().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_a_question_answers_it_and_a_commune_leads_to_its_line() -> Result<()> {
    let visit = Visit::begin().await?;
    visit.open("/tim-kiem/?q=m%C6%B0%E1%BB%9Dng+b%C3%BA").await?;
    visit.finds_first("Xã Mường Bú").await?;
    assert_eq!(visit.visitor.ask::<String>("document.querySelector('#q').value").await?, "mường bú");
    visit.visitor.press("#tim-thay a").await?;
    visit.visitor.until("document.querySelector('tr:target')?.textContent.includes('Xã Mường Bú')").await?;

    visit.open("/en/tim-kiem/?q=election+day").await?;
    visit.is_told("results").await?;
    visit.finds_first("Election day announced").await?;
    assert_eq!(visit.faults("search-found-en").await?, [""; 0]);
    visit.types("niem yet danh sach").await?;
    visit
        .visitor
        .until("document.querySelector('#tim-thay a[href$=\"/en/lich/voter-list-posted/\"]')")
        .await?;
    visit.types("open data").await?;
    visit.finds_first("Open data").await?;

    visit.open("/tim-kiem/?q=xa").await?;
    let titles = visit.is_told("Dưới đây là 50 kết quả sát nhất.").await?;
    assert_eq!(titles.len(), 50);
    let told = "Number(document.querySelector('#tim-noi').textContent.match(/\\d+/)[0])";
    assert!(visit.visitor.ask::<u32>(told).await? > 150);
    visit.types("khong co gi nhu the").await?;
    assert!(visit.is_told("Không tìm thấy gì cho “khong co gi nhu the”").await?.is_empty());
    assert_eq!(visit.faults("search-nothing").await?, [""; 0]);
    visit.visitor.press("#tim-noi a").await?;
    visit
        .visitor
        .until(
            "document.querySelector('#cac-muc:target') && document.querySelector('main a[href=\"/lich/\"]')",
        )
        .await?;
    visit.types("").await?;
    visit.visitor.until("!document.querySelector('#tim-noi').textContent && location.search === ''").await?;
    visit.visitor.kill().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_cannot_be_had_is_said_and_had_when_somebody_tries_again() -> Result<()> {
    let visit = Visit::begin().await?;
    let refusing = "const real = fetch; let bad = true; window.heal = () => (bad = false, true); \
        window.fetch = (...all) => (bad ? Promise.reject(new TypeError('away')) : real(...all));";
    visit.visitor.before_all(refusing).await?;
    visit.open("/tim-kiem/?q=muong").await?;
    assert!(visit.is_told("Không tải được chỉ mục tìm kiếm.").await?.is_empty());
    assert_eq!(visit.faults("search-failed").await?, [""; 0]);
    visit.visitor.press("#tim-noi button").await?;
    visit.is_told("Không tải được").await?;
    visit.visitor.ask::<bool>("heal()").await?;
    visit.visitor.press("#tim-noi button").await?;
    assert!(!visit.is_told("kết quả").await?.is_empty());

    // While an input method composes, what it has so far is left alone, and searched at a pause; its end is searched too.
    let compose = "(() => { const box = document.querySelector('#q'); box.focus(); box.value = 'moc ch'; \
        box.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true })); \
        box.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true })); return true; })()";
    visit.visitor.ask::<bool>(compose).await?;
    visit.finds_first("Huyện Mộc Châu").await?;
    assert_eq!(visit.visitor.ask::<String>("document.querySelector('#q').value").await?, "moc ch");
    let composed = "(() => { const box = document.querySelector('#q'); box.value = 'Sốp Cộp'; \
        box.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true })); return true; })()";
    visit.visitor.ask::<bool>(composed).await?;
    visit.finds_first("Huyện Sốp Cộp").await?;
    visit.visitor.kill().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_script_the_page_says_so_and_shows_the_ways_in() -> Result<()> {
    let visit = Visit::begin().await?;
    visit.visitor.page().execute(SetScriptExecutionDisabledParams::new(true)).await?;
    for (path, words, section) in [
        ("/tim-kiem/", "Ô tìm kiếm cần JavaScript", "/lich/"),
        ("/en/tim-kiem/", "Searching needs JavaScript", "/en/thong-bao/"),
    ] {
        visit.open(path).await?;
        visit.visitor.reads(words).await?;
        let shown = format!("document.querySelector('main a[href=\"{section}\"]').checkVisibility()");
        assert!(visit.visitor.ask::<bool>(&shown).await?, "{path}");
        assert!(
            !visit.visitor.ask::<bool>("document.querySelector('#tim').checkVisibility()").await?,
            "{path}"
        );
    }
    visit.open("/khong-co/").await?;
    assert!(
        visit.visitor.ask::<bool>("Boolean(document.querySelector('main a[href=\"/tim-kiem/\"]'))").await?
    );
    visit.visitor.kill().await
}
