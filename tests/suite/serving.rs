//! The one server as it runs: the site for everybody, the documents for those who have an account.

use std::fs;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use niemyet::replica::peer::exchange::Exchange;
use serde_json::Value;

use crate::support::cli::Office;
use crate::support::cli::Running;
use crate::support::http::Answer;
use crate::support::http::ask;
use crate::support::http::send;

fn json(text: &str) -> Value {
    serde_json::from_str(text.lines().last().expect("a line")).expect("JSON")
}

/// The token of a new account of this body.
fn token(office: &Office, login: &str, body: &str) -> String {
    office.ok(&["account", "add", login, "--body", body]);
    let made = json(&office.ok(&["--json", "account", "token", login, "--device", "máy 1"]));
    format!("Bearer {}", made["token"].as_str().unwrap())
}

#[test]
fn site_and_documents_are_served_by_one_program_and_each_knows_its_people() {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut serving = office.start(&["serve", "--listen", "127.0.0.1:0"]);
    let address = serving.address();
    for (path, status) in
        [("/", 200), ("/lich/", 200), ("/healthz", 200), ("/readyz", 200), ("/nowhere", 404)]
    {
        assert_eq!(ask(address, &format!("GET {path}"), &[]).status, status, "{path}");
    }
    for path in ["/sync", "/metrics", "/api/session", "/api/documents"] {
        let refused = ask(address, &format!("GET {path}"), &[]);
        assert_eq!(
            (refused.status, refused.headers["content-type"].as_str()),
            (401, "application/problem+json")
        );
        assert_eq!(refused.headers["cache-control"], "no-store", "{path}");
    }
    // Made beside the running server.
    let district = token(&office, "thanh.pho", "ec_district_116");
    let who = ask(address, "GET /api/session", &[("authorization", &district)]).json();
    assert_eq!(who["account"]["login"], "thanh.pho");
    let opening = ask(address, "GET /api/documents", &[("authorization", &district)]).json();
    assert_eq!(
        (opening["election"].as_str(), opening["body"].as_str()),
        (Some("sonla-2021"), Some("ec_district_116"))
    );
    assert_eq!(opening["roles"], serde_json::json!(["district_committee"]));
    let agency = token(&office, "thuong.truc", "standing_agency");
    let all = ask(address, "GET /api/documents", &[("authorization", &agency)]).json();
    let writes = |opening: &Value, key: &str| {
        let found = opening["documents"].as_array().unwrap().iter().find(|entry| entry["key"] == key);
        found.map(|entry| entry["writes"].as_bool().unwrap())
    };
    assert_eq!((writes(&opening, "election"), writes(&all, "election")), (Some(false), Some(true)));
    assert_eq!(writes(&opening, "progress/team_security"), None, "a district does not see the teams' work");
    assert_eq!(serving.terminate(), Some(0));
}

/// Logging in from the server's own page, and from another.
fn log_in(address: SocketAddr, origin: &str, password: &str) -> Answer {
    let headers = [("origin", origin), ("content-type", "application/json")];
    send(
        address,
        "POST /api/session",
        &headers,
        &format!(r#"{{"login":"quan.tri","password":"{password}"}}"#),
    )
}

#[test]
fn the_first_administrator_logs_in_with_the_code_of_the_command_line() {
    let office = Office::ready();
    office.ok(&["build"]);
    let code = json(&office.ok(&["--json", "account", "first"]))["code"].as_str().unwrap().to_owned();
    let mut serving = office.start(&["serve", "--listen", "127.0.0.1:0"]);
    let address = serving.address();
    let origin = format!("http://{address}");
    let claim = serde_json::json!({
        "code": code, "login": "quan.tri", "name": "Quản trị", "body": "standing_agency", "password": "một câu dài dễ nhớ",
    });
    let headers = [("origin", origin.as_str()), ("content-type", "application/json")];
    let claimed = send(address, "POST /api/session/password/first", &headers, &claim.to_string());
    assert!((200..300).contains(&claimed.status), "{}", String::from_utf8_lossy(&claimed.body));
    let wrong = log_in(address, &origin, "không phải câu này");
    let elsewhere = log_in(address, "https://evil.example", "một câu dài dễ nhớ");
    assert_eq!((wrong.status, elsewhere.status), (403, 403));
    assert_ne!(wrong.json()["code"], elsewhere.json()["code"]);
    let session = log_in(address, &origin, "một câu dài dễ nhớ");
    assert_eq!(session.status, 200);
    let cookie = &session.headers["set-cookie"];
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let accounts = ask(address, "GET /api/accounts", &[("cookie", cookie), ("origin", &origin)]);
    assert_eq!(
        accounts.json().as_array().map(Vec::len),
        Some(1),
        "{}",
        String::from_utf8_lossy(&accounts.body)
    );
}

#[test]
fn a_server_that_browsers_could_only_reach_in_the_clear_does_not_start() {
    let office = Office::ready();
    office.ok(&["build"]);
    let error = office.fails(1, &["serve", "--listen", "0.0.0.0:0"]);
    assert!(error.contains("origin = ") && error.contains("TLS"), "{error}");
    let settings = office.path("niemyet/niemyet.toml");
    fs::write(&settings, "origin = \"http://example.org\"\n").unwrap();
    let error = office.fails(1, &["serve", "--listen", "0.0.0.0:0"]);
    assert!(error.contains("niemyet.toml:1: origin") && error.contains("https://host"), "{error}");
    fs::write(&settings, "origin = \"https://example.org\"\nproxies = [\"127.0.0.1\", \"::1\"]\n").unwrap();
    let mut serving = office.start(&["serve", "--listen", "0.0.0.0:0"]);
    assert!(serving.url().starts_with("http://0.0.0.0:"));
}

#[test]
fn every_setting_is_checked_at_the_start() {
    let office = Office::ready();
    office.ok(&["build"]);
    let settings = office.path("niemyet/niemyet.toml");
    for line in [
        "proxies = [\"nobody\"]",
        "sync_connections = 0",
        "sync_connections_per_account = -1",
        "sync_message_mib = 5000",
        "sync_changes_per_minute = \"many\"",
        "sync_documents_per_account = 0",
        "sync_memory_mib = 31",
        "sync_idle_seconds = 0",
        "password_shortest = 4",
        "session_days = 1000",
    ] {
        fs::write(&settings, format!("keep_releases = 3\n{line}\n")).unwrap();
        let error = office.fails(1, &["serve", "--listen", "127.0.0.1:0"]);
        let key = line.split(' ').next().unwrap();
        assert!(error.contains(&format!("niemyet.toml:2: {key}")), "{line}: {error}");
    }
    fs::write(&settings, "keep_releases = 3\n\nsync_conections = 5\n").unwrap();
    let error = office.fails(1, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        error.contains(":3: unknown setting `sync_conections`") && error.contains("sync_connections"),
        "{error}"
    );
}

#[test]
fn a_folder_is_served_by_one_process() {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut serving = office.start(&["serve", "--listen", "127.0.0.1:0"]);
    serving.url();
    let error = office.fails(1, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("open in another process"), "{error}");
    // Building and looking go on beside it.
    office.ok(&["build"]);
    office.ok(&["check"]);
}

#[test]
fn the_log_is_one_object_a_line_without_secrets_however_much_it_says() {
    let office = Office::ready();
    office.ok(&["build"]);
    let code = json(&office.ok(&["--json", "account", "first"]))["code"].as_str().unwrap().to_owned();
    let bearer = token(&office, "thanh.pho", "ec_district_116");
    let log = office.path("log");
    let mut command = office.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("NIEMYET_LOG", "trace").env("NIEMYET_LOG_FORMAT", "json");
    command.stdout(Stdio::piped()).stderr(fs::File::create(&log).unwrap());
    let mut serving = Running::new(command.spawn().unwrap());
    let address = serving.address();
    let origin = format!("http://{address}");
    let password = "một câu dài dễ nhớ";
    let claim = serde_json::json!({
        "code": code, "login": "quan.tri", "name": "Quản trị", "body": "standing_agency", "password": password,
    });
    let headers = [("origin", origin.as_str()), ("content-type", "application/json")];
    send(address, "POST /api/session/password/first", &headers, &claim.to_string());
    let session = log_in(address, &origin, password);
    let wrong = log_in(address, &origin, "một câu sai hoàn toàn");
    assert_eq!((session.status, wrong.status), (200, 403));
    let cookie = session.headers["set-cookie"].split(';').next().unwrap().to_owned();
    assert_eq!(ask(address, "GET /api/session", &[("cookie", &cookie)]).status, 200);
    assert_eq!(ask(address, "GET /api/session", &[("authorization", &bearer)]).status, 200);
    assert_eq!(ask(address, "GET /sync", &[("authorization", &bearer)]).status, 426);
    assert_eq!(serving.terminate(), Some(0));
    let log = fs::read_to_string(&log).unwrap();
    // Beside it stands what people are told at the start.
    let (entries, words): (Vec<_>, Vec<_>) = log.lines().partition(|line| line.starts_with('{'));
    assert_eq!(words.len(), 4, "{words:?}");
    let entries: Vec<Value> = entries.into_iter().map(json).collect();
    assert!(entries.len() > 10 && entries.iter().all(|entry| entry["timestamp"].is_string()), "{log}");
    let stopped = |entry: &&Value| entry["fields"]["message"] == "the sync server has stopped";
    let stopped = entries.iter().find(stopped).expect("the end is told");
    assert_eq!((&stopped["level"], &stopped["fields"]["kept"]), (&"INFO".into(), &true.into()), "{stopped}");
    let secrets = [
        password,
        "một câu sai hoàn toàn",
        code.as_str(),
        cookie.split_once('=').unwrap().1,
        bearer.strip_prefix("Bearer ").unwrap(),
        "argon2",
    ];
    for secret in secrets {
        assert!(!log.contains(secret), "`{secret}` is in the log");
    }
}

#[test]
fn freed_memory_is_kept_for_a_while_or_as_long_as_the_operator_says() {
    let office = Office::ready();
    office.ok(&["build"]);
    for (said, kept) in [(None, 600_000), (Some("4321"), 4_321)] {
        let log = office.path("log");
        let mut command = office.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("NIEMYET_LOG", "info").env("NIEMYET_LOG_FORMAT", "json");
        command.env_remove("MIMALLOC_PURGE_DELAY").envs(said.map(|said| ("MIMALLOC_PURGE_DELAY", said)));
        command.stdout(Stdio::piped()).stderr(fs::File::create(&log).unwrap());
        let mut serving = Running::new(command.spawn().unwrap());
        serving.url();
        assert_eq!(serving.terminate(), Some(0));
        let log = fs::read_to_string(&log).unwrap();
        let entries = log.lines().filter(|line| line.starts_with('{')).map(json);
        let told = |entry: &Value| entry["fields"]["message"] == "freed memory is kept";
        let told = entries.into_iter().find(told).expect("what the allocator does is told");
        assert_eq!(told["fields"]["milliseconds"], kept, "{told}");
    }
}

/// The beginning of a binary frame with so many bytes, masked with zeros (RFC 6455, 5.2).
fn frame_head(bytes: usize) -> Vec<u8> {
    let mut head = vec![0x82, 0xff];
    head.extend((bytes as u64).to_be_bytes());
    head.extend([0; 4]);
    head
}

/// Somebody who has joined by a socket of the sync protocol, and then sends so much of a message of 2 MiB, and not the rest.
fn half_a_message(address: SocketAddr, bearer: &str, bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "GET /sync HTTP/1.1\r\nhost: {address}\r\nauthorization: {bearer}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer));
    let join = Exchange::new("sonla-2021", &format!("half-{bytes}")).join();
    stream.write_all(&[frame_head(join.len()), join].concat()).unwrap();
    let mut frame = frame_head(2 << 20);
    frame.resize(bytes, 0);
    stream.write_all(&frame).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    stream
}

#[test]
fn messages_of_which_the_rest_never_comes_take_no_more_memory_than_they_may() {
    let office = Office::ready();
    office.ok(&["build"]);
    let settings = office.path("niemyet/niemyet.toml");
    // A message needs room for itself.
    fs::write(&settings, "sync_memory_mib = 64\nsync_message_mib = 4\n").unwrap();
    let error = office.fails(1, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("write 128 or more"), "{error}");
    fs::write(&settings, "sync_memory_mib = 64\nsync_message_mib = 2\n").unwrap();
    let bearer = token(&office, "thanh.pho", "ec_district_116");
    let mut running = office.start(&["serve", "--listen", "127.0.0.1:0"]);
    let address = running.address();
    // Together more than the 4 MiB that there are for them; the largest is more than the others by so much that no order of arrival
    // makes another one the largest when it is too much.
    let sizes = [16, 900, 1_500, 1_900].map(|kib| kib << 10);
    let mut streams = sizes.map(|bytes| half_a_message(address, &bearer, bytes));
    let ends = |stream: &mut TcpStream| {
        let mut said = Vec::new();
        // A line that is cut while bytes are on their way ends with an error, after what was said on it.
        let _ = stream.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    };
    let said = ends(&mut streams[3]);
    assert!(said.contains("no room in its memory"), "{said}");
    // The least has room, and goes on when the rest comes, once the others have gone: what it says is no message.
    let mut least = streams.into_iter().next().unwrap();
    let alone = || ask(address, "GET /metrics", &[("authorization", &bearer)]);
    let is_alone = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        String::from_utf8_lossy(&alone().body).contains("niemyet_sync_connections 1\n")
    });
    assert!(is_alone, "the others have not gone");
    let _ = least.write_all(&vec![0; (2 << 20) + 14 - sizes[0]]);
    let said = ends(&mut least);
    assert!(said.contains("not understood"), "{said}");
    assert_eq!(ask(address, "GET /healthz", &[]).status, 200);
}

#[test]
fn connections_that_never_finish_their_question_are_closed_and_hold_nobody_up() {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut running = office.start(&["serve", "--listen", "127.0.0.1:0"]);
    let address = running.address();
    let mut open: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(address).unwrap()).collect();
    for (n, stream) in open.iter_mut().enumerate() {
        // Some say nothing, some begin.
        if n % 2 == 0 {
            stream.write_all(b"GET / HTTP/1.1\r\nhost: a").unwrap();
        }
    }
    assert_eq!(ask(address, "GET /healthz", &[]).status, 200);
    for stream in &mut open {
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        // Nothing, or a word about the time that is over, and then the end.
        let mut said = Vec::new();
        let ended = stream.read_to_end(&mut said);
        assert!(ended.is_ok() || ended.unwrap_err().kind() == ErrorKind::ConnectionReset);
    }
    assert_eq!(ask(address, "GET /healthz", &[]).status, 200);
}
