//! `niemyet sync`, `task` and `report`: an office without a network edits its documents, and the server has them later.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

use automerge::ActorId;
use automerge::Automerge;
use automerge::sync;
use automerge::sync::SyncDoc;
use niemyet::document::Content;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::progress;
use niemyet::document::write_election;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::peer::exchange::Exchange;
use niemyet::replica::peer::exchange::Standing;
use niemyet_sync::DocumentId;
use niemyet_sync::wire::Body;
use niemyet_sync::wire::Message;
use niemyet_sync::wire::Metadata;
use niemyet_sync::wire::VERSION;
use rcgen::CertifiedKey;
use rcgen::generate_simple_self_signed;
use serde_json::Value;
use tokio::io::copy_bidirectional;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::support::cli::Office;
use crate::support::cli::Running;
use crate::support::committee::Server;
use crate::support::committee::lines;
use crate::support::terminal::on_a_terminal;
use crate::support::terminal::steps;

const DUE: &str = "2021-03-04";

fn state<'a>(reports: &'a [Value], key: &str) -> Option<&'a str> {
    reports.iter().find(|report| report["key"] == key).and_then(|report| report["state"].as_str())
}

#[test]
fn a_terminal_shows_a_bar_of_how_many_documents_are_in_step() {
    let server = Server::start();
    let district = server.district("phu.yen", "ec_district_118");
    let mut sync = district.command(&["sync", &server.url, "--token-file", "token"]);
    sync.env("TERM", "xterm");
    let shown = on_a_terminal(sync, 120);
    assert!(shown.contains("documents in step"), "{shown}");
    let steps = steps(&shown);
    let (_, all) = steps.last().copied().unwrap_or_default();
    assert!(all > 1, "no bar: {shown}");
    assert!(steps.iter().all(|(done, _)| *done <= all), "more than there are: {steps:?}");
    assert!(steps.iter().any(|(done, of)| done < of), "it was full from the start: {steps:?}");
    assert!(shown.contains("máy chủ đã có / the server has it"), "{shown}");
}

#[test]
fn a_week_offline_reaches_the_server_and_the_agency_sees_it() {
    let mut server = Server::start();
    let district = server.district("phu.yen", "ec_district_118");
    let agency = server.district("thuong.truc", "standing_agency");
    // An empty folder becomes a working folder with what the body may see.
    let first = server.sync(&district);
    assert_eq!(state(&first, "election"), Some("in_step"));
    assert_eq!(state(&first, "progress/team_security"), None, "a district does not see the teams' work");
    let settings = fs::read_to_string(district.path("niemyet/niemyet.toml")).unwrap();
    assert!(settings.contains("\nbody = \"ec_district_118\""), "{settings}");

    // The server is gone for a week.
    assert_eq!(server.running.terminate(), Some(0));
    let gone = district.fails(1, &["sync", &server.url, "--token-file", "token"]);
    assert!(gone.contains("cannot be reached") && gone.contains("kept here"), "{gone}");
    district.ok(&["report", "set", DUE, "direction.meetings_held=3", "bodies.polling_teams=0"]);
    district.ok(&[
        "report",
        "set",
        DUE,
        "header.nil_report=false",
        "consultation.r1.district.difficulties=Mưa lớn.\nĐường sạt lở.",
    ]);
    district.ok(&["report", "add-row", DUE, "direction.documents_issued", "number=12", "subject=Kế hoạch"]);
    for figure in ["3,5", "0012", "+3"] {
        let wrong = district.fails(2, &["report", "set", DUE, &format!("direction.meetings_held={figure}")]);
        assert!(wrong.contains("whole number"), "{figure}: {wrong}");
    }
    district.ok(&["report", "set", DUE, "header.period_start=2021-02-26", "header.period_end=2021-03-04"]);
    district.ok(&["report", "submit", DUE]);
    let late = district.fails(1, &["report", "set", DUE, "direction.meetings_held=4"]);
    assert!(late.contains("withdraw it first"), "{late}");
    let task = lines(&district.ok(&["--json", "task", "list"]))[0]["task"].as_str().unwrap().to_owned();
    district.ok(&["task", "set", &task, "--action", "start", "--note", "Đã họp ban chỉ đạo."]);

    let unsent = lines(&district.ok(&["--json", "report", "list"])).remove(0);
    assert_eq!((unsent["status"].as_str(), unsent["sent"].as_bool()), (Some("submitted"), Some(false)));

    // It is back: what was edited goes there, once.
    server.restart();
    let sent = server.sync(&district);
    let report = format!("report/ec_district_118/{DUE}");
    assert_eq!(state(&sent, &report), Some("in_step"), "{sent:?}");
    assert_eq!(state(&sent, "progress/ec_district_118"), Some("in_step"));
    assert!(server.sync(&district).iter().all(|report| report["received"] == 0));
    assert_eq!(lines(&district.ok(&["--json", "report", "list"])).remove(0)["sent"], true);

    let seen = server.sync(&agency);
    assert_eq!(state(&seen, &report), Some("in_step"));
    let shown = lines(&agency.ok(&["--json", "report", "show", DUE, "--body", "ec_district_118"])).remove(0);
    assert_eq!(shown["status"], "submitted");
    assert_eq!(shown["report"]["figures"]["direction.meetings_held"]["value"], 3);
    assert_eq!(shown["report"]["figures"]["bodies.polling_teams"]["value"], 0);
    assert_eq!(shown["report"]["texts"]["consultation.r1.district.difficulties"][1], "Đường sạt lở.");
    assert_eq!(shown["report"]["rows"]["direction.documents_issued"][0]["number"], "12");
}

#[test]
fn two_devices_of_one_body_that_edited_apart_have_both_edits() {
    let server = Server::start();
    let one = server.district("phu.yen", "ec_district_118");
    let two = server.district("phu.yen", "ec_district_118");
    server.sync(&one);
    server.sync(&two);
    one.ok(&["report", "set", DUE, "direction.meetings_held=3", "direction.inspections=1"]);
    two.ok(&["report", "set", DUE, "direction.meetings_held=4", "bodies.polling_teams=7"]);
    server.sync(&one);
    server.sync(&two);
    server.sync(&one);
    let shown = |office: &Office| lines(&office.ok(&["--json", "report", "show", DUE])).remove(0);
    let (here, there) = (shown(&one), shown(&two));
    assert_eq!(here, there);
    let figures = &here["report"]["figures"];
    assert_eq!(
        (
            figures["direction.inspections"]["value"].as_i64(),
            figures["bodies.polling_teams"]["value"].as_i64()
        ),
        (Some(1), Some(7))
    );
    assert_eq!(figures["direction.meetings_held"]["conflicts"].as_array().map(Vec::len), Some(2));
    let text = one.ok(&["report", "show", DUE]);
    let told = text.lines().find(|line| line.contains("devices wrote different values")).expect(&text);
    assert!(told.contains('3') && told.contains('4'), "{told}");
    assert!(text.contains(&format!("niemyet report set {DUE} direction.meetings_held=…")), "{text}");
}

#[test]
fn what_an_account_may_not_write_is_refused_with_words_and_kept_here() {
    let server = Server::start();
    let office = server.district("phu.yen", "ec_district_118");
    server.sync(&office);
    // Somebody writes another district's report, and what is theirs.
    let wrong = ["report", "set", DUE, "direction.meetings_held=3", "--body", "ec_district_119"];
    assert!(office.fails(2, &wrong).contains("edits for `ec_district_118`"));
    let insisting = office.command(&wrong).env("NIEMYET_BODY", "ec_district_119").output().unwrap();
    assert!(insisting.status.success());
    office.ok(&["report", "set", DUE, "direction.meetings_held=3"]);
    let run = office.run(&["--json", "sync", &server.url, "--token-file", "token"]);
    assert_eq!(run.status.code(), Some(1));
    let reports = lines(&String::from_utf8(run.stdout).unwrap());
    let refused = format!("report/ec_district_119/{DUE}");
    let (found, last) =
        (reports.iter().find(|report| report["key"] == refused).unwrap(), reports.last().unwrap());
    assert_eq!(found["state"], "refused");
    assert!(found["refusal"]["vi"].as_str().is_some_and(|words| !words.is_empty()), "{found}");
    assert_eq!(last["error"]["code"], "not_in_step");
    assert_eq!(state(&reports, &format!("report/ec_district_118/{DUE}")), Some("in_step"));
    let kept = lines(&office.ok(&["--json", "report", "show", DUE, "--body", "ec_district_119"])).remove(0);
    assert_eq!(
        kept["report"]["figures"]["direction.meetings_held"]["value"], 3,
        "what was typed is still here"
    );
    // The way on that a person is told: a folder without what was refused.
    let told = office.run(&["sync", &server.url, "--token-file", "token"]);
    assert!(String::from_utf8(told.stdout).unwrap().contains("sync into a new folder with --dir"));
    let anew = office.ok(&["--json", "--dir", "anew", "sync", &server.url, "--token-file", "token"]);
    assert_eq!(state(&lines(&anew), &refused), None);
    let audit = server.office.ok(&["--json", "audit", "--event", "change-refused"]);
    assert!(!audit.is_empty());
}

#[test]
fn an_edit_beside_the_running_server_reaches_those_who_are_connected() {
    let server = Server::start();
    let agency = server.district("thuong.truc", "standing_agency");
    let mut following = agency.start(&["--json", "sync", &server.url, "--token-file", "token", "--follow"]);
    let told = following
        .lines_until(|line| line.contains("\"key\":\"review") || line.contains("\"key\":\"publication\""));
    assert!(!told.is_empty());
    // On the server's own machine, by the program beside it: the server looks each second.
    server.office.ok(&[
        "task",
        "set",
        &first_task(&server.office, "team_security"),
        "--action",
        "start",
        "--body",
        "team_security",
    ]);
    let news = following.lines_until(|line| line.contains("progress/team_security"));
    assert!(news.last().is_some_and(|line| line.contains("in_step")), "{news:?}");
}

fn first_task(office: &Office, body: &str) -> String {
    lines(&office.ok(&["--json", "task", "list", "--body", body]))[0]["task"].as_str().unwrap().to_owned()
}

#[test]
fn addresses_and_tokens_are_checked_before_anything_is_sent() {
    let office = Office::new();
    for url in [
        "example.org",
        "http://example.org",
        "ftp://127.0.0.1",
        "https://example.org/nơi",
        "http://127.0.0.1/x",
    ] {
        assert!(office.fails(2, &["sync", url]).contains("https://host"), "{url}");
    }
    let secret = office.fails(2, &["sync", "https://ai:mat-khau@example.org"]);
    assert!(!secret.contains("mat-khau"), "{secret}");
    assert!(office.fails(1, &["sync", "http://127.0.0.1:9"]).contains("account token"));
    fs::write(office.path("token"), "x").unwrap();
    fs::set_permissions(office.path("token"), fs::Permissions::from_mode(0o644)).unwrap();
    let arguments = ["sync", "http://127.0.0.1:9", "--token-file", "token"];
    assert!(office.fails(1, &arguments).contains("chmod 600"));
    fs::set_permissions(office.path("token"), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(office.fails(1, &arguments).contains("cannot be reached"));
    assert!(!office.path("niemyet").exists(), "nothing is made before the server has answered");
    let server = Server::start();
    let arguments = ["sync", &server.url, "--token-file", "token"];
    let error = office.fails(1, &arguments);
    assert!(error.contains("401") && error.contains("token"), "{error}");
    let district = server.district("phu.yen", "ec_district_118");
    server.office.ok(&["account", "disable", "phu.yen"]);
    assert!(district.fails(1, &["sync", &server.url, "--token-file", "token"]).contains("401"));
}

/// A proxy that ends TLS before a server; gives its port and its certificate.
fn tls_proxy(runtime: &tokio::runtime::Runtime, server: SocketAddr) -> (u16, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate ends here.
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut server = TcpStream::connect(server).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut server).await;
            });
        }
    });
    (port, cert.pem())
}

#[test]
fn over_tls_only_a_server_that_the_machine_trusts_is_reached() {
    let server = Server::start();
    let office = server.district("phu.yen", "ec_district_118");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (port, certificate) =
        tls_proxy(&runtime, server.url.strip_prefix("http://").unwrap().parse().unwrap());
    let url = format!("https://localhost:{port}");
    let arguments = ["--json", "sync", url.as_str(), "--token-file", "token"];
    assert!(office.fails(1, &arguments).contains("cannot be reached"));
    let file = office.path("certificate.pem");
    fs::write(&file, certificate).unwrap();
    let trusting =
        |arguments: &[&str]| office.command(arguments).env("SSL_CERT_FILE", &file).output().unwrap();
    let done = trusting(&arguments);
    let reports = lines(&String::from_utf8(done.stdout).unwrap());
    assert_eq!((done.status.code(), state(&reports, "election")), (Some(0), Some("in_step")));
    let elsewhere = format!("https://127.0.0.1:{port}");
    assert_eq!(
        trusting(&["sync", &elsewhere, "--token-file", "token"]).status.code(),
        Some(1),
        "another name"
    );
}

#[test]
fn killed_at_any_moment_it_goes_on_where_it_was() {
    let mut server = Server::start();
    let agency = server.district("thuong.truc", "standing_agency");
    let district = server.district("phu.yen", "ec_district_118");
    server.sync(&district);
    for due in ["2021-03-04", "2021-03-11", "2021-03-18", "2021-03-25"] {
        district.ok(&["report", "set", due, "direction.meetings_held=3"]);
    }
    let url = server.url.clone();
    let arguments = ["sync", url.as_str(), "--token-file", "token"];
    for round in 0..12 {
        for office in [&district, &agency] {
            let mut syncing = office.start(&arguments);
            std::thread::sleep(std::time::Duration::from_millis(round * 9));
            syncing.0.kill().unwrap();
            syncing.0.wait().unwrap();
        }
        if round % 4 == 3 {
            server.running.0.kill().unwrap();
            server.running.0.wait().unwrap();
            server.restart();
        }
    }
    for office in [&district, &agency] {
        let reports = server.sync(office);
        assert!(reports.iter().all(|report| report["state"] == "in_step"), "{reports:?}");
        office.ok(&["check"]);
    }
    let last =
        lines(&agency.ok(&["--json", "report", "show", "2021-03-25", "--body", "ec_district_118"])).remove(0);
    assert_eq!(last["report"]["figures"]["direction.meetings_held"]["value"], 3);
    server.office.ok(&["check"]);
}

/// Gives a body another role, in the documents of a folder.
fn give_role(office: &Office, body: &str, role: &str) {
    let store = DocumentStore::open(&office.path("niemyet"), None).unwrap();
    let mut document = store.open_or_begin("sonla-2021", &Key::Election).unwrap();
    let Content::Election(mut election) = document.content().unwrap() else { panic!("no election") };
    election.bodies.iter_mut().find(|known| known.id == body).unwrap().role = role.to_owned();
    write_election(&mut document, &election).unwrap();
    document.commit("another role", 1);
    store.save(&mut document).unwrap();
}

#[test]
fn a_body_that_the_election_lets_in_sees_the_work_at_once_and_no_more_when_it_is_out() {
    let server = Server::start();
    let (press, agency) =
        (server.district("bao.chi", "media"), server.district("thuong.truc", "standing_agency"));
    server.sync(&agency);
    let mut following = press.start(&["--json", "sync", &server.url, "--token-file", "token", "--follow"]);
    let first = following.lines_until(|line| line.contains("\"key\":\"publication\""));
    assert!(first.iter().any(|line| line.contains("\"key\":\"election\"")), "{first:?}");
    server.office.ok(&["task", "set", "T2.5.1", "--action", "start", "--body", "team_security"]);
    // By a change that the agency's office delivers.
    give_role(&agency, "media", "team");
    server.sync(&agency);
    following.lines_until(|line| line.contains("progress/team_security") && line.contains("in_step"));
    // By one that a program beside the server writes: it is looked for each second.
    give_role(&server.office, "media", "named");
    following.lines_until(|line| line.contains("progress/team_security") && line.contains("absent"));
    server.office.ok(&["task", "set", "T2.5.1", "--note", "Chỉ trong ủy ban.", "--body", "team_security"]);
    let all = server.sync(&agency);
    assert_eq!(state(&all, "progress/team_security"), Some("in_step"));
    drop(following);
    let seen = server.sync(&press);
    assert_eq!(state(&seen, "progress/team_security"), Some("absent"), "{seen:?}");
    let kept = press.ok(&["--json", "task", "list", "--body", "team_security"]);
    assert!(!kept.contains("Chỉ trong ủy ban."), "what was written after it was out has come to it");
}

/// A server's side of one document, without a server.
fn said(body: Body<'_>) -> Vec<u8> {
    Message { sender: "server", target: Some("office"), body }.encode()
}

#[test]
fn what_is_not_to_be_seen_any_more_stays_so_when_the_folder_is_looked_at() {
    let key: Key = "progress/team_security".parse().unwrap();
    let id = DocumentId::new(*niemyet::document::DocumentId::derive("sonla-2021", &key).unwrap().as_bytes());
    let mut theirs = Document::create("sonla-2021", &key, ActorId::random()).unwrap();
    let mut exchange = Exchange::new("sonla-2021", "office");
    exchange.hold(id, &key, None, false);
    exchange.receive(&said(Body::Peer { metadata: Metadata::default(), version: VERSION })).unwrap();
    let (mut there, mut state) = (Automerge::load(&theirs.save()).unwrap(), sync::State::new());
    for _ in 0..3 {
        let Some(frame) = exchange.frames().pop() else { break };
        let (Body::Request { data, .. } | Body::Sync { data, .. }) = Message::decode(&frame).unwrap().body
        else {
            panic!("no message of the document")
        };
        there.receive_sync_message(&mut state, sync::Message::decode(data).unwrap()).unwrap();
        if let Some(answer) = there.generate_sync_message(&mut state) {
            exchange.receive(&said(Body::Sync { document: id, data: &answer.encode() })).unwrap();
        }
    }
    let standing = |exchange: &Exchange| exchange.copies().next().unwrap().1.standing.clone();
    let is_covered = |exchange: &Exchange| exchange.copies().next().unwrap().1.is_covered();
    assert_eq!(standing(&exchange), Standing::InStep);
    exchange.receive(&said(Body::Unavailable { document: id })).unwrap();
    // The folder's look finds what came before, and nothing else.
    exchange.hold(id, &key, Some(there.clone()), false);
    assert_eq!(standing(&exchange), Standing::Absent);
    assert!(is_covered(&exchange), "it would be offered again as if it had been written here");
    assert!(exchange.frames().is_empty(), "there is nothing to ask");
    // What is written then is offered, as anything is.
    theirs.set_actor(ActorId::random());
    progress::set_evidence(&mut theirs, "T3", "Tờ trình").unwrap();
    theirs.commit("written", 1).unwrap();
    exchange.hold(id, &key, Automerge::load(&theirs.save()).ok(), false);
    assert_eq!((standing(&exchange), exchange.frames().len()), (Standing::Moving, 1));
    assert!(!is_covered(&exchange), "it is not there yet");
}

/// A report reaches a server after its backup; then its store is put back, and the office syncs again.
fn is_brought_again(put_back: impl Fn(&Office)) {
    let mut server = Server::start();
    let district = server.district("phu.yen", "ec_district_118");
    server.sync(&district);
    server.office.ok(&["backup", "backup.sqlite"]);
    district.ok(&["report", "set", DUE, "direction.meetings_held=3"]);
    server.sync(&district);
    assert_eq!(server.running.terminate(), Some(0));
    put_back(&server.office);
    server.restart();
    let again = server.sync(&district);
    assert_eq!(state(&again, &format!("report/ec_district_118/{DUE}")), Some("in_step"), "{again:?}");
    let there =
        lines(&server.office.ok(&["--json", "report", "show", DUE, "--body", "ec_district_118"])).remove(0);
    assert_eq!(there["report"]["figures"]["direction.meetings_held"]["value"], 3);
}

#[test]
fn after_a_restore_an_office_brings_again_what_the_backup_had_not() {
    is_brought_again(|office| {
        fs::rename(office.path("niemyet/documents.sqlite"), office.path("damaged")).unwrap();
        office.ok(&["restore", "backup.sqlite"]);
    });
}

#[test]
fn a_server_whose_store_was_put_back_by_hand_gets_again_what_it_lacks() {
    // As a snapshot of the machine would: the store is as it was, and says so.
    is_brought_again(|office| {
        fs::copy(office.path("backup.sqlite"), office.path("niemyet/documents.sqlite")).unwrap();
    });
}

#[test]
fn several_replicas_on_one_folder_do_not_disturb_each_other() {
    let server = Server::start();
    let district = server.district("phu.yen", "ec_district_118");
    server.sync(&district);
    district.ok(&["report", "set", DUE, "direction.meetings_held=3"]);
    let arguments = ["sync", server.url.as_str(), "--token-file", "token"];
    let mut syncing: Vec<Running> = (0..8).map(|_| district.start(&arguments)).collect();
    for one in &mut syncing {
        assert_eq!(one.0.wait().unwrap().code(), Some(0));
    }
    assert_eq!(lines(&district.ok(&["--json", "report", "list"])).remove(0)["sent"], true);
    district.ok(&["check"]);
}

#[test]
fn stopped_before_everything_is_sent_it_says_so() {
    let server = Server::start();
    let district = server.district("phu.yen", "ec_district_118");
    // A server that takes connections and says nothing.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", mute.local_addr().unwrap());
    let mut syncing = district.start(&["sync", &url, "--token-file", "token"]);
    drop(mute.accept().unwrap());
    let (stream, mut again) = (mute, district.start(&["sync", &url, "--token-file", "token", "--follow"]));
    assert_eq!(syncing.0.wait().unwrap().code(), Some(1));
    let held = stream.accept().unwrap();
    assert_eq!(again.terminate(), Some(1), "it was not in step when it was stopped");
    drop(held);
}

#[test]
fn what_a_server_says_is_shown_without_its_control_characters() {
    assert_eq!(niemyet::replica::peer::link::shown("a\u{1b}[2J\u{7}b\nc"), "a [2J b c");
    assert_eq!(niemyet::replica::peer::link::shown(&"x".repeat(10_000)).len(), 600);
}
