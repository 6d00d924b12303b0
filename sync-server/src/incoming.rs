//! What a peer's sync message brings, measured and read. Done where the frame arrives, so that a document's own
//! queue waits for nobody's parsing.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use automerge::Automerge;
use automerge::Change;
use automerge::sync;

use crate::access::Refusal;
use crate::inspect;
use crate::inspect::Cost;
use crate::inspect::InspectError;
use crate::limits::Limits;
use crate::refusals;
use crate::wire::Body;
use crate::wire::Message;

/// A sync message, without the changes that it carried.
#[derive(Debug)]
pub struct Incoming {
    /// Heads, needs, filters and flags; the changes are taken out. Nothing, if it was too large to be read.
    pub message: Option<sync::Message>,
    /// The changes, if the message carried any and they can be read; or why they are not.
    pub changes: Result<Vec<Change>, Refusal>,
    /// The document, if the message carried a whole one and nothing else.
    pub whole: Option<Box<Automerge>>,
    /// Whether the message carried changes.
    pub carried: bool,
    /// Bytes of the frame, or of what it comes to when it is read, if those are more.
    pub bytes: usize,
    /// The room that it takes, given back when it is dropped.
    pub held: Held,
}

/// Does something when it is dropped: gives back the room that a message takes, wherever it comes to its end.
#[derive(Default)]
pub struct Held(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Held {
    /// Done when it is dropped.
    pub fn new(back: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(back)))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(back) = self.0.take() {
            back();
        }
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Held")
    }
}

/// Frames longer than this take milliseconds to read.
const LONG_FRAME: usize = 64 << 10;

/// What a short frame may come to and still be read at once.
const LIGHT: Cost = Cost { changes: 1_000, rows: 20_000, inflated: 1 << 20 };

/// Whether a frame takes so long to read that nobody else should wait for it: by its length, and by what is in it.
pub fn is_heavy(frame: &[u8], limits: &Limits) -> bool {
    if frame.len() > LONG_FRAME {
        return true;
    }
    let Ok(Message { body: Body::Sync { data, .. } | Body::Request { data, .. }, .. }) =
        Message::decode(frame)
    else {
        return false;
    };
    let light = Limits {
        changes_per_message: LIGHT.changes,
        operations: LIGHT.rows,
        inflated_bytes: LIGHT.inflated,
        ..limits.clone()
    };
    matches!(inspect::sync_message(data, &light), Err(InspectError::TooLarge { .. }))
}

/// Data that is no sync message at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no sync message of Automerge: {what}")]
pub struct NoSyncMessage {
    /// What is wrong.
    pub what: String,
}

impl Incoming {
    /// Reads a sync message of a frame of so many bytes.
    ///
    /// # Errors
    /// If it is none. Changes that cannot be read, or are too many, are no error: the message is kept, with a refusal.
    pub fn read(data: &[u8], bytes: usize, limits: &Limits) -> Result<Self, NoSyncMessage> {
        let cost = match inspect::sync_message(data, limits) {
            Ok(cost) => cost,
            Err(InspectError::Malformed { what }) => {
                return Err(NoSyncMessage { what: format!("malformed {what}") });
            }
            Err(error @ InspectError::TooLarge { .. }) => {
                let refusal = refusals::too_large(&error.to_string());
                return Ok(Self::refused(refusal, bytes));
            }
        };
        let bytes = bytes.max(usize::try_from(cost.bytes()).unwrap_or(usize::MAX));
        let mut message =
            sync::Message::decode(data).map_err(|error| NoSyncMessage { what: error.to_string() })?;
        // Automerge keeps heads as they come and asserts that those it writes are in order.
        message.heads.sort_unstable();
        message.heads.dedup();
        let chunks = std::mem::replace(&mut message.changes, sync::ChunkList::empty());
        let carried = !chunks.is_empty();
        let read = guarded(|| read_chunks(&chunks));
        let (changes, whole) = match read {
            Some((changes, whole)) => (Ok(changes), whole),
            None => (Err(refusals::unreadable()), None),
        };
        Ok(Self { message: Some(message), changes, whole, carried, bytes, held: Held::default() })
    }

    fn refused(refusal: Refusal, bytes: usize) -> Self {
        let held = Held::default();
        Self { message: None, changes: Err(refusal), whole: None, carried: true, bytes, held }
    }

    /// How many changes it carried.
    pub fn count(&self) -> u64 {
        self.changes.as_ref().map_or(0, Vec::len) as u64
    }
}

/// Runs what reads foreign bytes with Automerge. A panic there is a defect of a library and must stay with the one delivery
/// that caused it, so it counts as not readable.
pub fn guarded<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

type Chunks = (Vec<Change>, Option<Box<Automerge>>);

fn read_chunks(list: &sync::ChunkList) -> Option<Chunks> {
    let mut changes = Vec::new();
    let mut whole = None;
    let mut count = 0;
    for bytes in list.iter() {
        for (kind, chunk) in inspect::split(bytes) {
            count += 1;
            if kind == 0 {
                let document = Automerge::load(chunk).ok()?;
                changes.extend(document.get_changes(&[]));
                whole = Some(Box::new(document));
            } else {
                changes.push(read_change(chunk)?);
            }
        }
    }
    Some((changes, whole.filter(|_| count == 1)))
}

/// One change. Its hash is of its content, but the checksum in front must agree too, or it could never be loaded again.
fn read_change(chunk: &[u8]) -> Option<Change> {
    let change = Change::try_from(chunk).ok()?;
    let hash = change.hash();
    (chunk.get(4..8) == hash.as_ref().get(..4)).then_some(change)
}
