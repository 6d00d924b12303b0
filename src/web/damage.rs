//! Stored bytes are compared with their hash before they are first sent: a damaged page is refused, never shown.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::problem;
use super::problem::Problem;
use crate::release::ReleaseError;
use crate::release::loaded::File;

/// Damaged objects that the log has named, by hash.
#[derive(Debug, Default)]
pub struct Told(Mutex<HashSet<[u8; 32]>>);

/// Refuses a file whose bytes are not those that were built. An object is hashed once, and its damage logged once.
pub async fn refuse(told: &Arc<Told>, path: &str, file: &File) -> Result<(), Problem> {
    if file.is_sound() {
        return Ok(());
    }
    let (told, path, file) = (Arc::clone(told), path.to_owned(), file.clone());
    let checked = tokio::task::spawn_blocking(move || {
        file.check(&path).map_err(|error| told.problem(file.location().sha256, &error))
    });
    checked.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a stored page cannot be checked");
        Err(problem::UNREADABLE)
    })
}

impl Told {
    fn problem(&self, sha256: [u8; 32], error: &ReleaseError) -> Problem {
        // The error names the remedy.
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(sha256) {
            tracing::error!(%error, "a stored page is not sent");
        }
        if matches!(error, ReleaseError::Damaged { .. }) { problem::DAMAGED } else { problem::UNREADABLE }
    }
}
