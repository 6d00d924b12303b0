//! The server beside the peers of others: the clients of automerge-repo from npm, and samod. The real server in a process of
//! its own, real sockets; a test waits for what must come to be so, never for a time.

mod javascript;
mod mixed;
mod node;
mod probe;
mod rust;

use std::time::Duration;

/// Longest wait for anything: a test that waits in vain fails and does not hang.
const LIMIT: Duration = Duration::from_secs(60);
