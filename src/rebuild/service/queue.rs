//! What waits for the builder: one rebuild at most, into which further requests go, and short work between rebuilds.

use std::collections::VecDeque;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use niemyet_sync::access::AccountId;

use super::Refused;
use crate::rebuild::Place;
use crate::rebuild::Session;

/// Short work with what the builder has in memory.
pub(super) type Job = Box<dyn FnOnce(&mut Session, Place<'_>) + Send>;

/// Jobs of each rank that wait at most: each may render the whole site, and whoever waits longer has gone.
const MOST: usize = 4;

/// What goes before what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// Before everything: the public is to see something else.
    First,
    /// In turn with rebuilds.
    Usual,
}

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
    first: VecDeque<Job>,
    jobs: VecDeque<Job>,
    /// A job was done last, so that a rebuild goes before the next.
    after_job: bool,
    last: u64,
    ending: bool,
}

impl Waiting {
    /// What is next, if anything: neither jobs nor rebuilds keep the other from its turn.
    fn take(&mut self) -> Option<Work> {
        if let Some(job) = self.first.pop_front() {
            return Some(Work::Job(job));
        }
        if !std::mem::take(&mut self.after_job)
            && let Some(job) = self.jobs.pop_front()
        {
            self.after_job = true;
            return Some(Work::Job(job));
        }
        if let Some(request) = self.asked.take() {
            // What a rule asks for stays asked for: this one may fail, for a mistake in the site for example.
            return Some(Work::Build(request));
        }
        if std::mem::take(&mut self.by_rule) {
            return Some(Work::Build(Request { by_rule: true, ..Request::asked() }));
        }
        let job = self.jobs.pop_front()?;
        self.after_job = true;
        Some(Work::Job(job))
    }
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

    /// Something short, unless too much waits or the end was asked for. What waits at the end is dropped, which tells whoever waits for it.
    pub fn job(&self, job: Job, rank: Rank) -> Result<(), Refused> {
        let mut waiting = self.waiting_now();
        if waiting.ending {
            return Err(Refused::Stopped);
        }
        let jobs = match rank {
            Rank::First => &mut waiting.first,
            Rank::Usual => &mut waiting.jobs,
        };
        if jobs.len() >= MOST {
            return Err(Refused::Busy);
        }
        jobs.push_back(job);
        drop(waiting);
        self.woken.notify_one();
        Ok(())
    }

    /// Nothing more is taken.
    pub fn end(&self) {
        let mut waiting = self.waiting_now();
        waiting.ending = true;
        waiting.first.clear();
        waiting.jobs.clear();
        drop(waiting);
        self.woken.notify_one();
    }

    /// Whether the end was asked for.
    pub fn is_ending(&self) -> bool {
        self.waiting_now().ending
    }

    /// How much waits.
    pub fn len(&self) -> usize {
        let waiting = self.waiting_now();
        let rebuilds = usize::from(waiting.asked.is_some()) + usize::from(waiting.by_rule);
        rebuilds + waiting.first.len() + waiting.jobs.len()
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
            if let Some(work) = waiting.take() {
                return work;
            }
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
            else {
                return Work::Nothing;
            };
            waiting = self.woken.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> Job {
        Box::new(|_, _| ())
    }

    fn name(work: &Work) -> &'static str {
        match work {
            Work::Nothing => "nothing",
            Work::Job(_) => "job",
            Work::Build(request) if request.by_rule => "by rule",
            Work::Build(_) => "asked",
            Work::End => "end",
        }
    }

    #[test]
    fn jobs_and_rebuilds_take_turns() {
        let queue = Queue::default();
        for _ in 0..3 {
            queue.job(nothing(), Rank::Usual).unwrap();
        }
        queue.by_rule();
        queue.ask(Request::asked(), |_, _| ());
        let order: Vec<_> = (0..6).map(|_| name(&queue.next(Duration::ZERO))).collect();
        assert_eq!(order, ["job", "asked", "job", "by rule", "job", "nothing"]);
    }

    #[test]
    fn what_waits_is_bounded_and_going_back_does_not_wait_behind_it() {
        let queue = Queue::default();
        let took = (0..MOST + 1).map(|_| queue.job(nothing(), Rank::Usual)).filter(Result::is_ok).count();
        assert_eq!(took, MOST);
        assert_eq!(queue.job(nothing(), Rank::Usual), Err(Refused::Busy));
        queue.job(nothing(), Rank::First).unwrap();
        queue.by_rule();
        let order: Vec<_> = (0..3).map(|_| name(&queue.next(Duration::ZERO))).collect();
        assert_eq!(order, ["job", "job", "by rule"]);
        queue.end();
        assert_eq!(queue.job(nothing(), Rank::First), Err(Refused::Stopped));
    }
}
