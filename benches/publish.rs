//! From the last key in an office to the new bytes at the public address, with approval by rule: typed in a real Chromium (`keys`) or
//! written by a client (`latency`); and the public site under many readers while releases switch, beside nginx (`load`).
//!
//! `cargo bench --bench publish -- keys 10000 50000 [--changes 120] [--rest 700]`, `… -- latency 10000 50000 [--changes 120]` and
//! `… -- load [--readers 2000] [--seconds 10]`. The real program serves; it prints and asserts no time.
#![allow(dead_code, reason = "the tests' helpers are used in part")]

#[path = "../tests/suite/support/browser.rs"]
mod browser;
#[path = "publish/folder.rs"]
mod folder;
#[path = "publish/keys.rs"]
mod keys;
#[path = "publish/latency.rs"]
mod latency;
#[path = "publish/legs.rs"]
mod legs;
#[path = "publish/load.rs"]
mod load;
#[path = "../tests/suite/support/official.rs"]
mod official;
#[path = "editor/watch.rs"]
mod watch;

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
    let mut sizes = arguments.iter().skip(1).map_while(|argument| argument.parse().ok());
    match arguments.first().map(String::as_str) {
        Some("keys") => {
            sizes.try_for_each(|pages| keys::run(pages, option("--changes", 120)?, option("--rest", 700)?))
        }
        Some("latency") => sizes.try_for_each(|pages| latency::run(pages, option("--changes", 120)?)),
        Some("load") => load::run(option("--readers", 2_000)?, option("--seconds", 10)?),
        _ => Err("say `keys PAGES… [--changes N] [--rest MS]`, `latency PAGES… [--changes N]` or `load [--readers N] [--seconds N]`".into()),
    }
}

/// A line of the result.
fn say(line: &str) -> Result<()> {
    Ok(writeln!(io::stdout(), "{line}")?)
}
