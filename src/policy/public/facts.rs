//! The public facts: every field here is public, and a field that is not here is not.
//!
//! This is the allow-list of the site. Adding a field makes something public; it needs a basis in law and a line in
//! `tests/suite/public.rs`. All texts have passed [`super::clean`]: one line, NFC, no control or direction-override characters.

use chrono::NaiveDate;
use serde::Serialize;

/// A text in the two languages of the site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Vietnamese, never empty.
    pub vi: String,
    /// English; empty where nobody has translated it.
    pub en: String,
}

/// Everything that the site may say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// What is elected, and when.
    pub election: ElectionFacts,
    /// The day on which this picture was taken; "next dates" count from it.
    pub as_of: NaiveDate,
    /// Steps of the timetable, in order of date; those without a date come last.
    pub steps: Vec<StepFacts>,
    /// Administrative units, in order of code.
    pub units: Vec<UnitFacts>,
    /// National Assembly constituencies, in order of number.
    pub constituencies: Vec<ConstituencyFacts>,
    /// Bodies that own a public task, with those tasks.
    pub owners: Vec<OwnerFacts>,
    /// Directing documents and the public documents that they cite, newest first.
    pub documents: Vec<DocumentFacts>,
    /// Approved notices, newest first.
    pub notices: Vec<NoticeFacts>,
}

/// The election (law 85/2015, articles 4 and 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ElectionFacts {
    /// Identifier, for example `sonla-2021`.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Election day.
    pub day: NaiveDate,
    /// Law version that the timetable follows.
    pub law: String,
    /// Document that fixed the day.
    pub citation: String,
    /// The day on which the approval of these facts was recorded.
    pub approved: NaiveDate,
}

/// One step of the timetable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepFacts {
    /// Id of the rule.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Article of law as the rule cites it.
    pub article: String,
    /// Who must act.
    pub responsible: Words,
    /// Level: `national`, `province`, `commune`, …; several are separated by `; `.
    pub level: String,
    /// How the date binds: `at_latest`, `from`, `within`, `window`, `on`, `before`, `after`, `decision`.
    pub bound: String,
    /// What the rule counts from.
    pub anchor: String,
    /// Days (or hours, see `unit`) from the anchor to the first and the last instant of the rule.
    pub offset: Option<Offset>,
    /// First day, where the rule has one.
    pub start: Option<NaiveDate>,
    /// Last day, or the only one.
    pub end: Option<NaiveDate>,
    /// Time of day as the law or plan gives it.
    pub time: Option<String>,
    /// The dates hold only if the anchor fell on the last lawful day.
    pub latest: bool,
    /// What people wrote beside the limit, in order of kind.
    pub dates: Vec<DateFacts>,
    /// Only the fact and the place are public, never the list itself (law 85/2015, article 32).
    pub fact_only: bool,
    /// False: nobody has seen this in a source; the site says so wherever it shows the step.
    pub verified: bool,
    /// Where it was seen.
    pub source: String,
}

/// Distance from the anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Offset {
    /// To the first instant; equal to `last` where the rule names one instant. Negative before the anchor.
    pub first: i64,
    /// To the last instant.
    pub last: i64,
    /// True if the distances are hours, not days.
    pub hours: bool,
}

/// A date that somebody set beside the statutory limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DateFacts {
    /// `planned`, `actual` or `override`.
    pub kind: String,
    /// The day.
    pub date: NaiveDate,
    /// Local time, if one is given.
    pub time: Option<String>,
    /// Document that sets it.
    pub citation: String,
}

/// An administrative unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnitFacts {
    /// Code of the statistics office.
    pub code: String,
    /// Full name; names are not translated.
    pub name: String,
    /// Its kind.
    pub kind: Words,
    /// `province`, `district` or `commune`.
    pub level: String,
    /// Code of the unit above.
    pub parent: Option<String>,
    /// See [`StepFacts::verified`].
    pub verified: bool,
    /// Where it was seen.
    pub source: String,
}

/// A constituency of the National Assembly (law 85/2015, article 10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConstituencyFacts {
    /// Identifier.
    pub id: String,
    /// Number within the province.
    pub number: i64,
    /// Deputies elected.
    pub seats: i64,
    /// Codes of its units.
    pub units: Vec<String>,
    /// See [`StepFacts::verified`].
    pub verified: bool,
    /// Where it was seen.
    pub source: String,
}

/// A body and the public tasks that it owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnerFacts {
    /// Identifier of the body.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Its public tasks, in the directive's order.
    pub tasks: Vec<TaskFacts>,
}

/// A public task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskFacts {
    /// Identifier within the directive.
    pub id: String,
    /// Symbol of the directive.
    pub directive: String,
    /// Section of the directive.
    pub section: String,
    /// Its words.
    pub text: Words,
    /// What the public may expect to see of it.
    pub output: Words,
    /// Deadline in the directive's own words.
    pub deadline: Option<String>,
    /// Names of the bodies that work with the owner.
    pub collaborators: Vec<Words>,
    /// Public documents it cites, by symbol.
    pub cited: Vec<String>,
    /// Public steps of the timetable that bound it, by id.
    pub steps: Vec<String>,
}

/// A document of which number, date, kind and subject are public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DocumentFacts {
    /// Number and symbol.
    pub symbol: String,
    /// Its kind.
    pub kind: Words,
    /// Date of issue.
    pub date: Option<NaiveDate>,
    /// Issuer; only Vietnamese is recorded.
    pub issuer: String,
    /// Subject; English is empty where nobody has translated it.
    pub subject: Words,
    /// See [`StepFacts::verified`].
    pub verified: bool,
    /// Where it was seen.
    pub source: String,
}

/// A notice to the public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeFacts {
    /// Identifier.
    pub id: String,
    /// Its date.
    pub date: NaiveDate,
    /// Title.
    pub title: Words,
    /// Paragraphs, Vietnamese.
    pub body_vi: Vec<String>,
    /// Paragraphs, English; empty where nobody has translated it.
    pub body_en: Vec<String>,
}
