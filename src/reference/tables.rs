//! TOML files: tables read one by one, so that each mistake in a file is reported, not only the first.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;
use toml::de::ValueDeserializer;

use super::problem::Kind;
use super::problem::Problems;
use super::text::Place;
use super::text::Source;

/// A text of a TOML file that knows its place.
pub(super) type Text = Spanned<String>;

/// A table with the place of its heading.
pub(super) struct Entry<'a, T> {
    pub(super) place: Place<'a>,
    pub(super) value: T,
}

/// A parsed file whose top-level keys are known.
pub(super) struct Tables<'s, 'a> {
    source: &'s Source<'a>,
    table: DeTable<'s>,
}

impl<'s, 'a> Tables<'s, 'a> {
    /// Parses the file; `keys` are the top-level keys it may have.
    pub(super) fn read(source: &'s Source<'a>, keys: &[&str], problems: &mut Problems) -> Option<Self> {
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        for error in &errors {
            let place = error.span().map_or_else(|| source.whole(), |span| source.at(span.start));
            let remedy = "Correct the TOML here; texts stand in double quotes";
            problems.push(place.problem(Kind::Syntax, one_line(error.message()), remedy));
        }
        let table = table.into_inner();
        for key in table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref())) {
            let what = format!("key `{}` is not known", key.get_ref().escape_debug());
            let remedy = format!("Remove it or correct it; known here: {}", keys.join(", "));
            problems.push(source.at(key.span().start).problem(Kind::Field, what, remedy));
        }
        errors.is_empty().then_some(Self { source, table })
    }

    /// The one table `[key]`.
    pub(super) fn one<T: DeserializeOwned>(
        &mut self,
        key: &str,
        problems: &mut Problems,
    ) -> Option<Entry<'a, T>> {
        let Some(value) = self.table.remove(key) else {
            let what = format!("table [{key}] is missing");
            problems.push(self.source.whole().problem(Kind::Field, what, format!("Add [{key}]")));
            return None;
        };
        self.entry(value, problems)
    }

    /// The tables `[[key]]`, none if there are none.
    pub(super) fn many<T: DeserializeOwned>(
        &mut self,
        key: &str,
        problems: &mut Problems,
    ) -> Vec<Entry<'a, T>> {
        let Some(value) = self.table.remove(key) else {
            return Vec::new();
        };
        let place = self.source.at(value.span().start);
        let DeValue::Array(values) = value.into_inner() else {
            let what = format!("`{key}` is not a list of tables");
            problems.push(place.problem(Kind::Syntax, what, format!("Write each entry under [[{key}]]")));
            return Vec::new();
        };
        values.into_iter().filter_map(|value| self.entry(value, problems)).collect()
    }

    fn entry<T: DeserializeOwned>(
        &self,
        value: Spanned<DeValue<'s>>,
        problems: &mut Problems,
    ) -> Option<Entry<'a, T>> {
        let place = self.source.at(value.span().start);
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(value) => Some(Entry { place, value }),
            Err(error) => {
                let place = error.span().map_or(place, |span| self.source.at(span.start));
                let remedy = "Remove or correct the key, or add the missing one";
                problems.push(place.problem(Kind::Field, one_line(error.message()), remedy));
                None
            }
        }
    }

    /// Where a text stands.
    pub(super) fn at<T>(&self, text: &Spanned<T>) -> Place<'a> {
        self.source.at(text.span().start)
    }
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
