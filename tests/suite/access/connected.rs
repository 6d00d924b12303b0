//! The same rows over real connections to the real program: what a server shows to an account, what it takes of it, and what is in the
//! store afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use automerge::ActorId;
use automerge::Automerge;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use futures_util::SinkExt;
use futures_util::StreamExt;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::Kind;
use niemyet::document::progress;
use niemyet::document::publication;
use niemyet::document::publication::Rule;
use niemyet::document::report;
use niemyet::document::text;
use niemyet::policy::access::Access;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::peer::exchange::Exchange;
use niemyet::replica::peer::exchange::Standing;
use niemyet::replica::peer::link::Remote;
use niemyet::replica::peer::link::Socket;
use niemyet_sync::DocumentId;
use tokio_tungstenite::tungstenite::Message;

use super::TABLE;
use super::accounts;
use crate::support::committee::Server;

const ELECTION: &str = "sonla-2021";

fn id_of(key: &Key) -> DocumentId {
    DocumentId::new(*niemyet::document::DocumentId::derive(ELECTION, key).unwrap().as_bytes())
}

/// Writes something that the rules take of whoever may write there at all.
fn edit(document: &mut Document, by: &str, number: usize) {
    let key = document.key().clone();
    match key.kind() {
        Kind::Election | Kind::Directive => {
            let doc = document.automerge_mut();
            let (_, content) = doc.get(ROOT, "content").unwrap().unwrap();
            let field = if key == Key::Election { "name_en" } else { "subject_en" };
            doc.put(&content, field, format!("written {number}")).unwrap();
        }
        Kind::Progress => progress::set_evidence(document, "T3", &format!("tờ {number}")).unwrap(),
        Kind::Report => {
            report::set_figure(document, "voters.male", Some(i64::try_from(number).unwrap())).unwrap();
        }
        Kind::Incident => {
            let place = text::Place::Incident;
            text::insert_paragraph(document, &place, 0, &format!("Việc {number}")).unwrap();
        }
        Kind::Review => {
            let place = text::Place::Aggregate;
            text::insert_paragraph(document, &place, 0, &format!("Tổng hợp {number}")).unwrap();
        }
        Kind::Publication => {
            let basis = format!("85/2015, {number}");
            let rule = Rule { by: by.to_owned(), at: "2021-03-05T09:00:00+07:00".to_owned(), basis };
            publication::set_rule(document, Kind::Election, &rule).unwrap();
        }
    }
    document.commit("a row", 1_614_900_000).expect("something was written");
}

/// All documents of the table, as they are in the store; those that were not there are begun.
fn seed(server: &Server) -> BTreeMap<Key, Vec<u8>> {
    let store = DocumentStore::open(&server.office.path("niemyet"), None).unwrap();
    let mut all = BTreeMap::new();
    for (row, (key, _)) in TABLE.iter().enumerate() {
        let key: Key = key.parse().unwrap();
        let mut document = store.open_or_begin(ELECTION, &key).unwrap();
        if ![Kind::Election, Kind::Directive, Kind::Publication].contains(&key.kind()) {
            edit(&mut document, "", row);
            store.save(&mut document).unwrap();
        }
        all.insert(key, document.save());
    }
    store.close().unwrap();
    all
}

/// Exchanges until everything is settled.
async fn settle(socket: &mut Socket, exchange: &mut Exchange) {
    let settling = async {
        loop {
            for frame in exchange.frames() {
                socket.send(Message::Binary(frame.into())).await.unwrap();
            }
            if exchange.is_settled() {
                return;
            }
            if let Message::Binary(frame) = socket.next().await.expect("the server closed").unwrap() {
                exchange.receive(&frame).unwrap();
            }
        }
    };
    let waiting = tokio::time::timeout(Duration::from_secs(120), settling).await;
    assert!(waiting.is_ok(), "never settled: {:?}", exchange.progress());
}

/// One account on one connection: asks for every document, then writes into every one.
async fn walk(remote: &Remote, by: &str, column: usize, seeds: &BTreeMap<Key, Vec<u8>>) {
    let mut socket = remote.socket().await.unwrap();
    let mut exchange = Exchange::new(ELECTION, &format!("device-{by}"));
    socket.send(Message::Binary(exchange.join().into())).await.unwrap();
    let rows: Vec<(Key, Access)> =
        TABLE.iter().map(|(key, row)| (key.parse().unwrap(), row[column])).collect();
    for (key, _) in &rows {
        exchange.hold(id_of(key), key, None, false);
    }
    settle(&mut socket, &mut exchange).await;
    let found = |exchange: &Exchange, key: &Key| {
        let (_, copy) = exchange.copies().find(|(id, _)| *id == id_of(key)).unwrap();
        (copy.standing.clone(), copy.received)
    };
    for (key, access) in &rows {
        let (standing, received) = found(&exchange, key);
        let (shown, expected) = match access {
            Access::None => (received > 0, Standing::Absent),
            Access::Read | Access::ReadWrite => (received == 0, Standing::InStep),
        };
        assert_eq!((standing, shown), (expected, false), "{by} asks for {key}");
    }
    for (row, (key, access)) in rows.iter().enumerate() {
        let mut document = match access {
            // Who has never seen it begins it.
            Access::None => Document::create(ELECTION, key, ActorId::random()).unwrap(),
            Access::Read | Access::ReadWrite => {
                let mut document = Document::load(&seeds[key], ELECTION, key).unwrap();
                document.set_actor(ActorId::random());
                document
            }
        };
        edit(&mut document, by, 1_000 * (column + 1) + row);
        let written = Automerge::load(&document.save()).unwrap();
        exchange.hold(id_of(key), key, Some(written), false);
    }
    settle(&mut socket, &mut exchange).await;
    for (key, access) in &rows {
        let (standing, received) = found(&exchange, key);
        let expected = match access {
            Access::ReadWrite => Standing::InStep,
            Access::Read | Access::None => Standing::Refused,
        };
        assert_eq!(standing, expected, "{by} writes {key}");
        if *access != Access::ReadWrite {
            let path = format!("/api/documents/{}/refusal", id_of(key));
            let why: serde_json::Value = remote.get(&path).await.unwrap();
            let code = if *access == Access::Read { "read-only" } else { "forbidden" };
            assert_eq!(why["refusal"]["code"], code, "{by} asks why of {key}: {why}");
        }
        assert!(*access != Access::None || received == 0, "{by} was given something of {key}");
    }
}

#[test]
fn every_row_holds_over_connections_and_leaves_the_store_so() {
    let mut server = Server::start();
    assert_eq!(server.running.terminate(), Some(0));
    let seeds = seed(&server);
    server.restart();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (column, account) in accounts().iter().enumerate() {
        let office = server.district(&format!("nguoi.{column}"), &account.body);
        let file = office.path("token");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let remote = Remote::new(&server.url, &file).unwrap();
        runtime.block_on(walk(&remote, &account.body, column, &seeds));
    }
    assert_eq!(server.running.terminate(), Some(0));
    // As many changes more as there are accounts that may write, and not one of anybody else.
    let store = DocumentStore::open_there(&server.office.path("niemyet")).unwrap();
    let kept: BTreeMap<Key, Automerge> = store
        .since(niemyet_sync::store::Position::default())
        .unwrap()
        .iter()
        .map(|listed| (listed.key.parse().unwrap(), store.raw(listed).unwrap()))
        .collect();
    for (text, row) in TABLE {
        let key: Key = text.parse().unwrap();
        let before = Automerge::load(&seeds[&key]).unwrap().get_changes(&[]).len();
        let writers = row.iter().filter(|access| **access == Access::ReadWrite).count();
        assert_eq!(kept[&key].get_changes(&[]).len(), before + writers, "{key}");
    }
}
