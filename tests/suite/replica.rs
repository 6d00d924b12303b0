//! `niemyet sync`, `task` and `report`: an office without a network edits its documents, and the server has them later.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::cli::Office;
use crate::support::cli::Running;

const DUE: &str = "2021-03-04";

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// A server of the data set of 2021, and a token for each body that a test asks for.
struct Server {
    office: Office,
    running: Running,
    url: String,
}

impl Server {
    fn start() -> Self {
        let office = Office::ready();
        office.ok(&["build"]);
        let mut running = office.start(&["serve", "--listen", "127.0.0.1:0"]);
        let url = running.url();
        Self { office, running, url }
    }

    /// Starts it again at the same address.
    fn restart(&mut self) {
        let address = self.url.strip_prefix("http://").unwrap().to_owned();
        self.running = self.office.start(&["serve", "--listen", &address]);
        self.running.url();
    }

    /// A district's office with a token for its body, and nothing else yet.
    fn district(&self, login: &str, body: &str) -> Office {
        if !self.office.ok(&["account", "list"]).contains(login) {
            self.office.ok(&["account", "add", login, "--body", body]);
        }
        let made = self.office.ok(&["--json", "account", "token", login, "--device", "máy"]);
        let token = lines(&made).pop().unwrap()["token"].as_str().unwrap().to_owned();
        let office = Office::new();
        let file = office.path("token");
        fs::write(&file, token + "\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        office
    }

    fn sync(&self, office: &Office) -> Vec<Value> {
        lines(&office.ok(&["--json", "sync", &self.url, "--token-file", "token"]))
    }
}

fn state<'a>(reports: &'a [Value], key: &str) -> Option<&'a str> {
    reports.iter().find(|report| report["key"] == key).and_then(|report| report["state"].as_str())
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
    let wrong = district.fails(2, &["report", "set", DUE, "direction.meetings_held=3,5"]);
    assert!(wrong.contains("whole number"), "{wrong}");
    district.ok(&["report", "submit", DUE]);
    let late = district.fails(1, &["report", "set", DUE, "direction.meetings_held=4"]);
    assert!(late.contains("withdraw it first"), "{late}");
    let task = lines(&district.ok(&["--json", "task", "list"]))[0]["task"].as_str().unwrap().to_owned();
    district.ok(&["task", "set", &task, "--action", "start", "--note", "Đã họp ban chỉ đạo."]);

    // It is back: what was edited goes there, once.
    server.restart();
    let sent = server.sync(&district);
    let report = format!("report/ec_district_118/{DUE}");
    assert_eq!(state(&sent, &report), Some("in_step"), "{sent:?}");
    assert_eq!(state(&sent, "progress/ec_district_118"), Some("in_step"));
    assert!(server.sync(&district).iter().all(|report| report["received"] == 0));

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
}

#[test]
fn what_an_account_may_not_write_is_refused_with_words_and_kept_here() {
    let server = Server::start();
    let office = server.district("phu.yen", "ec_district_118");
    server.sync(&office);
    // Somebody writes another district's report, and what is theirs.
    office.ok(&["report", "set", DUE, "direction.meetings_held=3", "--body", "ec_district_119"]);
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
        assert!(office.fails(1, &["sync", url]).contains("https://host"), "{url}");
    }
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
