//! `niemyet watch`: changes become releases, mistakes are told and survived.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use automerge::ActorId;
use niemyet::document::Key;
use niemyet::document::publication;
use niemyet::document::publication::Notice;
use niemyet::document::publication::NoticeText;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::lock;
use niemyet::replica::lock::FolderLock;
use niemyet::replica::lock::LockError;

use crate::support::cli::Office;
use crate::support::cli::Running;

/// Generous: it bounds a failure, not the work.
const PATIENCE: Duration = Duration::from_secs(60);

struct Watching {
    running: Running,
    said: Receiver<String>,
}

impl Watching {
    fn start(office: &Office) -> Self {
        let mut running = office.start(&["watch"]);
        let (sender, said) = mpsc::channel();
        let (out, err) = (running.0.stdout.take().unwrap(), running.0.stderr.take().unwrap());
        let other = sender.clone();
        std::thread::spawn(move || {
            BufReader::new(out).lines().try_for_each(|line| sender.send(line.unwrap()))
        });
        std::thread::spawn(move || {
            BufReader::new(err).lines().try_for_each(|line| other.send(line.unwrap()))
        });
        Self { running, said }
    }

    fn until(&self, words: &str) -> String {
        loop {
            let line = self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it never said `{words}`"));
            if line.contains(words) {
                return line;
            }
        }
    }
}

#[test]
fn what_is_hardly_meant_is_told_when_it_comes() {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut watching = Watching::start(&office);
    watching.until("Watching");
    fs::write(office.path("niemyet/site/content/lich/nháp.docx"), "x").unwrap();
    let said = watching.until("warning: content/lich/nháp.docx");
    assert!(said.contains("publish a PDF"), "{said}");
    assert_eq!(watching.running.terminate(), Some(0));
}

#[test]
fn changes_become_releases_and_mistakes_are_survived() {
    let office = Office::ready();
    // Built before, so that the watch begins without a release of its own, which could be taken for the next one.
    office.ok(&["build"]);
    let mut watching = Watching::start(&office);
    watching.until("Watching");

    let page = office.path("niemyet/site/content/gioi-thieu.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, format!("{text}\nMột dòng mới.\n")).unwrap();
    watching.until("is current");

    // As editors write: a new file renamed over the old one.
    let template = office.path("niemyet/site/templates/page.html");
    let good = fs::read(&template).unwrap();
    let beside = office.path("niemyet/site/templates/.page.html.new");
    fs::write(&beside, "{% if %}").unwrap();
    fs::rename(&beside, &template).unwrap();
    assert!(watching.until("error").contains("templates/page.html"));
    watching.until("last good release stays");
    fs::write(&template, &good).unwrap();
    watching.until("in order again; release ");
    fs::write(&page, format!("{text}\nMột dòng khác.\n")).unwrap();
    watching.until("is current");

    // A folder goes, and comes back.
    fs::rename(office.path("niemyet/site/content"), office.path("away")).unwrap();
    watching.until("last good release stays");
    fs::rename(office.path("away"), office.path("niemyet/site/content")).unwrap();
    fs::write(&page, format!("{text}\nMột dòng sau cùng.\n")).unwrap();
    watching.until("is current");

    // A change of a document, kept by another process.
    let documents = DocumentStore::open(&office.path("niemyet"), None).unwrap();
    let mut publication = documents.load().unwrap().remove(&Key::Publication).unwrap();
    publication.set_actor(ActorId::random());
    let text = NoticeText { title: "Thông báo mới".into(), paragraphs: vec!["Một đoạn.".into()] };
    let texts = [("vi".to_owned(), text)].into();
    let notice = Notice { id: "n1".into(), date: "2021-03-04".into(), texts };
    publication::put_notice(&mut publication, &notice).unwrap();
    publication.commit("a notice", 1);
    documents.save(&mut publication).unwrap();
    watching.until("is current");
    drop(documents);
    assert_eq!(watching.running.terminate(), Some(0));

    office.ok(&["release", "verify"]);
    office.ok(&["release", "export", "out"]);
    let shown = fs::read_to_string(office.path("out/gioi-thieu/index.html")).unwrap();
    assert!(shown.contains("Một dòng sau cùng."), "{shown}");
}

#[test]
fn what_somebody_went_back_to_is_not_replaced_by_itself() {
    let office = Office::ready();
    office.ok(&["build"]);
    fs::write(office.path("niemyet/site/content/them.md"), "+++\ntitle = \"Thêm\"\n+++\n").unwrap();
    office.ok(&["build"]);
    let list = office.ok(&["--json", "release", "list"]);
    let first: serde_json::Value = serde_json::from_str(list.lines().next().unwrap()).unwrap();
    office.ok(&["release", "activate", first["id"].as_str().unwrap()]);
    assert!(office.fails(1, &["watch"]).contains("Somebody went back"));
    office.ok(&["build"]);
    Watching::start(&office).until("Watching");
}

/// The lock of who writes releases, taken when the watch has let it go: it says what is current before that.
fn lock_once_free(folder: &Path) -> FolderLock {
    for _ in 0..600 {
        match lock::lock(folder) {
            Err(LockError::Held { .. }) => std::thread::sleep(Duration::from_millis(100)),
            taken => return taken.unwrap(),
        }
    }
    panic!("{}: never let go", folder.display());
}

#[test]
fn others_write_releases_between_its_builds_and_going_back_is_kept_to() {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut watching = Watching::start(&office);
    watching.until("Watching");
    let page = office.path("niemyet/site/content/them.md");
    fs::write(&page, "+++\ntitle = \"Thêm\"\n+++\n").unwrap();
    watching.until("is current");
    let list = office.ok(&["--json", "release", "list"]);
    let first: serde_json::Value = serde_json::from_str(list.lines().next().unwrap()).unwrap();
    let first = first["id"].as_str().unwrap();
    // Another process writes, beside the watch, and nothing is undone by it.
    office.ok(&["release", "activate", first]);
    fs::write(&page, "+++\ntitle = \"Thêm nữa\"\n+++\n").unwrap();
    watching.until("Somebody went back");
    assert!(office.ok(&["release", "list"]).contains(&format!("* {first}")));
    office.ok(&["build"]);
    fs::write(&page, "+++\ntitle = \"Thêm lần cuối\"\n+++\n").unwrap();
    watching.until("is current");

    let held = lock_once_free(&office.path("niemyet"));
    fs::write(&page, "+++\ntitle = \"Sau khi chờ\"\n+++\n").unwrap();
    watching.until("Another program writes releases");
    drop(held);
    watching.until("is current");
    assert_eq!(watching.running.terminate(), Some(0));
    office.ok(&["release", "verify"]);
}
