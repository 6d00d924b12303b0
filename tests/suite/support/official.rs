//! An official at a browser of their own, with a profile that outlives the browser: what they type, press and read in the editor.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use chromiumoxide::Page;
use chromiumoxide::browser::Browser;
use chromiumoxide::browser::BrowserConfig;
use chromiumoxide::cdp::browser_protocol::emulation::MediaFeature;
use chromiumoxide::cdp::browser_protocol::emulation::SetDeviceMetricsOverrideParams;
use chromiumoxide::cdp::browser_protocol::log::LogEntrySource;
use chromiumoxide::cdp::browser_protocol::page::AddScriptToEvaluateOnNewDocumentParams;
use chromiumoxide::cdp::browser_protocol::target::SetAutoAttachParams;
use futures::StreamExt;
use serde_json::json;

use super::browser;
use super::browser::Console;
use super::browser::Result;
use super::browser::ask;

/// How long something that must come may take on a busy machine. No test says how fast it is.
const PATIENCE: Duration = Duration::from_secs(180);

/// A browser with one page.
pub struct Official {
    browser: Browser,
    events: tokio::task::JoinHandle<()>,
    page: Page,
    console: Console,
}

impl Official {
    /// Starts a browser on a profile.
    pub async fn start(profile: &Path) -> Result<Self> {
        let config = BrowserConfig::builder()
            .no_sandbox()
            .user_data_dir(profile)
            .args(["hide-scrollbars", "disable-gpu"])
            .request_timeout(PATIENCE * 2)
            .build()?;
        let (browser, mut handler) = Browser::launch(config).await?;
        let events = tokio::spawn(async move { while handler.next().await.is_some() {} });
        let page = browser.new_page("about:blank").await?;
        // A page waits for its service worker to be let go by whoever attached to it: nobody attaches.
        page.execute(SetAutoAttachParams::new(false, false)).await?;
        // A server that is away is no fault of the page's.
        let console = browser::listen(&page, |entry| entry.source == LogEntrySource::Security).await?;
        Ok(Self { browser, events, page, console })
    }

    /// Starts a browser, opens the editor, and chooses a password with a code.
    pub async fn with_code(profile: &Path, site: &str, login: &str, code: &str) -> Result<Self> {
        let official = Self::start(profile).await?;
        official.open(&format!("{site}/editor/#/code")).await?;
        official.type_in("#sign-code", code).await?;
        official.type_in("#sign-login", login).await?;
        official.type_in("#sign-password", &password(login)).await?;
        official.press("form button").await?;
        official.reads("Có kết nối").await?;
        Ok(official)
    }

    /// Logs in again.
    pub async fn log_in(&self, login: &str) -> Result<()> {
        self.go("#/login").await?;
        self.type_in("#sign-login", login).await?;
        self.type_in("#sign-password", &password(login)).await?;
        self.press("form button").await?;
        self.reads("Có kết nối").await
    }

    /// Waits for the connection, and logs in again if the login is over: a killed browser may not have its cookie on the disk yet.
    pub async fn connects(&self, login: &str) -> Result<()> {
        self.until("/Có kết nối|Đăng nhập để gửi/.test(document.body.innerText)").await?;
        if self.ask("document.body.innerText.includes('Đăng nhập để gửi')").await? {
            self.log_in(login).await?;
        }
        Ok(())
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) -> Result<()> {
        self.page.goto(url).await?;
        Ok(())
    }

    /// Loads the page anew.
    pub async fn reload(&self) -> Result<()> {
        self.page.reload().await?;
        Ok(())
    }

    /// Goes to a screen of the editor.
    pub async fn go(&self, hash: &str) -> Result<()> {
        self.ask::<bool>(&format!("location.hash = {}, true", json!(hash))).await.map(drop)
    }

    /// Switches the editor to English, or back.
    pub async fn speak(&self, language: &str) -> Result<()> {
        self.go("#/account").await?;
        self.type_in("#language", language).await?;
        self.until(&format!("document.documentElement.lang === {}", json!(language))).await
    }

    /// The value of an expression.
    pub async fn ask<T: serde::de::DeserializeOwned>(&self, expression: &str) -> Result<T> {
        ask(&self.page, expression).await
    }

    /// Waits until an expression is true; says what stood on the page if that never happens.
    pub async fn until(&self, expression: &str) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            if self.ask::<bool>(&format!("Boolean({expression})")).await.unwrap_or(false) {
                return Ok(());
            }
            if Instant::now() > end {
                let page: String = self.ask("document.body.innerText").await.unwrap_or_default();
                let said = self.console.lock().map(|said| said.join("\n")).unwrap_or_default();
                return Err(format!("never: {expression}\non the page:\n{page}\n{said}").into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until what is promised is true.
    pub async fn comes_true(&self, promise: &str) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while !self.ask::<bool>(promise).await.unwrap_or(false) {
            if Instant::now() > end {
                return Err(format!("never: {promise}").into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Waits until these words can be read.
    pub async fn reads(&self, words: &str) -> Result<()> {
        self.until(&format!("document.body.innerText.includes({})", json!(words))).await
    }

    /// Types a text over what an input holds.
    pub async fn type_in(&self, selector: &str, text: &str) -> Result<()> {
        let find = format!("document.querySelector({})", json!(selector));
        self.until(&find).await?;
        let typing = format!(
            "(() => {{ const input = {find}; input.focus(); input.value = {}; \
             input.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); \
             input.dispatchEvent(new Event('change', {{ bubbles: true }})); return true; }})()",
            json!(text)
        );
        self.ask::<bool>(&typing).await.map(drop)
    }

    /// Presses a button or a link.
    pub async fn press(&self, selector: &str) -> Result<()> {
        let find = format!("document.querySelector({})", json!(selector));
        self.until(&format!("{find} && !{find}.disabled")).await?;
        self.ask::<bool>(&format!("({find}.click(), true)")).await.map(drop)
    }

    /// Runs a script before any of the page's own.
    pub async fn before_all(&self, script: &str) -> Result<()> {
        self.page.execute(AddScriptToEvaluateOnNewDocumentParams::new(script)).await?;
        Ok(())
    }

    /// The page, for what only the protocol can do.
    pub const fn page(&self) -> &Page {
        &self.page
    }

    /// Another page of the same browser.
    pub async fn tab(&self, url: &str) -> Result<Page> {
        let page = self.browser.new_page("about:blank").await?;
        page.execute(SetAutoAttachParams::new(false, false)).await?;
        page.goto(url).await?;
        Ok(page)
    }

    /// Looks at the screen at three widths, in light and dark: accessibility, scrolling at the side, and a picture of each.
    pub async fn look(&self, name: &str) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        for (width, colours) in
            [(320, "light"), (360, "light"), (360, "dark"), (1280, "dark"), (1280, "light")]
        {
            faults.extend(self.stands_out(name, width, colours).await?);
            if width == 360 {
                let small: Vec<String> = self.ask(SMALL_TARGETS).await?;
                faults.extend(small.into_iter().map(|one| format!("{name} at {width}: {one}")));
            } else {
                let rules = if colours == "dark" { browser::OF_COLOURS } else { browser::LEVEL_AA };
                let found = self.breaks(rules).await?;
                faults.extend(found.into_iter().map(|one| format!("{name} at {width}, {colours}: {one}")));
            }
            if width > 320 {
                self.picture(&format!("{name}-{width}-{colours}")).await?;
            }
        }
        Ok(faults)
    }

    /// The same at the narrowest width in light colours alone, for a screen that is built like one that was looked at.
    pub async fn glance(&self, name: &str) -> Result<Vec<String>> {
        let mut faults: Vec<String> = self.stands_out(name, 320, "light").await?.into_iter().collect();
        let found = self.breaks(browser::LEVEL_AA).await?;
        faults.extend(found.into_iter().map(|one| format!("{name} at 320: {one}")));
        Ok(faults)
    }

    /// The same of a page of the public site, whose links are lower than the editor's targets.
    pub async fn look_at_page(&self, name: &str) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        for (width, colours) in
            [(320, "light"), (360, "light"), (360, "dark"), (1280, "dark"), (1280, "light")]
        {
            faults.extend(self.stands_out(name, width, colours).await?);
            let rules = if colours == "dark" { browser::OF_COLOURS } else { browser::LEVEL_AA };
            let found = self.breaks(rules).await?;
            faults.extend(found.into_iter().map(|one| format!("{name} at {width}, {colours}: {one}")));
            self.picture(&format!("{name}-{width}-{colours}")).await?;
        }
        Ok(faults)
    }

    /// Makes the screen so wide and of such colours; says what stands out at the side then.
    async fn stands_out(&self, name: &str, width: u32, colours: &str) -> Result<Option<String>> {
        self.page.execute(SetDeviceMetricsOverrideParams::new(width, 900, 1.0, false)).await?;
        self.page.emulate_media_features(vec![MediaFeature::new("prefers-color-scheme", colours)]).await?;
        let over: i64 = self.ask("document.documentElement.scrollWidth - window.innerWidth").await?;
        Ok((over > 0).then(|| format!("{name} at {width}: {over} px stand out at the side")))
    }

    /// The rules of axe that the screen breaks.
    async fn breaks(&self, rules: &str) -> Result<Vec<String>> {
        if !self.ask::<bool>("'axe' in window").await? {
            self.ask::<bool>(&format!("{}; true", browser::axe()?)).await?;
        }
        self.ask(&browser::AXE.replace("RULES", rules)).await
    }

    /// Leaves a picture of the whole page, if any are wanted.
    pub async fn picture(&self, name: &str) -> Result<()> {
        browser::picture(&self.page, &format!("editor-{name}")).await
    }

    /// Kills the browser as a power cut does. Nothing may have been thrown in it that nobody caught, nor been kept back by its policy.
    pub async fn kill(mut self) -> Result<()> {
        if let Some(killed) = self.browser.kill().await {
            killed?;
        }
        self.events.abort();
        let console = std::mem::take(&mut *self.console.lock().map_err(|error| error.to_string())?);
        if console.is_empty() { Ok(()) } else { Err(console.join("\n").into()) }
    }
}

/// What a thumb must hit and is lower than 44 CSS pixels.
const SMALL_TARGETS: &str = r"[...document.querySelectorAll('button, .button, input, select, textarea, summary, nav a')]
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && box.height < 44)
    .map(([one, box]) => `a target ${box.height} px high: ${one.outerHTML.slice(0, 80)}`)";

/// The password that somebody chose.
pub fn password(login: &str) -> String {
    format!("một câu dài mà {login} nhớ được")
}
