//! Milliseconds of one thing measured often, and the lines of a Markdown table.

use std::io;
use std::io::Write;

/// All that was measured of one thing.
pub struct Times(Vec<f64>);

impl Times {
    pub fn new(mut all: Vec<f64>) -> Self {
        all.sort_by(f64::total_cmp);
        Self(all)
    }

    /// The value that this part of them is not above.
    pub fn at(&self, part: f64) -> f64 {
        let place = ((self.0.len() as f64 * part).ceil() as usize).clamp(1, self.0.len().max(1)) - 1;
        self.0.get(place).copied().unwrap_or(f64::NAN)
    }

    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    pub fn longest(&self) -> f64 {
        self.at(1.0)
    }
}

/// The head of a table.
pub fn head(columns: &[&str]) -> io::Result<()> {
    let line = format!("| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
    writeln!(io::stdout(), "\n{line}")
}

/// A line of it.
pub fn row(cells: &[String]) -> io::Result<()> {
    writeln!(io::stdout(), "| {} |", cells.join(" | "))
}

/// Three digits that count.
pub fn show(value: f64) -> String {
    match value {
        _ if value.is_nan() => "–".to_owned(),
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
