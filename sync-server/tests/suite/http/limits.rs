//! Connections that are too many, silent, slow, or never say who they are.

use std::time::Duration;

use futures_util::StreamExt;
use niemyet_sync::http::Pace;
use niemyet_sync::http::Places;
use rusqlite::Connection;
use rusqlite::TransactionBehavior;

use super::support::Door;
use super::support::Line;
use super::support::ask_upgrading;
use super::support::patiently;
use super::support::runtime;
use super::support::until;
use crate::support::rules::id_of;

#[test]
fn there_are_so_many_places_and_no_more() {
    runtime().block_on(async {
        let places = Places { total: 4, per_account: 2, waiting: 2 };
        let door = Door::with(|settings| settings.places = places).await;
        let mut lines = Vec::new();
        let anne = door.person("huyen-a", "huyen-a", false).await;
        let bearer = format!("Bearer {}", anne.token);
        let headers = [("authorization", bearer.as_str())];
        lines.push(door.client(&anne, "one").await);
        lines.push(door.client(&anne, "two").await);
        assert_eq!(door.socket(&headers).await.err(), Some(429), "two of one account");
        let binh = door.person("huyen-b", "huyen-b", false).await;
        lines.push(door.client(&binh, "three").await);
        lines.push(door.client(&binh, "four").await);
        let chi = door.person("huyen-c", "huyen-c", false).await;
        let bearer = format!("Bearer {}", chi.token);
        assert_eq!(door.socket(&[("authorization", &bearer)]).await.err(), Some(503), "four in all");
        lines.clear();
        until("free places", || door.server.hub().counts().connections == 0).await;
        let waiting =
            [door.socket(&headers).await.unwrap(), door.socket(&[("authorization", &bearer)]).await.unwrap()];
        let third = format!("Bearer {}", binh.token);
        assert_eq!(
            door.socket(&[("authorization", &third)]).await.err(),
            Some(503),
            "two that have not joined"
        );
        for (socket, person) in waiting.into_iter().zip([&anne, &chi]) {
            lines.push(Line::join(socket, &person.account.login, person.account.principal()).await);
        }
        lines.push(door.client(&binh, "five").await);
    });
}

#[test]
fn nobody_more_is_let_in_while_the_servers_memory_is_used_up() {
    runtime().block_on(async {
        let door = Door::with(|settings| settings.limits.total_incoming_bytes = 10_000).await;
        let (anne, binh) =
            (door.person("huyen-a", "huyen-a", false).await, door.person("huyen-b", "huyen-b", false).await);
        let mut writer = door.client(&anne, "writer").await;
        writer.client.begin("progress/a", [1; 16]);
        writer.until_acknowledged("progress/a").await;
        // Another process keeps the store from committing, so that what is sent stays in memory.
        let mut other = Connection::open(door.folder.path().join("store.sqlite")).unwrap();
        let held = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let text: String = (0..40_000_u32)
            .map(|n| char::from(b'!' + (n.wrapping_mul(2_654_435_761) >> 25) as u8 % 90))
            .collect();
        writer.client.edit("progress/a", "text", &text);
        assert!(writer.flush().await);
        until("a full memory", || !door.server.hub().has_room()).await;
        let upgrade = [
            ("authorization", format!("Bearer {}", binh.token)),
            ("upgrade", "websocket".to_owned()),
            ("sec-websocket-version", "13".to_owned()),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==".to_owned()),
        ];
        let upgrade = upgrade.each_ref().map(|(name, value)| (*name, value.as_str()));
        let told = ask_upgrading(door.address, &upgrade).await;
        assert_eq!(told.problem(), (503, "memory".to_owned()));
        assert_eq!(told.header("retry-after"), Some("60"));
        drop(held);
        writer.until_acknowledged("progress/a").await;
        door.client(&binh, "later").await;
    });
}

#[test]
fn who_does_not_join_is_not_waited_for() {
    runtime().block_on(async {
        let door = Door::with(|settings| settings.limits.join_within = 100).await;
        let anne = door.person("huyen-a", "huyen-a", false).await;
        let bearer = format!("Bearer {}", anne.token);
        let mut socket = door.socket(&[("authorization", &bearer)]).await.unwrap();
        let end = async { while let Some(Ok(_)) = socket.next().await {} };
        patiently("the end of the line", end).await;
        until("its end in the hub", || door.server.hub().counts().connections == 0).await;
    });
}

fn impatient() -> Pace {
    let (ping, silence) = (Duration::from_millis(100), Duration::from_millis(500));
    Pace { ping, silence, ..Pace::default() }
}

#[test]
fn a_peer_that_has_vanished_is_noticed_and_one_that_answers_stays() {
    runtime().block_on(async {
        let door = Door::with(|settings| settings.pace = impatient()).await;
        let anne = door.person("huyen-a", "huyen-a", false).await;
        // Not polled, it answers no ping, as if the cable were cut; the kernel still takes bytes.
        let vanished = door.client(&anne, "vanished").await;
        let mut present = door.client(&anne, "present").await;
        let counts = || door.server.hub().counts().connections;
        let watch = async {
            while counts() == 2 {
                let _ = tokio::time::timeout(Duration::from_millis(20), present.take()).await;
            }
        };
        patiently("the vanished one's end", watch).await;
        assert_eq!(counts(), 1);
        present.client.begin("progress/a", [1; 16]);
        present.until_acknowledged("progress/a").await;
        let (code, words) = vanished.until_closed().await;
        assert_eq!(code, 1008);
        assert!(words.contains("nothing was heard"), "{words}");
    });
}

#[test]
fn a_reader_that_takes_nothing_is_let_go() {
    runtime().block_on(async {
        let pace =
            Pace { patience: Duration::from_millis(300), bytes_per_second: usize::MAX, ..Pace::default() };
        let door = Door::with(|settings| settings.pace = pace).await;
        let (anne, binh) =
            (door.person("huyen-a", "huyen-a", false).await, door.person("huyen-b", "huyen-b", false).await);
        let mut writer = door.client(&anne, "writer").await;
        writer.client.begin("progress/a", [1; 16]);
        // More than the system's buffers take, and not to be compressed.
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'!' + (state >> 33) as u8 % 90)
        };
        for number in 0..6 {
            let text: String = (0..2_000_000).map(|_| noise()).collect();
            writer.client.edit("progress/a", &format!("text {number}"), &text);
        }
        writer.until_acknowledged("progress/a").await;
        let mut slow = door.client(&binh, "slow").await;
        slow.client.want("progress/a", [2; 16]);
        slow.flush().await;
        until("its end", || door.server.hub().counts().connections == 1).await;
        writer.client.edit("progress/a", "figure", "1");
        writer.until_acknowledged("progress/a").await;
        assert!(writer.client.copies.contains_key(&id_of("progress/a")));
    });
}
