//! When to look again at what could not be released for a reason that passes: soon, then less and less often.

use std::time::Duration;
use std::time::Instant;

/// The first wait; each that follows is twice as long.
const FIRST: Duration = Duration::from_secs(1);
/// No wait is longer: what was withdrawn must not stay public much longer than its obstacle.
const LONGEST: Duration = Duration::from_secs(60);

/// What is still to be done, if anything.
#[derive(Debug, Default)]
pub(super) struct Retry {
    due: Option<Instant>,
    wait: Duration,
}

impl Retry {
    /// It failed, and is tried again later than the last time.
    pub fn later(&mut self) {
        self.wait = (self.wait * 2).clamp(FIRST, LONGEST);
        self.due = Some(Instant::now() + self.wait);
    }

    /// Nothing is left to be done.
    pub fn over(&mut self) {
        *self = Self::default();
    }

    /// Whether it is time; true once for each failure.
    pub fn is_due(&mut self) -> bool {
        self.due.take_if(|due| *due <= Instant::now()).is_some()
    }
}
