//! A rule of the timetable, as one version of the law states it.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;
use serde::Serializer;

use super::anchor::Anchor;
use super::offset::Offset;
use super::time_of_day::TimeOfDay;
use crate::document::election::Provenance;

/// How a rule bounds its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `chậm nhất`: on or before the end.
    AtLatest,
    /// From the start on, no end.
    From,
    /// Counted from the anchor itself up to the end.
    Within,
    /// From the start to the end, both days included.
    Window,
    /// On that day.
    On,
    /// Before the anchor; the end itself is excluded.
    Before,
    /// After the anchor, without a limit in the law.
    After,
    /// When a body decides; the law gives no offset.
    Decision,
}

impl Bound {
    /// Every bound, with the word of the data files.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::AtLatest, "at_latest"),
        (Self::From, "from"),
        (Self::Within, "within"),
        (Self::Window, "window"),
        (Self::On, "on"),
        (Self::Before, "before"),
        (Self::After, "after"),
        (Self::Decision, "decision"),
    ];
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::ALL.iter().find(|(bound, _)| bound == self).map_or("", |(_, word)| word);
        f.pad(word)
    }
}

impl FromStr for Bound {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().find(|(_, name)| *name == word).map(|(bound, _)| *bound).ok_or(())
    }
}

/// Whether the public may see a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publish {
    /// May be shown.
    Public,
    /// For the committee.
    #[default]
    Internal,
    /// Must never be shown.
    Never,
}

impl Publish {
    /// The word of the data files and documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Never => "never",
        }
    }
}

impl FromStr for Publish {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Public, Self::Internal, Self::Never].into_iter().find(|class| class.word() == word).ok_or(())
    }
}

/// One rule: anchor + offset + bound + time of day + citation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Stable identifier, for example `dossier_deadline`.
    pub id: String,
    /// Name of the step, Vietnamese.
    pub name_vi: String,
    /// Name of the step, English.
    pub name_en: String,
    /// What it counts from.
    pub anchor: Anchor,
    /// Distance from the anchor; the start of a window. `None` only for `decision`, and `after` without a count.
    #[serde(serialize_with = "as_text")]
    pub offset: Option<Offset>,
    /// What the end of a window counts from; the same anchor in most.
    pub end_anchor: Anchor,
    /// Distance of the end of a window, its last day included.
    #[serde(serialize_with = "as_text")]
    pub end_offset: Option<Offset>,
    /// How it bounds.
    pub bound: Bound,
    /// Time of day, local.
    #[serde(serialize_with = "as_text")]
    pub time: Option<TimeOfDay>,
    /// Who is responsible, Vietnamese.
    pub responsible_vi: String,
    /// Who is responsible, English.
    pub responsible_en: String,
    /// Levels it concerns: `national`, `province`, `district`, `commune`, `constituency`, `polling area`,
    /// `by-election`, `all`.
    pub levels: Vec<String>,
    /// Article of the law or document that states it; absent only for an unverified rule.
    pub article: Option<String>,
    /// Whether the public may see it.
    pub publish: Publish,
    /// Words in place of a date, Vietnamese, where the law gives no count.
    pub words_vi: Option<String>,
    /// The same in English.
    pub words_en: Option<String>,
    /// Where the row comes from.
    pub provenance: Provenance,
}

impl Rule {
    /// Levels in one text, as the machine output gives them.
    #[must_use]
    pub fn level(&self) -> String {
        self.levels.join("; ")
    }

    /// Who is responsible, in both languages.
    #[must_use]
    pub fn responsible(&self) -> String {
        format!("{} / {}", self.responsible_vi, self.responsible_en)
    }

    /// Whether its limit must lie before election day: such a step cannot happen after it.
    #[must_use]
    pub fn precedes_election_day(&self) -> bool {
        let last = if self.bound == Bound::Window { self.end_offset } else { self.offset };
        self.end_anchor == Anchor::ElectionDay
            && matches!(self.bound, Bound::AtLatest | Bound::Window | Bound::Before)
            && last.is_some_and(|offset| offset.count() < 0)
    }
}

/// Writes offsets and times the way the data files do.
fn as_text<T: fmt::Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}
