//! The command line: arguments in, human text and progress to stderr, machine output to stdout, exit codes 0, 1, 2.

mod args;
mod error;
mod release;
mod serve;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use args::Arguments;
use args::Command;
use error::CliError;
use terminal::Terminal;

/// Runs the command that the process was called with.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not errors; a closed terminal cannot be told about itself.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    terminal::start_log();
    let mut terminal = Terminal::new(arguments.json);
    match dispatch(arguments, &mut terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn dispatch(arguments: Arguments, terminal: &mut Terminal) -> Result<(), CliError> {
    let dir = &arguments.dir;
    match arguments.command {
        Command::Check { .. } | Command::Timetable(_) => Err(CliError::Usage("".into())),
        Command::Serve { listen } => serve::run(dir, listen, terminal),
        Command::Release(command) => release::run(dir, command, terminal),
    }
}
