//! How long a connection may be silent or slow.

use std::time::Duration;

/// How long a connection may be silent or slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// A ping is sent each so often. Proxies commonly cut connections that are idle for a minute.
    pub ping: Duration,
    /// After so long without a frame, not even the answer to a ping, the connection is taken for dead.
    pub silence: Duration,
    /// In this time a peer must have taken what is sent to it,
    pub patience: Duration,
    /// and for so many bytes it gets another second.
    pub bytes_per_second: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            ping: Duration::from_secs(25),
            silence: Duration::from_secs(75),
            patience: Duration::from_secs(30),
            // A mobile line of the second generation.
            bytes_per_second: 8 << 10,
        }
    }
}

impl Pace {
    /// How long sending so many bytes may take.
    pub(super) fn within(&self, bytes: usize) -> Duration {
        let seconds = bytes / self.bytes_per_second.max(1);
        self.patience.saturating_add(Duration::from_secs(seconds as u64))
    }
}
