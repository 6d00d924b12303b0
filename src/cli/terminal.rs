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
        let _ = writeln!(io::stderr().lock(), "error: {error}");
        if self.json {
            let object =
                serde_json::json!({ "error": { "code": error.code(), "message": error.to_string() } });
            let _ = writeln!(io::stdout().lock(), "{object}");
        }
    }

    /// A bar for long work of unknown length; invisible where stderr is not a terminal.
    pub fn progress(&self, what: &'static str) -> ProgressBar {
        let bar = if io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {pos} [{elapsed}]") {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }
}

/// Starts the log on stderr; `NIEMYET_LOG` chooses what it says, for example `debug`.
pub fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("NIEMYET_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // A second start, in one process, keeps the first.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).try_init();
}
