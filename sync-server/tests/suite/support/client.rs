//! A client as automerge-repo is one: documents that stay on the device, states of sync that end with the connection.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use automerge::ActorId;
use automerge::Automerge;
use automerge::ChangeHash;
use automerge::PatchLog;
use automerge::ROOT;
use automerge::sync;
use automerge::sync::SyncDoc;
use automerge::transaction::CommitOptions;
use automerge::transaction::Transactable;
use niemyet_sync::DocumentId;
use niemyet_sync::access::Principal;
use niemyet_sync::wire::Body;
use niemyet_sync::wire::Message;
use niemyet_sync::wire::Metadata;

use super::rules;

/// A copy of a document on a device.
#[derive(Debug)]
pub struct Copy {
    pub key: String,
    pub document: Automerge,
    pub state: sync::State,
    /// Whether something in it will be refused for ever.
    pub tainted: bool,
    /// Whether it has a change in another's name, so that it may never take what that other really wrote.
    pub forged: bool,
    /// Whether the server said that it has no such document.
    pub unavailable: bool,
}

/// A client.
#[derive(Debug)]
pub struct Client {
    pub peer: String,
    pub principal: Principal,
    pub copies: BTreeMap<DocumentId, Copy>,
    pub server: Option<String>,
    /// Changes that the server has acknowledged.
    pub acknowledged: BTreeSet<(DocumentId, ChangeHash)>,
    /// What others said of documents, as (document, sender, data).
    pub heard: Vec<(DocumentId, String, Vec<u8>)>,
    /// Errors that the server told.
    pub errors: Vec<String>,
    /// Frames to send, in order.
    pub outgoing: Vec<Vec<u8>>,
    said: u64,
}

impl Client {
    pub fn new(peer: &str, principal: Principal) -> Self {
        Self {
            peer: peer.to_owned(),
            principal,
            copies: BTreeMap::new(),
            server: None,
            acknowledged: BTreeSet::new(),
            heard: Vec::new(),
            errors: Vec::new(),
            outgoing: Vec::new(),
            said: 0,
        }
    }

    /// Wants the document of a key; has nothing of it yet.
    pub fn want(&mut self, key: &str, actor: [u8; 16]) {
        self.keep(key, Automerge::new().with_actor(ActorId::from(actor)));
    }

    /// Begins the document of a key on this device.
    pub fn begin(&mut self, key: &str, actor: [u8; 16]) {
        self.keep(key, rules::begin(key).with_actor(ActorId::from(actor)));
    }

    /// Has this copy from before.
    pub fn bring(&mut self, key: &str, document: Automerge) {
        self.keep(key, document);
    }

    fn keep(&mut self, key: &str, document: Automerge) {
        let id = rules::id_of(key);
        let state = sync::State::new();
        let copy =
            Copy { key: key.to_owned(), document, state, tainted: false, forged: false, unavailable: false };
        self.copies.insert(id, copy);
        self.push(id);
    }

    /// Changes a field, if there is anything to change.
    pub fn edit(&mut self, key: &str, field: &str, value: &str) {
        let id = rules::id_of(key);
        if let Some(copy) = self.copies.get_mut(&id).filter(|copy| !copy.document.is_empty()) {
            rules::put(&mut copy.document, field, value);
            copy.tainted |= field == "bad";
            self.push(id);
        }
    }

    /// Changes a field on a device whose clock says these Unix seconds.
    pub fn edit_by_clock(&mut self, key: &str, field: &str, value: &str, seconds: i64) {
        let id = rules::id_of(key);
        let mut transaction = self.copies.get_mut(&id).unwrap().document.transaction();
        transaction.put(ROOT, field, value).unwrap();
        transaction.commit_with(CommitOptions::default().with_time(seconds));
        self.push(id);
    }

    /// Changes a field upon what the copy held before, as `changeAt` of the editor does.
    pub fn edit_at(&mut self, key: &str, heads: &[ChangeHash], field: &str, value: &str) {
        let id = rules::id_of(key);
        let Some(copy) = self.copies.get_mut(&id) else { return };
        let mut transaction = copy.document.transaction_at(PatchLog::null(), heads).unwrap();
        transaction.put(ROOT, field, value).unwrap();
        transaction.commit_with(CommitOptions::default().with_time(0));
        self.push(id);
    }

    /// Says something that nobody keeps.
    pub fn say(&mut self, key: &str, data: &[u8]) {
        self.said += 1;
        let body = Body::Ephemeral { document: rules::id_of(key), count: self.said, session: "s", data };
        self.send(body);
    }

    /// A new connection is open.
    pub fn connected(&mut self) {
        self.outgoing.clear();
        self.server = None;
        let join = Body::Join { metadata: Metadata::default(), versions: vec!["1"] };
        let message = Message { sender: &self.peer, target: None, body: join };
        self.outgoing.push(message.encode());
    }

    /// The connection is gone.
    pub fn disconnected(&mut self) {
        self.outgoing.clear();
        self.server = None;
    }

    /// Takes a frame of the server.
    pub fn receive(&mut self, frame: &[u8]) {
        let message = Message::decode(frame).unwrap();
        match message.body {
            Body::Peer { metadata, version } => {
                assert_eq!((metadata.ephemeral, version, metadata.storage.is_some()), (false, "1", true));
                self.server = Some(message.sender.to_owned());
                for copy in self.copies.values_mut() {
                    copy.state = sync::State::new();
                    copy.unavailable = false;
                }
                for id in self.copies.keys().copied().collect::<Vec<_>>() {
                    self.push(id);
                }
            }
            Body::Sync { document, data } => self.sync(document, data),
            Body::Unavailable { document } => {
                self.copies.get_mut(&document).unwrap().unavailable = true;
            }
            Body::Ephemeral { document, data, .. } => {
                self.heard.push((document, message.sender.to_owned(), data.to_vec()));
            }
            Body::Error { message } => self.errors.push(message.to_owned()),
            other => panic!("a server does not say {other:?}"),
        }
    }

    fn sync(&mut self, id: DocumentId, data: &[u8]) {
        let copy = self.copies.get_mut(&id).unwrap();
        let message = sync::Message::decode(data).unwrap();
        let heads = message.heads.clone();
        let received = copy.document.receive_sync_message(&mut copy.state, message);
        // Only who has forged a change cannot take the real one.
        assert!(received.is_ok() || copy.forged, "{}: {received:?}", self.peer);
        copy.unavailable = false;
        // What the server has, it has in its store.
        for change in copy.document.get_changes_meta(&[]) {
            if heads.contains(&change.hash) {
                self.acknowledged.insert((id, change.hash));
            }
        }
        self.push(id);
    }

    /// Sends what Automerge has to say about a document.
    pub fn push(&mut self, id: DocumentId) {
        if self.server.is_none() {
            return;
        }
        let copy = self.copies.get_mut(&id).unwrap();
        let Some(message) = copy.document.generate_sync_message(&mut copy.state) else { return };
        let asks = copy.document.is_empty() && copy.state.their_heads.is_none();
        let data = message.encode();
        if asks {
            self.send(Body::Request { document: id, data: &data });
        } else {
            self.send(Body::Sync { document: id, data: &data });
        }
    }

    fn send(&mut self, body: Body<'_>) {
        let target = self.server.clone();
        let message = Message { sender: &self.peer, target: target.as_deref(), body };
        let frame = message.encode();
        self.outgoing.push(frame);
    }
}
