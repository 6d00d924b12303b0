//! A server that stops while everybody writes: what it acknowledged is in the file.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use automerge::ChangeHash;
use niemyet_sync::DocumentId;
use niemyet_sync::database::Database;
use niemyet_sync::database::Options;
use niemyet_sync::store::Store;
use niemyet_sync::store::sqlite::SqliteStore;

use super::support::Door;
use super::support::Line;
use super::support::patiently;
use super::support::runtime;
use super::support::until;

/// Writes until the line ends.
async fn write(mut line: Line, key: String, written: Arc<AtomicUsize>) -> (Line, usize) {
    let mut count = 0;
    line.client.begin(&key, [key.len() as u8; 16]);
    while line.flush().await && line.take().await {
        let all = line.client.acknowledged.len();
        written.fetch_add(all - count, Ordering::Relaxed);
        count = all;
        line.client.edit(&key, "figure", &count.to_string());
    }
    (line, count)
}

fn expect_kept(store: &dyn Store, acknowledged: &BTreeSet<(DocumentId, ChangeHash)>) {
    for (document, hash) in acknowledged {
        let receipts = store.receipts(*document).unwrap();
        assert!(receipts.iter().any(|receipt| receipt.hash == *hash), "{hash} of {document} is missing");
    }
}

#[test]
fn a_server_that_stops_under_load_loses_nothing_that_it_acknowledged() {
    let runtime = runtime();
    let (folder, acknowledged) = runtime.block_on(async {
        let door = Door::open().await;
        let (written, mut writers) = (Arc::new(AtomicUsize::new(0)), Vec::new());
        for number in 0..8 {
            let person = door.person(&format!("huyen-{number}"), "huyen", false).await;
            let line = door.client(&person, &format!("peer-{number}")).await;
            let key = format!("progress/{}", "x".repeat(number + 1));
            writers.push(tokio::spawn(write(line, key, Arc::clone(&written))));
        }
        until("enough load", || written.load(Ordering::Relaxed) > 100).await;
        assert!(door.server.stop(Duration::from_secs(30)).await);
        let mut acknowledged = BTreeSet::new();
        for writer in writers {
            let (line, _) = patiently("the end of a line", writer).await.unwrap();
            let (code, words) = line.closed.expect("it is told why");
            assert_eq!(code, 1012, "{words}");
            acknowledged.extend(line.client.acknowledged);
        }
        let late = door.person("huyen-muon", "huyen", false).await;
        let bearer = format!("Bearer {}", late.token);
        assert_eq!(door.socket(&[("authorization", &bearer)]).await.err(), Some(503));
        (door.folder, acknowledged)
    });
    // Everything that holds the file must have let it go.
    runtime.shutdown_timeout(Duration::from_secs(30));
    assert!(acknowledged.len() > 100);
    let database = Database::open(&folder.path().join("store.sqlite"), Options::default()).unwrap();
    expect_kept(&SqliteStore::new(Arc::new(database)).unwrap(), &acknowledged);
}
