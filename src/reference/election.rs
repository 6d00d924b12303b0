//! `election.toml`: the election, its anchors, regimes and dates.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::dates;
use super::problem::Kind;
use super::problem::Problems;
use super::tables::Entry;
use super::tables::Tables;
use super::tables::Text;
use super::text::Source;
use super::text::check_id;
use super::words::Fields;
use super::words::Link;
use super::words::Once;
use super::words::check_time;
use crate::document::election::Body;
use crate::document::election::Election;
use crate::document::election::PlannedDate;
use crate::document::election::Regime;
use crate::timetable::ElectionDay;
use crate::timetable::LawVersion;
use crate::timetable::TimetableError;
use crate::timetable::anchor::parse_known;
use crate::timetable::due_instants;
use crate::timetable::find_law;

const KEYS: [&str; 4] = ["election", "anchors", "regime", "date"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawElection {
    id: Text,
    name_vi: Text,
    name_en: Text,
    election_day: Text,
    law: Text,
    election_day_citation: Text,
    source: Text,
    verified: bool,
    note: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRegime {
    id: Text,
    reporters: Vec<Text>,
    weekday: Text,
    before: Text,
    timezone: Text,
    first_due: Text,
    last_due: Text,
    addressee: Text,
    channel: Text,
    citation: Text,
    source: Text,
    verified: bool,
    note: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDate {
    rule: Text,
    kind: Text,
    date: Text,
    time: Option<Text>,
    citation: Text,
    source: Text,
    verified: bool,
    note: Option<Text>,
}

/// The file read, not yet checked against units and bodies.
pub(super) struct Draft<'s, 'a, 'laws> {
    tables: Tables<'s, 'a>,
    head: Entry<'a, RawElection>,
    regimes: Vec<Entry<'a, RawRegime>>,
    dates: Vec<Entry<'a, RawDate>>,
    anchors: BTreeMap<Spanned<String>, Text>,
    /// The law version it names, if that is known.
    pub(super) law: Option<&'laws LawVersion>,
}

/// Reads the file and finds its law version.
pub(super) fn read<'s, 'a, 'laws>(
    source: &'s Source<'a>,
    laws: &'laws [LawVersion],
    problems: &mut Problems,
) -> Option<Draft<'s, 'a, 'laws>> {
    let mut tables = Tables::read(source, &KEYS, problems)?;
    let head: Option<Entry<RawElection>> = tables.one("election", problems);
    let anchors: Option<Entry<BTreeMap<Spanned<String>, Text>>> = tables.one("anchors", problems);
    let regimes = tables.many("regime", problems);
    let dates = tables.many("date", problems);
    let head = head?;
    let law = find_law(laws, head.value.law.get_ref());
    if let Err(error) = &law {
        report(&tables, &head.value.law, error, problems);
    }
    let anchors = anchors.map(|entry| entry.value).unwrap_or_default();
    Some(Draft { tables, head, regimes, dates, anchors, law: law.ok() })
}

impl Draft<'_, '_, '_> {
    /// Checks everything and gives the election, without its units, bodies and constituencies.
    pub(super) fn finish(&self, bodies: &[Body], problems: &mut Problems) -> Election {
        let (head, fields) = (&self.head.value, Fields { tables: &self.tables });
        check_id(self.tables.at(&head.id), "id", head.id.get_ref(), problems);
        let day = self.day(problems);
        let anchors = self.anchors(problems);
        let dates = self.dates(problems);
        if let (Some(law), Some(day)) = (self.law, day) {
            let limits = dates::Limits::new(law, day, &anchors);
            for (entry, date) in self.dates.iter().zip(&dates) {
                limits.check(self.tables.at(&entry.value.date), date, problems);
            }
        }
        Election {
            id: head.id.get_ref().clone(),
            name_vi: fields.name("name_vi", &head.name_vi, problems),
            name_en: fields.name("name_en", &head.name_en, problems),
            election_day: head.election_day.get_ref().clone(),
            law: head.law.get_ref().clone(),
            election_day_citation: fields.name(
                "election_day_citation",
                &head.election_day_citation,
                problems,
            ),
            provenance: fields.provenance(&head.source, head.verified, head.note.as_ref(), problems),
            regimes: self.regimes(bodies, problems),
            dates,
            anchors,
            ..Election::default()
        }
    }

    fn day(&self, problems: &mut Problems) -> Option<ElectionDay> {
        let text = &self.head.value.election_day;
        match ElectionDay::parse(text.get_ref(), false) {
            Ok(day) => Some(day),
            Err(TimetableError::NotSunday { day, weekday, next }) => {
                let what =
                    format!("election_day {day} is a {weekday}, not a Sunday (law 85/2015, article 5)");
                let remedy =
                    format!("Correct it after the resolution that fixes it; the next Sunday is {next}");
                problems.push(self.tables.at(text).problem(Kind::Date, what, remedy));
                None
            }
            Err(error) => {
                report(&self.tables, text, &error, problems);
                None
            }
        }
    }

    /// Each anchor alone, so that one wrong one does not hide another.
    fn anchors(&self, problems: &mut Problems) -> BTreeMap<String, String> {
        let mut good = BTreeMap::new();
        for (name, value) in &self.anchors {
            let one = BTreeMap::from([(name.get_ref().clone(), value.get_ref().clone())]);
            match parse_known(&one) {
                Ok(_) => good.extend(one),
                Err(error) => report(&self.tables, value, &error, problems),
            }
        }
        good
    }

    fn dates(&self, problems: &mut Problems) -> Vec<PlannedDate> {
        let fields = Fields { tables: &self.tables };
        let link = Link { field: "rule", what: "rule", list: "the file of this law version under laws/" };
        let mut dates = Vec::new();
        for Entry { value: raw, .. } in &self.dates {
            let rule = raw.rule.get_ref();
            if let Some(law) = self.law {
                link.check(self.tables.at(&raw.rule), rule, law.rule(rule).is_some(), problems);
            }
            if let Some(time) = &raw.time {
                check_time(self.tables.at(time), "time", time.get_ref(), problems);
            }
            dates.push(PlannedDate {
                rule: rule.clone(),
                kind: fields.word("kind", &raw.kind, &["planned", "actual", "override"], problems),
                date: raw.date.get_ref().clone(),
                time: raw.time.as_ref().map(|time| time.get_ref().clone()),
                citation: fields.name("citation", &raw.citation, problems),
                provenance: fields.provenance(&raw.source, raw.verified, raw.note.as_ref(), problems),
            });
        }
        dates
    }

    fn regimes(&self, bodies: &[Body], problems: &mut Problems) -> Vec<Regime> {
        let mut once = Once::default();
        let mut regimes = Vec::new();
        for Entry { place, value: raw } in &self.regimes {
            once.check(self.tables.at(&raw.id), "id", raw.id.get_ref(), problems);
            check_id(self.tables.at(&raw.id), "id", raw.id.get_ref(), problems);
            let regime = self.regime(raw, bodies, problems);
            if raw.reporters.is_empty() {
                let what = format!("regime \"{}\" has no reporters", regime.id.escape_debug());
                problems.push(place.problem(Kind::Field, what, "Name at least one body in `reporters`"));
            }
            if let Err(error) = due_instants(&regime) {
                report(&self.tables, &raw.first_due, &error, problems);
            }
            regimes.push(regime);
        }
        regimes
    }

    fn regime(&self, raw: &RawRegime, bodies: &[Body], problems: &mut Problems) -> Regime {
        let fields = Fields { tables: &self.tables };
        let body = |field: &str, text: &Text, problems: &mut Problems| {
            let found = bodies.iter().any(|body| body.id == *text.get_ref());
            let link = Link { field, what: "body", list: "bodies.csv" };
            link.check(self.tables.at(text), text.get_ref(), found, problems);
            text.get_ref().clone()
        };
        Regime {
            id: raw.id.get_ref().clone(),
            reporters: raw.reporters.iter().map(|text| body("reporters", text, problems)).collect(),
            weekday: raw.weekday.get_ref().clone(),
            before: raw.before.get_ref().clone(),
            timezone: raw.timezone.get_ref().clone(),
            first_due: raw.first_due.get_ref().clone(),
            last_due: raw.last_due.get_ref().clone(),
            addressee: body("addressee", &raw.addressee, problems),
            channel: body("channel", &raw.channel, problems),
            citation: fields.name("citation", &raw.citation, problems),
            provenance: fields.provenance(&raw.source, raw.verified, raw.note.as_ref(), problems),
        }
    }
}

/// A timetable error as a problem: its message ends with its remedy.
fn report(tables: &Tables<'_, '_>, text: &Text, error: &TimetableError, problems: &mut Problems) {
    let whole = error.to_string();
    let (what, remedy) = whole.split_once(". ").unwrap_or((&whole, "Correct it"));
    problems.push(tables.at(text).problem(Kind::Date, what, remedy));
}
