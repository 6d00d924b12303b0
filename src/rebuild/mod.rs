//! From documents and site to a release, again and again: what `build`, `watch` and `serve` share.
//!
//! ```text
//! reading (documents that moved, files of site/) ─► session (engine kept in memory) ─► release
//!                                                        ▲
//!                     service (one thread, requests coalesced, progress as values)
//! ```

pub mod decided;
mod error;
pub mod pending;
pub mod preview;
mod reading;
pub mod service;
pub mod session;
pub mod state;

use std::path::Path;

use chrono::NaiveDate;
use chrono::SecondsFormat;
use chrono::Utc;
use chrono_tz::Asia::Ho_Chi_Minh;

use crate::config::Config;
use crate::release::Store;
use crate::replica::documents::DocumentStore;
use crate::replica::project::Settings;
use crate::replica::project::VERSION;
use crate::timetable::LawVersion;

pub use decided::Decided;
pub use error::Fault;
pub use error::RebuildError;
pub use reading::is_shown;
pub use reading::update;
pub use service::Service;
pub use session::Session;

/// The parts of a working folder that a rebuild needs.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Where it is.
    pub dir: &'a Path,
    /// Its settings.
    pub config: &'a Config,
    /// Its documents.
    pub documents: &'a DocumentStore,
    /// Its releases.
    pub releases: &'a Store,
    /// The known law versions.
    pub laws: &'a [LawVersion],
}

impl<'a> Place<'a> {
    /// How documents become pages here, today.
    pub fn settings(&self, engine: &'a str) -> Settings<'a> {
        Settings {
            contents: self.documents.contents(),
            laws: self.laws,
            as_of: self.config.as_of.unwrap_or_else(today),
            base_url: self.config.base_url.as_deref(),
            engine,
        }
    }
}

/// Name and version of the embedded engine, for the record of a release.
pub fn embedded_name() -> String {
    format!("embedded {VERSION}")
}

/// Today where the election is held.
pub fn today() -> NaiveDate {
    Utc::now().with_timezone(&Ho_Chi_Minh).date_naive()
}

/// The present moment as manifests hold it.
pub fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}
