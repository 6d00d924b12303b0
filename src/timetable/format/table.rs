//! The timetable as a table of fixed columns for the terminal.

use crate::timetable::Step;
use crate::timetable::wording;

use super::csv::beside;

/// Widest a column may grow, in characters; the last column is not cut.
const WIDEST: usize = 44;

/// The steps as lines of text: when, what, by which article, who; planned and actual dates beneath.
#[must_use]
pub fn table(steps: &[Step]) -> String {
    let head = ["date", "time", "step", "article", "id", "when"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(head).chain(steps.iter().map(cells)).collect();
    let widths: Vec<usize> = (0..6).map(|column| width(&rows, column)).collect();
    let mut out = String::new();
    for (index, row) in rows.iter().enumerate() {
        out.push_str(line(row, &widths).trim_end());
        out.push('\n');
        if let Some(step) = index.checked_sub(1).and_then(|index| steps.get(index)) {
            out.push_str(&notes(step));
        }
    }
    out
}

fn cells(step: &Step) -> [String; 6] {
    let rule = &step.rule;
    let date = step.key_date().map_or_else(|| "-".to_owned(), |date| date.to_string());
    [
        date,
        rule.time.as_ref().map(ToString::to_string).unwrap_or_default(),
        rule.name_vi.clone(),
        rule.article.clone().unwrap_or_else(|| "-".to_owned()),
        rule.id.clone(),
        wording::when_vi(step),
    ]
}

fn notes(step: &Step) -> String {
    let mut out = String::new();
    let beside = [
        ("dự kiến / planned", beside(step.planned())),
        ("thực tế / actual", beside(step.actual())),
        ("điều chỉnh / override", beside(step.overridden())),
    ];
    for (name, date) in beside.into_iter().filter(|(_, date)| !date.is_empty()) {
        out.push_str(&format!("            {name}: {date}\n"));
    }
    if !step.rule.provenance.verified {
        out.push_str("            chưa kiểm chứng / unverified\n");
    }
    out
}

fn width(rows: &[[String; 6]], column: usize) -> usize {
    rows.iter()
        .filter_map(|row| row.get(column))
        .map(|cell| cell.chars().count())
        .max()
        .unwrap_or(0)
        .min(WIDEST)
}

fn line(row: &[String; 6], widths: &[usize]) -> String {
    let last = row.len() - 1;
    let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
        if column == last || cell.chars().count() <= *width {
            return format!("{cell:<width$}");
        }
        let cut: String = cell.chars().take(width - 1).collect();
        format!("{cut}…")
    });
    cells.collect::<Vec<_>>().join("  ")
}
