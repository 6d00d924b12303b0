//! The workloads. Each takes a fresh server and gives named figures.

use std::collections::HashMap;
use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use automerge::Automerge;
use automerge::ChangeHash;
use futures::StreamExt;
use futures::stream;
use niemyet_sync::DocumentId;
use tokio::sync::watch;
use tokio::time::Instant;

use super::peer;
use super::peer::Peer;
use super::servers::Server;

/// Names and values, in the order in which they are shown.
pub type Figures = Vec<(String, f64)>;

type Running = Pin<Box<dyn Future<Output = Figures> + Send>>;

type Workload = fn(Server, Duration) -> Running;

/// Name and function of every workload.
pub const WORKLOADS: [(&str, Workload); 8] = [
    ("one-by-one", |server, _| Box::pin(one_by_one(server))),
    ("writers-1", |server, time| Box::pin(writers(server, time, 1, 1))),
    ("writers-1-of-200", |server, time| Box::pin(writers(server, time, 1, 200))),
    ("writers-200", |server, time| Box::pin(writers(server, time, 200, 1))),
    ("writers-1000", |server, time| Box::pin(writers(server, time, 1_000, 1))),
    ("first-contact", |server, _| Box::pin(first_contact(server, 10_000))),
    ("documents", |server, _| Box::pin(documents(server, 1_000, 200))),
    ("idle-connections", |server, _| Box::pin(idle_connections(server, 2_000))),
];

type Heads = HashMap<DocumentId, Vec<ChangeHash>>;

/// Connections, each of which writes so many documents of its own, in turn; another connection watches all. Each writer has one
/// change under way at a time.
async fn writers(server: Server, time: Duration, count: u64, each: u64) -> Figures {
    let peers: Vec<Peer> =
        stream::iter(0..count).map(|number| writer(&server, number, each)).buffered(50).collect().await;
    let documents = count * each;
    let mut observer = Peer::connect(&server, "observer").await;
    for number in 0..documents {
        observer.hold(peer::id(number), Automerge::new());
    }
    observer.say_all().await;
    observer.until(documents as usize, |copy| !copy.document.is_empty()).await;
    observer.looks_on = true;

    let (last, finals) = watch::channel(None);
    let observing = tokio::spawn(observe(observer, finals));
    let over = Arc::new(AtomicBool::new(false));
    let (cpu, start) = (server.cpu(), Instant::now());
    let writing: Vec<_> =
        peers.into_iter().map(|peer| tokio::spawn(write(peer, Arc::clone(&over)))).collect();
    tokio::time::sleep(time).await;
    over.store(true, Ordering::Relaxed);
    let (mut changes, mut heads, mut open) = (0, Heads::new(), Vec::new());
    for writing in writing {
        let (peer, written) = writing.await.unwrap();
        changes += written;
        heads.extend(peer.copies.iter().map(|(&id, copy)| (id, copy.document.get_heads())));
        open.push(peer);
    }
    let passed = start.elapsed().as_secs_f64();
    last.send(Some(heads)).unwrap();
    observing.await.unwrap();
    let cpu = (server.cpu() - cpu) * 1_000.0 / changes as f64;
    let name = |what: &str| format!("{documents} × {count} + 1 observer: {what}");
    vec![(name("changes/s"), changes as f64 / passed), (name("CPU ms a change"), cpu)]
}

async fn writer(server: &Server, number: u64, each: u64) -> Peer {
    let mut peer = Peer::connect(server, &format!("writer-{number}")).await;
    for document in number * each..(number + 1) * each {
        peer.hold(peer::id(document), peer::document(document, 1));
    }
    peer.say_all().await;
    peer.until(each as usize, |copy| copy.is_acknowledged()).await;
    peer
}

/// One change after another, each when the last is acknowledged.
async fn write(mut peer: Peer, over: Arc<AtomicBool>) -> (Peer, u64) {
    let ids: Vec<DocumentId> = peer.copies.keys().copied().collect();
    let mut written = 0;
    for &id in ids.iter().cycle().take_while(|_| !over.load(Ordering::Relaxed)) {
        written += 1;
        peer::edit(&mut peer.copies.get_mut(&id).unwrap().document, written as i64);
        peer.say(id).await;
        peer.flush().await;
        while !peer.copies[&id].is_acknowledged() {
            peer.next().await;
        }
    }
    (peer, written)
}

/// Receives until it has everything that was written.
async fn observe(mut observer: Peer, finals: watch::Receiver<Option<Heads>>) {
    loop {
        // A line that is quiet for this long lets look whether all is over.
        let news = tokio::time::timeout(Duration::from_millis(50), observer.next()).await;
        if news.is_err()
            && let Some(finals) = &*finals.borrow()
            && finals.iter().all(|(id, heads)| observer.copies[id].heads() == *heads)
        {
            return;
        }
    }
}

/// A change each 120 ms, from the writer's hand to the reader's document, and to the writer's acknowledgement.
async fn one_by_one(server: Server) -> Figures {
    let mut from = writer(&server, 0, 1).await;
    let mut to = Peer::connect(&server, "reader").await;
    let id = peer::id(0);
    to.hold(id, Automerge::new());
    to.say_all().await;
    to.until(1, |copy| !copy.document.is_empty()).await;
    let (mut seen, mut acknowledged) = (Vec::new(), Vec::new());
    let mut tick = tokio::time::interval(Duration::from_millis(120));
    // The first change is there already, and writing the same again is none.
    for change in 1..=100 {
        tick.tick().await;
        let start = Instant::now();
        let document = &mut from.copies.get_mut(&id).unwrap().document;
        peer::edit(document, change);
        let heads = document.get_heads();
        from.say_all().await;
        let arrives = async {
            to.until(1, |copy| copy.document.get_heads() == heads).await;
            start.elapsed()
        };
        let returns = async {
            from.until(1, |copy| copy.is_acknowledged()).await;
            start.elapsed()
        };
        let (arrived, returned) = tokio::join!(arrives, returns);
        seen.push(arrived.as_secs_f64() * 1_000.0);
        acknowledged.push(returned.as_secs_f64() * 1_000.0);
    }
    let name = |what: &str| format!("1 document, a change each 120 ms: {what}, ms");
    seen.sort_by(f64::total_cmp);
    acknowledged.sort_by(f64::total_cmp);
    vec![
        (name("writer → reader p50"), seen[50]),
        (name("writer → reader p99"), seen[98]),
        (name("acknowledged p50"), acknowledged[50]),
        (name("acknowledged p99"), acknowledged[98]),
    ]
}

/// One connection brings documents that the server has never seen.
async fn first_contact(server: Server, count: u64) -> Figures {
    // Made before: who connects and then answers no ping is cut off by the other server.
    let documents: Vec<_> = (0..count).map(|number| (peer::id(number), peer::document(number, 1))).collect();
    let mut peer = Peer::connect(&server, "newcomer").await;
    for (id, document) in documents {
        peer.hold(id, document);
    }
    let start = Instant::now();
    peer.say_all().await;
    peer.until(count as usize, |copy| copy.is_acknowledged()).await;
    let passed = start.elapsed().as_secs_f64();
    let name = |what: &str| format!("first contact with {count} documents: {what}");
    vec![(name("s"), passed), (name("MiB then"), server.memory() / 1_024.0)]
}

/// Documents with a history, fetched by newcomers from memory and from the disk; and what of the memory comes back.
async fn documents(mut server: Server, count: u64, changes: i64) -> Figures {
    let fresh = server.memory() / 1_024.0;
    let histories: Vec<_> =
        (0..count).map(|number| (peer::id(number), peer::document(number, changes))).collect();
    let heads: Heads = histories.iter().map(|(id, document)| (*id, document.get_heads())).collect();
    let mut author = Peer::connect(&server, "author").await;
    for (id, document) in histories {
        author.hold(id, document);
    }
    author.say_all().await;
    author.until(count as usize, |copy| copy.is_acknowledged()).await;
    let warm = fetch(&server, &heads).await;
    let loaded = server.memory() / 1_024.0;
    drop(author);
    tokio::time::sleep(Duration::from_secs(12)).await;
    let idle = server.memory() / 1_024.0;
    server.start_again().await;
    let cold = fetch(&server, &heads).await;
    let name = |what: &str| format!("{count} documents × {changes} changes: {what}");
    vec![
        (name("fetched warm, s"), warm),
        (name("fetched after a restart, s"), cold),
        (name("MiB before"), fresh),
        (name("MiB when loaded"), loaded),
        (name("MiB 12 s after the last use"), idle),
    ]
}

/// How long a newcomer takes to get all, in seconds.
async fn fetch(server: &Server, heads: &Heads) -> f64 {
    let mut peer = Peer::connect(server, "newcomer").await;
    for &id in heads.keys() {
        peer.hold(id, Automerge::new());
    }
    let start = Instant::now();
    peer.say_all().await;
    let wanted: HashSet<&Vec<ChangeHash>> = heads.values().collect();
    peer.until(heads.len(), |copy| wanted.contains(&copy.document.get_heads())).await;
    start.elapsed().as_secs_f64()
}

/// Connections that have joined and say nothing.
async fn idle_connections(server: Server, count: u64) -> Figures {
    let first = Peer::connect(&server, "first").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = server.memory();
    let server = &server;
    let connect = |number| async move { Peer::connect(server, &format!("idle-{number}")).await };
    let peers: Vec<Peer> = stream::iter(0..count).map(connect).buffered(50).collect().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let each = (server.memory() - before) / count as f64;
    drop((first, peers));
    vec![(format!("{count} idle connections: KiB each"), each)]
}
