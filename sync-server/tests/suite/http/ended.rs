//! Authority that ends while the line is open: the line ends with it.

use std::sync::Arc;

use niemyet_sync::account::Accounts;
use niemyet_sync::audit::Act;
use niemyet_sync::chance::SystemChance;
use niemyet_sync::database::Database;
use niemyet_sync::database::Mode;
use niemyet_sync::database::Options;

use super::support::Door;
use super::support::Line;
use super::support::Person;
use super::support::now;
use super::support::runtime;
use crate::support::rules::id_of;

async fn browser(door: &Door, person: &Person, peer: &str) -> Line {
    let own = door.origin();
    let socket = door.socket(&[("cookie", &person.cookie), ("origin", &own)]).await.unwrap();
    Line::join(socket, peer, person.account.principal()).await
}

fn expect_told((code, words): (u16, String)) {
    assert_eq!(code, 1008);
    assert!(words.contains("log in again"), "{words}");
}

#[test]
fn an_account_that_is_disabled_is_cut_off_everywhere_at_once() {
    runtime().block_on(async {
        let door = Door::open().await;
        let admin = door.person("quan-tri", "vpub", true).await;
        let (anne, binh) =
            (door.person("huyen-a", "huyen-a", false).await, door.person("huyen-b", "huyen-b", false).await);
        let (phone, laptop) = (browser(&door, &anne, "phone").await, door.client(&anne, "laptop").await);
        let mut other = door.client(&binh, "other").await;
        let line = format!("POST /api/accounts/{}/disable", anne.account.id.0);
        assert_eq!(door.browse(&line, &admin, "").await.status, 204);
        expect_told(phone.until_closed().await);
        expect_told(laptop.until_closed().await);
        assert_eq!(door.browse("GET /api/session", &anne, "").await.status, 401);
        other.client.begin("progress/b", [9; 16]);
        other.until_acknowledged("progress/b").await;
    });
}

#[test]
fn of_two_devices_of_one_account_only_the_revoked_one_is_cut_off() {
    runtime().block_on(async {
        let door = Door::open().await;
        let anne = door.person("huyen-a", "huyen-a", false).await;
        let made = door.browse("POST /api/session/devices", &anne, r#"{"name":"máy cũ","days":30}"#).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        let old = Person { token: made["token"].as_str().unwrap().to_owned(), ..anne.clone() };
        let bearer = format!("Bearer {}", old.token);
        let more = r#"{"name":"another"}"#;
        let answer = door.ask("POST /api/session/devices", &[("authorization", &bearer)], more).await;
        assert_eq!(answer.problem(), (403, "browsers-only".to_owned()));
        let (lost, mut kept) = (door.client(&old, "lost").await, door.client(&anne, "kept").await);
        let line = format!("DELETE /api/session/devices/{}", made["device"]["id"]);
        assert_eq!(door.browse(&line, &anne, "").await.status, 204);
        expect_told(lost.until_closed().await);
        assert_eq!(door.socket(&[("authorization", &bearer)]).await.err(), Some(401));
        kept.client.begin("progress/a", [1; 16]);
        kept.until_acknowledged("progress/a").await;
        // Somebody else's device is not theirs to revoke.
        let binh = door.person("huyen-b", "huyen-b", false).await;
        let devices = door.browse("GET /api/session/devices", &binh, "").await.json();
        let id = devices.as_array().unwrap().iter().find(|device| !device["name"].is_null()).unwrap();
        let line = format!("DELETE /api/session/devices/{}", id["id"]);
        assert_eq!(door.browse(&line, &anne, "").await.problem(), (404, "no-such-device".to_owned()));
        door.client(&binh, "binh").await;
    });
}

#[test]
fn logging_out_closes_that_browsers_line() {
    runtime().block_on(async {
        let door = Door::open().await;
        let anne = door.person("huyen-a", "huyen-a", false).await;
        let line = browser(&door, &anne, "page").await;
        assert_eq!(door.browse("DELETE /api/session", &anne, "").await.status, 204);
        expect_told(line.until_closed().await);
    });
}

#[test]
fn a_session_that_runs_out_takes_its_line_with_it() {
    runtime().block_on(async {
        let door = Door::with(|settings| settings.accounts.session_lasts = 3_000).await;
        let anne = door.person("huyen-a", "huyen-a", false).await;
        let line = browser(&door, &anne, "page").await;
        expect_told(line.until_closed().await);
        door.client(&anne, "device").await;
    });
}

#[test]
fn what_the_command_line_disables_is_cut_off_too() {
    runtime().block_on(async {
        let door = Door::open().await;
        let anne = door.person("huyen-a", "huyen-a", false).await;
        let mut line = door.client(&anne, "laptop").await;
        line.client.begin("progress/a", [1; 16]);
        line.until_acknowledged("progress/a").await;
        let (path, id) = (door.folder.path().join("store.sqlite"), anne.account.id);
        let beside = move || {
            let options = Options { mode: Mode::Beside, ..Options::default() };
            let database = Arc::new(Database::open(&path, options).unwrap());
            let accounts =
                Accounts::new(database, Arc::new(SystemChance), niemyet_sync::account::Settings::default());
            accounts.unwrap().disable(Act { now: now(), by: None }, id).unwrap();
        };
        tokio::task::spawn_blocking(beside).await.unwrap();
        expect_told(line.until_closed().await);
        let kept = door.server.store().receipts(id_of("progress/a")).unwrap();
        assert!(!kept.is_empty(), "what it wrote before stays");
    });
}
