//! Readers during switches, a killed server, a full disk: one whole release or another, and never anything between.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use niemyet::build::engine::Engine;
use niemyet::build::engine::Memory;
use niemyet::config::Config;
use niemyet::document::Key;
use niemyet::rebuild::Place;
use niemyet::rebuild::Session;
use niemyet::rebuild::session::Files;
use niemyet::rebuild::session::Wanted;
use niemyet::reference::embedded;
use niemyet::release::Kind;
use niemyet::release::Release;
use niemyet::release::Store;
use niemyet::replica::disk::RealDisk;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::lock;
use niemyet::replica::project;
use niemyet::replica::site_source;
use serde_json::json;

use super::desk::Desk;
use super::desk::approve;
use super::desk::edit_election;
use super::desk::show_by_rule;
use crate::support::cli::Office;
use crate::support::faulty_disk::Fault;
use crate::support::faulty_disk::FaultyDisk;
use crate::support::http::ask;

const SWITCHES: usize = 100;

/// Every page of a release, in one value that a mixture could not have.
fn bytes(release: &Release) -> BTreeMap<String, Vec<u8>> {
    release
        .files(Kind::Page)
        .map(|(path, file)| (path.to_owned(), file.read_checked(path).unwrap()))
        .collect()
}

/// The address of a page's style sheet.
fn style_of(page: &[u8]) -> Option<String> {
    let page = std::str::from_utf8(page).unwrap();
    let (_, rest) = page.split_once("rel=\"stylesheet\" href=\"")?;
    rest.split_once('"').map(|(address, _)| address.to_owned())
}

/// Adds a rule to the site's style sheet.
fn restyle(desk: &Desk, rule: &str) {
    let sheet = desk.office.path("niemyet/site/sass/main.scss");
    fs::write(&sheet, fs::read_to_string(&sheet).unwrap() + rule).unwrap();
}

#[test]
fn readers_across_a_hundred_switches_read_one_release_or_the_other() {
    let mut desk = Desk::open();
    let first = desk.current();
    edit_election(&desk.office, |election| election.units[1].name_vi = "Bản thứ hai".into());
    restyle(&desk, "\nmain { margin: 7px }\n");
    approve(&desk.office, &Key::Election);
    desk.rebuild();
    let second = desk.current();
    let store = Store::open(&desk.office.path("niemyet/releases"), Arc::new(RealDisk));
    let (one, other) = (bytes(&store.load(&first).unwrap()), bytes(&store.load(&second).unwrap()));
    let moved: Vec<String> =
        other.keys().filter(|path| one.get(*path) != other.get(*path)).cloned().collect();
    let is_page = |path: &String| one.contains_key(path) && path.ends_with("index.html");
    let pages: Vec<String> = moved.into_iter().filter(is_page).take(8).collect();
    assert!(pages.len() > 1 && one["main.css"] != other["main.css"], "{pages:?}");
    let (over, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (desk_address, one, other, pages) = (desk.address, &one, &other, &pages);
    std::thread::scope(|scope| {
        for reader in 0..3 {
            let (over, reads) = (&over, &reads);
            scope.spawn(move || {
                for path in pages.iter().cycle().skip(reader) {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let answer = ask(desk_address, &format!("GET /{path}"), &[]);
                    assert_eq!(answer.status, 200, "{path}");
                    assert!(
                        answer.body == one[path] || answer.body == other[path],
                        "{path} is of no release"
                    );
                    // What a browser asks for next belongs to the page that it has.
                    let of = if answer.body == one[path] { one } else { other };
                    let sheet = ask(desk_address, &format!("GET {}", style_of(&answer.body).unwrap()), &[]);
                    assert_eq!(sheet.status, 200, "{path}");
                    assert!(sheet.body == of["main.css"], "{path} has the style sheet of another release");
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for switch in 0..SWITCHES {
            let id = if switch % 2 == 0 { &first } else { &second };
            let answer = desk.post(&format!("/api/releases/{id}/activate"), &json!({}));
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            // Whoever asks after the switch was answered reads the release that it switched to.
            let (path, expected) = (&pages[0], if switch % 2 == 0 { one } else { other });
            assert!(
                ask(desk_address, &format!("GET /{path}"), &[]).body == expected[path],
                "switch {switch}"
            );
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(reads.load(Ordering::Relaxed) > SWITCHES, "the readers read too little");
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn a_page_keeps_the_style_sheet_that_it_was_made_with() {
    let mut desk = Desk::open();
    let (first, page) = (desk.current(), desk.public("/"));
    let style = style_of(page.as_bytes()).unwrap();
    let get = |desk: &Desk, path: &str, headers: &[(&str, &str)]| {
        let answer = ask(desk.address, &format!("GET {path}"), headers);
        assert_eq!(
            answer.status,
            if headers.iter().any(|(name, _)| *name == "if-none-match") { 304 } else { 200 },
            "{path}"
        );
        answer
    };
    let old = get(&desk, &style, &[]);
    restyle(&desk, "\nmain { margin: 7px }\n");
    assert_eq!(desk.rebuild()["phase"], "done");
    let style_now = style_of(desk.public("/").as_bytes()).unwrap();
    let now = get(&desk, &style_now, &[]);
    assert!(style_now != style && now.body != old.body);
    // Again and again, and beside each other: neither takes the other's place.
    for _ in 0..3 {
        assert!(get(&desk, &style, &[]).body == old.body);
        assert!(get(&desk, &style_now, &[]).body == now.body);
        assert!(get(&desk, "/main.css", &[]).body == now.body);
    }
    let packed = get(&desk, &style, &[("accept-encoding", "gzip")]);
    assert_eq!(packed.headers["content-encoding"], "gzip");
    assert!(packed.body != get(&desk, &style_now, &[("accept-encoding", "gzip")]).body);
    get(&desk, &style, &[("if-none-match", &old.headers["etag"])]);
    // A hash that no release has gives what there is; and a page is given as it is now, whatever is asked for.
    assert!(get(&desk, &format!("/main.css?h={}", "0".repeat(64)), &[]).body == now.body);
    let store = Store::open(&desk.office.path("niemyet/releases"), Arc::new(RealDisk));
    let hash = store.load(&first).unwrap().page("index.html").unwrap().sha256();
    assert!(get(&desk, &format!("/?h={hash}"), &[]).body != page.as_bytes());
    assert!(get(&desk, &format!("/index.html?h={hash}"), &[]).body != page.as_bytes());
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn killed_in_the_middle_of_a_rebuild_the_server_comes_back_with_a_whole_release() {
    let office = Office::ready();
    show_by_rule(&office);
    office.ok(&["build"]);
    let mut desk = Desk::serve(office);
    let mut in_the_middle = 0;
    for round in 0..6_u64 {
        edit_election(&desk.office, |election| election.units[1].name_vi = format!("Vòng {round}"));
        desk.post("/api/rebuild", &json!({ "full": true }));
        std::thread::sleep(std::time::Duration::from_millis(round * 37));
        let phase = desk.get("/api/rebuild").json()["phase"].clone();
        in_the_middle += usize::from(phase != "done" && phase != "failed");
        desk.serving.0.kill().unwrap();
        desk.serving.0.wait().unwrap();
        desk.office.ok(&["release", "verify"]);
        desk.serving = desk.office.start(&["serve", "--listen", "127.0.0.1:0"]);
        desk.address = desk.serving.address();
        assert!(desk.public("/").contains("</html>"));
    }
    assert!(in_the_middle > 0, "no kill met a rebuild");
    // By rule, also after the last kill.
    desk.until_public("/don-vi/", "Vòng 5");
    assert_eq!(desk.serving.terminate(), Some(0));
    desk.office.ok(&["release", "verify"]);
}

struct Folder {
    office: Office,
    config: Config,
    laws: Vec<niemyet::timetable::LawVersion>,
    documents: DocumentStore,
}

impl Folder {
    fn new(office: Office) -> Self {
        let documents = DocumentStore::open(&office.path("niemyet"), None).unwrap();
        let as_of = Some("2021-03-05".parse().unwrap());
        Self {
            config: Config { as_of, ..Config::default() },
            laws: embedded::laws().unwrap(),
            documents,
            office,
        }
    }

    fn rebuild(&self, session: &mut Session, store: &Store) -> Result<String, String> {
        let dir = self.office.path("niemyet");
        let place = Place {
            dir: &dir,
            config: &self.config,
            documents: &self.documents,
            releases: store,
            laws: &self.laws,
        };
        let lock = lock::lock(&dir).unwrap();
        let cleaned = store.clean(&lock).map_err(|error| error.to_string());
        let wanted = Wanted { site: Files::AsRead, ..Wanted::default() };
        let built = cleaned
            .and_then(|()| session.rebuild(place, &lock, &wanted, &|_| ()).map_err(|e| e.to_string()))?;
        session.collect(place, &lock);
        Ok(niemyet::rebuild::session::release_of(&built.committed).id().to_owned())
    }

    fn store(&self, disk: impl niemyet::replica::disk::Disk + 'static) -> Store {
        Store::open(&self.office.path("niemyet/releases"), Arc::new(disk))
    }
}

#[test]
fn a_disk_that_fills_at_any_step_of_a_rebuild_leaves_the_last_release_and_the_next_rebuild_is_right() {
    let office = Office::ready();
    show_by_rule(&office);
    office.ok(&["build"]);
    let folder = Folder::new(office);
    let good = folder.store(RealDisk);
    let mut session = Session::default();
    let mut current = folder.rebuild(&mut session, &good).unwrap();
    for fault in [Fault::Full, Fault::Killed, Fault::Once] {
        let mut succeeded = false;
        let mut before = bytes(&good.require_current().unwrap());
        // Whether a fault left the last release, and whether one came after the switch.
        let mut both = [false; 2];
        for at in 0..200 {
            edit_election(&folder.office, |election| election.units[1].name_vi = format!("{fault:?} {at}"));
            let disk = FaultyDisk::new(at, fault);
            let result = folder.rebuild(&mut session, &folder.store(disk.clone()));
            let now = good.current_id().unwrap().unwrap();
            if result.is_err() && now == current {
                // As after a crash: what it left does not matter.
                session = Session::default();
            }
            let release = good.require_current().unwrap();
            assert!(niemyet::release::verify::stored_bytes(&release).is_empty(), "{fault:?} at {at}");
            let (moved, left) = (now != current, bytes(&release));
            assert!(moved || left == before, "{fault:?} at {at}: the last release is another one");
            current = folder.rebuild(&mut session, &good).unwrap();
            let shown = bytes(&good.require_current().unwrap());
            assert!(
                !moved || left == shown,
                "{fault:?} at {at}: what became public was not the whole release"
            );
            (before, both) = (shown.clone(), [both[0] || !moved, both[1] || moved]);
            let page = String::from_utf8(shown["don-vi/index.html"].clone()).unwrap();
            assert!(page.contains(&format!("{fault:?} {at}")), "the next rebuild after {fault:?} at {at}");
            if disk.operations() <= at {
                succeeded = true;
                break;
            }
        }
        assert!(succeeded, "{fault:?}: the steps never end");
        assert_eq!(both, [true; 2], "{fault:?}: no fault came before the switch, or none after it");
    }
}

#[test]
fn step_by_step_gives_what_a_build_from_nothing_gives() {
    let office = Office::ready();
    show_by_rule(&office);
    office.ok(&["build"]);
    let folder = Folder::new(office);
    let good = folder.store(RealDisk);
    let mut session = Session::default();
    for step in 0..20 {
        edit_election(&folder.office, |election| {
            election.units[1 + step % 5].name_vi = format!("Bước {step}");
            if step % 7 == 3 {
                election.units.pop();
            }
        });
        folder.rebuild(&mut session, &good).unwrap();
    }
    let release = good.require_current().unwrap();
    let site = site_source::read(&folder.office.path("niemyet/site")).unwrap();
    let dir = folder.office.path("niemyet");
    let place = Place {
        dir: &dir,
        config: &folder.config,
        documents: &folder.documents,
        releases: &good,
        laws: &folder.laws,
    };
    let engine = niemyet::rebuild::embedded_name();
    let project =
        project::current(&mut folder.documents.load().unwrap(), &site, place.settings(&engine)).unwrap();
    assert_eq!(project.inputs, release.header().inputs);
    let memory = Memory::default();
    Engine::build(project.tree, &memory).unwrap();
    assert!(memory.into_inner() == bytes(&release), "incremental differs from full");
}
