//! The command line: arguments in, results to stdout, everything else that is said to stderr, exit codes 0, 1, 2.

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
mod usage;
mod verify;
mod watch;
mod workspace;
mod zola;

use std::process::ExitCode;

use clap::FromArgMatches;
use clap::error::ErrorKind;

use args::Arguments;
use args::Command;
use error::CliError;
use terminal::Terminal;

/// All commands and arguments, for whoever looks at them from outside.
pub fn tree() -> clap::Command {
    args::tree()
}

/// Runs the command that the process was called with.
pub fn run() -> ExitCode {
    let parsed = tree().try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return not_understood(&error),
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

/// Help and version are answers, not errors; a closed terminal cannot be told about itself.
fn not_understood(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    // What was typed is not parsed, so it is looked for as it was typed.
    let json = std::env::args_os().skip(1).take_while(|word| word != "--").any(|word| word == "--json");
    let mut terminal = Terminal::new(json);
    terminal.error(&CliError::Usage(usage::words(error)));
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
    } else {
        terminal.say(&usage::advice(error));
    }
    ExitCode::from(2)
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
        Command::Restore { file, replay_until } => upkeep::restore(dir, &file, replay_until, terminal),
        Command::Timetable(wanted) => timetable::run(&wanted, terminal),
        Command::Serve { listen } => serve::run(dir, listen, terminal),
        Command::Task(command) => task::run(dir, command, terminal),
        Command::Report(command) => report::run(dir, command, terminal),
        Command::Publish(command) => publish::run(dir, command, terminal),
        Command::Sync(wanted) => sync::run(dir, &wanted, terminal),
        Command::Release(command) => release::run(dir, command, terminal),
    }
}
