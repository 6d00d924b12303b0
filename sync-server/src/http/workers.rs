//! Threads for what blocks: SQLite and argon2. A bounded number works, a bounded number waits, and the rest is told to come again.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

use super::Problem;

/// Readers and the writer of the database answer in less than a millisecond; more threads would only wait for them.
const STORE: (usize, usize) = (8, 1_024);
/// Frames that are read at once on threads of their own. Each may come to the limit of inflated bytes.
const FRAMES: (usize, usize) = (4, usize::MAX >> 4);

/// One kind of work.
pub(super) struct Workers {
    admitted: Arc<Semaphore>,
    working: Arc<Semaphore>,
}

impl Workers {
    fn new((working, waiting): (usize, usize)) -> Self {
        let admitted = waiting.saturating_add(working).min(Semaphore::MAX_PERMITS);
        Self { admitted: Arc::new(Semaphore::new(admitted)), working: Arc::new(Semaphore::new(working)) }
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        self.turn().await?.run(work).await
    }

    /// Waits until a thread is free.
    pub(super) async fn turn(&self) -> Result<Turn, Problem> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| busy())?;
        let working = Arc::clone(&self.working).acquire_owned().await.map_err(|_| busy())?;
        Ok(Turn { _places: [admitted, working] })
    }
}

/// A thread for one piece of work.
pub(super) struct Turn {
    _places: [OwnedSemaphorePermit; 2],
}

impl Turn {
    /// The turn goes with the work, which goes on even if nobody waits for it any more.
    pub(super) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let done = tokio::task::spawn_blocking(move || {
            let _turn = self;
            work()
        });
        done.await.map_err(|error| Problem::internal(&error))
    }
}

fn busy() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "busy",
        "The server has too much to do at this moment; try again in a minute.",
        "Máy chủ đang quá tải; hãy thử lại sau một phút.",
    )
    .retry_after(60_000)
}

/// All kinds, so that none waits for another.
pub(super) struct Crew {
    /// What reads or writes the store.
    pub(super) store: Workers,
    /// What hashes passwords.
    pub(super) passwords: Workers,
    /// What reads long frames.
    pub(super) frames: Workers,
}

impl Crew {
    pub(super) fn new(hashing: usize, waiting: usize) -> Self {
        Self {
            store: Workers::new(STORE),
            passwords: Workers::new((hashing.max(1), waiting)),
            frames: Workers::new(FRAMES),
        }
    }
}
