//! Looks at a page as a visitor does, in Chromium: accessibility by axe, weight, script, scrolling, what the console said.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use chromiumoxide::Page;
use chromiumoxide::browser::Browser;
use chromiumoxide::browser::BrowserConfig;
use chromiumoxide::cdp::browser_protocol::emulation::MediaFeature;
use chromiumoxide::cdp::browser_protocol::emulation::SetDeviceMetricsOverrideParams;
use chromiumoxide::cdp::browser_protocol::log::EventEntryAdded;
use chromiumoxide::cdp::browser_protocol::log::LogEntry;
use chromiumoxide::cdp::browser_protocol::log::LogEntryLevel;
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;
use chromiumoxide::cdp::js_protocol::runtime::EventExceptionThrown;
use chromiumoxide::page::ScreenshotParams;
use futures::StreamExt;
use serde::Deserialize;

/// Whatever kept the page from being looked at.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The narrowest screen that must not scroll sideways: WCAG 2.2, success criterion 1.4.10 (Reflow).
pub const NARROW: u32 = 320;
/// A common desktop.
pub const WIDE: u32 = 1280;
/// First load, everything together: under 50 KB.
pub const FIRST_LOAD_BYTES: u64 = 50_000;

/// What a visitor met on one page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Visit {
    /// Rules of WCAG 2.0–2.2, levels A and AA, that axe found broken: rule, why, where.
    pub violations: Vec<String>,
    /// Errors in the console, uncaught exceptions, resources that did not load.
    pub console: Vec<String>,
    /// Bytes of the page and all it loads, headers included.
    pub transferred: u64,
    /// Script elements, event attributes and `javascript:` links.
    pub scripts: u64,
    /// How many CSS pixels stand out at the side.
    pub overflow: i64,
}

impl Visit {
    /// What is wrong with the page, one sentence each.
    pub fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> =
            self.violations.iter().map(|one| format!("accessibility: {one}")).collect();
        faults.extend(self.console.iter().map(|one| format!("console: {one}")));
        if self.transferred >= FIRST_LOAD_BYTES {
            faults
                .push(format!("weight: {} bytes at first load (under {FIRST_LOAD_BYTES})", self.transferred));
        }
        if self.scripts > 0 {
            faults.push(format!("script: {} place(s) with script (none)", self.scripts));
        }
        if self.overflow > 0 {
            faults.push(format!("reflow: {} px stand out at the side", self.overflow));
        }
        faults
    }
}

/// A running Chromium with an empty profile.
pub struct Visitor {
    browser: Browser,
    events: tokio::task::JoinHandle<()>,
    axe: String,
    _profile: tempfile::TempDir,
}

impl Visitor {
    /// Starts Chromium (found on the path, or named by `CHROME`).
    pub async fn start() -> Result<Self> {
        let axe = axe()?;
        let profile = tempfile::tempdir()?;
        // The sandbox needs rights that containers do not give; every page here is our own.
        let config = BrowserConfig::builder()
            .no_sandbox()
            .user_data_dir(profile.path())
            .args(["hide-scrollbars", "disable-gpu"]);
        let (browser, mut handler) = Browser::launch(config.build()?).await.map_err(|error| {
            format!("Chromium did not start ({error}): run tests/run once, or name it with CHROME=path")
        })?;
        let events = tokio::spawn(async move { while handler.next().await.is_some() {} });
        Ok(Self { browser, events, axe, _profile: profile })
    }

    /// Opens a page at a width, in light or dark colours, and leaves a [`picture`].
    pub async fn visit(&self, url: &str, width: u32, dark: bool) -> Result<Visit> {
        let page = self.browser.new_page("about:blank").await?;
        let console = listen(&page, |_| true).await?;
        let size = SetDeviceMetricsOverrideParams::builder()
            .width(width)
            .height(900)
            .device_scale_factor(1.0)
            .mobile(false);
        page.execute(size.build()?).await?;
        let colours = if dark { "dark" } else { "light" };
        page.emulate_media_features(vec![MediaFeature::new("prefers-color-scheme", colours)]).await?;
        page.goto(url).await?;
        let mut visit: Visit = ask(&page, MEASURE).await?;
        ask::<bool>(&page, &format!("{}; true", self.axe)).await?;
        let rules = if dark { OF_COLOURS } else { LEVEL_AA };
        visit.violations = ask(&page, &AXE.replace("RULES", rules)).await?;
        let path = url.splitn(4, '/').nth(3).unwrap_or_default().trim_matches('/').replace('/', "-");
        let name = if path.is_empty() { "home" } else { &path };
        picture(&page, &format!("{name}-{width}-{colours}")).await?;
        page.close().await?;
        visit.console = console.lock().map_err(|error| error.to_string())?.clone();
        Ok(visit)
    }

    /// Ends the browser.
    pub async fn stop(mut self) -> Result<()> {
        self.browser.close().await?;
        self.browser.wait().await?;
        self.events.abort();
        Ok(())
    }
}

/// Where pictures for people to look at go, `target/screenshots`, if `NIEMYET_PICTURES` is set: they cost the sixth part of a story.
pub fn pictures() -> Result<Option<PathBuf>> {
    if std::env::var_os("NIEMYET_PICTURES").is_none() {
        return Ok(None);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    fs::create_dir_all(&folder)?;
    Ok(Some(folder))
}

/// Leaves a picture of the whole page under this name, if [`pictures`] are wanted. It is soon written, however large it is then.
pub async fn picture(page: &Page, name: &str) -> Result<()> {
    if let Some(folder) = pictures()? {
        let mut whole = ScreenshotParams::builder().full_page(true).build();
        whole.cdp_params.optimize_for_speed = Some(true);
        page.save_screenshot(whole, folder.join(format!("{name}.png"))).await?;
    }
    Ok(())
}

/// The script of axe.
pub fn axe() -> Result<String> {
    let installed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/node_modules/axe-core/axe.min.js");
    Ok(fs::read_to_string(&installed)
        .map_err(|error| format!("axe is not installed ({error}): run tests/run once"))?)
}

/// Script, weight and overflow; asked before axe comes in.
const MEASURE: &str = r"({
    transferred: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .reduce((sum, entry) => sum + entry.transferSize, 0),
    scripts: document.scripts.length + [...document.querySelectorAll('*')].filter((element) =>
        [...element.attributes].some((one) => one.name.startsWith('on') || /^\s*javascript:/i.test(one.value))).length,
    overflow: document.documentElement.scrollWidth - window.innerWidth,
})";

/// The rules of the law's level: WCAG 2.0, 2.1 and 2.2, A and AA.
pub const LEVEL_AA: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']";
/// Those of them that look at colours: all that can differ between light and dark.
pub const OF_COLOURS: &str = "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }";

/// Runs axe with the rules in place of `RULES`.
pub const AXE: &str = r"axe.run(document, { runOnly: RULES, resultTypes: ['violations'] }).then((result) => result.violations.map((rule) =>
    `${rule.id}: ${rule.help} (${rule.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ')})`))";

/// The value of an expression on a page.
pub async fn ask<T: serde::de::DeserializeOwned>(page: &Page, expression: &str) -> Result<T> {
    let question =
        EvaluateParams::builder().expression(expression).await_promise(true).return_by_value(true).build()?;
    for _ in 0..100 {
        match page.evaluate(question.clone()).await {
            Ok(answer) => return Ok(answer.into_value()?),
            // One page goes and the next has not come: nobody has heard the question.
            Err(error) if error.to_string().contains("Cannot find context") => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(format!("no page heard {expression}").into())
}

/// What a page's console said.
pub type Console = Arc<Mutex<Vec<String>>>;

/// Collects uncaught exceptions, and those of the console's errors that count, from now on.
pub async fn listen(page: &Page, counts: fn(&LogEntry) -> bool) -> Result<Console> {
    let heard = Console::default();
    page.enable_log().await?;
    page.enable_runtime().await?;
    let mut entries = page.event_listener::<EventEntryAdded>().await?;
    let mut exceptions = page.event_listener::<EventExceptionThrown>().await?;
    let ear = Arc::clone(&heard);
    tokio::spawn(async move {
        loop {
            let text = tokio::select! {
                Some(event) = entries.next() => {
                    let entry = &event.entry;
                    if entry.level != LogEntryLevel::Error || !counts(entry) { continue }
                    format!("{} {}", entry.text, entry.url.as_deref().unwrap_or_default())
                }
                Some(event) = exceptions.next() => {
                    let details = &event.exception_details;
                    let what = details.exception.as_ref().and_then(|thrown| thrown.description.clone());
                    format!("{} {}", details.text, what.unwrap_or_default())
                }
                else => return,
            };
            if let Ok(mut heard) = ear.lock() {
                heard.push(text);
            }
        }
    });
    Ok(heard)
}

/// Waits until an expression is true in another window, which may load itself anew meanwhile.
pub async fn shows(tab: &Page, expression: &str) -> Result<()> {
    for _ in 0..600 {
        if ask::<bool>(tab, &format!("Boolean({expression})")).await.unwrap_or(false) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let page: String = ask(tab, "document.body.innerText").await.unwrap_or_default();
    Err(format!("never in the other window: {expression}\non the page:\n{page}").into())
}
