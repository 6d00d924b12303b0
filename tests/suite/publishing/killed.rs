//! The real program, ended by SIGKILL at each step of a build, of a switch, of going back and of a preview: one whole release is public
//! when it comes back, and a switch that was answered has happened.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;
use std::time::Instant;

use niemyet::document::Key;
use niemyet::release::Store;
use niemyet::release::verify;
use niemyet::replica::disk::RealDisk;
use notify::Event;
use notify::RecommendedWatcher;
use notify::RecursiveMode;
use notify::Watcher;
use serde_json::Value;
use serde_json::json;

use super::desk::Desk;
use super::desk::PATIENCE;
use super::desk::approve;
use super::desk::edit_election;
use super::desk::heads;
use crate::support::cli::Office;
use crate::support::http::send;

/// The name of the second release's unit, which the first does not have.
const SECOND: &str = "Bản thứ hai";
/// More steps than a switch has.
const MOST: usize = 60;

/// A desk with two releases that anybody can tell apart; the older one's name, then the newer one's.
fn two_releases() -> (Desk, [String; 2]) {
    let mut desk = Desk::open();
    let first = desk.current();
    edit_election(&desk.office, |election| election.units[1].name_vi = SECOND.into());
    approve(&desk.office, &Key::Election);
    desk.rebuild();
    let second = desk.current();
    assert_ne!(first, second);
    desk.serving.0.kill().unwrap();
    desk.serving.0.wait().unwrap();
    (desk, [first, second])
}

/// What the file system tells of a folder and those in it, event by event.
struct Watched {
    folder: PathBuf,
    told: Receiver<Event>,
    _watcher: RecommendedWatcher,
}

impl Watched {
    fn new(folder: &Path) -> Self {
        let (sender, told) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if let Ok(event) = event {
                let _ = sender.send(event);
            }
        })
        .unwrap();
        watcher.watch(folder, RecursiveMode::Recursive).unwrap();
        Self { folder: folder.to_owned(), told, _watcher: watcher }
    }

    /// Waits for so many events of a sort; false if whoever makes them is done, and made fewer.
    fn steps(
        &self,
        wanted: usize,
        is_one: impl Fn(&Event) -> bool,
        mut is_done: impl FnMut() -> bool,
    ) -> bool {
        // Events come in the order in which they happened: with this file's own all that came before have been told.
        let last = self.folder.join("last-of-all");
        let (mut seen, mut is_last) = (0, false);
        let started = Instant::now();
        while seen < wanted {
            match self.told.recv_timeout(Duration::from_millis(20)) {
                Ok(event) if event.paths.contains(&last) => {
                    fs::remove_file(&last).unwrap();
                    return false;
                }
                Ok(event) => seen += usize::from(is_one(&event)),
                Err(_) if !is_last && is_done() => {
                    fs::write(&last, "").unwrap();
                    is_last = true;
                }
                Err(_) => assert!(started.elapsed() < PATIENCE, "neither a step nor an end"),
            }
        }
        true
    }
}

/// Something that is written, moved or taken away.
fn is_change(event: &Event) -> bool {
    !event.kind.is_access()
}

/// Asks in a thread of its own; gives the status, or nothing if the server died before it answered.
fn asked(address: SocketAddr, token: &str, path: &str, body: &Value) -> std::thread::JoinHandle<Option<u16>> {
    let (token, path, body) = (token.to_owned(), path.to_owned(), body.to_string());
    std::thread::spawn(move || {
        let asking = move || {
            let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
            send(address, &format!("POST {path}"), &headers, &body).status
        };
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(asking)).ok()
    })
}

/// Serves, lets something happen, and is dead afterwards.
fn one_life(desk: &mut Desk, during: impl FnOnce(&mut Desk) -> Option<u16>) -> Option<u16> {
    desk.serving = desk.office.start(&["serve", "--listen", "127.0.0.1:0"]);
    desk.address = desk.serving.address();
    during(desk)
}

fn end(desk: &mut Desk) {
    desk.serving.0.kill().unwrap();
    desk.serving.0.wait().unwrap();
}

/// What the public has after the server came back: one release, whole, and which one.
fn after(desk: &mut Desk) -> String {
    let store = Store::open(&desk.office.path("niemyet/releases"), Arc::new(RealDisk));
    assert!(verify::stored_bytes(&store.require_current().unwrap()).is_empty());
    desk.serving = desk.office.start(&["serve", "--listen", "127.0.0.1:0"]);
    desk.address = desk.serving.address();
    let (units, home) = (desk.public("/don-vi/"), desk.public("/"));
    let current = desk.current();
    end(desk);
    assert!(units.contains("</html>") && home.contains("</html>"));
    format!("{current} {}", units.contains(SECOND))
}

fn back_to(office: &Office, id: &str) {
    office.ok(&["release", "activate", id]);
}

#[test]
fn killed_at_each_step_of_a_switch_one_whole_release_is_public() {
    let (mut desk, [first, second]) = two_releases();
    let whole = [format!("{first} false"), format!("{second} true")];
    // Going back, and forward again to the newest.
    for (from, to) in [(&second, &first), (&first, &second)] {
        let (mut found, mut finished) = (BTreeSet::new(), false);
        for step in 0..MOST {
            back_to(&desk.office, from);
            let releases = desk.office.path("niemyet/releases");
            let answered = one_life(&mut desk, |desk| {
                let watched = Watched::new(&releases);
                let path = format!("/api/releases/{to}/activate");
                let asking = asked(desk.address, &desk.token, &path, &json!({}));
                // The server is ended as soon as the file system has told of this many steps.
                finished = !watched.steps(step, is_change, || asking.is_finished());
                end(desk);
                asking.join().unwrap()
            });
            let shown = after(&mut desk);
            assert!(whole.contains(&shown), "step {step}: {shown}");
            if answered == Some(200) {
                assert!(shown.starts_with(to.as_str()), "step {step}: answered, and not so: {shown}");
            }
            found.insert(shown);
            if finished {
                break;
            }
        }
        assert!(finished, "the steps never end");
        assert_eq!(found.len(), 2, "no kill came before the switch, or none after it: {found:?}");
    }
}

#[test]
fn killed_in_the_middle_of_a_preview_the_server_comes_back_with_the_release_it_had() {
    let (mut desk, [_, second]) = two_releases();
    edit_election(&desk.office, |election| election.units[1].name_vi = "Chỉ xem thử".into());
    let wanted = json!({ "approve": { "election": heads(&desk.office, &Key::Election) } });
    let whole = format!("{second} true");
    let mut died = 0;
    let mut pause = Duration::from_millis(0);
    loop {
        let mut has_begun = false;
        let answered = one_life(&mut desk, |desk| {
            // A preview reads the site's folder; nothing else of a server that nobody asked to rebuild does.
            let watched = Watched::new(&desk.office.path("niemyet/site/templates"));
            let asking = asked(desk.address, &desk.token, "/api/preview", &wanted);
            has_begun = watched.steps(1, |event| event.kind.is_access(), || asking.is_finished());
            std::thread::sleep(pause);
            end(desk);
            asking.join().unwrap()
        });
        assert!(has_begun, "a preview that reads nothing: {answered:?}");
        assert_eq!(after(&mut desk), whole, "after {pause:?}");
        died += usize::from(answered.is_none());
        // Longer and longer, until a preview is made.
        if answered == Some(200) {
            break;
        }
        assert!(pause < PATIENCE, "no preview was ever made: {answered:?}");
        pause = pause * 3 / 2 + Duration::from_millis(20);
    }
    assert!(died > 0, "no kill met a preview that had begun");
    desk.office.ok(&["release", "verify"]);
}

#[test]
fn the_command_that_switches_killed_at_each_step_leaves_one_whole_release() {
    let (mut desk, [first, second]) = two_releases();
    let whole = [format!("{first} false"), format!("{second} true")];
    let (mut found, mut finished) = (BTreeSet::new(), false);
    for step in 0..MOST {
        back_to(&desk.office, &second);
        let watched = Watched::new(&desk.office.path("niemyet/releases"));
        let mut running = desk.office.start(&["release", "activate", &first]);
        finished = !watched.steps(step, is_change, || running.0.try_wait().unwrap().is_some());
        running.0.kill().unwrap();
        running.0.wait().unwrap();
        let shown = after(&mut desk);
        assert!(whole.contains(&shown), "step {step}: {shown}");
        found.insert(shown);
        if finished {
            break;
        }
    }
    assert!(finished, "the steps never end");
    assert_eq!(found.len(), 2, "no kill came before the switch, or none after it: {found:?}");
}

/// The release that is current, which is whole: its id, and the page of units.
fn stored(desk: &Desk) -> (String, String) {
    let store = Store::open(&desk.office.path("niemyet/releases"), Arc::new(RealDisk));
    let current = store.require_current().unwrap();
    assert!(verify::stored_bytes(&current).is_empty());
    let page = current.page("don-vi/index.html").unwrap().read().unwrap();
    (current.id().to_owned(), String::from_utf8(page).unwrap())
}

#[test]
fn a_build_killed_at_each_step_leaves_the_release_before_it_or_its_own_and_both_whole() {
    let (desk, _) = two_releases();
    let (mut found, mut finished, mut steps) = (BTreeSet::new(), false, 0);
    while !finished {
        assert!(steps < MOST, "the steps never end");
        let (before, old) = stored(&desk);
        let name = format!("Bước thứ {steps}");
        edit_election(&desk.office, |election| election.units[1].name_vi.clone_from(&name));
        approve(&desk.office, &Key::Election);
        let watched = Watched::new(&desk.office.path("niemyet/releases"));
        let mut running = desk.office.start(&["build"]);
        finished = !watched.steps(steps, is_change, || running.0.try_wait().unwrap().is_some());
        running.0.kill().unwrap();
        running.0.wait().unwrap();
        let (current, page) = stored(&desk);
        let is_new = current != before;
        assert_eq!(page.contains(&name), is_new, "step {steps}: not what the build was to show");
        assert!(is_new || page == old, "step {steps}: the release before it is another");
        found.insert(is_new);
        steps += 1;
    }
    assert_eq!(found.len(), 2, "no kill came before the switch, or none after it, in {steps} steps");
    assert!(steps > 5, "a build of {steps} steps");
    // What the dead left is in nobody's way.
    desk.office.ok(&["build"]);
    desk.office.ok(&["release", "verify"]);
}
