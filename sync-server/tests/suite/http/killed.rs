//! The real server killed with SIGKILL at random instants under load: every change that a client saw acknowledged is there after
//! it starts again.

use std::collections::HashSet;
use std::io::BufRead;
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use automerge::ChangeHash;
use niemyet_sync::DocumentId;
use niemyet_sync::access::AccountId;
use niemyet_sync::access::Principal;
use niemyet_sync::database::Database;
use niemyet_sync::database::Options;
use niemyet_sync::store::Store;
use niemyet_sync::store::sqlite::SqliteStore;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::support::Line;
use super::support::runtime;
use crate::support::client::Client;
use crate::support::random::Random;
use crate::support::rules::id_of;

const WRITERS: usize = 4;
/// A new store every so many rounds, so that looking through it does not grow with their number.
const ROUNDS_PER_STORE: u64 = 20;

type Acknowledged = HashSet<(DocumentId, ChangeHash)>;

struct Probe {
    child: Child,
    address: SocketAddr,
    tokens: Vec<String>,
}

impl Probe {
    fn start(store: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sync-probe"));
        command.args(["serve", store.to_str().unwrap(), &WRITERS.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut tokens = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["account", _, _, token] => tokens.push(token.to_owned()),
                ["listening", address] => return Self { child, address: address.parse().unwrap(), tokens },
                _ => panic!("the probe said {line}"),
            }
        }
        panic!("the probe ended")
    }

    async fn connect(&self, writer: usize, client: Client) -> Line {
        let mut request = format!("ws://{}/sync", self.address).into_client_request().unwrap();
        let bearer = format!("Bearer {}", self.tokens[writer]);
        request.headers_mut().insert("authorization", bearer.parse().unwrap());
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
        Line::resume(socket, client).await
    }
}

/// Writes one change after another until the line breaks, and gives the device back.
async fn write(mut line: Line, key: String) -> Client {
    while line.flush().await && line.take().await {
        let figure = line.client.acknowledged.len().to_string();
        line.client.edit(&key, "figure", &figure);
    }
    line.client
}

/// What a store has.
fn kept(path: &Path) -> Acknowledged {
    let database = Arc::new(Database::open(path, Options::default()).unwrap());
    let store = SqliteStore::new(database).unwrap();
    let mut kept = Acknowledged::new();
    for listed in store.list().unwrap() {
        let document = crate::store::support::loaded(&store, listed.id);
        kept.extend(document.get_changes_meta(&[]).into_iter().map(|change| (listed.id, change.hash)));
    }
    kept
}

/// One life of the server. The clients keep what they have, as devices do.
async fn live_and_die(path: &Path, clients: Vec<Client>, lives: Duration) -> Vec<Client> {
    let mut probe = Probe::start(path);
    let mut writers = Vec::new();
    for (writer, client) in clients.into_iter().enumerate() {
        let line = probe.connect(writer, client).await;
        writers.push(tokio::spawn(write(line, format!("document {writer}"))));
    }
    tokio::time::sleep(lives).await;
    probe.child.kill().unwrap();
    probe.child.wait().unwrap();
    let mut clients = Vec::new();
    for writer in writers {
        clients.push(super::support::patiently("a writer's end", writer).await.unwrap());
    }
    clients
}

fn new_clients() -> Vec<Client> {
    let client = |writer: usize| {
        let principal = Principal { account: AccountId(0), body: String::new() };
        let mut client = Client::new(&format!("writer {writer}"), principal);
        client.begin(&format!("document {writer}"), [writer as u8 + 1; 16]);
        client
    };
    (0..WRITERS).map(client).collect()
}

#[test]
fn what_a_client_saw_acknowledged_survives_the_servers_death() {
    let rounds: u64 = std::env::var("NIEMYET_KILL_ROUNDS").map_or(100, |rounds| rounds.parse().unwrap());
    let (runtime, mut random, mut all) = (runtime(), Random::new(rounds), 0);
    for first in (0..rounds).step_by(ROUNDS_PER_STORE as usize) {
        let (folder, mut clients) = (TempDir::new().unwrap(), new_clients());
        let path = folder.path().join("store.sqlite");
        for round in first..rounds.min(first + ROUNDS_PER_STORE) {
            let lives = Duration::from_micros(random.below(150_000) as u64);
            clients = runtime.block_on(live_and_die(&path, clients, lives));
            let kept = kept(&path);
            for (document, hash) in clients.iter().flat_map(|client| &client.acknowledged) {
                assert!(kept.contains(&(*document, *hash)), "round {round}: {hash} of {document} is missing");
            }
        }
        all += clients.iter().map(|client| client.acknowledged.len()).sum::<usize>();
        assert!(clients[0].copies.contains_key(&id_of("document 0")));
    }
    assert!(all as u64 > rounds, "the clients hardly wrote: {all} changes in {rounds} rounds");
}
