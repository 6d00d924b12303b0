//! What waits to be sent to a connection.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use tokio::sync::Notify;

use super::totals::Totals;
use crate::effect::Closing;

/// The next thing to do with a socket.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Send this as a binary message.
    Frame(Vec<u8>),
    /// Close it. Nothing follows.
    Close(Closing),
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Bytes that were given to send and may not have left the memory.
    given: usize,
    closing: Option<Closing>,
}

/// Bytes that wait for all connections of an account, and for those of all accounts.
#[derive(Debug)]
pub(super) struct Waiting {
    own: AtomicUsize,
    totals: Arc<Totals>,
}

impl Waiting {
    pub(super) fn new(totals: &Arc<Totals>) -> Self {
        Self { own: AtomicUsize::new(0), totals: Arc::clone(totals) }
    }

    fn more(&self, bytes: usize) {
        self.own.fetch_add(bytes, Ordering::AcqRel);
        self.totals.outgoing.fetch_add(bytes, Ordering::AcqRel);
    }

    fn less(&self, bytes: usize) {
        self.own.fetch_sub(bytes, Ordering::AcqRel);
        self.totals.outgoing.fetch_sub(bytes, Ordering::AcqRel);
    }
}

/// Frames for one connection, in order.
#[derive(Debug)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    news: Notify,
    let_go: Notify,
    waiting: Arc<Waiting>,
}

impl Outbox {
    pub(super) fn new(waiting: Arc<Waiting>) -> Self {
        Self { queue: Mutex::default(), news: Notify::new(), let_go: Notify::new(), waiting }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that wait, or were given to send and may not have left.
    pub(super) fn bytes(&self) -> usize {
        let queue = self.queue();
        queue.bytes + queue.given
    }

    /// Bytes that wait for all connections of its account.
    pub(super) fn bytes_of_account(&self) -> usize {
        self.waiting.own.load(Ordering::Acquire)
    }

    fn less(&self, queue: &mut Queue, bytes: usize) {
        let bytes = bytes.min(queue.bytes);
        queue.bytes -= bytes;
        self.waiting.less(bytes);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.queue().closing.is_some()
    }

    /// What was given to send is gone.
    pub(super) fn sent(&self) {
        let given = std::mem::take(&mut self.queue().given);
        self.waiting.less(given);
    }

    /// Adds a frame. Says no if there are more bytes than `limit` then; the connection must be closed.
    pub(super) fn push(&self, frame: Vec<u8>, limit: usize) -> bool {
        let mut queue = self.queue();
        if queue.closing.is_some() {
            return true;
        }
        queue.bytes += frame.len();
        self.waiting.more(frame.len());
        queue.frames.push_back(frame);
        let fits = queue.bytes <= limit;
        drop(queue);
        self.news.notify_one();
        fits
    }

    /// Ends it. What waits is sent before, or `dropped`; `last` is sent in any case. Only the first closing counts.
    pub(super) fn close(&self, closing: Closing, last: Option<Vec<u8>>, dropped: bool) -> bool {
        let mut queue = self.queue();
        if queue.closing.is_some() {
            return false;
        }
        if dropped {
            queue.frames = VecDeque::new();
            self.less(&mut queue, usize::MAX);
        }
        queue.frames.extend(last);
        queue.closing = Some(closing);
        drop(queue);
        self.news.notify_one();
        if dropped {
            self.let_go.notify_one();
        }
        true
    }

    /// Done once it is closed and what waited was dropped. For one at a time.
    pub(super) async fn let_go(&self) {
        self.let_go.notified().await;
    }

    pub(super) fn try_next(&self) -> Option<Outgoing> {
        let mut queue = self.queue();
        if let Some(frame) = queue.frames.pop_front() {
            let bytes = frame.len().min(queue.bytes);
            queue.bytes -= bytes;
            queue.given += bytes;
            if queue.frames.is_empty() && queue.frames.capacity() > 32 {
                // An idle connection keeps no room for the longest queue that it ever had.
                queue.frames = VecDeque::new();
            }
            return Some(Outgoing::Frame(frame));
        }
        queue.closing.clone().map(Outgoing::Close)
    }

    pub(super) async fn next(&self) -> Outgoing {
        loop {
            if let Some(outgoing) = self.try_next() {
                return outgoing;
            }
            self.news.notified().await;
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.sent();
        let mut queue = self.queue();
        self.less(&mut queue, usize::MAX);
    }
}
