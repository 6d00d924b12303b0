//! From the last key in a district to the new bytes at the public address, with approval by rule; and the public site under many
//! readers while releases switch, beside nginx.
//!
//! `cargo bench --bench publish -- latency 10000 50000 [--changes 120]` and `… -- load [--readers 2000] [--seconds 10]`. The real
//! program serves; it prints and asserts no time.

#[path = "publish/folder.rs"]
mod folder;
#[path = "publish/latency.rs"]
mod latency;
#[path = "publish/load.rs"]
mod load;

use std::env;
use std::error::Error;
use std::io;
use std::io::Write;
use std::process::ExitCode;

/// Anything that ends the benchmark, already in words.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let option = |name: &str, default: usize| -> Result<usize> {
        match arguments.iter().position(|argument| argument == name) {
            Some(at) => Ok(arguments.get(at + 1).ok_or(format!("{name} needs a number"))?.parse()?),
            None => Ok(default),
        }
    };
    match arguments.first().map(String::as_str) {
        Some("latency") => {
            let sizes = arguments[1..].iter().map_while(|argument| argument.parse().ok());
            sizes.into_iter().try_for_each(|pages| latency::run(pages, option("--changes", 120)?))
        }
        Some("load") => load::run(option("--readers", 2_000)?, option("--seconds", 10)?),
        _ => Err("say `latency PAGES… [--changes N]` or `load [--readers N] [--seconds N]`".into()),
    }
}

/// A line of the result.
fn say(line: &str) -> Result<()> {
    Ok(writeln!(io::stdout(), "{line}")?)
}
