//! Everything that the command line says to a person is in Vietnamese first and in English second.

use clap::Arg;
use clap::Command;
use serde_json::Value;
use unicode_normalization::is_nfc;

use crate::support::cli::Office;
use crate::support::cli::stderr;

/// Whether a text has letters that English has not.
fn is_vietnamese(text: &str) -> bool {
    text.chars().any(|c| c.is_alphabetic() && !c.is_ascii())
}

/// What is wrong with a text of help: one line in Vietnamese, one in English, then a line for each value.
fn fault(text: &str) -> Option<&'static str> {
    let mut lines = text.lines();
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    if !is_vietnamese(first) {
        return Some("does not begin in Vietnamese");
    }
    if second.is_empty() || is_vietnamese(&second.replace("Sơn La", "")) {
        return Some("has no English after ` / `");
    }
    if !lines.all(|value| value.split_once(" / ").is_some_and(|(first, _)| is_vietnamese(first))) {
        return Some("has a value in one language");
    }
    (!is_nfc(text)).then_some("is not NFC")
}

fn faults(path: &str, command: &Command) -> Vec<String> {
    let text = |text: Option<&clap::builder::StyledStr>| text.map(ToString::to_string).unwrap_or_default();
    let told = |what: String, text: &str| fault(text).map(|fault| format!("{what} {fault}: {text:?}"));
    let mut found: Vec<String> = told(path.to_owned(), &text(command.get_about())).into_iter().collect();
    let shown = |argument: &&Arg| !argument.is_hide_set();
    found.extend(
        command
            .get_arguments()
            .filter(shown)
            .filter_map(|argument| told(format!("{path} {}", argument.get_id()), &text(argument.get_help()))),
    );
    let below = command.get_subcommands();
    found.extend(below.flat_map(|sub| faults(&format!("{path} {}", sub.get_name()), sub)));
    found
}

#[test]
fn every_command_and_argument_is_explained_in_both_languages() {
    let tree = niemyet::cli::tree();
    let names: Vec<&str> = tree.get_subcommands().map(Command::get_name).collect();
    for name in ["demo", "serve", "sync", "publish", "help"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let found = faults("niemyet", &tree);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_rule_of_help_finds_what_it_is_for() {
    assert_eq!(fault("Danh sách tài khoản\nList all accounts"), None);
    assert_eq!(fault("Bật hoặc tắt\nOn or off\n  on  bật / on"), None);
    for wrong in
        ["List all accounts", "Danh sách", "Danh sách\nCòn nữa", "Bật\nOn\n  on  on", "Ti\u{302}nh\nOf"]
    {
        assert!(fault(wrong).is_some(), "{wrong}");
    }
}

#[test]
fn help_fits_a_narrow_terminal_and_has_headings_in_both_languages() {
    let office = Office::new();
    for (arguments, headings) in [
        (
            &["--help"][..],
            &["Cách dùng / Usage:", "Lệnh / Commands:", "Tùy chọn chung / Common options:"][..],
        ),
        (&["report", "set", "--help"], &["Tham số / Arguments:", "Tùy chọn / Options:"]),
        (&["help", "publish"], &["Lệnh / Commands:", "Xem hướng dẫn"]),
        (&["build", "-h"], &["embedded", "có sẵn trong chương trình này / "]),
    ] {
        let done = office.command(arguments).env("COLUMNS", "80").output().unwrap();
        let help = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success(), "{help}");
        for heading in headings {
            assert!(help.contains(heading), "{arguments:?}: `{heading}` is missing from:\n{help}");
        }
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{arguments:?}: {line}");
        }
        assert!(!help.contains("Print help") && !help.contains("[possible values"), "{help}");
    }
}

/// What is typed, and a word of what is said in either language.
const WRONG: &[(&[&str], [&str; 2])] = &[
    (&["khong-co"], ["không có lệnh `khong-co`", "unrecognized subcommand"]),
    (&["biuld"], ["hãy ghi: build", "similar"]),
    (&["build", "--nope"], ["không có tùy chọn", "unexpected argument"]),
    (&["build", "--engine", "hugo"], ["giá trị `hugo`", "invalid value"]),
    (&["build", "--out"], ["cần có giá trị", "value is required"]),
    (&["backup"], ["còn thiếu <FILE>", "not provided"]),
    (
        &["timetable", "--law", "85/2015", "--election-day", "23.5.2021"],
        ["không phải là ngày", "is not a date"],
    ),
    (&["serve", "--listen", "localhost"], ["hãy ghi máy và cổng", "Write a host and a port"]),
    (&["account", "revoke", "zzz"], ["hãy ghi số", "Write the number"]),
    (&["report", "show", "4/3/2021"], ["không phải là ngày", "is not a date"]),
    (&["report", "set", "2021-03-04", "x"], ["hãy ghi TÊN=GIÁ TRỊ", "Write NAME=VALUE"]),
    (&["publish", "show", "nonsense"], ["không phải là khóa văn bản", "not part of a document key"]),
    (&["build"], ["không phải là thư mục làm việc", "is not a working folder"]),
    (&["init", "--from", "data/nope"], ["không phải là thư mục ở đây", "is neither a folder here"]),
    (&["check", "khong-co"], ["không đọc được khong-co", "read khong-co"]),
    (&["restore", "khong-co"], ["không có tệp sao lưu", "There is no backup"]),
    (
        &["timetable", "--law", "1/2", "--election-day", "2021-05-23"],
        ["không có phiên bản luật", "Known versions"],
    ),
    (
        &["timetable", "--law", "85/2015", "--election-day", "2021-05-24"],
        ["không phải là chủ nhật", "must be a Sunday"],
    ),
    (&["sync", "example.org"], ["đây không phải là địa chỉ máy chủ", "no address of a server"]),
    (&["sync", "http://127.0.0.1:9"], ["không đọc được mã thiết bị", "Read the token"]),
];

/// The same, in a folder that is set up.
const REFUSED: &[(&[&str], [&str; 2])] = &[
    (&["init", "--from", "data/sonla-2021"], ["đã là thư mục làm việc", "is a working folder already"]),
    (&["serve"], ["hãy chạy `niemyet build`", "Run `niemyet build` first"]),
    (&["release", "activate", "x"], ["không có bản phát hành", "there is no release"]),
    (&["account", "reset", "khong.co"], ["không có tài khoản", "There is no account"]),
    (&["account", "add", "X", "--body", "team_security"], ["Tên đăng nhập gồm", "a login has"]),
    (&["account", "add", "an.ninh", "--body", "x"], ["không có cơ quan `x`", "has no body `x`"]),
    (&["audit", "--event", "x"], ["không có loại việc", "there is no event"]),
    (&["task", "list"], ["chưa biết của cơ quan nào", "Name the body with --body"]),
    (&["task", "set", "x", "--note", "x", "--body", "team_security"], ["không có nhiệm vụ", "has no task"]),
    (&["task", "set", "x", "--body", "team_security"], ["chưa có gì để ghi", "Nothing to set"]),
    (
        &["report", "show", "2021-03-05", "--body", "team_security"],
        ["không có báo cáo nào", "no report is due"],
    ),
    (&["report", "withdraw", "2021-03-04", "--body", "team_security"], ["đang soạn", "a draft"]),
    (&["report", "set", "2021-03-04", "x=1", "--body", "team_security"], ["không có mục", "has no field"]),
    (
        &["publish", "approve", "election", "--body", "team_security"],
        ["không được công bố", "does not publish"],
    ),
    (
        &["publish", "unnotice", "x", "--body", "team_comms"],
        ["không có thông báo `x`", "There is no notice `x`"],
    ),
    (&["backup", "niemyet/niemyet.toml"], ["đã có và không bị ghi đè", "not written over"]),
];

fn speaks_both(office: &Office, (arguments, [vi, en]): &(&[&str], [&str; 2])) {
    let done = office.run(arguments);
    let said = stderr(&done);
    assert!(matches!(done.status.code(), Some(1 | 2)), "{arguments:?}: {said}");
    let lower = said.to_lowercase();
    assert!(said.starts_with("lỗi / error: "), "{arguments:?}: {said}");
    let place = |word: &str| lower.find(&word.to_lowercase());
    let (first, second) = (place(vi), place(en));
    assert!(first.is_some() && second.is_some(), "{arguments:?}: `{vi}` or `{en}` is missing from: {said}");
    assert!(first < second, "{arguments:?}: English comes first: {said}");
    assert!(is_nfc(&said), "{arguments:?}: not NFC: {said}");
    let json = office.run(&[&["--json"], *arguments].concat());
    let told: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    let message = told["error"]["message"].as_str().expect("a message").to_lowercase();
    assert!(message.contains(&vi.to_lowercase()) && message.contains(&en.to_lowercase()), "{told}");
}

#[test]
fn what_is_refused_before_there_is_a_folder_is_said_in_both_languages() {
    let office = Office::new();
    WRONG.iter().for_each(|wrong| speaks_both(&office, wrong));
}

#[test]
fn what_a_folder_refuses_is_said_in_both_languages() {
    let office = Office::ready();
    REFUSED.iter().for_each(|wrong| speaks_both(&office, wrong));
}
