//! What somebody new does wrong on the command line: what is wrong is said where it is, with the next step that helps, and nothing
//! half made is left behind.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::cli::Office;
use crate::support::cli::stderr;

fn json(text: &str) -> Value {
    serde_json::from_str(text.lines().last().expect("a line")).expect("JSON")
}

/// A field of reports that holds rows.
const ROWS: &str = "direction.documents_issued";

/// Runs it, requires this exit code, and gives what it wrote to stderr, in which these words must stand.
fn told(office: &Office, code: i32, arguments: &[&str], words: &[&str]) -> String {
    let said = office.fails(code, arguments);
    for word in words {
        assert!(said.contains(word), "{arguments:?}: `{word}` is missing from: {said}");
    }
    said
}

#[test]
fn with_json_wrong_arguments_are_json_too() {
    let office = Office::new();
    for arguments in [
        &["--json", "no-such-command"][..],
        &["build", "--nope", "--json"],
        &["--json", "account", "revoke", "zzz"],
        &["--json", "report", "show", "4/3/2021"],
        &["--json", "publish", "show", "nonsense"],
        &["--json", "backup"],
        &["--json"],
    ] {
        let done = office.run(arguments);
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        let error = json(&String::from_utf8(done.stdout).unwrap());
        assert_eq!(error["error"]["code"], "usage", "{arguments:?}: {error}");
        assert!(error["error"]["message"].as_str().is_some_and(|words| words.len() > 20), "{error}");
    }
    assert_eq!(office.run(&["build", "--nope"]).stdout, b"");
    assert_eq!(office.run(&["--json", "--help"]).status.code(), Some(0));
}

/// What is typed wrong, or names nothing that is here.
const WRONG: &[&[&str]] = &[
    &["account", "disable", "khong.co"],
    &["account", "token", "khong.co", "--device", "máy"],
    &["account", "add", "Không Được", "--body", "team_security"],
    &["account", "add", "an.ninh", "--body", "team_x"],
    &["account", "revoke", "99"],
    &["audit", "--login", "khong.co"],
    &["audit", "--event", "teapot"],
    &["release", "activate", "khong-co"],
    &["release", "changes", "khong-co"],
    &["publish", "approve", "directive/khong-co", "--body", "team_comms"],
    &["task", "list", "--body", "Không Được"],
    &["report", "set", "2021-03-04", "khong.co=1", "--body", "team_security"],
    &["report", "set", "2021-03-04", "header.period_start=4/3/2021", "--body", "team_security"],
    &["report", "set", "2021-03-04", "direction.meetings_held=-3", "--body", "team_security"],
    &["report", "add-row", "2021-03-04", "khong.co", "a=b", "--body", "team_security"],
    &["report", "add-row", "2021-03-04", "direction.meetings_held", "a=b", "--body", "team_security"],
    &["report", "add-row", "2021-03-04", ROWS, "khong_co=b", "--body", "team_security"],
    &["publish", "unnotice", "khong-co", "--body", "team_comms"],
    &[
        "publish",
        "notice",
        "Không Được",
        "--date",
        "2021-03-04",
        "--title",
        "T",
        "--text",
        "N",
        "--body",
        "team_comms",
    ],
    &[
        "publish",
        "notice",
        "tin-1",
        "--date",
        "2021-03-04",
        "--language",
        "fr",
        "--title",
        "T",
        "--text",
        "N",
        "--body",
        "team_comms",
    ],
];

#[test]
fn what_names_nothing_is_wrong_usage_and_what_fails_is_not() {
    let office = Office::ready();
    WRONG.iter().for_each(|arguments| drop(office.fails(2, arguments)));
    for arguments in [
        &["publish", "rule", "directive", "on", "--body", "team_comms"][..],
        &["publish", "approve", "election", "--body", "team_security"],
        &["release", "verify"],
        &["backup", "khong-co/x"],
        &["restore", "khong-co", "--dir", "other"],
        &["check", "khong-co"],
        &["--dir", "khong-co", "build"],
    ] {
        office.fails(1, arguments);
    }
}

#[test]
fn a_backup_goes_to_a_folder_that_is_there() {
    let office = Office::ready();
    let said = told(&office, 1, &["backup", "khong-co/x"], &["khong-co", "mkdir -p khong-co"]);
    assert!(!said.contains("acknowledged"), "{said}");
    fs::write(office.path("tệp"), "x").unwrap();
    told(&office, 1, &["backup", "tệp/x"], &["tệp", "is not a folder"]);
    fs::create_dir(office.path("thư mục")).unwrap();
    told(&office, 1, &["backup", "thư mục"], &["is a folder", "thư mục/backup.sqlite"]);
}

#[test]
fn restoring_what_is_no_backup_leaves_nothing_behind() {
    let office = Office::ready();
    fs::write(office.path("letter.txt"), "Kính gửi".repeat(1_000)).unwrap();
    fs::write(office.path("empty"), "").unwrap();
    fs::create_dir(office.path("kept")).unwrap();
    for (file, word) in
        [("khong-co", "khong-co"), ("letter.txt", "letter.txt"), ("empty", "empty"), ("kept", "kept")]
    {
        for dir in ["other", "deep/er/other"] {
            let said =
                told(&office, 1, &["restore", file, "--dir", dir], &[word, "backup", "niemyet backup"]);
            assert!(!said.contains("niemyet init") && !said.contains("table"), "{file}: {said}");
            assert!(
                !office.path("other").exists() && !office.path("deep").exists(),
                "{file}: a folder is left"
            );
        }
    }
    // A folder that was there stays, with nothing in it.
    office.fails(1, &["restore", "letter.txt", "--dir", "kept"]);
    assert_eq!(fs::read_dir(office.path("kept")).unwrap().count(), 0);
}

#[test]
fn a_replay_ends_in_the_future() {
    let office = Office::ready();
    office.ok(&["backup", "copy.sqlite"]);
    for time in ["tomorrow", "2030-01-01", "mai"] {
        let arguments = ["restore", "copy.sqlite", "--dir", "other", "--replay-until", time];
        told(&office, 2, &arguments, &[time, "2021-05-24T18:00:00+07:00"]);
    }
    let arguments =
        ["restore", "copy.sqlite", "--dir", "other", "--replay-until", "2021-05-24T18:00:00+07:00"];
    told(&office, 2, &arguments, &["2021-05-24", "is over"]);
    assert!(!office.path("other").exists());
}

#[test]
fn a_folder_is_served_once() {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut serving = office.start(&["serve", "--listen", "127.0.0.1:0"]);
    serving.url();
    let said = told(&office, 1, &["serve", "--listen", "127.0.0.1:0"], &["niemyet serve", "Ctrl+C"]);
    assert!(!said.contains("sharing"), "{said}");
}

#[test]
fn a_wrong_setting_is_named_with_its_line_and_an_example() {
    let office = Office::ready();
    let file = office.path("niemyet/niemyet.toml");
    for (line, words) in [
        ("as_of = 2021-02-30", &["niemyet.toml:2", "as_of", "as_of = 2021-03-05"][..]),
        ("as_of = \"5/3/2021\"", &["niemyet.toml:2", "`5/3/2021`", "as_of = 2021-03-05"]),
        ("as_of = 2021-03-05T07:00:00", &["niemyet.toml:2", "as_of = 2021-03-05"]),
        ("base_url = example.org", &["niemyet.toml:2", "in quotes"]),
        ("keep_releases = 0", &["niemyet.toml:2", "`0`", "from 1 up"]),
        ("asof = 2021-03-05", &["niemyet.toml:2", "`asof`", "as_of", "keep_releases"]),
    ] {
        fs::write(&file, format!("# một dòng\n{line}\n")).unwrap();
        let done = office.command(&["build"]).env_remove("NIEMYET_AS_OF").output().unwrap();
        let said = stderr(&done);
        assert_eq!(done.status.code(), Some(1), "{said}");
        for word in words {
            assert!(said.contains(word), "{line}: `{word}` is missing from: {said}");
        }
        let lists_all = said.contains("sync_idle_seconds");
        assert_eq!(lists_all, line.starts_with("asof"), "{line}: {said}");
    }
    fs::write(&file, "").unwrap();
    let done = office.command(&["build"]).env("NIEMYET_AS_OF", "mai").output().unwrap();
    assert!(stderr(&done).contains("NIEMYET_AS_OF"), "{}", stderr(&done));
}

#[test]
fn a_value_is_named_as_it_was_typed_colons_included() {
    let office = Office::ready();
    let value = "127.0.0.1:80x";
    let said = told(&office, 2, &["serve", "--listen", value], &[&format!("invalid value `{value}`")]);
    assert!(said.contains("--listen") && said.contains("127.0.0.1:8080"), "{said}");
    let value = "2021-05-24T18:00";
    told(&office, 2, &["restore", "x", "--replay-until", value], &[&format!("invalid value `{value}`")]);
}

#[test]
fn a_damaged_folder_is_no_wrong_usage() {
    let office = Office::ready();
    office.ok(&["build"]);
    let current = office.path("niemyet/releases/current");
    assert!(fs::read_to_string(&current).unwrap().starts_with("000001-"));
    fs::write(&current, "000009-000000000000\n").unwrap();
    told(&office, 1, &["release", "verify"], &["current", "000009-000000000000"]);
    told(&office, 1, &["serve", "--listen", "127.0.0.1:0"], &["000009-000000000000"]);
    // Asked for by its name it is only not there.
    told(&office, 2, &["release", "verify", "000009-000000000000"], &["release list"]);
}

#[test]
fn a_number_is_asked_for_where_a_number_goes() {
    let office = Office::ready();
    told(&office, 2, &["account", "revoke", "zzz"], &["zzz", "account devices"]);
    told(&office, 2, &["account", "revoke", "99"], &["no such session", "account devices"]);
}

#[test]
fn demo_looks_at_the_port_before_it_sets_anything_up() {
    let office = Office::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    told(&office, 1, &["demo", "--listen", &address], &[&address, "--listen"]);
    assert!(!office.path("niemyet").exists(), "the folder was set up though nothing can be served");
    let by_setting = office.command(&["demo"]).env("NIEMYET_LISTEN", &address).output().unwrap();
    assert!(stderr(&by_setting).contains(&address), "{}", stderr(&by_setting));
    assert!(!office.path("niemyet").exists());
}

#[test]
fn serving_at_another_address_than_the_pages_name_is_said() {
    let office = Office::ready();
    office.ok(&["build"]);
    let said = |mut serving: crate::support::cli::Running| {
        let url = serving.url();
        serving.terminate();
        let mut told = String::new();
        std::io::Read::read_to_string(&mut serving.0.stderr.take().unwrap(), &mut told).unwrap();
        // Where the site is found is said in any case, and is no warning.
        let warning = told.lines().find(|line| line.contains("warning")).unwrap_or_default().to_owned();
        (url, warning)
    };
    let (url, told) = said(office.start(&["serve", "--listen", "127.0.0.1:0"]));
    let setting = format!("base_url = \"{url}\"");
    assert!(told.contains("http://127.0.0.1:8080") && told.contains(&setting), "{told}");
    // Who listens on every address is found by another.
    let mut everywhere = office.command(&["serve", "--listen", "0.0.0.0:0"]);
    everywhere.env("NIEMYET_ORIGIN", "https://bau-cu.example");
    let (_, told) = said(office.spawn(everywhere));
    assert!(told.contains("base_url = \"https://bau-cu.example\""), "{told}");
    let told = stderr(&office.run(&["serve", "--listen", "0.0.0.0:0"]));
    let told = told.lines().find(|line| line.contains("warning")).unwrap_or_default();
    assert!(told.contains("by which the public reaches it") && !told.contains("base_url = "), "{told}");
    // With an address of its own the site is built for it, wherever the server listens.
    let mut build = office.command(&["build"]);
    assert!(build.env("NIEMYET_BASE_URL", "https://bau-cu.example").output().unwrap().status.success());
    let (_, told) = said(office.start(&["serve", "--listen", "127.0.0.1:0"]));
    assert!(!told.contains("base_url"), "{told}");
}

#[test]
fn lists_of_accounts_and_devices_have_a_header_for_people_only() {
    let office = Office::ready();
    office.ok(&["account", "add", "an.ninh", "--body", "team_security"]);
    office.ok(&["account", "token", "an.ninh", "--device", "máy 1"]);
    for (arguments, heads) in [
        (&["account", "list"][..], ["Đăng nhập / Login", "Cơ quan / Body", "Tên / Name"]),
        (&["account", "devices", "an.ninh"], ["Số / Number", "Tạo lúc / Made", "Thiết bị / Device"]),
    ] {
        let listed = office.ok(arguments);
        let (first, rows) = listed.split_once('\n').unwrap();
        for head in heads {
            assert!(first.contains(head), "{arguments:?}: {listed}");
        }
        assert_eq!(rows.lines().count(), 1, "{listed}");
        let machine = office.ok(&[&["--json"], arguments].concat());
        assert_eq!(machine.lines().count(), 1, "{machine}");
        json(&machine);
    }
}

#[test]
fn a_device_has_one_token_at_a_time() {
    let office = Office::ready();
    office.ok(&["account", "add", "an.ninh", "--body", "team_security"]);
    let token = ["--json", "account", "token", "an.ninh", "--device", "máy 1"];
    let number = json(&office.ok(&token))["number"].to_string();
    told(&office, 1, &token, &["`máy 1`", &format!("account revoke {number}")]);
    office.ok(&["account", "revoke", &number]);
    office.ok(&token);
}

#[test]
fn what_ends_with_an_account_is_said() {
    let office = Office::ready();
    office.ok(&["account", "add", "an.ninh", "--body", "team_security"]);
    for device in ["máy 1", "máy 2"] {
        office.ok(&["account", "token", "an.ninh", "--device", device]);
    }
    let reset = office.ok(&["account", "reset", "an.ninh"]);
    assert!(reset.contains("2 device token(s)") && reset.contains("account token"), "{reset}");
    office.ok(&["account", "token", "an.ninh", "--device", "máy 1"]);
    assert_eq!(json(&office.ok(&["--json", "account", "disable", "an.ninh"]))["ended"], 1);
    office.ok(&["account", "enable", "an.ninh"]);
    office.ok(&["account", "token", "an.ninh", "--device", "máy 1"]);
    assert!(office.ok(&["account", "disable", "an.ninh"]).contains("1 device token(s)"));
    let enabled = office.ok(&["account", "enable", "an.ninh"]);
    assert!(
        enabled.contains("an.ninh đã được mở khóa") && enabled.contains("/ an.ninh is enabled"),
        "{enabled}"
    );
}

#[test]
fn sync_says_whose_token_it_is_and_warns_where_the_folder_is_another_bodys() {
    let server = Office::ready();
    server.ok(&["build"]);
    let mut serving = server.start(&["serve", "--listen", "127.0.0.1:0"]);
    let url = serving.url();
    let office = Office::new();
    let token = office.path("token");
    let give = |login: &str, body: &str| {
        server.ok(&["account", "add", login, "--body", body]);
        let made = json(&server.ok(&["--json", "account", "token", login, "--device", "máy"]));
        fs::write(&token, made["token"].as_str().unwrap()).unwrap();
        fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    };
    let sync = || {
        let done = office.run(&["sync", &url, "--token-file", "token"]);
        assert!(done.status.success(), "{}", stderr(&done));
        (stderr(&done), String::from_utf8(done.stdout).unwrap())
    };
    give("phu.yen", "ec_district_118");
    let (first, documents) = sync();
    assert!(documents.contains("change(s) came"), "{documents}");
    assert!(first.contains("`phu.yen`") && first.contains("`ec_district_118`"), "{first}");
    assert!(!first.contains("warning"), "{first}");
    give("moc.chau", "ec_district_119");
    let (other, _) = sync();
    assert!(other.contains("`moc.chau`") && other.contains("warning"), "{other}");
    assert!(other.contains("`ec_district_118`") && other.contains("niemyet.toml"), "{other}");
}

#[test]
fn a_server_that_knows_no_such_token_is_quoted_in_both_languages_once_each() {
    let server = Office::ready();
    server.ok(&["build"]);
    let mut serving = server.start(&["serve", "--listen", "127.0.0.1:0"]);
    let office = Office::new();
    let token = office.path("token");
    fs::write(&token, "0".repeat(64)).unwrap();
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    let said = told(&office, 1, &["sync", &serving.url(), "--token-file", "token"], &["401"]);
    let (vi, en) = said.split_once("401").unwrap().1.split_once(" / ").unwrap();
    assert!(vi.contains("hãy xin người quản trị cấp mã mới"), "{said}");
    assert!(en.contains("ask an administrator for a new one") && !en.contains(" / "), "{said}");
}

#[test]
fn a_log_in_a_file_has_no_colours() {
    let office = Office::ready();
    office.ok(&["build"]);
    // Warns in the log: the note of the switch cannot be kept.
    fs::write(office.path("niemyet/documents.sqlite"), "hỏng").unwrap();
    let id = json(&office.ok(&["--json", "release", "list"]))["id"].as_str().unwrap().to_owned();
    let said = stderr(&office.run(&["release", "activate", &id]));
    assert!(said.contains("audit log"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
}
