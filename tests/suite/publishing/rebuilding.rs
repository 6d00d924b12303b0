//! Rebuilds by the server: by the button, by rule, one at a time; failures with their place; going back.

use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;

use automerge::ActorId;
use niemyet::document::Content;
use niemyet::document::Key;
use niemyet::document::format_heads;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::document::write_directive;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::lock;
use serde_json::Value;
use serde_json::json;

use super::desk::Desk;
use super::desk::PATIENCE;
use super::desk::approve;
use super::desk::edit_election;
use super::desk::edit_publication;
use super::desk::show_by_rule;
use crate::support::cli::Office;

const PAGE: &str = "/don-vi/";

fn rename(desk: &Desk, name: &str) {
    edit_election(&desk.office, |election| election.units[1].name_vi = name.to_owned());
}

#[test]
fn approved_released_gone_back_and_released_again() {
    let mut desk = Desk::open();
    let first = desk.current();
    rename(&desk, "Thành phố Mới");
    assert_eq!(desk.rebuild()["new"], false, "an edit is not public before it is approved");
    approve(&desk.office, &Key::Election);
    desk.until_public(PAGE, "Thành phố Mới");
    let second = desk.current();
    assert_ne!(first, second);
    let changes = desk.get(&format!("/api/releases/{second}/changes?since={first}")).json();
    assert!(
        changes["changed"]["paths"].as_array().unwrap().contains(&json!("don-vi/index.html")),
        "{changes}"
    );
    assert!(changes["documents"]["election"]["new"].is_array(), "{changes}");

    let gone_back = desk.post(&format!("/api/releases/{first}/activate"), &json!({}));
    assert_eq!((gone_back.status, gone_back.json()["paused"].as_bool()), (200, Some(true)));
    assert!(!desk.public(PAGE).contains("Thành phố Mới"), "at once");
    rename(&desk, "Thành phố Sau");
    approve(&desk.office, &Key::Election);
    // A look that is counted from here on sees the approval; something has to move for there to be one.
    let looks = desk.figure("looks_total");
    rename(&desk, "Thành phố Sau nữa");
    desk.until_figure("looks_total", |now| now > looks);
    assert_eq!(desk.current(), first, "nothing is released by itself after somebody went back");
    assert_eq!(desk.get("/api/rebuild").json()["paused"], true);
    let state = desk.rebuild();
    assert_eq!((state["new"].as_bool(), state["paused"].as_bool()), (Some(true), Some(false)), "{state}");
    assert!(desk.public(PAGE).contains("Thành phố Sau"));
    assert_eq!(desk.post("/api/releases/000001-000000000000/activate", &json!({})).status, 404);

    assert_eq!(desk.figure("builds_total{result=\"new\"}"), 2.0);
    assert_eq!((desk.figure("builds_total{result=\"failed\"}"), desk.figure("waiting")), (0.0, 0.0));
    assert!(desk.figure("last_seconds{part=\"render\"}") > 0.0);
    assert_eq!(desk.figure(&format!("current{{release=\"{}\"}}", desk.current())), 1.0);
    let log = desk.office.ok(&["audit"]);
    for word in ["rebuild-asked", "release-made", "release-activated", "truyen.thong", "by rule"] {
        assert!(log.contains(word), "`{word}` is not in the audit log: {log}");
    }
    assert_eq!(desk.serving.terminate(), Some(0));
    desk.office.ok(&["release", "verify"]);
}

#[test]
fn what_is_public_by_rule_follows_every_edit_and_a_build_from_nothing_gives_the_same() {
    let mut desk = Desk::open();
    show_by_rule(&desk.office);
    rename(&desk, "Theo quy tắc");
    desk.until_public(PAGE, "Theo quy tắc");
    rename(&desk, "Theo quy tắc lần hai");
    desk.until_public(PAGE, "Theo quy tắc lần hai");
    assert_eq!(desk.serving.terminate(), Some(0));
    // Renders again from what the manifest recorded, though the documents have moved on.
    rename(&desk, "Chưa dựng");
    desk.office.ok(&["release", "verify"]);
}

#[test]
fn a_mistake_is_named_with_its_line_and_the_last_release_stays() {
    let mut desk = Desk::open();
    let first = desk.current();
    let template = desk.office.path("niemyet/site/templates/page.html");
    let good = fs::read_to_string(&template).unwrap();
    fs::write(&template, format!("{good}\n{{% if %}}\n")).unwrap();
    let state = desk.rebuild();
    assert_eq!(state["phase"], "failed", "{state}");
    let error = &state["error"];
    let line = good.lines().count() as u64;
    assert_eq!(error["template"], "templates/page.html", "{state}");
    assert!(
        error["line"].as_u64().unwrap() >= line && error["message"].as_str().unwrap().contains("page.html")
    );
    assert_eq!(desk.current(), first);
    assert!(desk.public("/").contains("<html"));
    fs::write(&template, &good).unwrap();
    assert_eq!(desk.rebuild()["phase"], "done");

    edit_election(&desk.office, |election| election.election_day = "một ngày".into());
    approve(&desk.office, &Key::Election);
    let state = desk.until("/api/rebuild", |state| state["phase"] == "failed");
    assert_eq!(state["error"]["document"], "election", "{state}");
    assert_eq!(desk.current(), first);
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn progress_is_told_as_it_happens_and_ends_with_the_server() {
    let mut desk = Desk::open();
    let mut stream = TcpStream::connect(desk.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET /api/rebuild/events HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\n\r\n", desk.token)
        .unwrap();
    let mut said = String::new();
    let mut until = |is_so: &dyn Fn(&[Value]) -> bool| {
        let mut buffer = [0; 4096];
        loop {
            let states: Vec<Value> = said
                .lines()
                .filter_map(|line| line.strip_prefix("data: "))
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect();
            if is_so(&states) {
                return states;
            }
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "the stream ended: {said}");
            said.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    };
    until(&|states| !states.is_empty());
    desk.post("/api/rebuild", &json!({ "full": true }));
    let states =
        until(&|states| states.last().is_some_and(|last| last["phase"] == "done" && last["build"] == 1));
    let phases: Vec<&str> = states.iter().map(|state| state["phase"].as_str().unwrap()).collect();
    assert!(phases.contains(&"rendering"), "{phases:?}");
    assert_eq!(states.last().unwrap()["release"], desk.current());
    // The server does not wait for streams, which would never end by themselves.
    assert_eq!(desk.serving.terminate(), Some(0));
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
}

#[test]
fn what_could_not_be_released_by_rule_while_another_process_had_the_folder_is_released_afterwards() {
    let mut desk = Desk::open();
    let held = lock::lock(&desk.office.path("niemyet")).unwrap();
    rename(&desk, "Sau khi khóa mở");
    approve(&desk.office, &Key::Election);
    desk.until("/api/rebuild", |state| state["phase"] == "failed");
    drop(held);
    desk.until_public(PAGE, "Sau khi khóa mở");
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn an_approval_that_comes_before_the_change_is_released_when_the_change_comes() {
    let mut desk = Desk::open();
    let key = Key::directive("19/KL-UBBC").unwrap();
    let documents = DocumentStore::open(&desk.office.path("niemyet"), None).unwrap();
    let mut document = documents.load().unwrap().remove(&key).unwrap();
    document.set_actor(ActorId::random());
    let Content::Directive(mut directive) = document.content().unwrap() else { panic!("no directive") };
    let task = directive.tasks.iter_mut().find(|task| task.publish == "public").unwrap();
    task.text_vi = "Lời đến sau phê duyệt.".into();
    write_directive(&mut document, &directive).unwrap();
    document.commit("an edit", 1).unwrap();
    let approval = Approval {
        heads: format_heads(&document.heads()),
        by: "team_comms".into(),
        at: "2021-03-05T09:00:00+07:00".into(),
        basis: "test".into(),
        contested: false,
    };
    edit_publication(&desk.office, |document| publication::approve(document, &key, &approval).unwrap());
    let failed = desk.until("/api/rebuild", |state| state["phase"] == "failed");
    assert_eq!(failed["error"]["document"], key.to_string(), "{failed}");
    let first = desk.current();
    documents.save(&mut document).unwrap();
    let done = desk.until("/api/rebuild", |state| state["phase"] == "done");
    assert_ne!(done["release"], first, "{done}");
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn a_rebuild_that_finds_the_older_release_right_ends_the_pause() {
    let mut desk = Desk::open();
    let first = desk.current();
    let template = desk.office.path("niemyet/site/templates/page.html");
    let good = fs::read_to_string(&template).unwrap();
    fs::write(&template, format!("{good}\n<!-- lần hai -->\n")).unwrap();
    assert_eq!(desk.rebuild()["new"], true);
    assert_eq!(desk.post(&format!("/api/releases/{first}/activate"), &json!({})).json()["paused"], true);
    fs::write(&template, &good).unwrap();
    let state = desk.rebuild();
    assert_eq!(state["release"], first, "{state}");
    assert_eq!((state["new"].as_bool(), state["paused"].as_bool()), (Some(false), Some(false)), "{state}");
    rename(&desk, "Sau khi quay lại");
    approve(&desk.office, &Key::Election);
    desk.until_public(PAGE, "Sau khi quay lại");
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn what_is_released_by_rule_takes_no_edit_of_the_site_with_it() {
    const EDIT: &str = "<!-- chưa ai duyệt -->";
    let office = Office::ready();
    show_by_rule(&office);
    office.ok(&["build"]);
    let template = office.path("niemyet/site/templates/base.html");
    let good = fs::read_to_string(&template).unwrap();
    fs::write(&template, good.replace("</body>", &format!("{EDIT}</body>"))).unwrap();
    let mut desk = Desk::serve(office);
    rename(&desk, "Ngay sau khi khởi động");
    desk.until_public(PAGE, "Ngay sau khi khởi động");
    assert!(!desk.public(PAGE).contains(EDIT), "after a start");
    assert_eq!(desk.post("/api/preview", &json!({})).status, 200);
    rename(&desk, "Sau khi xem thử");
    desk.until_public(PAGE, "Sau khi xem thử");
    assert!(!desk.public(PAGE).contains(EDIT), "after a preview");
    desk.rebuild();
    assert!(desk.public(PAGE).contains(EDIT), "who asks for a rebuild asks for everything on the disk");
    assert_eq!(desk.serving.terminate(), Some(0));
    desk.office.ok(&["release", "verify"]);
}
