//! One version of the election law: its rules, and how unknown anchors are bounded.

use std::collections::BTreeMap;

use serde::Serialize;

use super::anchor::Anchor;
use super::error::TimetableError;
use super::rule::Rule;
use crate::document::election::Provenance;

/// A law version with the rules of its timetable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LawVersion {
    /// `85/2015` or `83/2025`.
    pub id: String,
    /// Name of the law, Vietnamese.
    pub name_vi: String,
    /// Name of the law, English.
    pub name_en: String,
    /// Levels of administration that hold elections under it: `province`, `district`, `commune`.
    pub levels: Vec<String>,
    /// Anchor → id of the rule whose limit is the latest lawful instant of that anchor.
    pub latest: BTreeMap<Anchor, String>,
    /// Its rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// Where the text comes from.
    pub provenance: Provenance,
}

impl LawVersion {
    /// The rule with this id, if this version has it.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

/// The law version with this id.
///
/// # Errors
/// An id that none of `laws` has; the message lists the known ones.
pub fn find_law<'laws>(laws: &'laws [LawVersion], id: &str) -> Result<&'laws LawVersion, TimetableError> {
    laws.iter().find(|law| law.id == id).ok_or_else(|| TimetableError::UnknownLaw {
        law: id.to_owned(),
        known: laws.iter().map(|law| law.id.as_str()).collect::<Vec<_>>().join(", "),
    })
}
