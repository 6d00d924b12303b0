//! What the builder tells of its work: what came of what was asked for stays told, and every switch is in the audit log.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use automerge::AutoCommit;
use automerge::ObjId;
use automerge::ObjType;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use niemyet::document::Key;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use serde_json::Value;
use serde_json::json;

use super::desk::Desk;
use super::desk::approve;
use super::desk::edit_election;
use super::desk::edit_publication;
use super::desk::show_by_rule;
use crate::support::cli::Office;

const PAGE: &str = "/don-vi/";
const DIRECTIVE: &str = "/van-ban/19-kl-ubbc/";
/// Longer than anything that is to happen by itself takes.
const SOON: Duration = Duration::from_secs(20);

fn directive() -> Key {
    Key::directive("19/KL-UBBC").unwrap()
}

fn rename(desk: &Desk, name: &str) {
    edit_election(&desk.office, |election| election.units[1].name_vi = name.to_owned());
}

/// Waits until the public reads the word there, or does no more.
fn until_public(desk: &Desk, path: &str, (word, is_there): (&str, bool), what: &str) {
    let started = Instant::now();
    while desk.public(path).contains(word) != is_there {
        assert!(started.elapsed() < SOON, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until what was decided was looked at, and nothing more comes of it.
fn settled(desk: &Desk) {
    let (mut looks, mut since) = (desk.figure("looks_total"), Instant::now());
    while since.elapsed() < Duration::from_secs(3) {
        std::thread::sleep(Duration::from_millis(50));
        let now = desk.figure("looks_total");
        if now != looks {
            (looks, since) = (now, Instant::now());
        }
    }
}

fn activate(desk: &Desk, id: &str) -> Value {
    let answer = desk.post(&format!("/api/releases/{id}/activate"), &json!({}));
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

/// Writes a mistake into a template; gives its path and what stood there.
fn breaks_a_template(desk: &Desk) -> (PathBuf, String) {
    let template = desk.office.path("niemyet/site/templates/page.html");
    let good = fs::read_to_string(&template).unwrap();
    fs::write(&template, format!("{good}\n{{% if %}}\n")).unwrap();
    (template, good)
}

#[test]
fn what_came_of_an_asked_build_is_told_until_the_next_one_is_asked_for() {
    let office = Office::ready();
    show_by_rule(&office);
    office.ok(&["build"]);
    let mut desk = Desk::serve(office);
    let (template, good) = breaks_a_template(&desk);
    let failed = desk.rebuild();
    assert_eq!(failed["phase"], "failed", "{failed}");
    // What follows by rule takes nothing of the site with it, and goes well.
    rename(&desk, "Theo quy tắc");
    let by_rule = desk.until("/api/rebuild", |state| {
        state["phase"] == "done" && state["build"].as_u64() > failed["build"].as_u64()
    });
    let asked = &by_rule["asked"];
    assert_eq!((&asked["build"], &asked["error"]), (&failed["build"], &failed["error"]), "{by_rule}");
    assert_eq!(asked["error"]["template"], "templates/page.html", "{by_rule}");

    // A warning of an asked build stays as well; so does that it went well.
    let office_file = desk.office.path("niemyet/site/static/thu.docx");
    fs::write(&template, &good).unwrap();
    fs::write(&office_file, "x").unwrap();
    let done = desk.rebuild();
    assert!(!done["warnings"].as_array().unwrap().is_empty(), "{done}");
    rename(&desk, "Lần hai");
    let by_rule = desk.until("/api/rebuild", |state| {
        state["phase"] == "done" && state["build"].as_u64() > done["build"].as_u64()
    });
    let asked = &by_rule["asked"];
    assert_eq!((&asked["build"], &asked["warnings"]), (&done["build"], &done["warnings"]), "{by_rule}");
    assert!(asked["error"].is_null() && asked["release"] == done["release"], "{by_rule}");
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn a_failure_is_told_until_somebody_else_has_made_a_newer_release() {
    let office = Office::ready();
    show_by_rule(&office);
    office.ok(&["build"]);
    let first = current(&office);
    let mut desk = Desk::serve(office);
    let (template, good) = breaks_a_template(&desk);
    let failed = desk.rebuild();
    assert_eq!(failed["asked"]["error"]["template"], "templates/page.html", "{failed}");
    // What this server makes by rule, or one that was there before, has nothing of what was asked for.
    rename(&desk, "Theo quy tắc");
    desk.until_public(PAGE, "Theo quy tắc");
    let second = desk.current();
    for id in [&first, &second] {
        desk.office.ok(&["release", "activate", id]);
        std::thread::sleep(Duration::from_secs(2));
        let state = desk.get("/api/rebuild").json();
        assert_eq!(state["asked"]["error"], failed["error"], "{state}");
    }
    let failed = desk.rebuild();
    assert_eq!(failed["phase"], "failed", "{failed}");
    fs::write(&template, format!("{good}\n<!-- đã sửa -->\n")).unwrap();
    desk.office.ok(&["build"]);
    let started = Instant::now();
    loop {
        let state = desk.get("/api/rebuild").json();
        if state["asked"].is_null() && state["phase"] == "done" {
            assert!(state["error"].is_null() && state["release"] == json!(desk.current()), "{state}");
            break;
        }
        assert!(started.elapsed() < SOON, "the desk goes on telling it: {state}");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn a_failure_is_told_no_longer_once_the_file_is_put_back_as_it_was() {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut desk = Desk::serve(office);
    let (template, good) = breaks_a_template(&desk);
    let failed = desk.rebuild();
    assert_eq!(failed["asked"]["error"]["template"], "templates/page.html", "{failed}");
    // As long as it stands there it is told, also where another file is as it should be again.
    let page = desk.office.path("niemyet/site/content/gioi-thieu.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, format!("{text}\nMột dòng.\n")).unwrap();
    fs::write(&page, &text).unwrap();
    std::thread::sleep(Duration::from_secs(3));
    let state = desk.get("/api/rebuild").json();
    assert_eq!((&state["phase"], &state["error"]), (&failed["phase"], &failed["error"]), "{state}");

    let mut watching = desk.office.start(&["watch"]);
    let stderr = watching.0.stderr.take().unwrap();
    wait_for(stderr, "Watching");
    fs::write(&template, &good).unwrap();
    let state = desk.until("/api/rebuild", |state| state["phase"] == "done" && state["asked"].is_null());
    assert_eq!((&state["error"], &state["release"]), (&Value::Null, &json!(desk.current())), "{state}");
    assert_eq!(watching.terminate(), Some(0));
    assert_eq!(desk.releases().len(), 1, "there was nothing to build");
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn what_was_withdrawn_during_a_pause_is_gone_when_somebody_ends_it() {
    let mut desk = Desk::open();
    let first = desk.current();
    rename(&desk, "Tên mới");
    approve(&desk.office, &Key::Election);
    desk.until_public(PAGE, "Tên mới");
    let second = desk.current();
    assert_eq!(activate(&desk, &first)["paused"], true);
    edit_publication(&desk.office, |document| publication::revoke(document, &directive()).unwrap());
    settled(&desk);
    assert_eq!(activate(&desk, &second)["paused"], false);
    until_public(&desk, DIRECTIVE, ("KL-UBBC", false), "going forward here brought it back");

    // The same where the pause is ended on the command line.
    let third = desk.current();
    activate(&desk, &first);
    approve(&desk.office, &directive());
    settled(&desk);
    desk.office.ok(&["release", "activate", &third]);
    // Until that is noticed the first release is shown, in which the directive stands as well.
    desk.until("/api/rebuild", |state| {
        state["paused"] == false && state["phase"] == "done" && state["release"] != json!(third)
    });
    until_public(&desk, DIRECTIVE, ("KL-UBBC", true), "the end of the pause was not noticed");
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn going_back_names_what_was_withdrawn_or_held_back_since() {
    let mut desk = Desk::open();
    let first = desk.current();
    edit_publication(&desk.office, |document| publication::revoke(document, &directive()).unwrap());
    desk.rebuild();
    let second = desk.current();
    let of = |id: &str| desk.releases().into_iter().find(|release| release["id"] == id).unwrap();
    assert_eq!(of(&first)["withdrawn"], json!(["directive/19/KL-UBBC"]));
    assert!(of(&second)["withdrawn"].is_null(), "nothing: {}", of(&second));
    assert_eq!(activate(&desk, &first)["withdrawn"], json!(["directive/19/KL-UBBC"]));
    assert!(activate(&desk, &second)["withdrawn"].is_null());
    let said = desk.office.run(&["--json", "release", "activate", &first]);
    let told: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(told["withdrawn"], json!(["directive/19/KL-UBBC"]), "{told}");
    let words = crate::support::cli::stderr(&said);
    assert!(words.contains("directive/19/KL-UBBC") && words.contains("thu hồi"), "{words}");
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn every_switch_is_in_the_audit_log() {
    let mut desk = Desk::open();
    let first = desk.current();
    approve_another(&desk, "Bản hai");
    let second = desk.current();
    for (id, event) in [(&first, "release-made"), (&second, "release-made")] {
        assert!(logged(&desk.office, event, id), "{event} {id}");
    }
    activate(&desk, &first);
    assert!(logged(&desk.office, "release-activated", &first));
    assert_eq!(desk.serving.terminate(), Some(0));
    let entries =
        |office: &Office| office.ok(&["--json", "audit", "--event", "release-activated"]).lines().count();
    // A watch that goes back to what it had rendered.
    let before = entries(&desk.office);
    desk.office.ok(&["build"]);
    let newest = current(&desk.office);
    let mut watching = desk.office.start(&["watch"]);
    let stderr = watching.0.stderr.take().unwrap();
    wait_for(stderr, "Watching");
    desk.office.ok(&["release", "activate", &first]);
    assert_eq!(entries(&desk.office), before + 1);
    fs::remove_file(desk.office.path("niemyet/releases/went-back-to")).unwrap();
    let page = desk.office.path("niemyet/site/content/gioi-thieu.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, &text).unwrap();
    let started = Instant::now();
    while current(&desk.office) != newest {
        assert!(started.elapsed() < SOON, "the watch does not switch");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(watching.terminate(), Some(0));
    assert_eq!(entries(&desk.office), before + 2, "the watch switched and nobody knows");
}

/// Writes into the publication what no form would.
fn by_hand(office: &Office, operations: impl FnOnce(&mut AutoCommit)) {
    edit_publication(office, |document| operations(document.automerge_mut()));
}

fn notices(doc: &AutoCommit) -> ObjId {
    let content = doc.get(ROOT, "content").unwrap().unwrap().1;
    doc.get(&content, "notices").unwrap().unwrap().1
}

fn add_notice(doc: &mut AutoCommit, (id, date): (&str, &str)) {
    let list = notices(doc);
    let notice = doc.insert_object(&list, 0, ObjType::Map).unwrap();
    doc.put(&notice, "id", id).unwrap();
    doc.put(&notice, "date", date).unwrap();
    let texts = doc.put_object(&notice, "texts", ObjType::Map).unwrap();
    let text = doc.put_object(&texts, "vi", ObjType::Map).unwrap();
    doc.put(&text, "title", "Lịch").unwrap();
    let paragraphs = doc.put_object(&text, "paragraphs", ObjType::List).unwrap();
    doc.insert(&paragraphs, 0, "Một đoạn.").unwrap();
}

#[test]
fn a_failure_names_the_document_in_which_the_mistake_stands() {
    let mut desk = Desk::open();
    let failing = |desk: &Desk, what: &str| {
        let state = desk.rebuild();
        assert_eq!(state["phase"], "failed", "{what}: {state}");
        assert_eq!(state["error"]["document"], "publication", "{what}: {state}");
        state["error"]["message"].as_str().unwrap().to_owned()
    };
    by_hand(&desk.office, |doc| add_notice(doc, ("n1", "hôm nay")));
    failing(&desk, "the date of a notice");
    by_hand(&desk.office, |doc| {
        let list = notices(doc);
        doc.delete(&list, 0).unwrap();
        // Its page would be the list's own.
        add_notice(doc, ("index", "2021-03-04"));
    });
    let said = failing(&desk, "a page that is made of it");
    assert!(said.contains("publication"), "{said}");
    by_hand(&desk.office, |doc| {
        let list = notices(doc);
        doc.delete(&list, 0).unwrap();
    });
    let heads = super::desk::heads(&desk.office, &Key::Election);
    let approval = Approval {
        heads,
        by: "team_comms".into(),
        at: "hôm nay".into(),
        basis: "test".into(),
        contested: false,
    };
    edit_publication(&desk.office, |document| {
        publication::approve(document, &Key::Election, &approval).unwrap();
    });
    failing(&desk, "the moment of an approval");
    assert_eq!(desk.serving.terminate(), Some(0));
}

/// What the log says of a release: event, who, in which way; newest first.
fn deeds(office: &Office, subject: &str) -> Vec<(String, Value, String)> {
    let log = office.ok(&["--json", "audit", "--subject", subject]);
    let entries = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    entries.map(|one| (text(&one["event"]), one["account"].clone(), text(&one["details"]))).collect()
}

#[test]
fn who_made_and_who_switched_is_told_of_each_release() {
    let mut desk = Desk::open();
    let made = |id: &str| {
        let one = desk.releases().into_iter().find(|release| release["id"] == id).unwrap();
        (one["by"].clone(), one["how"].clone())
    };
    let deed = |event: &str, who: Value, how: &str| (event.to_owned(), who, how.to_owned());
    let first = desk.current();
    assert_eq!(deeds(&desk.office, &first), [deed("release-made", Value::Null, "command line")]);
    assert_eq!(made(&first), (Value::Null, json!("command line")));

    let page = desk.office.path("niemyet/site/content/gioi-thieu.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, format!("{text}\nMột dòng.\n")).unwrap();
    desk.rebuild();
    let asked = desk.current();
    assert_eq!(deeds(&desk.office, &asked), [deed("release-made", json!("truyen.thong"), "")]);
    let (by, how) = made(&asked);
    assert!(by.as_str().is_some_and(|name| !name.is_empty()) && how.is_null(), "{by} {how}");

    approve_another(&desk, "Theo quyết định");
    let by_rule = desk.current();
    assert_eq!(deeds(&desk.office, &by_rule), [deed("release-made", Value::Null, "by rule")]);
    assert_eq!(made(&by_rule), (Value::Null, json!("by rule")));

    activate(&desk, &first);
    desk.office.ok(&["release", "activate", &by_rule]);
    assert_eq!(deeds(&desk.office, &first)[0], deed("release-activated", json!("truyen.thong"), ""));
    assert_eq!(deeds(&desk.office, &by_rule)[0], deed("release-activated", Value::Null, "command line"));
    assert_eq!(made(&first), (Value::Null, json!("command line")), "who switched did not make it");
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn what_was_asked_for_or_gone_back_to_is_noted_and_what_follows_by_itself_is_not() {
    let mut desk = Desk::open();
    let chosen = |desk: &Desk| -> Vec<String> {
        let list = fs::read_to_string(desk.office.path("niemyet/releases/chosen")).unwrap();
        list.lines().map(str::to_owned).collect()
    };
    let first = desk.current();
    assert_eq!(chosen(&desk), [&*first], "asked for on the command line");
    approve_another(&desk, "Theo quyết định");
    assert_eq!(chosen(&desk), [&*first]);
    let page = desk.office.path("niemyet/site/content/gioi-thieu.md");
    fs::write(&page, fs::read_to_string(&page).unwrap() + "\nMột dòng.\n").unwrap();
    desk.rebuild();
    let asked = desk.current();
    assert_eq!(chosen(&desk), [&*first, &*asked]);
    activate(&desk, &first);
    assert_eq!(chosen(&desk), [&*asked, &*first]);
    assert_eq!(desk.serving.terminate(), Some(0));
}

fn approve_another(desk: &Desk, name: &str) {
    rename(desk, name);
    approve(&desk.office, &Key::Election);
    desk.until_public(PAGE, name);
}

fn current(office: &Office) -> String {
    fs::read_to_string(office.path("niemyet/releases/current")).unwrap().trim().to_owned()
}

fn logged(office: &Office, event: &str, subject: &str) -> bool {
    let log = office.ok(&["--json", "audit", "--event", event]);
    log.lines().any(|line| serde_json::from_str::<Value>(line).unwrap()["subject"] == subject)
}

fn wait_for(stderr: impl std::io::Read, words: &str) {
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(stderr));
    assert!(lines.any(|line| line.unwrap().contains(words)), "it never says `{words}`");
}
