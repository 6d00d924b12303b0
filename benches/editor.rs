//! What a person at the editor waits for, in a real Chromium against the real program: the start without a network, a long list,
//! each key, the time until the server has what was typed, and the bytes of the first load; beside each a page that does nothing, as the browser's own part of it.
//!
//! `cargo bench --bench editor [-- --only start|list|typing|sent|load] [--rounds 12]`. It prints Markdown and asserts no time.
#![expect(clippy::unwrap_used, clippy::panic, reason = "the tests' helpers say what went wrong by panicking")]
#![allow(dead_code, reason = "the tests' helpers are used in part")]

#[path = "../tests/suite/support/browser.rs"]
mod browser;
#[path = "../tests/suite/support/cli.rs"]
mod cli;
#[path = "../tests/suite/support/http.rs"]
mod http;
#[path = "editor/list.rs"]
mod list;
#[path = "editor/load.rs"]
mod load;
#[path = "../tests/suite/support/official.rs"]
mod official;
#[path = "editor/page.rs"]
mod page;
#[path = "../tests/suite/support/scene.rs"]
mod scene;
#[path = "editor/sent.rs"]
mod sent;
#[path = "../tests/suite/support/serve.rs"]
mod serve;
#[path = "editor/start.rs"]
mod start;
#[path = "editor/table.rs"]
mod table;
#[path = "editor/typing.rs"]
mod typing;
#[path = "editor/watch.rs"]
mod watch;

use std::env;
use std::io;
use std::io::Write;
use std::process::ExitCode;

use browser::Result;

/// How often each is measured unless the command line says it.
const ROUNDS: usize = 12;
/// What a phone of an office is slower than this machine by, and the machine as it is.
const SLOW_DOWNS: [u32; 2] = [1, 4];

/// What the command line asks for.
struct Options {
    only: Option<String>,
    rounds: usize,
}

impl Options {
    fn read(arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self { only: None, rounds: ROUNDS };
        let mut rest = arguments;
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--bench" => {}
                "--only" => options.only = Some(rest.next().ok_or("--only needs a word")?),
                "--rounds" => options.rounds = rest.next().ok_or("--rounds needs a number")?.parse()?,
                other => return Err(format!("unknown: {other}; say --only WORD, --rounds N").into()),
            }
        }
        if options.rounds == 0 {
            return Err("--rounds needs at least one".into());
        }
        Ok(options)
    }

    fn wants(&self, workload: &str) -> bool {
        self.only.as_ref().is_none_or(|word| workload.contains(word.as_str()))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let options = Options::read(env::args().skip(1))?;
    if options.wants("load") {
        load::run()?;
    }
    if options.wants("start") {
        start::run(options.rounds).await?;
    }
    if options.wants("list") {
        list::run(options.rounds).await?;
    }
    if options.wants("typing") {
        typing::run(options.rounds).await?;
    }
    if options.wants("sent") {
        sent::run(options.rounds * 5).await?;
    }
    Ok(())
}
