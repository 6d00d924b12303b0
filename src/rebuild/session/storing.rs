//! From rendered outputs to a release.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use super::Step;
use super::Tell;
use crate::build::engine::Sink;
use crate::build::source::Changes;
use crate::build::source::Edit;
use crate::rebuild::Place;
use crate::rebuild::RebuildError;
use crate::release::Draft;
use crate::release::Inputs;
use crate::release::Kind;
use crate::release::ReleaseError;
use crate::release::draft::Committed;

/// Stores what has moved upon the release that the draft rests on.
pub(super) fn store(
    draft: Draft<'_>,
    (changes, source): (&Changes, &[Edit]),
    inputs: Inputs,
    place: Place<'_>,
) -> Result<Committed, RebuildError> {
    let put = || {
        for (path, bytes) in &changes.written {
            draft.put(Kind::Page, path, bytes)?;
        }
        for edit in source {
            match &edit.bytes {
                Some(bytes) => draft.put(Kind::Source, &edit.path, bytes)?,
                None => draft.remove(Kind::Source, &edit.path),
            }
        }
        Ok(())
    };
    changes.removed.iter().for_each(|path| draft.remove(Kind::Page, path));
    if let Err(error) = put() {
        // Half a release would take the room that a full disk does not have.
        draft.discard();
        return Err(ReleaseError::io("write", place.releases.folder())(error).into());
    }
    Ok(draft.commit(inputs, &crate::rebuild::now())?)
}

/// Puts outputs into a draft as they are rendered.
pub(super) struct IntoDraft<'a, 'b, 'c> {
    pub(super) ending: &'a AtomicBool,
    pub(super) draft: &'a Draft<'b>,
    pub(super) done: AtomicUsize,
    pub(super) total: usize,
    pub(super) tell: &'a Tell<'c>,
}

impl Sink for IntoDraft<'_, '_, '_> {
    fn write(&self, path: &str, bytes: Vec<u8>) -> std::io::Result<()> {
        if self.ending.load(Ordering::Relaxed) {
            return Err(std::io::Error::other("the server is stopping"));
        }
        self.draft.put(Kind::Page, path, &bytes)?;
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.tell)(Step::Rendering(done, self.total.max(done)));
        Ok(())
    }
}

/// Takes outputs that are stored already.
pub(super) struct Nowhere;

impl Sink for Nowhere {
    fn write(&self, _: &str, _: Vec<u8>) -> std::io::Result<()> {
        Ok(())
    }
}
