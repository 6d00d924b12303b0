//! Walks chunks: whole documents (0), changes (1), deflated changes (2).

use std::io::Read;

use automerge::ChangeHash;
use flate2::read::DeflateDecoder;

use super::InspectError;
use super::Meter;
use super::column;
use super::cursor::Cursor;

const MAGIC: &[u8] = &[0x85, 0x6f, 0x4a, 0x83];
const CHECKSUM: u64 = 4;
const HASH: u64 = 32;
/// Most columns of a chunk: Automerge has 9 and 14, and leaves room for later ones.
const COLUMNS: u64 = 64;
/// Most actors of a chunk.
const ACTORS: u64 = 100_000;

/// A column's place and whether it is deflated.
#[derive(Clone, Copy)]
struct Column {
    spec: u64,
    length: u64,
}

impl Column {
    const fn deflated(self) -> bool {
        self.spec & 8 != 0
    }

    const fn kind(self) -> u64 {
        self.spec & 7
    }
}

pub(super) fn walk(data: &[u8], meter: &mut Meter<'_>) -> Result<(), InspectError> {
    let mut cursor = Cursor::new(data, "chunk");
    while !cursor.is_empty() {
        if cursor.take(4)? != MAGIC {
            return Err(cursor.malformed());
        }
        cursor.take(CHECKSUM)?;
        let kind = cursor.byte()?;
        let body = cursor.prefixed()?;
        match kind {
            0 => document(body, meter)?,
            1 => {
                meter.inflated(body.len() as u64)?;
                change(body, meter)?;
            }
            2 => change(&inflate(body, meter)?, meter)?,
            // Bundles (3) are an experiment of Automerge that no client sends.
            _ => return Err(cursor.malformed()),
        }
    }
    Ok(())
}

fn change(body: &[u8], meter: &mut Meter<'_>) -> Result<(), InspectError> {
    meter.changes(1)?;
    let mut cursor = Cursor::new(body, "change");
    hashes(&mut cursor)?;
    cursor.prefixed()?; // actor
    cursor.unsigned()?; // number of the change
    cursor.unsigned()?; // first operation
    cursor.signed()?; // time
    cursor.prefixed()?; // message
    skip_actors(&mut cursor)?;
    let columns = columns(&mut cursor)?;
    if columns.iter().any(|column| column.deflated()) {
        return Err(cursor.malformed());
    }
    read_columns(&columns, &mut cursor, meter).map(drop)
}

fn document(body: &[u8], meter: &mut Meter<'_>) -> Result<(), InspectError> {
    let mut cursor = Cursor::new(body, "document");
    skip_actors(&mut cursor)?;
    hashes(&mut cursor)?;
    let changes = columns(&mut cursor)?;
    let operations = columns(&mut cursor)?;
    // Automerge makes a change of each row, however empty.
    let rows = read_columns(&changes, &mut cursor, meter)?;
    meter.changes(rows)?;
    read_columns(&operations, &mut cursor, meter).map(drop)
}

fn columns(cursor: &mut Cursor<'_>) -> Result<Vec<Column>, InspectError> {
    let count = cursor.unsigned()?;
    if count > COLUMNS {
        return Err(cursor.malformed());
    }
    (0..count).map(|_| Ok(Column { spec: cursor.unsigned()?, length: cursor.unsigned()? })).collect()
}

/// Measures columns that lie beside each other. Gives the rows of the longest.
fn read_columns(
    columns: &[Column],
    cursor: &mut Cursor<'_>,
    meter: &mut Meter<'_>,
) -> Result<u64, InspectError> {
    let mut longest = 0;
    for column in columns {
        let bytes = cursor.take(column.length)?;
        let rows = if column.deflated() {
            column::rows(&inflate(bytes, meter)?, column.kind(), meter)?
        } else {
            meter.inflated(bytes.len() as u64)?;
            column::rows(bytes, column.kind(), meter)?
        };
        longest = longest.max(rows);
    }
    meter.rows(longest)?;
    Ok(longest)
}

/// Inflates into no more than there is room for.
fn inflate(bytes: &[u8], meter: &mut Meter<'_>) -> Result<Vec<u8>, InspectError> {
    let mut inflated = Vec::new();
    let mut decoder = DeflateDecoder::new(bytes).take(meter.room().saturating_add(1));
    decoder.read_to_end(&mut inflated).map_err(|_| InspectError::Malformed { what: "deflated data" })?;
    meter.inflated(inflated.len() as u64)?;
    Ok(inflated)
}

fn hashes<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], InspectError> {
    let count = cursor.unsigned()?;
    let length = count.checked_mul(HASH).ok_or_else(|| cursor.malformed())?;
    cursor.take(length)
}

fn skip_actors(cursor: &mut Cursor<'_>) -> Result<(), InspectError> {
    let count = cursor.unsigned()?;
    if count > ACTORS {
        return Err(cursor.malformed());
    }
    (0..count).try_for_each(|_| cursor.prefixed().map(drop))
}

/// Heads that a whole document states in front of its columns.
pub(super) fn heads(data: &[u8]) -> Result<Vec<ChangeHash>, InspectError> {
    let mut cursor = Cursor::new(data, "document");
    if cursor.take(4)? != MAGIC {
        return Err(cursor.malformed());
    }
    cursor.take(CHECKSUM)?;
    let kind = cursor.byte()?;
    let body = cursor.prefixed()?;
    if kind != 0 || !cursor.is_empty() {
        return Err(cursor.malformed());
    }
    let mut cursor = Cursor::new(body, "document");
    skip_actors(&mut cursor)?;
    let heads = hashes(&mut cursor)?.chunks_exact(32).map(ChangeHash::try_from);
    heads.collect::<Result<_, _>>().map_err(|_| cursor.malformed())
}

/// Chunks of data that was walked before: kind and bytes of each.
pub(super) fn split(mut data: &[u8]) -> Vec<(u8, &[u8])> {
    let mut chunks = Vec::new();
    while let Some((kind, length)) = header(data) {
        let Some((chunk, rest)) = data.split_at_checked(length) else { break };
        chunks.push((kind, chunk));
        data = rest;
    }
    chunks
}

/// Kind and whole length of the first chunk.
fn header(data: &[u8]) -> Option<(u8, usize)> {
    let before = MAGIC.len() + 4;
    let kind = *data.get(before)?;
    let mut cursor = Cursor::new(data.get(before + 1..)?, "chunk");
    cursor.prefixed().ok()?;
    Some((kind, data.len() - cursor.left()))
}
