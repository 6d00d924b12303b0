//! Measures what a peer sent before Automerge reads it: sync messages, and the chunks that they carry. Automerge inflates and
//! runs out what it is given; a few hundred bytes can ask it for terabytes. Here the same bytes are walked with a fixed buffer,
//! and whatever exceeds the limits or is malformed is refused.
//!
//! Formats: the binary document format of Automerge (chunks, columns, run lengths), and the sync messages of its
//! `sync` module.

mod chunk;
mod column;
mod cursor;
mod message;

use automerge::ChangeHash;

use crate::limits::Limits;

/// What a message would cost to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Change chunks, and the rows of the longest column of changes of a whole document.
    pub changes: u64,
    /// The longest column, summed over chunks: no chunk has more operations.
    pub rows: u64,
    /// Bytes after inflating, with repeated strings written out.
    pub inflated: u64,
}

impl Cost {
    /// Bytes of memory that it comes to when it is read, estimated.
    pub const fn bytes(self) -> u64 {
        let read = self.changes.saturating_mul(128).saturating_add(self.rows.saturating_mul(64));
        self.inflated.saturating_add(read)
    }
}

/// Why a message is not given to Automerge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// It is no sync message, or no chunk of a document.
    #[error("malformed {what}")]
    Malformed {
        /// The part.
        what: &'static str,
    },
    /// It would cost more than a peer may ask for.
    #[error("too large: more than {limit} {what}")]
    TooLarge {
        /// Changes, operations or bytes.
        what: &'static str,
        /// How many are allowed.
        limit: u64,
    },
}

/// Measures a sync message.
///
/// # Errors
/// If it is malformed or exceeds the limits.
pub fn sync_message(data: &[u8], limits: &Limits) -> Result<Cost, InspectError> {
    let mut meter = Meter { limits, cost: Cost::default() };
    message::walk(data, &mut meter)?;
    Ok(meter.cost)
}

/// Measures chunks that follow each other: a saved document, changes.
///
/// # Errors
/// If they are malformed or exceed the limits.
pub fn chunks(data: &[u8], limits: &Limits) -> Result<Cost, InspectError> {
    let mut meter = Meter { limits, cost: Cost::default() };
    chunk::walk(data, &mut meter)?;
    Ok(meter.cost)
}

/// The chunks of data that was measured: the kind of each (0 a document, 1 a change, 2 a deflated change) and its bytes.
pub fn split(data: &[u8]) -> Vec<(u8, &[u8])> {
    chunk::split(data)
}

/// The heads of a saved document, which it states itself; nothing else is read.
///
/// # Errors
/// If the data is not one whole document.
pub fn heads(data: &[u8]) -> Result<Vec<ChangeHash>, InspectError> {
    chunk::heads(data)
}

/// Adds up, and stops at a limit.
struct Meter<'a> {
    limits: &'a Limits,
    cost: Cost,
}

impl Meter<'_> {
    fn changes(&mut self, more: u64) -> Result<(), InspectError> {
        self.cost.changes = self.cost.changes.saturating_add(more);
        within(self.cost.changes, self.limits.changes_per_message, "changes")
    }

    fn rows(&mut self, more: u64) -> Result<(), InspectError> {
        self.cost.rows = self.cost.rows.saturating_add(more);
        within(self.cost.rows, self.limits.operations, "operations")
    }

    fn inflated(&mut self, more: u64) -> Result<(), InspectError> {
        self.cost.inflated = self.cost.inflated.saturating_add(more);
        within(self.cost.inflated, self.limits.inflated_bytes, "inflated bytes")
    }

    /// Bytes that may still be inflated.
    fn room(&self) -> u64 {
        self.limits.inflated_bytes.saturating_sub(self.cost.inflated)
    }
}

fn within(count: u64, limit: u64, what: &'static str) -> Result<(), InspectError> {
    if count > limit { Err(InspectError::TooLarge { what, limit }) } else { Ok(()) }
}
