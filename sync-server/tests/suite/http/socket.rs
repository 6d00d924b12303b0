//! `/sync`: who gets in, and what happens on the line.

use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::Message;

use super::support::Door;
use super::support::Line;
use super::support::runtime;
use crate::support::rules::id_of;

type Headers<'a> = &'a [(&'a str, &'a str)];

#[test]
fn a_socket_opens_for_a_cookie_from_our_page_or_a_device_and_nobody_else() {
    runtime().block_on(async {
        let door = Door::open().await;
        let person = door.person("huyen-a", "huyen-a", false).await;
        let (own, bearer) = (door.origin(), format!("Bearer {}", person.token));
        let table: [(Headers<'_>, Option<u16>); 7] = [
            (&[], Some(401)),
            (&[("origin", &own)], Some(401)),
            (&[("cookie", &person.cookie)], Some(403)),
            (&[("cookie", &person.cookie), ("origin", "https://evil.example")], Some(403)),
            (&[("authorization", "Bearer nmt_x")], Some(401)),
            (&[("cookie", &person.cookie), ("origin", &own)], None),
            (&[("authorization", &bearer)], None),
        ];
        for (headers, refused) in table {
            let opened = door.socket(headers).await;
            assert_eq!(opened.as_ref().err().copied(), refused, "{headers:?}");
            if let Ok(socket) = opened {
                Line::join(socket, "peer", person.account.principal()).await;
            }
        }
        let answer = door.ask("GET /sync", &[("authorization", &bearer)], "").await;
        assert_eq!(answer.problem(), (426, "no-websocket".to_owned()));
    });
}

#[test]
fn what_one_client_writes_another_reads_and_the_first_is_told_that_it_is_kept() {
    runtime().block_on(async {
        let door = Door::open().await;
        let (anne, binh) =
            (door.person("huyen-a", "huyen-a", false).await, door.person("huyen-b", "huyen-b", false).await);
        let (mut writer, mut reader) =
            (door.client(&anne, "writer").await, door.client(&binh, "reader").await);
        reader.client.want("progress/a", [2; 16]);
        writer.client.begin("progress/a", [1; 16]);
        for number in 0..20 {
            writer.client.edit("progress/a", "figure", &number.to_string());
            writer.until_acknowledged("progress/a").await;
        }
        let (id, heads) =
            (id_of("progress/a"), writer.client.copies[&id_of("progress/a")].document.get_heads());
        reader.until("the same document", |client| client.copies[&id].document.get_heads() == heads).await;
        // Longer than what is read in place.
        writer.client.edit("progress/a", "text", &"chữ ".repeat(100_000));
        writer.until_acknowledged("progress/a").await;
        let heads = writer.client.copies[&id].document.get_heads();
        reader.until("the long text", |client| client.copies[&id].document.get_heads() == heads).await;
    });
}

#[test]
fn what_is_no_message_closes_the_line_with_words() {
    runtime().block_on(async {
        let door = Door::with(|settings| settings.limits.frame_bytes = 100_000).await;
        let person = door.person("huyen-a", "huyen-a", false).await;
        let table = [
            (Message::text("hello"), 1002, "binary messages"),
            (Message::binary(vec![1, 2, 3]), 1002, "not understood"),
            (Message::binary(vec![0; 100_001]), 1009, "bytes in a message"),
        ];
        for (message, code, words) in table {
            let mut line = door.client(&person, "peer").await;
            line.socket.send(message).await.unwrap();
            let (found, reason) = line.until_closed().await;
            assert_eq!(found, code, "{reason}");
            assert!(reason.contains(words), "{reason} should say `{words}`");
        }
        let mut line = door.client(&person, "peer").await;
        let ping = async { while line.socket.send(Message::Ping(vec![0; 100].into())).await.is_ok() {} };
        super::support::patiently("the end of the pings", ping).await;
        super::support::until("its end", || door.server.hub().counts().connections == 0).await;
    });
}
