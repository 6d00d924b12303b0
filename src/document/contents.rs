//! What documents held at heads, as it was read last. A document at its heads never changes, so whoever reads the same again, be
//! it the rules or the site, is given what was read.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use automerge::ChangeHash;

use super::content::Content;
use super::key::Key;

/// Readings that are kept of a document: as it stands, as it stood before a change, and as it is shown.
const KEPT: usize = 3;

/// Readings of one document, the latest last.
type Readings = VecDeque<(Vec<ChangeHash>, Arc<Content>)>;

/// Contents that were read, the latest of each document.
#[derive(Debug, Default)]
pub struct Contents {
    kept: Mutex<BTreeMap<Key, Readings>>,
}

impl Contents {
    /// What the document of this key holds at these heads; `read` reads it, if that was not done lately.
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
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let readings = kept.entry(key.clone()).or_default();
        readings.push_back((heads, Arc::clone(&content)));
        if readings.len() > KEPT {
            readings.pop_front();
        }
        Ok(content)
    }

    fn known(&self, key: &Key, heads: &[ChangeHash]) -> Option<Arc<Content>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut readings = kept.get(key)?.iter();
        readings.find(|(at, _)| at == heads).map(|(_, content)| Arc::clone(content))
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
        // The fourth takes the place of the first.
        read(4).unwrap();
        read(1).unwrap();
        assert_eq!(reads.get(), 5);
        // Of another document nothing is known.
        assert!(contents.at(&Key::Election, &heads(4), || Err("not read")).is_err());
        // A failure is not kept.
        assert!(contents.at(&Key::Election, &heads(4), || Err("not read")).is_err());
    }
}
