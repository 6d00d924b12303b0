//! The builder itself, held open in the middle of its work: requests meanwhile, its end meanwhile, a disk that fails under it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::time::Duration;
use std::time::Instant;

use niemyet::config::Config;
use niemyet::document::Key;
use niemyet::rebuild::Service;
use niemyet::rebuild::preview::Decisions;
use niemyet::rebuild::service::Parts;
use niemyet::rebuild::state::Phase;
use niemyet::reference::embedded;
use niemyet::release::Store;
use niemyet::release::verify;
use niemyet::replica::disk::Disk;
use niemyet::replica::disk::RealDisk;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::lock;
use niemyet_sync::access::AccountId;

use super::desk::PATIENCE;
use super::desk::approve;
use super::desk::edit_election;
use super::desk::token;
use crate::support::cli::Office;
use crate::support::faulty_disk::Fault;
use crate::support::faulty_disk::FaultyDisk;

/// Requests at once.
const MANY: usize = 12;

fn releases(office: &Office, disk: impl Disk + 'static) -> Arc<Store> {
    Arc::new(Store::open(&office.path("niemyet/releases"), Arc::new(disk)))
}

fn builder(office: &Office, releases: &Arc<Store>, on_release: impl Fn() + Send + Sync + 'static) -> Service {
    let dir: PathBuf = office.path("niemyet");
    let service = Service::new(Parts {
        config: Config { as_of: Some("2021-03-05".parse().unwrap()), ..Config::default() },
        documents: Arc::new(DocumentStore::open(&dir, None).unwrap()),
        releases: Arc::clone(releases),
        laws: embedded::laws().unwrap(),
        on_release: Box::new(move |_| on_release()),
        dir,
    });
    service.start().unwrap();
    service
}

/// Changes a page of the site, so that the next build makes a release.
fn change_site(office: &Office, line: &str) {
    let page = office.path("niemyet/site/content/gioi-thieu.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, format!("{text}\n{line}\n")).unwrap();
}

/// Holds each build open, when its release is there already, until it is let go on.
struct Gate {
    reached: Receiver<()>,
    go_on: Sender<()>,
}

fn gated(office: &Office, releases: &Arc<Store>) -> (Service, Gate) {
    let ((reaching, reached), (go_on, let_go)) = (mpsc::channel(), mpsc::channel());
    let gate = Mutex::new((reaching, let_go));
    let service = builder(office, releases, move || {
        let gate = gate.lock().unwrap();
        gate.0.send(()).unwrap();
        // An error: the test is over.
        let _ = gate.1.recv();
    });
    (service, Gate { reached, go_on })
}

fn until(service: &Service, is_so: impl Fn(&niemyet::rebuild::state::State) -> bool) {
    let started = Instant::now();
    while !is_so(&service.state().borrow()) {
        assert!(started.elapsed() < PATIENCE, "it stays {:?}", *service.state().borrow());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn requests_while_one_builds_become_one_more() {
    let office = Office::ready();
    office.ok(&["build"]);
    let releases = releases(&office, RealDisk);
    let (service, gate) = gated(&office, &releases);
    change_site(&office, "Lần một.");
    let first = service.ask(None, true);
    gate.reached.recv_timeout(PATIENCE).unwrap();
    change_site(&office, "Lần hai.");
    let asked: Vec<_> = (0..MANY)
        .map(|_| {
            let service = service.clone();
            std::thread::spawn(move || service.ask(None, true))
        })
        .collect();
    let asked: Vec<u64> = asked.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(asked, [first + 1; MANY], "one follows, for all that came meanwhile");
    assert_eq!(service.state().borrow().next, Some(first + 1));
    gate.go_on.send(()).unwrap();
    gate.reached.recv_timeout(PATIENCE).unwrap();
    gate.go_on.send(()).unwrap();
    until(&service, |state| state.build == first + 1 && state.phase == Phase::Done && state.next.is_none());
    let counts = service.last().1;
    assert_eq!((counts.new, counts.unchanged, counts.failed), (2, 0, 0));
    assert_eq!(releases.ids().unwrap().len(), 3);
    service.stop(PATIENCE);
}

#[test]
fn its_end_does_not_wait_for_a_build_that_never_ends() {
    let office = Office::ready();
    office.ok(&["build"]);
    let releases = releases(&office, RealDisk);
    let (service, gate) = gated(&office, &releases);
    change_site(&office, "Lần một.");
    service.ask(None, true);
    gate.reached.recv_timeout(PATIENCE).unwrap();
    let (over, ended) = mpsc::channel();
    let ending = service.clone();
    std::thread::spawn(move || {
        ending.stop(Duration::from_millis(100));
        over.send(()).unwrap();
    });
    ended.recv_timeout(PATIENCE).expect("it waits for the build, which is held open");
    let current = releases.require_current().unwrap();
    assert!(verify::stored_bytes(&current).is_empty());
}

#[test]
fn a_release_that_is_being_rendered_is_given_up_at_the_end() {
    let office = Office::ready();
    office.ok(&["build"]);
    let releases = releases(&office, RealDisk);
    let first = releases.current_id().unwrap();
    let service = builder(&office, &releases, || ());
    change_site(&office, "Lần một.");
    service.ask(None, true);
    until(&service, |state| state.phase == Phase::Rendering || state.phase == Phase::Done);
    service.stop(PATIENCE);
    // Whichever came first, the release that is current is whole.
    let done = service.state().borrow().phase == Phase::Done;
    assert_eq!(releases.current_id().unwrap() != first, done);
    assert!(verify::stored_bytes(&releases.require_current().unwrap()).is_empty());
}

#[test]
fn going_back_on_a_disk_that_fails_at_any_step_leaves_one_release_or_the_other() {
    let office = Office::ready();
    token(&office, "truyen.thong", "team_comms");
    office.ok(&["build"]);
    let good = releases(&office, RealDisk);
    let first = good.current_id().unwrap().unwrap();
    edit_election(&office, |election| election.units[1].name_vi = "Bản thứ hai".into());
    approve(&office, &Key::Election);
    office.ok(&["build"]);
    let second = good.current_id().unwrap().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for fault in [Fault::Full, Fault::Killed] {
        let mut succeeded = false;
        for at in 0..50 {
            let disk = FaultyDisk::new(at, fault);
            let service = builder(&office, &releases(&office, disk.clone()), || ());
            let went = runtime.block_on(service.activate(&first, AccountId(1))).unwrap();
            service.stop(PATIENCE);
            let now = good.require_current().unwrap();
            assert!([&first, &second].contains(&&now.id().to_owned()), "{fault:?} at {at}");
            assert!(verify::stored_bytes(&now).is_empty(), "{fault:?} at {at}");
            assert!(went.is_err() || now.id() == first, "{fault:?} at {at}: said to be done");
            // And back, on a disk that works.
            let service = builder(&office, &good, || ());
            runtime.block_on(service.activate(&second, AccountId(1))).unwrap().unwrap();
            service.stop(PATIENCE);
            assert_eq!(good.current_id().unwrap().as_deref(), Some(second.as_str()));
            if disk.operations() <= at {
                succeeded = true;
                break;
            }
        }
        assert!(succeeded, "{fault:?}: the steps never end");
    }
}

#[test]
fn a_preview_needs_no_disk_and_leaves_what_is_public() {
    let office = Office::ready();
    office.ok(&["build"]);
    edit_election(&office, |election| election.units[1].name_vi = "Chỉ xem thử".into());
    let disk = FaultyDisk::new(0, Fault::Full);
    let releases = releases(&office, disk);
    let before = releases.current_id().unwrap();
    let service = builder(&office, &releases, || ());
    let heads = super::desk::heads(&office, &Key::Election);
    let decisions = Decisions { approve: [(Key::Election, heads)].into(), ..Decisions::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let preview = service.with(move |session, place| {
        session.preview(place, &decisions, ("team_comms", "2021-03-05T09:00:00+07:00"))
    });
    let preview = runtime.block_on(preview).unwrap().unwrap();
    let page = String::from_utf8(preview.file("don-vi/index.html").unwrap().unwrap()).unwrap();
    assert!(page.contains("Chỉ xem thử"));
    service.stop(PATIENCE);
    assert_eq!(releases.current_id().unwrap(), before);
}

/// The folder's lock, once the builder lets go of it.
fn locked(office: &Office) -> lock::FolderLock {
    let started = Instant::now();
    loop {
        match lock::lock(&office.path("niemyet")) {
            Ok(lock) => return lock,
            Err(error) => assert!(started.elapsed() < PATIENCE, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn going_back_on_the_command_line_is_not_undone_by_a_rebuild_that_waits_for_the_folder() {
    let office = Office::ready();
    office.ok(&["build"]);
    let releases = releases(&office, RealDisk);
    let first = releases.current_id().unwrap().unwrap();
    edit_election(&office, |election| election.units[1].name_vi = "Bản thứ hai".into());
    approve(&office, &Key::Election);
    office.ok(&["build"]);
    let service = builder(&office, &releases, || ());
    until(&service, |state| state.phase == Phase::Done);
    for round in 0..3 {
        let held = locked(&office);
        let current = releases.current_id().unwrap();
        edit_election(&office, |election| election.units[1].name_vi = format!("Vòng {round}"));
        approve(&office, &Key::Election);
        service.wake("publication");
        until(&service, |state| state.phase == Phase::Waiting);
        assert_eq!(releases.current_id().unwrap(), current);
        // As the command does it, which has the folder meanwhile.
        releases.activate(&first, &held).unwrap();
        drop(held);
        until(&service, |state| !state.is_under_way());
        assert_eq!(releases.current_id().unwrap().as_deref(), Some(first.as_str()), "round {round}");
        // On with the newest, whose end of the pause is noticed.
        let newest = releases.ids().unwrap().pop().unwrap();
        let held = locked(&office);
        releases.activate(&newest, &held).unwrap();
        drop(held);
        service.ask(None, false);
        until(&service, |state| !state.is_under_way() && state.next.is_none());
    }
    service.stop(PATIENCE);
}

#[test]
fn a_release_that_the_disk_did_not_confirm_is_told_and_noted_as_it_is_public() {
    let office = Office::ready();
    office.ok(&["build"]);
    let good = releases(&office, RealDisk);
    let mut unconfirmed = 0;
    let counting = FaultyDisk::new(usize::MAX, Fault::Full);
    let asked = |disk: FaultyDisk, line: &str| {
        change_site(&office, line);
        let before = good.current_id().unwrap();
        let shown = Arc::new(Mutex::new(0));
        let seen = Arc::clone(&shown);
        let service = builder(&office, &releases(&office, disk), move || *seen.lock().unwrap() += 1);
        let build = service.ask(None, false);
        until(&service, |state| state.build >= build && !state.is_under_way());
        service.stop(PATIENCE);
        let state = service.state().borrow().clone();
        let now = good.current_id().unwrap();
        let shown = *shown.lock().unwrap();
        (state, (before != now).then_some(now).flatten(), shown)
    };
    asked(counting.clone(), "Đếm");
    let steps = counting.operations();
    for at in steps.saturating_sub(8)..=steps {
        let (state, moved, shown) = asked(FaultyDisk::new(at, Fault::Full), &format!("Bước {at}"));
        let Some(moved) = moved else { continue };
        assert_eq!(
            (state.phase, state.release.as_deref()),
            (Phase::Done, Some(moved.as_str())),
            "at {at}: {state:?}"
        );
        assert_eq!(shown, 1, "readers are shown it, at {at}");
        let log = office.ok(&["--json", "audit", "--event", "release-made"]);
        assert!(log.contains(&moved), "it was made by nobody, at {at}");
        unconfirmed += usize::from(state.warnings.iter().any(|warning| warning.path == "releases/current"));
    }
    assert!(unconfirmed > 0, "no fault came between the switch and its confirmation");
}
