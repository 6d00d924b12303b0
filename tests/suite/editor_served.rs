//! The editor's files and its desk over HTTP.

use std::net::SocketAddr;

use serde_json::Value;
use serde_json::json;

use crate::support::cli::Office;
use crate::support::cli::Running;
use crate::support::http::Answer;
use crate::support::http::ask;
use crate::support::http::send;
use crate::support::official::password;

fn serve() -> (Office, Running, String, SocketAddr) {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut running = office.start(&["serve", "--listen", "127.0.0.1:0"]);
    let site = running.url();
    let address = site.trim_start_matches("http://").parse().unwrap();
    (office, running, site, address)
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", String::as_str)
}

#[test]
fn files_are_strict_small_and_kept_only_as_long_as_they_hold() {
    let (_office, _running, _, address) = serve();
    let page = ask(address, "GET /editor/", &[]);
    assert_eq!((page.status, header(&page, "cache-control")), (200, "no-cache"));
    let policy = header(&page, "content-security-policy");
    assert_eq!(
        policy,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self'; \
         manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let tag = header(&page, "etag").to_owned();
    assert_eq!(ask(address, "GET /editor/", &[("if-none-match", &tag)]).status, 304);
    assert_eq!(header(&ask(address, "GET /editor/sw.js", &[]), "cache-control"), "no-cache");

    let text = String::from_utf8(page.body).unwrap();
    assert!(!text.contains("https://") && !text.contains("<script>"), "{text}");
    let script = text.split('"').find(|part| part.starts_with("assets/") && part.ends_with(".js")).unwrap();
    let line = format!("GET /editor/{script}");
    let (plain, small) =
        (ask(address, &line, &[]), ask(address, &line, &[("accept-encoding", "gzip, deflate, br")]));
    assert!(header(&plain, "cache-control").contains("immutable"));
    assert_eq!(header(&plain, "content-type"), "text/javascript; charset=utf-8");
    assert_eq!((header(&small, "content-encoding"), header(&plain, "content-encoding")), ("br", ""));
    let mut whole = Vec::new();
    brotli::BrotliDecompress(&mut small.body.as_slice(), &mut whole).unwrap();
    assert_eq!(whole, plain.body);
    let zipped = ask(address, &line, &[("accept-encoding", "gzip")]);
    assert_eq!((header(&zipped, "content-encoding"), zipped.status), ("gzip", 200));
    assert_ne!(header(&zipped, "etag"), header(&plain, "etag"), "two codings are two representations");
    for gone in [format!("{line}.br"), "GET /editor/../Cargo.toml".into(), "GET /editor/none".into()] {
        assert_eq!(ask(address, &gone, &[]).status, 404, "{gone}");
    }
    assert_eq!(ask(address, "GET /editor", &[]).status, 308);
}

/// Logs a new account in; gives its cookie.
fn enter(office: &Office, (site, address): (&str, SocketAddr), login: &str, body: &str) -> String {
    let added = office.ok(&["--json", "account", "add", login, "--body", body, "--name", login]);
    let code = serde_json::from_str::<Value>(added.trim()).unwrap()["code"].clone();
    let fields = [("origin", site), ("content-type", "application/json")];
    let given = json!({ "login": login, "code": code, "password": password(login) }).to_string();
    assert_eq!(send(address, "POST /api/session/password/code", &fields, &given).status, 200);
    let given = json!({ "login": login, "password": password(login) }).to_string();
    let entered = send(address, "POST /api/session", &fields, &given);
    header(&entered, "set-cookie").split(';').next().unwrap().to_owned()
}

#[test]
fn a_desk_holds_what_its_account_may_open_and_the_agency_hears_of_unsent_work() {
    let (office, running, site, address) = serve();
    for line in ["GET /api/desk", "POST /api/unsent"] {
        assert_eq!(ask(address, line, &[("origin", &site)]).status, 401, "{line}");
    }
    let team = enter(&office, (&site, address), "tuyen.truyen", "team_comms");
    let agency = enter(&office, (&site, address), "noi.vu", "standing_agency");
    let desk = |cookie: &str| ask(address, "GET /api/desk", &[("cookie", cookie)]).json();
    let own = desk(&team);
    assert_eq!(own["roles"], json!(["team", "communications"]));
    assert_eq!((&own["election"], &own["as_of"]), (&json!("sonla-2021"), &json!("2021-03-05")));
    let step = own["timetable"].as_array().unwrap().iter().find(|step| step["id"] == "election_day").unwrap();
    assert_eq!(step["end"], "2021-05-23");
    let keys: Vec<&str> =
        own["documents"].as_array().unwrap().iter().filter_map(|one| one["key"].as_str()).collect();
    assert!(keys.contains(&"election") && keys.contains(&"directive/19/KL-UBBC"), "{keys:?}");

    let fields = [("origin", site.as_str()), ("cookie", &team), ("content-type", "application/json")];
    let said = json!({ "count": 3, "since": 1_614_900_000_000_i64 }).to_string();
    assert_eq!(send(address, "POST /api/unsent", &fields, &said).status, 204);
    assert_eq!(desk(&team)["waiting"], json!([]), "only the standing agency hears of others");
    let heard = desk(&agency)["waiting"][0].clone();
    assert_eq!(
        (&heard["body"], &heard["count"], &heard["since"]),
        (&json!("team_comms"), &json!(3), &json!(1_614_900_000_000_i64))
    );

    // Names are for the own body and the agency; of others one sees the body.
    let names = |desk: &Value| -> Vec<Option<String>> {
        let all = desk["people"].as_array().unwrap().iter();
        let mut names: Vec<_> = all.map(|one| one["name"].as_str().map(str::to_owned)).collect();
        names.sort();
        names
    };
    assert_eq!(names(&desk(&team)), [None, Some("tuyen.truyen".to_owned())]);
    assert_eq!(names(&desk(&agency)), [Some("noi.vu".to_owned()), Some("tuyen.truyen".to_owned())]);

    // A server that starts anew still knows what a device said that is offline now.
    drop(running);
    let mut running = office.start(&["serve", "--listen", &address.to_string()]);
    assert_eq!(running.address(), address);
    assert_eq!(desk(&agency)["waiting"][0], heard);
}

/// Who signs out and in again is one device, not two of which one never takes back what it said.
#[test]
fn a_device_takes_back_in_one_session_what_it_said_in_another() {
    let (office, _running, site, address) = serve();
    let before = enter(&office, (&site, address), "tuyen.truyen", "team_comms");
    let agency = enter(&office, (&site, address), "noi.vu", "standing_agency");
    let json = ("content-type", "application/json");
    let login = json!({ "login": "tuyen.truyen", "password": password("tuyen.truyen") }).to_string();
    let again = send(address, "POST /api/session", &[("origin", &site), json], &login);
    let after = header(&again, "set-cookie").split(';').next().unwrap().to_owned();
    let says = |cookie: &str, said: &str| {
        send(address, "POST /api/unsent", &[("origin", &site), ("cookie", cookie), json], said).status
    };
    assert_eq!(says(&before, r#"{"count":1,"since":1614900000000,"device":"a-1"}"#), 204);
    assert_eq!(says(&before, r#"{"count":2,"since":1614900000000,"device":"b"}"#), 204);
    assert_eq!(says(&after, r#"{"count":0,"since":null,"device":"a-1"}"#), 204);
    let desk = ask(address, "GET /api/desk", &[("cookie", &agency)]).json();
    let counts: Vec<_> =
        desk["waiting"].as_array().unwrap().iter().map(|word| word["count"].as_i64()).collect();
    assert_eq!(counts, [Some(0), Some(2)], "{desk}");
    assert_eq!(says(&after, r#"{"count":0,"since":null,"device":"../x"}"#), 422);
}

/// Every device asks each three seconds, over lines that are paid by the byte.
#[test]
fn a_desk_that_says_nothing_new_is_not_sent_again() {
    let (office, _running, site, address) = serve();
    let agency = enter(&office, (&site, address), "noi.vu", "standing_agency");
    let first = ask(address, "GET /api/desk", &[("cookie", &agency)]);
    let etag = header(&first, "etag").to_owned();
    assert!(first.json()["now"].as_i64().unwrap() > 1_700_000_000_000, "the server's clock comes with it");
    let again = |etag: &str| ask(address, "GET /api/desk", &[("cookie", &agency), ("if-none-match", etag)]);
    let same = again(&etag);
    assert_eq!((same.status, same.body.len(), header(&same, "etag")), (304, 0, &*etag));
    assert!(!header(&same, "date").is_empty(), "the clock in short");
    assert_eq!(
        ask(address, "GET /api/desk", &[("if-none-match", &etag)]).status,
        401,
        "who is unknown hears nothing"
    );

    let small = ask(address, "GET /api/desk", &[("cookie", &agency), ("accept-encoding", "br")]);
    assert_eq!(header(&small, "content-encoding"), "br");
    assert!(small.body.len() * 3 < first.body.len(), "{} of {}", small.body.len(), first.body.len());

    let fields = [("origin", site.as_str()), ("cookie", &agency), ("content-type", "application/json")];
    assert_eq!(
        send(address, "POST /api/unsent", &fields, r#"{"count":1,"since":1614900000000}"#).status,
        204
    );
    let told = again(&etag);
    assert_eq!((told.status, told.json()["waiting"][0]["count"].as_i64()), (200, Some(1)));
    assert_ne!(header(&told, "etag"), etag);
}
