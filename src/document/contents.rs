//! What documents held at heads, as it was read last. A document at its heads never changes, so whoever reads the same again, be
//! it the rules or the site, is given what was read.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use automerge::ChangeHash;

use super::content::Content;
use super::key::Key;

/// Readings that are kept in all: of the few documents that decide what is public, each as it stands, as it stood before a change,
/// and as it is shown.
const KEPT: usize = 24;

/// A reading: of which document, at which heads.
type Reading = (Key, Vec<ChangeHash>, Arc<Content>);

/// Contents that were read, the latest of all documents.
#[derive(Debug, Default)]
pub struct Contents {
    /// What was asked for last is at the end.
    kept: Mutex<VecDeque<Reading>>,
}

impl Contents {
    /// What the document of this key holds at these heads; `read` reads it, if that was not done lately. That the document has these
    /// heads is for the caller to know: what was read may be of a copy with changes that it never took in.
    ///
    /// # Errors
    /// As `read`.
    pub fn at<E>(
        &self,
        key: &Key,
        heads: &[ChangeHash],
        read: impl FnOnce() -> Result<Content, E>,
    ) -> Result<Arc<Content>, E> {
        let mut heads = heads.to_vec();
        heads.sort_unstable();
        if let Some(known) = self.known(key, &heads) {
            return Ok(known);
        }
        let content = Arc::new(read()?);
        // Somebody else may have read the same meanwhile.
        if let Some(known) = self.known(key, &heads) {
            return Ok(known);
        }
        self.put((key.clone(), heads, Arc::clone(&content)));
        Ok(content)
    }

    fn known(&self, key: &Key, heads: &[ChangeHash]) -> Option<Arc<Content>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(of, at, _)| of == key && at == heads)?;
        let reading = kept.remove(at)?;
        let content = Arc::clone(&reading.2);
        kept.push_back(reading);
        Some(content)
    }

    fn put(&self, reading: Reading) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(reading);
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::document::publication::Publication;

    fn heads(number: u8) -> Vec<ChangeHash> {
        vec![ChangeHash([number; 32]), ChangeHash([0; 32])]
    }

    #[test]
    fn the_same_is_read_once_and_only_the_latest_are_kept() {
        let contents = Contents::default();
        let reads = std::cell::Cell::new(0);
        let read = |number: u8| {
            contents.at(&Key::Publication, &heads(number), || {
                reads.set(reads.get() + 1);
                Ok::<_, Infallible>(Content::Publication(Publication::default()))
            })
        };
        for number in [1, 2, 1, 2, 3, 3] {
            read(number).unwrap();
        }
        assert_eq!(reads.get(), 3);
        // In another order they are the same heads.
        let turned: Vec<_> = heads(3).into_iter().rev().collect();
        contents.at(&Key::Publication, &turned, || Err("read again")).unwrap();
        // Of another document nothing is known, and a failure is not kept.
        for _ in 0..2 {
            assert!(contents.at(&Key::Election, &heads(3), || Err("not read")).is_err());
        }
        // What was asked for longest ago makes room.
        let most = u8::try_from(KEPT).unwrap();
        (4..=most).for_each(|number| drop(read(number).unwrap()));
        read(1).unwrap();
        assert_eq!(reads.get(), KEPT);
        read(most + 1).unwrap();
        read(1).unwrap();
        assert_eq!(reads.get(), KEPT + 1);
        read(2).unwrap();
        assert_eq!(reads.get(), KEPT + 2);
    }
}
