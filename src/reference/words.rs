//! Checks that several kinds of data files share: words from a list, dates, provenance, identifiers used once.

use std::collections::BTreeMap;

use super::problem::Kind;
use super::problem::Problems;
use super::tables::Tables;
use super::tables::Text;
use super::text::Place;
use super::text::check_name;
use crate::document::election::Provenance;
use crate::timetable::moment::parse_date;
use crate::timetable::moment::parse_time;

/// Checks that a value is one of a list.
pub(super) fn check_word(
    place: Place<'_>,
    field: &str,
    value: &str,
    words: &[&str],
    problems: &mut Problems,
) {
    if !words.contains(&value) {
        let what = format!("`{field}` is \"{}\"", value.escape_debug());
        problems.push(place.problem(Kind::Value, what, format!("Write one of: {}", words.join(", "))));
    }
}

/// Checks a calendar date.
pub(super) fn check_date(place: Place<'_>, field: &str, value: &str, problems: &mut Problems) {
    if parse_date(value).is_err() {
        let what = format!("`{field}` \"{}\" is not a date", value.escape_debug());
        let remedy = "Write a day that exists as YYYY-MM-DD, for example 2021-05-23";
        problems.push(place.problem(Kind::Date, what, remedy));
    }
}

/// Checks a time of day.
pub(super) fn check_time(place: Place<'_>, field: &str, value: &str, problems: &mut Problems) {
    if parse_time(value).is_err() {
        let what = format!("`{field}` \"{}\" is not a time of day", value.escape_debug());
        problems.push(place.problem(Kind::Date, what, "Write HH:MM from 00:00 to 23:59, for example 11:00"));
    }
}

/// Reference to an entry of another file.
pub(super) struct Link<'a> {
    /// Field that holds it.
    pub(super) field: &'a str,
    /// What it should name: `unit`, `body`, `rule`.
    pub(super) what: &'a str,
    /// Where such things are listed.
    pub(super) list: &'a str,
}

impl Link<'_> {
    /// Reports `value` as leading nowhere unless `found`.
    pub(super) fn check(&self, place: Place<'_>, value: &str, found: bool, problems: &mut Problems) {
        if !found {
            let what = format!(
                "`{}` names {} \"{}\", which does not exist",
                self.field,
                self.what,
                value.escape_debug()
            );
            let remedy = format!("Use one that stands in {}, or add it there", self.list);
            problems.push(place.problem(Kind::Reference, what, remedy));
        }
    }
}

/// Remembers where identifiers were first used, and reports a second use with both lines.
#[derive(Default)]
pub(super) struct Once(BTreeMap<String, usize>);

impl Once {
    pub(super) fn check(&mut self, place: Place<'_>, field: &str, id: &str, problems: &mut Problems) {
        match self.0.get(id) {
            Some(first) => {
                let what = format!("`{field}` \"{}\" already stands on line {first}", id.escape_debug());
                let remedy = format!("Give one of the rows on lines {first} and {} another", place.number());
                problems.push(place.problem(Kind::Duplicate, what, remedy));
            }
            None => {
                self.0.insert(id.to_owned(), place.number());
            }
        }
    }
}

/// Fields of texts of one table, checked in turn.
pub(super) struct Fields<'t, 's, 'a> {
    pub(super) tables: &'t Tables<'s, 'a>,
}

impl Fields<'_, '_, '_> {
    /// A text that people read.
    pub(super) fn name(&self, field: &str, text: &Text, problems: &mut Problems) -> String {
        check_name(self.tables.at(text), field, text.get_ref(), problems);
        text.get_ref().clone()
    }

    /// A text that may be absent, but not empty.
    pub(super) fn optional(
        &self,
        field: &str,
        text: Option<&Text>,
        problems: &mut Problems,
    ) -> Option<String> {
        text.map(|text| self.name(field, text, problems))
    }

    /// A text that may be empty.
    pub(super) fn maybe_empty(&self, field: &str, text: &Text, problems: &mut Problems) -> String {
        if text.get_ref().is_empty() { String::new() } else { self.name(field, text, problems) }
    }

    /// A word from a list.
    pub(super) fn word(&self, field: &str, text: &Text, words: &[&str], problems: &mut Problems) -> String {
        check_word(self.tables.at(text), field, text.get_ref(), words, problems);
        text.get_ref().clone()
    }

    /// Source, mark and note.
    pub(super) fn provenance(
        &self,
        source: &Text,
        verified: bool,
        note: Option<&Text>,
        problems: &mut Problems,
    ) -> Provenance {
        Provenance {
            source: self.name("source", source, problems),
            verified,
            note: self.optional("note", note, problems),
        }
    }
}
