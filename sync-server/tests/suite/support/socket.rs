//! A client on a real hub: what a WebSocket would carry is carried by hand.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::SystemTime;

use niemyet_sync::access::Access;
use niemyet_sync::access::Principal;
use niemyet_sync::effect::Closing;
use niemyet_sync::hub::Arrived;
use niemyet_sync::hub::Config;
use niemyet_sync::hub::Connection;
use niemyet_sync::hub::Hub;
use niemyet_sync::hub::Outgoing;
use niemyet_sync::hub::Parts;
use niemyet_sync::limits::Limits;
use niemyet_sync::store::Store;
use niemyet_sync::witness::Event;
use niemyet_sync::witness::Witness;

use super::client::Client;
use super::memory::MemoryStore;
use super::rules;
use super::rules::TestRules;

/// Writes down what happens.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Vec<Event>>);

impl Notes {
    pub fn has(&self, is: impl Fn(&Event) -> bool) -> bool {
        self.0.lock().unwrap().iter().any(is)
    }

    pub fn count(&self, is: impl Fn(&Event) -> bool) -> usize {
        self.0.lock().unwrap().iter().filter(|event| is(event)).count()
    }
}

impl Witness for Notes {
    fn note(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// A hub and what it stands on.
pub struct Stage<S = MemoryStore> {
    pub hub: Hub,
    pub store: Arc<S>,
    pub rules: Arc<TestRules>,
    pub notes: Arc<Notes>,
}

impl Stage {
    pub fn new(limits: Limits) -> Self {
        Self::on(Arc::default(), limits)
    }
}

impl<S: Store> Stage<S> {
    pub fn on(store: Arc<S>, limits: Limits) -> Self {
        Self::start(store, limits, false)
    }

    /// One to which clients bring again what others wrote, after a restore.
    pub fn restoring(store: Arc<S>) -> Self {
        Self::start(store, Limits::default(), true)
    }

    fn start(store: Arc<S>, limits: Limits, restoring: bool) -> Self {
        let (rules, notes) = (Arc::new(TestRules::new(Access::ReadWrite)), Arc::new(Notes::default()));
        let (peer, storage) = ("server".to_owned(), "kept".to_owned());
        let config = Config { peer, storage, limits, shards: 2, restoring, clock: now };
        let parts = Parts {
            store: Arc::<S>::clone(&store),
            rules: Arc::<TestRules>::clone(&rules),
            witness: Arc::<Notes>::clone(&notes),
        };
        let hub = Hub::start(config, parts).unwrap();
        Self { hub, store, rules, notes }
    }

    /// Somebody who has connected and joined.
    pub fn join(&self, peer: &str, principal: Principal) -> Socket {
        let mut socket = Socket::open(&self.hub, Client::new(peer, principal));
        socket.until("it has joined", |client| client.server.is_some());
        socket
    }
}

fn now() -> i64 {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(passed.as_millis()).unwrap()
}

/// A connection with its client.
pub struct Socket {
    pub client: Client,
    pub connection: Connection,
    /// Why the server closed it.
    pub closed: Option<Closing>,
}

impl Socket {
    pub fn open(hub: &Hub, client: Client) -> Self {
        Self::open_counted(hub, client, Arc::default())
    }

    /// One of which is counted what arrives, by hand.
    pub fn open_counted(hub: &Hub, mut client: Client, arrived: Arc<Arrived>) -> Self {
        let connection = hub.connect_counted(client.principal.clone(), arrived).unwrap();
        client.connected();
        Self { client, connection, closed: None }
    }

    /// Carries what there is to carry.
    pub fn carry(&mut self) {
        while self.closed.is_none() {
            match self.connection.try_next() {
                Some(Outgoing::Frame(frame)) => self.client.receive(&frame),
                Some(Outgoing::Close(why)) => self.closed = Some(why),
                None => break,
            }
        }
        self.connection.sent();
        for frame in self.client.outgoing.drain(..) {
            // The server says why it takes no more with `Close`.
            let _ = self.connection.receive(&frame);
        }
    }

    /// Carries until something is so. A limit of half a minute makes a test that waits in vain fail and not hang.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Client) -> bool) {
        let carried = wait(|| {
            self.carry();
            is_so(&self.client)
        });
        assert!(carried, "{} waited in vain until {what}; closed: {:?}", self.client.peer, self.closed);
    }

    pub fn until_closed(&mut self) -> Closing {
        let closed = wait(|| {
            self.carry();
            self.closed.is_some()
        });
        assert!(closed, "{} was not closed", self.client.peer);
        self.closed.clone().unwrap()
    }

    pub fn until_acknowledged(&mut self, key: &str) {
        self.until("its changes are acknowledged", |client| is_acknowledged(client, key));
    }
}

/// Whether the server has said that it has what the client has.
pub fn is_acknowledged(client: &Client, key: &str) -> bool {
    let copy = &client.copies[&rules::id_of(key)];
    copy.state.their_heads.as_ref() == Some(&copy.document.get_heads())
}

/// Tries until it is so.
pub fn wait(mut is_so: impl FnMut() -> bool) -> bool {
    for _ in 0..30_000 {
        if is_so() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    false
}
