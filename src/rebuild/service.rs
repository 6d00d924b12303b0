//! One thread that rebuilds: requests while it works become the one rebuild that follows, what becomes durable is released by
//! rule, and whoever wants to know sees where it is.

mod queue;
mod retry;
mod telling;

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

use niemyet_sync::access::AccountId;
use niemyet_sync::audit::Audit;
use niemyet_sync::audit::Event;
use niemyet_sync::store::Position;
use tokio::sync::oneshot;
use tokio::sync::watch;

use super::Fault;
use super::Place;
use super::RebuildError;
use super::Session;
use super::reading::is_shown;
use super::session::Built;
use super::session::Files;
use super::session::Times;
use super::session::UNCONFIRMED;
use super::session::Wanted;
use super::session::release_of;
use super::state::Phase;
use super::state::State;
use crate::config::Config;
use crate::release::Release;
use crate::release::ReleaseError;
use crate::release::Store;
use crate::replica::documents::DocumentStore;
use crate::replica::lock;
use crate::replica::lock::FolderLock;
use crate::replica::lock::LockError;
use crate::timetable::LawVersion;
use queue::Job;
use queue::Queue;
use queue::Rank;
use queue::Request;
use queue::Work;
use retry::Retry;

/// How long another process may have the releases before somebody is told.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the lock is tried meanwhile.
const AGAIN: Duration = Duration::from_millis(50);
/// How often documents are looked at that other processes may have written.
const POLL: Duration = Duration::from_secs(1);
/// Outputs between two reports of progress.
const STRIDE: usize = 32;

/// What the service works on.
pub struct Parts {
    /// The working folder.
    pub dir: PathBuf,
    /// Its settings.
    pub config: Config,
    /// Its documents.
    pub documents: Arc<DocumentStore>,
    /// Its releases.
    pub releases: Arc<Store>,
    /// The known law versions.
    pub laws: Vec<LawVersion>,
    /// Is given the release that is current, whenever it is another.
    pub on_release: Box<dyn Fn(Release) + Send + Sync>,
}

/// The builder. A clone is the same builder.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    audit: Audit,
    queue: Queue,
    ending: Arc<AtomicBool>,
    state: watch::Sender<State>,
    thread: Mutex<Option<JoinHandle<()>>>,
    last: Mutex<(Times, Counts)>,
    /// The greatest number of a release that this builder made, or knows of.
    newest: AtomicU64,
}

/// What the builder has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Builds that made a release.
    pub new: u64,
    /// Builds that found the current release right.
    pub unchanged: u64,
    /// Builds that failed.
    pub failed: u64,
    /// Looks at what documents show by now, each begun after it was counted.
    pub looks: u64,
}

/// Why the builder does not take work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It has stopped.
    #[error(
        "máy chủ đang dừng; hãy yêu cầu lại khi nó chạy. / The server is stopping; ask again when it is up"
    )]
    Stopped,
    /// As much waits already as it takes.
    #[error(
        "trình dựng đang bận; hãy yêu cầu lại sau vài giây. / The builder has enough to do; ask again in a few seconds"
    )]
    Busy,
}

impl Service {
    /// A builder that does nothing before [`Service::start`].
    pub fn new(parts: Parts) -> Self {
        let audit = Audit::new(Arc::clone(parts.documents.database()));
        let inner = Inner {
            parts,
            audit,
            queue: Queue::default(),
            ending: Arc::default(),
            state: watch::Sender::new(State::default()),
            thread: Mutex::default(),
            last: Mutex::default(),
            newest: AtomicU64::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Starts its thread.
    ///
    /// # Errors
    /// If there is none.
    pub fn start(&self) -> std::io::Result<()> {
        let inner = Arc::clone(&self.inner);
        let thread = std::thread::Builder::new().name("rebuild".to_owned()).spawn(move || inner.run())?;
        *self.inner.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(())
    }

    /// Asks for a rebuild of everything that is on the disk; gives its number. Blocks for the audit log.
    pub fn ask(&self, by: Option<AccountId>, full: bool) -> u64 {
        let build = self.inner.queue.ask(Request { by, full, ..Request::asked() }, |build, next| {
            self.inner.state.send_modify(|state| {
                if state.is_under_way() || next {
                    state.next = Some(build);
                } else {
                    *state = state.begun(build, false);
                }
            });
        });
        let details = if full { "full" } else { "" };
        self.inner.note(by, Event::RebuildAsked, &format!("build {build}"), details);
        build
    }

    /// To be called when a document has become durable: quick, and never blocks for long.
    pub fn wake(&self, key: &str) {
        if key.parse().is_ok_and(|key| is_shown(&key)) {
            self.inner.queue.by_rule();
        }
    }

    /// Where the builder is, now and from now on.
    pub fn state(&self) -> watch::Receiver<State> {
        self.inner.state.subscribe()
    }

    /// The releases.
    pub fn releases(&self) -> &Arc<Store> {
        &self.inner.parts.releases
    }

    /// What it works on.
    pub fn place(&self) -> Place<'_> {
        self.inner.place()
    }

    /// How long the last build took, and what builds came to.
    pub fn last(&self) -> (Times, Counts) {
        *self.inner.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much waits: rebuilds and short work.
    pub fn waiting(&self) -> usize {
        self.inner.queue.len()
    }

    /// Does something between two rebuilds, with what the builder has in memory; not if whoever asked is gone by then.
    ///
    /// # Errors
    /// If the builder has stopped, or has enough to do.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session, Place<'_>) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let (sender, done) = oneshot::channel();
        let job: Job = Box::new(move |session, place| {
            if !sender.is_closed() {
                let _ = sender.send(work(session, place));
            }
        });
        self.inner.queue.job(job, Rank::Usual)?;
        done.await.map_err(|_| Refused::Stopped)
    }

    /// Makes a kept release current, before anything else that waits; what is under way is finished first. It is done even if whoever
    /// asked is gone by then.
    ///
    /// # Errors
    /// If there is no such release, another process has the releases, or the disk fails; or the builder takes no work.
    pub async fn activate(&self, id: &str, by: AccountId) -> Result<Result<Release, RebuildError>, Refused> {
        let (inner, id) = (Arc::clone(&self.inner), id.to_owned());
        let (sender, done) = oneshot::channel();
        let job: Job = Box::new(move |_, place| {
            let _ = sender.send(inner.go_to(&id, by, place));
        });
        self.inner.queue.job(job, Rank::First)?;
        done.await.map_err(|_| Refused::Stopped)
    }

    /// Whether its end was asked for.
    pub fn is_ending(&self) -> bool {
        self.inner.queue.is_ending()
    }

    /// Ends it: a release that is being rendered is given up, other work has `grace` to finish, and those who follow its state are
    /// woken. What is not over by then ends with the process, which leaves the last release. Blocks.
    pub fn stop(&self, grace: Duration) {
        self.inner.ending.store(true, Ordering::Relaxed);
        self.inner.queue.end();
        self.inner.state.send_modify(|_| ());
        let thread = self.inner.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        let started = Instant::now();
        while !thread.is_finished() {
            if started.elapsed() >= grace {
                return tracing::warn!(
                    "the builder is not waited for any longer; the last release stays current"
                );
            }
            std::thread::sleep(AGAIN);
        }
        if thread.join().is_err() {
            tracing::error!("the builder ended with a panic");
        }
    }
}

impl Inner {
    fn place(&self) -> Place<'_> {
        let parts = &self.parts;
        Place {
            dir: &parts.dir,
            config: &parts.config,
            documents: &parts.documents,
            releases: &parts.releases,
            laws: &parts.laws,
        }
    }

    fn go_to(&self, id: &str, by: AccountId, place: Place<'_>) -> Result<Release, RebuildError> {
        let lock = self.lock(|| false)?.ok_or_else(|| RebuildError::Broken("it is stopping".to_owned()))?;
        let before = place.releases.current_id().ok().flatten();
        let (release, how) = match place.releases.activate(id, &lock) {
            Ok(release) => (release, ""),
            Err(error) => match place.releases.moved_from(before.as_deref()) {
                Some(release) => {
                    tracing::warn!(%error, release = release.id(), "the disk did not confirm the switch");
                    (release, UNCONFIRMED)
                }
                None => return Err(error.into()),
            },
        };
        (self.parts.on_release)(release.clone());
        self.show_pause();
        self.note(Some(by), Event::ReleaseActivated, id, how);
        // What was withdrawn while nothing was released by itself is not to stay public.
        self.queue.by_rule();
        Ok(release)
    }

    fn run(&self) {
        let mut session = Session::until(Arc::clone(&self.ending));
        let mut seen = self.parts.documents.last().unwrap_or_default();
        let (mut retry, mut not_before) = (Retry::default(), Instant::now());
        let kept = self.parts.releases.ids().unwrap_or_default();
        self.knows(kept.last().map_or(0, |id| Store::number_of(id)));
        self.show_pause();
        self.queue.by_rule();
        self.warm(&mut session);
        loop {
            if retry.is_due() {
                self.queue.by_rule();
            }
            let work = self.queue.next(POLL);
            let asked = matches!(&work, Work::Build(request) if !request.by_rule);
            let done = catch_unwind(AssertUnwindSafe(|| {
                match work {
                    Work::End => return false,
                    Work::Nothing => self.poll(&mut session, (&mut seen, &mut not_before)),
                    Work::Job(job) => job(&mut session, self.place()),
                    Work::Build(request) => match self.build(&mut session, &request) {
                        Ok(()) => retry.over(),
                        Err(error) => {
                            self.failed(&error, asked);
                            if error.passes() {
                                retry.later();
                            }
                        }
                    },
                }
                true
            }));
            match done {
                Ok(true) => {}
                Ok(false) => return,
                Err(_) => {
                    session = Session::until(Arc::clone(&self.ending));
                    self.failed(&RebuildError::Broken("a fault of the program".to_owned()), asked);
                }
            }
        }
    }

    /// Where documents are shown by rule the next change is not to wait for a whole build.
    fn warm(&self, session: &mut Session) {
        if let Err(error) = session.warm(self.place()) {
            tracing::info!(%error, "the site is not kept in memory before its first rebuild");
        }
    }

    /// Looks for what other processes have written.
    fn poll(&self, session: &mut Session, (seen, not_before): (&mut Position, &mut Instant)) {
        self.heed_others();
        self.heed_what_is_put_back(session, not_before);
        let paused = self.parts.releases.is_paused().unwrap_or(false);
        if paused != self.state.borrow().paused {
            self.show_pause();
            // Somebody ended it on the command line: what was decided meanwhile becomes public.
            self.queue.by_rule();
        }
        match self.parts.documents.since(*seen) {
            Ok(moved) => {
                // Also a directive: what it is approved at may be known before the change that made it so.
                if moved.iter().any(|listed| listed.key.parse().is_ok_and(|key| is_shown(&key))) {
                    self.queue.by_rule();
                }
                *seen = moved.iter().map(|listed| listed.last).chain([*seen]).max().unwrap_or_default();
            }
            Err(error) => tracing::warn!(%error, "the documents cannot be looked at"),
        }
    }

    fn build(&self, session: &mut Session, request: &Request) -> Result<(), RebuildError> {
        let place = self.place();
        if request.by_rule && !self.is_to_be_released(session)? {
            return Ok(());
        }
        let (build, started) = (self.queue.number(request), Instant::now());
        self.show(|state| {
            *state = state.begun(build, request.by_rule);
        });
        let no_need = || request.by_rule && self.is_to_be_released(session).is_ok_and(|needed| !needed);
        let Some(lock) = self.lock(no_need)? else {
            self.show(|state| state.phase = Phase::Done);
            return Ok(());
        };
        self.heed_others();
        // Whoever had the folder may have gone back meanwhile.
        if request.by_rule && place.releases.is_paused()? {
            self.show(|state| (state.phase, state.paused) = (Phase::Done, true));
            return Ok(());
        }
        let wanted = Wanted {
            site: if request.by_rule { Files::Released } else { Files::Whole },
            full: request.full,
            once: false,
        };
        let before = place.releases.current_id().ok().flatten();
        place.releases.clean(&lock)?;
        let built = match session.rebuild(place, &lock, &wanted, &|step| self.tell(step)) {
            Ok(built) => built,
            Err(error) => Built::unconfirmed(place.releases, before.as_deref(), error)?,
        };
        if !request.by_rule {
            // Only now: a rebuild that fails leaves the older release as it was chosen.
            place.releases.go_on(&lock)?;
            if let Err(error) = place.releases.choose(release_of(&built.committed).id(), &lock) {
                tracing::warn!(%error, "that somebody asked for the release was not noted");
            }
        }
        self.released(&built, request, before.as_deref());
        session.collect(place, &lock);
        tracing::debug!(build, times = ?built.times, took = ?started.elapsed(), "built");
        Ok(())
    }

    /// Whether documents are shown otherwise than in the current release, and nobody has gone back to it by hand.
    fn is_to_be_released(&self, session: &mut Session) -> Result<bool, RebuildError> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).1.looks += 1;
        let place = self.place();
        if place.releases.is_paused()? {
            return Ok(false);
        }
        let current = place.releases.current().ok().flatten();
        Ok(match session.inputs(place) {
            Ok(inputs) => current.is_none_or(|current| current.header().inputs.documents != inputs.documents),
            // Tried, so that the failure is shown with its reason.
            Err(_) => true,
        })
    }

    /// The folder's lock, tried again for a while; nothing if there is no need any more.
    fn lock(&self, mut no_need: impl FnMut() -> bool) -> Result<Option<FolderLock>, RebuildError> {
        let started = Instant::now();
        loop {
            match lock::lock(&self.parts.dir) {
                Ok(lock) => return Ok(Some(lock)),
                Err(LockError::Held { .. }) if no_need() => return Ok(None),
                Err(LockError::Held { .. }) if started.elapsed() < PATIENCE && !self.queue.is_ending() => {
                    std::thread::sleep(AGAIN);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl From<ReleaseError> for Fault {
    fn from(error: ReleaseError) -> Self {
        Self { message: error.to_string(), ..Self::default() }
    }
}
