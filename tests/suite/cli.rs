//! Commands as a person types them: what they print, their exit codes, and that errors say what to do next.

use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;

use crate::support::cli::Office;
use crate::support::cli::files;
use crate::support::cli::stderr;
use crate::support::terminal::on_a_terminal;
use crate::support::terminal::steps;

#[test]
fn the_main_job_from_data_to_plain_files() {
    let office = Office::ready();
    assert!(office.ok(&["build", "--out", "out"]).contains("is current"));
    let out = files(&office.path("out"));
    assert!(String::from_utf8_lossy(&out["index.html"]).contains("Sơn La"));
    for path in ["lich/index.html", "en/index.html", "lich.ics", "atom.xml", "sitemap.xml", "404.html"] {
        assert!(out.contains_key(path), "{path} is missing");
    }
    assert!(office.ok(&["build"]).contains("nothing has changed"));
    assert!(office.ok(&["release", "verify"]).contains("same bytes"));
}

#[test]
fn json_is_one_object_a_line() {
    let office = Office::ready();
    let built: serde_json::Value = serde_json::from_str(&office.ok(&["--json", "build"])).unwrap();
    assert_eq!(built["new"], true);
    let listed: serde_json::Value = serde_json::from_str(&office.ok(&["release", "list", "--json"])).unwrap();
    assert_eq!(listed["id"], built["release"]);
    assert_eq!(listed["inputs"]["as_of"], "2021-03-05");
    let failed = office.run(&["--json", "release", "activate", "000009-0123456789ab"]);
    let error: serde_json::Value = serde_json::from_slice(&failed.stdout).unwrap();
    assert_eq!(error["error"]["code"], "release");
}

#[test]
fn usage_is_2_and_refusal_is_1_with_the_next_step() {
    let office = Office::new();
    office.fails(2, &["no-such-command"]);
    office.fails(2, &["timetable", "--law", "1/2", "--election-day", "2021-05-23"]);
    let error = office.fails(1, &["build"]);
    assert!(error.contains("not a working folder") && error.contains("niemyet init"), "{error}");
    let error = office.fails(1, &["timetable", "--law", "85/2015", "--election-day", "2021-05-24"]);
    assert!(error.contains("Sunday") && error.contains("--force"), "{error}");
    office.ok(&["timetable", "--law", "85/2015", "--election-day", "2021-05-24", "--force"]);
}

#[test]
fn timetable_in_every_form() {
    let office = Office::new();
    let form = |form| {
        office.ok(&["timetable", "--law", "85/2015", "--election-day", "2021-05-23", "--format", form])
    };
    let rows: serde_json::Value = serde_json::from_str(&form("json")).unwrap();
    let row = &rows.as_array().unwrap()[0];
    let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
    let fixed =
        ["id", "name_vi", "name_en", "article", "level", "responsible", "bound", "start", "end", "time"];
    assert_eq!(keys, fixed);
    assert!(form("ics").starts_with("BEGIN:VCALENDAR\r\n"));
    assert!(form("csv").lines().count() > 20);
    assert!(form("table").contains("2021-05-23"));
}

#[test]
fn check_names_every_problem_with_file_and_line() {
    let office = Office::new();
    let data = office.path("data/laws-broken/laws");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("x.toml"), "unknown_key = 1\n").unwrap();
    let error = office.fails(1, &["check", "data"]);
    assert!(error.contains("x.toml:1"), "{error}");
    assert!(error.contains("problem(s) found"), "{error}");
}

#[test]
fn site_export_is_a_zola_project_and_keeps_what_is_right() {
    let office = Office::ready();
    office.ok(&["site", "export", "project"]);
    let project = files(&office.path("project"));
    assert!(project.contains_key("config.toml") && project.contains_key("templates/index.html"));
    assert!(project.keys().any(|path| path.starts_with("content/lich/") && path != "content/lich/_index.md"));
    assert!(office.ok(&["site", "export", "project"]).contains(" 0 written"));
}

#[test]
fn export_refuses_a_folder_that_it_does_not_own_and_keeps_modification_times() {
    let office = Office::ready();
    office.ok(&["build", "--out", "out"]);
    let file = office.path("out/lich/index.html");
    let stale = office.path("out/index.html");
    let before = fs::metadata(&file).unwrap().modified().unwrap();
    fs::write(&stale, "đã bị sửa").unwrap();
    assert!(office.ok(&["release", "export", "out"]).contains(" 1 written"));
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), before);

    fs::create_dir(office.path("ours")).unwrap();
    fs::write(office.path("ours/thesis.txt"), "x").unwrap();
    let error = office.fails(1, &["release", "export", "ours"]);
    assert!(error.contains("Choose an empty folder"), "{error}");
    assert_eq!(files(&office.path("ours")).len(), 1);
}

/// Turns one bit of the first pack of the working folder.
fn damage(office: &Office) {
    let packs = fs::read_dir(office.path("niemyet/releases/packs")).unwrap();
    let pack = packs.map(|entry| entry.unwrap().path()).next().unwrap();
    let mut bytes = fs::read(&pack).unwrap();
    bytes[0] ^= 1;
    fs::write(&pack, bytes).unwrap();
}

#[test]
fn a_damaged_release_is_listed_and_leaves_no_half_export() {
    let office = Office::ready();
    office.ok(&["build"]);
    let current = office.path("niemyet/releases/current");
    let name = fs::read(&current).unwrap();
    fs::write(&current, "nonsense\n").unwrap();
    let listed = office.run(&["release", "list"]);
    let told = stderr(&listed);
    assert!(
        listed.status.success() && told.contains("warning: ") && told.contains("release activate"),
        "{told}"
    );
    assert!(String::from_utf8(listed.stdout).unwrap().starts_with("  000001-"));

    fs::write(&current, name).unwrap();
    damage(&office);
    let error = office.fails(1, &["release", "export", "out"]);
    assert!(error.contains("is damaged") && !office.path("out").exists(), "{error}");

    let mut serving = office.start(&["serve", "--listen", "127.0.0.1:0"]);
    let url = serving.url();
    let damaged = error.split(" is damaged: ").nth(1).and_then(|what| what.split('`').nth(1)).unwrap();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        write!(stream, "GET /{damaged} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 500 ") && answer.contains("\"damaged\""), "{answer}");
    }
    assert_eq!(serving.terminate(), Some(0));
    let mut log = String::new();
    serving.0.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(log.matches("is damaged").count(), 1, "{log}");
    assert!(log.contains("release activate") && log.contains("build --full"), "{log}");
}

#[test]
fn init_says_which_data_it_takes() {
    let office = Office::new();
    let error = office.fails(2, &["init", "--from", "data/nope"]);
    assert!(error.contains("data/nope is neither") && error.contains("data/sonla-2021"), "{error}");
    for set in ["data/a", "data/b"] {
        fs::create_dir_all(office.path(set)).unwrap();
        fs::write(office.path(set).join("election.toml"), "").unwrap();
    }
    let error = office.fails(2, &["init", "--from", "data"]);
    assert!(error.contains("several data sets") && error.contains("data/a, data/b"), "{error}");
    assert!(!office.path("niemyet").exists());
}

#[test]
fn arguments_are_met_with_advice() {
    let office = Office::new();
    for (law, day, other) in [
        ("85/2015", "2025-07-06", Some("83/2025")),
        ("83/2025", "2021-05-23", Some("85/2015")),
        ("83/2025", "2026-03-15", None),
    ] {
        let done = office.run(&["timetable", "--law", law, "--election-day", day]);
        let told = stderr(&done);
        assert!(done.status.success(), "{told}");
        match other {
            Some(other) => {
                assert!(told.contains("warning") && told.contains(&format!("--law {other}")), "{told}")
            }
            None => assert_eq!(told, ""),
        }
    }
    let error = office.fails(2, &["timetable", "--law", "85/2015", "--election-day", "23/5/2021"]);
    assert!(error.contains("YYYY-MM-DD, for example 2021-05-23"), "{error}");
    let error = office.fails(2, &["serve", "--listen", "localhost"]);
    assert!(error.contains("localhost:8080"), "{error}");
    let error = office.fails(1, &["serve", "--listen", "localhost:8181", "--dir", "văn phòng"]);
    assert!(error.contains("--dir 'văn phòng'`"), "{error}");
}

#[test]
fn a_terminal_shows_a_bar_of_what_is_done_and_what_there_will_be() {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut build = office.command(&["build", "--full"]);
    build.env("TERM", "xterm");
    let shown = on_a_terminal(build, 100);
    assert!(shown.contains("files rendered"), "{shown}");
    let steps = steps(&shown);
    assert!(steps.iter().any(|(done, all)| 0 < *done && done < all), "no bar on its way: {steps:?} {shown}");
}
