//! What somebody may ask about documents: why changes are not taken, and what was witnessed.

use std::time::Duration;

use niemyet_sync::access::Access;
use niemyet_sync::database::Database;
use niemyet_sync::database::Mode;
use niemyet_sync::database::Options;

use super::support::Door;
use super::support::now;
use super::support::patiently;
use super::support::runtime;
use crate::support::rules::id_of;

#[test]
fn receipts_are_for_readers_and_hidden_is_like_absent() {
    runtime().block_on(async {
        let door = Door::open().await;
        let (anne, binh) =
            (door.person("huyen-a", "huyen-a", false).await, door.person("huyen-b", "huyen-b", false).await);
        door.rules.say("huyen-b", "report/a", Access::None);
        let mut line = door.client(&anne, "anne").await;
        line.client.begin("report/a", [1; 16]);
        line.client.edit("report/a", "figure", "1");
        line.until_acknowledged("report/a").await;
        let path = |key: &str| format!("GET /api/documents/{}/receipts", id_of(key));
        let own = door.browse(&path("report/a"), &anne, "").await.json();
        let receipts = own["receipts"].as_array().unwrap();
        assert_eq!(receipts.len(), 2);
        let by: Vec<_> = receipts.iter().map(|receipt| (&receipt["account"], &receipt["author"])).collect();
        let (id, yes, no) = (anne.account.id.0.into(), true.into(), false.into());
        assert_eq!(by, [(&id, &no), (&id, &yes)], "the first change is everybody's");
        let after = format!("{}?after={}", path("report/a"), receipts[0]["place"]);
        assert_eq!(door.browse(&after, &anne, "").await.json()["receipts"].as_array().unwrap().len(), 1);
        let hidden = door.browse(&path("report/a"), &binh, "").await;
        let absent = door.browse(&path("report/none"), &binh, "").await;
        assert_eq!(hidden.problem(), (404, "not-found".to_owned()));
        assert_eq!((hidden.status, hidden.body), (absent.status, absent.body));
        let bad = format!("{}?before=1", path("report/a"));
        assert_eq!(door.browse(&bad, &anne, "").await.problem(), (400, "bad-query".to_owned()));
        assert_eq!(door.browse("GET /api/documents/x/receipts", &anne, "").await.status, 404);
    });
}

#[test]
fn receipts_go_by_the_servers_clock_and_not_by_what_a_device_claims() {
    /// A year, in seconds.
    const YEAR: i64 = 365 * 24 * 60 * 60;
    runtime().block_on(async {
        let door = Door::open().await;
        let anne = door.person("huyen-a", "huyen-a", false).await;
        let mut line = door.client(&anne, "anne").await;
        line.client.begin("report/a", [1; 16]);
        line.until_acknowledged("report/a").await;
        let id = id_of("report/a");
        let path = format!("GET /api/documents/{id}/receipts");
        for (number, off) in [YEAR, -YEAR].into_iter().enumerate() {
            let before = now();
            let claimed = before / 1_000 + off;
            line.client.edit_by_clock("report/a", "figure", &number.to_string(), claimed);
            line.until_acknowledged("report/a").await;
            let after = now();
            let document = &line.client.copies[&id].document;
            let head = document.get_heads()[0];
            assert_eq!(document.get_change_meta_by_hash(&head).unwrap().timestamp, claimed);
            let answer = door.browse(&path, &anne, "").await.json();
            let receipt = answer["receipts"].as_array().unwrap().last().unwrap();
            assert_eq!(receipt["change"], head.to_string());
            let at = receipt["at"].as_i64().unwrap();
            assert!((before..=after).contains(&at), "{at} is not from {before} to {after}");
        }
    });
}

#[test]
fn whose_changes_are_not_taken_can_ask_why() {
    runtime().block_on(async {
        let door = Door::open().await;
        let (anne, binh) =
            (door.person("huyen-a", "huyen-a", false).await, door.person("huyen-b", "huyen-b", false).await);
        let mut line = door.client(&anne, "anne").await;
        line.client.begin("progress/a", [1; 16]);
        line.until_acknowledged("progress/a").await;
        line.client.edit("progress/a", "bad", "1");
        let path = format!("GET /api/documents/{}/refusal", id_of("progress/a"));
        assert!(door.browse(&path, &binh, "").await.json()["refusal"].is_null());
        let refused = async {
            loop {
                line.flush().await;
                let _ = tokio::time::timeout(Duration::from_millis(20), line.take()).await;
                let refusal = door.browse(&path, &anne, "").await.json()["refusal"].take();
                if !refusal.is_null() {
                    return refusal;
                }
            }
        };
        let refusal = patiently("a refusal", refused).await;
        assert_eq!(refusal["code"], "bad-field");
        assert!(refusal["vi"].is_string() && refusal["en"].is_string());
        assert!(door.browse(&path, &binh, "").await.json()["refusal"].is_null(), "it is nobody else's");
        // It is in the audit log, with the account.
        let audit = door.server.audit().clone();
        assert!(door.server.stop(Duration::from_secs(10)).await);
        let entries = audit.latest(&niemyet_sync::audit::Filter::default(), None, 100).unwrap();
        let refused =
            |entry: &&niemyet_sync::audit::Entry| entry.event == niemyet_sync::audit::Event::ChangeRefused;
        let entry = entries.iter().find(refused).unwrap();
        assert_eq!(entry.account, Some(anne.account.id));
        assert!(entry.details.contains("bad-field"));
    });
}

#[test]
fn bringing_again_what_others_wrote_ends_when_it_is_ended() {
    runtime().block_on(async {
        let act = || niemyet_sync::audit::Act { now: now(), by: None };
        let allow = |database: &Database| database.allow_replay(act(), Some(i64::MAX)).unwrap();
        let door = Door::prepared(|database, _| allow(database)).await;
        let anne = door.person("huyen-a", "huyen-a", false).await;
        let mut line = door.client(&anne, "anne").await;
        line.client.begin("progress/a", [1; 16]);
        line.client.edit("progress/a", "figure", "0");
        line.until_acknowledged("progress/a").await;
        let authors = || {
            let receipts = door.server.store().receipts(id_of("progress/a")).unwrap();
            receipts.iter().map(|receipt| receipt.bound).collect::<Vec<_>>()
        };
        assert_eq!(authors(), [false, false], "nobody can say who wrote it");
        // By the command line, beside the server.
        let beside = Options { mode: Mode::Beside, ..Options::default() };
        let beside = Database::open(&door.folder.path().join("store.sqlite"), beside).unwrap();
        beside.allow_replay(act(), None).unwrap();
        let bound = async {
            for number in 1.. {
                line.client.edit("progress/a", "figure", &number.to_string());
                line.until_acknowledged("progress/a").await;
                if authors().last() == Some(&true) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        patiently("its end", bound).await;
    });
}
