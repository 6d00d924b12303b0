//! What was measured, as Markdown tables for BENCHMARKS.md.

use std::io;
use std::io::Write;

use super::measure::Sample;
use super::measure::median;
use super::ours::Change;

/// All runs of one program on one site.
pub struct Row {
    pub name: &'static str,
    /// Builds into a folder that did not exist.
    pub fresh: Vec<Sample>,
    /// Builds into the folder that the last build left.
    pub again: Vec<Sample>,
    /// The program's start without work, where it is not its own (Zola runs inside Node).
    pub start: Option<Sample>,
    /// Whether its site is Zola's, byte for byte; unknown for programs with templates of their own.
    pub equals_zola: Option<bool>,
}

impl Row {
    pub fn new(name: &'static str) -> Self {
        Self { name, fresh: Vec::new(), again: Vec::new(), start: None, equals_zola: None }
    }

    /// Median seconds, without the start that is not the program's own.
    fn seconds(&self, samples: &[Sample]) -> f64 {
        let start = self.start.map_or(0.0, |start| start.seconds);
        median(samples.iter().map(|sample| sample.seconds).collect()) - start
    }

    fn peak_mib(&self) -> f64 {
        let start = self.start.map_or(0, |start| start.peak_kib);
        median(
            self.fresh.iter().map(|sample| sample.peak_kib.saturating_sub(start) as f64 / 1024.0).collect(),
        )
    }
}

/// Full builds, each beside its ratio to ours.
pub fn print_full(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    let ours = rows.iter().find(|row| row.name == "niemyet");
    writeln!(
        out,
        "| full build | fresh folder, s | × ours | folder exists, s | × ours | peak MiB | same bytes as Zola |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for row in rows {
        let (fresh, again) = (row.seconds(&row.fresh), row.seconds(&row.again));
        let ratio = |theirs: f64, samples: fn(&Row) -> &[Sample]| {
            ours.map_or(f64::NAN, |ours| theirs / ours.seconds(samples(ours)))
        };
        let same = row.equals_zola.map_or("other templates", |same| if same { "yes" } else { "NO" });
        writeln!(
            out,
            "| {} | {fresh:.3} | {:.1} | {again:.3} | {:.1} | {:.0} | {same} |",
            row.name,
            ratio(fresh, |row| &row.fresh),
            ratio(again, |row| &row.again),
            row.peak_mib()
        )?;
    }
    for row in rows {
        if let Some(start) = row.start {
            writeln!(
                out,
                "\n{}: without the start of Node, {:.3} s and {} MiB.",
                row.name,
                start.seconds,
                start.peak_kib / 1024
            )?;
        }
    }
    Ok(())
}

/// Single changes in our warm process, beside the full build that Zola needs for each of them.
pub fn print_changes(out: &mut impl Write, changes: &[Change], rows: &[Row]) -> io::Result<()> {
    let zola = rows.iter().find(|row| row.name == "zola").map_or(f64::NAN, |row| row.seconds(&row.again));
    writeln!(
        out,
        "\n| after one change (warm process) | ms | Zola's rebuild ÷ ours | files written | equals a full build |"
    )?;
    writeln!(out, "|---|---|---|---|---|")?;
    for change in changes {
        let seconds = median(change.seconds.clone());
        let right = if change.equals_full { "yes" } else { "NO" };
        writeln!(
            out,
            "| {} | {:.2} | {:.0} | {} | {right} |",
            change.name,
            seconds * 1000.0,
            zola / seconds,
            change.files
        )?;
    }
    Ok(())
}
