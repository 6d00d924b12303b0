//! One connection's conversation before documents come into it: the handshake, whose messages they are, and how many.

use std::collections::HashSet;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::DocumentId;
use crate::effect::Closing;
use crate::effect::Member;
use crate::incoming::Incoming;
use crate::limits::Bucket;
use crate::limits::Limits;
use crate::wire::Body;
use crate::wire::Message;
use crate::wire::VERSION;

/// Sessions of ephemeral messages that a connection may have at a time; a page has one.
const SESSIONS: usize = 8;

/// What a frame comes to.
#[derive(Debug)]
pub enum Said {
    /// The peer wants to join with this peer id. `joined` or closing must follow.
    Join(String),
    /// A sync message about a document.
    Sync(DocumentId, Box<Incoming>),
    /// An ephemeral message about a document.
    Ephemeral {
        /// The document.
        document: DocumentId,
        /// Its session.
        session: String,
        /// Its number.
        count: u64,
        /// What it says.
        data: Vec<u8>,
    },
    /// Nothing that concerns the server.
    Nothing,
}

#[derive(Debug)]
enum Stage {
    /// Opened; `join` must come before this time.
    Opened(i64),
    /// Asked to join.
    Joining,
    /// Has joined.
    Joined(Arc<Member>),
}

/// The state of a connection.
#[derive(Debug)]
pub struct Session {
    stage: Stage,
    frames: Bucket,
    changes: Bucket,
    ephemerals: Bucket,
    open: HashSet<DocumentId>,
    heard: VecDeque<(String, u64)>,
}

impl Session {
    /// A connection that was just opened.
    pub fn new(limits: &Limits, now: i64) -> Self {
        Self {
            stage: Stage::Opened(now.saturating_add(limits.join_within)),
            frames: Bucket::new(limits.frames, now),
            changes: Bucket::new(limits.changes, now),
            ephemerals: Bucket::new(limits.ephemerals, now),
            open: HashSet::new(),
            heard: VecDeque::new(),
        }
    }

    /// The peer has joined.
    pub fn joined(&mut self, member: Arc<Member>) {
        self.stage = Stage::Joined(member);
    }

    /// Who it is, once it has joined.
    pub const fn member(&self) -> Option<&Arc<Member>> {
        if let Stage::Joined(member) = &self.stage { Some(member) } else { None }
    }

    /// Whether it is time to give up waiting for its `join`.
    pub fn is_overdue(&self, now: i64) -> bool {
        matches!(self.stage, Stage::Opened(until) if now >= until)
    }

    /// Takes a frame.
    ///
    /// # Errors
    /// If the connection must be closed, with what the peer is to be told.
    pub fn receive(&mut self, frame: &[u8], now: i64, limits: &Limits) -> Result<Said, Closing> {
        if frame.len() > limits.frame_bytes {
            return Err(Closing::TooMuch { what: "bytes in a message" });
        }
        if !self.frames.take(1, now) {
            return Err(Closing::TooMuch { what: "messages in a minute" });
        }
        let message = Message::decode(frame).map_err(|error| protocol(&error))?;
        match &self.stage {
            Stage::Opened(until) => {
                let in_time = now < *until;
                self.join(&message, in_time)
            }
            Stage::Joining => Err(Closing::NoJoin),
            Stage::Joined(member) => {
                if message.sender == member.peer {
                    return self.say(&message, (frame.len(), now), limits);
                }
                // Clients pass on ephemeral messages that they have received, with the name of the first sender. The server
                // has shown them to everybody already.
                if matches!(message.body, Body::Ephemeral { .. }) {
                    return Ok(Said::Nothing);
                }
                Err(Closing::Protocol { what: "senderId is not the peer that joined".to_owned() })
            }
        }
    }

    fn join(&mut self, message: &Message<'_>, in_time: bool) -> Result<Said, Closing> {
        let Body::Join { versions, .. } = &message.body else { return Err(Closing::NoJoin) };
        if !in_time || message.sender.is_empty() {
            return Err(Closing::NoJoin);
        }
        if !versions.contains(&VERSION) {
            return Err(Closing::Version);
        }
        self.stage = Stage::Joining;
        Ok(Said::Join(message.sender.to_owned()))
    }

    fn say(
        &mut self,
        message: &Message<'_>,
        (bytes, now): (usize, i64),
        limits: &Limits,
    ) -> Result<Said, Closing> {
        match message.body {
            Body::Sync { document, data } | Body::Request { document, data } => {
                self.open(document, limits)?;
                let incoming = Incoming::read(data, bytes, limits).map_err(|error| protocol(&error))?;
                if !self.changes.take(incoming.count(), now) {
                    return Err(Closing::TooMuch { what: "changes in a minute" });
                }
                Ok(Said::Sync(document, Box::new(incoming)))
            }
            Body::Ephemeral { document, count, session, data } => {
                let small = data.len() <= limits.ephemeral_bytes;
                if small && self.ephemerals.take(1, now) && self.is_news(session, count) {
                    return Ok(Said::Ephemeral {
                        document,
                        session: session.to_owned(),
                        count,
                        data: data.to_vec(),
                    });
                }
                Ok(Said::Nothing)
            }
            Body::Leave | Body::Error { .. } => Err(Closing::Left),
            Body::Join { .. } => Err(Closing::Protocol { what: "a second `join`".to_owned() }),
            Body::Peer { .. } | Body::Unavailable { .. } | Body::Other { .. } => Ok(Said::Nothing),
        }
    }

    fn open(&mut self, document: DocumentId, limits: &Limits) -> Result<(), Closing> {
        self.open.insert(document);
        if self.open.len() > limits.open_documents {
            return Err(Closing::TooMuch { what: "open documents" });
        }
        Ok(())
    }

    /// Whether an ephemeral message is newer than those of its session before.
    fn is_news(&mut self, session: &str, count: u64) -> bool {
        if let Some((_, last)) = self.heard.iter_mut().find(|(heard, _)| heard == session) {
            let news = count > *last;
            *last = count.max(*last);
            return news;
        }
        if self.heard.len() == SESSIONS {
            self.heard.pop_front();
        }
        self.heard.push_back((session.to_owned(), count));
        true
    }
}

fn protocol(error: &dyn std::error::Error) -> Closing {
    Closing::Protocol { what: error.to_string() }
}
