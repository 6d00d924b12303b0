//! Every route of the desk × every kind of caller, and the ways beside the routes.

use niemyet::document::Key;
use niemyet::web::publishing::routes;

use super::desk::Desk;
use super::desk::token;
use crate::support::http::send;

#[test]
fn who_may_not_publish_cannot_by_any_route() {
    let mut desk = Desk::open();
    let bodies = ["standing_agency", "ec_members", "team_security", "ec_district_116", "team_comms"];
    let callers: Vec<(&str, Option<String>)> = bodies
        .iter()
        .map(|body| (*body, Some(token(&desk.office, &format!("cua.{}", body.replace('_', ".")), body))))
        .chain([("nobody", None), ("a stranger", Some("Bearer khong-co-that".to_owned()))])
        .collect();
    let release = desk.current();
    let made = desk.post("/api/preview", &serde_json::json!({})).json();
    let preview = made["url"].as_str().unwrap().trim_end_matches('/').rsplit_once('/').unwrap().1;
    assert_eq!(routes().count(), 10);
    for (method, path) in routes() {
        for (body, token) in &callers {
            // A stream does not end by itself.
            if path == "/api/rebuild/events" && *body == "team_comms" {
                continue;
            }
            let path = path.replace("{preview}", preview).replace("{*path}", "lich/index.html");
            let path =
                path.replace("{id}", &release).replace("/changes", &format!("/changes?since={release}"));
            let mut headers = vec![("content-type", "application/json"), ("origin", "http://x")];
            headers.extend(token.as_deref().map(|token| ("authorization", token)));
            let answer = send(desk.address, &format!("{method} {path}"), &headers, "{}");
            let said = String::from_utf8_lossy(&answer.body).into_owned();
            match *body {
                "team_comms" => assert!(answer.status < 400, "{method} {path}: {} {said}", answer.status),
                "nobody" | "a stranger" => {
                    assert!([401, 403].contains(&answer.status), "{method} {path}: {} {said}", answer.status);
                }
                _ => {
                    assert_eq!(answer.status, 403, "{method} {path} for {body}: {said}");
                    assert!(said.contains("not-communications"), "{said}");
                }
            }
        }
    }
    // What the other routes lead to is one document, and the server lets the same team alone write it.
    for body in &bodies[..4] {
        let token = token(&desk.office, &format!("khac.{}", body.replace('_', ".")), body);
        let headers = [("authorization", token.as_str())];
        let opening = crate::support::http::ask(desk.address, "GET /api/documents", &headers).json();
        let all = opening["documents"].as_array().unwrap();
        let publication = all.iter().find(|entry| entry["key"] == Key::Publication.to_string()).unwrap();
        assert_eq!(publication["writes"], false, "{body}");
    }
    assert_eq!(desk.serving.terminate(), Some(0));
}
