//! Checksums of rows. SQLite has none of its own: a flipped bit in a page would be read as data.
//!
//! XXH3 with 64 bits is against decay, not against a forger: whoever can write the file can also write a sum.

use xxhash_rust::xxh3::Xxh3;
use xxhash_rust::xxh3::xxh3_64;

/// Sum of the fields of a row, in order. Every field is framed, so that no byte can move into its neighbour.
pub(crate) struct Sum(Xxh3);

impl Sum {
    /// A sum for a row of a table: rows of different tables never have the same.
    pub(crate) fn of(table: &str) -> Self {
        Self(Xxh3::new()).bytes(table.as_bytes())
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    pub(crate) fn int(mut self, number: i64) -> Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    pub(crate) fn optional(self, number: Option<i64>) -> Self {
        match number {
            Some(number) => self.int(1).int(number),
            None => self.int(0),
        }
    }

    pub(crate) fn end(self) -> i64 {
        self.0.digest().cast_signed()
    }
}

/// Sum of one value that stands for itself.
pub(crate) fn sum_of(bytes: &[u8]) -> i64 {
    xxh3_64(bytes).cast_signed()
}
