//! `niemyet publish` and `niemyet release changes` in a working folder.

use automerge::ActorId;
use niemyet::document::Key;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::replica::documents::DocumentStore;
use serde_json::Value;

use super::desk::edit_election;
use crate::support::cli::Office;
use crate::support::cli::stderr;

const COMMS: [&str; 2] = ["--body", "team_comms"];

pub fn publish(office: &Office, arguments: &[&str]) -> Value {
    let all = [&["--json", "publish"], arguments, &COMMS].concat();
    serde_json::from_str(office.ok(&all).lines().last().unwrap()).unwrap()
}

pub fn state(office: &Office, key: &str) -> String {
    let listed = office.ok(&["--json", "publish", "list"]);
    let items = listed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let item = items.into_iter().find(|item| item["key"] == key).unwrap();
    item["state"].as_str().unwrap().to_owned()
}

/// What a reader sees otherwise is in the JSON and in the words.
fn lines_of_text(office: &Office, (first, last): (&str, &str), changes: &Value) {
    let pages = changes["wording"].as_array().unwrap();
    let units = pages.iter().find(|page| page["path"] == "don-vi/index.html").unwrap();
    assert!(!units["title"].as_str().unwrap().is_empty(), "{units}");
    let told = office.ok(&["release", "changes", first, last]);
    for sort in ["added", "removed"] {
        let line = units[sort]["lines"][0].as_str().unwrap();
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn decisions_are_made_on_the_command_line_by_the_team_alone() {
    let office = Office::ready();
    office.ok(&["build"]);
    assert_eq!(state(&office, "election"), "shown");
    edit_election(&office, |election| election.units[1].name_vi = "Tên mới".into());
    assert_eq!(state(&office, "election"), "changed");
    let shown = office.ok(&["publish", "show", "election"]);
    assert!(shown.contains("+ Tên mới") && shown.contains("- "), "{shown}");

    let refused = office.fails(1, &["publish", "approve", "election", "--body", "standing_agency"]);
    assert!(refused.contains("team_comms"), "{refused}");
    let never = office.fails(2, &["publish", "approve", "progress/team_comms", "--body", "team_comms"]);
    assert!(never.contains("never be public"), "{never}");

    publish(&office, &["hold", "election", "--reason", "chờ ý kiến"]);
    assert_eq!(state(&office, "election"), "held");
    publish(&office, &["approve", "election", "--basis", "12/QĐ"]);
    assert_eq!(state(&office, "election"), "approved");
    office.ok(&["build"]);
    assert_eq!(state(&office, "election"), "shown");
    publish(&office, &["withdraw", "directive/19/KL-UBBC"]);
    assert_eq!(state(&office, "directive/19/KL-UBBC"), "withdrawn");
    publish(&office, &["rule", "election", "on", "--basis", "85/2015"]);
    edit_election(&office, |election| election.units[1].name_vi = "Theo luật".into());
    assert_eq!(state(&office, "election"), "approved", "by rule");
    // Who may not withdraw it at all is not sent to switch off the rule first.
    for (decision, words) in [("approve", "shown by rule"), ("withdraw", "cannot be withdrawn")] {
        let refused = office.fails(1, &["publish", decision, "election", "--body", "team_comms"]);
        assert!(refused.contains(words), "{refused}");
    }
    publish(&office, &["hold", "election", "--reason", "sai tên"]);
    edit_election(&office, |election| election.units[2].name_vi = "Sửa chỗ khác".into());
    assert_eq!(state(&office, "election"), "held", "an unrelated edit does not mend it");
    publish(
        &office,
        &["notice", "lich-hop", "--date", "2021-03-04", "--title", "Lịch họp", "--text", "Một đoạn."],
    );
    publish(
        &office,
        &[
            "notice",
            "lich-hop",
            "--date",
            "2021-03-04",
            "--language",
            "en",
            "--title",
            "Meeting",
            "--text",
            "One.",
        ],
    );
    office.ok(&["build"]);
    publish(&office, &["unnotice", "lich-hop"]);
    publish(&office, &["rule", "election", "off"]);
    let refused = office.fails(1, &["publish", "rule", "report", "on", "--body", "team_comms"]);
    assert!(refused.contains("not public by law"), "{refused}");
    releases_tell_of_it(&office);
}

/// What was decided above is what the first release and the last differ in.
fn releases_tell_of_it(office: &Office) {
    let listed = office.ok(&["--json", "release", "list"]);
    let ids: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (first, last) = (ids[0]["id"].as_str().unwrap(), ids.last().unwrap()["id"].as_str().unwrap());
    let changes: Value =
        serde_json::from_str(&office.ok(&["--json", "release", "changes", first, last])).unwrap();
    let changed = changes["pages"]["changed"]["paths"].as_array().unwrap();
    let added = changes["pages"]["added"]["paths"].as_array().unwrap();
    assert!(changed.contains(&"don-vi/index.html".into()), "{changes}");
    // What was taken back after the last build is in its release still.
    for folder in ["thong-bao/lich-hop-", "en/thong-bao/lich-hop-"] {
        let page = added.iter().filter_map(Value::as_str).find(|path| path.starts_with(folder));
        assert!(page.is_some_and(|path| path.ends_with("/index.html")), "{folder}: {changes}");
    }
    assert!(changes["documents"]["directive/19/KL-UBBC"]["new"].is_null(), "{changes}");
    lines_of_text(office, (first, last), &changes);
    office.ok(&["release", "verify"]);
    office.ok(&["release", "verify", first]);
}

#[test]
fn what_was_looked_at_is_approved_by_its_heads_whatever_came_since() {
    let office = Office::ready();
    office.ok(&["build"]);
    edit_election(&office, |election| election.units[1].name_vi = "Đã xem".into());
    let shown: Value = serde_json::from_str(&office.ok(&["--json", "publish", "show", "election"])).unwrap();
    let heads = shown["heads"][0].as_str().unwrap().to_owned();
    assert!(office.ok(&["publish", "show", "election"]).contains(&heads), "it does not say which heads");
    edit_election(&office, |election| election.units[1].name_vi = "Chưa xem".into());
    publish(&office, &["approve", "election", "--heads", &heads, "--basis", "12/QĐ"]);
    assert_eq!(state(&office, "election"), "changed", "what came since is not approved");
    office.ok(&["build", "--out", "out"]);
    let page = std::fs::read_to_string(office.path("out/don-vi/index.html")).unwrap();
    assert!(page.contains("Đã xem") && !page.contains("Chưa xem"));
    let unknown = "a".repeat(64);
    let refused =
        office.fails(1, &["publish", "approve", "election", "--heads", &unknown, "--body", "team_comms"]);
    assert!(refused.contains(&unknown[..8]), "{refused}");
    office.fails(2, &["publish", "approve", "election", "--heads", "abc", "--body", "team_comms"]);
}

#[test]
fn two_approvals_at_once_are_told_until_somebody_chooses() {
    let office = Office::ready();
    office.ok(&["build"]);
    let documents = DocumentStore::open(&office.path("niemyet"), None).unwrap();
    let mut one = documents.load().unwrap().remove(&Key::Publication).unwrap();
    let mut other = documents.load().unwrap().remove(&Key::Publication).unwrap();
    let heads = super::desk::heads(&office, &Key::Election);
    for (document, basis) in [(&mut one, "1/QĐ"), (&mut other, "2/QĐ")] {
        document.set_actor(ActorId::random());
        let (by, at) = ("team_comms".into(), "2021-03-05T09:00:00+07:00".into());
        let approval = Approval { heads: heads.clone(), by, at, basis: basis.into(), contested: false };
        publication::approve(document, &Key::Election, &approval).unwrap();
        document.commit("an approval", 1).unwrap();
    }
    one.merge(&mut other).unwrap();
    documents.save(&mut one).unwrap();
    let shown = || office.ok(&["publish", "show", "election"]);
    let told: Value = serde_json::from_str(&office.ok(&["--json", "publish", "show", "election"])).unwrap();
    assert_eq!(told["approved"]["contested"], true, "{told}");
    assert!(shown().contains("two approvals at once"), "{}", shown());
    publish(&office, &["approve", "election", "--basis", "3/QĐ"]);
    assert!(!shown().contains("two approvals at once"), "{}", shown());
}

#[test]
fn going_back_says_that_nothing_is_released_by_itself_and_how_to_go_on() {
    let office = Office::ready();
    office.ok(&["build"]);
    let listed = office.ok(&["--json", "release", "list"]);
    let first: Value = serde_json::from_str(listed.trim()).unwrap();
    let first = first["id"].as_str().unwrap();
    edit_election(&office, |election| election.units[1].name_vi = "Tên mới".into());
    publish(&office, &["approve", "election", "--basis", "12/QĐ"]);
    let built = office.run(&["build"]);
    assert!(
        built.status.success()
            && !stderr(&built).contains("went back")
            && !stderr(&built).contains("gone back")
    );
    let told = |arguments: &[&str]| {
        let done = office.run(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", stderr(&done));
        stderr(&done)
    };
    for arguments in [&["release", "activate", first][..], &["release", "list"], &["publish", "list"]] {
        let said = told(arguments);
        assert!(
            said.contains("Nothing is released by itself") && said.contains("niemyet build"),
            "{arguments:?}: {said}"
        );
        assert!(said.contains("Đang dừng phát hành tự động"), "{arguments:?}: {said}");
    }
    let again: Value = serde_json::from_str(&office.ok(&["--json", "release", "activate", first])).unwrap();
    assert_eq!((again["current"].as_str(), again["paused"].as_bool()), (Some(first), Some(true)));
    assert!(told(&["build"]).contains("made by themselves again"));
    assert!(!told(&["publish", "list"]).contains("Nothing is released"));
    assert!(!told(&["build"]).contains("made by themselves again"), "there was no pause to end");
}

#[test]
fn what_would_change_is_shown_bounded_and_whole_on_request_also_without_a_release() {
    const DIRECTIVE: &str = "directive/19/KL-UBBC";
    let office = Office::ready();
    for arguments in [&["publish", "list"][..], &["publish", "show", DIRECTIVE]] {
        let done = office.run(arguments);
        assert!(done.status.success());
        let said = stderr(&done);
        assert!(said.contains("holds no release") && said.contains("chưa có bản phát hành"), "{said}");
    }
    let shown = office.ok(&["publish", "show", DIRECTIVE]);
    let places = |shown: &str| shown.lines().filter(|line| line.contains("  [")).count();
    assert!(places(&shown) > 20, "{shown}");
    let last = shown.lines().last().unwrap();
    assert!(last.contains("--all") && last.contains("thay đổi nữa"), "{last}");
    let whole = office.ok(&["publish", "show", DIRECTIVE, "--all"]);
    let left: usize = last.split(' ').nth(1).unwrap().parse().unwrap();
    assert_eq!(places(&whole), places(&shown) + left);
    let json = |arguments: &[&str]| -> Value { serde_json::from_str(&office.ok(arguments)).unwrap() };
    let bounded = json(&["--json", "publish", "show", DIRECTIVE]);
    assert_eq!(bounded["changesLeftOff"].as_u64().unwrap() as usize, left);
    assert_eq!(json(&["--json", "publish", "show", DIRECTIVE, "--all"])["changesLeftOff"], 0);
    office.ok(&["build"]);
    let done = office.run(&["publish", "list"]);
    assert!(!stderr(&done).contains("holds no release"));
}

#[test]
fn a_full_build_of_what_is_public_already_keeps_the_release() {
    let office = Office::ready();
    let build = |arguments: &[&str]| -> Value {
        serde_json::from_str(&office.ok(&[&["--json", "build"], arguments].concat())).unwrap()
    };
    let first = build(&[]);
    assert_eq!(first["new"], true);
    let again = build(&["--full"]);
    assert_eq!((&again["new"], &again["release"]), (&Value::Bool(false), &first["release"]));
    assert!(office.ok(&["build", "--full"]).contains("nothing has changed"));
    // What is stored and damaged is not what would be built.
    let packs = office.path("niemyet/releases/packs");
    let pack = std::fs::read_dir(packs).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&pack).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&pack, bytes).unwrap();
    let mended = build(&["--full"]);
    assert_eq!(mended["new"], true, "{mended}");
    assert_ne!(mended["release"], first["release"]);
    office.ok(&["release", "verify"]);
}
