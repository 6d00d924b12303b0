//! The whole site stands on the election: no decision takes it from under the site, and whatever is held back, what is withdrawn
//! leaves the public.

use automerge::ActorId;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::Kind;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::document::publication::Hold;
use serde_json::json;

use super::command_line::publish;
use super::command_line::state;
use super::desk::Desk;
use super::desk::approve;
use super::desk::edit_election;
use super::desk::edit_publication;
use super::desk::heads;
use super::desk::rule;
use super::desk::show_by_rule;
use crate::support::cli::Office;

const PAGE: &str = "/don-vi/";
const DOCUMENT: &str = "/van-ban/19-kl-ubbc/";

fn directive() -> Key {
    Key::directive("19/KL-UBBC").unwrap()
}

fn hold(heads: Vec<String>) -> Hold {
    Hold {
        heads,
        by: "team_comms".into(),
        at: "2021-03-05T09:00:00+07:00".into(),
        reason: "chờ kiểm tra".into(),
    }
}

#[test]
fn a_withdrawal_leaves_the_public_while_the_election_is_held_back() {
    for by_rule in [false, true] {
        let mut desk = Desk::open();
        if by_rule {
            show_by_rule(&desk.office);
        }
        edit_election(&desk.office, |election| election.units[1].name_vi = "Tên sai".into());
        if by_rule {
            desk.until_public(PAGE, "Tên sai");
        }
        let held = hold(heads(&desk.office, &Key::Election));
        edit_publication(&desk.office, |document| {
            publication::hold(document, &Key::Election, &held).unwrap();
            publication::revoke(document, &directive()).unwrap();
        });
        let state = desk.rebuild();
        assert_eq!(state["phase"], "done", "{state}");
        assert_eq!(crate::support::http::ask(desk.address, &format!("GET {DOCUMENT}"), &[]).status, 404);
        // It goes on as it was last approved.
        assert!(!desk.public(PAGE).contains("Tên sai"), "by rule: {by_rule}");
        assert!(desk.public("/").contains("</html>"));
        let all = desk.get("/api/publication").json();
        let election =
            all["items"].as_array().unwrap().iter().find(|item| item["key"] == "election").unwrap();
        assert_eq!((election["state"].as_str(), election["mayBeHeld"].as_bool()), (Some("held"), Some(true)));
        assert_eq!(election["mayBeWithdrawn"], false);
        assert_eq!(desk.serving.terminate(), Some(0));
    }
}

#[test]
fn what_would_stop_every_release_is_refused_at_once_on_the_command_line() {
    let office = Office::ready();
    office.ok(&["build"]);
    let comms =
        |arguments: &[&str]| office.fails(1, &[&["publish"], arguments, &["--body", "team_comms"]].concat());
    for (decision, words) in [
        (&["withdraw", "election"][..], "cannot be withdrawn"),
        (&["hold", "election", "--reason", "sai"], "cannot be held back"),
    ] {
        let said = comms(decision);
        assert!(said.contains(words) && said.contains("không"), "{said}");
        assert!(said.contains("release activate"), "the way out is not told: {said}");
    }
    assert_eq!(state(&office, "election"), "shown");
    // With a correction that waits there is something to go on with.
    edit_election(&office, |election| election.units[1].name_vi = "Tên sai".into());
    publish(&office, &["hold", "election", "--reason", "sai tên"]);
    assert_eq!(state(&office, "election"), "held");
    publish(&office, &["withdraw", "directive/19/KL-UBBC"]);
    office.ok(&["build", "--out", "out"]);
    assert!(!office.path("out/van-ban/19-kl-ubbc").exists(), "it is public still");
    let units = std::fs::read_to_string(office.path("out/don-vi/index.html")).unwrap();
    assert!(!units.contains("Tên sai"));
}

#[test]
fn the_election_of_a_rule_alone_is_approved_before_the_rule_is_suspended_or_ends() {
    let mut document = Document::create("sonla-2021", &Key::Publication, ActorId::random()).unwrap();
    publication::set_rule(&mut document, Kind::Election, &rule()).unwrap();
    document.commit("a rule", 1);
    let at = |letter: &str| vec![letter.repeat(64)];
    let said = publication::hold(&mut document, &Key::Election, &hold(at("b"))).unwrap_err().to_string();
    // What could be approved now is just what is to be held back.
    assert!(said.contains("release activate") && !said.contains("publish approve"), "{said}");
    let said = publication::clear_rule(&mut document, Kind::Election).unwrap_err().to_string();
    assert!(said.contains("publish approve election") && said.contains("Hãy duyệt"), "{said}");
    publication::expect_not_by_rule(&document, &Key::Election).unwrap();
    let approval = Approval { heads: at("a"), by: "team_comms".into(), ..Approval::default() };
    publication::approve(&mut document, &Key::Election, &approval).unwrap();
    document.commit("an approval", 2);
    publication::expect_not_by_rule(&document, &Key::Election).unwrap_err();
    // Held back as it is approved it would stay public, while all screens say that it is not.
    let said = publication::hold(&mut document, &Key::Election, &hold(at("a"))).unwrap_err().to_string();
    assert!(said.contains("cannot be held back") && said.contains("release activate"), "{said}");
    publication::hold(&mut document, &Key::Election, &hold(at("b"))).unwrap();
    publication::clear_rule(&mut document, Kind::Election).unwrap();
    document.commit("held back", 3);
}

#[test]
fn a_preview_of_a_site_without_its_election_is_refused_in_words() {
    let mut desk = Desk::open();
    let refused = desk.post("/api/preview", &json!({ "withdraw": ["election"] }));
    let said = refused.json();
    assert_eq!((refused.status, said["code"].as_str()), (422, Some("not-buildable")), "{said}");
    assert!(
        said.to_string().contains("cannot be withdrawn") && said.to_string().contains("không rút được"),
        "{said}"
    );
    let english = said["title"].as_str().unwrap();
    assert!(!english.chars().any(|letter| letter.is_alphabetic() && !letter.is_ascii()), "{english}");
    // Another decision that fails only when it is built leaves the last release, and says so.
    let first = desk.current();
    edit_election(&desk.office, |election| election.provenance.verified = false);
    approve(&desk.office, &Key::Election);
    let state = desk.until("/api/rebuild", |state| state["phase"] == "failed");
    assert!(state["error"]["message"].as_str().unwrap().contains("not verified"), "{state}");
    assert_eq!(desk.current(), first);
    assert_eq!(desk.serving.terminate(), Some(0));
}

/// The election is read whole once; of what comes later the changes alone are read.
#[test]
fn the_dates_of_a_desk_follow_the_election() {
    let desk = Desk::open();
    let end = || {
        let answer = desk.get("/api/desk").json();
        let steps = answer["timetable"].as_array().unwrap();
        steps.iter().find(|step| step["id"] == "election_day").unwrap()["end"].clone()
    };
    assert_eq!(end(), "2021-05-23");
    for day in ["2021-05-30", "2021-06-06"] {
        edit_election(&desk.office, |election| election.election_day = day.to_owned());
        assert_eq!(end(), day);
        assert_eq!(end(), day, "kept");
    }
}
