//! Every route with every kind of caller: who is let in is what the table of routes says, and nothing else.

use axum::Extension;
use axum::Router;
use axum::routing::get;
use niemyet_sync::http::Authority;
use niemyet_sync::http::Caller;
use niemyet_sync::http::Route;
use niemyet_sync::http::routes;

use super::support::Door;
use super::support::runtime;

/// Who knocks, and up to which authority they are let in.
struct Knock {
    name: &'static str,
    headers: Vec<(&'static str, String)>,
    reads: Option<Authority>,
    changes: Option<Authority>,
}

fn rank(authority: Authority) -> u8 {
    match authority {
        Authority::Public => 0,
        Authority::Account => 1,
        Authority::Administrator => 2,
    }
}

async fn knocks(door: &Door) -> Vec<Knock> {
    use Authority::Account;
    use Authority::Administrator;
    use Authority::Public;
    let user = door.person("huyen-a", "huyen-a", false).await;
    let admin = door.person("quan-tri", "vpub", true).await;
    let gone = door.person("da-nghi", "huyen-b", false).await;
    let (accounts, id) = (door.server.accounts().clone(), gone.account.id);
    let act = niemyet_sync::audit::Act { now: super::support::now(), by: None };
    tokio::task::spawn_blocking(move || accounts.disable(act, id).unwrap()).await.unwrap();
    let own = || ("origin", door.origin());
    let foreign = || ("origin", "https://evil.example".to_owned());
    let cookie = |cookie: &str| ("cookie", cookie.to_owned());
    let bearer = |token: &str| ("authorization", format!("Bearer {token}"));
    let stolen = user.cookie.strip_prefix("niemyet-session=").unwrap();
    let swapped = format!("niemyet-session={}", user.token);
    let table = [
        ("nobody", vec![], Some(Public), None),
        ("nobody on our page", vec![own()], Some(Public), Some(Public)),
        ("a browser on our page", vec![cookie(&user.cookie), own()], Some(Account), Some(Account)),
        ("a browser elsewhere", vec![cookie(&user.cookie), foreign()], Some(Account), None),
        ("a browser that hides its page", vec![cookie(&user.cookie)], Some(Account), None),
        ("a device", vec![bearer(&user.token)], Some(Account), Some(Account)),
        ("a cookie as a token", vec![bearer(stolen), own()], Some(Public), Some(Public)),
        ("a token as a cookie", vec![cookie(&swapped), own()], Some(Public), Some(Public)),
        ("a wrong token", vec![bearer("nmt_1111"), own()], Some(Public), Some(Public)),
        ("an administrator", vec![cookie(&admin.cookie), own()], Some(Administrator), Some(Administrator)),
        ("an administrator elsewhere", vec![cookie(&admin.cookie), foreign()], Some(Administrator), None),
        ("an administrator's device", vec![bearer(&admin.token)], Some(Administrator), Some(Administrator)),
        ("a disabled browser", vec![cookie(&gone.cookie), own()], Some(Public), Some(Public)),
        ("a disabled device", vec![bearer(&gone.token)], Some(Public), Some(Public)),
    ];
    table.into_iter().map(|(name, headers, reads, changes)| Knock { name, headers, reads, changes }).collect()
}

/// Whether the answer is the gate's.
fn was_stopped(status: u16, code: &str) -> bool {
    matches!((status, code), (401, "not-logged-in") | (403, "not-administrator" | "foreign-origin"))
}

async fn knock(door: &Door, route: &Route, who: &Knock) {
    // What varies in a path is nothing that exists, so that those who are let in change nothing.
    let line =
        format!("{} {}", route.method, route.path.replace("{id}", "999999").replace("{device}", "999999"));
    let headers: Vec<(&str, &str)> =
        who.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // A body that no route understands; logging out has none.
    let changes = route.method != "GET";
    let body = if route.method == "POST" { "{\"x\":1}" } else { "" };
    let logs_out = route.path == "/api/session" && route.method == "DELETE";
    let may = if changes { who.changes } else { who.reads };
    let may = may.is_some_and(|may| rank(may) >= rank(route.authority));
    if logs_out && may {
        return;
    }
    let answer = door.ask(&line, &headers, body).await;
    assert_ne!(answer.status / 100, 5, "{line} by {}: {}", who.name, answer.body);
    let code = if answer.status >= 400 { answer.problem().1 } else { String::new() };
    let stopped = was_stopped(answer.status, &code);
    assert_eq!(!stopped, may, "{line} by {}: {} {code}", who.name, answer.status);
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{line}");
}

#[test]
fn routes_of_the_application_stand_behind_the_same_gate() {
    async fn name(Extension(caller): Extension<Caller>) -> String {
        caller.account.login
    }
    runtime().block_on(async {
        let door = Door::open().await;
        let (user, admin) =
            (door.person("huyen-a", "huyen-a", false).await, door.person("quan-tri", "vpub", true).await);
        let rounds = Router::new().route("/api/rounds", get(name).post(name));
        let rounds = door.server.protect(rounds, Authority::Administrator);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        // The page is still that of the server's own address.
        let (address, own) = (listener.local_addr().unwrap(), door.origin());
        tokio::spawn(async { axum::serve(listener, rounds).await.unwrap() });
        let table = [
            ("GET", &user, None, 403),
            ("GET", &admin, None, 200),
            ("POST", &admin, None, 403),
            ("POST", &admin, Some("https://evil.example"), 403),
            ("POST", &admin, Some(own.as_str()), 200),
        ];
        for (method, person, origin, status) in table {
            let headers: Vec<_> = origin
                .map(|origin| ("origin", origin))
                .into_iter()
                .chain([("cookie", person.cookie.as_str())])
                .collect();
            let answer = super::support::ask(address, &format!("{method} /api/rounds"), &headers, "").await;
            assert_eq!(answer.status, status, "{method} from {origin:?}: {}", answer.body);
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(status != 200 || answer.body == person.account.login);
        }
    });
}

#[test]
fn every_route_lets_in_whom_it_states() {
    runtime().block_on(async {
        let door = Door::open().await;
        let (routes, knocks) = (routes(), knocks(&door).await);
        assert!(routes.len() > 15 && routes.iter().any(|route| route.path == "/sync"));
        for route in &routes {
            for who in &knocks {
                knock(&door, route, who).await;
            }
        }
    });
}
