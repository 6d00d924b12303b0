//! The Markdown of a content file, which stays in the file: where it begins there, and what it is known by.

use xxhash_rust::xxh3::xxh3_128;

/// The Markdown of one version of a file. Kept instead of a copy, which would be a sixth of a site's memory.
#[derive(Clone, Copy, Debug)]
pub struct Raw {
    start: usize,
    hash: u128,
}

impl Raw {
    /// The Markdown `content`, which is the end of the file `text`.
    pub(super) fn new(text: &str, content: &str) -> Self {
        Self { start: text.len() - content.len(), hash: xxh3_128(content.as_bytes()) }
    }

    /// The Markdown itself; `file` is the version of the file that it was read from.
    #[must_use]
    pub fn text<'f>(&self, file: &'f [u8]) -> &'f str {
        file.get(self.start..).and_then(|bytes| simdutf8::basic::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Equal texts are equal wherever they begin.
impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}
