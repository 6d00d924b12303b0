//! A site kept in memory between rebuilds, so that each costs what has moved.

mod next;
mod storing;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use std::time::Instant;

use chrono::NaiveDate;

use super::Place;
use super::embedded_name;
use super::error::RebuildError;
pub use super::reading::Files;
use super::reading::Reading;
use crate::build::engine::Engine;
use crate::build::engine::warnings::Warning;
use crate::policy::public::Shown;
use crate::release::Draft;
use crate::release::Inputs;
use crate::release::Kind;
use crate::release::Release;
use crate::release::ReleaseError;
use crate::release::Store;
use crate::release::draft::Committed;
use crate::release::retention;
use crate::replica::lock::FolderLock;
use crate::replica::project;
use crate::replica::project::Generated;
pub(super) use next::Next;
pub(super) use next::Rendered;
use next::tree_edits;
use storing::IntoDraft;
use storing::Nowhere;
use storing::store;

/// What a rebuild is asked to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Files of the site to read again.
    pub site: Files,
    /// Render and store everything, resting on nothing that is stored.
    pub full: bool,
    /// No other rebuild follows: where nothing has moved, nothing is rendered to be kept.
    pub once: bool,
}

/// Where a rebuild is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reading documents and files.
    Reading,
    /// Rendering: outputs done, and how many there will be as far as is known.
    Rendering(usize, usize),
    /// Making the release durable.
    Writing,
}

/// Is told where a rebuild is, from several threads.
pub type Tell<'a> = dyn Fn(Step) + Sync + 'a;

/// How long each part of a rebuild took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Reading documents and files.
    pub read: Duration,
    /// From documents to the edits of the site's source.
    pub plan: Duration,
    /// Rendering.
    pub render: Duration,
    /// Making it a release.
    pub release: Duration,
}

/// What a rebuild came to.
#[derive(Debug)]
pub struct Built {
    /// The release.
    pub committed: Committed,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
    /// How long it took.
    pub times: Times,
    /// Whether the disk confirmed that it stays so.
    pub confirmed: bool,
}

/// How a switch was made that the disk did not confirm, in the audit log.
pub const UNCONFIRMED: &str = "unconfirmed by the disk";

impl Built {
    /// After a failure: what is public all the same, if another release than `before` is, with a warning.
    ///
    /// # Errors
    /// The failure, if it left what was public.
    pub fn unconfirmed(
        releases: &Store,
        before: Option<&str>,
        error: RebuildError,
    ) -> Result<Self, RebuildError> {
        let Some(release) = releases.moved_from(before) else { return Err(error) };
        tracing::warn!(%error, release = release.id(), "the disk did not confirm the release");
        let warning = Warning {
            path: "releases/current".to_owned(),
            message: "bản này đã công khai, nhưng đĩa chưa xác nhận đã ghi xong: mất điện lúc này có thể đưa bản trước trở lại; hãy kiểm tra ổ đĩa rồi \
                      dựng lại. / This release is public, but the disk did not confirm that it is written: a power failure may bring back the one \
                      before; check the disk and build again"
                .to_owned(),
        };
        let (committed, times) = (Committed::New(release), Times::default());
        Ok(Self { committed, warnings: vec![warning], times, confirmed: false })
    }
}

/// The state between rebuilds of one working folder.
#[derive(Debug, Default)]
pub struct Session {
    reading: Option<Reading>,
    /// What was generated last, and from what.
    generated: Option<(Shown, NaiveDate, Arc<Generated>)>,
    rendered: Option<Rendered>,
    /// How long it took to find out that there is something to rebuild.
    asked: Times,
    /// Kept releases stay loaded: retention asks for all of them after each rebuild.
    loaded: VecDeque<Release>,
    /// Set when a rebuild is no longer wanted.
    ending: Arc<AtomicBool>,
}

impl Session {
    /// A session whose rebuilds are given up, as after a crash, once `ending` is set.
    pub fn until(ending: Arc<AtomicBool>) -> Self {
        Self { ending, ..Self::default() }
    }

    /// One rebuild. After an error the last release is what it was.
    ///
    /// # Errors
    /// What cannot be read, rendered or written.
    pub fn rebuild(
        &mut self,
        place: Place<'_>,
        lock: &FolderLock,
        wanted: &Wanted,
        tell: &Tell<'_>,
    ) -> Result<Built, RebuildError> {
        let built = self.attempt(place, lock, wanted, tell);
        built.map_err(|error| match &self.generated {
            Some((_, _, generated)) => error.in_document(generated),
            None => error,
        })
    }

    fn attempt(
        &mut self,
        place: Place<'_>,
        lock: &FolderLock,
        wanted: &Wanted,
        tell: &Tell<'_>,
    ) -> Result<Built, RebuildError> {
        let started = Instant::now();
        tell(Step::Reading);
        self.read(place, &wanted.site)?;
        let mut times = std::mem::take(&mut self.asked);
        times.read += started.elapsed();
        let planning = Instant::now();
        let next = self.next(place)?;
        times.plan += planning.elapsed();
        if wanted.full {
            let draft = Draft::fresh(place.releases, lock);
            return self.whole(place, draft, next, (tell, times));
        }
        let current = place.releases.current()?;
        if let Some(current) = current.filter(|current| current.header().inputs == next.inputs) {
            return self.unchanged(current, next, (wanted.once, times));
        }
        let base = self.rendered.as_ref().and_then(|rendered| place.releases.load(&rendered.release).ok());
        match (self.rendered.take(), base) {
            (Some(rendered), Some(base)) => self.step((place, lock), (rendered, base), next, (tell, times)),
            _ => self.whole(place, Draft::whole(place.releases, lock)?, next, (tell, times)),
        }
    }

    /// What a build would make of everything as it is now; nothing is rendered.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn inputs(&mut self, place: Place<'_>) -> Result<Inputs, RebuildError> {
        let started = Instant::now();
        self.read(place, &Files::Released)?;
        let (read, planning) = (started.elapsed(), Instant::now());
        let inputs = self.next(place)?.inputs;
        self.asked = Times { read, plan: planning.elapsed(), ..Times::default() };
        Ok(inputs)
    }

    /// Renders the current release in memory, so that the next rebuild costs what moves; only where documents are shown by rule,
    /// and the release is what would be built.
    ///
    /// # Errors
    /// What cannot be read or rendered.
    pub fn warm(&mut self, place: Place<'_>) -> Result<(), RebuildError> {
        self.read(place, &Files::Released)?;
        let next = self.next(place)?;
        let by_rule =
            self.generated.as_ref().is_some_and(|(shown, _, _)| !shown.publication().rules.is_empty());
        let current = place.releases.current()?.filter(|current| current.header().inputs == next.inputs);
        if let Some(current) = current.filter(|_| by_rule) {
            self.unchanged(current, next, (false, Times::default()))?;
        }
        Ok(())
    }

    pub(super) fn read(&mut self, place: Place<'_>, files: &Files) -> Result<(), RebuildError> {
        // Another process may have built from other files than those that were read here.
        let ours = self.rendered.as_ref().map(|rendered| rendered.release.as_str());
        let foreign = ours.is_some() && place.releases.current_id().ok().flatten().as_deref() != ours;
        match self.reading.as_mut() {
            Some(reading) if foreign && *files != Files::Released => reading.again(place, &Files::Whole)?,
            Some(reading) => reading.again(place, files)?,
            None => self.reading = Some(Reading::new(place, files)?),
        }
        Ok(())
    }

    pub(super) fn next(&mut self, place: Place<'_>) -> Result<Next, RebuildError> {
        let reading =
            self.reading.as_mut().ok_or_else(|| RebuildError::Broken("nothing was read".to_owned()))?;
        let engine = embedded_name();
        let settings = place.settings(&engine);
        let (shown, heads) = project::shown(&mut reading.documents, settings.contents)?;
        let before = self.generated.take();
        let kept = before.as_ref().filter(|(from, as_of, generated)| {
            let same_heads = generated.documents.get("publication") == Some(&heads);
            same_heads && *from == shown && *as_of == settings.as_of
        });
        let generated = match kept {
            Some((_, _, generated)) => Arc::clone(generated),
            None => {
                let before = before.as_ref().map(|(_, _, generated)| &**generated);
                Arc::new(project::generate((&shown, &heads), &reading.documents, settings, before)?)
            }
        };
        self.generated = Some((shown, settings.as_of, Arc::clone(&generated)));
        Ok(Next {
            config: project::config(&reading.site, settings.base_url),
            inputs: project::inputs(&generated, &reading.site_hash, settings),
            site: Arc::clone(&reading.site),
            generated,
        })
    }

    /// What was generated last.
    pub(super) fn generated(&self) -> Option<Arc<Generated>> {
        self.generated.as_ref().map(|(_, _, generated)| Arc::clone(generated))
    }

    pub(super) fn reading(&mut self) -> Result<&mut Reading, RebuildError> {
        self.reading.as_mut().ok_or_else(|| RebuildError::Broken("nothing was read".to_owned()))
    }

    pub(super) fn rendered(&self) -> Option<&Rendered> {
        self.rendered.as_ref()
    }

    pub(super) fn is_rendered(&self) -> bool {
        self.rendered.is_some()
    }

    pub(super) fn take_rendered(&mut self) -> Option<Rendered> {
        self.rendered.take()
    }

    pub(super) fn put_rendered(&mut self, rendered: Rendered) {
        self.rendered = Some(rendered);
    }

    /// The current release is what these inputs give.
    pub(super) fn unchanged(
        &mut self,
        current: Release,
        next: Next,
        (once, mut times): (bool, Times),
    ) -> Result<Built, RebuildError> {
        let started = Instant::now();
        let warnings = match &self.rendered {
            Some(rendered) => rendered.engine.warnings(),
            None if once => Engine::inspect(next.tree())?,
            None => {
                let engine = Engine::build(next.tree(), &Nowhere)?;
                let warnings = engine.warnings();
                self.rendered = Some(next.rendered(engine, current.id()));
                warnings
            }
        };
        times.render = started.elapsed();
        Ok(Built { committed: Committed::Unchanged(current), warnings, times, confirmed: true })
    }

    /// Renders and stores everything.
    fn whole(
        &mut self,
        place: Place<'_>,
        draft: Draft<'_>,
        next: Next,
        (tell, mut times): (&Tell<'_>, Times),
    ) -> Result<Built, RebuildError> {
        let rendering = Instant::now();
        let total =
            place.releases.current().ok().flatten().map_or(0, |release| release.paths(Kind::Page).len());
        let engine = {
            let ending = &self.ending;
            let sink = IntoDraft { draft: &draft, done: AtomicUsize::new(0), total, tell, ending };
            Engine::build(next.tree(), &sink)
        };
        let engine = match engine {
            Ok(engine) => engine,
            Err(error) => {
                draft.discard();
                return Err(error.into());
            }
        };
        times.render = rendering.elapsed();
        tell(Step::Writing);
        let writing = Instant::now();
        for (path, bytes) in next.site.iter() {
            draft
                .put(Kind::Source, path, bytes)
                .map_err(ReleaseError::io("write", place.releases.folder()))?;
        }
        let committed = draft.commit(next.inputs.clone(), &super::now())?;
        times.release = writing.elapsed();
        let warnings = engine.warnings();
        self.rendered = Some(next.rendered(engine, release_of(&committed).id()));
        Ok(Built { committed, warnings, times, confirmed: true })
    }

    /// Renders and stores what has moved since `base`.
    fn step(
        &mut self,
        (place, lock): (Place<'_>, &FolderLock),
        (mut rendered, base): (Rendered, Release),
        next: Next,
        (tell, mut times): (&Tell<'_>, Times),
    ) -> Result<Built, RebuildError> {
        let planning = Instant::now();
        let (edits, source) = (next.edits(&rendered), tree_edits(&rendered.site, &next.site));
        times.plan += planning.elapsed();
        let rendering = Instant::now();
        let changes = match rendered.engine.apply(&edits) {
            Ok(changes) => changes,
            Err(error) => {
                // The engine keeps its previous state, which is that of its release.
                self.rendered = Some(rendered);
                return Err(error.into());
            }
        };
        times.render = rendering.elapsed();
        tell(Step::Rendering(changes.written.len(), changes.written.len()));
        tell(Step::Writing);
        let writing = Instant::now();
        // An error from here on leaves no engine, and the next rebuild renders the whole site.
        let draft = Draft::upon(place.releases, lock, base);
        let committed = store(draft, (&changes, &source), next.inputs.clone(), place)?;
        times.release = writing.elapsed();
        let warnings = rendered.engine.warnings_of(&edits);
        self.rendered = Some(next.rendered(rendered.engine, release_of(&committed).id()));
        Ok(Built { committed, warnings, times, confirmed: true })
    }

    /// Lets go of releases that are not to be kept. The new release stands already, so a failure is told and not made the rebuild's.
    pub fn collect(&mut self, place: Place<'_>, lock: &FolderLock) {
        let keep = place.config.keep_releases;
        if let Err(error) = retention::collect(place.releases, keep, lock) {
            tracing::warn!(%error, "old releases were not removed");
            return;
        }
        let ids = place.releases.ids().unwrap_or_default();
        self.loaded.retain(|release| ids.iter().any(|id| id == release.id()));
        for id in &ids {
            if !self.loaded.iter().any(|release| release.id() == id)
                && let Ok(release) = place.releases.load(id)
            {
                self.loaded.push_back(release);
            }
        }
    }
}

/// The release that a rebuild made or found.
pub fn release_of(committed: &Committed) -> &Release {
    match committed {
        Committed::New(release) | Committed::Unchanged(release) => release,
    }
}
