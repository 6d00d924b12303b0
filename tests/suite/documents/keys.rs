//! Keys and ids: one text each, the same on every replica and in every language.

use niemyet::document::DocumentId;
use niemyet::document::Key;
use niemyet::document::first_change;
use proptest::prelude::*;
use serde_json::Value;

use super::ELECTION;
use super::KEYS;
use super::key;

#[test]
fn each_kind_of_key_prints_as_it_was_read() {
    for text in KEYS {
        assert_eq!(key(text).to_string(), text);
    }
    assert_eq!(key("directive/64/VPHĐBCQG-TT").to_string(), "directive/64/VPHĐBCQG-TT");
}

#[test]
fn what_is_not_a_key_is_refused_with_the_text_and_the_remedy() {
    let decomposed = "directive/64/VPHĐBCQG-TT\u{301}";
    for text in [
        "",
        "elections",
        "election/",
        "election/x",
        "publication/",
        "report",
        "report/",
        "report/team_comms",
        "report/team_comms/",
        "report/team_comms/2021-3-4",
        "report/team_comms/2021-02-30",
        "report/team_comms/+2021-03-04",
        "report/team_comms/2021-03-04/",
        "report//2021-03-04",
        "report/Team/2021-03-04",
        "report/../2021-03-04",
        "progress/",
        "progress/a/b",
        "progress/tổ",
        "incident/team_comms",
        "incident/team_comms/",
        "incident/team_comms/A",
        "review/2021-W09",
        "directive/",
        "directive//19",
        "directive/../19",
        "directive/19/KL UBBC",
        "directive/19/KL-UBBC\u{202e}",
        "directive/<script>",
        decomposed,
        " election",
        "election\n",
    ] {
        let refused = text.parse::<Key>().unwrap_err().to_string();
        assert!(refused.contains("write the key as `niemyet` prints it"), "{text:?}: {refused}");
    }
    assert!(format!("progress/{}", "a".repeat(97)).parse::<Key>().is_err());
}

proptest! {
    #[test]
    fn every_key_is_read_back_as_it_was(
        body in "[a-z0-9_-]{1,40}",
        id in "[a-z0-9-]{1,40}",
        symbol in "[0-9]{1,4}(/[A-ZĐ]{1,5}(-[A-ZĐ]{1,8}){0,2}){0,2}",
        day in 0_i64..80_000,
    ) {
        let due = chrono::DateTime::from_timestamp(day * 86_400, 0).unwrap().date_naive().to_string();
        for key in [
            Key::directive(&symbol).unwrap(),
            Key::progress(&body).unwrap(),
            Key::report(&body, &due).unwrap(),
            Key::incident(&body, &id).unwrap(),
            Key::review(&due).unwrap(),
        ] {
            prop_assert_eq!(key.to_string().parse::<Key>().unwrap(), key);
        }
    }

    #[test]
    fn any_text_is_a_key_only_if_the_key_prints_as_that_text(text in ".{0,40}") {
        if let Ok(key) = text.parse::<Key>() {
            prop_assert_eq!(key.to_string(), text);
        }
    }

    #[test]
    fn an_id_is_read_back_as_it_was_and_a_slip_in_it_is_noticed(body in "[a-z]{1,12}", at in 0_usize..22) {
        let id = DocumentId::derive(ELECTION, &Key::progress(&body).unwrap()).unwrap();
        let text = id.to_string();
        prop_assert_eq!(text.parse::<DocumentId>().unwrap(), id);
        let mut slip = text.into_bytes();
        let at = at % slip.len();
        slip[at] = if slip[at] == b'2' { b'3' } else { b'2' };
        prop_assert!(String::from_utf8(slip).unwrap().parse::<DocumentId>().is_err());
    }
}

#[test]
fn an_id_carries_the_bits_of_a_version_4_uuid() {
    for text in KEYS {
        let id = DocumentId::derive(ELECTION, &key(text)).unwrap();
        assert_eq!((id.as_bytes()[6] >> 4, id.as_bytes()[8] >> 6), (4, 2), "{text}");
    }
}

#[test]
fn the_parts_of_an_id_cannot_run_into_each_other() {
    let of = |election: &str, text: &str| DocumentId::derive(election, &key(text)).unwrap();
    assert_ne!(of("a", "election"), of("b", "election"));
    assert_ne!(of("sonla-2021", "progress/a"), of("sonla-2021", "progress/b"));
    for election in ["", "Sơn La", "a\0b", "a/b", &"a".repeat(65)] {
        assert!(DocumentId::derive(election, &key("election")).is_err(), "{election:?}");
    }
}

/// The vectors are shared with every other implementation of ids and beginnings. They never change: a document that
/// is out there has this id and began with this change.
#[test]
fn ids_and_first_changes_are_those_of_the_shared_vectors() {
    let vectors: Value = serde_json::from_str(include_str!("../fixtures/document-ids.json")).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    let own = |vector: &Value| {
        let election = vector["election"].as_str().unwrap();
        let key = key(vector["key"].as_str().unwrap());
        let id = DocumentId::derive(election, &key).unwrap();
        let first = first_change(election, &key).unwrap();
        let hex: String = id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        serde_json::json!({
            "election": election,
            "key": key.to_string(),
            "bytes": hex,
            "id": id.to_string(),
            "first_actor": first.actor_id().to_hex_string(),
            "first_change": first.hash().to_string(),
        })
    };
    let all: Vec<Value> = vectors.iter().map(own).collect();
    assert_eq!(&all, vectors, "ours:\n{}", serde_json::to_string_pretty(&all).unwrap());
    for text in KEYS {
        assert!(vectors.iter().any(|vector| vector["key"] == text), "no vector for {text}");
    }
}
