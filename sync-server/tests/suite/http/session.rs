//! Logging in and out, over HTTP.

use super::support::Door;
use super::support::PASSWORD;
use super::support::runtime;

#[test]
fn a_browser_logs_in_looks_who_it_is_and_logs_out() {
    runtime().block_on(async {
        let door = Door::open().await;
        door.person("so-noi-vu", "so-noi-vu", false).await;
        let body = format!(r#"{{"login":"so-noi-vu","password":"{PASSWORD}"}}"#);
        let answer = door.visit("POST /api/session", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let line = answer.header("set-cookie").unwrap();
        for word in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
            assert!(line.contains(word), "{line} lacks {word}");
        }
        assert!(!line.contains("Secure") && line.starts_with("niemyet-session=nmt_"), "plain http: {line}");
        let cookie = line.split(';').next().unwrap();
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let who = door.ask("GET /api/session", &[("cookie", cookie)], "").await.json();
        assert_eq!(
            (&who["account"]["login"], &who["account"]["admin"]),
            (&"so-noi-vu".into(), &false.into())
        );
        assert!(!answer.body.contains("nmt_"), "the token is in the cookie and nowhere else");
        let origin = door.origin();
        let headers = [("cookie", cookie), ("origin", origin.as_str())];
        let answer = door.ask("DELETE /api/session", &headers, "").await;
        assert_eq!((answer.status, answer.header("set-cookie").unwrap().contains("Max-Age=0")), (204, true));
        let answer = door.ask("GET /api/session", &[("cookie", cookie)], "").await;
        assert_eq!(answer.problem(), (401, "not-logged-in".to_owned()));
    });
}

#[test]
fn over_tls_the_cookie_is_bound_to_the_host() {
    runtime().block_on(async {
        let own = niemyet_sync::http::Origin::parse("https://bau-cu.example").unwrap();
        let door = Door::with(|settings| settings.origin = own).await;
        door.person("so-noi-vu", "so-noi-vu", false).await;
        let body = format!(r#"{{"login":"so-noi-vu","password":"{PASSWORD}"}}"#);
        let headers = [("origin", "https://bau-cu.example")];
        let answer = door.ask("POST /api/session", &headers, &body).await;
        let line = answer.header("set-cookie").unwrap();
        assert!(line.starts_with("__Host-niemyet=nmt_") && line.ends_with("; Secure"), "{line}");
    });
}

#[test]
fn what_is_wrong_is_refused_with_a_code() {
    runtime().block_on(async {
        let door = Door::open().await;
        let person = door.person("so-noi-vu", "so-noi-vu", false).await;
        let right = format!(r#"{{"login":"so-noi-vu","password":"{PASSWORD}"}}"#);
        let wrong = r#"{"login":"so-noi-vu","password":"x"}"#;
        let more = r#"{"login":"so-noi-vu","password":"x","remember":true}"#;
        let long = format!(r#"{{"login":"so-noi-vu","password":"{}"}}"#, "x".repeat(20_000));
        let own = door.origin();
        let table = [
            ("POST /api/session", Some(own.as_str()), wrong, (403, "refused")),
            ("POST /api/session", Some(own.as_str()), more, (422, "bad-json")),
            ("POST /api/session", Some(own.as_str()), &long, (413, "too-long")),
            ("POST /api/session", Some(own.as_str()), "", (415, "not-json")),
            ("POST /api/session", None, &right, (403, "foreign-origin")),
            ("POST /api/session", Some("https://evil.example"), &right, (403, "foreign-origin")),
            ("POST /api/session", Some("null"), &right, (403, "foreign-origin")),
            ("PUT /api/session", Some(own.as_str()), &right, (405, "method-not-allowed")),
        ];
        for (line, origin, body, (status, code)) in table {
            let headers: Vec<_> = origin.map(|origin| ("origin", origin)).into_iter().collect();
            let found = door.ask(line, &headers, body).await.problem();
            assert_eq!(found, (status, code.to_owned()), "{line} from {origin:?}");
        }
        // A cookie alone changes nothing, wherever it comes from.
        let answer = door.ask("DELETE /api/session", &[("cookie", &person.cookie)], "").await;
        assert_eq!(answer.problem(), (403, "foreign-origin".to_owned()));
        assert_eq!(door.browse("GET /api/session", &person, "").await.status, 200);
    });
}

#[test]
fn who_tries_too_often_is_told_when_to_come_again() {
    runtime().block_on(async {
        let door = Door::open().await;
        let wrong = r#"{"login":"khong-co","password":"x"}"#;
        let mut last = door.visit("POST /api/session", wrong).await;
        for _ in 0..40 {
            if last.status == 429 {
                break;
            }
            assert_eq!(last.problem(), (403, "refused".to_owned()));
            last = door.visit("POST /api/session", wrong).await;
        }
        assert_eq!(last.problem(), (429, "too-many-attempts".to_owned()));
        let wait: u64 = last.header("retry-after").unwrap().parse().unwrap();
        assert!(wait > 0);
    });
}

#[test]
fn passwords_are_set_with_a_code_and_changed() {
    runtime().block_on(async {
        let door = Door::open().await;
        let accounts = door.server.accounts().clone();
        let code = tokio::task::spawn_blocking(move || accounts.bootstrap(super::support::now()).unwrap());
        let code = code.await.unwrap();
        let first = format!(
            r#"{{"code":"{}","login":"quan-tri","name":"Quản trị","body":"vpub","password":"{PASSWORD}"}}"#,
            code.show()
        );
        assert_eq!(door.visit("POST /api/session/password/first", &first).await.status, 200);
        let again = door.visit("POST /api/session/password/first", &first).await.problem();
        assert!(matches!(again.0, 403 | 409), "a code works once: {again:?}");
        let login = format!(r#"{{"login":"quan-tri","password":"{PASSWORD}"}}"#);
        let answer = door.visit("POST /api/session", &login).await;
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let own = door.origin();
        let headers = [("cookie", cookie.as_str()), ("origin", own.as_str())];
        let body = r#"{"login":"huyen-a","name":"Huyện A","body":"huyen-a"}"#;
        let added = door.ask("POST /api/accounts", &headers, body).await;
        assert_eq!(added.status, 201, "{}", added.body);
        let added = added.json();
        let code = added["code"].as_str().unwrap();
        let set = format!(r#"{{"login":"huyen-a","code":"{code}","password":"{PASSWORD}"}}"#);
        assert_eq!(door.visit("POST /api/session/password/code", &set).await.status, 200);
        assert_eq!(door.visit("POST /api/session/password/code", &set).await.problem().0, 403);
        let change = format!(r#"{{"old":"{PASSWORD}","new":"một mật khẩu khác nữa"}}"#);
        assert_eq!(door.ask("POST /api/session/password", &headers, &change).await.status, 204);
        assert_eq!(door.ask("POST /api/session/password", &headers, &change).await.problem().1, "refused");
        let login = r#"{"login":"quan-tri","password":"một mật khẩu khác nữa"}"#;
        assert_eq!(door.visit("POST /api/session", login).await.status, 200);
    });
}
