//! Accounts, audit log, backup and restore on the command line.

use std::fs;

use serde_json::Value;

use crate::support::cli::Office;

fn json(text: &str) -> Value {
    serde_json::from_str(text.lines().last().expect("a line")).expect("JSON")
}

#[test]
fn the_first_administrator_has_a_code_and_no_password() {
    let office = Office::new();
    let made = json(&office.ok(&["--json", "init", "--from", "data/sonla-2021"]));
    let first = made["code"].as_str().unwrap().to_owned();
    assert!(first.len() >= 16, "{first}");
    assert_eq!(office.ok(&["account", "list"]), "", "nobody is there before somebody uses the code");
    let again = json(&office.ok(&["--json", "account", "first"]));
    assert_ne!(again["code"].as_str(), Some(first.as_str()), "a new code replaces the one that was not used");
    assert!(office.ok(&["account", "first"]).contains("first administrator"));
    let kept = fs::read(office.path("niemyet/documents.sqlite")).unwrap();
    let found = kept.windows(first.len()).any(|window| window == first.as_bytes());
    assert!(!found, "the code stands in the store in plain text");
}

#[test]
fn an_account_is_added_disabled_enabled_and_reset() {
    let office = Office::ready();
    let add = ["--json", "account", "add", "an.ninh", "--body", "team_security", "--name", "Tổ an ninh"];
    let added = json(&office.ok(&add));
    assert_eq!((added["body"].as_str(), added["active"].as_bool()), (Some("team_security"), Some(true)));
    assert!(office.fails(1, &add).contains("already"));
    let wrong = office.fails(2, &["account", "add", "kho.khan", "--body", "team_x"]);
    assert!(wrong.contains("team_x") && wrong.contains("team_security"), "{wrong}");
    assert!(office.fails(2, &["account", "disable", "khong.co"]).contains("account list"));

    let token =
        json(&office.ok(&["--json", "account", "token", "an.ninh", "--device", "may-1", "--days", "9"]));
    let number = token["number"].to_string();
    let secret = token["token"].as_str().unwrap();
    assert!(!office.ok(&["account", "devices", "an.ninh"]).contains(secret), "a token is shown once");
    assert_eq!(json(&office.ok(&["--json", "account", "devices", "an.ninh"]))["active"], true);
    office.ok(&["account", "revoke", &number]);
    assert_eq!(json(&office.ok(&["--json", "account", "devices", "an.ninh"]))["active"], false);
    assert!(office.fails(2, &["account", "revoke", "99"]).contains("account devices"));

    office.ok(&["account", "disable", "an.ninh"]);
    assert!(office.ok(&["account", "list"]).contains("disabled"));
    assert!(office.fails(1, &["account", "token", "an.ninh", "--device", "may-2"]).contains("disabled"));
    office.ok(&["account", "enable", "an.ninh"]);
    assert!(!office.ok(&["account", "list"]).contains("disabled"));
    assert!(json(&office.ok(&["--json", "account", "reset", "an.ninh"]))["code"].is_string());

    let added = json(&office.ok(&["--json", "audit", "--event", "account-added"]));
    let log = office.ok(&["audit", "--subject", added["subject"].as_str().unwrap()]);
    for event in ["account-added", "account-disabled", "account-enabled", "password-reset"] {
        assert!(log.contains(event), "{event} is missing from {log}");
    }
    assert!(!office.ok(&["audit"]).contains(secret), "a secret stands in the audit log");
    let only = office.ok(&["--json", "audit", "--event", "token-made"]);
    assert_eq!((only.lines().count(), json(&only)["event"].as_str()), (1, Some("token-made")));
    assert!(office.fails(2, &["audit", "--event", "teapot"]).contains("token-made"));
}

#[test]
fn a_backup_becomes_a_folder_again() {
    let office = Office::ready();
    office.ok(&["account", "add", "an.ninh", "--body", "team_security"]);
    office.ok(&["build"]);
    assert!(office.ok(&["check"]).contains("in order"));
    let made = json(&office.ok(&["--json", "backup", "copy.sqlite"]));
    assert_eq!(made["accounts"], 1);
    assert!(office.fails(1, &["backup", "copy.sqlite"]).contains("not written over"));
    assert!(office.fails(1, &["restore", "copy.sqlite"]).contains("not written over"));

    let mut torn = fs::read(office.path("copy.sqlite")).unwrap();
    torn.truncate(torn.len() / 2);
    fs::write(office.path("torn.sqlite"), torn).unwrap();
    office.fails(1, &["restore", "torn.sqlite", "--dir", "other"]);
    assert!(!office.path("other/niemyet.toml").exists(), "a damaged backup must not make a working folder");

    office.ok(&["restore", "copy.sqlite", "--dir", "other", "--replay-until", "2030-01-01T00:00:00+07:00"]);
    assert!(office.ok(&["account", "list", "--dir", "other"]).contains("an.ninh"));
    assert!(office.ok(&["audit", "--dir", "other", "--event", "restore"]).contains("restore"));
    office.ok(&["build", "--dir", "other"]);
    let inputs = |dir: &str| json(&office.ok(&["--json", "release", "list", "--dir", dir]))["inputs"].clone();
    assert_eq!(inputs("niemyet"), inputs("other"), "the same documents go into the release");
    office.ok(&["check", "--dir", "other"]);
}

#[test]
fn a_check_names_what_is_damaged_in_the_store() {
    let office = Office::ready();
    let path = office.path("niemyet/documents.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    let needle = b"directive/19/KL-UBBC";
    let at = bytes.windows(needle.len()).position(|window| window == needle).unwrap();
    bytes[at] ^= 0x01;
    fs::write(&path, bytes).unwrap();
    let error = office.fails(1, &["check"]);
    assert!(error.contains("documents.sqlite") && error.contains("estore"), "{error}");
}
