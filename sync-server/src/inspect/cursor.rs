//! A place in bytes that moves forward and never past the end.

use super::InspectError;

pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    what: &'static str,
}

impl<'a> Cursor<'a> {
    /// `what` names the part in errors.
    pub(super) const fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { bytes, what }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Bytes that follow.
    pub(super) const fn left(&self) -> usize {
        self.bytes.len()
    }

    pub(super) const fn malformed(&self) -> InspectError {
        InspectError::Malformed { what: self.what }
    }

    pub(super) fn take(&mut self, length: u64) -> Result<&'a [u8], InspectError> {
        let length = usize::try_from(length).map_err(|_| self.malformed())?;
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or_else(|| self.malformed())?;
        self.bytes = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, InspectError> {
        self.take(1)?.first().copied().ok_or_else(|| self.malformed())
    }

    /// Bytes with their length before them.
    pub(super) fn prefixed(&mut self) -> Result<&'a [u8], InspectError> {
        let length = self.unsigned()?;
        self.take(length)
    }

    /// An unsigned number in LEB128.
    pub(super) fn unsigned(&mut self) -> Result<u64, InspectError> {
        let (bits, _) = self.leb128()?;
        Ok(bits)
    }

    /// A signed number in LEB128.
    pub(super) fn signed(&mut self) -> Result<i64, InspectError> {
        let (bits, length) = self.leb128()?;
        let unused = 64_u32.saturating_sub(length * 7);
        Ok(((bits << unused).cast_signed()) >> unused)
    }

    fn leb128(&mut self) -> Result<(u64, u32), InspectError> {
        let mut bits = 0_u64;
        // Ten groups of seven bits hold 64.
        for length in 0..10 {
            let byte = self.byte()?;
            bits |= u64::from(byte & 0x7f) << (length * 7);
            if byte & 0x80 == 0 {
                return Ok((bits, length + 1));
            }
        }
        Err(self.malformed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_leb128_says() {
        let table: [(&[u8], u64, i64); 6] = [
            (&[0], 0, 0),
            (&[0x3f], 63, 63),
            (&[0x7f], 127, -1),
            (&[0xe5, 0x8e, 0x26], 624_485, 624_485),
            (&[0xc0, 0xbb, 0x78], 1_973_696, -123_456),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], u64::MAX, -1),
        ];
        for (bytes, unsigned, signed) in table {
            assert_eq!(Cursor::new(bytes, "test").unsigned(), Ok(unsigned), "{bytes:?}");
            assert_eq!(Cursor::new(bytes, "test").signed(), Ok(signed), "{bytes:?}");
        }
        for bytes in [&[][..], &[0x80], &[0xff; 11]] {
            assert!(Cursor::new(bytes, "test").unsigned().is_err(), "{bytes:?}");
        }
        let mut cursor = Cursor::new(&[3, 1, 2], "test");
        assert!(cursor.prefixed().is_err());
        assert!(Cursor::new(&[0xff; 10], "test").take(u64::MAX).is_err());
    }
}
