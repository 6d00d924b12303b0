//! The command line: arguments in, human text and progress to stderr, machine output to stdout, exit codes 0, 1, 2.

mod account;
mod args;
mod audit;
mod build;
mod check;
mod data;
mod demo;
mod desk;
mod error;
mod init;
mod publish;
mod release;
mod report;
mod serve;
mod site;
mod sync;
mod task;
mod terminal;
mod timetable;
mod upkeep;
mod verify;
mod watch;
mod workspace;
mod zola;

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
        Command::Demo { listen } => demo::run(dir, listen, terminal),
        Command::Init { from } => init::run(dir, &from, terminal),
        Command::Build(options) => build::run(dir, &options, terminal),
        Command::Watch => watch::run(dir, terminal),
        Command::Site(args::Site::Export { out }) => site::run(dir, &out, terminal),
        Command::Check { paths } if paths.is_empty() => upkeep::check(dir, terminal),
        Command::Check { paths } => check::run(&paths, terminal),
        Command::Account(command) => account::run(dir, command, terminal),
        Command::Audit(wanted) => audit::run(dir, &wanted, terminal),
        Command::Backup { file } => upkeep::backup(dir, &file, terminal),
        Command::Restore { file, replay_until } => {
            upkeep::restore(dir, &file, replay_until.map(|until| until.timestamp_millis()), terminal)
        }
        Command::Timetable(wanted) => timetable::run(&wanted, terminal),
        Command::Serve { listen } => serve::run(dir, listen, terminal),
        Command::Task(command) => task::run(dir, command, terminal),
        Command::Report(command) => report::run(dir, command, terminal),
        Command::Publish(command) => publish::run(dir, command, terminal),
        Command::Sync(wanted) => sync::run(dir, &wanted, terminal),
        Command::Release(command) => release::run(dir, command, terminal),
    }
}
