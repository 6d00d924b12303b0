//! Where the builder is, as screens show it.

use serde::Serialize;

use super::Fault;
use super::session::Times;
use crate::build::engine::warnings::Warning;

/// How long the parts of a build took, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Took {
    /// Reading documents and files.
    pub read: u64,
    /// From documents to the edits of the site's source.
    pub plan: u64,
    /// Rendering.
    pub render: u64,
    /// Making it a release.
    pub release: u64,
}

impl From<Times> for Took {
    fn from(times: Times) -> Self {
        let micros = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        Self {
            read: micros(times.read),
            plan: micros(times.plan),
            render: micros(times.render),
            release: micros(times.release),
        }
    }
}

/// What the builder does, or did last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Asked for, not begun: another process has the releases, or a build is under way.
    Waiting,
    /// Reading documents and files.
    Reading,
    /// Rendering.
    Rendering,
    /// Making the release durable.
    Writing,
    /// The last build is over, or there was none yet.
    #[default]
    Done,
    /// The last build failed.
    Failed,
}

/// The builder's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct State {
    /// Number of the build, counted from the start of the server; 0 before the first.
    pub build: u64,
    /// Where it is.
    pub phase: Phase,
    /// Outputs rendered.
    pub done: usize,
    /// Outputs that there will be, as far as is known.
    pub total: usize,
    /// The release that the build made or found, once it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Whether that release is a new one.
    pub new: bool,
    /// Whether nothing is released by itself, because somebody went back to an older release.
    pub paused: bool,
    /// Number of the build that follows this one, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// How long it took, once it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took: Option<Took>,
    /// What a person should look at, of what it rendered anew; the first of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Fault>,
    /// What came of the build that somebody asked for last, whatever was built by rule since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
}

/// What came of a build that somebody asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Its number.
    pub build: u64,
    /// The release that it made or found, unless it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Whether that release was a new one.
    pub new: bool,
    /// What a person should look at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Fault>,
}

impl State {
    /// The state as this build begins. What came of the last that was asked for is told until another one is, or until [`State::overtaken`].
    pub fn begun(&self, build: u64, by_rule: bool) -> Self {
        let asked = self.asked.clone().filter(|_| by_rule);
        Self { build, phase: Phase::Waiting, paused: self.paused, asked, ..Self::default() }
    }

    /// Keeps what came of this build, which somebody asked for.
    pub fn keep(&mut self) {
        self.asked = Some(Asked {
            build: self.build,
            release: self.release.clone(),
            new: self.new,
            warnings: self.warnings.clone(),
            error: self.error.clone(),
        });
    }

    /// Whether a mistake in a file or document is told of, which somebody is to correct.
    pub fn tells_a_mistake(&self) -> bool {
        let asked = self.asked.as_ref().and_then(|asked| asked.error.as_ref());
        let mut told = self.error.iter().chain(asked);
        told.any(|fault| fault.template.is_some() || fault.document.is_some())
    }

    /// The current release is of all that is on the disk: what came of an older build is over.
    pub fn overtaken(&mut self, release: String) {
        self.asked = None;
        if self.phase == Phase::Failed {
            (self.phase, self.error, self.release) = (Phase::Done, None, Some(release));
        }
    }

    /// True while the build is not over.
    pub fn is_under_way(&self) -> bool {
        !matches!(self.phase, Phase::Done | Phase::Failed)
    }
}
