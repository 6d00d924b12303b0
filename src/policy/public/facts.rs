//! The public facts: every field here is public, and a field that is not here is not.
//!
//! This is the allow-list of the site. Adding a field makes something public; it needs a basis in law and a line in
//! `tests/suite/public.rs`. All texts have passed [`super::clean`]: one line, NFC, no control or direction-override characters.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;
use serde::Serialize;

use crate::timetable::Step;

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
    /// National Assembly constituencies, in order of number; none before the day they were published (article 10.2).
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
    /// Law version that the timetable follows, for example `85/2015`.
    pub law: String,
    /// Full name of that law.
    pub law_name: Words,
    /// Document that fixed the day.
    pub citation: String,
    /// When the approval of these facts was recorded.
    pub approved: DateTime<Utc>,
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
    /// The rule in words: `chậm nhất 70 ngày trước ngày bầu cử`.
    pub rule: Words,
    /// Calendar days from election day, where the rule names one day that way; negative before it.
    pub days: Option<i64>,
    /// True for the rules of a by-election (law 85/2015, articles 89 to 94).
    pub by_election: bool,
    /// First day, where the rule has one.
    pub start: Option<NaiveDate>,
    /// Last day, or the only one.
    pub end: Option<NaiveDate>,
    /// Time of day as the law or plan gives it.
    pub time: Option<Words>,
    /// The dates hold only if the anchor fell on the last lawful day.
    pub latest: bool,
    /// Verified dates that a body set beside the limit; an actual date only once it lies in the past.
    pub dates: Vec<DateFacts>,
    /// Only the fact and the place are public, never the list itself (law 85/2015, article 32).
    pub fact_only: bool,
    /// False: nobody has seen this in a source; the site says so wherever it shows the step.
    pub verified: bool,
    /// Where it was seen.
    pub source: String,
    /// The step as the calendar writer takes it, without what is not public.
    #[serde(skip)]
    pub step: Step,
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
    /// The notice in other languages, by code; shown beside the Vietnamese text.
    pub others: BTreeMap<String, OtherFacts>,
}

/// A notice in a language that the site itself is not written in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherFacts {
    /// Title.
    pub title: String,
    /// Paragraphs.
    pub body: Vec<String>,
}
