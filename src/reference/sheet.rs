//! CSV files: a fixed set of columns in any order, each row with its line.

use std::collections::BTreeMap;

use super::problem::Kind;
use super::problem::Problems;
use super::text::Place;
use super::text::Source;
use super::text::check_name;
use crate::document::election::Provenance;

/// One row under the heading.
pub(super) struct Row<'a> {
    pub(super) place: Place<'a>,
    cells: BTreeMap<&'static str, String>,
}

impl Row<'_> {
    /// The cell of a column; columns are checked before rows are made.
    pub(super) fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// The cell, checked as a name.
    pub(super) fn name(&self, column: &str, problems: &mut Problems) -> String {
        check_name(self.place, column, self.get(column), problems);
        self.get(column).to_owned()
    }

    /// The cell, or nothing if it is empty.
    pub(super) fn optional(&self, column: &str, problems: &mut Problems) -> Option<String> {
        (!self.get(column).is_empty()).then(|| self.name(column, problems))
    }

    /// The columns `source`, `verified` and `note`.
    pub(super) fn provenance(&self, problems: &mut Problems) -> Provenance {
        let verified = self.get("verified");
        if !matches!(verified, "true" | "false") {
            let what = format!("`verified` is \"{}\"", verified.escape_debug());
            problems.push(self.place.problem(Kind::Value, what, "Write true or false"));
        }
        Provenance {
            source: self.name("source", problems),
            verified: verified == "true",
            note: self.optional("note", problems),
        }
    }
}

/// Reads the rows; with a wrong heading no row is read.
pub(super) fn rows<'a>(
    source: &Source<'a>,
    columns: &[&'static str],
    problems: &mut Problems,
) -> Vec<Row<'a>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(source.text.as_bytes());
    let mut records = reader.records().filter_map(Result::ok);
    let heading: Vec<String> = records
        .next()
        .map(|record| record.iter().map(|cell| cell.trim().to_owned()).collect())
        .unwrap_or_default();
    let Some(order) = order(source, &heading, columns, problems) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for record in records {
        let place = source.line(record.position().map_or(1, line_of));
        if record.len() != order.len() {
            let what = format!("the row has {} cells, the heading {}", record.len(), order.len());
            let remedy = "Add the missing or remove the extra cell; put text with commas in double quotes";
            problems.push(place.problem(Kind::Syntax, what, remedy));
            continue;
        }
        let cells = order.iter().copied().zip(record.iter().map(|cell| cell.trim().to_owned())).collect();
        rows.push(Row { place, cells });
    }
    rows
}

fn line_of(position: &csv::Position) -> usize {
    usize::try_from(position.line()).unwrap_or(usize::MAX)
}

/// The columns in the order of the heading, or nothing if the heading is wrong.
fn order(
    source: &Source<'_>,
    heading: &[String],
    columns: &[&'static str],
    problems: &mut Problems,
) -> Option<Vec<&'static str>> {
    let place = source.line(1);
    let wanted = columns.join(",");
    if heading.len() == 1 && heading.iter().any(|cell| cell.contains(';') || cell.contains('\t')) {
        let what = "the cells are not separated by commas";
        problems.push(place.problem(Kind::Syntax, what, "Save the file as CSV with commas"));
        return None;
    }
    let before = problems.0.len();
    for (index, cell) in heading.iter().enumerate() {
        if !columns.contains(&cell.as_str()) {
            let what = format!("column {} \"{}\" is not known", index + 1, cell.escape_debug());
            problems.push(place.problem(Kind::Field, what, format!("The columns are {wanted}")));
        } else if heading.iter().take(index).any(|earlier| earlier == cell) {
            let what = format!("column \"{cell}\" stands twice");
            problems.push(place.problem(Kind::Duplicate, what, "Remove one of the two"));
        }
    }
    for column in columns.iter().filter(|column| !heading.iter().any(|cell| cell == *column)) {
        let what = format!("column \"{column}\" is missing");
        problems.push(place.problem(Kind::Field, what, format!("The columns are {wanted}")));
    }
    let find = |cell: &String| columns.iter().copied().find(|column| column == cell);
    (problems.0.len() == before).then(|| heading.iter().filter_map(find).collect())
}
