//! Every route of the desk × every kind of caller, and the ways beside the routes.

use axum::http::Method;
use niemyet::document::Key;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::web::publishing::routes;

use super::desk::Desk;
use super::desk::edit_publication;
use super::desk::heads;
use super::desk::token;
use crate::support::cli::Office;
use crate::support::committee::Server;
use crate::support::committee::lines;
use crate::support::http::Answer;
use crate::support::http::ask;
use crate::support::http::send;

const BODIES: [&str; 4] = ["standing_agency", "ec_members", "team_security", "ec_district_116"];
/// Shown from the beginning.
const DOCUMENT: &str = "/van-ban/19-kl-ubbc/";

/// Asks as a caller with this token, or none.
fn asked(desk: &Desk, (method, path): (&Method, &str), token: Option<&str>) -> (Answer, String) {
    let mut headers = vec![("content-type", "application/json"), ("origin", "http://x")];
    headers.extend(token.map(|token| ("authorization", token)));
    let answer = send(desk.address, &format!("{method} {path}"), &headers, "{}");
    let said = String::from_utf8_lossy(&answer.body).into_owned();
    (answer, said)
}

/// What anything that is done here leaves: builds, releases, the one that is current, and the log.
fn deeds(desk: &Desk) -> (serde_json::Value, Vec<serde_json::Value>, usize) {
    let log = desk.office.ok(&["--json", "audit"]);
    let is_deed = |line: &&str| line.contains("\"rebuild-") || line.contains("\"release-");
    (desk.get("/api/rebuild").json(), desk.releases(), log.lines().filter(is_deed).count())
}

#[test]
fn who_may_not_publish_cannot_by_any_route() {
    let mut desk = Desk::open();
    let login = |body: &str| format!("cua.{}", body.replace('_', "."));
    let callers: Vec<(&str, Option<String>)> = BODIES
        .iter()
        .map(|body| (*body, Some(token(&desk.office, &login(body), body))))
        .chain([("nobody", None), ("a stranger", Some("Bearer khong-co-that".to_owned()))])
        .collect();
    // An older release, so that a switch would be one.
    let older = desk.current();
    let page = desk.office.path("niemyet/site/content/gioi-thieu.md");
    std::fs::write(&page, std::fs::read_to_string(&page).unwrap() + "\nMột dòng.\n").unwrap();
    assert_eq!(desk.rebuild()["new"], true);
    let made = desk.post("/api/preview", &serde_json::json!({})).json();
    let preview = made["url"].as_str().unwrap().trim_end_matches('/').rsplit_once('/').unwrap().1;
    assert_eq!(routes().count(), 10);
    let all: Vec<(Method, String)> = routes()
        .map(|(method, path)| {
            let path = path.replace("{preview}", preview).replace("{*path}", "lich/index.html");
            (method, path.replace("{id}", &older).replace("/changes", &format!("/changes?since={older}")))
        })
        .collect();
    let before = deeds(&desk);
    for (method, path) in &all {
        for (body, token) in &callers {
            let (answer, said) = asked(&desk, (method, path.as_str()), token.as_deref());
            if BODIES.contains(body) {
                assert_eq!(answer.status, 403, "{method} {path} for {body}: {said}");
                assert!(said.contains("not-communications"), "{said}");
            } else {
                assert!([401, 403].contains(&answer.status), "{method} {path}: {} {said}", answer.status);
            }
        }
    }
    // It was not only said: nothing was done.
    assert_eq!(deeds(&desk), before);
    // Those who may get an answer at each; a stream does not end by itself.
    let comms = desk.token.clone();
    for (method, path) in all.iter().filter(|(_, path)| path != "/api/rebuild/events") {
        let (answer, said) = asked(&desk, (method, path.as_str()), Some(&comms));
        assert!(answer.status < 400, "{method} {path}: {} {said}", answer.status);
    }
    assert_ne!(deeds(&desk), before, "what is compared would not show it");
    assert_eq!(desk.serving.terminate(), Some(0));
}

/// Decisions as a program would write them that asks nobody.
fn decides(office: &Office, what: &str) {
    let at = heads(office, &Key::Election);
    edit_publication(office, |document| match what {
        "withdraws" => publication::revoke(document, &Key::directive("19/KL-UBBC").unwrap()).unwrap(),
        "approves" => {
            let approval = Approval {
                heads: at,
                by: "team_comms".into(),
                at: "2021-03-05T09:00:00+07:00".into(),
                basis: "tự ý".into(),
                contested: false,
            };
            publication::approve(document, &Key::Election, &approval).unwrap();
        }
        other => panic!("no decision: {other}"),
    });
}

#[test]
fn who_may_not_publish_cannot_by_writing_the_decision_itself() {
    let server = Server::start();
    let address = server.url.strip_prefix("http://").unwrap().parse().unwrap();
    let before = heads(&server.office, &Key::Publication);
    for body in BODIES {
        for what in ["withdraws", "approves"] {
            let office = server.district(&format!("{}.{what}", body.replace('_', ".")), body);
            server.sync(&office);
            decides(&office, what);
            let run = office.run(&["--json", "sync", &server.url, "--token-file", "token"]);
            assert_eq!(run.status.code(), Some(1), "{body} {what}");
            let told = lines(&String::from_utf8(run.stdout).unwrap());
            let publication = told.iter().find(|line| line["key"] == "publication").unwrap();
            assert_eq!(publication["state"], "refused", "{body} {what}: {publication}");
            assert!(publication["refusal"]["vi"].as_str().is_some_and(|words| !words.is_empty()));
            assert_eq!(heads(&server.office, &Key::Publication), before, "{body} {what}");
        }
    }
    assert_eq!(ask(address, &format!("GET {DOCUMENT}"), &[]).status, 200);
    // The same of those who may is taken, and comes of it.
    let office = server.district("tuyen.truyen", "team_comms");
    server.sync(&office);
    decides(&office, "withdraws");
    let told = server.sync(&office);
    assert!(told.iter().any(|line| line["key"] == "publication" && line["state"] == "in_step"), "{told:?}");
    assert_ne!(heads(&server.office, &Key::Publication), before);
}
