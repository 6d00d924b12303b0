//! What waits for the builder: one rebuild at most, into which further requests go, and short work between rebuilds.

use std::collections::VecDeque;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use niemyet_sync::access::AccountId;

use crate::rebuild::Place;
use crate::rebuild::Session;

/// Short work with what the builder has in memory.
pub(super) type Job = Box<dyn FnOnce(&mut Session, Place<'_>) + Send>;

/// A rebuild that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// Its number; one that is made by rule gets it when it turns out to be needed.
    pub build: Option<u64>,
    /// Who asked first.
    pub by: Option<AccountId>,
    /// Everything anew.
    pub full: bool,
    /// Nobody asked: something became durable.
    pub by_rule: bool,
}

impl Request {
    /// By somebody.
    pub fn asked() -> Self {
        Self { build: None, by: None, full: false, by_rule: false }
    }
}

/// What is to be done next.
pub(super) enum Work {
    /// Nothing came in time.
    Nothing,
    /// Something short.
    Job(Job),
    /// A rebuild.
    Build(Request),
    /// The end.
    End,
}

#[derive(Default)]
struct Waiting {
    asked: Option<Request>,
    by_rule: bool,
    jobs: VecDeque<Job>,
    last: u64,
    ending: bool,
}

/// The queue.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    woken: Condvar,
}

impl Queue {
    fn waiting_now(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request to the rebuild that waits, or makes one; `show` is told its number and whether it was there already,
    /// before the builder can take it.
    pub fn ask(&self, request: Request, show: impl FnOnce(u64, bool)) -> u64 {
        let mut waiting = self.waiting_now();
        let there = waiting.asked;
        let build = there.and_then(|there| there.build).unwrap_or(waiting.last + 1);
        waiting.last = waiting.last.max(build);
        let full = request.full || there.is_some_and(|there| there.full);
        let by = there.map_or(request.by, |there| there.by);
        waiting.asked = Some(Request { build: Some(build), by, full, by_rule: false });
        show(build, there.is_some());
        drop(waiting);
        self.woken.notify_one();
        build
    }

    /// Something may have to be released by rule.
    pub fn by_rule(&self) {
        self.waiting_now().by_rule = true;
        self.woken.notify_one();
    }

    /// Something short.
    pub fn job(&self, job: Job) {
        let mut waiting = self.waiting_now();
        // Dropped after the end, which tells whoever waits for it.
        if !waiting.ending {
            waiting.jobs.push_back(job);
        }
        drop(waiting);
        self.woken.notify_one();
    }

    /// Nothing more is taken.
    pub fn end(&self) {
        let mut waiting = self.waiting_now();
        waiting.ending = true;
        waiting.jobs.clear();
        drop(waiting);
        self.woken.notify_one();
    }

    /// Whether the end was asked for.
    pub fn is_ending(&self) -> bool {
        self.waiting_now().ending
    }

    /// The rebuild that waits, if somebody asked for one.
    pub fn waiting(&self) -> Option<u64> {
        self.waiting_now().asked.and_then(|request| request.build)
    }

    /// The number of a request.
    pub fn number(&self, request: &Request) -> u64 {
        request.build.unwrap_or_else(|| {
            let mut waiting = self.waiting_now();
            waiting.last += 1;
            waiting.last
        })
    }

    /// Waits for the next thing to do.
    pub fn next(&self, at_most: Duration) -> Work {
        let until = Instant::now() + at_most;
        let mut waiting = self.waiting_now();
        loop {
            if waiting.ending {
                return Work::End;
            }
            if let Some(job) = waiting.jobs.pop_front() {
                return Work::Job(job);
            }
            if let Some(request) = waiting.asked.take() {
                // What a rule asks for stays asked for: this one may fail, for a mistake in the site for example.
                return Work::Build(request);
            }
            if std::mem::take(&mut waiting.by_rule) {
                return Work::Build(Request { by_rule: true, ..Request::asked() });
            }
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
            else {
                return Work::Nothing;
            };
            waiting = self.woken.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
