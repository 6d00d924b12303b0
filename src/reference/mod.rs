//! Reference data: laws, units, bodies, directives as TOML and CSV that an official can read and edit.
//!
//! Pure: texts come in, checked values go out. Every problem is collected and says which file and line, what is
//! wrong and what to do; a data set with one problem yields no data at all.

use std::collections::BTreeMap;

use crate::document::directive::Directive;
use crate::document::election::Election;
use crate::document::election::Provenance;
use crate::timetable::LawVersion;

pub mod problem;

pub use problem::Kind;
pub use problem::Problem;
pub use problem::Problems;

/// A checked data set: what `init` and `demo` import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The election with its units, bodies, constituencies, regimes and dates.
    pub election: Election,
    /// The directing documents, in the order of their files.
    pub directives: Vec<Directive>,
    /// What is public from the start.
    pub publication: Vec<PublicItem>,
}

/// A document that is public from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicItem {
    /// Key of the document, for example `election` or `directive/19/KL-UBBC`.
    pub key: String,
    /// Article that makes it public.
    pub basis: String,
    /// Where the row comes from.
    pub provenance: Provenance,
}
