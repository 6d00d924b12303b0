//! What the hub itself costs, without sockets and disk: the store keeps in memory. Prints figures; asserts nothing of time.
//!
//!     cargo bench -p niemyet-sync --bench hub
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a benchmark prints, and stops at a fault"
)]
#![allow(dead_code, reason = "the tests' helpers are used in part")]

#[path = "../tests/suite/support/client.rs"]
mod client;
#[path = "../tests/suite/support/memory.rs"]
mod memory;
#[path = "../tests/suite/support/rules.rs"]
mod rules;

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Instant;
use std::time::SystemTime;

use client::Client;
use memory::MemoryStore;
use niemyet_sync::access::Access;
use niemyet_sync::hub::Config;
use niemyet_sync::hub::Connection;
use niemyet_sync::hub::Hub;
use niemyet_sync::hub::Outgoing;
use niemyet_sync::hub::Parts;
use niemyet_sync::limits::Limits;
use niemyet_sync::limits::Rate;
use rules::TestRules;

fn now() -> i64 {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(passed.as_millis()).unwrap()
}

fn hub(store: Arc<MemoryStore>) -> Hub {
    let free = Rate { burst: u32::MAX, per_minute: u32::MAX };
    let limits = Limits { frames: free, changes: free, ..Limits::default() };
    let (peer, storage) = ("server".to_owned(), "kept".to_owned());
    let config = Config { peer, storage, limits, shards: 2, restoring: false, clock: now };
    let rules = Arc::new(TestRules::new(Access::ReadWrite));
    Hub::start(config, Parts { store, rules, witness: Arc::new(()) }).unwrap()
}

/// Seconds of CPU that the hub's threads have used, in the kernel's ticks of 10 ms.
fn server_cpu() -> f64 {
    let mut ticks = 0_u64;
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let task = task.unwrap().path();
        let Ok(name) = std::fs::read_to_string(task.join("comm")) else { continue };
        if name.starts_with("sync-") {
            let stat = std::fs::read_to_string(task.join("stat")).unwrap();
            let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
            ticks += fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        }
    }
    ticks as f64 / 100.0
}

/// Frames go in through one thread that counts as the server's, since reading them is its work.
struct Sockets {
    connections: Vec<Arc<Connection>>,
    up: mpsc::Sender<(usize, Vec<u8>)>,
}

impl Sockets {
    fn open(hub: &Hub, clients: &mut [Client]) -> Self {
        let connect = |client: &mut Client| {
            client.connected();
            Arc::new(hub.connect(client.principal.clone()).unwrap())
        };
        let connections: Vec<Arc<Connection>> = clients.iter_mut().map(connect).collect();
        let (up, frames) = mpsc::channel::<(usize, Vec<u8>)>();
        let of = connections.clone();
        let read = move || {
            frames.iter().for_each(|(place, frame)| {
                // A connection that is closed at the end takes nothing more.
                let _ = of[place].receive(&frame);
            })
        };
        std::thread::Builder::new().name("sync-sockets".to_owned()).spawn(read).unwrap();
        Self { connections, up }
    }

    fn carry(&self, place: usize, client: &mut Client) -> bool {
        let mut moved = false;
        for frame in client.outgoing.drain(..) {
            self.up.send((place, frame)).unwrap();
        }
        while let Some(outgoing) = self.connections[place].try_next() {
            let Outgoing::Frame(frame) = outgoing else { panic!("closed: {outgoing:?}") };
            client.receive(&frame);
            moved = true;
        }
        for frame in client.outgoing.drain(..) {
            self.up.send((place, frame)).unwrap();
        }
        moved
    }
}

fn is_acknowledged(client: &Client, key: &str) -> bool {
    let copy = &client.copies[&rules::id_of(key)];
    copy.state.their_heads.as_ref() == Some(&copy.document.get_heads())
}

/// As many documents as connections, each with one writer, and one that watches all; each writer writes when its last
/// change is acknowledged.
fn many_writers(documents: usize, changes: usize) {
    let hub = hub(Arc::default());
    let keys: Vec<String> = (0..documents).map(|place| format!("key-{place}")).collect();
    let mut clients: Vec<Client> = (0..=documents)
        .map(|place| Client::new(&format!("peer-{place}"), rules::principal(place as i64, "b")))
        .collect();
    let sockets = Sockets::open(&hub, &mut clients);
    for (place, key) in keys.iter().enumerate() {
        let actor = (place as u128 + 1).to_be_bytes();
        clients[place].begin(key, actor);
        clients[documents].want(key, actor);
    }
    let (mut written, mut until) = (vec![0; documents], documents * changes);
    while !keys.iter().enumerate().all(|(place, key)| is_acknowledged(&clients[place], key)) {
        for (place, client) in clients.iter_mut().enumerate() {
            sockets.carry(place, client);
        }
    }
    let (cpu, start) = (server_cpu(), Instant::now());
    while until > 0 {
        let mut moved = false;
        for place in 0..documents {
            moved |= sockets.carry(place, &mut clients[place]);
            if written[place] < changes && is_acknowledged(&clients[place], &keys[place]) {
                written[place] += 1;
                until -= 1;
                clients[place].edit(&keys[place], "x", &written[place].to_string());
                moved |= sockets.carry(place, &mut clients[place]);
            }
        }
        moved |= sockets.carry(documents, &mut clients[documents]);
        if !moved {
            std::thread::yield_now();
        }
    }
    let (cpu, passed) = (server_cpu() - cpu, start.elapsed().as_secs_f64());
    let count = (documents * changes) as f64;
    println!(
        "{documents} documents and connections, 1 observer: {:.0} changes/s (clients in one thread), {:.3} ms CPU a change",
        count / passed,
        cpu * 1_000.0 / count
    );
    drop(sockets);
    hub.stop(std::time::Duration::from_secs(1));
}

/// A connection brings many documents that the server has never seen.
fn first_contact(documents: usize) {
    let hub = hub(Arc::default());
    let mut clients = vec![Client::new("peer", rules::principal(1, "b"))];
    for place in 0..documents {
        let key = format!("key-{place}");
        clients[0].begin(&key, (place as u128 + 1).to_be_bytes());
        clients[0].edit(&key, "x", "y");
    }
    let (cpu, start) = (server_cpu(), Instant::now());
    let sockets = Sockets::open(&hub, &mut clients);
    while !clients[0].copies.values().all(|copy| copy.state.their_heads == Some(copy.document.get_heads())) {
        for _ in 0..10_000 {
            if !sockets.carry(0, &mut clients[0]) {
                std::thread::yield_now();
            }
        }
    }
    println!(
        "first contact with {documents} documents: {:.2} s, {:.2} s CPU of the server",
        start.elapsed().as_secs_f64(),
        server_cpu() - cpu
    );
    drop(sockets);
    hub.stop(std::time::Duration::from_secs(1));
}

fn main() {
    many_writers(1, 2_000);
    many_writers(200, 100);
    many_writers(200, 400);
    many_writers(1_000, 20);
    first_contact(10_000);
}
