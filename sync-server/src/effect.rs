//! What the pure parts ask for: effects, as values. The hub carries them out with threads and sockets, the simulated network of
//! the tests without.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use crate::DocumentId;
use crate::access::AccountId;
use crate::access::Principal;
use crate::access::Refusal;
use crate::store::Append;
use crate::witness::Event;

/// Number of a connection, never given twice by one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// A connection that has joined.
#[derive(Debug)]
pub struct Member {
    /// Its number.
    pub id: ConnectionId,
    /// The peer id that it joined with. It is an address and proves nothing.
    pub peer: String,
    /// Who stands behind it.
    pub principal: Principal,
    gone: AtomicBool,
    /// Bytes of its account's changes that lack what they depend on, and those of all accounts.
    stashed: [Arc<AtomicUsize>; 2],
}

impl Member {
    /// A connection that has just joined.
    pub fn new(id: ConnectionId, peer: String, principal: Principal) -> Self {
        Self { id, peer, principal, gone: AtomicBool::new(false), stashed: Default::default() }
    }

    /// The same, counted together with other connections of its account, and with all.
    pub(crate) fn counted(self, stashed: [Arc<AtomicUsize>; 2]) -> Self {
        Self { stashed, ..self }
    }

    /// From now on nothing that it sent is taken any more, not even what waits in a queue.
    pub fn leave(&self) {
        self.gone.store(true, Ordering::Release);
    }

    /// So many bytes of its changes are kept for it in a document instead of so many before. Gives how many of the account, and of
    /// all accounts.
    pub(crate) fn stash(&self, before: usize, now: usize) -> [usize; 2] {
        self.stashed.each_ref().map(|stashed| {
            let all = stashed.fetch_add(now, Ordering::AcqRel).saturating_add(now);
            stashed.fetch_sub(before, Ordering::AcqRel);
            all.saturating_sub(before)
        })
    }

    /// Whether it has left or was closed.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }
}

/// Why the server closes a connection. The peer is told the words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closing {
    /// The frame is no message of the protocol.
    #[error("not understood: {what}")]
    Protocol {
        /// What is wrong.
        what: String,
    },
    /// There was no `join` in time, or it was not the first message.
    #[error("a connection begins with a `join` message, soon after it is opened")]
    NoJoin,
    /// None of the peer's versions is spoken here.
    #[error("the server speaks version 1 of the protocol only")]
    Version,
    /// The same peer has connected again.
    #[error("the same peer has connected again")]
    Replaced,
    /// More than a connection may ask for.
    #[error("too much: {what}; wait a while, then connect again")]
    TooMuch {
        /// Frames, changes, documents.
        what: &'static str,
    },
    /// It does not read what it is sent.
    #[error("the connection is too slow: more than {limit} bytes wait to be sent")]
    TooSlow {
        /// How many may wait.
        limit: usize,
    },
    /// What is on its way to all peers, or comes from them, takes too much of the server's memory, and its part is the largest.
    #[error("the server has no room in its memory for so much at this moment; connect again in a minute")]
    NoRoom,
    /// Nothing was heard of it, not even an answer to a ping.
    #[error("nothing was heard for {seconds} seconds; connect again")]
    Silent {
        /// For how long.
        seconds: u64,
    },
    /// It takes what it is sent more slowly than any line does.
    #[error("the connection takes no data; connect again")]
    Stuck,
    /// The account was disabled or logged out.
    #[error("the account may not connect any more; log in again, or ask the administrator")]
    Disabled,
    /// The server stops.
    #[error("the server is stopping; connect again in a moment")]
    Stopping,
    /// The peer left.
    #[error("the peer left")]
    Left,
}

/// Something to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// Send a frame.
    Send {
        /// To whom.
        to: Arc<Member>,
        /// The frame.
        frame: Vec<u8>,
    },
    /// Read what the store has of a document, its bytes if they suffice, and give it back with `loaded`.
    Look(DocumentId),
    /// Read all of a document from the store and give it back with `loaded`.
    Load(DocumentId),
    /// Make this durable and answer with `kept`.
    Keep {
        /// The changes.
        append: Append,
        /// Whether the document does not exist yet.
        creates: bool,
    },
    /// Make a snapshot of a document of what the store has of it, some time.
    Compact(DocumentId),
    /// So many of the changes that an account has brought were known already.
    Known {
        /// The account.
        account: AccountId,
        /// How many.
        changes: u64,
    },
    /// Remember why an account's changes of a document are not taken, or that they are.
    Remember {
        /// The account.
        account: AccountId,
        /// The document.
        document: DocumentId,
        /// Why, or nothing.
        refusal: Option<Refusal>,
    },
    /// The rules answer otherwise from now on: tell every shard.
    AccessChanged,
    /// For the log, the audit and the counters.
    Note(Event),
}
