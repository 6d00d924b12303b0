//! How fast a site is built: the real Zola, Hugo if it is installed, and ours, on one synthetic site, taking turns.
//!
//! `cargo bench --bench site -- 1000 10000 50000 [--rounds 5] [--on tmpfs|disk|both]`. It prints medians and ratios and
//! asserts none: seconds belong to a machine, ratios to the programs.

#[path = "site/generate.rs"]
mod generate;
#[path = "site/measure.rs"]
mod measure;
#[path = "site/ours.rs"]
mod ours;
#[path = "site/peers.rs"]
mod peers;
#[path = "site/table.rs"]
mod table;

use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use peers::Peer;
use table::Row;

/// Anything that ends the benchmark, already in words.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What the command line asks for.
struct Options {
    sizes: Vec<usize>,
    rounds: usize,
    places: Vec<(&'static str, PathBuf)>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match ours::child(&arguments) {
        Some(outcome) => outcome,
        None => options(&arguments).and_then(|options| run(&options)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options { sizes: Vec::new(), rounds: 5, places: Vec::new() };
    let mut on = "both".to_owned();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--bench" => {}
            "--rounds" => options.rounds = rest.next().ok_or("--rounds needs a number")?.parse()?,
            "--on" => on.clone_from(rest.next().ok_or("--on needs tmpfs, disk or both")?),
            size => options.sizes.push(size.parse().map_err(|_| format!("{size:?} is no number of pages"))?),
        }
    }
    if options.sizes.is_empty() {
        options.sizes = vec![1_000, 10_000];
    }
    let memory = Path::new("/dev/shm");
    if on != "disk" && memory.is_dir() {
        options.places.push(("tmpfs", memory.to_owned()));
    }
    if on != "tmpfs" {
        options.places.push(("disk", PathBuf::from(env!("CARGO_TARGET_TMPDIR"))));
    }
    Ok(options)
}

fn run(options: &Options) -> Result<()> {
    let peers = peers::installed()?;
    let mut out = io::stdout();
    for (place, folder) in &options.places {
        for &pages in &options.sizes {
            let work = folder.join(format!("niemyet-bench-{}", std::process::id()));
            fs::create_dir_all(&work)?;
            let measured = measure_size(pages, options.rounds, &work, &peers);
            fs::remove_dir_all(&work)?;
            let (full, changes) = measured?;
            writeln!(out, "\n## {pages} pages on {place}, median of {} rounds\n", options.rounds)?;
            table::print_full(&mut out, &full)?;
            table::print_changes(&mut out, &changes, &full)?;
        }
    }
    Ok(())
}

/// Full builds by every peer in turn, then single changes in our warm process.
fn measure_size(
    pages: usize,
    rounds: usize,
    work: &Path,
    peers: &[Peer],
) -> Result<(Vec<Row>, Vec<ours::Change>)> {
    let project = work.join("project");
    generate::project(pages, &project)?;
    let mut rows: Vec<Row> = peers.iter().map(|peer| Row::new(peer.name)).collect();
    for round in 0..rounds {
        for (peer, row) in peers.iter().zip(&mut rows) {
            let out = work.join(peer.name);
            if out.exists() {
                fs::remove_dir_all(&out)?;
            }
            row.fresh.push(measure::run(&mut peer.build(&project, &out))?);
            row.again.push(measure::run(&mut peer.build(&project, &out))?);
        }
        let _ = write!(io::stderr(), "\r{pages} pages: round {} of {rounds}", round + 1);
    }
    let _ = writeln!(io::stderr());
    for row in &mut rows {
        row.start = peers.iter().find(|peer| peer.name == row.name).and_then(Peer::start).transpose()?;
        row.equals_zola = peers::same_site(&work.join("zola"), &work.join(row.name))?;
    }
    Ok((rows, ours::changes(&project, &work.join("changes"), rounds)?))
}
