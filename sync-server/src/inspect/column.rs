//! Counts the rows of a column without running it out. Columns are run-length encoded: a positive number repeats the value that
//! follows, a negative one announces so many values, and zero a run of nothing; booleans are alternating run lengths.

use super::InspectError;
use super::Meter;
use super::cursor::Cursor;

const GROUP: u64 = 0;
const BOOLEAN: u64 = 4;
const STRING: u64 = 5;
const RAW: u64 = 7;

/// Rows of a column of this kind. Strings are charged to the meter as often as they are repeated.
pub(super) fn rows(bytes: &[u8], kind: u64, meter: &mut Meter<'_>) -> Result<u64, InspectError> {
    let cursor = Cursor::new(bytes, "column");
    match kind {
        RAW => Ok(0),
        BOOLEAN => booleans(cursor, meter),
        _ => runs(cursor, kind, meter),
    }
}

fn booleans(mut cursor: Cursor<'_>, meter: &Meter<'_>) -> Result<u64, InspectError> {
    let mut rows = 0;
    while !cursor.is_empty() {
        add(&mut rows, cursor.unsigned()?, meter)?;
    }
    Ok(rows)
}

fn runs(mut cursor: Cursor<'_>, kind: u64, meter: &mut Meter<'_>) -> Result<u64, InspectError> {
    let (mut rows, mut grouped) = (0, 0);
    while !cursor.is_empty() {
        let run = cursor.signed()?;
        let length = run.unsigned_abs();
        add(&mut rows, length, meter)?;
        match run {
            0 => add(&mut rows, cursor.unsigned()?, meter)?,
            1.. => value(&mut cursor, kind, length, (&mut grouped, meter))?,
            // Each takes a byte at least, so a false number ends with the column.
            _ => (0..length).try_for_each(|_| value(&mut cursor, kind, 1, (&mut grouped, meter)))?,
        }
    }
    Ok(rows.max(grouped))
}

/// Passes one value that stands for `repeated` rows. In a group column it is the number of rows of each in other columns.
fn value(
    cursor: &mut Cursor<'_>,
    kind: u64,
    repeated: u64,
    (grouped, meter): (&mut u64, &mut Meter<'_>),
) -> Result<(), InspectError> {
    match kind {
        STRING => {
            let length = cursor.prefixed()?.len() as u64;
            meter.inflated(length.saturating_mul(repeated))
        }
        GROUP => {
            let rows = cursor.unsigned()?;
            add(grouped, rows.saturating_mul(repeated), meter)
        }
        _ => cursor.unsigned().map(drop),
    }
}

fn add(rows: &mut u64, more: u64, meter: &Meter<'_>) -> Result<(), InspectError> {
    *rows = rows.saturating_add(more);
    super::within(*rows, meter.limits.operations, "operations")
}
