//! From the last key in the editor: somebody of the standing agency corrects a unit's name in a real Chromium, again and again, and
//! each time every leg up to the public address is measured, in one run.

use std::time::Duration;
use std::time::Instant;

use automerge::ReadDoc;
use chromiumoxide::cdp::browser_protocol::input::DispatchKeyEventParams;
use chromiumoxide::cdp::browser_protocol::input::DispatchKeyEventType;
use niemyet::document::Key;
use niemyet::replica::documents::DocumentStore;

use crate::Result;
use crate::folder::Folder;
use crate::folder::Serving;
use crate::legs::Legs;
use crate::legs::server_side;
use crate::legs::stolen;
use crate::legs::table;
use crate::legs::tag;
use crate::legs::until_served;
use crate::official::Official;
use crate::watch::WATCH;

/// The first rounds find a program and a page that have just started.
const WARM: usize = 8;
/// Before the last key: the device has written what it keeps.
const REST: Duration = Duration::from_millis(700);

/// `rest`: after each correction, in milliseconds; the builder collects meanwhile.
pub fn run(pages: usize, changes: usize, rest: usize) -> Result<()> {
    let folder = Folder::new(pages)?;
    let code = folder.account("thuong.truc", "standing_agency")?;
    let desk = folder.token("truyen.thong", "team_comms")?;
    let unit = unit(&folder)?;
    let serving = folder.serve()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let pause = Duration::from_millis(u64::try_from(rest)?);
    let legs = runtime.block_on(measure(&serving, (&code, &desk), &unit, (changes, pause)))?;
    let of =
        format!("{pages} hand-written pages, {changes} corrections {rest} ms apart, from their last key");
    table(&of, &legs)
}

/// The code of the unit that is corrected.
fn unit(folder: &Folder) -> Result<String> {
    let store = DocumentStore::open(&folder.at.path().join("niemyet"), None)?;
    let election = store.load()?.remove(&Key::Election).ok_or("no election")?;
    let doc = election.automerge();
    let content = doc.get(automerge::ROOT, "content")?.ok_or("no content")?.1;
    let units = doc.get(&content, "units")?.ok_or("no units")?.1;
    let unit = doc.get(&units, 1)?.ok_or("no unit")?.1;
    let code = doc.get(&unit, "code")?.ok_or("no code")?.0;
    Ok(code.as_str().ok_or("the code is no text")?.to_owned())
}

async fn measure(
    serving: &Serving,
    (code, desk): (&str, &str),
    unit: &str,
    (changes, pause): (usize, Duration),
) -> Result<Vec<Legs>> {
    let profile = tempfile::tempdir()?;
    let site = format!("http://{}", serving.address);
    let official = said(Official::with_code(profile.path(), &site, "thuong.truc", code).await)?;
    said(official.until("document.querySelector('.bar.good')").await)?;
    said(official.ask::<bool>(WATCH).await)?;
    said(official.go("#/election").await)?;
    let mut all = Vec::new();
    for change in 0..changes + WARM {
        let name = format!("Đơn vị đo {change}");
        prepare(&official, unit, &name).await?;
        let before = tag(serving.address)?;
        let address = serving.address;
        let (told, hears) = std::sync::mpsc::channel();
        let served = std::thread::spawn(move || {
            let started: Instant = hears.recv().map_err(|error| error.to_string())?;
            until_served(address, (&before, &name), started)
        });
        // From before the browser is told of the key: what the protocol takes is counted as well.
        let robbed = stolen();
        told.send(Instant::now())?;
        enter(&official).await?;
        let served = served.join().map_err(|_| "the reader failed")??;
        let stolen = stolen().saturating_sub(robbed);
        said(official.until("sent.length > 0 && last === undefined").await)?;
        let (left, receipt): (f64, f64) = said(official.ask("[left.at(-1), sent.at(-1)]").await)?;
        let milliseconds = |time: f64| Duration::from_secs_f64(time / 1e3);
        let mut legs = Legs {
            served,
            stolen,
            left: milliseconds(left),
            receipt: milliseconds(receipt),
            ..Legs::default()
        };
        server_side(address, desk, &mut legs)?;
        all.push(legs);
        tokio::time::sleep(pause).await;
    }
    said(official.kill().await)?;
    Ok(all.split_off(WARM))
}

/// Fills in the form, up to the last key.
async fn prepare(official: &Official, unit: &str, name: &str) -> Result<()> {
    said(official.press(&format!("[data-unit='{unit}'] .correct")).await)?;
    said(official.type_in("form.correction input[name='value']", name).await)?;
    said(official.type_in("form.correction input[name='source']", "Bản đo").await)?;
    let check = "(() => { const box = document.querySelector(\"form.correction input[name='verified']\"); if (!box.checked) box.click(); \
                 document.querySelector(\"form.correction input[name='value']\").focus(); sent.length = 0; return true; })()";
    said(official.ask::<bool>(check).await)?;
    tokio::time::sleep(REST).await;
    Ok(())
}

/// The last key, which writes the form down.
async fn enter(official: &Official) -> Result<()> {
    for kind in [DispatchKeyEventType::KeyDown, DispatchKeyEventType::KeyUp] {
        let mut event =
            DispatchKeyEventParams::builder().r#type(kind.clone()).key("Enter").windows_virtual_key_code(13);
        if kind == DispatchKeyEventType::KeyDown {
            event = event.text("\r");
        }
        official.page().execute(event.build()?).await?;
    }
    Ok(())
}

/// The browser's helpers say what went wrong in an error of their own.
fn said<T, E: ToString>(result: std::result::Result<T, E>) -> Result<T> {
    result.map_err(|error| error.to_string().into())
}
