//! Medians and ratios, as Markdown.

use std::io;
use std::io::Write;

use super::load::Figures;
use super::servers::Kind;

#[derive(Default)]
struct Row {
    name: String,
    theirs: Vec<f64>,
    ours: Vec<f64>,
}

/// What was measured, in the order of the first round.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    pub fn add(&mut self, kind: Kind, figures: Figures) {
        for (name, value) in figures {
            let place = self.rows.iter().position(|row| row.name == name).unwrap_or_else(|| {
                self.rows.push(Row { name, ..Row::default() });
                self.rows.len() - 1
            });
            let row = &mut self.rows[place];
            if kind == Kind::Ours { row.ours.push(value) } else { row.theirs.push(value) }
        }
    }

    pub fn print(&self, out: &mut impl Write, rounds: usize) -> io::Result<()> {
        writeln!(out, "\nMedians of {rounds} rounds.\n")?;
        writeln!(out, "| workload | {} | {} | theirs ÷ ours |", Kind::Theirs.name(), Kind::Ours.name())?;
        writeln!(out, "|---|---|---|---|")?;
        for row in &self.rows {
            let (theirs, ours) = (median(&row.theirs), median(&row.ours));
            let ratio = theirs.zip(ours).map(|(theirs, ours)| theirs / ours);
            writeln!(out, "| {} | {} | {} | {} |", row.name, show(theirs), show(ours), show(ratio))?;
        }
        Ok(())
    }
}

/// Three digits that count; a dash where a run did not come to its end.
fn show(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value.abs() >= 100.0 => format!("{value:.0}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) if value.abs() >= 1.0 => format!("{value:.2}"),
        Some(value) => format!("{value:.3}"),
    }
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}
