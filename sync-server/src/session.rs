//! One connection's conversation before documents come into it: the handshake, whose messages they are, and how many.

use std::collections::HashSet;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use crate::DocumentId;
use crate::effect::Closing;
use crate::effect::Member;
use crate::incoming::Incoming;
use crate::limits::Bucket;
use crate::limits::Limits;
use crate::limits::Quota;
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
    quota: Arc<Mutex<Quota>>,
    open: HashSet<DocumentId>,
    heard: VecDeque<(String, u64)>,
}

impl Session {
    /// A connection that was just opened, of an account that has so much left.
    pub fn new(limits: &Limits, now: i64, quota: Arc<Mutex<Quota>>) -> Self {
        Self {
            stage: Stage::Opened(now.saturating_add(limits.join_within)),
            quota,
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

    fn quota(&self) -> MutexGuard<'_, Quota> {
        self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether its account has brought more changes than it may, so that it is read no further for now.
    pub fn is_overdrawn(&self, now: i64) -> bool {
        self.quota().changes.is_overdrawn(now)
    }

    /// Takes so many of what the account has left, if there are so many.
    fn draw(&self, of: fn(&mut Quota) -> &mut Bucket, count: u64, now: i64) -> bool {
        of(&mut self.quota()).take(count, now)
    }

    /// Takes a frame.
    ///
    /// # Errors
    /// If the connection must be closed, with what the peer is to be told.
    pub fn receive(&mut self, frame: &[u8], now: i64, limits: &Limits) -> Result<Said, Closing> {
        if frame.len() > limits.frame_bytes {
            return Err(Closing::TooMuch { what: "bytes in a message" });
        }
        if !self.draw(|quota| &mut quota.frames, 1, now) {
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
                // Who brings too many is read no further for a while: an honest device may have them to bring.
                self.quota().changes.owe(incoming.count(), now);
                Ok(Said::Sync(document, Box::new(incoming)))
            }
            Body::Ephemeral { document, count, session, data } => {
                let small = data.len() <= limits.ephemeral_bytes;
                let few = small && self.draw(|quota| &mut quota.ephemerals, 1, now);
                if few && self.is_news(session, count) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::AccountId;
    use crate::access::Principal;
    use crate::effect::ConnectionId;
    use crate::limits::Rate;
    use crate::wire::Metadata;

    const DOCUMENT: DocumentId = DocumentId::new([7; 16]);

    fn limits() -> Limits {
        let few = Rate { burst: 3, per_minute: 0 };
        Limits {
            join_within: 10,
            open_documents: 1,
            ephemerals: few,
            ephemeral_bytes: 4,
            ..Limits::default()
        }
    }

    fn open(limits: &Limits) -> Session {
        Session::new(limits, 0, Arc::new(Mutex::new(Quota::new(limits, 0))))
    }

    fn opened() -> Session {
        open(&limits())
    }

    fn joined() -> Session {
        let principal = Principal { account: AccountId(1), body: String::new() };
        let mut session = opened();
        session.joined(Arc::new(Member::new(ConnectionId(1), "me".to_owned(), principal)));
        session
    }

    fn frame(sender: &str, body: Body<'_>) -> Vec<u8> {
        Message { sender, target: None, body }.encode()
    }

    fn join(version: &str) -> Vec<u8> {
        frame("me", Body::Join { metadata: Metadata::default(), versions: vec![version] })
    }

    fn ephemeral(count: u64, data: &[u8]) -> Vec<u8> {
        frame("me", Body::Ephemeral { document: DOCUMENT, count, session: "s", data })
    }

    /// What a frame comes to, in a word.
    fn word(taken: Result<Said, Closing>) -> &'static str {
        match taken {
            Ok(Said::Join(_)) => "join",
            Ok(Said::Sync(..)) => "sync",
            Ok(Said::Ephemeral { .. }) => "ephemeral",
            Ok(Said::Nothing) => "nothing",
            Err(Closing::NoJoin) => "no join",
            Err(Closing::Version) => "version",
            Err(Closing::Left) => "left",
            Err(Closing::Protocol { .. }) => "protocol",
            Err(Closing::TooMuch { .. }) => "too much",
            Err(_) => "closed",
        }
    }

    #[test]
    fn every_message_in_every_stage() {
        let empty = [0x42, 0, 0, 0, 0];
        let sync = |sender| frame(sender, Body::Sync { document: DOCUMENT, data: &empty });
        let table: [(&str, Vec<u8>, &str, &str); 13] = [
            ("no CBOR", vec![1], "protocol", "protocol"),
            ("join", join("1"), "join", "protocol"),
            ("join of another version", join("2"), "version", "protocol"),
            ("sync", sync("me"), "no join", "sync"),
            ("sync of another", sync("you"), "no join", "protocol"),
            (
                "sync that is none",
                frame("me", Body::Sync { document: DOCUMENT, data: b"x" }),
                "no join",
                "protocol",
            ),
            ("request", frame("me", Body::Request { document: DOCUMENT, data: &empty }), "no join", "sync"),
            ("ephemeral", ephemeral(1, b"hi"), "no join", "ephemeral"),
            ("long ephemeral", ephemeral(1, b"hello"), "no join", "nothing"),
            ("unavailable", frame("me", Body::Unavailable { document: DOCUMENT }), "no join", "nothing"),
            ("leave", frame("me", Body::Leave), "no join", "left"),
            ("error", frame("me", Body::Error { message: "no" }), "no join", "left"),
            ("another", frame("me", Body::Other { kind: "remote-heads-changed" }), "no join", "nothing"),
        ];
        for (what, frame, before, after) in table {
            assert_eq!(word(opened().receive(&frame, 1, &limits())), before, "{what} first");
            assert_eq!(word(joined().receive(&frame, 1, &limits())), after, "{what} after joining");
        }
        assert_eq!(word(opened().receive(&join("1"), 10, &limits())), "no join");
        assert_eq!(
            (opened().is_overdue(9), opened().is_overdue(10), joined().is_overdue(10)),
            (false, true, false)
        );
    }

    #[test]
    fn ephemeral_messages_are_news_once_and_few() {
        let mut session = joined();
        let counts = [(1, "ephemeral"), (1, "nothing"), (2, "ephemeral"), (3, "nothing")];
        for (count, expected) in counts {
            assert_eq!(word(session.receive(&ephemeral(count, b"x"), 0, &limits())), expected, "{count}");
        }
    }

    #[test]
    fn what_is_too_much_closes_the_connection() {
        let empty = [0x42, 0, 0, 0, 0];
        let other = DocumentId::new([8; 16]);
        let mut session = joined();
        let ask = |document| frame("me", Body::Sync { document, data: &empty });
        assert_eq!(word(session.receive(&ask(DOCUMENT), 0, &limits())), "sync");
        assert_eq!(word(session.receive(&ask(DOCUMENT), 0, &limits())), "sync");
        assert_eq!(word(session.receive(&ask(other), 0, &limits())), "too much");
        let small = Limits { frame_bytes: 10, ..limits() };
        assert_eq!(word(joined().receive(&ask(DOCUMENT), 0, &small)), "too much");
        let slow = Limits { frames: Rate { burst: 1, per_minute: 1 }, ..limits() };
        let mut session = open(&slow);
        assert_eq!(word(session.receive(&join("1"), 0, &slow)), "join");
        assert_eq!(word(session.receive(&join("1"), 0, &slow)), "too much");
    }

    #[test]
    fn changes_are_counted() {
        let few = Limits { changes: Rate { burst: 2, per_minute: 1 }, ..limits() };
        let principal = Principal { account: AccountId(1), body: String::new() };
        let mut session = open(&few);
        session.joined(Arc::new(Member::new(ConnectionId(1), "me".to_owned(), principal)));
        let mut document = automerge::AutoCommit::new();
        for value in 0..3 {
            automerge::transaction::Transactable::put(&mut document, automerge::ROOT, "x", value).unwrap();
            document.commit();
        }
        let message = automerge::sync::Message {
            heads: document.get_heads(),
            need: vec![],
            have: vec![],
            changes: vec![document.save()].into(),
            flags: None,
            version: automerge::sync::MessageVersion::V2,
        };
        let data = message.encode();
        let sync = frame("me", Body::Sync { document: DOCUMENT, data: &data });
        assert!(!session.is_overdrawn(0));
        assert_eq!(word(session.receive(&sync, 0, &few)), "sync");
        assert_eq!([59_999, 60_000].map(|now| session.is_overdrawn(now)), [true, false]);
    }
}
