//! A client of the load generator: documents, their sync states, and a socket.

use std::collections::HashMap;
use std::collections::HashSet;

use automerge::ActorId;
use automerge::Automerge;
use automerge::ChangeHash;
use automerge::ROOT;
use automerge::sync;
use automerge::sync::SyncDoc;
use automerge::transaction::Transactable;
use futures::FutureExt;
use futures::SinkExt;
use futures::StreamExt;
use niemyet_sync::DocumentId;
use niemyet_sync::wire::Body;
use niemyet_sync::wire::Message;
use niemyet_sync::wire::Metadata;
use tokio::net::TcpStream;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::servers::Server;

/// A copy of a document, and what is known of the server's.
pub struct Copy {
    pub document: Automerge,
    state: sync::State,
    /// Of an onlooker: the heads that the last message stated. It answers as a document with them would, and keeps none, so that
    /// the load generator leaves more of the machine to the servers.
    pub seen: Option<Vec<ChangeHash>>,
}

impl Copy {
    fn new(document: Automerge) -> Self {
        Self { document, state: sync::State::new(), seen: None }
    }

    /// The heads that it has, or would have.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.seen.clone().unwrap_or_else(|| self.document.get_heads())
    }

    fn look_on(&mut self, heads: &[ChangeHash]) -> sync::Message {
        self.seen = Some(heads.to_vec());
        sync::Message {
            heads: heads.to_vec(),
            need: Vec::new(),
            have: vec![sync::Have { last_sync: heads.to_vec(), ..sync::Have::default() }],
            changes: sync::ChunkList::empty(),
            flags: Some(sync::MessageFlags::new()),
            version: sync::MessageVersion::V2,
        }
    }

    /// Whether the server's own sync message covers all that is here.
    pub fn is_acknowledged(&self) -> bool {
        self.state.their_heads.as_deref() == Some(&self.document.get_heads())
    }
}

/// A connected client.
pub struct Peer {
    name: String,
    server: String,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub copies: HashMap<DocumentId, Copy>,
    /// Whether it answers without keeping documents.
    pub looks_on: bool,
}

impl Peer {
    pub async fn connect(server: &Server, name: &str) -> Self {
        let mut request = server.url().into_client_request().unwrap();
        let bearer = format!("Bearer {}", server.token());
        request.headers_mut().insert("authorization", bearer.parse().unwrap());
        let config = WebSocketConfig::default().read_buffer_size(16 << 10);
        let connecting = tokio_tungstenite::connect_async_with_config(request, Some(config), true);
        let (socket, _) = connecting.await.unwrap();
        let (name, copies) = (name.to_owned(), HashMap::new());
        let mut peer = Self { name, server: String::new(), socket, copies, looks_on: false };
        let join = Body::Join { metadata: Metadata::default(), versions: vec!["1"] };
        let join = Message { sender: &peer.name, target: None, body: join }.encode();
        peer.socket.send(Frame::Binary(join.into())).await.unwrap();
        let frame = peer.frame().await;
        let answer = Message::decode(&frame).unwrap();
        assert!(matches!(answer.body, Body::Peer { .. }), "{answer:?}");
        peer.server = answer.sender.to_owned();
        peer
    }

    async fn frame(&mut self) -> Vec<u8> {
        loop {
            match self.socket.next().await.expect("the server closed the connection").unwrap() {
                Frame::Binary(frame) => return frame.into(),
                Frame::Close(why) => panic!("the server closed the connection: {why:?}"),
                _ => {}
            }
        }
    }

    /// Holds a document; nothing is sent yet.
    pub fn hold(&mut self, id: DocumentId, document: Automerge) {
        self.copies.insert(id, Copy::new(document));
    }

    /// Sends what there is to say about a document, when `flush` follows.
    pub async fn say(&mut self, id: DocumentId) {
        let copy = self.copies.get_mut(&id).unwrap();
        let Some(message) = copy.document.generate_sync_message(&mut copy.state) else { return };
        let asks = copy.document.is_empty() && copy.state.their_heads.is_none();
        self.send(id, message, asks).await;
    }

    async fn send(&mut self, id: DocumentId, message: sync::Message, asks: bool) {
        let data = message.encode();
        let data = &data[..];
        let body =
            if asks { Body::Request { document: id, data } } else { Body::Sync { document: id, data } };
        let frame = Message { sender: &self.name, target: Some(&self.server), body }.encode();
        self.socket.feed(Frame::Binary(frame.into())).await.unwrap();
    }

    pub async fn flush(&mut self) {
        self.socket.flush().await.unwrap();
    }

    /// Speaks of all documents, and listens in between.
    pub async fn say_all(&mut self) {
        for (place, id) in self.copies.keys().copied().collect::<Vec<_>>().into_iter().enumerate() {
            self.say(id).await;
            if place % 100 == 99 {
                while let Some(frame) = self.frame().now_or_never() {
                    self.take(&frame).await;
                }
            }
        }
        self.flush().await;
    }

    /// Answers a sync message and says which document it was about.
    async fn take(&mut self, frame: &[u8]) -> Option<DocumentId> {
        let Body::Sync { document: id, data } = Message::decode(frame).unwrap().body else { return None };
        let message = sync::Message::decode(data).unwrap();
        let copy = self.copies.get_mut(&id).unwrap();
        if self.looks_on {
            let news = copy.seen.as_deref() != Some(&message.heads[..]);
            let answer = copy.look_on(&message.heads);
            if news {
                self.send(id, answer, false).await;
            }
            return Some(id);
        }
        copy.document.receive_sync_message(&mut copy.state, message).unwrap();
        self.say(id).await;
        Some(id)
    }

    /// Takes the next sync message and answers it. Gives the document that it is about.
    pub async fn next(&mut self) -> DocumentId {
        loop {
            let frame = self.frame().await;
            let Some(id) = self.take(&frame).await else { continue };
            self.flush().await;
            return id;
        }
    }

    /// Takes messages until so many documents are so; each is looked at now and when something comes about it.
    pub async fn until(&mut self, count: usize, is_so: impl Fn(&Copy) -> bool) {
        let so = self.copies.iter().filter(|(_, copy)| is_so(copy));
        let mut done: HashSet<DocumentId> = so.map(|(&id, _)| id).collect();
        while done.len() < count {
            let id = self.next().await;
            if is_so(&self.copies[&id]) {
                done.insert(id);
            }
        }
    }
}

/// The document of a number: its id has the version bits of a UUID, without which the other server takes no notice of it.
pub fn id(number: u64) -> DocumentId {
    let mut bytes = (u128::from(number) * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    DocumentId::new(bytes)
}

/// A document with so many changes.
pub fn document(number: u64, changes: i64) -> Automerge {
    let mut document =
        Automerge::new().with_actor(ActorId::from(&(u128::from(number) + 1).to_be_bytes()[..]));
    for change in 0..changes {
        edit(&mut document, change);
    }
    document
}

/// A change as a district makes it: a state and a note of a task.
pub fn edit(document: &mut Automerge, change: i64) {
    let mut transaction = document.transaction();
    transaction.put(ROOT, "status", change).unwrap();
    transaction.put(ROOT, "note", format!("đã làm phần {change}")).unwrap();
    transaction.commit();
}
