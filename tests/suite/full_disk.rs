//! `niemyet serve` on a disk that gets full while an office delivers: nothing is called sent that is not kept, nothing is lost, and the
//! rest goes there when there is room.

use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::process::Command;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;
use std::time::Instant;

use niemyet_sync::chance::SystemChance;
use niemyet_sync::chance::draw;
use serde_json::Value;

use crate::support::cli::Office;
use crate::support::cli::Running;
use crate::support::committee::Server;
use crate::support::committee::lines;
use crate::support::http::ask;

const BODY: &str = "ec_district_118";
const DUE: &str = "2021-03-04";
const TEXT: &str = "consultation.r1.district.difficulties";
/// How far a file of the server may grow, in KiB. Its log is the first that wants more.
const ROOM: u32 = 200;
/// Long enough for any machine: it bounds a failure, not the work.
const PATIENCE: Duration = Duration::from_secs(50);

/// Starts the program where its files may not grow beyond a number of KiB: it gets the error of a full disk, at the same places. The
/// limit is soft, so that it can be lifted from outside.
fn starved(office: &Office, arguments: &[&str], kib: u32) -> Running {
    let plain = office.command(arguments);
    let script = format!("trap '' XFSZ; ulimit -S -f {kib}; exec \"$0\" \"$@\"");
    let mut shell = Command::new("bash");
    shell.args(["-c", &script]).arg(plain.get_program()).args(plain.get_args()).stdin(Stdio::null());
    shell.current_dir(plain.get_current_dir().unwrap());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    office.spawn(shell)
}

fn address(server: &Server) -> SocketAddr {
    server.url.strip_prefix("http://").unwrap().parse().unwrap()
}

fn status(server: &Server, path: &str) -> u16 {
    ask(address(server), &format!("GET {path}"), &[]).status
}

/// Whether the server's figures say that a delivery came and cannot be kept.
fn cannot_keep(server: &Server, office: &Office) -> bool {
    let token = fs::read_to_string(office.path("token")).unwrap();
    let bearer = format!("Bearer {}", token.trim());
    let figures = ask(address(server), "GET /metrics", &[("authorization", &bearer)]);
    String::from_utf8(figures.body).unwrap().contains("niemyet_sync_store_well 0\n")
}

/// Syncs an office. No if the server says that it cannot keep what came.
fn is_taken(server: &Server, office: &Office) -> bool {
    let mut syncing = office.start(&["sync", &server.url, "--token-file", "token"]);
    let started = Instant::now();
    while !cannot_keep(server, office) {
        if let Some(done) = syncing.0.try_wait().unwrap() {
            let mut said = String::new();
            syncing.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            assert_eq!(done.code(), Some(0), "{said}");
            return true;
        }
        assert!(started.elapsed() < PATIENCE, "the server neither takes it nor says that it cannot");
        sleep(Duration::from_millis(50));
    }
    assert_eq!(status(server, "/readyz"), 503);
    // Nobody is told that it is there, but soon what keeps it from being there.
    let mut said = String::new();
    syncing.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(syncing.0.wait().unwrap().code(), Some(1), "it says that the server has everything");
    assert!(said.contains("cannot keep changes now") && said.contains("is kept here: repeat"), "{said}");
    false
}

/// Delivers one text after another until the server takes no more. Gives the last one that it took, and the one that it did not take.
fn deliver(server: &Server, office: &Office) -> (String, String) {
    let mut taken = Vec::new();
    loop {
        let random = draw::<200>(&SystemChance).unwrap();
        let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        office.ok(&["report", "set", DUE, &format!("{TEXT}={text}")]);
        if !is_taken(server, office) {
            return (taken.pop().expect("something is taken while there is room"), text);
        }
        assert_eq!(is_sent(office), true);
        taken.push(text);
        assert!(taken.len() < 200, "the disk never got full");
    }
}

fn is_sent(office: &Office) -> Value {
    lines(&office.ok(&["--json", "report", "list"])).remove(0)["sent"].take()
}

fn report(office: &Office) -> Value {
    let shown = office.ok(&["--json", "report", "show", DUE, "--body", BODY]);
    lines(&shown).remove(0)["report"].take()
}

fn text(office: &Office) -> String {
    report(office)["texts"][TEXT][0].as_str().unwrap().to_owned()
}

/// The disk gets full, then there is room again.
fn nothing_is_lost(make_room: impl FnOnce(&mut Server)) {
    let mut server = Server::start();
    let district = server.district("phu.yen", BODY);
    let agency = server.district("thuong.truc", "standing_agency");
    server.sync(&district);
    assert_eq!(server.running.terminate(), Some(0));
    let address = address(&server).to_string();
    server.running = starved(&server.office, &["serve", "--listen", &address], ROOM);
    assert_eq!(server.running.url(), server.url);

    let (taken, waiting) = deliver(&server, &district);
    assert_eq!((is_sent(&district), text(&district)), (false.into(), waiting.clone()));
    // What is there can be read as before, by the public and by offices, and nobody sees what is not kept.
    assert_eq!((status(&server, "/"), status(&server, "/healthz")), (200, 200));
    server.sync(&agency);
    assert_eq!((text(&server.office), text(&agency)), (taken.clone(), taken.clone()));
    district.ok(&["report", "set", DUE, "direction.meetings_held=7"]);

    make_room(&mut server);
    let there = text(&server.office);
    assert!(there == taken || there == waiting, "what was said to be there is gone");
    let told = server.sync(&district);
    assert!(told.iter().all(|report| report["state"] == "in_step"), "{told:?}");
    assert_eq!(is_sent(&district), true);
    server.sync(&agency);
    for office in [&server.office, &district, &agency] {
        assert_eq!(text(office), waiting);
        assert_eq!(report(office)["figures"]["direction.meetings_held"]["value"], 7);
    }
    assert_eq!(status(&server, "/readyz"), 200);
    assert_eq!(server.running.terminate(), Some(0));
    server.office.ok(&["check"]);
}

#[test]
fn a_server_on_a_full_disk_goes_on_when_there_is_room() {
    nothing_is_lost(|server| {
        let pid = server.running.0.id().to_string();
        let lifted = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status().unwrap();
        assert!(lifted.success());
        let since = Instant::now();
        while status(server, "/readyz") != 200 {
            assert!(since.elapsed() < PATIENCE, "it does not notice that there is room");
            sleep(Duration::from_millis(200));
        }
    });
}

#[test]
fn a_server_that_is_told_to_end_on_a_full_disk_says_what_it_could_not_keep() {
    nothing_is_lost(|server| {
        let ended = server.running.terminate();
        let mut said = String::new();
        server.running.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(ended, Some(1), "{said}");
        assert!(said.contains("Nothing of it was acknowledged"), "{said}");
        server.restart();
    });
}

#[test]
fn a_server_that_is_killed_on_a_full_disk_loses_nothing() {
    nothing_is_lost(|server| {
        server.running.0.kill().unwrap();
        server.running.0.wait().unwrap();
        server.restart();
    });
}
