//! An office of the editor's stories: the real server, and officials at their browsers.

use std::path::PathBuf;
use std::time::Duration;

use niemyet::document::Key;
use niemyet::document::incident;
use niemyet::document::incident::Short;
use niemyet::document::incident::Trigger;
use niemyet::replica::documents::DocumentStore;
use serde_json::Value;
use tempfile::TempDir;

use super::browser::Result;
use super::cli::Office;
use super::cli::Running;
use super::http;
use super::official::Official;

/// An office with a server, and people with accounts.
pub struct Scene {
    /// The folder of the server.
    pub office: Office,
    running: Option<Running>,
    /// Where browsers find it.
    pub site: String,
    profiles: TempDir,
}

impl Scene {
    /// A server on the data of 2021.
    pub fn new() -> Result<Self> {
        Self::on(Office::ready())
    }

    /// A server on a folder that is set up.
    pub fn on(office: Office) -> Result<Self> {
        office.ok(&["build"]);
        let mut running = office.start(&["serve", "--listen", "127.0.0.1:0"]);
        let site = running.url();
        Ok(Self { office, running: Some(running), site, profiles: tempfile::tempdir()? })
    }

    /// A server on a folder with so many ad-hoc reports of one team.
    pub fn with_adhoc_reports(many: usize) -> Result<Self> {
        let office = Office::ready();
        let store = DocumentStore::open(&office.path("niemyet"), None)?;
        for n in 0..many {
            let key: Key = format!("incident/team_comms/viec-{n:03}").parse()?;
            let mut document = store.open_or_begin("sonla-2021", &key)?;
            incident::set(&mut document, Short::Trigger(Trigger::MatterArising))?;
            incident::set(&mut document, Short::Subject(&format!("Việc phát sinh thứ {n}")))?;
            document.commit("one", 1_614_900_000).ok_or("nothing written")?;
            store.save(&mut document)?;
        }
        store.close()?;
        Self::on(office)
    }

    /// A server that runs already, which browsers find at this address.
    pub fn at(office: Office, running: Running, site: &str) -> Result<Self> {
        Ok(Self { office, running: Some(running), site: site.to_owned(), profiles: tempfile::tempdir()? })
    }

    /// Kills the server as a power cut does.
    pub fn no_server(&mut self) {
        self.running = None;
    }

    /// The server takes what comes and answers nothing, like one behind a line that hangs.
    pub fn hangs(&self) {
        self.running.as_ref().unwrap().signal("-STOP");
    }

    /// It goes on.
    pub fn goes_on(&self) {
        self.running.as_ref().unwrap().signal("-CONT");
    }

    /// Starts it again at the same address.
    pub fn server(&mut self) {
        self.server_of("niemyet");
    }

    /// Starts the server of a working folder at the same address.
    pub fn server_of(&mut self, folder: &str) {
        let address = self.site.trim_start_matches("http://").to_owned();
        let mut running = self.office.start(&["serve", "--dir", folder, "--listen", &address]);
        assert_eq!(running.url(), self.site);
        self.running = Some(running);
    }

    /// Where a browser of this name keeps what it has.
    pub fn profile(&self, name: &str) -> PathBuf {
        self.profiles.path().join(name)
    }

    /// Waits until the public page at a path is so.
    pub async fn public(&self, path: &str, has: impl Fn(&str) -> bool) -> Result<()> {
        let address = self.site.trim_start_matches("http://").parse()?;
        let mut page = String::new();
        for _ in 0..600 {
            page =
                String::from_utf8_lossy(&http::ask(address, &format!("GET {path}"), &[]).body).into_owned();
            if has(&page) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(format!("{path} is not so: {page}").into())
    }

    /// A new account of a body, with a browser of its own.
    pub async fn official(&self, login: &str, body: &str) -> Result<Official> {
        let added = self.office.ok(&["--json", "account", "add", login, "--body", body, "--name", login]);
        let added: Value = serde_json::from_str(added.trim())?;
        let code = added["code"].as_str().ok_or("no code")?;
        Official::with_code(&self.profile(login), &self.site, login, code).await
    }
}

/// Whether what the device keeps under a name is so: `is` asks it of `kept`.
pub fn device_keeps(name: &str, is: &str) -> String {
    let name = serde_json::json!(name);
    format!(
        "indexedDB.databases().then((all) => all.map((one) => one.name).find((one) => /^niemyet-\\d+$/.test(one))) \
           .then((store) => new Promise((done) => indexedDB.open(store).onsuccess = (event) => \
             event.target.result.transaction('meta').objectStore('meta').get({name}).onsuccess = (got) => \
               done(((kept) => {is})(got.target.result))))"
    )
}

/// Whether the device keeps what was seen of a document, with these words: a start without a network shows it.
pub fn has_seen(key: &str, words: &str) -> String {
    let words = serde_json::json!(words);
    device_keeps(&format!("seen 2 {key}"), &format!("JSON.stringify(kept?.doc ?? '').includes({words})"))
}

/// The report of the communications team for the second week.
pub const REPORT: &str = "#/report/team_comms/2021-03-11";
/// One of its figures.
pub const FIGURE: &str = "#f-communication-broadcasts";
/// One of its long texts, in section 4.
pub const TEXT: &str = "#f-consultation-r1-province-difficulties";
/// An ad-hoc report of the same team.
pub const INCIDENT: &str = "#/incident/team_comms/mot-viec";
/// "The server has everything that you wrote."
pub const SENT: &str = "Máy chủ đã có tất cả";
/// "Waiting to send".
pub const WAITS: &str = "Chờ gửi:";

/// Writes the figure into the report.
pub async fn writes_figure(official: &Official, figure: &str) -> Result<()> {
    official.go(&format!("{REPORT}/8")).await?;
    official.type_in(FIGURE, figure).await
}

/// Writes this week's report and hands it in, until the server has it.
pub async fn hands_in(team: &Official) -> Result<()> {
    team.go(&format!("{REPORT}/0")).await?;
    team.press("#this-week").await?;
    writes_figure(team, "12").await?;
    team.press("#hand-in").await?;
    team.reads("máy chủ nhận lúc").await
}
