//! Documents of a replica and what is known of a server's copies, as a state machine: frames in, frames and changes to keep out.
//! Automerge's sync protocol inside automerge-repo's messages, version 1.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use automerge::Automerge;
use automerge::Change;
use automerge::ChangeHash;
use automerge::ReadDoc;
use automerge::sync;
use automerge::sync::SyncDoc;
use niemyet_sync::DocumentId;
use niemyet_sync::incoming::guarded;
use niemyet_sync::wire::Body;
use niemyet_sync::wire::Message;
use niemyet_sync::wire::Metadata;
use niemyet_sync::wire::VERSION;

use super::link::shown;
use crate::document::Document;
use crate::document::Key;

/// Said of what makes a library panic.
const DEFECT: &str = "it cannot be read";

/// Where a document stands between this replica and the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The server has not said yet what it has.
    Asked,
    /// Changes are on their way, in one direction or in both.
    Moving,
    /// The server's own message covers all that is here, and everything that it has is here.
    InStep,
    /// The server does not take what is here.
    Refused,
    /// The server has nothing of it, or nothing that this account may see, and there is nothing here to send.
    Absent,
    /// What the server sent is no document of this key. Nothing of it was kept.
    Unsound(String),
}

impl Standing {
    /// Whether nothing more is to come by itself.
    pub const fn is_settled(&self) -> bool {
        !matches!(self, Self::Asked | Self::Moving)
    }
}

/// A document, here and there.
#[derive(Debug)]
pub struct Copy {
    /// Its key.
    pub key: Key,
    /// Where it stands.
    pub standing: Standing,
    /// Changes that came from the server in this exchange.
    pub received: usize,
    document: Automerge,
    state: sync::State,
    /// Heads that the server's own message has covered.
    covered: Vec<ChangeHash>,
}

/// Changes that came and are to be kept.
#[derive(Clone, Debug)]
pub struct Received {
    /// The document.
    pub key: Key,
    /// Its id.
    pub id: DocumentId,
    /// Each after those it depends on.
    pub changes: Vec<Change>,
}

/// A frame that ends the exchange.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It is not understood.
    #[error("không hiểu dữ liệu máy chủ gửi / the server sent what is not understood: {0}")]
    Protocol(String),
    /// The server gives up.
    #[error("máy chủ kết thúc phiên / the server ended the exchange: {0}")]
    Ended(String),
}

/// All documents of a replica.
#[derive(Debug)]
pub struct Exchange {
    election: String,
    name: String,
    server: String,
    copies: BTreeMap<DocumentId, Copy>,
    due: BTreeSet<DocumentId>,
}

impl Exchange {
    /// An exchange of documents of this election. `name` is this peer's id, another one for each connection.
    pub fn new(election: &str, name: &str) -> Self {
        Self {
            election: election.to_owned(),
            name: name.to_owned(),
            server: String::new(),
            copies: BTreeMap::new(),
            due: BTreeSet::new(),
        }
    }

    /// A document that is here, or `None` for one that is to be fetched. Again for one that was changed here meanwhile. `sent` if
    /// the server was last seen to have it just so. Says whether that is anything new: what came from the server is not, and what
    /// the server last said of the document stands. Of a document that is unsound nothing is taken up.
    pub fn hold(&mut self, id: DocumentId, key: &Key, document: Option<Automerge>, sent: bool) -> bool {
        let news = match (self.copies.get_mut(&id), document) {
            (Some(Copy { standing: Standing::Unsound(_), .. }), _) | (Some(_), None) => false,
            (Some(copy), Some(document)) => {
                let before = copy.heads();
                // Both grow only by changes, so that applying one's to the other gives the same as a merge.
                let changes = document.get_changes(&[]);
                let _ = copy.document.apply_changes(changes);
                let news = copy.heads() != before;
                if news {
                    copy.look();
                }
                news
            }
            (None, document) => {
                let document = document.unwrap_or_default();
                let covered = if sent { document.get_heads() } else { Vec::new() };
                let copy = Copy {
                    key: key.clone(),
                    document,
                    state: sync::State::new(),
                    covered,
                    standing: Standing::Asked,
                    received: 0,
                };
                self.copies.insert(id, copy);
                true
            }
        };
        if news {
            self.due.insert(id);
        }
        news
    }

    /// Whether there is a document on its way of which the server has not said that it has all that is here.
    pub fn has_unsent(&self) -> bool {
        self.copies.values().any(|copy| !copy.standing.is_settled() && !copy.is_covered())
    }

    /// The first frame of a connection.
    pub fn join(&self) -> Vec<u8> {
        let body = Body::Join { metadata: Metadata::default(), versions: vec![VERSION] };
        Message { sender: &self.name, target: None, body }.encode()
    }

    /// The frames that have come due.
    pub fn frames(&mut self) -> Vec<Vec<u8>> {
        if self.server.is_empty() {
            return Vec::new();
        }
        let due = std::mem::take(&mut self.due);
        due.into_iter().filter_map(|id| self.frame(id)).collect()
    }

    fn frame(&mut self, id: DocumentId) -> Option<Vec<u8>> {
        let copy = self.copies.get_mut(&id)?;
        let message = copy.document.generate_sync_message(&mut copy.state)?;
        let asks = copy.document.is_empty() && copy.state.their_heads.is_none();
        let data = message.encode();
        let (document, data) = (id, &data[..]);
        let body = if asks { Body::Request { document, data } } else { Body::Sync { document, data } };
        Some(Message { sender: &self.name, target: Some(&self.server), body }.encode())
    }

    /// Takes a frame; gives what it brought.
    pub fn receive(&mut self, frame: &[u8]) -> Result<Option<Received>, Broken> {
        let message = Message::decode(frame).map_err(|error| Broken::Protocol(error.to_string()))?;
        match message.body {
            Body::Peer { version: VERSION, .. } => {
                message.sender.clone_into(&mut self.server);
                Ok(None)
            }
            Body::Peer { version, .. } => Err(Broken::Protocol(format!("version {version} of the protocol"))),
            Body::Sync { document, data } => self.sync(document, data),
            Body::Unavailable { document } => {
                if let Some(copy) = self.copies.get_mut(&document) {
                    copy.standing = copy.not_taken();
                }
                Ok(None)
            }
            Body::Error { message } => Err(Broken::Ended(shown(message))),
            Body::Leave => Err(Broken::Ended("it leaves".to_owned())),
            _ => Ok(None),
        }
    }

    fn sync(&mut self, id: DocumentId, data: &[u8]) -> Result<Option<Received>, Broken> {
        let read = guarded(|| Some(sync::Message::decode(data)))
            .ok_or_else(|| Broken::Protocol(DEFECT.to_owned()))?;
        let message = read.map_err(|error| Broken::Protocol(error.to_string()))?;
        let Some(copy) = self.copies.get_mut(&id) else { return Ok(None) };
        if matches!(copy.standing, Standing::Unsound(_)) {
            return Ok(None);
        }
        let taken = guarded(|| Some(copy.take(&self.election, message)));
        let changes = match taken.unwrap_or_else(|| Err(DEFECT.to_owned())) {
            Ok(changes) => changes,
            Err(what) => {
                copy.standing = Standing::Unsound(what);
                return Ok(None);
            }
        };
        self.due.insert(id);
        copy.look();
        let key = copy.key.clone();
        Ok((!changes.is_empty()).then_some(Received { key, id, changes }))
    }

    /// Whether nothing more is to come by itself.
    pub fn is_settled(&self) -> bool {
        !self.server.is_empty() && self.copies.values().all(|copy| copy.standing.is_settled())
    }

    /// How many documents are settled, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.copies.values().filter(|copy| copy.standing.is_settled()).count(), self.copies.len())
    }

    /// Every document.
    pub fn copies(&self) -> impl Iterator<Item = (DocumentId, &Copy)> {
        self.copies.iter().map(|(id, copy)| (*id, copy))
    }
}

impl Copy {
    /// The heads that are here.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.document.get_heads()
    }

    /// Whether the server's own message has covered all that is here, whatever it lets be seen of it by now.
    pub fn is_covered(&self) -> bool {
        self.covered == self.document.get_heads()
    }

    /// Where it stands when the server does not take it: without anything of our own there is nothing to take.
    fn not_taken(&self) -> Standing {
        if self.is_covered() { Standing::Absent } else { Standing::Refused }
    }

    /// Takes a sync message; gives the changes that it brought, if with them the document is sound.
    fn take(&mut self, election: &str, message: sync::Message) -> Result<Vec<Change>, String> {
        let before = self.document.get_heads();
        if message.changes.is_empty() {
            let taken = self.document.receive_sync_message(&mut self.state, message);
            return taken.map(|()| Vec::new()).map_err(|error| error.to_string());
        }
        let mut next = self.document.clone();
        next.receive_sync_message(&mut self.state, message).map_err(|error| error.to_string())?;
        let changes = next.get_changes(&before);
        if !changes.is_empty() {
            Document::load(&next.save(), election, &self.key).map_err(|error| error.to_string())?;
            self.received += changes.len();
        }
        self.document = next;
        Ok(changes)
    }

    /// Where it stands, from what the server's last message said it has.
    fn look(&mut self) {
        let Some(theirs) = &self.state.their_heads else { return };
        let same =
            |a: &[ChangeHash], b: &[ChangeHash]| a.len() == b.len() && a.iter().all(|head| b.contains(head));
        let all_here = self.document.get_missing_deps(theirs).is_empty();
        let ours = self.document.get_heads();
        self.standing = if same(theirs, &ours) {
            self.covered = ours;
            Standing::InStep
        } else if all_here && self.state.is_peer_read_only() {
            self.not_taken()
        } else {
            Standing::Moving
        };
    }
}
