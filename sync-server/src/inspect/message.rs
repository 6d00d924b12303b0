//! Walks a sync message: heads, needs, Bloom filters, chunks, flags.

use super::InspectError;
use super::Meter;
use super::chunk;
use super::cursor::Cursor;

const V1: u8 = 0x42;
const V2: u8 = 0x43;
const HASH: u64 = 32;

/// Most heads and needed changes of a message; a document has as many heads as writers that have not met.
const HASHES: u64 = 100_000;
/// Most summaries of what the sender has; Automerge sends one.
const HAVES: u64 = 16;
/// Probes of a Bloom filter; Automerge uses 7, and makes room for as many as the filter says, for each change.
const PROBES: u64 = 64;

pub(super) fn walk(data: &[u8], meter: &mut Meter<'_>) -> Result<(), InspectError> {
    let mut cursor = Cursor::new(data, "sync message");
    if !matches!(cursor.byte()?, V1 | V2) {
        return Err(cursor.malformed());
    }
    hashes(&mut cursor)?;
    hashes(&mut cursor)?;
    let haves = cursor.unsigned()?;
    if haves > HAVES {
        return Err(cursor.malformed());
    }
    for _ in 0..haves {
        hashes(&mut cursor)?;
        bloom(cursor.prefixed()?)?;
    }
    let count = cursor.unsigned()?;
    super::within(count, meter.limits.changes_per_message, "changes")?;
    for _ in 0..count {
        chunk::walk(cursor.prefixed()?, meter)?;
    }
    if !cursor.is_empty() {
        cursor.prefixed()?;
    }
    Ok(())
}

fn hashes(cursor: &mut Cursor<'_>) -> Result<(), InspectError> {
    let count = cursor.unsigned()?;
    if count > HASHES {
        return Err(cursor.malformed());
    }
    cursor.take(count * HASH).map(drop)
}

/// Automerge divides by the filter's length in bits, so it must have some.
fn bloom(bytes: &[u8]) -> Result<(), InspectError> {
    let mut cursor = Cursor::new(bytes, "Bloom filter");
    if cursor.is_empty() {
        return Ok(());
    }
    let entries = cursor.unsigned()?;
    let bits_per_entry = cursor.unsigned()?;
    let probes = cursor.unsigned()?;
    let bits = entries.checked_mul(bits_per_entry).ok_or_else(|| cursor.malformed())?;
    // Automerge adds two places in 32 bits.
    if probes > PROBES || bits > u64::from(u32::MAX / 4) || (entries > 0 && bits == 0) {
        return Err(cursor.malformed());
    }
    cursor.take(bits.div_ceil(8)).map(drop)
}
