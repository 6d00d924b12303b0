//! `niemyet serve` killed with SIGKILL at random instants, and told to end, while offices write: every change that an office saw
//! acknowledged is there afterwards.

use std::collections::HashMap;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use automerge::ActorId;
use automerge::Automerge;
use automerge::ChangeHash;
use futures_util::SinkExt;
use futures_util::StreamExt;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::key::BodyId;
use niemyet::document::progress;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::peer::exchange::Broken;
use niemyet::replica::peer::exchange::Exchange;
use niemyet::replica::peer::exchange::Standing;
use niemyet_sync::DocumentId;
use niemyet_sync::chance::SystemChance;
use niemyet_sync::chance::draw;
use niemyet_sync::store::Position;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::cli::Office;
use crate::support::cli::Running;

const ELECTION: &str = "sonla-2021";
/// A task of every district.
const TASK: &str = "T3";
const BODIES: [&str; 4] = ["ec_district_116", "ec_district_118", "ec_district_119", "ec_district_124"];

/// A district's device.
struct Device {
    key: Key,
    id: DocumentId,
    token: String,
    document: Document,
    acknowledged: HashSet<ChangeHash>,
    edits: usize,
}

impl Device {
    fn new(office: &Office, body: &str, number: u8) -> Self {
        office.ok(&["account", "add", body, "--body", body]);
        let made = office.ok(&["--json", "account", "token", body, "--device", "máy"]);
        let made: serde_json::Value = serde_json::from_str(made.lines().last().unwrap()).unwrap();
        let key = Key::Progress(BodyId::new(body).unwrap());
        let document = Document::create(ELECTION, &key, ActorId::from([number; 16])).unwrap();
        Self {
            id: DocumentId::new(*document.id().as_bytes()),
            key,
            token: made["token"].as_str().unwrap().to_owned(),
            document,
            acknowledged: HashSet::new(),
            edits: 0,
        }
    }

    async fn connect(&self, address: SocketAddr) -> Option<WebSocketStream<TcpStream>> {
        let mut request = format!("ws://{address}/sync").into_client_request().unwrap();
        let bearer = format!("Bearer {}", self.token);
        request.headers_mut().insert("authorization", bearer.parse().unwrap());
        let stream = TcpStream::connect(address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        Some(tokio_tungstenite::client_async(request, stream).await.ok()?.0)
    }

    fn held(&mut self) -> Automerge {
        Automerge::load(&self.document.save()).unwrap()
    }

    /// Writes one change after another, each when the last is acknowledged, until the line breaks.
    async fn write(mut self, address: SocketAddr) -> Self {
        let Some(mut socket) = self.connect(address).await else { return self };
        let mut exchange = Exchange::new(ELECTION, &format!("device-{}-{}", self.key, self.edits));
        let held = self.held();
        exchange.hold(self.id, &self.key, Some(held), false);
        if socket.send(Message::Binary(exchange.join().into())).await.is_err() {
            return self;
        }
        while let Some(Ok(frame)) = socket.next().await {
            let Message::Binary(frame) = frame else { continue };
            match exchange.receive(&frame) {
                Ok(_) => {}
                // A server that is told to end says so.
                Err(Broken::Ended(_)) => return self,
                Err(broken) => panic!("{broken}"),
            }
            self.take_note_and_edit(&mut exchange);
            for frame in exchange.frames() {
                if socket.send(Message::Binary(frame.into())).await.is_err() {
                    return self;
                }
            }
        }
        self
    }

    /// What the server's own message covers is acknowledged; then there is the next change to bring.
    fn take_note_and_edit(&mut self, exchange: &mut Exchange) {
        let (_, copy) = exchange.copies().next().unwrap();
        assert_ne!(copy.standing, Standing::Refused, "the server refuses {}", self.key);
        if copy.standing != Standing::InStep {
            return;
        }
        self.acknowledged.extend(copy.heads());
        self.edits += 1;
        progress::set_evidence(&mut self.document, TASK, &format!("tờ {}", self.edits)).unwrap();
        self.document.commit("task", 0).unwrap();
        let held = self.held();
        exchange.hold(self.id, &self.key, Some(held), false);
    }
}

/// One life of the server, up to its end.
async fn live(
    office: &Office,
    devices: Vec<Device>,
    lives: Duration,
    end: impl FnOnce(&mut Running),
) -> Vec<Device> {
    let mut server = office.start(&["serve", "--listen", "127.0.0.1:0"]);
    let address = server.address();
    let writing: Vec<_> = devices.into_iter().map(|device| tokio::spawn(device.write(address))).collect();
    tokio::time::sleep(lives).await;
    end(&mut server);
    let mut devices = Vec::new();
    for device in writing {
        devices.push(tokio::time::timeout(Duration::from_secs(60), device).await.unwrap().unwrap());
    }
    devices
}

/// What the store has of each document.
fn kept(office: &Office) -> HashMap<DocumentId, Automerge> {
    let store = DocumentStore::open_there(&office.path("niemyet")).unwrap();
    let all = store.since(Position::default()).unwrap();
    all.iter().map(|listed| (listed.id, store.raw(listed).unwrap())).collect()
}

/// A moment in the server's life.
fn moment() -> Duration {
    Duration::from_micros(u64::from(u16::from_le_bytes(draw(&SystemChance).unwrap())) * 4)
}

/// What was acknowledged is there.
fn expect_all(office: &Office, devices: &[Device], round: u64) {
    let kept = kept(office);
    for device in devices {
        for hash in &device.acknowledged {
            let there = kept[&device.id].get_change_meta_by_hash(hash).is_some();
            assert!(there, "round {round}: {hash} of {} is missing", device.key);
        }
    }
}

/// Devices of several districts.
fn devices(office: &Office) -> Vec<Device> {
    let numbered = BODIES.iter().zip(1..);
    numbered.map(|(body, number)| Device::new(office, body, number)).collect()
}

#[test]
fn a_server_that_is_told_to_end_while_offices_write_loses_nothing_and_ends_well() {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut devices = devices(&office);
    let runtime = Runtime::new().unwrap();
    for round in 0..5 {
        let before: usize = devices.iter().map(|device| device.acknowledged.len()).sum();
        let ends = |server: &mut Running| assert_eq!(server.terminate(), Some(0));
        devices = runtime.block_on(live(&office, devices, Duration::from_secs(1), ends));
        let after: usize = devices.iter().map(|device| device.acknowledged.len()).sum();
        assert!(after > before + 4, "round {round}: the offices hardly wrote");
        expect_all(&office, &devices, round);
    }
}

#[test]
fn what_an_office_saw_acknowledged_survives_the_servers_death() {
    let rounds: u64 = std::env::var("NIEMYET_KILL_ROUNDS").map_or(100, |rounds| rounds.parse().unwrap());
    let office = Office::ready();
    office.ok(&["build"]);
    let mut devices = devices(&office);
    let runtime = Runtime::new().unwrap();
    for round in 0..rounds {
        let kill = |server: &mut Running| {
            server.0.kill().unwrap();
            server.0.wait().unwrap();
        };
        devices = runtime.block_on(live(&office, devices, moment(), kill));
        expect_all(&office, &devices, round);
    }
    let all: usize = devices.iter().map(|device| device.acknowledged.len()).sum();
    assert!(all as u64 > rounds, "the offices hardly wrote: {all} changes in {rounds} rounds");
}
