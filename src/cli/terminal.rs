//! Where words go: results to stdout, everything said to a person to stderr.

use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use serde::Serialize;

use super::error::CliError;
use crate::build::engine::warnings::Warning;

/// The two streams of a command and the form of its result.
#[derive(Debug)]
pub struct Terminal {
    json: bool,
}

impl Terminal {
    /// A terminal whose results are JSON or text.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// True if results are JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Gives a result: an object for machines, or a text for people; both go to stdout.
    pub fn result(&mut self, object: &impl Serialize, text: &str) -> Result<(), CliError> {
        if self.json {
            let line = serde_json::to_string(object).map_err(|error| CliError::Output(error.into()))?;
            self.raw(&format!("{line}\n"))
        } else {
            self.raw(&format!("{text}\n"))
        }
    }

    /// Gives the line above a list that people read.
    pub fn header(&mut self, text: &str) -> Result<(), CliError> {
        if self.json { Ok(()) } else { self.raw(&format!("{text}\n")) }
    }

    /// Gives a result that is a file's content.
    pub fn raw(&mut self, text: &str) -> Result<(), CliError> {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        match written {
            // `niemyet … | head` closes the pipe when it has seen enough; that is no failure.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(CliError::Output),
        }
    }

    /// Tells one of several problems that a command found.
    pub fn finding(&mut self, object: &impl Serialize, text: &str) {
        // The command fails with their number anyway, also where stdout is closed.
        if self.json {
            let _ = self.result(object, text);
        } else {
            self.say(text);
        }
    }

    /// Tells a person something.
    pub fn say(&mut self, text: &str) {
        // A closed stderr cannot be told about.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Tells what a person should look at, though the command goes on.
    pub fn warn(&mut self, warnings: &[Warning]) {
        for warning in warnings {
            self.say(&format!("cảnh báo / warning: {warning}"));
        }
    }

    /// Tells why the command failed.
    pub fn error(&mut self, error: &CliError) {
        let _ = writeln!(io::stderr().lock(), "lỗi / error: {error}");
        if self.json {
            let object =
                serde_json::json!({ "error": { "code": error.code(), "message": error.to_string() } });
            let _ = writeln!(io::stdout().lock(), "{object}");
        }
    }

    /// What shows that long work goes on, until [`reached`] says how much there is; invisible where stderr is not a terminal.
    pub fn progress(&self, what: &'static str) -> ProgressBar {
        let bar = if io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        style(&bar, UNKNOWN);
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }
}

/// While nobody knows how much there will be.
const UNKNOWN: &str = "{spinner} {msg} {pos} [{elapsed}]";
/// As soon as somebody does.
const KNOWN: &str = "{spinner} {msg} {wide_bar} {pos}/{len} [{elapsed}]";

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// So much is done of so much; threads may say so in another order.
pub fn reached(bar: &ProgressBar, done: usize, all: usize) {
    if bar.length().is_none() && all > 0 {
        style(bar, KNOWN);
    }
    bar.set_length(all as u64);
    bar.set_position(bar.position().max(done as u64));
}

/// Starts the log on stderr; `NIEMYET_LOG` chooses what it says, for example `debug`, and `NIEMYET_LOG_FORMAT=json` has it say
/// one JSON object a line, for programs.
pub fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("NIEMYET_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second start, in one process, keeps the first.
    let _ = match std::env::var_os("NIEMYET_LOG_FORMAT").is_some_and(|format| format == "json") {
        true => log.json().try_init(),
        false => log.with_ansi(has_colours()).try_init(),
    };
}

/// A file, a pipe and whoever sets `NO_COLOR` (<https://no-color.org>) get plain text.
fn has_colours() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}
