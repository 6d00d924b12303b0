//! Handing a report in on the command line: what keeps it from that, and what stands there once it was.

use serde_json::Value;

use crate::support::cli::Office;
use crate::support::committee::Server;
use crate::support::committee::lines;

const DUE: &str = "2021-03-04";

fn set(office: &Office, values: &[&str]) {
    office.ok(&[&["report", "set", DUE], values].concat());
}

fn show(office: &Office, body: &str) -> Value {
    lines(&office.ok(&["--json", "report", "show", DUE, "--body", body])).remove(0)
}

fn figure<'a>(shown: &'a Value, id: &str) -> &'a Value {
    &shown["report"]["figures"][id]["value"]
}

#[test]
fn a_report_is_not_handed_in_before_it_says_something_sound() {
    let server = Server::start();
    let district = server.district("phu.yen", "ec_district_118");
    server.sync(&district);
    let refused = || district.fails(1, &["report", "submit", DUE]);
    let empty = refused();
    for words in ["header.period_start (Từ ngày / Period from): chưa ghi", "chưa có nội dung", "report set"]
    {
        assert!(empty.contains(words), "{words} is not in {empty}");
    }
    set(&district, &["header.period_start=2021-02-26", "header.period_end=2021-03-04"]);
    assert!(refused().contains("header.nil_report") && !refused().contains("chưa ghi"));
    set(&district, &["candidates.na.women=5", "candidates.na.received=4"]);
    assert!(refused().contains("candidates.na.women") && refused().contains("lớn hơn"));
    set(
        &district,
        &["candidates.na.received=9", "voters.male=10", "voters.female=20", "voters.voters_total=31"],
    );
    assert!(refused().contains("hai phần cộng lại là 30"), "{}", refused());
    set(&district, &["voters.voters_total=30"]);
    district.ok(&["report", "submit", DUE]);
    assert_eq!(show(&district, "ec_district_118")["status"], "submitted");
}

#[test]
fn a_figure_that_only_grows_falls_with_a_word_of_why_or_not_at_all() {
    let server = Server::start();
    let district = server.district("phu.yen", "ec_district_118");
    server.sync(&district);
    let report = |due: &str, from: &str, received: u32| {
        let (from, to) = (format!("header.period_start={from}"), format!("header.period_end={due}"));
        let received = format!("candidates.na.received={received}");
        district.ok(&["report", "set", due, &from, &to, &received]);
    };
    let next = "2021-03-11";
    report(DUE, "2021-02-26", 10);
    report(next, "2021-03-05", 8);
    let refused = district.fails(1, &["report", "submit", next]);
    for words in ["candidates.na.received", "thấp hơn báo cáo trước (10)", "`difficulties.items`"] {
        assert!(refused.contains(words), "{words} is not in {refused}");
    }
    district.ok(&["report", "add-row", next, "difficulties.items", "text=Hai hồ sơ ghi trùng."]);
    district.ok(&["report", "submit", next]);
}

#[test]
fn nothing_to_report_is_said_and_not_left_out() {
    let server = Server::start();
    let district = server.district("phu.yen", "ec_district_118");
    server.sync(&district);
    set(
        &district,
        &["header.period_start=2021-02-26", "header.period_end=2021-03-04", "header.nil_report=true"],
    );
    district.ok(&["report", "submit", DUE]);
    assert_eq!(show(&district, "ec_district_118")["status"], "submitted");
}

#[test]
fn values_that_differ_are_chosen_before_a_report_is_handed_in() {
    let server = Server::start();
    let [one, two] = ["phu.yen", "phu.yen"].map(|login| server.district(login, "ec_district_118"));
    server.sync(&one);
    server.sync(&two);
    // Both fill in the same week: nobody has to choose between equals.
    let week = ["header.period_start=2021-02-26", "header.period_end=2021-03-04"];
    set(&one, &[&week[..], &["direction.meetings_held=3", "security.situation=stable"]].concat());
    set(&two, &[&week[..], &["direction.meetings_held=4", "security.situation=watch"]].concat());
    for office in [&one, &two, &one] {
        server.sync(office);
    }
    let refused = one.fails(1, &["report", "submit", DUE]);
    for words in ["direction.meetings_held", "security.situation", "hai máy ghi khác nhau"] {
        assert!(refused.contains(words), "{words} is not in {refused}");
    }
    assert!(!refused.contains("header.period"), "{refused}");
    set(&one, &["direction.meetings_held=4", "security.situation=watch"]);
    one.ok(&["report", "submit", DUE]);
}

#[test]
fn what_is_shown_of_a_report_is_what_was_handed_in_and_a_late_edit_is_said_as_such() {
    let server = Server::start();
    let [one, two] = ["phu.yen", "phu.yen"].map(|login| server.district(login, "ec_district_118"));
    let agency = server.district("thuong.truc", "standing_agency");
    server.sync(&one);
    server.sync(&two);
    let week = ["header.period_start=2021-02-26", "header.period_end=2021-03-04"];
    set(&one, &[&week[..], &["direction.meetings_held=3"]].concat());
    server.sync(&one);
    server.sync(&two);
    // The second device writes before it knows of the hand-in.
    set(&two, &["direction.meetings_held=9", "direction.inspections=1"]);
    one.ok(&["report", "submit", DUE]);
    for office in [&one, &two, &one, &agency] {
        server.sync(office);
    }
    let late = serde_json::json!(["direction.inspections", "direction.meetings_held"]);
    for office in [&one, &two, &agency] {
        let shown = show(office, "ec_district_118");
        assert_eq!(shown["status"], "submitted");
        assert_eq!(figure(&shown, "direction.meetings_held"), 3);
        assert_eq!(figure(&shown, "direction.inspections"), &Value::Null);
        assert_eq!(shown["edited_since"], late);
        let text = office.ok(&["report", "show", DUE, "--body", "ec_district_118"]);
        assert!(text.contains("Sửa sau khi nộp, KHÔNG nằm trong bản đã nộp"), "{text}");
    }
    // Taken back, it holds all of it, and is handed in as such.
    one.ok(&["report", "withdraw", DUE]);
    let draft = show(&one, "ec_district_118");
    assert_eq!(
        (figure(&draft, "direction.meetings_held"), &draft["edited_since"]),
        (&9.into(), &serde_json::json!([]))
    );
    one.ok(&["report", "submit", DUE]);
    server.sync(&one);
    server.sync(&agency);
    assert_eq!(figure(&show(&agency, "ec_district_118"), "direction.inspections"), 1);
}
