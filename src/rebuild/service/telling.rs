//! What the builder tells: screens where it is, the audit log who did what, the log what failed.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Instant;

use niemyet_sync::access::AccountId;
use niemyet_sync::audit::Act;
use niemyet_sync::audit::Event;

use super::Fault;
use super::Inner;
use super::STRIDE;
use super::queue::Request;
use crate::rebuild::RebuildError;
use crate::rebuild::Session;
use crate::rebuild::session::Built;
use crate::rebuild::session::Step;
use crate::rebuild::session::UNCONFIRMED;
use crate::rebuild::session::release_of;
use crate::rebuild::state::Phase;
use crate::rebuild::state::State;
use crate::release::Inputs;
use crate::release::Store;
use crate::release::draft::Committed;
use crate::replica::folder;
use crate::replica::project;
use crate::replica::site_source;

/// How many times as long as a look at all files took nobody looks again.
const REST: u32 = 20;
/// Warnings that screens are told; the command line tells all.
const WARNINGS: usize = 50;

impl Inner {
    /// The public sees it from here on; who made it is noted, and screens are told.
    pub(super) fn released(&self, built: &Built, request: &Request, before: Option<&str>) {
        let release = release_of(&built.committed);
        self.knows(Store::number_of(release.id()));
        let new = matches!(built.committed, Committed::New(_));
        if before != Some(release.id()) {
            (self.parts.on_release)(release.clone());
        }
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            last.0 = built.times;
            *(if new { &mut last.1.new } else { &mut last.1.unchanged }) += 1;
        }
        let how = match (built.confirmed, request.by_rule) {
            (false, _) => UNCONFIRMED,
            (true, true) => "by rule",
            (true, false) => "",
        };
        if before != Some(release.id()) {
            let event = if new { Event::ReleaseMade } else { Event::ReleaseActivated };
            self.note(request.by, event, release.id(), how);
        }
        let id = release.id().to_owned();
        let paused = self.parts.releases.is_paused().unwrap_or(false);
        self.show(|state| {
            state.took = Some(built.times.into());
            state.warnings = built.warnings.iter().take(WARNINGS).cloned().collect();
            (state.phase, state.release, state.new, state.paused) = (Phase::Done, Some(id), new, paused);
            if !request.by_rule {
                state.keep();
            }
        });
    }

    /// Takes note of a release's number; true if it is greater than all before.
    pub(super) fn knows(&self, number: u64) -> bool {
        self.newest.fetch_max(number, Ordering::Relaxed) < number
    }

    /// Looks whether another process has made a newer release. It took documents and files as they were then, so what failed or was
    /// warned of before is told no longer; going to a release that was there already changes nothing of that.
    pub(super) fn heed_others(&self) {
        let Ok(Some(current)) = self.parts.releases.current_id() else { return };
        if self.knows(Store::number_of(&current)) {
            self.show(|state| state.overtaken(current));
        }
    }

    /// Looks whether the mistake that is told of is gone because files and documents are again what the current release was made of:
    /// then no build follows that would end it.
    pub(super) fn heed_what_is_put_back(&self, session: &mut Session, not_before: &mut Instant) {
        let started = Instant::now();
        if started < *not_before || !self.state.borrow().tells_a_mistake() {
            return;
        }
        match self.as_released(session) {
            Ok(Some(current)) => self.show(|state| state.overtaken(current)),
            Ok(None) => {}
            Err(error) => tracing::debug!(%error, "what is to be corrected cannot be read yet"),
        }
        // All files are read for it: of a large site not each second.
        *not_before = Instant::now() + started.elapsed() * REST;
    }

    /// The current release, if it shows just what files and documents are now.
    fn as_released(&self, session: &mut Session) -> Result<Option<String>, RebuildError> {
        let place = self.place();
        let Some(current) = place.releases.current()? else { return Ok(None) };
        let (shown, now) = (&current.header().inputs, session.inputs(place)?);
        if now.documents != shown.documents {
            return Ok(None);
        }
        let site = site_source::read(&place.dir.join(folder::SITE))?;
        // Made by this program, too, for this day: another may fail on the same files.
        let now = Inputs { site: project::hash(&site), ..now };
        Ok((now == *shown).then(|| current.id().to_owned()))
    }

    pub(super) fn tell(&self, step: Step) {
        let (phase, count) = match step {
            Step::Reading => (Phase::Reading, None),
            Step::Rendering(done, total) if done.is_multiple_of(STRIDE) || done == total => {
                (Phase::Rendering, Some((done, total)))
            }
            Step::Rendering(..) => return,
            Step::Writing => (Phase::Writing, None),
        };
        self.state.send_modify(|state| {
            state.phase = phase;
            if let Some((done, total)) = count {
                (state.done, state.total) = (state.done.max(done), total);
            }
        });
    }

    pub(super) fn show(&self, change: impl FnOnce(&mut State)) {
        let next = self.queue.waiting();
        self.state.send_modify(|state| {
            change(state);
            state.next = next.filter(|next| *next != state.build);
        });
    }

    pub(super) fn show_pause(&self) {
        let paused = self.parts.releases.is_paused().unwrap_or(false);
        self.show(|state| state.paused = paused);
    }

    /// `asked`: somebody asked for what failed, and is told of it until the next time.
    pub(super) fn failed(&self, error: &RebuildError, asked: bool) {
        tracing::warn!(%error, "the site was not rebuilt");
        self.last.lock().unwrap_or_else(PoisonError::into_inner).1.failed += 1;
        let fault = Fault::from(error);
        self.show(|state| {
            (state.phase, state.error) = (Phase::Failed, Some(fault));
            if asked {
                state.keep();
            }
        });
    }

    /// Who did what. It is done already, so a failure is told and changes nothing.
    pub(super) fn note(&self, by: Option<AccountId>, event: Event, subject: &str, details: &str) {
        let act = Act { now: chrono::Utc::now().timestamp_millis(), by };
        if let Err(error) = self.audit.record(act, event, subject, details) {
            tracing::error!(%error, "the audit log could not be written");
        }
    }
}
